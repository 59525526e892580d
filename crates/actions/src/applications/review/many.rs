//! Many applications approved with one decision: those that nothing speaks against.

use super::{Filter, codes, line, yes};
use crate::{Answer, House, accounts::principals::Reviewer};
use domain::{
    applications::{State, Voice},
    audit::Deed,
    time::UnixMs,
};
use registry::{ApplicationRow, QueueFilter, ToApprove};

/// Most applications approved with one decision.
pub const MANY_MAX: i64 = 1_000;
/// Applications of one transaction; others who write wait for no more than that.
const BATCH_ROWS: i64 = 100;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approved {
    /// So many were said yes to.
    pub approved: i64,
    /// What they are now: approved, or endorsed where reviews take two steps.
    pub to: State,
    /// So many within the filter still wait, doubtful or not.
    pub left: i64,
}

/// Approves up to [`MANY_MAX`] waiting applications of the filter that are not doubtful and were
/// submitted until `seen`, when the reviewer looked: nothing that came later slips through. Each
/// gets its code and its line in the audit. When it breaks off, what was approved stays approved.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn approve_many(
    house: &House,
    caller: &Reviewer,
    filter: &Filter,
    seen: UnixMs,
) -> Answer<Approved> {
    // Nobody has looked later than now.
    let seen = seen.min(house.now());
    let from = if filter.state.waits() { filter.state } else { State::Submitted };
    let waiting = Filter { state: from, page: 0, ..filter.clone() };
    // Days of waiting count from when the reviewer looked, too.
    let mut wanted = waiting.within(caller, seen);
    wanted.submitted_until = Some(wanted.submitted_until.map_or(seen, |until| until.min(seen)));
    wanted.doubtful = Some(false);
    // The second yes is somebody else's.
    wanted.except_endorsed_by = (from == State::Endorsed).then_some(caller.account);
    // One decision has one time, so that lists keep the order of numbers among what it changed.
    let at = house.now();
    let mut approved = 0;
    let outcome = loop {
        wanted.limit = BATCH_ROWS.min(MANY_MAX - approved);
        match batch(house, caller, &wanted, at).await {
            Ok(0) => break Ok(()),
            Ok(taken) => approved += taken,
            Err(error) => break Err(error),
        }
    };
    // Also when it broke off: what was approved is open.
    if approved > 0 {
        house.catch_up().await?;
    }
    outcome?;
    let left = house.registry.queue_total(&waiting.within(caller, house.now())).await?;
    let voice = Voice { scope: &caller.scope, endorsed_it: false };
    let to = house.settings.review_steps.approve(from, &voice).unwrap_or(State::Approved);
    Ok(Approved { approved, to, left })
}

/// Approves one batch; how many were.
async fn batch(house: &House, caller: &Reviewer, wanted: &QueueFilter, at: UnixMs) -> Answer<i64> {
    let rows = house.registry.queue(wanted).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let batch: Vec<ToApprove> =
        rows.iter().filter_map(|row| to_approve(house, caller, row, at)).collect();
    let done = house.registry.approve_many(&batch).await?;
    let taken = done.into_iter().filter(|taken| *taken).count();
    Ok(i64::try_from(taken).unwrap_or(i64::MAX))
}

/// Nothing where the yes it waits for is somebody else's.
fn to_approve(
    house: &House,
    caller: &Reviewer,
    row: &ApplicationRow,
    at: UnixMs,
) -> Option<ToApprove> {
    let to = yes(house, caller, row).ok()?;
    let deed = match to {
        State::Endorsed => Deed::ApplicationEndorsed,
        _ => Deed::ApplicationApproved,
    };
    let mut line = line(house, caller.actor(), deed, row.id);
    line.at = at;
    line.detail = "与其他无疑点的申请一并通过".to_owned();
    let codes = codes(house, &row.county);
    Some(ToApprove { id: row.id, round: row.round, from: row.state, to, codes, line })
}
