//! The reviewer's queue: what waits, what decides it, and the decision.

mod detail;
mod many;
mod queue;

pub use detail::{Changed, Detail, one};
pub use many::{Approved, MANY_MAX, approve_many};
pub use queue::{Filter, PAGE_ROWS, Queue, Row, first_state, queue};
pub use registry::Neighbour;

use crate::{Answer, Failure, House, accounts::principals::Reviewer, places};
use domain::{
    applications::{NotYours, State, Voice, check_reason},
    audit::{Actor, Deed},
    venue_codes::{VenueCode, fresh_short_number},
};
use registry::{ApplicationRow, AuditLine};

/// An application within the reviewer's scope; outside of it there is none.
async fn within(house: &House, caller: &Reviewer, id: i64) -> Answer<ApplicationRow> {
    let application = house.registry.application(id).await?;
    application.filter(|found| caller.scope.covers(&found.township)).ok_or(Failure::NotFound)
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

/// Says yes to what was submitted the `round`-th time: the checkpoint gets its code, or, where reviews
/// take two steps, waits for the second yes. What it is now.
///
/// # Errors
/// `NotFound` outside of the scope; `Conflict` when somebody decided meanwhile, and when the yes it
/// waits for is somebody else's.
pub async fn approve(house: &House, caller: &Reviewer, id: i64, round: i64) -> Answer<State> {
    let county = within(house, caller, id).await?.county;
    for (code, number) in codes(house, &county) {
        let application = within(house, caller, id).await?;
        let to = yes(house, caller, &application).map_err(refused)?;
        as_seen(&application, round)?;
        let seen = (id, round);
        if to == State::Endorsed {
            let line = line(house, caller.actor(), Deed::ApplicationEndorsed, id);
            let done = house.registry.endorse_application(seen, &line).await?;
            return if done { Ok(to) } else { Err(DECIDED) };
        }
        let line = line(house, caller.actor(), Deed::ApplicationApproved, id);
        let from = application.state;
        if house.registry.approve_application(seen, from, &code, &number, &line).await? {
            house.catch_up().await?;
            return Ok(to);
        }
    }
    Err(DECIDED)
}

/// What the caller's yes makes of an application.
fn yes(house: &House, caller: &Reviewer, application: &ApplicationRow) -> Result<State, NotYours> {
    let endorsed_it = application.endorsed_by == Some(caller.account);
    let voice = Voice { scope: &caller.scope, endorsed_it };
    house.settings.review_steps.approve(application.state, &voice)
}

/// Why a yes is not taken, in words.
#[must_use]
pub fn refused(why: NotYours) -> Failure {
    match why {
        NotYours::Decided => DECIDED,
        NotYours::SamePerson => Failure::Conflict("初审是您做的，请由另一位审核员复审"),
        NotYours::Countys => Failure::Conflict("初审已通过，请等待县区复审"),
    }
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

/// Says that a place of the register, as it was seen (its number, and how many times it had been decided),
/// is the unit of this application.
///
/// # Errors
/// `NotFound` outside of the scope; `Conflict` when somebody decided about the place meanwhile.
pub async fn confirm_place(
    house: &House,
    caller: &Reviewer,
    id: i64,
    seen: (i64, i64),
) -> Answer<()> {
    let unit = within(house, caller, id).await?.organisation;
    places::decide(house, caller, seen, places::Decision::Is(unit)).await?;
    Ok(())
}

fn line(house: &House, actor: Actor, deed: Deed, id: i64) -> AuditLine {
    AuditLine {
        at: house.now(), actor, deed, subject: format!("申请 {id}"), detail: String::new()
    }
}
