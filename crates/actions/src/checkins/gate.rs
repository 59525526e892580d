//! The gate: the one way into the visit store. Full means busy now, never a wait without bound.

use crate::{Answer, Failure, House};
use domain::{
    checkins::{Entry, Method, SAME_ENTRY_MS},
    checkpoints::CheckpointNumber,
    entry_policy::{Cause, Decision},
    health_status::Colour,
    people::PersonNumber,
    time::UnixMs,
};
use parking_lot::Mutex;
use std::collections::HashMap;
use visits::{AppendError, Appended, Visit};

/// Entries remembered at most; beyond it the older ones are forgotten early.
const REMEMBERED_MAX: usize = 200_000;

/// Remembers who entered where within the last minute, so that two requests side by side become
/// one visit: both carry the same entry time, and the store keeps one.
#[derive(Default)]
pub struct Gate {
    recent: Mutex<HashMap<(PersonNumber, CheckpointNumber), UnixMs>>,
}

impl Gate {
    /// The entry time to record: that of the same entry within the last minute, else `now`.
    fn entry_time(
        &self,
        person: PersonNumber,
        checkpoint: CheckpointNumber,
        stored: Option<UnixMs>,
        now: UnixMs,
    ) -> UnixMs {
        let mut recent = self.recent.lock();
        if recent.len() >= REMEMBERED_MAX {
            recent.retain(|_, entered| same_entry(*entered, now));
            if recent.len() >= REMEMBERED_MAX {
                recent.clear();
            }
        }
        let known = recent.get(&(person, checkpoint)).copied().or(stored);
        let entered = known.filter(|entered| same_entry(*entered, now)).unwrap_or(now);
        recent.insert((person, checkpoint), entered);
        entered
    }
}

fn same_entry(entered: UnixMs, now: UnixMs) -> bool {
    now.since(entered).abs() < SAME_ENTRY_MS
}

/// What is in the store about an entry, read back.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    /// Who.
    pub person: PersonNumber,
    /// Where.
    pub checkpoint: CheckpointNumber,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// What the door did.
    pub decision: Decision,
    /// Colour shown then.
    pub colour: Colour,
    /// Why it was not a pass.
    pub cause: Option<Cause>,
}

impl From<&Visit> for Recorded {
    fn from(visit: &Visit) -> Self {
        Self {
            person: PersonNumber(visit.person),
            checkpoint: CheckpointNumber(visit.checkpoint),
            entered: UnixMs(visit.entered_ms),
            method: Method::from_number(visit.method).unwrap_or(Method::Browser),
            decision: Decision::from_number(visit.verdict),
            colour: Colour::from_number(visit.status),
            cause: Cause::from_number((visit.flags & 0x0f) as u8),
        }
    }
}

/// The store's form of an entry. Flags: bits 0–3 the cause, bits 4–11 the policy's version modulo
/// 256, bits 12–15 free.
fn visit(entry: &Entry, recorded: UnixMs) -> Visit {
    let cause = u16::from(Cause::number(entry.verdict.cause()));
    let policy = u16::try_from(entry.verdict.policy_version() % 256).unwrap_or(0);
    Visit {
        person: entry.person.0,
        checkpoint: entry.checkpoint.0,
        entered_ms: entry.entered.0,
        recorded_ms: recorded.0,
        method: entry.method.number(),
        operator: entry.operator.unwrap_or(0),
        verdict: entry.verdict.decision().number(),
        status: entry.verdict.colour().number(),
        flags: cause | policy << 4,
    }
}

/// Which entry time a scan of this person at this door has now.
///
/// # Errors
/// `Broken` when the store cannot be read.
pub(crate) async fn entry_time(
    house: &House,
    person: PersonNumber,
    checkpoint: CheckpointNumber,
    now: UnixMs,
) -> Answer<UnixMs> {
    // After a restart the memory is empty and the store still knows.
    let (from, to) = (now.plus(-SAME_ENTRY_MS + 1), now.plus(SAME_ENTRY_MS));
    let near = house.visits.visits_of(person.0, from.0, to.0).await.map_err(Failure::broken)?;
    let stored = near.iter().rfind(|v| v.checkpoint == checkpoint.0).map(|v| UnixMs(v.entered_ms));
    Ok(house.gate.entry_time(person, checkpoint, stored, now))
}

/// Records an entry durably; whether it was there already.
///
/// # Errors
/// `Busy` when the queue is full or the disk has no room at this moment; `Broken` when the store
/// has stopped.
pub(crate) async fn enter(house: &House, entry: &Entry) -> Answer<bool> {
    match house.visits.append(visit(entry, house.now())).await {
        Ok(appended) => Ok(appended == Appended::AlreadyThere),
        Err(AppendError::Full) => Err(Failure::Busy),
        Err(AppendError::NoRoom(why)) => {
            tracing::error!(%why, "no room for visits; check-ins are refused until there is");
            Err(Failure::Busy)
        }
        Err(other) => Err(Failure::broken(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_scans_within_a_minute_are_one_entry_and_later_ones_are_another() {
        let gate = Gate::default();
        let (person, door) = (PersonNumber(1), CheckpointNumber(2));
        let at = |ms| gate.entry_time(person, door, None, UnixMs(ms));
        assert_eq!(at(1_000_000), UnixMs(1_000_000));
        assert_eq!(at(1_059_999), UnixMs(1_000_000));
        assert_eq!(at(1_060_000), UnixMs(1_060_000));
        let other = gate.entry_time(PersonNumber(2), door, None, UnixMs(1_060_001));
        assert_eq!(other, UnixMs(1_060_001));
    }

    #[test]
    fn after_a_restart_the_store_is_asked() {
        let gate = Gate::default();
        let stored = Some(UnixMs(1_000_000));
        let again =
            gate.entry_time(PersonNumber(1), CheckpointNumber(2), stored, UnixMs(1_030_000));
        assert_eq!(again, UnixMs(1_000_000));
    }
}
