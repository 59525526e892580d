//! The unsealed visits of one civil day, found by identity, by person and by checkpoint and hour.
//!
//! Records lie in the order of their commits. Three hash tables find them; a bucket is the number
//! of its newest record, and each record has the number of the next older one of its bucket, so
//! that an entry costs eight bytes and no key is stored twice. The tables grow by one bucket for
//! each record (linear hashing), so no single insert ever moves the whole table.

use super::chunks::Chunks;
use crate::visit::Visit;

/// Ms of a day.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Ms of an hour.
pub(super) const HOUR_MS: u32 = 3_600_000;

/// End of a chain.
const NONE: u32 = u32::MAX;

/// One visit, without its day. 48 bytes.
#[derive(Clone, Copy)]
pub(super) struct Record {
    person: u64,
    recorded_ms: i64,
    entered_in_day_ms: u32,
    checkpoint: u32,
    operator: u32,
    /// The next older record of the same bucket, for each table.
    older: [u32; 3],
    flags: u16,
    method: u8,
    verdict: u8,
    status: u8,
}

/// The tables, by their place in `older` and `tables`.
#[derive(Clone, Copy)]
enum Table {
    Identity = 0,
    Person = 1,
    Hour = 2,
}

const TABLES: [Table; 3] = [Table::Identity, Table::Person, Table::Hour];

/// One day's records and tables.
pub(super) struct Day {
    /// When the day begins, ms since 1970 UTC.
    start_ms: i64,
    /// Makes the buckets unpredictable to whoever chooses the numbers.
    seed: u64,
    records: Chunks<Record>,
    tables: [Chunks<u32>; 3],
}

impl Day {
    pub(super) fn new(start_ms: i64, seed: u64) -> Self {
        Self { start_ms, seed, records: Chunks::default(), tables: Default::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.records.bytes()
            + self.tables.iter().map(Chunks::bytes).sum::<usize>()
    }

    /// Whether the identity of `visit`, which is of this day, is here.
    pub(super) fn contains(&self, visit: &Visit) -> bool {
        self.has(&self.record(visit))
    }

    fn has(&self, wanted: &Record) -> bool {
        self.chain(Table::Identity, wanted).any(|(_, record)| {
            record.person == wanted.person
                && record.entered_in_day_ms == wanted.entered_in_day_ms
                && record.checkpoint == wanted.checkpoint
        })
    }

    /// Adds a visit of this day that is not here yet.
    pub(super) fn push(&mut self, visit: &Visit) {
        let mut record = self.record(visit);
        // A day has fewer than 2^32 visits: at 48 bytes each no machine holds more.
        let number = self.records.len() as u32;
        for table in TABLES {
            self.add_bucket(table);
            let bucket = self.bucket(table, &record);
            let newest = self.tables[table as usize].get_mut(bucket);
            record.older[table as usize] = *newest;
            *newest = number;
        }
        self.records.push(record);
    }

    /// Adds a visit of this day without making it findable; [`Day::index`] must follow.
    pub(super) fn load(&mut self, visit: &Visit) {
        let record = self.record(visit);
        self.records.push(record);
    }

    /// Builds the tables for everything that was loaded, in one pass over the records for each,
    /// which is several times faster than growing them. Gives how many visits were dropped
    /// because their identity was there before; the engine writes no such log.
    pub(super) fn index(&mut self) -> usize {
        if TABLES.iter().all(|table| self.build(*table)) {
            return 0;
        }
        let mut distinct = Self::new(self.start_ms, self.seed);
        for number in 0..self.records.len() {
            let visit = self.visit(self.records.get(number));
            if !distinct.contains(&visit) {
                distinct.push(&visit);
            }
        }
        let dropped = self.len() - distinct.len();
        *self = distinct;
        dropped
    }

    /// Builds one table; `false` when the identity table meets an identity twice.
    fn build(&mut self, table: Table) -> bool {
        let place = table as usize;
        self.tables[place] = Chunks::default();
        for _ in 0..self.records.len() {
            self.tables[place].push(NONE);
        }
        for number in 0..self.records.len() {
            let record = *self.records.get(number);
            if matches!(table, Table::Identity) && self.has(&record) {
                return false;
            }
            let bucket = self.bucket(table, &record);
            // As in `push`: a day has fewer than 2^32 visits.
            let newest = std::mem::replace(self.tables[place].get_mut(bucket), number as u32);
            self.records.get_mut(number).older[place] = newest;
        }
        true
    }

    /// Appends the person's visits of `from_ms..to_ms` among the first `len` records.
    pub(super) fn collect_of(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
        len: usize,
        out: &mut Vec<Visit>,
    ) {
        let probe = Record { person, ..self.nowhere() };
        let mine = self.chain(Table::Person, &probe);
        let mine = mine.filter(|(number, record)| *number < len && record.person == person);
        let visits = mine.map(|(_, record)| self.visit(record));
        out.extend(visits.filter(|visit| (from_ms..to_ms).contains(&visit.entered_ms)));
    }

    /// Appends the checkpoint's visits of `from_ms..to_ms` in one hour of the day among the first
    /// `len` records.
    pub(super) fn collect_at_hour(
        &self,
        checkpoint: u32,
        hour: u32,
        from_ms: i64,
        to_ms: i64,
        len: usize,
        out: &mut Vec<Visit>,
    ) {
        let entered_in_day_ms = hour * HOUR_MS;
        let probe = Record { checkpoint, entered_in_day_ms, ..self.nowhere() };
        let here = self.chain(Table::Hour, &probe).filter(|(number, record)| {
            *number < len
                && record.checkpoint == checkpoint
                && record.entered_in_day_ms / HOUR_MS == hour
        });
        let visits = here.map(|(_, record)| self.visit(record));
        out.extend(visits.filter(|visit| (from_ms..to_ms).contains(&visit.entered_ms)));
    }

    /// The hours of this day, 0 to 23, that have a part in `from_ms..to_ms`.
    pub(super) fn hours(&self, from_ms: i64, to_ms: i64) -> std::ops::Range<u32> {
        let first = from_ms.max(self.start_ms) - self.start_ms;
        let end = to_ms.min(self.start_ms + DAY_MS) - self.start_ms;
        if first >= end {
            return 0..0;
        }
        // Both are within a day, so they fit.
        (first as u32 / HOUR_MS)..((end - 1) as u32 / HOUR_MS + 1)
    }

    fn record(&self, visit: &Visit) -> Record {
        Record {
            person: visit.person,
            recorded_ms: visit.recorded_ms,
            // Within this day, so below 86,400,000.
            entered_in_day_ms: (visit.entered_ms - self.start_ms) as u32,
            checkpoint: visit.checkpoint,
            operator: visit.operator,
            older: [NONE; 3],
            flags: visit.flags,
            method: visit.method,
            verdict: visit.verdict,
            status: visit.status,
        }
    }

    fn visit(&self, record: &Record) -> Visit {
        Visit {
            person: record.person,
            checkpoint: record.checkpoint,
            entered_ms: self.start_ms + i64::from(record.entered_in_day_ms),
            recorded_ms: record.recorded_ms,
            method: record.method,
            operator: record.operator,
            verdict: record.verdict,
            status: record.status,
            flags: record.flags,
        }
    }

    /// A record to probe the tables with.
    fn nowhere(&self) -> Record {
        Record {
            person: 0,
            recorded_ms: 0,
            entered_in_day_ms: 0,
            checkpoint: 0,
            operator: 0,
            older: [NONE; 3],
            flags: 0,
            method: 0,
            verdict: 0,
            status: 0,
        }
    }

    fn hash(&self, table: Table, record: &Record) -> u64 {
        let checkpoint = u64::from(record.checkpoint) << 32;
        let entered = u64::from(record.entered_in_day_ms);
        match table {
            Table::Identity => mix(mix(self.seed, record.person), checkpoint | entered),
            Table::Person => mix(self.seed, record.person),
            Table::Hour => mix(self.seed, checkpoint | (entered / u64::from(HOUR_MS))),
        }
    }

    fn bucket(&self, table: Table, record: &Record) -> usize {
        bucket_of(self.hash(table, record), self.tables[table as usize].len())
    }

    /// The records of the bucket that `like` belongs to, newest first, with their numbers.
    fn chain(&self, table: Table, like: &Record) -> impl Iterator<Item = (usize, &Record)> {
        let buckets = &self.tables[table as usize];
        let mut next =
            if buckets.len() == 0 { NONE } else { *buckets.get(self.bucket(table, like)) };
        std::iter::from_fn(move || {
            let number = (next != NONE).then_some(next as usize)?;
            let record = self.records.get(number);
            next = record.older[table as usize];
            Some((number, record))
        })
    }

    /// Adds the table's next bucket and moves into it what belongs there out of the one bucket
    /// that it is split from.
    fn add_bucket(&mut self, table: Table) {
        let place = table as usize;
        let added = self.tables[place].len();
        self.tables[place].push(NONE);
        if added == 0 {
            return;
        }
        let split = added - (1 << added.ilog2());
        let mut next = *self.tables[place].get(split);
        // The last record of each of the two chains so far; their order stays newest first.
        let mut tails = [None, None];
        *self.tables[place].get_mut(split) = NONE;
        while next != NONE {
            let number = next;
            let record = *self.records.get(number as usize);
            next = record.older[place];
            let bucket = self.bucket(table, &record);
            let tail = &mut tails[usize::from(bucket == added)];
            match tail.replace(number) {
                None => *self.tables[place].get_mut(bucket) = number,
                Some(newer) => self.records.get_mut(newer as usize).older[place] = number,
            }
        }
        for last in tails.into_iter().flatten() {
            self.records.get_mut(last as usize).older[place] = NONE;
        }
    }
}

/// Linear hashing: the lowest bits that count, one bit fewer for buckets that are not there yet.
fn bucket_of(hash: u64, buckets: usize) -> usize {
    let mask = buckets.next_power_of_two() - 1;
    let bucket = hash as usize & mask;
    if bucket < buckets { bucket } else { bucket & (mask >> 1) }
}

/// Folds a 128-bit product, which spreads every bit of both over the whole result.
fn mix(seed: u64, value: u64) -> u64 {
    let product =
        u128::from(seed ^ value ^ 0x9e37_79b9_7f4a_7c15) * u128::from(seed | 0xa076_1d64_78bd_642f);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_48_bytes() {
        assert_eq!(size_of::<Record>(), 48);
    }

    #[test]
    fn every_bucket_number_is_reached_and_none_beyond() {
        for buckets in 1..70 {
            let reached: std::collections::BTreeSet<_> =
                (0..128).map(|hash| bucket_of(hash, buckets)).collect();
            assert_eq!(reached, (0..buckets).collect());
        }
    }
}
