//! The head: every unsealed visit, in memory, by civil day.

mod chunks;
mod day;

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    ops::RangeInclusive,
};

use crate::visit::{TIME_MS_MAX, TIME_MS_MIN, Visit, Window};
use day::{DAY_MS, Day};

/// How much of one day a reader may see: what was committed when it began.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    day: i64,
    len: usize,
}

/// The unsealed visits of all days.
pub(crate) struct Head {
    offset_ms: i64,
    seed: u64,
    visits: u64,
    days: BTreeMap<i64, Day>,
}

impl Head {
    pub(crate) fn new(utc_offset_s: i32) -> Self {
        Self {
            offset_ms: i64::from(utc_offset_s) * 1000,
            seed: RandomState::new().hash_one(0_u8),
            visits: 0,
            days: BTreeMap::new(),
        }
    }

    pub(crate) fn visits(&self) -> u64 {
        self.visits
    }

    /// Bytes taken from the allocator.
    pub(crate) fn bytes(&self) -> usize {
        self.days.values().map(Day::bytes).sum()
    }

    pub(crate) fn contains(&self, visit: &Visit) -> bool {
        self.days.get(&self.day_of(visit.entered_ms)).is_some_and(|day| day.contains(visit))
    }

    /// Adds a visit that is not here yet.
    pub(crate) fn push(&mut self, visit: &Visit) {
        self.day(visit).push(visit);
        self.visits += 1;
    }

    /// Adds a visit while the log is replayed; [`Head::index`] must follow before anyone reads.
    pub(crate) fn load(&mut self, visit: &Visit) {
        self.day(visit).load(visit);
        self.visits += 1;
    }

    /// Makes everything that was loaded findable, each identity once.
    pub(crate) fn index(&mut self) {
        for day in self.days.values_mut() {
            self.visits -= day.index() as u64;
        }
    }

    fn day(&mut self, visit: &Visit) -> &mut Day {
        let number = self.day_of(visit.entered_ms);
        let (start_ms, seed) = (number * DAY_MS - self.offset_ms, self.seed);
        self.days.entry(number).or_insert_with(|| Day::new(start_ms, seed))
    }

    /// What is committed now of the days that have a part in `from_ms..to_ms`, earliest first.
    pub(crate) fn marks(&self, from_ms: i64, to_ms: i64) -> Vec<Mark> {
        let Some(days) = self.days_of(from_ms, to_ms) else { return Vec::new() };
        self.days.range(days).map(|(number, day)| Mark { day: *number, len: day.len() }).collect()
    }

    /// The person's visits after `after` (entry time, checkpoint) in that order, at most `limit`.
    pub(crate) fn visits_of(
        &self,
        marks: &[Mark],
        person: u64,
        (from_ms, to_ms): (i64, i64),
        after: Option<(i64, u32)>,
        limit: usize,
    ) -> Vec<Visit> {
        let from_ms = after.map_or(from_ms, |after| from_ms.max(after.0));
        let place = |visit: &Visit| (visit.entered_ms, visit.checkpoint);
        let mut found = Vec::new();
        for (mark, day) in self.marked(marks, from_ms, to_ms) {
            let start = found.len();
            day.collect_of(person, from_ms, to_ms, mark.len, &mut found);
            found[start..].sort_unstable_by_key(place);
            drop_until(&mut found, |visit| after.is_none_or(|after| place(visit) > after));
            if found.len() >= limit {
                break;
            }
        }
        found.truncate(limit);
        found
    }

    /// The checkpoint's visits after `after` (entry time, person) in that order, at most `limit`.
    pub(crate) fn visits_at(
        &self,
        marks: &[Mark],
        window: Window,
        after: Option<(i64, u64)>,
        limit: usize,
    ) -> Vec<Visit> {
        let (from_ms, to_ms) = (window.from_ms, window.to_ms);
        let from_ms = after.map_or(from_ms, |after| from_ms.max(after.0));
        let place = |visit: &Visit| (visit.entered_ms, visit.person);
        let mut found = Vec::new();
        for (mark, day) in self.marked(marks, from_ms, to_ms) {
            for hour in day.hours(from_ms, to_ms) {
                let (start, len) = (found.len(), mark.len);
                day.collect_at_hour(window.checkpoint, hour, from_ms, to_ms, len, &mut found);
                found[start..].sort_unstable_by_key(place);
                drop_until(&mut found, |visit| after.is_none_or(|after| place(visit) > after));
                if found.len() >= limit {
                    found.truncate(limit);
                    return found;
                }
            }
        }
        found
    }

    /// The marked days that have a part in `from_ms..to_ms`, earliest first.
    fn marked<'a>(
        &'a self,
        marks: &'a [Mark],
        from_ms: i64,
        to_ms: i64,
    ) -> impl Iterator<Item = (&'a Mark, &'a Day)> {
        let wanted = self.days_of(from_ms, to_ms);
        let first = wanted
            .as_ref()
            .map_or(marks.len(), |days| marks.partition_point(|mark| mark.day < *days.start()));
        marks[first..]
            .iter()
            .take_while(move |mark| wanted.as_ref().is_some_and(|days| days.contains(&mark.day)))
            .filter_map(|mark| Some((mark, self.days.get(&mark.day)?)))
    }

    fn days_of(&self, from_ms: i64, to_ms: i64) -> Option<RangeInclusive<i64>> {
        // Nothing is kept outside of these, and inside no sum can overflow.
        let (from_ms, to_ms) = (from_ms.max(TIME_MS_MIN), to_ms.min(TIME_MS_MAX));
        (from_ms < to_ms).then(|| self.day_of(from_ms)..=self.day_of(to_ms - 1))
    }

    /// The civil day of a time, days since 1970-01-01 at the store's offset.
    fn day_of(&self, ms: i64) -> i64 {
        (ms + self.offset_ms).div_euclid(DAY_MS)
    }
}

/// Drops from the front what a page before has shown already.
fn drop_until(found: &mut Vec<Visit>, wanted: impl Fn(&Visit) -> bool) {
    let shown = found.iter().take_while(|visit| !wanted(visit)).count();
    found.drain(..shown);
}

#[cfg(test)]
mod tests;
