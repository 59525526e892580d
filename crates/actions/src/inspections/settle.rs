//! An inspector looks at what was done: it is accepted, or sent back with a new deadline.

use super::{ELSEWHERE, as_seen, line, within};
use crate::{Answer, House, accounts::principals::Inspector};
use domain::{
    audit::Deed,
    fields::Complaints,
    inspections::{State, check_days, check_reason, deadline_after, next_reminder},
    time::UnixMs,
};
use registry::{Inspection, InspectionStep};

/// Accepts what was done about an inspection that had been changed `round` times when the caller
/// looked; also before it is answered, by whoever has seen it at the door.
///
/// # Errors
/// `NotFound` outside of the scope; `Conflict` when it was changed meanwhile or is over.
pub async fn accept(house: &House, caller: &Inspector, (id, round): (i64, i64)) -> Answer<()> {
    let inspection = as_seen(within(house, caller, id).await?, round)?;
    let to = inspection.state.accepted()?;
    take(house, caller, &inspection, (Deed::InspectionAccepted, &to, None)).await
}

/// Sends an inspection back to the manager with a reason and so many days; also one that was not
/// answered in time.
///
/// # Errors
/// `NotFound` outside of the scope; `Invalid` at `reason` and `days`; `Conflict` when it was changed
/// meanwhile or is over.
pub async fn send_back(
    house: &House,
    caller: &Inspector,
    (id, round): (i64, i64),
    (reason, days): (&str, &str),
) -> Answer<()> {
    let inspection = within(house, caller, id).await?;
    let mut complaints = Complaints::default();
    let reason = complaints.take("reason", check_reason(reason));
    let days = complaints.take("days", check_days(days));
    let (Some(reason), Some(days)) = (reason, days) else { return Err(complaints.into()) };
    let inspection = as_seen(inspection, round)?;
    let now = house.now();
    let deadline = deadline_after(now, days);
    let to = inspection.state.sent_back(reason, deadline)?;
    let remind = next_reminder(deadline, now);
    take(house, caller, &inspection, (Deed::InspectionSentBack, &to, remind)).await
}

async fn take(
    house: &House,
    caller: &Inspector,
    from: &Inspection,
    (deed, to, remind): (Deed, &State, Option<UnixMs>),
) -> Answer<()> {
    let step = InspectionStep { id: from.id, round: from.round, from: &from.state, to, remind };
    let line = line(house, caller.actor(), deed, from.id, String::new());
    if house.registry.step_inspection(&step, &line).await? { Ok(()) } else { Err(ELSEWHERE) }
}
