//! Audit lines: written in the transaction of the deed, before it.

use crate::connect::{Registry, RegistryError, Result, give_back, next_number};
use domain::{
    audit::{Actor, Deed},
    time::UnixMs,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// A line to be written. Subjects are numbers (`person 17`), never names.
#[derive(Clone, Debug)]
pub struct AuditLine {
    /// When.
    pub at: UnixMs,
    /// Who.
    pub actor: Actor,
    /// What.
    pub deed: Deed,
    /// To what.
    pub subject: String,
    /// Why, or with what outcome.
    pub detail: String,
}

/// A line as stored.
#[derive(Clone, Debug)]
pub struct StoredAudit {
    /// Running number.
    pub seq: i64,
    /// The line.
    pub line: AuditLine,
}

/// Waits until nobody else writes the audit. Whoever looks at something first and writes a line about
/// it afterwards looks at what was committed until then.
pub(crate) async fn queue_up(tx: &mut AnyConnection) -> Result<()> {
    next_number(tx, "audit").await?;
    give_back(tx, "audit", 1).await
}

pub(crate) async fn write(tx: &mut AnyConnection, line: &AuditLine) -> Result<()> {
    let seq = next_number(tx, "audit").await?;
    let (kind, id) = line.actor.parts();
    sqlx::query(
        "insert into audit (seq, at_ms, actor_kind, actor_id, deed, subject, detail) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(seq)
    .bind(line.at.0)
    .bind(kind)
    .bind(id)
    .bind(line.deed.code())
    .bind(line.subject.as_str())
    .bind(line.detail.as_str())
    .execute(tx)
    .await?;
    Ok(())
}

fn stored(row: &AnyRow) -> Result<StoredAudit> {
    let deed: String = row.try_get(4)?;
    Ok(StoredAudit {
        seq: row.try_get(0)?,
        line: AuditLine {
            at: UnixMs(row.try_get(1)?),
            actor: actor(row, 2)?,
            deed: Deed::from_code(&deed).ok_or(RegistryError::Strange("audit.deed"))?,
            subject: row.try_get(5)?,
            detail: row.try_get(6)?,
        },
    })
}

/// Who did something, from two columns of a row.
pub(crate) fn actor(row: &AnyRow, first: usize) -> Result<Actor> {
    let kind: String = row.try_get(first)?;
    Ok(Actor::from_parts(&kind, row.try_get(first + 1)?))
}

impl Registry {
    /// Writes lines, all or none. When it returns they are on disk.
    ///
    /// # Errors
    /// Of the database; then the deed must not happen.
    pub async fn audit(&self, lines: &[AuditLine]) -> Result<()> {
        let mut tx = self.begin().await?;
        for line in lines {
            write(&mut tx, line).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Lines about one subject, newest first; at most `limit`.
    ///
    /// # Errors
    /// Of the database.
    pub async fn audit_about(&self, subject: &str, limit: i64) -> Result<Vec<AuditLine>> {
        let rows = sqlx::query(
            "select seq, at_ms, actor_kind, actor_id, deed, subject, detail from audit \
             where subject = $1 order by seq desc limit $2",
        )
        .bind(subject)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(stored(row)?.line)).collect()
    }

    /// Lines, newest first, narrowed to one deed if asked.
    ///
    /// # Errors
    /// Of the database.
    pub async fn audit_page(
        &self,
        deed: Option<Deed>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<StoredAudit>> {
        let rows = sqlx::query(
            "select seq, at_ms, actor_kind, actor_id, deed, subject, detail from audit \
             where ($1 = '' or deed = $1) order by seq desc limit $2 offset $3",
        )
        .bind(deed.map_or("", Deed::code))
        .bind(limit.max(0))
        .bind(offset.max(0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(stored).collect()
    }
}
