//! Inspections of doors: recorded, answered, settled, reminded of, each in one transaction with what
//! its managers are told.

mod doors;
mod list;

pub use doors::InspectedDoor;
pub use list::{InspectionFilter, InspectionTally, Which};

use crate::{
    audit::{self, AuditLine},
    checkpoints,
    connect::{Registry, RegistryError, Result, count, next_number},
    messages::{self, OfInspection},
};
use domain::{
    audit::Actor,
    checkpoints::CheckpointNumber,
    inspections::{Finding, NewInspection, State},
    messages::MessageKind,
    time::UnixMs,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// An inspection as stored, with what lists show of its door.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Number.
    pub id: i64,
    /// Its door.
    pub checkpoint: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// Name of its unit.
    pub organisation_name: String,
    /// The account that recorded it.
    pub inspector: i64,
    /// When it was recorded.
    pub at: UnixMs,
    /// What was found.
    pub findings: Vec<Finding>,
    /// More about it.
    pub note: String,
    /// Where it stands.
    pub state: State,
    /// How many times it was changed since; goes along with a step.
    pub round: i64,
    /// Last change.
    pub changed: UnixMs,
}

/// One thing that happened to an inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectionEvent {
    /// When.
    pub at: UnixMs,
    /// Where it stood then.
    pub state: State,
    /// Who did it.
    pub actor: Actor,
}

/// An inspection that is to be recorded.
#[derive(Clone, Debug)]
pub struct RecordedInspection<'a> {
    /// Its door.
    pub checkpoint: CheckpointNumber,
    /// The inspector's account.
    pub inspector: i64,
    /// What was found.
    pub new: &'a NewInspection,
    /// Number of the door's newest inspection when the inspector looked; 0 for none.
    pub seen: i64,
    /// When its managers are to be reminded.
    pub remind: Option<UnixMs>,
}

/// What becomes of an inspection.
#[derive(Clone, Debug)]
pub struct InspectionStep<'a> {
    /// Its number.
    pub id: i64,
    /// How many times it had been changed when the caller looked.
    pub round: i64,
    /// Where it stood then.
    pub from: &'a State,
    /// Where it stands now.
    pub to: &'a State,
    /// When its managers are to be reminded.
    pub remind: Option<UnixMs>,
}

/// An inspection whose managers are to be reminded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Its number.
    pub id: i64,
    /// Since when that is due.
    pub due: UnixMs,
    /// Until when it is to be put right.
    pub deadline: UnixMs,
}

const SELECT: &str = "select i.id, i.checkpoint, c.name, c.door, c.address, c.county, c.township, \
    o.name, i.inspector_id, i.at_ms, i.findings, i.note, i.state, i.deadline_ms, i.words, i.round, \
    i.changed_ms from inspections i join checkpoints c on c.number = i.checkpoint \
    join organisations o on o.id = c.organisation_id";

fn state(row: &AnyRow, first: usize) -> Result<State> {
    let code: String = row.try_get(first)?;
    let deadline: Option<i64> = row.try_get(first + 1)?;
    State::from_parts(&code, deadline.map(UnixMs), row.try_get(first + 2)?)
        .ok_or(RegistryError::Strange("inspections.state"))
}

fn inspection(row: &AnyRow) -> Result<Inspection> {
    let findings: String = row.try_get(10)?;
    let findings: Option<Vec<Finding>> =
        findings.split(',').filter(|code| !code.is_empty()).map(Finding::from_code).collect();
    Ok(Inspection {
        id: row.try_get(0)?,
        checkpoint: checkpoints::number(row.try_get(1)?)?,
        name: row.try_get(2)?,
        door: row.try_get(3)?,
        address: row.try_get(4)?,
        county: row.try_get(5)?,
        township: row.try_get(6)?,
        organisation_name: row.try_get(7)?,
        inspector: row.try_get(8)?,
        at: UnixMs(row.try_get(9)?),
        findings: findings.ok_or(RegistryError::Strange("inspections.findings"))?,
        note: row.try_get(11)?,
        state: state(row, 12)?,
        round: row.try_get(15)?,
        changed: UnixMs(row.try_get(16)?),
    })
}

/// Notes what happened to an inspection.
async fn event(tx: &mut AnyConnection, id: i64, state: &State, line: &AuditLine) -> Result<()> {
    let event = next_number(tx, "inspection_events").await?;
    let (kind, actor) = line.actor.parts();
    sqlx::query(
        "insert into inspection_events \
         (id, inspection_id, at_ms, state, words, deadline_ms, actor_kind, actor_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(event)
    .bind(id)
    .bind(line.at.0)
    .bind(state.code())
    .bind(state.words())
    .bind(state.deadline().map(|at| at.0))
    .bind(kind)
    .bind(actor)
    .execute(tx)
    .await?;
    Ok(())
}

/// What the managers of a door are told of a step, with words where there are some.
fn told(state: &State) -> Option<(MessageKind, &str)> {
    match state {
        State::Open { .. } => Some((MessageKind::InspectionFindings, "")),
        State::SentBack { reason, .. } => Some((MessageKind::InspectionSentBack, reason)),
        State::Accepted => Some((MessageKind::InspectionAccepted, "")),
        State::InOrder | State::Answered { .. } => None,
    }
}

impl Registry {
    /// Records an inspection and tells the door's managers what was found; its number. `None` when
    /// the door was inspected since the inspector looked.
    ///
    /// # Errors
    /// Of the database.
    pub async fn record_inspection(
        &self,
        inspection: &RecordedInspection<'_>,
        line: &AuditLine,
    ) -> Result<Option<i64>> {
        let mut tx = self.begin().await?;
        // Whoever records at the same time waits here, and then sees this one.
        audit::write(&mut tx, line).await?;
        let checkpoint = i64::from(inspection.checkpoint.0);
        let newest = "select coalesce(max(id), 0) from inspections where checkpoint = $1";
        let row = sqlx::query(newest).bind(checkpoint).fetch_one(&mut *tx).await?;
        if count(&row)? != inspection.seen {
            return Ok(None);
        }
        let id = next_number(&mut tx, "inspections").await?;
        let (new, state) = (inspection.new, inspection.new.state());
        let findings: Vec<&str> = new.findings().iter().map(|finding| finding.code()).collect();
        sqlx::query(
            "insert into inspections (id, checkpoint, inspector_id, at_ms, findings, note, state, \
             words, deadline_ms, round, changed_ms, remind_ms) \
             values ($1, $2, $3, $4, $5, $6, $7, '', $8, 0, $4, $9)",
        )
        .bind(id)
        .bind(checkpoint)
        .bind(inspection.inspector)
        .bind(line.at.0)
        .bind(findings.join(","))
        .bind(new.note())
        .bind(state.code())
        .bind(state.deadline().map(|at| at.0))
        .bind(inspection.remind.map(|at| at.0))
        .execute(&mut *tx)
        .await?;
        event(&mut tx, id, state, line).await?;
        if let Some((kind, _)) = told(state) {
            let of = OfInspection { id, deadline: state.deadline() };
            let news = (kind, new.note());
            messages::tell_managers_of(&mut tx, checkpoint, news, line.at, Some(of)).await?;
        }
        tx.commit().await?;
        Ok(Some(id))
    }

    /// Lets an inspection take a step, and tells its managers where they are to know; `false` when
    /// somebody else was quicker.
    ///
    /// # Errors
    /// Of the database.
    pub async fn step_inspection(
        &self,
        step: &InspectionStep<'_>,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let row = sqlx::query(
            "update inspections set state = $4, words = $5, deadline_ms = $6, remind_ms = $7, \
             round = round + 1, changed_ms = $8 \
             where id = $1 and round = $2 and state = $3 returning checkpoint",
        )
        .bind(step.id)
        .bind(step.round)
        .bind(step.from.code())
        .bind(step.to.code())
        .bind(step.to.words())
        .bind(step.to.deadline().map(|at| at.0))
        .bind(step.remind.map(|at| at.0))
        .bind(line.at.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(false) };
        event(&mut tx, step.id, step.to, line).await?;
        if let Some(news) = told(step.to) {
            let of = OfInspection { id: step.id, deadline: step.to.deadline() };
            let checkpoint: i64 = row.try_get(0)?;
            messages::tell_managers_of(&mut tx, checkpoint, news, line.at, Some(of)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// One inspection by its number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn inspection(&self, id: i64) -> Result<Option<Inspection>> {
        let sql = format!("{SELECT} where i.id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(inspection).transpose()
    }

    /// Everything that happened to an inspection, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn inspection_events(&self, id: i64) -> Result<Vec<InspectionEvent>> {
        let rows = sqlx::query(
            "select at_ms, state, deadline_ms, words, actor_kind, actor_id from inspection_events \
             where inspection_id = $1 order by id",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let event = |row: &AnyRow| {
            Ok(InspectionEvent {
                at: UnixMs(row.try_get(0)?),
                state: state(row, 1)?,
                actor: audit::actor(row, 4)?,
            })
        };
        rows.iter().map(event).collect()
    }

    /// Inspections whose managers are to be reminded at `now`, longest due first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn reminders_due(&self, now: UnixMs, limit: i64) -> Result<Vec<Reminder>> {
        let rows = sqlx::query(
            "select id, remind_ms, deadline_ms from inspections where remind_ms <= $1 \
             and deadline_ms is not null order by remind_ms, id limit $2",
        )
        .bind(now.0)
        .bind(limit.max(0))
        .fetch_all(&self.pool)
        .await?;
        let reminder = |row: &AnyRow| {
            Ok(Reminder {
                id: row.try_get(0)?,
                due: UnixMs(row.try_get(1)?),
                deadline: UnixMs(row.try_get(2)?),
            })
        };
        rows.iter().map(reminder).collect()
    }

    /// Reminds the managers of a door with this message; the next time is `next`. `false` when they
    /// were reminded meanwhile, or nothing waits for them any more.
    ///
    /// # Errors
    /// Of the database.
    pub async fn remind_of_inspection(
        &self,
        reminder: &Reminder,
        kind: MessageKind,
        (now, next): (UnixMs, Option<UnixMs>),
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let row = sqlx::query(
            "update inspections set remind_ms = $3 where id = $1 and remind_ms = $2 \
             and deadline_ms = $4 and state in ('open', 'sent_back') returning checkpoint",
        )
        .bind(reminder.id)
        .bind(reminder.due.0)
        .bind(next.map(|at| at.0))
        .bind(reminder.deadline.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(false) };
        let of = OfInspection { id: reminder.id, deadline: Some(reminder.deadline) };
        messages::tell_managers_of(&mut tx, row.try_get(0)?, (kind, ""), now, Some(of)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets inspections that ended before `before`; how many.
    ///
    /// # Errors
    /// Of the database.
    pub async fn sweep_inspections(&self, before: UnixMs) -> Result<u64> {
        let mut tx = self.begin().await?;
        let over = "state in ('accepted', 'in_order') and changed_ms < $1";
        let events = format!(
            "delete from inspection_events where inspection_id in \
             (select id from inspections where {over})"
        );
        sqlx::query(AssertSqlSafe(events)).bind(before.0).execute(&mut *tx).await?;
        let sql = format!("delete from inspections where {over}");
        let done = sqlx::query(AssertSqlSafe(sql)).bind(before.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}
