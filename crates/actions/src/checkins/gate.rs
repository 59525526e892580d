//! The gate: the one way into the visit store. Full means busy now, never a wait without bound.

pub use super::stored::Recorded;

use super::{
    recent::{Key, Recent, Seen},
    stored,
};
use crate::{Answer, Failure, House};
use domain::{
    checkins::{Entry, SAME_ENTRY_MS},
    checkpoints::CheckpointNumber,
    entry_policy::Verdict,
    people::PersonNumber,
    time::{MINUTE_MS, UnixMs},
};
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::sync::{Semaphore, SemaphorePermit};
use visits::{AppendError, Appended, ReadError, Visit, Window};

/// Entries under way at the same time; one more is told to come again at once. At 25,000 a second
/// this many wait 30 ms, and about as many more have come and not begun.
pub const AT_ONCE_MAX: usize = 768;
/// Reverse scans of one device within a minute: more than two hands can do, less than a list read
/// out by a program.
pub const DEVICE_SCANS_MAX: u32 = 60;

/// Lets entries through: so many at once, and two requests side by side as one visit. It remembers
/// who entered where within the last minute with which result; both requests then carry the same
/// entry time, and the store keeps one.
pub struct Gate {
    recent: Recent,
    devices: Mutex<HashMap<i64, (i64, u32)>>,
    turns: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            recent: Recent::default(),
            devices: Mutex::default(),
            turns: Semaphore::new(AT_ONCE_MAX),
        }
    }
}

impl Gate {
    /// A turn for one entry, held until it is answered.
    ///
    /// # Errors
    /// `Busy` when all are taken.
    pub(crate) fn turn(&self) -> Answer<SemaphorePermit<'_>> {
        self.turns.try_acquire().map_err(|_| Failure::Busy)
    }

    /// Whether a turn is free at this moment.
    pub(crate) fn has_room(&self) -> bool {
        self.turns.available_permits() > 0
    }

    /// Entries under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        AT_ONCE_MAX.saturating_sub(self.turns.available_permits())
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
}

/// Doors asked about at once when a house opens, unless they had too many visits for one answer.
const DOORS_AT_ONCE: usize = 10_000;

/// Fills the memory of the last minute from the store, so that the minute after a start, when
/// everybody comes at once, asks the store for nothing. Call it before the first scan.
///
/// It is a head start and no more: whatever keeps it from being had is logged, the house opens, and
/// scans ask the store, each for itself.
pub async fn remember(house: &House) {
    let now = house.now();
    match fill(house, now).await {
        Ok(()) => house.gate.recent.filled(now),
        Err(why) => tracing::warn!(%why, "visits of the last minute are looked up one by one"),
    }
}

async fn fill(house: &House, now: UnixMs) -> Result<(), ReadError> {
    let (from, to) = (now.plus(-SAME_ENTRY_MS), now.plus(SAME_ENTRY_MS));
    let window =
        |door: &CheckpointNumber| Window { checkpoint: door.0, from_ms: from.0, to_ms: to.0 };
    let windows: Vec<Window> = house.mirror.doors().iter().map(window).collect();
    let (mut left, mut at_once) = (windows.as_slice(), DOORS_AT_ONCE);
    while !left.is_empty() {
        let (asked, others) = left.split_at(at_once.min(left.len()));
        match house.visits.visits_at_windows(asked).await {
            Ok(found) => house.gate.recent.remember(found.iter().flatten().map(seen_in)),
            // After a minute that brought more than one answer holds.
            Err(ReadError::AnswerTooLarge { .. }) if asked.len() > 1 => {
                at_once = asked.len() / 2;
                continue;
            }
            Err(error) => return Err(error),
        }
        left = others;
    }
    Ok(())
}

fn seen_in(visit: &Visit) -> (Key, Seen) {
    let Recorded { person, checkpoint, entered, decision, colour, .. } = Recorded::from(visit);
    ((person, checkpoint), Seen { entered, decision, colour })
}

/// Which entry time a scan of this person at this door has now, given its verdict. The store is
/// asked only while the memory does not reach back a minute, as after a restart.
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
    let key = (person, checkpoint);
    let seen = Seen { entered: now, decision: verdict.decision(), colour: verdict.colour() };
    if let Some(entered) = house.gate.recent.entry_time(key, seen) {
        return Ok(entered);
    }
    let (from, to) = (now.plus(-SAME_ENTRY_MS + 1), now.plus(SAME_ENTRY_MS));
    let near = house.visits.visits_of(person.0, from.0, to.0).await.map_err(Failure::broken)?;
    let stored = near.iter().rfind(|v| v.checkpoint == checkpoint.0).map(|visit| {
        let recorded = Recorded::from(visit);
        Seen { entered: recorded.entered, decision: recorded.decision, colour: recorded.colour }
    });
    Ok(house.gate.recent.entry_time_beside(key, seen, stored))
}

/// Records an entry durably; whether it was there already.
///
/// # Errors
/// `Busy` when the queue is full or the disk has no room at this moment; `Broken` when the store
/// has stopped.
pub(crate) async fn enter(house: &House, entry: &Entry) -> Answer<bool> {
    match house.visits.append(stored::visit(entry, house.now())?).await {
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
    fn a_full_house_says_so_at_once_and_a_turn_comes_back() {
        let gate = Gate::default();
        let turns: Vec<_> = (0..AT_ONCE_MAX).map(|_| gate.turn().unwrap()).collect();
        assert!(matches!(gate.turn(), Err(Failure::Busy)));
        assert_eq!(gate.under_way(), AT_ONCE_MAX);
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
