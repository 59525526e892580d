//! Applications: what happened to each, and the decisions.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    connect::{Registry, RegistryError, Result, next_number},
    messages, proposals,
};
use domain::{
    applications::State, audit::Actor, checkpoints::CheckpointNumber, messages::MessageKind,
    time::UnixMs,
};
use sqlx::{AnyConnection, Row};

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct ApplicationEvent {
    /// When.
    pub at: UnixMs,
    /// What it became.
    pub state: State,
    /// The reason, when it was sent back.
    pub reason: String,
    /// Who.
    pub actor: Actor,
}

/// Writes down what happened to an application; when and who are the audit line's.
pub(crate) async fn event(
    tx: &mut AnyConnection,
    application: i64,
    state: State,
    reason: &str,
    line: &AuditLine,
) -> Result<()> {
    let id = next_number(tx, "application_events").await?;
    let (kind, actor) = line.actor.parts();
    sqlx::query(
        "insert into application_events \
         (id, application_id, at_ms, state, reason, actor_kind, actor_id) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(application)
    .bind(line.at.0)
    .bind(state.code())
    .bind(reason)
    .bind(kind)
    .bind(actor)
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) fn state(code: &str) -> Result<State> {
    State::from_code(code).ok_or(RegistryError::Strange("applications.state"))
}

impl Registry {
    /// The application of a checkpoint: its number, state and times of submission.
    ///
    /// # Errors
    /// Of the database.
    pub async fn application_of(
        &self,
        checkpoint: CheckpointNumber,
    ) -> Result<Option<(i64, State)>> {
        let row = sqlx::query("select id, state from applications where checkpoint = $1")
            .bind(i64::from(checkpoint.0))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((row.try_get(0)?, state(row.try_get(1)?)?))).transpose()
    }

    /// The round of a checkpoint's application: how often it was written or decided.
    ///
    /// # Errors
    /// Of the database.
    pub async fn round_of(&self, checkpoint: CheckpointNumber) -> Result<Option<i64>> {
        let row = sqlx::query("select round from applications where checkpoint = $1")
            .bind(i64::from(checkpoint.0))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// Everything that happened to an application, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn application_events(&self, application: i64) -> Result<Vec<ApplicationEvent>> {
        let rows = sqlx::query(
            "select at_ms, state, reason, actor_kind, actor_id from application_events \
             where application_id = $1 order by id",
        )
        .bind(application)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ApplicationEvent {
                    at: UnixMs(row.try_get(0)?),
                    state: state(row.try_get(1)?)?,
                    reason: row.try_get(2)?,
                    actor: audit::actor(row, 3)?,
                })
            })
            .collect()
    }

    /// Sends an application (its number and the round decided about) back; `false` when it does not wait for a decision any more.
    ///
    /// # Errors
    /// Of the database.
    pub async fn return_application(
        &self,
        (id, round): (i64, i64),
        reason: &str,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let done = sqlx::query(
            "update applications set state = 'returned' \
             where id = $1 and state in ('submitted', 'endorsed') and round = $2 \
             returning checkpoint",
        )
        .bind(id)
        .bind(round)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = done else { return Ok(false) };
        let checkpoint: i64 = row.try_get(0)?;
        sqlx::query("update checkpoints set changed_ms = $2 where number = $1")
            .bind(checkpoint)
            .bind(line.at.0)
            .execute(&mut *tx)
            .await?;
        event(&mut tx, id, State::Returned, reason, line).await?;
        let in_use = proposals::is_one(&mut tx, checkpoint).await?;
        let kind = if in_use { MessageKind::ChangeReturned } else { MessageKind::Returned };
        messages::tell_managers(&mut tx, checkpoint, (kind, reason), line.at).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Notes the first yes to an application (its number and the round decided about), by the line's
    /// actor; `false` when it does not wait for one any more.
    ///
    /// # Errors
    /// Of the database.
    pub async fn endorse_application(&self, seen: (i64, i64), line: &AuditLine) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let endorsed = endorse(&mut tx, seen, line).await?;
        if endorsed {
            tx.commit().await?;
        }
        Ok(endorsed)
    }

    /// Approves an application (its number and the round decided about) that is in the state `from`:
    /// its checkpoint opens and gets its code, or becomes what it is to become and keeps the code it
    /// has. `false` when it does not wait for a decision any more, or when the code or short number
    /// is taken (roll again).
    ///
    /// # Errors
    /// Of the database.
    pub async fn approve_application(
        &self,
        seen: (i64, i64),
        from: State,
        code: &str,
        short_number: &str,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let approved = approve(&mut tx, (seen, from), code, short_number, line).await?;
        if approved {
            tx.commit().await?;
        }
        Ok(approved)
    }
}

/// Notes the first yes; whether it was the one that was waited for.
pub(crate) async fn endorse(
    tx: &mut AnyConnection,
    (id, round): (i64, i64),
    line: &AuditLine,
) -> Result<bool> {
    let done = sqlx::query(
        "update applications set state = 'endorsed', endorsed_by = $3 \
         where id = $1 and state = 'submitted' and round = $2",
    )
    .bind(id)
    .bind(round)
    .bind(line.actor.parts().1)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    event(tx, id, State::Endorsed, "", line).await?;
    Ok(true)
}

pub(crate) async fn approve(
    tx: &mut AnyConnection,
    ((id, round), from): ((i64, i64), State),
    code: &str,
    short_number: &str,
    line: &AuditLine,
) -> Result<bool> {
    let row = sqlx::query(
        "update applications set state = 'approved' \
         where id = $1 and state = $3 and round = $2 returning checkpoint",
    )
    .bind(id)
    .bind(round)
    .bind(from.code())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let checkpoint: i64 = row.try_get(0)?;
    if let Some(applied) = proposals::apply(tx, checkpoint, line).await? {
        if applied {
            event(tx, id, State::Approved, "", line).await?;
            let news = (MessageKind::ChangeApproved, "");
            messages::tell_managers(tx, checkpoint, news, line.at).await?;
        }
        return Ok(applied);
    }
    sqlx::query("update checkpoints set standing = 'open', changed_ms = $2 where number = $1")
        .bind(checkpoint)
        .bind(line.at.0)
        .execute(&mut *tx)
        .await?;
    let done = sqlx::query(
        "insert into venue_codes (code, checkpoint, short_number, standing, since_ms) \
         values ($1, $2, $3, 'current', $4) on conflict do nothing",
    )
    .bind(code)
    .bind(checkpoint)
    .bind(short_number)
    .bind(line.at.0)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    changes::note(tx, &Change::VenueCode(code.to_owned())).await?;
    event(tx, id, State::Approved, "", line).await?;
    messages::tell_managers(tx, checkpoint, (MessageKind::Approved, ""), line.at).await?;
    Ok(true)
}
