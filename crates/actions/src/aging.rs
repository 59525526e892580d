//! A memory that forgets: entries stay for at least a time, and are gone after twice that.

use domain::time::UnixMs;
use foldhash::fast::RandomState;
use std::{collections::HashMap, hash::Hash};

/// Numbers of the house's own giving are its keys, which nobody chooses.
type Map<K, V> = HashMap<K, V, RandomState>;

/// Two generations of a map.
pub(crate) struct Generations<K, V> {
    fresh: Map<K, V>,
    older: Map<K, V>,
}

impl<K, V> Default for Generations<K, V> {
    fn default() -> Self {
        Self { fresh: Map::default(), older: Map::default() }
    }
}

impl<K: Eq + Hash, V> Generations<K, V> {
    /// What is fresh becomes the older generation, and what was older is forgotten. The room it had
    /// is used again, as growing anew would hold up those who wait, unless it was more than twice
    /// what is needed now.
    pub(crate) fn turn(&mut self) {
        std::mem::swap(&mut self.fresh, &mut self.older);
        self.fresh.clear();
        self.fresh.shrink_to(2 * self.older.len());
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.fresh.insert(key, value);
    }

    /// Of both generations, the fresh one first.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.fresh.get(key).or_else(|| self.older.get(key))
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.fresh.len() + self.older.len()
    }

    /// Entries of the fresh generation.
    pub(crate) fn fresh(&self) -> usize {
        self.fresh.len()
    }
}

/// Entries by age. The older generation goes when the fresh one is old or full, so that forgetting
/// costs nothing and memory is bounded by twice `entries_max`.
pub(crate) struct Aging<K, V> {
    entries: Generations<K, V>,
    begun: UnixMs,
    keep_ms: i64,
    entries_max: usize,
}

impl<K: Eq + Hash, V> Aging<K, V> {
    /// Keeps entries for `keep_ms`, or less when more than `entries_max` come within that time.
    pub(crate) fn new(keep_ms: i64, entries_max: usize) -> Self {
        Self { entries: Generations::default(), begun: UnixMs(0), keep_ms, entries_max }
    }

    pub(crate) fn insert(&mut self, key: K, value: V, now: UnixMs) {
        let age = now.since(self.begun);
        if age >= self.keep_ms || age < 0 || self.entries.fresh() >= self.entries_max {
            self.entries.turn();
            self.begun = now;
        }
        self.entries.insert(key, value);
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_young_is_there_and_what_is_twice_as_old_is_gone() {
        let mut memory = Aging::new(1_000, 10);
        memory.insert(1, 'a', UnixMs(5_000));
        memory.insert(2, 'b', UnixMs(5_999));
        memory.insert(3, 'c', UnixMs(6_000));
        assert_eq!((memory.get(&1), memory.get(&2)), (Some(&'a'), Some(&'b')));
        memory.insert(1, 'd', UnixMs(6_500));
        assert_eq!(memory.get(&1), Some(&'d'), "the newest counts");
        memory.insert(4, 'e', UnixMs(7_000));
        assert_eq!((memory.get(&2), memory.get(&3)), (None, Some(&'c')));
    }

    #[test]
    fn a_flood_takes_no_more_than_its_bound() {
        let mut memory = Aging::new(1_000, 10);
        for n in 0..1_000 {
            memory.insert(n, n, UnixMs(1));
        }
        assert!(memory.entries.len() <= 20);
        assert_eq!(memory.get(&999), Some(&999));
    }

    #[test]
    fn room_is_used_again_and_given_back_after_a_flood() {
        let mut entries = Generations::default();
        (0..10_000).for_each(|n| entries.insert(n, n));
        let room = entries.fresh.capacity();
        entries.turn();
        (0..10_000).for_each(|n| entries.insert(n, n));
        entries.turn();
        assert_eq!(entries.fresh.capacity(), room);
        for _ in 0..2 {
            (0..10).for_each(|n| entries.insert(n, n));
            entries.turn();
        }
        assert!(entries.fresh.capacity() < 100 && entries.older.capacity() < 100);
    }
}
