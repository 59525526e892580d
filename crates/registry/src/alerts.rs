//! Alerts: abnormal entries and what staff did.

use crate::{
    audit::{self, AuditLine},
    bulk::{ROWS, statement},
    checkpoints,
    connect::{Registry, RegistryError, Result, give_back, next_numbers},
    packed::Dialect,
    people,
};
use domain::{
    alerts::Disposition, checkpoints::CheckpointNumber, people::PersonNumber, time::UnixMs,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use std::collections::HashMap;

/// An abnormal entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAlert {
    /// Door.
    pub checkpoint: CheckpointNumber,
    /// Who.
    pub person: PersonNumber,
    /// When.
    pub entered: UnixMs,
}

/// An alert as stored.
#[derive(Clone, Copy, Debug)]
pub struct Alert {
    /// Number.
    pub id: i64,
    /// The entry.
    pub new: NewAlert,
    /// Whether staff wrote down what they did.
    pub closed: bool,
}

fn alert(row: &AnyRow) -> Result<Alert> {
    let closed: Option<i64> = row.try_get(4)?;
    Ok(Alert {
        id: row.try_get(0)?,
        new: NewAlert {
            checkpoint: checkpoints::number(row.try_get(1)?)?,
            person: people::number(row.try_get(2)?)?,
            entered: UnixMs(row.try_get(3)?),
        },
        closed: closed.is_some(),
    })
}

/// An alert that stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Number.
    pub id: i64,
    /// Whether it was not there before.
    pub fresh: bool,
}

/// The columns that say which entry an alert is of.
const ENTRY: &str = "checkpoint, person, entered_ms";

impl NewAlert {
    /// As [`ENTRY`] has it.
    fn columns(&self) -> [i64; 3] {
        let person = i64::try_from(self.person.0).unwrap_or(-1);
        [i64::from(self.checkpoint.0), person, self.entered.0]
    }
}

/// Looks for the alerts of so many entries, by a join: `(…) in (values …)` is compared with every alert
/// there is by SQLite 3.40, though not by the one that is built in.
fn look(dialect: Dialect, entries: usize) -> String {
    let values = dialect.values(3, entries);
    format!(
        "with asked (door, who, at_ms) as (values {values}) select id, {ENTRY} from asked \
         join alerts on checkpoint = door and person = who and entered_ms = at_ms"
    )
}

/// The alerts that these entries have.
async fn there(tx: &mut AnyConnection, entries: &[[i64; 3]]) -> Result<HashMap<[i64; 3], i64>> {
    let mut found = HashMap::new();
    for chunk in entries.chunks(ROWS) {
        let sql = look(Dialect::of(tx), chunk.len());
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
        let query = chunk.iter().flatten().fold(query, |query, value| query.bind(*value));
        for row in query.fetch_all(&mut *tx).await? {
            found.insert([row.try_get(1)?, row.try_get(2)?, row.try_get(3)?], row.try_get(0)?);
        }
    }
    Ok(found)
}

/// Opens an alert for each of these entries, which have none.
async fn insert(tx: &mut AnyConnection, entries: &[([i64; 3], i64)], now: UnixMs) -> Result<()> {
    for chunk in entries.chunks(ROWS) {
        let head = format!("alerts (id, {ENTRY}, opened_ms)");
        let sql = statement(tx, &head, 5, chunk.len());
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
        for (entry, id) in chunk {
            query = query.bind(*id);
            query = entry.iter().fold(query, |query, value| query.bind(*value)).bind(now.0);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

impl Registry {
    /// Opens an alert; the one of this entry when there is one already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn open_alert(&self, new: &NewAlert, now: UnixMs) -> Result<i64> {
        let opened = self.open_alerts(std::slice::from_ref(new), now).await?;
        opened.first().map(|opened| opened.id).ok_or(RegistryError::Strange("alerts.id"))
    }

    /// Opens several in one transaction, all or none; one of them may be there already, or stand
    /// twice in the list.
    ///
    /// # Errors
    /// Of the database.
    pub async fn open_alerts(&self, new: &[NewAlert], now: UnixMs) -> Result<Vec<Opened>> {
        let mut entries: Vec<[i64; 3]> = new.iter().map(NewAlert::columns).collect();
        entries.sort_unstable();
        entries.dedup();
        let mut tx = self.begin().await?;
        // Numbers first: whoever opens alerts at the same time waits for that row, so that what is there
        // afterwards is all there is.
        let mut numbers = next_numbers(&mut tx, "alerts", entries.len()).await?;
        let mut ids = there(&mut tx, &entries).await?;
        give_back(&mut tx, "alerts", ids.len()).await?;
        let mut fresh = Vec::with_capacity(entries.len());
        let mut opened = Vec::with_capacity(new.len());
        for entry in new.iter().map(NewAlert::columns) {
            opened.push(match ids.get(&entry) {
                Some(id) => Opened { id: *id, fresh: false },
                None => {
                    let id = numbers.next().ok_or(RegistryError::Strange("alerts.id"))?;
                    ids.insert(entry, id);
                    fresh.push((entry, id));
                    Opened { id, fresh: true }
                }
            });
        }
        insert(&mut tx, &fresh, now).await?;
        tx.commit().await?;
        Ok(opened)
    }

    /// Writes down what was done; `false` when it is another door's or was done already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn close_alert(
        &self,
        id: i64,
        checkpoint: CheckpointNumber,
        device: i64,
        disposition: Disposition,
        note_sealed: &[u8],
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update alerts set disposition = $3, note_sealed = $4, closed_ms = $5, closed_by = $6 \
             where id = $1 and checkpoint = $2 and disposition is null",
        )
        .bind(id)
        .bind(i64::from(checkpoint.0))
        .bind(disposition.code())
        .bind(note_sealed)
        .bind(line.at.0)
        .bind(device)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The alert with this number at this door.
    ///
    /// # Errors
    /// Of the database.
    pub async fn alert(&self, id: i64, checkpoint: CheckpointNumber) -> Result<Option<Alert>> {
        let row = sqlx::query(
            "select id, checkpoint, person, entered_ms, closed_ms from alerts \
             where id = $1 and checkpoint = $2",
        )
        .bind(id)
        .bind(i64::from(checkpoint.0))
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(alert).transpose()
    }

    /// A door's alerts that are open or were opened at or after `since`, oldest first. Of
    /// more than `limit`, the open ones are kept before the closed, and the newer before the older.
    ///
    /// # Errors
    /// Of the database.
    pub async fn alerts_at(
        &self,
        checkpoint: CheckpointNumber,
        since: UnixMs,
        limit: i64,
    ) -> Result<Vec<Alert>> {
        let rows = sqlx::query(
            "select id, checkpoint, person, entered_ms, closed_ms from \
             (select id, checkpoint, person, entered_ms, closed_ms from alerts \
             where checkpoint = $1 and (closed_ms is null or opened_ms >= $2) \
             order by case when closed_ms is null then 0 else 1 end, id desc limit $3) as kept \
             order by id",
        )
        .bind(i64::from(checkpoint.0))
        .bind(since.0)
        .bind(limit.max(0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(alert).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn alerts_are_looked_for_in_the_index_and_not_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::open_sqlite(&folder.path().join("registry.db")).await.unwrap();
        let mut connection = registry.pool.acquire().await.unwrap();
        let sql = format!("explain query plan {}", look(Dialect::of(&connection), 2));
        let query = (0..6_i64).fold(sqlx::query(AssertSqlSafe(sql)), |query, n| query.bind(n));
        let steps = query.fetch_all(&mut *connection).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.try_get(3).unwrap()).collect();
        assert!(
            steps.iter().any(|step| step.starts_with("SEARCH alerts USING INDEX")),
            "{steps:?}"
        );
        assert!(!steps.iter().any(|step| step.contains("SCAN alerts")), "{steps:?}");
    }
}
