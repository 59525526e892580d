//! Whether people's names and documents belong together, as somebody who knows has said.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    connect::{Registry, RegistryError, Result},
    people::{self, NewPerson, PERSON, PERSON_COLUMNS, Person, column, person},
};
use domain::{
    people::{CheckOutcome, PersonNumber},
    time::UnixMs,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// What is known of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCheck {
    /// What was said.
    pub outcome: CheckOutcome,
    /// By whom: the name of a source in the settings.
    pub source: String,
    /// When they were asked last.
    pub at: UnixMs,
    /// How often they were asked.
    pub tries: i64,
    /// When they are asked again.
    pub next: Option<UnixMs>,
}

fn check(row: &AnyRow, first: usize) -> Result<IdentityCheck> {
    let outcome: String = row.try_get(first)?;
    let next: Option<i64> = row.try_get(first + 4)?;
    Ok(IdentityCheck {
        outcome: CheckOutcome::from_code(&outcome)
            .ok_or(RegistryError::Strange("identity_checks.outcome"))?,
        source: row.try_get(first + 1)?,
        at: UnixMs(row.try_get(first + 2)?),
        tries: row.try_get(first + 3)?,
        next: next.map(UnixMs),
    })
}

/// Keeps what was said in place of what was known.
pub(crate) async fn put(tx: &mut AnyConnection, number: i64, said: &IdentityCheck) -> Result<()> {
    sqlx::query(
        "insert into identity_checks (person, outcome, source, at_ms, tries, next_ms) \
         values ($1, $2, $3, $4, $5, $6) on conflict (person) do update set \
         outcome = excluded.outcome, source = excluded.source, at_ms = excluded.at_ms, \
         tries = excluded.tries, next_ms = excluded.next_ms",
    )
    .bind(number)
    .bind(said.outcome.code())
    .bind(said.source.as_str())
    .bind(said.at.0)
    .bind(said.tries)
    .bind(said.next.map(|next| next.0))
    .execute(tx)
    .await?;
    Ok(())
}

impl Registry {
    /// Registers a person together with what was said of their document, and the audit's lines of that;
    /// `None` when the document is known, and then nothing is written.
    ///
    /// # Errors
    /// Of the database; then nobody is registered.
    pub async fn register_person(
        &self,
        new: &NewPerson,
        said: Option<&IdentityCheck>,
        line: impl FnOnce(PersonNumber) -> Option<AuditLine>,
    ) -> Result<Option<PersonNumber>> {
        let mut tx = self.begin().await?;
        let Some(number) = people::insert(&mut tx, new).await? else {
            // What gave the number back must stand.
            tx.commit().await?;
            return Ok(None);
        };
        if let Some(said) = said {
            put(&mut tx, column(number), said).await?;
        }
        if let Some(line) = line(number) {
            audit::write(&mut tx, &line).await?;
        }
        tx.commit().await?;
        Ok(Some(number))
    }

    /// Keeps what was said of a person's document. With `end_sessions`, nobody is signed in as them any
    /// more.
    ///
    /// # Errors
    /// Of the database.
    pub async fn note_identity_check(
        &self,
        number: PersonNumber,
        said: &IdentityCheck,
        end_sessions: bool,
        line: &AuditLine,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        put(&mut tx, column(number), said).await?;
        if end_sessions {
            people::end_sessions(&mut tx, number).await?;
            changes::note(&mut tx, &Change::Person(number)).await?;
        }
        audit::write(&mut tx, line).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What was said of a person's document last; `None` when nobody was asked.
    ///
    /// # Errors
    /// Of the database.
    pub async fn identity_check(&self, number: PersonNumber) -> Result<Option<IdentityCheck>> {
        let row = sqlx::query(
            "select outcome, source, at_ms, tries, next_ms from identity_checks where person = $1",
        )
        .bind(column(number))
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(|row| check(row, 0)).transpose()
    }

    /// People who are to be asked about at `now`, those that have waited longest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn due_identity_checks(
        &self,
        now: UnixMs,
        count: i64,
    ) -> Result<Vec<(Person, IdentityCheck)>> {
        let sql = format!(
            "select {PERSON}, c.outcome, c.source, c.at_ms, c.tries, c.next_ms \
             from identity_checks c join people p on p.number = c.person \
             where c.next_ms <= $1 order by c.next_ms limit $2"
        );
        let rows =
            sqlx::query(AssertSqlSafe(sql)).bind(now.0).bind(count).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((person(row)?, check(row, PERSON_COLUMNS)?))).collect()
    }
}
