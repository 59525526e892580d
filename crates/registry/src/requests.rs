//! Requests of people about their own data, and carrying them out.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    connect::{Registry, RegistryError, Result, count, next_number},
    erasing,
    people::{NewPerson, column, number},
    registrations::put_right,
};
use domain::{
    people::{IdKind, PersonNumber},
    requests::{RequestKind, RequestState},
    time::UnixMs,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// A request that is filed; everything personal is sealed.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// Who asks.
    pub person: PersonNumber,
    /// For what.
    pub kind: RequestKind,
    /// What they wrote.
    pub words_sealed: Vec<u8>,
    /// The name as it should be.
    pub name_sealed: Option<Vec<u8>>,
    /// The document as it should be: kind, and number sealed.
    pub document: Option<(IdKind, Vec<u8>)>,
    /// When.
    pub filed: UnixMs,
    /// Until when it is answered.
    pub due: UnixMs,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub struct RequestDecision {
    /// Done or refused.
    pub state: RequestState,
    /// What the person is told, sealed.
    pub reason_sealed: Vec<u8>,
    /// Which account.
    pub by: i64,
    /// When.
    pub at: UnixMs,
}

/// A request as stored.
#[derive(Clone, Debug)]
pub struct PersonRequest {
    /// Number.
    pub id: i64,
    /// What was filed.
    pub new: NewRequest,
    /// How it stands.
    pub state: RequestState,
    /// What came of it.
    pub decision: Option<RequestDecision>,
}

/// What became of carrying a request out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarriedOut {
    /// It is done.
    Done,
    /// Somebody decided about it meanwhile.
    NotOpen,
    /// The document belongs to somebody else already.
    DocumentTaken,
    /// The law has the data kept: a case was opened about the person, or its contact was looked at.
    Kept,
}

const COLUMNS: &str = "id, person, kind, words_sealed, name_sealed, id_kind, id_sealed, filed_ms, \
    due_ms, state, reason_sealed, decided_by, decided_ms";

fn request(row: &AnyRow) -> Result<PersonRequest> {
    let strange = || RegistryError::Strange("person_requests");
    let (kind, state): (String, String) = (row.try_get(2)?, row.try_get(9)?);
    let id_kind: Option<String> = row.try_get(5)?;
    let id_sealed: Option<Vec<u8>> = row.try_get(6)?;
    let document = match (id_kind, id_sealed) {
        (Some(kind), Some(sealed)) => Some((IdKind::from_code(&kind).ok_or_else(strange)?, sealed)),
        _ => None,
    };
    let state = RequestState::from_code(&state).ok_or_else(strange)?;
    let decided: (Option<Vec<u8>>, Option<i64>, Option<i64>) =
        (row.try_get(10)?, row.try_get(11)?, row.try_get(12)?);
    let decision = match decided {
        (Some(reason_sealed), Some(by), Some(at)) => {
            Some(RequestDecision { state, reason_sealed, by, at: UnixMs(at) })
        }
        _ => None,
    };
    Ok(PersonRequest {
        id: row.try_get(0)?,
        new: NewRequest {
            person: number(row.try_get(1)?)?,
            kind: RequestKind::from_code(&kind).ok_or_else(strange)?,
            words_sealed: row.try_get(3)?,
            name_sealed: row.try_get(4)?,
            document,
            filed: UnixMs(row.try_get(7)?),
            due: UnixMs(row.try_get(8)?),
        },
        state,
        decision,
    })
}

/// Settles an open request; `false` when it is not open.
async fn settle(tx: &mut AnyConnection, id: i64, decision: &RequestDecision) -> Result<bool> {
    let done = sqlx::query(
        "update person_requests set state = $2, reason_sealed = $3, decided_by = $4, \
         decided_ms = $5 where id = $1 and state = 'open'",
    )
    .bind(id)
    .bind(decision.state.code())
    .bind(decision.reason_sealed.as_slice())
    .bind(decision.by)
    .bind(decision.at.0)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

impl Registry {
    /// Files a request; `None` when one of this kind is open already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn insert_request(&self, new: &NewRequest, line: &AuditLine) -> Result<Option<i64>> {
        let mut tx = self.begin().await?;
        // One after the other: of two at once the second finds the first.
        audit::write(&mut tx, line).await?;
        let row = sqlx::query(
            "select count(*) from person_requests \
             where person = $1 and kind = $2 and state = 'open'",
        )
        .bind(column(new.person))
        .bind(new.kind.code())
        .fetch_one(&mut *tx)
        .await?;
        if count(&row)? > 0 {
            return Ok(None);
        }
        let id = next_number(&mut tx, "person_requests").await?;
        sqlx::query(
            "insert into person_requests (id, person, kind, words_sealed, name_sealed, id_kind, \
             id_sealed, filed_ms, due_ms, state) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')",
        )
        .bind(id)
        .bind(column(new.person))
        .bind(new.kind.code())
        .bind(new.words_sealed.as_slice())
        .bind(new.name_sealed.as_deref())
        .bind(new.document.as_ref().map(|(kind, _)| kind.code()))
        .bind(new.document.as_ref().map(|(_, sealed)| sealed.as_slice()))
        .bind(new.filed.0)
        .bind(new.due.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// A request.
    ///
    /// # Errors
    /// Of the database.
    pub async fn request(&self, id: i64) -> Result<Option<PersonRequest>> {
        let sql = format!("select {COLUMNS} from person_requests where id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(request).transpose()
    }

    /// A person's requests, the newest first; at most `limit`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn requests_of(
        &self,
        person: PersonNumber,
        limit: i64,
    ) -> Result<Vec<PersonRequest>> {
        let sql = format!(
            "select {COLUMNS} from person_requests where person = $1 order by id desc limit $2"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(column(person))
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(request).collect()
    }

    /// Requests in one state, those due first at the front; and how many there are, and how many of
    /// these were due before `now`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn requests_in(
        &self,
        state: RequestState,
        now: UnixMs,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<PersonRequest>, i64, i64)> {
        let sql = format!(
            "select {COLUMNS} from person_requests where state = $1 \
             order by due_ms, id limit $2 offset $3"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(state.code())
            .bind(limit.max(0))
            .bind(offset.max(0))
            .fetch_all(&self.pool)
            .await?;
        let counts = sqlx::query(
            "select count(*), coalesce(sum(case when due_ms < $2 then 1 else 0 end), 0) \
             from person_requests where state = $1",
        )
        .bind(state.code())
        .bind(now.0)
        .fetch_one(&self.pool)
        .await?;
        let rows: Result<Vec<_>> = rows.iter().map(request).collect();
        Ok((rows?, counts.try_get(0)?, counts.try_get(1)?))
    }

    /// Turns a request down; whether it was open.
    ///
    /// # Errors
    /// Of the database.
    pub async fn refuse_request(
        &self,
        id: i64,
        decision: &RequestDecision,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if !settle(&mut tx, id, decision).await? {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Corrects a person's name and document, as they themself do right after registering.
    ///
    /// # Errors
    /// Of the database.
    pub async fn correct_as_requested(
        &self,
        id: i64,
        person: PersonNumber,
        right: &NewPerson,
        decision: &RequestDecision,
        line: &AuditLine,
    ) -> Result<CarriedOut> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if !settle(&mut tx, id, decision).await? {
            return Ok(CarriedOut::NotOpen);
        }
        if !put_right(&mut tx, person, right, decision.at).await? {
            return Ok(CarriedOut::DocumentTaken);
        }
        changes::note(&mut tx, &Change::Person(person)).await?;
        tx.commit().await?;
        Ok(CarriedOut::Done)
    }

    /// Erases a person: what is left is a number that leads to nobody. `nobody` has what stands in place
    /// of name and document. Nothing is done when a case about them was opened after `since`, or they
    /// were looked at as a contact since.
    ///
    /// # Errors
    /// Of the database.
    pub async fn erase_person(
        &self,
        id: i64,
        person: PersonNumber,
        nobody: &NewPerson,
        decision: &RequestDecision,
        since: UnixMs,
        line: &AuditLine,
    ) -> Result<CarriedOut> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        if !settle(&mut tx, id, decision).await? {
            return Ok(CarriedOut::NotOpen);
        }
        let traced = erasing::last_traced(&mut tx, &[person]).await?;
        if traced.get(&person).is_some_and(|last| *last >= since) {
            return Ok(CarriedOut::Kept);
        }
        erasing::erase(&mut tx, &[(person, nobody.clone())], decision.at).await?;
        tx.commit().await?;
        Ok(CarriedOut::Done)
    }
}
