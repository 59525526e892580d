//! The reviewer's queue: what waits, what decides it, and the decision.

mod detail;
mod many;
mod queue;

pub use detail::{Changed, Detail, one};
pub use many::{Approved, MANY_MAX, approve_many};
pub use queue::{Filter, PAGE_ROWS, Queue, Row, queue};
pub use registry::Neighbour;

use crate::{Answer, Failure, House, accounts::principals::Reviewer};
use domain::{
    applications::check_reason,
    audit::{Actor, Deed},
    venue_codes::{VenueCode, fresh_short_number},
};
use registry::{ApplicationRow, AuditLine};

/// An application within the reviewer's scope; outside of it there is none.
async fn within(house: &House, caller: &Reviewer, id: i64) -> Answer<ApplicationRow> {
    let application = house.registry.application(id).await?;
    application.filter(|found| caller.scope.covers(&found.county)).ok_or(Failure::NotFound)
}

/// Codes are 80 random bits and short numbers 25: a second roll is rare, a fifth means a fault.
const ROLLS_MAX: usize = 5;

/// Codes and short numbers for a door of this county, of which the first free one is taken.
fn codes(house: &House, county: &str) -> Vec<(String, String)> {
    let roll = || {
        let code = VenueCode::fresh(&*house.dice).as_str().to_owned();
        (code, fresh_short_number(county, &*house.dice))
    };
    std::iter::repeat_with(roll).take(ROLLS_MAX).collect()
}

const DECIDED: Failure = Failure::Conflict("这件申请已有人处理，请看最新状态");

/// Approves what was submitted the `round`-th time: the checkpoint gets its code.
///
/// # Errors
/// `NotFound` outside of the scope; `Conflict` when somebody decided meanwhile.
pub async fn approve(house: &House, caller: &Reviewer, id: i64, round: i64) -> Answer<()> {
    let county = within(house, caller, id).await?.county;
    for (code, number) in codes(house, &county) {
        let application = within(house, caller, id).await?;
        application.state.approve().map_err(|_| DECIDED)?;
        as_seen(&application, round)?;
        let line = line(house, caller.actor(), Deed::ApplicationApproved, id);
        let seen = (id, round);
        if house.registry.approve_application(seen, &code, &number, &line).await? {
            return house.catch_up().await;
        }
    }
    Err(DECIDED)
}

/// Refuses a decision about something else than what was on the page: the manager has submitted
/// again meanwhile.
fn as_seen(application: &ApplicationRow, round: i64) -> Answer<()> {
    if application.round == round {
        return Ok(());
    }
    Err(Failure::Conflict("对方刚重新提交过，请看最新内容再决定"))
}

/// Sends what was submitted the `round`-th time back with a reason.
///
/// # Errors
/// `Invalid` at `reason`; otherwise as `approve`.
pub async fn send_back(
    house: &House,
    caller: &Reviewer,
    id: i64,
    round: i64,
    reason: &str,
) -> Answer<()> {
    let application = within(house, caller, id).await?;
    application.state.send_back().map_err(|_| DECIDED)?;
    as_seen(&application, round)?;
    let reason = check_reason(reason).map_err(|says| Failure::field("reason", says))?;
    let line = line(house, caller.actor(), Deed::ApplicationReturned, id);
    let done = house.registry.return_application((id, round), &reason, &line).await?;
    if done { Ok(()) } else { Err(DECIDED) }
}

fn line(house: &House, actor: Actor, deed: Deed, id: i64) -> AuditLine {
    AuditLine {
        at: house.now(), actor, deed, subject: format!("申请 {id}"), detail: String::new()
    }
}
