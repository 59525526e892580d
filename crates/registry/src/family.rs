//! Families: for whom a person registers and checks in.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, RegistryError, Result, count, next_number},
    people::{column, number},
};
use domain::{
    people::{PersonNumber, Relation},
    time::UnixMs,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// A member of a family to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewFamilyMember {
    /// Who registers and checks in for them.
    pub guardian: PersonNumber,
    /// For whom.
    pub person: PersonNumber,
    /// Who they are to the guardian.
    pub relation: Relation,
    /// Version of the notice that was agreed to for them.
    pub consent_version: i64,
    /// When.
    pub at: UnixMs,
}

/// What became of adding one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilyAdded {
    /// Added; `waits` until another guardian of theirs has agreed.
    Added {
        /// Number.
        id: i64,
        /// Whether another guardian is to agree.
        waits: bool,
    },
    /// They are of this family already.
    There,
    /// The family has as many members as it may.
    Full,
    /// They have as many guardians as they may.
    Guarded,
}

/// A member of a family, as it is now.
#[derive(Clone, Debug)]
pub struct FamilyMember {
    /// Number.
    pub id: i64,
    /// Whose family.
    pub guardian: PersonNumber,
    /// Who.
    pub person: PersonNumber,
    /// Who they are to the guardian.
    pub relation: Relation,
    /// Version of the notice that was agreed to for them.
    pub consent_version: i64,
    /// When that was.
    pub consented: UnixMs,
    /// When it was confirmed; `None` while another guardian has not agreed.
    pub confirmed: Option<UnixMs>,
    /// Masked name of the member, sealed.
    pub masked_sealed: Vec<u8>,
    /// Masked name of the guardian, sealed.
    pub guardian_sealed: Vec<u8>,
}

const MEMBER: &str = "select f.id, f.guardian, f.person, f.relation, f.consent_version, \
    f.consented_ms, f.confirmed_ms, p.masked_sealed, g.masked_sealed from family_members f \
    join people p on p.number = f.person join people g on g.number = f.guardian \
    where f.ended_ms is null";

fn member(row: &AnyRow) -> Result<FamilyMember> {
    let relation: String = row.try_get(3)?;
    let confirmed: Option<i64> = row.try_get(6)?;
    Ok(FamilyMember {
        id: row.try_get(0)?,
        guardian: number(row.try_get(1)?)?,
        person: number(row.try_get(2)?)?,
        relation: Relation::from_code(&relation)
            .ok_or(RegistryError::Strange("family_members.relation"))?,
        consent_version: row.try_get(4)?,
        consented: UnixMs(row.try_get(5)?),
        confirmed: confirmed.map(UnixMs),
        masked_sealed: row.try_get(7)?,
        guardian_sealed: row.try_get(8)?,
    })
}

async fn how_many(tx: &mut AnyConnection, of: &'static str, person: i64) -> Result<i64> {
    let sql = format!("select count(*) from family_members where ended_ms is null and {of} = $1");
    count(&sqlx::query(AssertSqlSafe(sql)).bind(person).fetch_one(tx).await?)
}

/// Ends every family's claim on somebody who has a phone of their own from now on.
pub(crate) async fn end_all(
    tx: &mut AnyConnection,
    person: PersonNumber,
    at: UnixMs,
) -> Result<()> {
    sqlx::query(
        "update family_members set ended_ms = $2, ended_by = 'self' \
         where person = $1 and ended_ms is null",
    )
    .bind(column(person))
    .bind(at.0)
    .execute(tx)
    .await?;
    Ok(())
}

impl Registry {
    /// Adds a member to a family of at most `members_max`, who then has at most `guardians_max`
    /// guardians. The line is written when somebody is added.
    ///
    /// # Errors
    /// Of the database.
    pub async fn add_family_member(
        &self,
        new: &NewFamilyMember,
        (members_max, guardians_max): (i64, i64),
        line: &AuditLine,
    ) -> Result<FamilyAdded> {
        let mut tx = self.begin().await?;
        // One after the other, so that counts hold.
        audit::queue_up(&mut tx).await?;
        let (guardian, person) = (column(new.guardian), column(new.person));
        let there = sqlx::query(
            "select count(*) from family_members \
             where ended_ms is null and guardian = $1 and person = $2",
        )
        .bind(guardian)
        .bind(person)
        .fetch_one(&mut *tx)
        .await?;
        if count(&there)? > 0 {
            return Ok(FamilyAdded::There);
        }
        if how_many(&mut tx, "guardian", guardian).await? >= members_max {
            return Ok(FamilyAdded::Full);
        }
        let guardians = how_many(&mut tx, "person", person).await?;
        if guardians >= guardians_max {
            return Ok(FamilyAdded::Guarded);
        }
        let waits = guardians > 0;
        let id = next_number(&mut tx, "family_members").await?;
        sqlx::query(
            "insert into family_members (id, guardian, person, relation, consent_version, \
             consented_ms, confirmed_ms) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(guardian)
        .bind(person)
        .bind(new.relation.code())
        .bind(new.consent_version)
        .bind(new.at.0)
        .bind((!waits).then_some(new.at.0))
        .execute(&mut *tx)
        .await?;
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(FamilyAdded::Added { id, waits })
    }

    /// The family of a guardian, in the order in which it was added.
    ///
    /// # Errors
    /// Of the database.
    pub async fn family_of(&self, guardian: PersonNumber) -> Result<Vec<FamilyMember>> {
        let sql = format!("{MEMBER} and f.guardian = $1 order by f.id");
        let rows =
            sqlx::query(AssertSqlSafe(sql)).bind(column(guardian)).fetch_all(&self.pool).await?;
        rows.iter().map(member).collect()
    }

    /// One member of a guardian's family, confirmed or not.
    ///
    /// # Errors
    /// Of the database.
    pub async fn family_member(
        &self,
        guardian: PersonNumber,
        id: i64,
    ) -> Result<Option<FamilyMember>> {
        let sql = format!("{MEMBER} and f.guardian = $1 and f.id = $2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(column(guardian))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(member).transpose()
    }

    /// What others want to share with a guardian: members of their families that wait, whose guardian
    /// this one is.
    ///
    /// # Errors
    /// Of the database.
    pub async fn family_requests(&self, guardian: PersonNumber) -> Result<Vec<FamilyMember>> {
        let sql = format!(
            "{MEMBER} and f.confirmed_ms is null and f.guardian <> $1 and f.person in \
             (select person from family_members where guardian = $1 and ended_ms is null \
             and confirmed_ms is not null) order by f.id"
        );
        let rows =
            sqlx::query(AssertSqlSafe(sql)).bind(column(guardian)).fetch_all(&self.pool).await?;
        rows.iter().map(member).collect()
    }

    /// Agrees to share a person with another guardian, or not; `false` when there is nothing of this
    /// number for this guardian to agree to.
    ///
    /// # Errors
    /// Of the database.
    pub async fn answer_family_request(
        &self,
        guardian: PersonNumber,
        id: i64,
        agree: bool,
        at: UnixMs,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let what = if agree { "confirmed_ms = $3" } else { "ended_ms = $3, ended_by = 'guardian'" };
        let sql = format!(
            "update family_members set {what} where id = $2 and ended_ms is null \
             and confirmed_ms is null and guardian <> $1 and person in \
             (select person from family_members where guardian = $1 and ended_ms is null \
             and confirmed_ms is not null)"
        );
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(column(guardian))
            .bind(id)
            .bind(at.0)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a member out of a guardian's family; `false` when there is none of this number. Whoever
    /// wanted to share them and waited for this guardian alone is confirmed by that.
    ///
    /// # Errors
    /// Of the database.
    pub async fn end_family_member(
        &self,
        guardian: PersonNumber,
        id: i64,
        at: UnixMs,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let row = sqlx::query(
            "update family_members set ended_ms = $3, ended_by = 'guardian' \
             where guardian = $1 and id = $2 and ended_ms is null returning person",
        )
        .bind(column(guardian))
        .bind(id)
        .bind(at.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(false) };
        let person: i64 = row.try_get(0)?;
        // Nobody is left to ask: the one who has waited longest is the guardian.
        sqlx::query(
            "update family_members set confirmed_ms = $2 where id = \
             (select min(id) from family_members where person = $1 and ended_ms is null) \
             and not exists (select 1 from family_members c where c.person = $1 \
             and c.ended_ms is null and c.confirmed_ms is not null)",
        )
        .bind(person)
        .bind(at.0)
        .execute(&mut *tx)
        .await?;
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Counts a try of something on a day; `false` when there were `max` already, which are not counted
    /// further.
    ///
    /// # Errors
    /// Of the database.
    pub async fn try_today(
        &self,
        what: &'static str,
        subject: &[u8],
        now: UnixMs,
        max: i64,
    ) -> Result<bool> {
        let done = sqlx::query(
            "insert into day_tries (what, subject, day_ms, tries) values ($1, $2, $3, 1) \
             on conflict (what, subject, day_ms) do update \
             set tries = day_tries.tries + 1 where day_tries.tries < $4",
        )
        .bind(what)
        .bind(subject)
        .bind(now.day_start().0)
        .bind(max)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets tries of days before `now`'s; how many lines.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_tries(&self, now: UnixMs) -> Result<u64> {
        let done = sqlx::query("delete from day_tries where day_ms < $1")
            .bind(now.day_start().0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
