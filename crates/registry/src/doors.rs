//! A unit's checkpoints as its manager's list shows them: with their applications, narrowed and paged.

use crate::{
    applications, checkpoints,
    conditions::Conditions,
    connect::{Registry, RegistryError, Result, count},
};
use domain::{
    applications::State,
    checkpoints::{CheckpointNumber, Standing},
    sorting::Sort,
    time::UnixMs,
};
use sqlx::{Row, any::AnyRow};

/// What a unit's list is narrowed to.
#[derive(Clone, Debug)]
pub struct DoorFilter {
    /// Its organisation.
    pub organisation: i64,
    /// State of the application; `None` for all.
    pub state: Option<State>,
    /// Part of a name, door or address; empty for all.
    pub text: String,
    /// The order.
    pub sort: Sort,
    /// Most rows.
    pub limit: i64,
    /// Rows passed over.
    pub offset: i64,
}

/// A checkpoint with where its application stands.
#[derive(Clone, Debug)]
pub struct DoorRow {
    /// Number.
    pub number: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// Where it stands.
    pub standing: Standing,
    /// Where its application stands.
    pub state: State,
    /// Why the application came back the last time; empty when it never did.
    pub reason: String,
    /// Last change of either.
    pub changed: UnixMs,
    /// How often the application was written or decided.
    pub round: i64,
}

const TABLES: &str = "checkpoints c join applications a on a.checkpoint = c.number";
const SELECT: &str = "select c.number, c.name, c.door, c.address, c.standing, a.state, \
    (select e.reason from application_events e where e.application_id = a.id \
    and e.state = 'returned' order by e.id desc limit 1), c.changed_ms, a.round";

fn narrowed(filter: &DoorFilter) -> Conditions {
    let mut all = Conditions::equal("c.organisation_id", filter.organisation);
    if let Some(state) = filter.state {
        all.and(state.code(), |at| format!("a.state = {at}"));
    }
    all.and_text(&filter.text, &["c.name", "c.door", "c.address"]);
    all
}

fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Usual => "c.changed_ms desc, c.number",
        Sort::Name => "c.name, c.door, c.number",
        Sort::Address => "c.address, c.door, c.number",
    }
}

fn door(row: &AnyRow) -> Result<DoorRow> {
    let standing: String = row.try_get(4)?;
    let reason: Option<String> = row.try_get(6)?;
    Ok(DoorRow {
        number: checkpoints::number(row.try_get(0)?)?,
        name: row.try_get(1)?,
        door: row.try_get(2)?,
        address: row.try_get(3)?,
        standing: Standing::from_code(&standing)
            .ok_or(RegistryError::Strange("checkpoints.standing"))?,
        state: applications::state(row.try_get(5)?)?,
        reason: reason.unwrap_or_default(),
        changed: UnixMs(row.try_get(7)?),
        round: row.try_get(8)?,
    })
}

impl Registry {
    /// A unit's checkpoints in the order that is wanted, the usual one being newest change first and
    /// the order of their numbers among those changed at once. Case does not count in the text.
    ///
    /// # Errors
    /// Of the database.
    pub async fn doors_of(&self, filter: &DoorFilter) -> Result<Vec<DoorRow>> {
        let mut all = narrowed(filter);
        let (limit, offset) = (all.bind(filter.limit.max(0)), all.bind(filter.offset.max(0)));
        let sql = format!(
            "{SELECT} from {TABLES} where {} order by {} \
             limit {limit} offset {offset}",
            all.sql(),
            order(filter.sort)
        );
        let rows = all.query(sql).fetch_all(&self.pool).await?;
        rows.iter().map(door).collect()
    }

    /// Up to `limit` checkpoints that an account manages in place of their units' managers, newest
    /// change first.
    ///
    /// # Errors
    /// Of the database.
    pub async fn doors_managed_by(&self, account: i64, limit: i64) -> Result<Vec<DoorRow>> {
        let sql = format!(
            "{SELECT} from {TABLES} where c.manager_id = $1 \
             order by c.changed_ms desc, c.number limit $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .bind(limit.max(0))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(door).collect()
    }

    /// How many checkpoints a filter has in all.
    ///
    /// # Errors
    /// Of the database.
    pub async fn doors_total(&self, filter: &DoorFilter) -> Result<i64> {
        let all = narrowed(filter);
        let sql = format!("select count(*) from {TABLES} where {}", all.sql());
        count(&all.query(sql).fetch_one(&self.pool).await?)
    }
}
