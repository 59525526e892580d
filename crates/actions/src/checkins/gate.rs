//! The gate: the one way into the visit store. Full means busy now, never a wait without bound.

use crate::{Answer, Failure, House};
use domain::{
    checkins::{Entry, Method, SAME_ENTRY_MS},
    checkpoints::CheckpointNumber,
    entry_policy::{Cause, Decision, Verdict},
    health_status::Colour,
    people::PersonNumber,
    time::{MINUTE_MS, UnixMs},
};
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::sync::{Semaphore, SemaphorePermit};
use visits::{AppendError, Appended, Visit};

/// Entries remembered at most; beyond it the older ones are forgotten early.
const REMEMBERED_MAX: usize = 200_000;
/// Entries under way at the same time; one more is told to come again at once.
pub const AT_ONCE_MAX: usize = 256;
/// Reverse scans of one device within a minute: more than two hands can do, less than a list read
/// out by a program.
pub const DEVICE_SCANS_MAX: u32 = 60;

/// Lets entries through: so many at once, and two requests side by side as one visit. It remembers
/// who entered where within the last minute with which result; both requests then carry the same
/// entry time, and the store keeps one.
pub struct Gate {
    recent: Mutex<HashMap<(PersonNumber, CheckpointNumber), Seen>>,
    devices: Mutex<HashMap<i64, (i64, u32)>>,
    turns: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            recent: Mutex::default(),
            devices: Mutex::default(),
            turns: Semaphore::new(AT_ONCE_MAX),
        }
    }
}

/// An entry of the last minute. A different result is a different entry: whoever turned red must
/// not be shown what was recorded while the code was green.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    entered: UnixMs,
    decision: Decision,
    colour: Colour,
}

impl Gate {
    /// A turn for one entry, held until it is answered.
    ///
    /// # Errors
    /// `Busy` when all are taken.
    pub(crate) fn turn(&self) -> Answer<SemaphorePermit<'_>> {
        self.turns.try_acquire().map_err(|_| Failure::Busy)
    }

    /// Counts a reverse scan of a device.
    ///
    /// # Errors
    /// `TooMany` beyond 60 within one minute.
    pub(crate) fn device_turn(&self, device: i64, now: UnixMs) -> Answer<()> {
        let minute = now.0.div_euclid(MINUTE_MS);
        let mut devices = self.devices.lock();
        devices.retain(|_, (counted, _)| *counted == minute);
        let (_, count) = devices.entry(device).or_insert((minute, 0));
        *count += 1;
        if *count <= DEVICE_SCANS_MAX {
            return Ok(());
        }
        Err(Failure::TooMany { says: "登记太快，请一分钟后再试", retry_after_s: 60 })
    }

    /// The entry time to record: that of the same entry within the last minute, else `now`.
    fn entry_time(
        &self,
        person: PersonNumber,
        checkpoint: CheckpointNumber,
        stored: Option<Seen>,
        seen: Seen,
    ) -> UnixMs {
        let now = seen.entered;
        let mut recent = self.recent.lock();
        if recent.len() >= REMEMBERED_MAX {
            recent.retain(|_, known| is_same(known, &seen));
            if recent.len() >= REMEMBERED_MAX {
                recent.clear();
            }
        }
        let entered = match recent.get(&(person, checkpoint)).copied().or(stored) {
            Some(known) if is_same(&known, &seen) => known.entered,
            // Another result within the same millisecond must not take the identity of the first.
            Some(known) if known.entered == now => now.plus(1),
            _ => now,
        };
        recent.insert((person, checkpoint), Seen { entered, ..seen });
        entered
    }
}

fn is_same(known: &Seen, seen: &Seen) -> bool {
    seen.entered.since(known.entered).abs() < SAME_ENTRY_MS
        && (known.decision, known.colour) == (seen.decision, seen.colour)
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

/// Which entry time a scan of this person at this door has now, given its verdict.
///
/// # Errors
/// `Broken` when the store cannot be read.
pub(crate) async fn entry_time(
    house: &House,
    person: PersonNumber,
    checkpoint: CheckpointNumber,
    verdict: &Verdict,
    now: UnixMs,
) -> Answer<UnixMs> {
    // After a restart the memory is empty and the store still knows.
    let (from, to) = (now.plus(-SAME_ENTRY_MS + 1), now.plus(SAME_ENTRY_MS));
    let near = house.visits.visits_of(person.0, from.0, to.0).await.map_err(Failure::broken)?;
    let stored = near.iter().rfind(|v| v.checkpoint == checkpoint.0).map(|visit| {
        let recorded = Recorded::from(visit);
        Seen { entered: recorded.entered, decision: recorded.decision, colour: recorded.colour }
    });
    let seen = Seen { entered: now, decision: verdict.decision(), colour: verdict.colour() };
    Ok(house.gate.entry_time(person, checkpoint, stored, seen))
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

    const PERSON: PersonNumber = PersonNumber(1);
    const DOOR: CheckpointNumber = CheckpointNumber(2);

    fn green(ms: i64) -> Seen {
        Seen { entered: UnixMs(ms), decision: Decision::Pass, colour: Colour::Green }
    }

    #[test]
    fn two_scans_within_a_minute_are_one_entry_and_later_ones_are_another() {
        let gate = Gate::default();
        let at = |ms| gate.entry_time(PERSON, DOOR, None, green(ms));
        assert_eq!(at(1_000_000), UnixMs(1_000_000));
        assert_eq!(at(1_059_999), UnixMs(1_000_000));
        assert_eq!(at(1_060_000), UnixMs(1_060_000));
        let other = gate.entry_time(PersonNumber(2), DOOR, None, green(1_060_001));
        assert_eq!(other, UnixMs(1_060_001));
    }

    #[test]
    fn another_result_is_another_entry() {
        let gate = Gate::default();
        gate.entry_time(PERSON, DOOR, None, green(1_000_000));
        let red = Seen { decision: Decision::Stop, colour: Colour::Red, ..green(1_010_000) };
        assert_eq!(gate.entry_time(PERSON, DOOR, None, red), UnixMs(1_010_000));
        let yellow = Seen { decision: Decision::Recheck, colour: Colour::Yellow, ..red };
        assert_eq!(gate.entry_time(PERSON, DOOR, None, yellow), UnixMs(1_010_001));
    }

    #[test]
    fn after_a_restart_the_store_is_asked() {
        let gate = Gate::default();
        let stored = Some(green(1_000_000));
        assert_eq!(gate.entry_time(PERSON, DOOR, stored, green(1_030_000)), UnixMs(1_000_000));
    }

    #[test]
    fn a_full_house_says_so_at_once_and_a_turn_comes_back() {
        let gate = Gate::default();
        let turns: Vec<_> = (0..AT_ONCE_MAX).map(|_| gate.turn().unwrap()).collect();
        assert!(matches!(gate.turn(), Err(Failure::Busy)));
        drop(turns);
        assert!(gate.turn().is_ok());
    }

    #[test]
    fn a_device_cannot_read_out_a_list() {
        let gate = Gate::default();
        let at = |device, ms| gate.device_turn(device, UnixMs(ms)).is_ok();
        assert!((0..DEVICE_SCANS_MAX).all(|_| at(1, 600_000)));
        assert!(!at(1, 600_001) && at(2, 600_001) && at(1, 660_000));
    }
}
