//! Visits that were just committed, found by identity, by person, and by checkpoint and hour.
//!
//! Records lie in the order of their commits. Three hash tables of fixed size find them; a bucket
//! is the number of its newest record, and each record has the number of the next older one of its
//! bucket. A table is small enough to stay in a processor's cache and is replaced by an empty one
//! when it is full, so it never grows.

use crate::visit::{TIME_MS_MAX, TIME_MS_MIN, Visit};

/// Ms of an hour.
const HOUR_MS: i64 = 3_600_000;

/// Stretches of more hours than this are answered by looking at every record.
const HOURS_MAX: i64 = 48;

/// End of a chain.
const NONE: u32 = u32::MAX;

/// One visit and, for each table, the next older record of its bucket. 56 bytes.
#[derive(Clone, Copy)]
struct Record {
    visit: Visit,
    older: [u32; 3],
}

/// What is looked for; the place of its table and of its chain in a record.
#[derive(Clone, Copy)]
enum Key {
    Identity { person: u64, checkpoint: u32, entered_ms: i64 },
    Person(u64),
    Hour { checkpoint: u32, hour: i64 },
}

impl Key {
    fn table(self) -> usize {
        match self {
            Self::Identity { .. } => 0,
            Self::Person(_) => 1,
            Self::Hour { .. } => 2,
        }
    }

    fn all_of(visit: &Visit) -> [Self; 3] {
        let Visit { person, checkpoint, entered_ms, .. } = *visit;
        [
            Self::Identity { person, checkpoint, entered_ms },
            Self::Person(person),
            Self::Hour { checkpoint, hour: hour_of(entered_ms) },
        ]
    }

    fn hash(self, seed: u64) -> u64 {
        match self {
            Self::Identity { person, checkpoint, entered_ms } => {
                let entered = mix(seed, entered_ms.cast_unsigned());
                mix(mix(entered, person), u64::from(checkpoint))
            }
            Self::Person(person) => mix(seed, person),
            Self::Hour { checkpoint, hour } => {
                mix(seed, u64::from(checkpoint) << 32 | (hour.cast_unsigned() & 0xffff_ffff))
            }
        }
    }
}

/// A table of a bounded number of visits.
pub(crate) struct Table {
    /// Makes the buckets unpredictable to whoever chooses the numbers.
    seed: u64,
    records: Vec<Record>,
    buckets: [Vec<u32>; 3],
    /// Least and greatest entry time.
    reach: Option<(i64, i64)>,
}

impl Table {
    /// A table for about `visits` visits; more make it slower, not wrong.
    pub(crate) fn new(visits: usize, seed: u64) -> Self {
        let buckets = |visits: usize| vec![NONE; visits.next_power_of_two()];
        Self {
            seed,
            records: Vec::with_capacity(visits),
            // Every visit is looked for by its identity and is hardly ever there, so that chain
            // must be short; the other two are for questions.
            buckets: [buckets(visits), buckets(visits / 2), buckets(visits / 2)],
            reach: None,
        }
    }

    /// The same table, empty, in the memory that it has.
    pub(crate) fn emptied(mut self) -> Self {
        self.records.clear();
        self.buckets.iter_mut().for_each(|table| table.fill(NONE));
        self.reach = None;
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Bytes that its visits take.
    pub(crate) fn bytes(&self) -> usize {
        self.records.len() * size_of::<Record>()
            + self.buckets.iter().map(|table| table.len() * size_of::<u32>()).sum::<usize>()
    }

    /// Least and greatest entry time, when there are visits.
    pub(crate) fn reach(&self) -> Option<(i64, i64)> {
        self.reach
    }

    /// The visits in the order of their commits.
    pub(crate) fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.records.iter().map(|record| &record.visit)
    }

    /// Whether the visit's identity is here.
    pub(crate) fn contains(&self, visit: &Visit) -> bool {
        let [identity, ..] = Key::all_of(visit);
        self.chain(identity).any(|(_, here)| here.key() == visit.key())
    }

    /// Adds a visit that is not here yet.
    pub(crate) fn push(&mut self, visit: &Visit) {
        // Far fewer than 2^32: the writer begins the next table long before.
        let number = self.records.len() as u32;
        let older = Key::all_of(visit).map(|key| {
            let bucket = self.bucket(key);
            std::mem::replace(&mut self.buckets[key.table()][bucket], number)
        });
        self.records.push(Record { visit: *visit, older });
        let (first, last) = self.reach.unwrap_or((visit.entered_ms, visit.entered_ms));
        self.reach = Some((first.min(visit.entered_ms), last.max(visit.entered_ms)));
    }

    /// Appends the person's visits of `from_ms..to_ms` among the first `len` records.
    pub(crate) fn collect_of(
        &self,
        person: u64,
        (from_ms, to_ms): (i64, i64),
        len: usize,
        out: &mut Vec<Visit>,
    ) {
        let mine = self.chain(Key::Person(person));
        let mine = mine.filter(|(number, visit)| *number < len && visit.person == person);
        let wanted = mine.filter(|(_, visit)| (from_ms..to_ms).contains(&visit.entered_ms));
        out.extend(wanted.map(|(_, visit)| *visit));
    }

    /// Appends the checkpoint's visits of `from_ms..to_ms` among the first `len` records.
    pub(crate) fn collect_at(
        &self,
        checkpoint: u32,
        (from_ms, to_ms): (i64, i64),
        len: usize,
        out: &mut Vec<Visit>,
    ) {
        let Some((first, last)) = self.reach else { return };
        let (from_ms, to_ms) = (from_ms.max(first), to_ms.min(last + 1));
        if from_ms >= to_ms {
            return;
        }
        let wanted = |visit: &Visit| {
            visit.checkpoint == checkpoint && (from_ms..to_ms).contains(&visit.entered_ms)
        };
        let hours = hour_of(from_ms)..=hour_of(to_ms - 1);
        if hours.end() - hours.start() > HOURS_MAX {
            out.extend(self.visits().take(len).filter(|visit| wanted(visit)));
            return;
        }
        for hour in hours {
            let here = self.chain(Key::Hour { checkpoint, hour }).filter(|(number, visit)| {
                *number < len && hour_of(visit.entered_ms) == hour && wanted(visit)
            });
            out.extend(here.map(|(_, visit)| *visit));
        }
    }

    fn bucket(&self, key: Key) -> usize {
        // The count of buckets is a power of two.
        key.hash(self.seed) as usize & (self.buckets[key.table()].len() - 1)
    }

    /// The records of a key's bucket, newest first, with their numbers.
    fn chain(&self, key: Key) -> impl Iterator<Item = (usize, &Visit)> {
        let table = key.table();
        let mut next = self.buckets[table][self.bucket(key)];
        std::iter::from_fn(move || {
            let number = (next != NONE).then_some(next as usize)?;
            let record = &self.records[number];
            next = record.older[table];
            Some((number, &record.visit))
        })
    }
}

fn hour_of(ms: i64) -> i64 {
    ms.clamp(TIME_MS_MIN, TIME_MS_MAX) / HOUR_MS
}

/// Folds a 128-bit product, which spreads every bit of both over the whole result.
pub(crate) fn mix(seed: u64, value: u64) -> u64 {
    let product =
        u128::from(seed ^ value ^ 0x9e37_79b9_7f4a_7c15) * u128::from(seed | 0xa076_1d64_78bd_642f);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_START_MS: i64 = 1_795_363_200_000;

    fn visit(person: u64, checkpoint: u32, minute: i64) -> Visit {
        Visit {
            person,
            checkpoint,
            entered_ms: HOUR_START_MS + minute * 60_000,
            recorded_ms: HOUR_START_MS,
            method: 0,
            operator: 0,
            verdict: 0,
            status: 0,
            flags: 0,
        }
    }

    /// More visits than the table was made for, over five days.
    fn full() -> (Table, Vec<Visit>) {
        let visits: Vec<_> =
            (0..500).map(|n| visit(n % 13, (n % 7) as u32, n as i64 * 14)).collect();
        let mut table = Table::new(64, 7);
        visits.iter().for_each(|visit| table.push(visit));
        (table, visits)
    }

    #[test]
    fn a_record_is_56_bytes() {
        assert_eq!(size_of::<Record>(), 56);
    }

    #[test]
    fn every_identity_is_found_and_no_other() {
        let (table, visits) = full();
        assert!(visits.iter().all(|visit| table.contains(visit)));
        assert!(!visits.iter().any(|v| table.contains(&Visit { person: v.person + 13, ..*v })));
        assert!(
            !visits.iter().any(|v| table.contains(&Visit { entered_ms: v.entered_ms + 1, ..*v }))
        );
    }

    #[test]
    fn an_emptied_table_knows_nothing_of_what_was_in_it() {
        let (table, visits) = full();
        let mut table = table.emptied();
        assert_eq!((table.len(), table.reach()), (0, None));
        assert!(!visits.iter().any(|visit| table.contains(visit)));
        table.push(&visits[3]);
        let mut found = Vec::new();
        table.collect_of(visits[3].person, (0, i64::MAX), usize::MAX, &mut found);
        assert_eq!(found, [visits[3]]);
    }

    #[test]
    fn both_orders_give_what_a_plain_search_gives() {
        let (table, visits) = full();
        let stretches = [(0, 500), (60, 61), (90, 4_000), (0, 7_000), (8_000, 9_000), (5, 5)];
        for len in [0, 1, 250, 500] {
            for (from, to) in stretches {
                let stretch = (HOUR_START_MS + from * 60_000, HOUR_START_MS + to * 60_000);
                let inside = |v: &&Visit| (stretch.0..stretch.1).contains(&v.entered_ms);
                let (mut of, mut at) = (Vec::new(), Vec::new());
                table.collect_of(4, stretch, len, &mut of);
                table.collect_at(3, stretch, len, &mut at);
                of.sort_by_key(|v| v.entered_ms);
                at.sort_by_key(|v| v.entered_ms);
                let known = visits[..len].iter().filter(inside);
                assert!(known.clone().filter(|v| v.person == 4).eq(&of));
                assert!(known.filter(|v| v.checkpoint == 3).eq(&at));
            }
        }
    }
}
