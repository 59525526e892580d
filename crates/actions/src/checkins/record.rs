//! A visitor enters: find the door, judge, record durably, announce.

use super::{
    gate::{self, Recorded},
    look::{self, Door},
    receipt::{self, Receipt},
};
use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    duty::announce::{Announcement, Shown},
    health_status::{self, Question},
};
use domain::{
    checkins::{Entry, Method},
    entry_policy::{FIRST_POLICY, advice, judge, raises_alert},
    health_status::{HealthStatus, Itinerary},
    people::PersonNumber,
    time::UnixMs,
};
use registry::NewAlert;
use std::sync::Arc;

/// Records an entry. Scanning the same door again within a minute shows the same entry.
///
/// # Errors
/// `Invalid` at `code` when it is malformed; `NotFound` when nobody has it; `Conflict` when it is
/// suspended, replaced or closed; `TooMany` beyond the limits of a person or a door; `Busy` when
/// the gate is full.
pub async fn record(
    house: &House,
    caller: &Visitor,
    code: &str,
    method: Method,
) -> Answer<Receipt> {
    let recorded = recorded(house, caller, code, method).await;
    if let Err(failure) = &recorded {
        house.metrics.refused(failure);
    }
    recorded
}

async fn recorded(house: &House, caller: &Visitor, code: &str, method: Method) -> Answer<Receipt> {
    let door = look::door(house, code)?;
    admit(house, caller.person, &door)?;
    let entered = enter(house, &door, caller.person, method, None).await?;
    Ok(receipt::of(house, door, &entered))
}

/// Takes one scan from what this person and this door may do.
fn admit(house: &House, person: PersonNumber, door: &Door) -> Answer<()> {
    let now = house.now();
    let of_person = house.limits.person.take(person, now);
    of_person.map_err(|retry_after_s| Failure::TooMany { says: TOO_OFTEN, retry_after_s })?;
    let at_door = house.limits.checkpoint.take(door.checkpoint, now);
    at_door.map_err(|retry_after_s| Failure::TooMany { says: DOOR_TOO_BUSY, retry_after_s })
}

const TOO_OFTEN: &str = "扫码太频繁，请稍等片刻，页面会自动再试";
const DOOR_TOO_BUSY: &str = "这个门口扫码的人太多，请稍等片刻，页面会自动再试";

/// An entry after it is durable.
pub(crate) struct Entered {
    /// What is in the store.
    pub recorded: Recorded,
    /// Masked name.
    pub masked_name: String,
    /// The status it was judged by.
    pub status: HealthStatus,
    /// What the door saw.
    pub shown: Arc<Shown>,
    /// Whether it was there already.
    pub again: bool,
    /// Whether its status is being asked for.
    pub pending: bool,
}

/// Judges, records and announces; the same for a scan and a reverse scan. Whatever can fail is
/// asked before the commit: afterwards the entry is acknowledged in any case.
pub(crate) async fn enter(
    house: &House,
    door: &Door,
    person: PersonNumber,
    method: Method,
    operator: Option<u32>,
) -> Answer<Entered> {
    let _turn = house.gate.turn()?;
    let masked_name = crate::people::masked_name(house, person)?;
    let (at_hand, now) = (health_status::at_hand(house, person), house.now());
    let status = at_hand.unwrap_or_else(|| HealthStatus::unknown(now));
    let verdict = judge(&FIRST_POLICY, &status, now);
    let entered = gate::entry_time(house, person, door.checkpoint, &verdict, now).await?;
    let entry = Entry { person, checkpoint: door.checkpoint, entered, method, operator, verdict };
    let again = gate::enter(house, &entry).await?;
    let made = Recorded {
        person,
        checkpoint: door.checkpoint,
        entered,
        method,
        decision: verdict.decision(),
        colour: verdict.colour(),
        cause: verdict.cause(),
    };
    // The first of two requests may have come another way, as by a guard's hand.
    let recorded = if again {
        receipt::stored(house, person, door.checkpoint, entered).await.unwrap_or(made)
    } else {
        made
    };
    let (alert, unheard) = alert(house, &recorded, again, now).await;
    let shown = Arc::new(shown(&masked_name, &recorded, Some(&status), alert));
    if !again {
        house.days.add(&recorded);
    }
    if !again || unheard {
        house.announcer.tell(door.checkpoint, Announcement::Entry(Arc::clone(&shown)));
    }
    house.metrics.scan(recorded.decision, again);
    let pending = at_hand.is_none() && ask(house, &recorded, now);
    Ok(Entered { recorded, masked_name, status, shown, again, pending })
}

/// Asks for the status of somebody who has entered; whether an answer may come.
fn ask(house: &House, recorded: &Recorded, now: UnixMs) -> bool {
    let Recorded { person, checkpoint, entered, method, .. } = *recorded;
    let entry = Some((checkpoint, entered, method));
    house.health.can_be_asked() && house.questions.ask(Question { person, asked: now, entry })
}

/// Opens the alert of an abnormal entry; its number, and whether the door has not heard of it.
/// Also for an entry that was there: the process may have ended between commit and alert. When the
/// registry fails here, the screen opens what is missing when it next looks.
async fn alert(
    house: &House,
    recorded: &Recorded,
    again: bool,
    now: UnixMs,
) -> (Option<i64>, bool) {
    if !raises_alert(recorded.decision, recorded.colour) {
        return (None, false);
    }
    let new = NewAlert {
        checkpoint: recorded.checkpoint,
        person: recorded.person,
        entered: recorded.entered,
    };
    let opened = async {
        let unheard = again && !stands(house, &new).await?;
        Answer::Ok((house.registry.open_alert(&new, now).await?, unheard))
    };
    match opened.await {
        Ok((alert, unheard)) => (Some(alert), unheard),
        Err(error) => {
            tracing::error!(%error, "an alert could not be opened");
            house.days.missed(new);
            (None, false)
        }
    }
}

/// Opens the alert of an entry whose verdict followed.
pub(super) async fn opened_alert(house: &House, recorded: &Recorded, now: UnixMs) -> Option<i64> {
    alert(house, recorded, false, now).await.0
}

/// Alerts of one door looked through for one entry's.
const ALERTS_MAX: i64 = 500;

/// Whether this entry has its alert already, dealt with or not.
async fn stands(house: &House, new: &NewAlert) -> Answer<bool> {
    let alerts = house.registry.alerts_at(new.checkpoint, new.entered, ALERTS_MAX).await?;
    Ok(alerts.iter().any(|alert| alert.new == *new))
}

/// An entry as the door sees it. The status is known only at the moment of the scan.
pub(crate) fn shown(
    masked_name: &str,
    recorded: &Recorded,
    status: Option<&HealthStatus>,
    alert: Option<i64>,
) -> Shown {
    Shown {
        masked_name: masked_name.to_owned(),
        entered: recorded.entered,
        method: recorded.method,
        decision: recorded.decision,
        colour: recorded.colour,
        advice: advice(recorded.decision, recorded.colour, recorded.cause),
        negative_hours: status.and_then(|s| s.negative_hours(recorded.entered)),
        itinerary: status.map_or(Itinerary::Unknown, |s| s.itinerary),
        alert,
    }
}
