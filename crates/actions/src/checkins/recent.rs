//! Who entered where within the last minute, and with which result: what makes two scans one entry.

use crate::aging::Generations;
use domain::{
    checkins::SAME_ENTRY_MS, checkpoints::CheckpointNumber, entry_policy::Decision,
    health_status::Colour, people::PersonNumber, time::UnixMs,
};
use foldhash::fast::RandomState;
use parking_lot::Mutex;
use std::hash::BuildHasher;

/// Parts with a lock each, so that scans do not wait for one another.
const PARTS: usize = 64;
/// Entries a part remembers of one minute at most: 70,000 a second in all. Beyond it the older ones
/// are forgotten early, and the store is asked instead.
const PART_ENTRIES_MAX: usize = 65_536;

/// A person at a door.
pub(super) type Key = (PersonNumber, CheckpointNumber);

/// An entry of the last minute. A different result is a different entry: whoever turned red must
/// not be shown what was recorded while the code was green.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) entered: UnixMs,
    pub(super) decision: Decision,
    pub(super) colour: Colour,
}

impl Seen {
    fn is_same(&self, other: &Self) -> bool {
        self.entered.since(other.entered).abs() < SAME_ENTRY_MS
            && (self.decision, self.colour) == (other.decision, other.colour)
    }
}

/// The memory of a minute, twice: what is being filled, and the minute before.
pub(super) struct Recent {
    parts: Vec<Mutex<Part>>,
    hasher: RandomState,
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::default(),
        }
    }
}

#[derive(Default)]
struct Part {
    entries: Generations<Key, Seen>,
    /// When the fresh generation was begun.
    begun: UnixMs,
    /// Since when every entry is remembered; unknown before the first.
    whole_since: Option<UnixMs>,
}

impl Recent {
    fn part(&self, key: &Key) -> &Mutex<Part> {
        let at = usize::try_from(self.hasher.hash_one(key) % PARTS as u64).unwrap_or(0);
        &self.parts[at]
    }

    /// The entry time to record: that of the same entry within the last minute, else its own.
    /// `None` when the memory cannot say.
    pub(super) fn entry_time(&self, key: Key, seen: Seen) -> Option<UnixMs> {
        let mut part = self.part(&key).lock();
        part.turn(seen.entered);
        let known = part.get(&key);
        if !known.is_some_and(|known| known.is_same(&seen)) && !part.reaches_back(seen.entered) {
            return None;
        }
        Some(part.settle(key, seen, known))
    }

    /// Takes in what the store has of the last minute.
    pub(super) fn remember(&self, entries: impl Iterator<Item = (Key, Seen)>) {
        for (key, seen) in entries {
            self.part(&key).lock().entries.insert(key, seen);
        }
    }

    /// All that the store has of the minute before `now` was taken in: from now on it need not be
    /// asked.
    pub(super) fn filled(&self, now: UnixMs) {
        for part in &self.parts {
            let mut part = part.lock();
            (part.begun, part.whole_since) = (now, Some(now.plus(-SAME_ENTRY_MS)));
        }
    }

    /// The same, given what the store has of this person at this door nearby.
    pub(super) fn entry_time_beside(&self, key: Key, seen: Seen, stored: Option<Seen>) -> UnixMs {
        let mut part = self.part(&key).lock();
        let both = [part.get(&key), stored];
        let same = both.into_iter().flatten().find(|known| known.is_same(&seen));
        part.settle(key, seen, same.or(both[0]).or(stored))
    }
}

impl Part {
    /// Forgets what is older than a minute, a minute at a time.
    fn turn(&mut self, now: UnixMs) {
        if self.whole_since.is_none() {
            (self.whole_since, self.begun) = (Some(now), now);
        }
        let over = now.since(self.begun) >= SAME_ENTRY_MS;
        if over || self.entries.fresh() >= PART_ENTRIES_MAX {
            if !over {
                // What goes now may be less than a minute old.
                self.whole_since = Some(self.begun);
            }
            self.entries.turn();
            self.begun = now;
        }
    }

    fn get(&self, key: &Key) -> Option<Seen> {
        self.entries.get(key).copied()
    }

    /// Whether nothing of the minute before `now` can be missing. After a clock was set back it
    /// may be.
    fn reaches_back(&self, now: UnixMs) -> bool {
        let since = self.whole_since.unwrap_or(now);
        now.plus(-SAME_ENTRY_MS) >= since && now >= self.begun
    }

    fn settle(&mut self, key: Key, seen: Seen, known: Option<Seen>) -> UnixMs {
        let now = seen.entered;
        let entered = match known {
            Some(known) if known.is_same(&seen) => known.entered,
            // Another result within the same millisecond must not take the identity of the first.
            Some(known) if known.entered == now => now.plus(1),
            _ => now,
        };
        self.entries.insert(key, Seen { entered, ..seen });
        entered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = (PersonNumber(1), CheckpointNumber(2));

    fn green(ms: i64) -> Seen {
        Seen { entered: UnixMs(ms), decision: Decision::Pass, colour: Colour::Green }
    }

    /// As the gate asks it, with a store that knows nothing.
    fn at(recent: &Recent, key: Key, seen: Seen) -> UnixMs {
        let told = recent.entry_time(key, seen);
        told.unwrap_or_else(|| recent.entry_time_beside(key, seen, None))
    }

    #[test]
    fn two_scans_within_a_minute_are_one_entry_and_later_ones_are_another() {
        let recent = Recent::default();
        assert_eq!(at(&recent, KEY, green(1_000_000)), UnixMs(1_000_000));
        assert_eq!(at(&recent, KEY, green(1_059_999)), UnixMs(1_000_000));
        assert_eq!(at(&recent, KEY, green(1_060_000)), UnixMs(1_060_000));
        let other = (PersonNumber(2), CheckpointNumber(2));
        assert_eq!(at(&recent, other, green(1_060_001)), UnixMs(1_060_001));
    }

    #[test]
    fn another_result_is_another_entry() {
        let recent = Recent::default();
        at(&recent, KEY, green(1_000_000));
        let red = Seen { decision: Decision::Stop, colour: Colour::Red, ..green(1_010_000) };
        assert_eq!(at(&recent, KEY, red), UnixMs(1_010_000));
        let yellow = Seen { decision: Decision::Recheck, colour: Colour::Yellow, ..red };
        assert_eq!(at(&recent, KEY, yellow), UnixMs(1_010_001));
    }

    #[test]
    fn the_store_is_asked_in_the_first_minute_and_not_after_it() {
        let recent = Recent::default();
        let stored = Some(green(970_001));
        assert_eq!(recent.entry_time(KEY, green(1_000_000)), None);
        assert_eq!(recent.entry_time_beside(KEY, green(1_000_000), stored), UnixMs(970_001));
        for n in 2..500 {
            let key = (PersonNumber(n), CheckpointNumber(2));
            at(&recent, key, green(1_059_999));
            assert_eq!(recent.entry_time(key, green(1_120_000)), Some(UnixMs(1_120_000)));
        }
    }

    #[test]
    fn a_memory_filled_at_the_start_needs_no_store() {
        let recent = Recent::default();
        let now = UnixMs(1_000_000);
        recent.remember([(KEY, green(970_001))].into_iter());
        recent.filled(now);
        assert_eq!(recent.entry_time(KEY, green(1_000_000)), Some(UnixMs(970_001)));
        for n in 2..500 {
            let key = (PersonNumber(n), CheckpointNumber(2));
            assert_eq!(recent.entry_time(key, green(1_000_000)), Some(now));
        }
    }

    #[test]
    fn after_the_clock_was_set_back_the_store_is_asked_again() {
        let recent = Recent::default();
        for ms in [1_000_000, 1_070_000, 1_140_000] {
            at(&recent, KEY, green(ms));
        }
        assert_eq!(recent.entry_time(KEY, green(1_100_000)), Some(UnixMs(1_140_000)));
        let stored = Some(green(1_000_000));
        assert_eq!(recent.entry_time(KEY, green(1_020_000)), None);
        assert_eq!(recent.entry_time_beside(KEY, green(1_020_000), stored), UnixMs(1_000_000));
        for n in 2..500 {
            let key = (PersonNumber(n), CheckpointNumber(2));
            assert_eq!(recent.entry_time(key, green(900_000)), None);
        }
    }

    #[test]
    fn what_is_forgotten_early_is_asked_of_the_store() {
        let mut part = Part::default();
        part.turn(UnixMs(0));
        part.turn(UnixMs(60_000));
        assert!(part.reaches_back(UnixMs(60_000)));
        for n in 0..PART_ENTRIES_MAX {
            part.settle((PersonNumber(n as u64), CheckpointNumber(1)), green(60_001), None);
        }
        part.turn(UnixMs(60_002));
        assert_eq!(part.entries.fresh(), 0);
        assert!(part.get(&(PersonNumber(7), CheckpointNumber(1))).is_some(), "the older minute");
        assert!(!part.reaches_back(UnixMs(60_003)), "what was before that is gone");
        assert!(part.reaches_back(UnixMs(120_000)));
    }

    #[test]
    fn a_day_leaves_two_minutes_in_memory() {
        let recent = Recent::default();
        for second in 0..1_000 {
            let key = (PersonNumber(second), CheckpointNumber(1));
            at(&recent, key, green(i64::try_from(second).unwrap() * 1_000));
            at(&recent, KEY, green(i64::try_from(second).unwrap() * 1_000));
        }
        let kept: usize = recent
            .parts
            .iter()
            .map(|part| {
                let part = part.lock();
                part.entries.len()
            })
            .sum();
        assert!(kept < 1_000, "{kept} are kept");
    }
}
