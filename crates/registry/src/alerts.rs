//! Alerts: abnormal entries and what staff did.

use crate::{
    audit::{self, AuditLine},
    checkpoints,
    connect::{Registry, RegistryError, Result, count, give_back, next_number},
    people,
};
use domain::{
    alerts::Disposition, checkpoints::CheckpointNumber, people::PersonNumber, time::UnixMs,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

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

async fn open(tx: &mut AnyConnection, new: &NewAlert, now: UnixMs) -> Result<Opened> {
    let id = next_number(tx, "alerts").await?;
    let person = i64::try_from(new.person.0).unwrap_or(-1);
    let done = sqlx::query(
        "insert into alerts (id, checkpoint, person, entered_ms, opened_ms) \
         values ($1, $2, $3, $4, $5) on conflict (checkpoint, person, entered_ms) do nothing",
    )
    .bind(id)
    .bind(i64::from(new.checkpoint.0))
    .bind(person)
    .bind(new.entered.0)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(Opened { id, fresh: true });
    }
    give_back(tx, "alerts").await?;
    let row = sqlx::query(
        "select id from alerts where checkpoint = $1 and person = $2 and entered_ms = $3",
    )
    .bind(i64::from(new.checkpoint.0))
    .bind(person)
    .bind(new.entered.0)
    .fetch_one(tx)
    .await?;
    Ok(Opened { id: count(&row)?, fresh: false })
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
        let mut tx = self.begin().await?;
        let mut opened = Vec::with_capacity(new.len());
        for new in new {
            opened.push(open(&mut tx, new, now).await?);
        }
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
