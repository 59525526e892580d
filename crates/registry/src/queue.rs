//! The review queue: which applications wait, narrowed and in the order of waiting.

use crate::{
    applications::{approve, endorse, state},
    audit::{self, AuditLine},
    checkpoints,
    conditions::{Conditions, begins},
    connect::{Registry, Result, count},
};
use domain::{applications::State, checkpoints::CheckpointNumber, sorting::Sort, time::UnixMs};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

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
    /// County code; of a change, the one that it is to have.
    pub county: String,
    /// Township code; of a change, the one that it is to have.
    pub township: String,
    /// Category code.
    pub category: String,
    /// Organisation's number.
    pub organisation: i64,
    /// Organisation's name.
    pub organisation_name: String,
    /// Organisation's credit code.
    pub credit_code: Option<String>,
    /// Whether something speaks against a quick yes: a checkpoint of another organisation has a
    /// similar name, the check character of the credit code differs, another organisation has
    /// the same code, or a door in use is to be changed.
    pub doubtful: bool,
    /// The account that said the first yes, where reviews take two steps.
    pub endorsed_by: Option<i64>,
}

/// What a queue is narrowed to.
#[derive(Clone, Debug)]
pub struct QueueFilter {
    /// State.
    pub state: State,
    /// County code; `None` for all.
    pub county: Option<String>,
    /// Township code; `None` for all.
    pub township: Option<String>,
    /// Category or group of categories: what the category's code begins with; `None` for all.
    pub category: Option<String>,
    /// Submitted at this time or before.
    pub submitted_until: Option<UnixMs>,
    /// Only doubtful ones, or only those that are not.
    pub doubtful: Option<bool>,
    /// Not those whose first yes was this account's.
    pub except_endorsed_by: Option<i64>,
    /// Part of a name, door or address; empty for all.
    pub text: String,
    /// The order.
    pub sort: Sort,
    /// Most rows.
    pub limit: i64,
    /// Rows passed over.
    pub offset: i64,
}

/// One application that is to be approved among others, or said the first yes to.
#[derive(Clone, Debug)]
pub struct ToApprove {
    /// Its number.
    pub id: i64,
    /// The submission that was looked at.
    pub round: i64,
    /// The state it was seen in.
    pub from: State,
    /// The state it is to have: endorsed or approved.
    pub to: State,
    /// Venue codes and short numbers, of which the first free one is taken.
    pub codes: Vec<(String, String)>,
    /// The audit line.
    pub line: AuditLine,
}

const COLUMNS: &str = "a.id, a.checkpoint, a.state, a.round, a.submitted_ms, c.name, c.door, \
    c.address, a.county, a.township, c.category, o.id, o.name, o.credit_code, a.endorsed_by";

const TABLES: &str = "applications a join checkpoints c on c.number = a.checkpoint \
    join organisations o on o.id = c.organisation_id";

/// Whether an application is doubtful. Both sides of `<>` are asked for, so that a unit with
/// thousands of doors of one name is passed over in one step of the index.
const DOUBTFUL: &str = "(o.credit_differs = 1 \
    or exists (select 1 from checkpoints s where s.similar_name = c.similar_name \
        and s.organisation_id < c.organisation_id) \
    or exists (select 1 from checkpoints s where s.similar_name = c.similar_name \
        and s.organisation_id > c.organisation_id) \
    or exists (select 1 from organisations s where s.credit_code = o.credit_code \
        and s.id < o.id) \
    or exists (select 1 from organisations s where s.credit_code = o.credit_code \
        and s.id > o.id) \
    or exists (select 1 from proposals p where p.checkpoint = c.number))";

/// What narrows the queue, and whether all of it is about the table of applications.
fn narrowed(filter: &QueueFilter) -> (Conditions, bool) {
    let mut all = Conditions::equal("a.state", filter.state.code());
    for (column, wanted) in [("county", &filter.county), ("township", &filter.township)] {
        if let Some(code) = wanted {
            all.and(code.as_str(), |at| format!("a.{column} = {at}"));
        }
    }
    if let Some(until) = filter.submitted_until {
        all.and(until.0, |at| format!("a.submitted_ms <= {at}"));
    }
    if let Some(account) = filter.except_endorsed_by {
        all.and(account, |at| format!("coalesce(a.endorsed_by, 0) <> {at}"));
    }
    if let Some(category) = &filter.category {
        all.and(begins(category).as_str(), |at| format!("c.category like {at} escape '!'"));
    }
    if let Some(doubtful) = filter.doubtful {
        all.and_plain(&format!("{}{DOUBTFUL}", if doubtful { "" } else { "not " }));
    }
    let searched = all.and_text(&filter.text, &["c.name", "c.door", "c.address", "o.name"]);
    let plain = filter.category.is_none() && filter.doubtful.is_none() && !searched;
    (all, plain)
}

fn application(row: &AnyRow) -> Result<ApplicationRow> {
    let doubtful: i64 = row.try_get(15)?;
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
        doubtful: doubtful == 1,
        endorsed_by: row.try_get(14)?,
    })
}

/// What is read of an application; the last column says whether it is doubtful.
fn select() -> String {
    format!(
        "select {COLUMNS}, cast(case when {DOUBTFUL} then 1 else 0 end as bigint) from {TABLES}"
    )
}

impl Registry {
    /// Applications in a state, usually the longest waiting first. Case does not count in the text.
    ///
    /// # Errors
    /// Of the database.
    pub async fn queue(&self, filter: &QueueFilter) -> Result<Vec<ApplicationRow>> {
        let (mut all, _) = narrowed(filter);
        let (limit, offset) = (all.bind(filter.limit.max(0)), all.bind(filter.offset.max(0)));
        let sql = format!(
            "{} where {} order by {} limit {limit} offset {offset}",
            select(),
            all.sql(),
            match filter.sort {
                Sort::Usual => "a.submitted_ms, a.id",
                Sort::Name => "c.name, c.door, a.id",
                Sort::Address => "c.address, c.door, a.id",
            }
        );
        let rows = all.query(sql).fetch_all(&self.pool).await?;
        rows.iter().map(application).collect()
    }

    /// How many applications a filter has in all.
    ///
    /// # Errors
    /// Of the database.
    pub async fn queue_total(&self, filter: &QueueFilter) -> Result<i64> {
        let (all, plain) = narrowed(filter);
        let tables = if plain { "applications a" } else { TABLES };
        let sql = format!("select count(*) from {tables} where {}", all.sql());
        count(&all.query(sql).fetch_one(&self.pool).await?)
    }

    /// One application by its number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn application(&self, id: i64) -> Result<Option<ApplicationRow>> {
        let sql = format!("{} where a.id = $1", select());
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(application).transpose()
    }

    /// Says yes, in one transaction, to each application that still waits, is still the submission that
    /// was looked at, and is not doubtful; says of each whether it was. One whose codes are all in
    /// use is left waiting; all are when somebody else takes one of the codes meanwhile.
    ///
    /// # Errors
    /// Of the database; then none is approved.
    pub async fn approve_many(&self, rows: &[ToApprove]) -> Result<Vec<bool>> {
        let mut tx = self.begin().await?;
        audit::queue_up(&mut tx).await?;
        let sql = format!(
            "select a.id from {TABLES} where a.id = $1 and a.round = $2 and a.state = $3 \
             and not {DOUBTFUL}"
        );
        let mut approved = Vec::with_capacity(rows.len());
        for row in rows {
            let found = sqlx::query(AssertSqlSafe(sql.as_str()))
                .bind(row.id)
                .bind(row.round)
                .bind(row.from.code())
                .fetch_optional(&mut *tx)
                .await?;
            if let (Some(_), State::Endorsed) = (&found, row.to) {
                audit::write(&mut tx, &row.line).await?;
                approved.push(endorse(&mut tx, (row.id, row.round), &row.line).await?);
                continue;
            }
            let code = checkpoints::free_code(&mut tx, &row.codes).await?;
            let (Some(_), Some((code, short))) = (found, code) else {
                approved.push(false);
                continue;
            };
            audit::write(&mut tx, &row.line).await?;
            let seen = (row.id, row.round);
            if !approve(&mut tx, (seen, row.from), code, short, &row.line).await? {
                // Somebody took the code at this very moment: nothing half done may stay.
                return Ok(vec![false; rows.len()]);
            }
            approved.push(true);
        }
        tx.commit().await?;
        Ok(approved)
    }
}
