//! The trail of changes: what a process that keeps a part of the registry in memory must read again.
//!
//! A line is written in the transaction of the change itself. New people leave none: their numbers
//! grow, so whoever knows the last one knows where to go on.

use crate::{
    bulk::{ROWS, statement},
    connect::{Registry, RegistryError, Result, next_number, next_numbers},
};
use domain::people::PersonNumber;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// Lines kept; whoever is further behind reads everything again. Far more than a process misses
/// between two looks.
pub const CHANGES_KEPT: i64 = 100_000;

/// Something that must be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A person's session epoch or health status, or that there is such a person.
    Person(PersonNumber),
    /// The months of birth of people with these numbers, from the first to the last.
    Births(PersonNumber, PersonNumber),
    /// What one batch of the register of health status says of people.
    Statuses(i64),
    /// A venue code.
    VenueCode(String),
    /// A duty device.
    Device(i64),
    /// The keys of visitors' sessions.
    SessionKeys,
    /// The entry policies.
    EntryPolicies,
}

impl Change {
    fn columns(&self) -> (&'static str, String) {
        match self {
            Self::Person(person) => ("person", person.0.to_string()),
            Self::Births(first, last) => ("births", format!("{} {}", first.0, last.0)),
            Self::Statuses(batch) => ("statuses", batch.to_string()),
            Self::VenueCode(code) => ("venue_code", code.clone()),
            Self::Device(id) => ("device", id.to_string()),
            Self::SessionKeys => ("session_keys", String::new()),
            Self::EntryPolicies => ("entry_policies", String::new()),
        }
    }

    fn from_columns(kind: &str, subject: String) -> Result<Self> {
        let strange = RegistryError::Strange("changes");
        match kind {
            "person" => subject.parse().map(|n| Self::Person(PersonNumber(n))).map_err(|_| strange),
            "births" => {
                let numbers = subject
                    .split_once(' ')
                    .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
                let (first, last) = numbers.ok_or(strange)?;
                Ok(Self::Births(PersonNumber(first), PersonNumber(last)))
            }
            "statuses" => subject.parse().map(Self::Statuses).map_err(|_| strange),
            "venue_code" => Ok(Self::VenueCode(subject)),
            "device" => subject.parse().map(Self::Device).map_err(|_| strange),
            "session_keys" => Ok(Self::SessionKeys),
            "entry_policies" => Ok(Self::EntryPolicies),
            _ => Err(strange),
        }
    }
}

/// Adds a line, in the transaction of the change.
pub(crate) async fn note(tx: &mut AnyConnection, change: &Change) -> Result<()> {
    let seq = next_number(tx, "changes").await?;
    let (kind, subject) = change.columns();
    sqlx::query("insert into changes (seq, kind, subject) values ($1, $2, $3)")
        .bind(seq)
        .bind(kind)
        .bind(subject)
        .execute(tx)
        .await?;
    Ok(())
}

/// Adds a line for each, in order, in the transaction of the changes.
pub(crate) async fn note_each(tx: &mut AnyConnection, changes: &[Change]) -> Result<()> {
    let seqs = next_numbers(tx, "changes", changes.len()).await?;
    for (chunk, first) in changes.chunks(ROWS).zip(seqs.step_by(ROWS)) {
        let sql = statement(tx, "changes (seq, kind, subject)", 3, chunk.len());
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
        for (change, seq) in chunk.iter().zip(first..) {
            let (kind, subject) = change.columns();
            query = query.bind(seq).bind(kind).bind(subject);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// Stands for changes too many to name, of which this is the last: a number is left out before its
/// line, and whoever comes to a hole in the trail reads everything again.
pub(crate) async fn note_many(tx: &mut AnyConnection, last: &Change) -> Result<()> {
    next_number(tx, "changes").await?;
    note(tx, last).await
}

impl Registry {
    /// The number of the last change; 0 before the first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn last_change(&self) -> Result<i64> {
        let row = sqlx::query("select value from counters where name = 'changes'")
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// Up to `limit` changes after this one with their numbers, oldest first. `None` when some of
    /// them are not kept any more, or were too many to be named.
    ///
    /// # Errors
    /// Of the database.
    pub async fn changes_after(&self, seq: i64, limit: i64) -> Result<Option<Vec<(i64, Change)>>> {
        let rows = sqlx::query(
            "select seq, kind, subject from changes where seq > $1 order by seq limit $2",
        )
        .bind(seq)
        .bind(limit.max(0))
        .fetch_all(&self.pool)
        .await?;
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            let kind: String = row.try_get(1)?;
            changes.push((row.try_get(0)?, Change::from_columns(&kind, row.try_get(2)?)?));
        }
        let whole = changes.iter().zip(seq + 1..).all(|((number, _), next)| *number == next);
        Ok(whole.then_some(changes))
    }

    /// Forgets all but the last [`CHANGES_KEPT`]; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_changes(&self) -> Result<u64> {
        let last = self.last_change().await?;
        let done = sqlx::query("delete from changes where seq <= $1")
            .bind(last - CHANGES_KEPT)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
