//! Inspections in lists: narrowed, paged, counted by where they stand.

use super::{Inspection, SELECT, inspection};
use crate::{
    conditions::Conditions,
    connect::{Registry, Result},
};
use domain::{checkpoints::CheckpointNumber, time::UnixMs};
use sqlx::Row;

/// Which inspections are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Those that wait for their managers.
    WaitForManager,
    /// Those of them whose deadline was before this time.
    Overdue(UnixMs),
    /// Those that wait for an inspector.
    WaitForInspector,
    /// Those that were accepted.
    Accepted,
    /// Those that found nothing.
    InOrder,
}

/// What a list of inspections is narrowed to.
#[derive(Clone, Debug)]
pub struct InspectionFilter {
    /// Where they stand.
    pub which: Which,
    /// County code; `None` for all.
    pub county: Option<String>,
    /// Township code; `None` for all.
    pub township: Option<String>,
    /// Only those of doors that this account manages.
    pub manager: Option<i64>,
    /// Only those of this door.
    pub checkpoint: Option<CheckpointNumber>,
    /// Part of a name, door, address or unit; empty for all.
    pub text: String,
    /// Most rows.
    pub limit: i64,
    /// Rows passed over.
    pub offset: i64,
}

/// How many inspections of some doors stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InspectionTally {
    /// All of them.
    pub all: i64,
    /// Wait for their managers.
    pub wait_for_manager: i64,
    /// Of those, past their deadline.
    pub overdue: i64,
    /// Wait for an inspector.
    pub wait_for_inspector: i64,
    /// Accepted.
    pub accepted: i64,
    /// Found nothing.
    pub in_order: i64,
}

const TABLES: &str = "inspections i join checkpoints c on c.number = i.checkpoint \
    join organisations o on o.id = c.organisation_id";

const WAITS_FOR_MANAGER: &str = "i.state in ('open', 'sent_back')";

fn narrowed(filter: &InspectionFilter) -> Conditions {
    let mut all = Conditions::first(0, |at| format!("i.id > {at}"));
    match filter.which {
        Which::All => {}
        Which::WaitForManager => all.and_plain(WAITS_FOR_MANAGER),
        Which::Overdue(now) => {
            all.and_plain(WAITS_FOR_MANAGER);
            all.and(now.0, |at| format!("i.deadline_ms < {at}"));
        }
        Which::WaitForInspector => all.and_plain("i.state = 'answered'"),
        Which::Accepted => all.and_plain("i.state = 'accepted'"),
        Which::InOrder => all.and_plain("i.state = 'in_order'"),
    }
    for (column, wanted) in [("county", &filter.county), ("township", &filter.township)] {
        if let Some(code) = wanted {
            all.and(code.as_str(), |at| format!("c.{column} = {at}"));
        }
    }
    if let Some(account) = filter.manager {
        all.and(account, |at| {
            // From the account's doors to their inspections, not through all inspections.
            format!(
                "i.checkpoint in (select m.number from checkpoints m where m.manager_id = {at} \
                 union select m.number from checkpoints m join organisations u \
                 on u.id = m.organisation_id where u.account_id = {at})"
            )
        });
    }
    if let Some(door) = filter.checkpoint {
        all.and(i64::from(door.0), |at| format!("i.checkpoint = {at}"));
    }
    all.and_text(&filter.text, &["c.name", "c.door", "c.address", "o.name"]);
    all
}

impl Registry {
    /// Inspections, newest change first. Case does not count in the text.
    ///
    /// # Errors
    /// Of the database.
    pub async fn inspections(&self, filter: &InspectionFilter) -> Result<Vec<Inspection>> {
        let mut all = narrowed(filter);
        let (limit, offset) = (all.bind(filter.limit.max(0)), all.bind(filter.offset.max(0)));
        let sql = format!(
            "{SELECT} where {} order by i.changed_ms desc, i.id desc limit {limit} offset {offset}",
            all.sql()
        );
        let rows = all.query(sql).fetch_all(&self.pool).await?;
        rows.iter().map(inspection).collect()
    }

    /// How many inspections a filter has, by where they stand at `now`; where the filter says they
    /// stand does not count.
    ///
    /// # Errors
    /// Of the database.
    pub async fn tally_inspections(
        &self,
        filter: &InspectionFilter,
        now: UnixMs,
    ) -> Result<InspectionTally> {
        let mut all = narrowed(&InspectionFilter { which: Which::All, ..filter.clone() });
        let now = all.bind(now.0);
        let of = |condition: &str| format!("count(case when {condition} then 1 end)");
        let sql = format!(
            "select count(*), {}, {}, {}, {}, {} from {TABLES} where {}",
            of(WAITS_FOR_MANAGER),
            of(&format!("{WAITS_FOR_MANAGER} and i.deadline_ms < {now}")),
            of("i.state = 'answered'"),
            of("i.state = 'accepted'"),
            of("i.state = 'in_order'"),
            all.sql()
        );
        let row = all.query(sql).fetch_one(&self.pool).await?;
        Ok(InspectionTally {
            all: row.try_get(0)?,
            wait_for_manager: row.try_get(1)?,
            overdue: row.try_get(2)?,
            wait_for_inspector: row.try_get(3)?,
            accepted: row.try_get(4)?,
            in_order: row.try_get(5)?,
        })
    }
}
