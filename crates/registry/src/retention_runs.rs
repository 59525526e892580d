//! Runs that delete what has been kept long enough. What a run has deleted is counted in the transaction
//! that deletes it, so that a run that was interrupted goes on with right counts.

use crate::{
    audit::{self, AuditLine},
    connect::{Registry, Result, count as one_count, give_back, next_number},
};
use domain::{retention::Kept, time::UnixMs};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRun {
    /// Number.
    pub id: i64,
    /// The day it is of.
    pub day: UnixMs,
    /// When it began.
    pub began: UnixMs,
    /// When it ended; `None` while it is under way or was interrupted.
    pub ended: Option<UnixMs>,
    /// What it has deleted so far.
    pub counts: Vec<(Kept, u64)>,
}

/// Waits until nobody else writes of a run.
pub(crate) async fn queue_up(tx: &mut AnyConnection) -> Result<()> {
    next_number(tx, "retention_runs").await?;
    give_back(tx, "retention_runs", 1).await
}

/// Counts what a run deletes, in the transaction that deletes it.
pub(crate) async fn count(
    tx: &mut AnyConnection,
    run: i64,
    kind: Kept,
    removed: u64,
) -> Result<()> {
    if removed == 0 {
        return Ok(());
    }
    sqlx::query(
        "insert into retention_counts (run, kind, removed) values ($1, $2, $3) \
         on conflict (run, kind) do update set removed = retention_counts.removed + excluded.removed",
    )
    .bind(run)
    .bind(kind.code())
    .bind(i64::try_from(removed).unwrap_or(i64::MAX))
    .execute(tx)
    .await?;
    Ok(())
}

/// What of a kind is over: the table, its key, and which rows; `$1` is the moment before which it ended.
struct Over {
    table: &'static str,
    key: &'static str,
    rows: &'static str,
}

/// People are not among these: what becomes of them is erasing.
fn over(kind: Kept) -> Option<Over> {
    let (table, key, rows) = match kind {
        Kept::People => return None,
        Kept::Families => ("family_members", "id", "ended_ms < $1"),
        Kept::Corrections => ("registration_corrections", "(person, turn)", "at_ms < $1"),
        Kept::PhoneChanges => ("phone_changes", "id", "ended_ms < $1"),
        Kept::Requests => ("person_requests", "id", "state <> 'open' and decided_ms < $1"),
        Kept::Consents => {
            ("consents", "id", "person in (select number from people where erased_ms < $1)")
        }
    };
    Some(Over { table, key, rows })
}

fn run(row: &AnyRow) -> Result<RetentionRun> {
    Ok(RetentionRun {
        id: row.try_get(0)?,
        day: UnixMs(row.try_get(1)?),
        began: UnixMs(row.try_get(2)?),
        ended: row.try_get::<Option<i64>, _>(3)?.map(UnixMs),
        counts: Vec::new(),
    })
}

impl Registry {
    /// Begins the run of a day, or goes on with one that was interrupted, of whatever day. Its number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn begin_retention_run(&self, day: UnixMs, at: UnixMs) -> Result<i64> {
        let mut tx = self.begin().await?;
        let id = next_number(&mut tx, "retention_runs").await?;
        let open = sqlx::query("select min(id) from retention_runs where ended_ms is null")
            .fetch_one(&mut *tx)
            .await?;
        if let Some(open) = open.try_get::<Option<i64>, _>(0)? {
            return Ok(open);
        }
        sqlx::query("insert into retention_runs (id, day_ms, began_ms) values ($1, $2, $3)")
            .bind(id)
            .bind(day.0)
            .bind(at.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Ends a run; the line is written with it. `false` when it had ended.
    ///
    /// # Errors
    /// Of the database.
    pub async fn end_retention_run(&self, id: i64, line: &AuditLine) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update retention_runs set ended_ms = $2 where id = $1 and ended_ms is null",
        )
        .bind(id)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The last runs with their counts, the newest first; at most `limit`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn retention_runs(&self, limit: i64) -> Result<Vec<RetentionRun>> {
        let rows = sqlx::query(
            "select id, day_ms, began_ms, ended_ms from retention_runs order by id desc limit $1",
        )
        .bind(limit.max(0))
        .fetch_all(&self.pool)
        .await?;
        let mut runs = rows.iter().map(run).collect::<Result<Vec<_>>>()?;
        for run in &mut runs {
            let rows = sqlx::query("select kind, removed from retention_counts where run = $1")
                .bind(run.id)
                .fetch_all(&self.pool)
                .await?;
            for row in rows {
                let kind: String = row.try_get(0)?;
                let removed: i64 = row.try_get(1)?;
                run.counts
                    .extend(Kept::from_code(&kind).map(|kind| (kind, removed.unsigned_abs())));
            }
            run.counts.sort_unstable();
        }
        Ok(runs)
    }

    /// Deletes up to `limit` of a kind that ended before `before`, for a run; how many. Nothing of people.
    ///
    /// # Errors
    /// Of the database; then nothing is deleted.
    pub async fn delete_over(
        &self,
        id: i64,
        kind: Kept,
        before: UnixMs,
        limit: i64,
    ) -> Result<u64> {
        let Some(Over { table, key, rows }) = over(kind) else { return Ok(0) };
        let columns = key.trim_matches(['(', ')']);
        let sql = format!(
            "delete from {table} where {key} in (select {columns} from {table} where {rows} limit $2)"
        );
        let mut tx = self.begin().await?;
        queue_up(&mut tx).await?;
        let done = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(before.0)
            .bind(limit.max(0))
            .execute(&mut *tx)
            .await?;
        count(&mut tx, id, kind, done.rows_affected()).await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// How many of a kind ended before `before`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_over(&self, kind: Kept, before: UnixMs) -> Result<u64> {
        let Some(Over { table, rows, .. }) = over(kind) else { return Ok(0) };
        let sql = format!("select count(*) from {table} where {rows}");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.0).fetch_one(&self.pool).await?;
        Ok(one_count(&row)?.unsigned_abs())
    }

    /// Forgets runs that ended before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_retention_runs(&self, before: UnixMs) -> Result<u64> {
        let mut tx = self.begin().await?;
        queue_up(&mut tx).await?;
        sqlx::query(
            "delete from retention_counts where run in \
             (select id from retention_runs where ended_ms < $1)",
        )
        .bind(before.0)
        .execute(&mut *tx)
        .await?;
        let done = sqlx::query("delete from retention_runs where ended_ms < $1")
            .bind(before.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}
