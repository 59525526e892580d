//! What people change of their own registration: a name, a document, a phone.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    connect::{Registry, Result, count, next_number},
    health_status, offline_codes,
    people::{NewPerson, column, end_sessions, number},
};
use domain::{people::PersonNumber, time::UnixMs};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// A phone that is to take the place of one that was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneChange {
    /// Number.
    pub id: i64,
    /// Whose.
    pub person: PersonNumber,
    /// The new phone, sealed.
    pub phone_sealed: Vec<u8>,
    /// Its blind index.
    pub phone_index: Vec<u8>,
    /// When it was asked for.
    pub asked: UnixMs,
    /// When it comes into force unless somebody objects.
    pub due: UnixMs,
}

fn phone_change(row: &AnyRow) -> Result<PhoneChange> {
    Ok(PhoneChange {
        id: row.try_get(0)?,
        person: number(row.try_get(1)?)?,
        phone_sealed: row.try_get(2)?,
        phone_index: row.try_get(3)?,
        asked: UnixMs(row.try_get(4)?),
        due: UnixMs(row.try_get(5)?),
    })
}

/// What becomes of a change of phone that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneOutcome {
    /// It came into force.
    Done,
    /// Somebody objected.
    Stopped,
    /// Nobody could be told of it, or another way was quicker.
    Dropped,
}

impl PhoneOutcome {
    fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Dropped => "dropped",
        }
    }
}

async fn end_change(
    tx: &mut AnyConnection,
    person: i64,
    outcome: PhoneOutcome,
    at: UnixMs,
) -> Result<u64> {
    let done = sqlx::query(
        "update phone_changes set outcome = $2, ended_ms = $3 where person = $1 and outcome is null",
    )
    .bind(person)
    .bind(outcome.code())
    .bind(at.0)
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Gives a person another phone and ends their sessions.
async fn put_phone(
    tx: &mut AnyConnection,
    person: PersonNumber,
    (sealed, index): (&[u8], &[u8]),
) -> Result<()> {
    // The counter before the row: two transactions never wait for each other.
    changes::note(&mut *tx, &Change::Person(person)).await?;
    sqlx::query("update people set phone_sealed = $2, phone_index = $3 where number = $1")
        .bind(column(person))
        .bind(sealed)
        .bind(index)
        .execute(&mut *tx)
        .await?;
    end_sessions(tx, person).await
}

impl Registry {
    /// Gives a person another name, that of `new`; nothing else of it counts.
    ///
    /// # Errors
    /// Of the database.
    pub async fn rename_person(
        &self,
        number: PersonNumber,
        new: &NewPerson,
        line: &AuditLine,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        rename(&mut tx, number, new).await?;
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts name and document of a person right, and keeps what stood there before. What the register of
    /// health status says follows the documents: what it said of the one before waits for whoever has
    /// that, what it says of this one is this person's. `false` when somebody else has this document.
    ///
    /// # Errors
    /// Of the database.
    pub async fn correct_person(
        &self,
        number: PersonNumber,
        new: &NewPerson,
        at: UnixMs,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        changes::note(&mut tx, &Change::Person(number)).await?;
        sqlx::query(
            "insert into registration_corrections \
             (person, turn, at_ms, id_kind, id_sealed, id_index, name_sealed) \
             select number, (select count(*) from registration_corrections where person = $1), \
             $2, id_kind, id_sealed, id_index, name_sealed from people where number = $1",
        )
        .bind(column(number))
        .bind(at.0)
        .execute(&mut *tx)
        .await?;
        if !put_right(&mut tx, number, new, at).await? {
            return Ok(false);
        }
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// How often a person has put their registration right.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_corrections(&self, person: PersonNumber) -> Result<i64> {
        let row = sqlx::query("select count(*) from registration_corrections where person = $1")
            .bind(column(person))
            .fetch_one(&self.pool)
            .await?;
        count(&row)
    }

    /// Gives a person another phone at once, ends their sessions and whatever change was waiting. With
    /// `instead_of`, only when that is the phone on record; `false` when it is not.
    ///
    /// # Errors
    /// Of the database.
    pub async fn change_phone(
        &self,
        person: PersonNumber,
        (sealed, index): (&[u8], &[u8]),
        instead_of: &[u8],
        at: UnixMs,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let row = sqlx::query("select phone_index from people where number = $1")
            .bind(column(person))
            .fetch_optional(&mut *tx)
            .await?;
        let on_record: Option<Vec<u8>> = match row {
            Some(row) => row.try_get(0)?,
            None => None,
        };
        if on_record.as_deref() != Some(instead_of) {
            return Ok(false);
        }
        end_change(&mut tx, column(person), PhoneOutcome::Dropped, at).await?;
        put_phone(&mut tx, person, (sealed, index)).await?;
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Lets a change of phone wait until it is due; `None` when one waits for this person already, or one
    /// was stopped since `stopped_since`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn ask_phone_change(
        &self,
        new: &PhoneChange,
        stopped_since: UnixMs,
        line: &AuditLine,
    ) -> Result<Option<i64>> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let before = sqlx::query(
            "select count(*) from phone_changes where person = $1 and \
             (outcome is null or (outcome = 'stopped' and ended_ms >= $2))",
        )
        .bind(column(new.person))
        .bind(stopped_since.0)
        .fetch_one(&mut *tx)
        .await?;
        if count(&before)? > 0 {
            return Ok(None);
        }
        let id = next_number(&mut tx, "phone_changes").await?;
        sqlx::query(
            "insert into phone_changes (id, person, phone_sealed, phone_index, asked_ms, due_ms) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(column(new.person))
        .bind(new.phone_sealed.as_slice())
        .bind(new.phone_index.as_slice())
        .bind(new.asked.0)
        .bind(new.due.0)
        .execute(&mut *tx)
        .await?;
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// The change of phone that waits for a person.
    ///
    /// # Errors
    /// Of the database.
    pub async fn waiting_phone_change(&self, person: PersonNumber) -> Result<Option<PhoneChange>> {
        let row = sqlx::query(
            "select id, person, phone_sealed, phone_index, asked_ms, due_ms from phone_changes \
             where person = $1 and outcome is null",
        )
        .bind(column(person))
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(phone_change).transpose()
    }

    /// People with this phone for whom a change of it waits.
    ///
    /// # Errors
    /// Of the database.
    pub async fn phone_changes_of(&self, phone_index: &[u8]) -> Result<Vec<PhoneChange>> {
        let rows = sqlx::query(
            "select c.id, c.person, c.phone_sealed, c.phone_index, c.asked_ms, c.due_ms \
             from phone_changes c join people p on p.number = c.person \
             where p.phone_index = $1 and c.outcome is null order by c.id",
        )
        .bind(phone_index)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(phone_change).collect()
    }

    /// Changes of phones whose time has come.
    ///
    /// # Errors
    /// Of the database.
    pub async fn due_phone_changes(&self, now: UnixMs, most: i64) -> Result<Vec<PhoneChange>> {
        let rows = sqlx::query(
            "select id, person, phone_sealed, phone_index, asked_ms, due_ms from phone_changes \
             where outcome is null and due_ms <= $1 order by due_ms limit $2",
        )
        .bind(now.0)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(phone_change).collect()
    }

    /// Ends a change of phone that waits; `false` when it does not wait any more. When it is done the
    /// phone is on record, and all sessions before it have ended.
    ///
    /// # Errors
    /// Of the database.
    pub async fn end_phone_change(
        &self,
        change: &PhoneChange,
        outcome: PhoneOutcome,
        at: UnixMs,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let done = sqlx::query(
            "update phone_changes set outcome = $2, ended_ms = $3 \
             where id = $1 and outcome is null",
        )
        .bind(change.id)
        .bind(outcome.code())
        .bind(at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        if outcome == PhoneOutcome::Done {
            let phone = (change.phone_sealed.as_slice(), change.phone_index.as_slice());
            put_phone(&mut tx, change.person, phone).await?;
        }
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Gives a person another name and document; `false` when somebody else has the document. What the
/// register of health status said stays with the old document, and what it says of the new one comes.
/// Offline codes with the old ones are revoked.
pub(crate) async fn put_right(
    tx: &mut AnyConnection,
    person: PersonNumber,
    right: &NewPerson,
    at: UnixMs,
) -> Result<bool> {
    let holder = sqlx::query("select number from people where id_index = $1")
        .bind(right.id_index.as_slice())
        .fetch_optional(&mut *tx)
        .await?;
    let holder: Option<i64> = holder.map(|row| row.try_get(0)).transpose()?;
    if holder.is_some_and(|holder| holder != column(person)) {
        return Ok(false);
    }
    if holder.is_none() {
        health_status::let_go(&mut *tx, column(person), at).await?;
        sqlx::query(
            "update people set id_kind = $2, id_sealed = $3, id_index = $4, born_sealed = $5 \
             where number = $1",
        )
        .bind(column(person))
        .bind(right.id_kind.code())
        .bind(right.id_sealed.as_slice())
        .bind(right.id_index.as_slice())
        .bind(right.born_sealed.as_deref())
        .execute(&mut *tx)
        .await?;
        health_status::settle(&mut *tx, column(person), right).await?;
    }
    offline_codes::revoke_all(&mut *tx, person, at).await?;
    rename(tx, person, right).await?;
    Ok(true)
}

async fn rename(tx: &mut AnyConnection, number: PersonNumber, new: &NewPerson) -> Result<()> {
    changes::note(&mut *tx, &Change::Person(number)).await?;
    sqlx::query(
        "update people set name_sealed = $2, masked_sealed = $3, name_index = $4 where number = $1",
    )
    .bind(column(number))
    .bind(new.name_sealed.as_slice())
    .bind(new.masked_sealed.as_slice())
    .bind(new.name_index.as_deref())
    .execute(tx)
    .await?;
    Ok(())
}
