//! What was recorded, for the person it is about.

use super::{
    gate::Recorded,
    look::{Door, Words},
    record::Entered,
};
use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    health_status::{self, Known, Look, Question, tested_by},
    regions,
};
use domain::{
    checkins::{Method, RESULT_FRESH_MS},
    checkpoints::CheckpointNumber,
    entry_policy::{Cause, Decision, Verdict, judge},
    health_status::{Colour, Itinerary, Source},
    people::PersonNumber,
    presence::Presence,
    time::{MINUTE_MS, UnixMs},
};
use std::sync::Arc;

/// An entry as its person sees it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Its name in URLs; means nothing without the person's session.
    pub id: String,
    /// Where.
    pub door: Arc<Door>,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// What the door does.
    pub decision: Decision,
    /// Colour.
    pub colour: Colour,
    /// What to do, Chinese, key into the catalogues.
    pub advice: &'static str,
    /// What is to be looked at besides, Chinese, key into the catalogues.
    pub besides: Option<&'static str>,
    /// What the door was shown of where they stand.
    pub presence: Presence,
    /// Whether they left.
    pub leaves: bool,
    /// The version of the policy it was judged by, when it can be told.
    pub policy_version: Option<u32>,
    /// Whole hours since the last negative sample.
    pub negative_hours: Option<i64>,
    /// Whether none is asked of them, for their age.
    pub test_free: bool,
    /// Itinerary.
    pub itinerary: Itinerary,
    /// Who said the colour that is known now.
    pub source: Source,
    /// Whole minutes since it was said.
    pub age_minutes: Option<i64>,
    /// Who tested, if it is known.
    pub tested_by: Option<Arc<str>>,
    /// Doses of vaccine, if known.
    pub doses: Option<u8>,
    /// Whether it was said too long ago to count.
    pub stale: bool,
    /// The door's proof word in the hour of the entry.
    pub proof_word: String,
    /// Whether this entry was already there (a scan again within a minute).
    pub again: bool,
    /// Whether its status is being asked for: look again in a moment.
    pub pending: bool,
    /// The day it is deleted.
    pub deleted_on: UnixMs,
    /// The time now, to say how old it is.
    pub now: UnixMs,
}

/// One of the person's own entries.
///
/// # Errors
/// `NotFound` for anything that is not theirs.
pub async fn receipt(house: &House, caller: &Visitor, id: &str) -> Answer<Receipt> {
    let (checkpoint, entered) = parse_id(id).ok_or(Failure::NotFound)?;
    let recorded = stored(house, caller.person, checkpoint, entered).await?;
    let door = match house.mirror.code_of(checkpoint) {
        Some(code) => code.door,
        None => Arc::new(door_without_code(house, checkpoint).await?),
    };
    let now = house.now();
    let known = health_status::known(house, caller.person, Look::Page, now);
    let policy = house.mirror.policy(&door.site(), now);
    let born = house.mirror.birth_month(caller.person);
    let verdict = judge(&policy, &known.status, born, now).with_presence(recorded.presence);
    let entered = Shown {
        recorded: &worst(house.followed.over(recorded), &verdict, now),
        known: &known,
        again: true,
        pending: !known.settled && is_pending(house, &recorded, now),
    };
    Ok(put_together(house, door, entered, now))
}

/// Whether a fresh result waits for an answer about its person, or asks for one now.
fn is_pending(house: &House, recorded: &Recorded, now: UnixMs) -> bool {
    let question = Question { person: recorded.person, asked: now, entry: None };
    now.since(recorded.entered) <= RESULT_FRESH_MS
        && !recorded.leaves()
        && house.health.can_be_asked()
        && (house.questions.is_waiting(recorded.person) || house.questions.ask(question))
}

/// A result that is looked at again shows what holds now, when that is worse: a page kept open does
/// not stay green after the code has turned. An old record keeps what was shown then.
fn worst(recorded: Recorded, verdict: &Verdict, now: UnixMs) -> Recorded {
    let fresh = now.since(recorded.entered) <= RESULT_FRESH_MS;
    if !fresh || recorded.leaves() || verdict.decision().number() <= recorded.decision.number() {
        return recorded;
    }
    recorded.judged(verdict)
}

/// The door of an entry whose code was closed or replaced since.
async fn door_without_code(house: &House, number: CheckpointNumber) -> Answer<Door> {
    let record = house.registry.checkpoint(number).await?.ok_or(Failure::NotFound)?.record;
    let regions = regions::all(house).await?;
    let words = Words {
        name: &record.name,
        door: &record.door,
        address: &record.address,
        county_name: &regions::name_of(&regions, &record.county),
        county: &record.county,
        township: &record.township,
        category: &record.category,
    };
    Ok(Door::new(number, house.registry.door_settings(number).await?, &words))
}

/// The stored entry with this identity.
pub(crate) async fn stored(
    house: &House,
    person: PersonNumber,
    checkpoint: CheckpointNumber,
    entered: UnixMs,
) -> Answer<Recorded> {
    let end = entered.plus(1);
    let found =
        house.visits.visits_of(person.0, entered.0, end.0).await.map_err(Failure::broken)?;
    let visit = found.iter().find(|visit| visit.checkpoint == checkpoint.0);
    visit.map(Recorded::from).ok_or(Failure::NotFound)
}

/// What a receipt says besides its door.
struct Shown<'a> {
    recorded: &'a Recorded,
    known: &'a Known,
    again: bool,
    pending: bool,
}

/// The receipt of an entry made just now.
pub(crate) fn of(house: &House, door: Arc<Door>, entered: &Entered) -> Receipt {
    let shown = Shown {
        recorded: &entered.recorded,
        known: &entered.known,
        again: entered.again,
        pending: entered.pending,
    };
    put_together(house, door, shown, house.now())
}

fn put_together(house: &House, door: Arc<Door>, shown: Shown<'_>, now: UnixMs) -> Receipt {
    let Shown { recorded, known: Known { status, said, .. }, again, pending } = shown;
    let age_ms = now.since(*said);
    let rules = house.mirror.policy(&door.site(), now).rules;
    Receipt {
        id: [recorded.checkpoint.0.to_string(), recorded.entered.0.to_string()].join("-"),
        proof_word: crate::duty::proof_words::proof_word(house, door.checkpoint, recorded.entered),
        door,
        entered: recorded.entered,
        method: recorded.method,
        decision: recorded.decision,
        colour: recorded.colour,
        advice: recorded.advice(),
        besides: recorded.besides(),
        presence: recorded.presence,
        leaves: recorded.leaves(),
        policy_version: recorded.policy.exact(house.mirror.highest_policy()).filter(|v| *v > 0),
        negative_hours: status.negative_hours(now),
        test_free: rules.nucleic_acid_hours_max.is_some()
            && rules.is_test_free(house.mirror.birth_month(recorded.person), now),
        itinerary: status.itinerary,
        source: status.source,
        age_minutes: (status.colour != Colour::Unknown).then_some((age_ms / MINUTE_MS).max(0)),
        tested_by: tested_by(house, status),
        doses: status.doses,
        stale: recorded.cause == Some(Cause::Stale),
        again,
        pending,
        deleted_on: deleted_on(house, recorded.entered),
        now,
    }
}

/// The day an entry is deleted.
pub(crate) fn deleted_on(house: &House, entered: UnixMs) -> UnixMs {
    domain::retention::deleted_on(entered, house.settings.visit_days)
}

fn parse_id(id: &str) -> Option<(CheckpointNumber, UnixMs)> {
    let (checkpoint, entered) = id.split_once('-')?;
    Some((CheckpointNumber(checkpoint.parse().ok()?), UnixMs(entered.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_a_door_and_a_time_and_garbage_names_nothing() {
        assert_eq!(
            parse_id("7-1795329127000"),
            Some((CheckpointNumber(7), UnixMs(1_795_329_127_000)))
        );
        for garbage in ["", "-", "7", "7-", "x-1", "99999999999-1", "7-1-2"] {
            assert_eq!(parse_id(garbage), None, "{garbage}");
        }
    }
}
