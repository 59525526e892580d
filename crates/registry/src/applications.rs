//! Applications: the queue and what happened to each.

use crate::{
    audit::{self, AuditLine},
    changes::{self, Change},
    checkpoints,
    connect::{Registry, RegistryError, Result, count, next_number},
};
use domain::{applications::State, checkpoints::CheckpointNumber, time::UnixMs};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// An application with what a queue shows of its checkpoint.
#[derive(Clone, Debug)]
pub struct ApplicationRow {
    /// Number.
    pub id: i64,
    /// Its checkpoint.
    pub checkpoint: CheckpointNumber,
    /// Where it stands.
    pub state: State,
    /// How many times it was submitted.
    pub round: i64,
    /// When it was last submitted.
    pub submitted: UnixMs,
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
    /// Category code.
    pub category: String,
    /// Organisation's number.
    pub organisation: i64,
    /// Organisation's name.
    pub organisation_name: String,
    /// Organisation's credit code.
    pub credit_code: Option<String>,
    /// How many checkpoints of other organisations have the same evened-out name.
    pub same_named: i64,
}

/// What a queue is narrowed to.
#[derive(Clone, Debug)]
pub struct QueueFilter {
    /// State.
    pub state: State,
    /// County code; `None` for all.
    pub county: Option<String>,
    /// Part of a name, door or address; empty for all.
    pub text: String,
    /// Most rows.
    pub limit: i64,
    /// Rows passed over.
    pub offset: i64,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct ApplicationEvent {
    /// When.
    pub at: UnixMs,
    /// What it became.
    pub state: State,
    /// The reason, when it was sent back.
    pub reason: String,
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

fn state(code: &str) -> Result<State> {
    State::from_code(code).ok_or(RegistryError::Strange("applications.state"))
}

fn application(row: &AnyRow) -> Result<ApplicationRow> {
    Ok(ApplicationRow {
        id: row.try_get(0)?,
        checkpoint: checkpoints::number(row.try_get(1)?)?,
        state: state(row.try_get(2)?)?,
        round: row.try_get(3)?,
        submitted: UnixMs(row.try_get(4)?),
        name: row.try_get(5)?,
        door: row.try_get(6)?,
        address: row.try_get(7)?,
        county: row.try_get(8)?,
        township: row.try_get(9)?,
        category: row.try_get(10)?,
        organisation: row.try_get(11)?,
        organisation_name: row.try_get(12)?,
        credit_code: row.try_get(13)?,
        same_named: row.try_get(14)?,
    })
}

/// Most characters of a typed text that are compared: more than any name, door or address has, so
/// a longer text finds nothing either way, and within what SQLite takes (50,000 bytes).
const PATTERN_CHARS_MAX: usize = 500;

/// `%` and `_` of a typed text mean themselves in `like … escape '!'`. PostgreSQL takes no NUL in
/// a text; none is stored, so none is looked for.
fn like(text: &str) -> String {
    let text: String = text.chars().filter(|c| *c != '\0').take(PATTERN_CHARS_MAX).collect();
    if text.is_empty() {
        return String::new();
    }
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

impl Registry {
    /// Applications in a state, longest waiting first. Case does not count in the text.
    ///
    /// # Errors
    /// Of the database.
    pub async fn queue(&self, filter: &QueueFilter) -> Result<Vec<ApplicationRow>> {
        let rows = sqlx::query(
            "select a.id, a.checkpoint, a.state, a.round, a.submitted_ms, c.name, c.door, \
             c.address, c.county, c.township, c.category, o.id, o.name, o.credit_code, \
             (select count(*) from checkpoints s where s.same_name = c.same_name \
             and s.organisation_id <> c.organisation_id) \
             from applications a join checkpoints c on c.number = a.checkpoint \
             join organisations o on o.id = c.organisation_id \
             where a.state = $1 and ($2 = '' or c.county = $2) \
             and ($3 = '' or lower(c.name) like lower($3) escape '!' \
             or lower(c.door) like lower($3) escape '!' \
             or lower(c.address) like lower($3) escape '!' \
             or lower(o.name) like lower($3) escape '!') \
             order by a.submitted_ms, a.id limit $4 offset $5",
        )
        .bind(filter.state.code())
        .bind(filter.county.as_deref().unwrap_or(""))
        .bind(like(&filter.text))
        .bind(filter.limit.max(0))
        .bind(filter.offset.max(0))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(application).collect()
    }

    /// How many applications a filter has in all.
    ///
    /// # Errors
    /// Of the database.
    pub async fn queue_total(&self, filter: &QueueFilter) -> Result<i64> {
        let row = sqlx::query(
            "select count(*) from applications a join checkpoints c on c.number = a.checkpoint \
             join organisations o on o.id = c.organisation_id \
             where a.state = $1 and ($2 = '' or c.county = $2) \
             and ($3 = '' or lower(c.name) like lower($3) escape '!' \
             or lower(c.door) like lower($3) escape '!' \
             or lower(c.address) like lower($3) escape '!' \
             or lower(o.name) like lower($3) escape '!')",
        )
        .bind(filter.state.code())
        .bind(filter.county.as_deref().unwrap_or(""))
        .bind(like(&filter.text))
        .fetch_one(&self.pool)
        .await?;
        count(&row)
    }

    /// One application by its number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn application(&self, id: i64) -> Result<Option<ApplicationRow>> {
        let row = sqlx::query(
            "select a.id, a.checkpoint, a.state, a.round, a.submitted_ms, c.name, c.door, \
             c.address, c.county, c.township, c.category, o.id, o.name, o.credit_code, \
             (select count(*) from checkpoints s where s.same_name = c.same_name \
             and s.organisation_id <> c.organisation_id) \
             from applications a join checkpoints c on c.number = a.checkpoint \
             join organisations o on o.id = c.organisation_id where a.id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(application).transpose()
    }

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

    /// Everything that happened to an application, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn application_events(&self, application: i64) -> Result<Vec<ApplicationEvent>> {
        let rows = sqlx::query(
            "select at_ms, state, reason from application_events \
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
             where id = $1 and state = 'submitted' and round = $2",
        )
        .bind(id)
        .bind(round)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        event(&mut tx, id, State::Returned, reason, line).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Approves an application (its number and the round decided about): its checkpoint opens and gets its code. `false` when it does not
    /// wait for a decision any more, or when the code or short number is taken (roll again).
    ///
    /// # Errors
    /// Of the database.
    pub async fn approve_application(
        &self,
        seen: (i64, i64),
        code: &str,
        short_number: &str,
        line: &AuditLine,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        audit::write(&mut tx, line).await?;
        let approved = approve(&mut tx, seen, code, short_number, line).await?;
        if approved {
            tx.commit().await?;
        }
        Ok(approved)
    }
}

pub(crate) async fn approve(
    tx: &mut AnyConnection,
    (id, round): (i64, i64),
    code: &str,
    short_number: &str,
    line: &AuditLine,
) -> Result<bool> {
    let row = sqlx::query(
        "update applications set state = 'approved' \
         where id = $1 and state = 'submitted' and round = $2 returning checkpoint",
    )
    .bind(id)
    .bind(round)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let checkpoint: i64 = row.try_get(0)?;
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
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{PATTERN_CHARS_MAX, like};

    #[test]
    fn typed_wildcards_mean_themselves() {
        assert_eq!(like(""), "");
        assert_eq!(like("50%_!"), "%50!%!_!!%");
        assert_eq!(like("\0"), "");
        assert_eq!(like(&"门".repeat(600)).chars().count(), PATTERN_CHARS_MAX + 2);
    }
}
