//! What happens to a checkpoint after it was approved: closed, suspended, its code replaced.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    connect::{Registry, RegistryError, Result, next_number},
    messages,
};
use domain::{
    audit::Actor,
    checkpoints::{CheckpointNumber, Happening},
    messages::MessageKind,
    time::UnixMs,
};
use sqlx::{AnyConnection, Row};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointEvent {
    /// When.
    pub at: UnixMs,
    /// What.
    pub happening: Happening,
    /// Why; empty when that goes without saying.
    pub reason: String,
    /// Who.
    pub actor: Actor,
}

/// What is to happen to a checkpoint.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// Which.
    pub checkpoint: CheckpointNumber,
    /// What.
    pub happening: Happening,
    /// Why.
    pub reason: &'a str,
}

/// The code that takes the place of another.
#[derive(Clone, Debug)]
pub struct NewCode<'a> {
    /// Short number of the one that it replaces.
    pub replaces: &'a str,
    /// The sixteen characters.
    pub code: &'a str,
    /// Number for the telephone.
    pub short_number: &'a str,
}

impl Registry {
    /// Lets the checkpoint take the step, its code with it; `false` when it does not stand where
    /// the step begins.
    ///
    /// # Errors
    /// Of the database.
    pub async fn change_checkpoint(&self, step: &Step<'_>, line: &AuditLine) -> Result<bool> {
        let mut tx = self.begin().await?;
        if !take(&mut tx, step, line).await? {
            return Ok(false);
        }
        let (from, to) = step.happening.step();
        if let (true, Some(from), Some(to)) = (from != to, from.of_its_code(), to.of_its_code()) {
            let row = sqlx::query(
                "update venue_codes set standing = $3 \
                 where checkpoint = $1 and standing = $2 returning code",
            )
            .bind(i64::from(step.checkpoint.0))
            .bind(from.code())
            .bind(to.code())
            .fetch_optional(&mut *tx)
            .await?;
            let Some(row) = row else { return Ok(false) };
            changes::note(&mut tx, &Change::VenueCode(row.try_get(0)?)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Gives an open checkpoint another code; the old one is known as replaced from then on.
    /// `false` when the checkpoint is not open, when its code is another than the one to be
    /// replaced, or when the new code or short number is taken (roll again).
    ///
    /// # Errors
    /// Of the database.
    pub async fn replace_code(
        &self,
        step: &Step<'_>,
        new: &NewCode<'_>,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        if !take(&mut tx, step, line).await? {
            return Ok(false);
        }
        let checkpoint = i64::from(step.checkpoint.0);
        let row = sqlx::query(
            "update venue_codes set standing = 'replaced', since_ms = $3 \
             where checkpoint = $1 and short_number = $2 and standing = 'current' returning code",
        )
        .bind(checkpoint)
        .bind(new.replaces)
        .bind(line.at.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(false) };
        let done = sqlx::query(
            "insert into venue_codes (code, checkpoint, short_number, standing, since_ms) \
             values ($1, $2, $3, 'current', $4) on conflict do nothing",
        )
        .bind(new.code)
        .bind(checkpoint)
        .bind(new.short_number)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        changes::note(&mut tx, &Change::VenueCode(row.try_get(0)?)).await?;
        changes::note(&mut tx, &Change::VenueCode(new.code.to_owned())).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Everything that happened to a checkpoint since it was approved, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn checkpoint_events(
        &self,
        checkpoint: CheckpointNumber,
    ) -> Result<Vec<CheckpointEvent>> {
        let rows = sqlx::query(
            "select at_ms, happening, reason, actor_kind, actor_id from checkpoint_events \
             where checkpoint = $1 order by id",
        )
        .bind(i64::from(checkpoint.0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let happening: String = row.try_get(1)?;
                Ok(CheckpointEvent {
                    at: UnixMs(row.try_get(0)?),
                    happening: Happening::from_code(&happening)
                        .ok_or(RegistryError::Strange("checkpoint_events.happening"))?,
                    reason: row.try_get(2)?,
                    actor: audit::actor(row, 3)?,
                })
            })
            .collect()
    }
}

/// Moves the checkpoint and writes down that it was; `false` when it stands elsewhere.
async fn take(tx: &mut AnyConnection, step: &Step<'_>, line: &AuditLine) -> Result<bool> {
    audit::write(tx, line).await?;
    let (from, to) = step.happening.step();
    let checkpoint = i64::from(step.checkpoint.0);
    let done = sqlx::query(
        "update checkpoints set standing = $3, changed_ms = $4 where number = $1 and standing = $2",
    )
    .bind(checkpoint)
    .bind(from.code())
    .bind(to.code())
    .bind(line.at.0)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let id = next_number(tx, "checkpoint_events").await?;
    let (kind, actor) = line.actor.parts();
    sqlx::query(
        "insert into checkpoint_events \
         (id, checkpoint, at_ms, happening, reason, actor_kind, actor_id) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(checkpoint)
    .bind(line.at.0)
    .bind(step.happening.code())
    .bind(step.reason)
    .bind(kind)
    .bind(actor)
    .execute(&mut *tx)
    .await?;
    if let Some(kind) = MessageKind::of(step.happening) {
        messages::tell_managers(tx, checkpoint, (kind, step.reason), line.at).await?;
    }
    Ok(true)
}
