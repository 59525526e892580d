//! A visitor enters: find the door, judge, record durably, announce.

use super::{
    gate::{self, Recorded},
    look::{self, Door},
    receipt::{self, Receipt},
};
use crate::{
    Answer, House,
    accounts::principals::Visitor,
    duty::announce::{Announcement, Shown},
    health_status,
};
use domain::{
    checkins::{Entry, Method},
    entry_policy::{FIRST_POLICY, judge},
    health_status::HealthStatus,
    people::PersonNumber,
};
use registry::NewAlert;
use std::sync::Arc;

/// Records an entry. Scanning the same door again within a minute shows the same entry.
///
/// # Errors
/// `Invalid` at `code` when it is malformed; `NotFound` when nobody has it; `Conflict` when it is
/// suspended, replaced or closed; `Busy` when the gate is full.
pub async fn record(
    house: &House,
    caller: &Visitor,
    code: &str,
    method: Method,
) -> Answer<Receipt> {
    let door = look::door(house, code).await?;
    let entered = enter(house, &door, caller.person, method, None).await?;
    receipt::of(house, door, &entered.recorded, &entered.status, entered.again).await
}

/// An entry after it is durable.
pub(crate) struct Entered {
    /// What is in the store.
    pub recorded: Recorded,
    /// The status it was judged by.
    pub status: HealthStatus,
    /// What the door saw.
    pub shown: Arc<Shown>,
    /// Whether it was there already.
    pub again: bool,
}

/// Judges, records and announces; the same for a scan and a reverse scan.
pub(crate) async fn enter(
    house: &House,
    door: &Door,
    person: PersonNumber,
    method: Method,
    operator: Option<u32>,
) -> Answer<Entered> {
    let status = health_status::of(house, person).await;
    let now = house.now();
    let verdict = judge(&FIRST_POLICY, &status, now);
    let entered = gate::entry_time(house, person, door.checkpoint, now).await?;
    let entry = Entry { person, checkpoint: door.checkpoint, entered, method, operator, verdict };
    let again = gate::enter(house, &entry).await?;
    let recorded = if again {
        receipt::stored(house, person, door.checkpoint, entered).await?
    } else {
        Recorded {
            person,
            checkpoint: door.checkpoint,
            entered,
            method,
            decision: verdict.decision(),
            colour: verdict.colour(),
            cause: verdict.cause(),
        }
    };
    // Also for an entry that was there: the process may have ended between commit and alert, and a
    // code may turn red within the minute. Either way the door has not heard of it.
    let (alert, unheard) = if verdict.raises_alert() {
        let new = NewAlert { checkpoint: door.checkpoint, person, entered };
        let unheard = again && !stands(house, &new).await?;
        (Some(house.registry.open_alert(&new, now).await?), unheard)
    } else {
        (None, false)
    };
    let shown = Arc::new(shown(house, &recorded, Some(&status), alert).await?);
    if !again || unheard {
        house.announcer.tell(door.checkpoint, Announcement::Entry(Arc::clone(&shown)));
    }
    Ok(Entered { recorded, status, shown, again })
}

/// Alerts of one door looked through for one entry's.
const ALERTS_MAX: i64 = 500;

/// Whether this entry has its alert already, dealt with or not.
async fn stands(house: &House, new: &NewAlert) -> Answer<bool> {
    let alerts = house.registry.alerts_at(new.checkpoint, new.entered, ALERTS_MAX).await?;
    Ok(alerts.iter().any(|alert| alert.new == *new))
}

/// An entry as the door sees it. The status is known only at the moment of the scan.
pub(crate) async fn shown(
    house: &House,
    recorded: &Recorded,
    status: Option<&HealthStatus>,
    alert: Option<i64>,
) -> Answer<Shown> {
    use domain::{entry_policy::advice, health_status::Itinerary};
    Ok(Shown {
        masked_name: crate::people::masked_name(house, recorded.person).await?,
        entered: recorded.entered,
        method: recorded.method,
        decision: recorded.decision,
        colour: recorded.colour,
        advice: advice(recorded.decision, recorded.colour, recorded.cause),
        negative_hours: status.and_then(|s| s.negative_hours(recorded.entered)),
        itinerary: status.map_or(Itinerary::Unknown, |s| s.itinerary),
        alert,
    })
}
