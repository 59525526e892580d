//! A visitor enters: find the door, judge, record durably, announce.

use super::{
    gate::{self, Recorded},
    look::{self, Door},
    receipt::{self, Receipt},
    stored::KeptVersion,
};
use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    duty::announce::{Announcement, Shown},
    health_status::{self, Known, Look, Question},
};
use domain::{
    checkins::{Entry, Method},
    checkpoints::DoorSettings,
    entry_policy::{Cause, Verdict, judge},
    health_status::Itinerary,
    people::PersonNumber,
    presence::{Presence, SignSeen, Told},
    time::{MINUTE_MS, UnixMs},
};
use registry::{NewAlert, Opened};
use std::sync::Arc;

/// How a code was scanned, and what was shown of where.
#[derive(Clone, Copy, Debug)]
pub struct Scanned {
    /// In which app.
    pub method: Method,
    /// The position that was told; it is compared and not kept.
    pub position: Option<Told>,
    /// What is known of the door's sign.
    pub sign: SignSeen,
}

impl From<Method> for Scanned {
    fn from(method: Method) -> Self {
        Self { method, position: None, sign: SignSeen::NotAsked }
    }
}

impl Scanned {
    /// What a door that asks was shown.
    fn presence(&self, settings: &DoorSettings) -> Presence {
        let sign = match self.sign {
            _ if !settings.has_sign => SignSeen::NotAsked,
            SignSeen::NotAsked => SignSeen::Missing,
            seen => seen,
        };
        let nearness = settings.spot.map(|spot| spot.nearness(self.position));
        Presence { nearness: nearness.unwrap_or_default(), sign }
    }
}

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
    scanned: impl Into<Scanned>,
) -> Answer<Receipt> {
    let recorded = recorded(house, caller, code, &scanned.into()).await;
    if let Err(failure) = &recorded {
        house.metrics.refused(failure);
    }
    recorded
}

/// Whether an entry would get a turn at this moment, for whoever is about to ask for one.
///
/// # Errors
/// `Busy`, counted as a refused scan.
pub fn has_room(house: &House) -> Answer<()> {
    if house.gate.has_room() {
        return Ok(());
    }
    house.metrics.refused(&Failure::Busy);
    Err(Failure::Busy)
}

async fn recorded(
    house: &House,
    caller: &Visitor,
    code: &str,
    scanned: &Scanned,
) -> Answer<Receipt> {
    // First of all: whoever is told to come again must cost next to nothing.
    let _turn = house.gate.turn()?;
    let door = look::door(house, code)?;
    admit(house, caller.person, &door)?;
    let way =
        Way { method: scanned.method, operator: None, presence: scanned.presence(&door.settings) };
    let entered = enter(house, &door, caller.person, way).await?;
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
    /// The status it was judged by.
    pub known: Known,
    /// What the door saw; nothing of a scan at a door that nobody looks at.
    pub shown: Option<Arc<Shown>>,
    /// Whether it was there already.
    pub again: bool,
    /// Whether its status is being asked for.
    pub pending: bool,
}

/// How somebody comes to a door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// How it is scanned.
    pub method: Method,
    /// The duty device whose hand it is.
    pub operator: Option<u32>,
    /// What the door was shown of where they stand.
    pub presence: Presence,
}

/// Judges, records and announces; the same for a scan and a reverse scan. Whatever can fail is
/// asked before the commit: afterwards the entry is acknowledged in any case. The caller has a turn.
pub(crate) async fn enter(
    house: &House,
    door: &Door,
    person: PersonNumber,
    Way { method, operator, presence }: Way,
) -> Answer<Entered> {
    let leaves = door.settings.is_exit;
    let method = if leaves { Method::Exit } else { method };
    // Whoever typed a number is answered with a name; of a scan the door alone hears it.
    let masked_name = operator.map(|_| crate::people::masked_name(house, person)).transpose()?;
    let now = house.now();
    let known = health_status::known(house, person, Look::Entry, now);
    let born = house.mirror.birth_month(person);
    let verdict = match leaves {
        true => Verdict::leaving(),
        false => judge(&house.mirror.policy(&door.site(), now), &known.status, born, now)
            .with_presence(presence),
    };
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
        presence: verdict.presence(),
        policy: KeptVersion::Whole(verdict.policy_version()),
    };
    let recorded = if again { before(house, made).await } else { made };
    // A guard who typed a number waits for the alert's; nobody who scans does.
    let opened = match operator {
        // Rare and long: every scan would carry room for it.
        Some(_) => Box::pin(opened_alert(house, &recorded, now)).await,
        None => None,
    };
    let alert = opened.map(|opened| opened.id);
    if !again {
        house.days.add(&recorded);
    }
    // Not before the day has it: a screen that opens after this look reads it there.
    let heard = again || house.announcer.is_heard(door.checkpoint);
    let name = masked_name.or_else(|| heard.then(|| name_to_tell(house, person)).flatten());
    let shown = name.map(|name| {
        let shown = shown(&name, &recorded, Some(&known).filter(|_| !leaves), alert);
        Arc::new(Shown { test_free: verdict.is_test_free(), again, ..shown })
    });
    if let Some(shown) = &shown
        && (!again || opened.is_some_and(|opened| opened.fresh))
    {
        house.announcer.tell(door.checkpoint, Announcement::Entry(Arc::clone(shown)));
    }
    if opened.is_none() {
        raise(house, &recorded, shown.clone().filter(|_| again));
    }
    house.metrics.scan(recorded.decision, again);
    let pending = !leaves && !known.settled && ask(house, &recorded, now);
    Ok(Entered { recorded, known, shown, again, pending })
}

/// The entry that was there: the first of two requests may have come another way, as by a guard's hand.
async fn before(house: &House, made: Recorded) -> Recorded {
    let Recorded { person, checkpoint, entered, .. } = made;
    receipt::stored(house, person, checkpoint, entered).await.unwrap_or(made)
}

/// The masked name of somebody who has entered. The entry stands, whatever comes of it.
fn name_to_tell(house: &House, person: PersonNumber) -> Option<String> {
    let name = crate::people::masked_name(house, person);
    if let Err(failure) = &name {
        tracing::error!(error = %failure, "a door was not told of an entry");
    }
    name.ok()
}

/// Asks for the status of somebody who has entered; whether an answer may come.
fn ask(house: &House, recorded: &Recorded, now: UnixMs) -> bool {
    let (person, entry) = (recorded.person, Some(*recorded));
    house.health.can_be_asked() && house.questions.ask(Question { person, asked: now, entry })
}

/// Raises the alert of an abnormal entry, also of one that was there: the process may have ended
/// between commit and alert, and then the door is told of the entry as well.
pub(super) fn raise(house: &House, recorded: &Recorded, unheard: Option<Arc<Shown>>) {
    if recorded.raises_alert() {
        house.raised.raise(new_alert(recorded), unheard);
    }
}

/// Opens the alert of an abnormal entry now. What cannot be opened is raised like any other.
async fn opened_alert(house: &House, recorded: &Recorded, now: UnixMs) -> Option<Opened> {
    if !recorded.raises_alert() {
        return None;
    }
    match house.registry.open_alerts(&[new_alert(recorded)], now).await {
        Ok(opened) => opened.first().copied(),
        Err(error) => {
            tracing::error!(%error, "an alert could not be opened at once");
            None
        }
    }
}

fn new_alert(recorded: &Recorded) -> NewAlert {
    let Recorded { checkpoint, person, entered, .. } = *recorded;
    NewAlert { checkpoint, person, entered }
}

/// An entry as the door sees it. The status is known only at the moment of the scan.
pub(crate) fn shown(
    masked_name: &str,
    recorded: &Recorded,
    known: Option<&Known>,
    alert: Option<i64>,
) -> Shown {
    let status = known.map(|known| &known.status);
    Shown {
        masked_name: masked_name.to_owned(),
        entered: recorded.entered,
        method: recorded.method,
        decision: recorded.decision,
        colour: recorded.colour,
        advice: recorded.advice(),
        besides: recorded.besides(),
        negative_hours: status.and_then(|s| s.negative_hours(recorded.entered)),
        test_free: false,
        itinerary: status.map_or(Itinerary::Unknown, |s| s.itinerary),
        doses: status.and_then(|s| s.doses),
        stale_minutes: known.and_then(|known| {
            let age_ms = recorded.entered.since(known.said);
            (recorded.cause == Some(Cause::Stale)).then_some((age_ms / MINUTE_MS).max(1))
        }),
        alert,
        again: false,
    }
}
