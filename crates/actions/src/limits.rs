//! Limits that stop a flood from one address, one person or at one door, and touch nobody else.
//!
//! Token buckets in a table of a fixed size: a flood of addresses nobody has seen before takes no
//! memory. When places run out, whoever has used least of theirs is forgotten first.

use domain::time::{MINUTE_MS, UnixMs};
use parking_lot::Mutex;
use std::hash::{BuildHasher, Hash, RandomState};

/// Sets of a table, each with a lock of its own.
const SETS: usize = 8_192;
/// Places in a set. Together 65,536 sources are remembered of each kind, in 2 MB.
const PLACES: usize = 8;
/// A request takes this much of a bucket.
const ONE: u64 = 1_000;

/// How much of something one source may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerMinute(
    /// So many in a minute, at once or evenly; 0 for no limit.
    pub u32,
);

/// What an operator limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// Requests of one client's address. Thousands of phones share the address of their carrier.
    pub address: PerMinute,
    /// Scans of one person.
    pub person: PerMinute,
    /// Scans at one door.
    pub checkpoint: PerMinute,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { address: PerMinute(60_000), person: PerMinute(30), checkpoint: PerMinute(120_000) }
    }
}

/// One kind of limit.
pub struct Limit {
    rate: PerMinute,
    sets: Vec<Mutex<[Bucket; PLACES]>>,
    hasher: RandomState,
}

/// What one source has left.
#[derive(Clone, Copy, Default)]
struct Bucket {
    /// The source, hashed; 0 for an empty place.
    source: u64,
    /// In thousandths of a request, when last looked at.
    left: u64,
    seen: UnixMs,
}

impl Limit {
    /// A limit with everybody's bucket full.
    #[must_use]
    pub fn new(rate: PerMinute) -> Self {
        let sets = if rate.0 == 0 { 0 } else { SETS };
        Self {
            rate,
            sets: (0..sets).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Takes one for this source.
    ///
    /// # Errors
    /// Seconds until it makes sense to try again, at least 1, when nothing is left.
    pub fn take(&self, source: impl Hash, now: UnixMs) -> Result<(), u32> {
        if self.sets.is_empty() {
            return Ok(());
        }
        let source = self.hasher.hash_one(source).max(1);
        let at = usize::try_from(source % SETS as u64).unwrap_or(0);
        let mut set = self.sets[at].lock();
        let place = place(&mut set, source, self.full(), |bucket| self.left(bucket, now));
        let left = self.left(place, now);
        if left < ONE {
            return Err(self.wait_s(left));
        }
        *place = Bucket { source, left: left - ONE, seen: now };
        Ok(())
    }

    fn full(&self) -> u64 {
        u64::from(self.rate.0) * ONE
    }

    /// What a bucket has by now.
    fn left(&self, bucket: &Bucket, now: UnixMs) -> u64 {
        let waited = now.since(bucket.seen).clamp(0, MINUTE_MS).unsigned_abs();
        (bucket.left + self.full() * waited / MINUTE_MS.unsigned_abs()).min(self.full())
    }

    fn wait_s(&self, left: u64) -> u32 {
        let ms = (ONE - left) * MINUTE_MS.unsigned_abs() / self.full();
        u32::try_from(ms.div_ceil(1_000)).unwrap_or(60).clamp(1, 60)
    }
}

/// The place of this source: its own, an empty one, or that of whoever has most left.
fn place(
    set: &mut [Bucket; PLACES],
    source: u64,
    full: u64,
    left: impl Fn(&Bucket) -> u64,
) -> &mut Bucket {
    let own = set.iter().position(|bucket| bucket.source == source);
    let at = own.unwrap_or_else(|| {
        let most = |bucket: &Bucket| if bucket.source == 0 { u64::MAX } else { left(bucket) };
        let at = (0..PLACES).max_by_key(|at| most(&set[*at])).unwrap_or(0);
        set[at] = Bucket { source, left: full, seen: UnixMs(i64::MIN / 2) };
        at
    });
    &mut set[at]
}

/// Sign-ins by an app that come back to one address in a minute. Thousands of phones share the address
/// of their carrier, but each signs in once.
const SIGN_INS: PerMinute = PerMinute(3_000);

/// The limits of a house.
pub struct Limits {
    /// Of a client's address.
    pub address: Limit,
    /// Of a person.
    pub person: Limit,
    /// At a door.
    pub checkpoint: Limit,
    /// Of sign-ins by an app from a client's address.
    pub sign_ins: Limit,
}

impl Limits {
    /// Limits as they were set.
    #[must_use]
    pub fn new(settings: LimitSettings) -> Self {
        Self {
            address: Limit::new(settings.address),
            person: Limit::new(settings.person),
            checkpoint: Limit::new(settings.checkpoint),
            sign_ins: Limit::new(SIGN_INS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    fn taken(limit: &Limit, source: u64, tries: u32, now: UnixMs) -> u32 {
        (0..tries).map(|_| u32::from(limit.take(source, now).is_ok())).sum()
    }

    #[test]
    fn a_minutes_worth_at_once_and_then_evenly() {
        let limit = Limit::new(PerMinute(30));
        assert_eq!(taken(&limit, 1, 100, NOW), 30);
        assert_eq!(limit.take(1_u64, NOW), Err(2), "a thirtieth of a minute");
        assert_eq!(taken(&limit, 1, 100, NOW.plus(1_999)), 0);
        assert_eq!(taken(&limit, 1, 100, NOW.plus(2_000)), 1);
        assert_eq!(taken(&limit, 1, 100, NOW.plus(22_000)), 10);
        assert_eq!(taken(&limit, 1, 100, NOW.plus(10_000_000)), 30, "never more than a minute's");
    }

    #[test]
    fn being_refused_costs_nothing() {
        let limit = Limit::new(PerMinute(60));
        taken(&limit, 1, 60, NOW);
        for ms in 0..1_000 {
            assert!(limit.take(1_u64, NOW.plus(ms)).is_err());
        }
        assert!(limit.take(1_u64, NOW.plus(1_000)).is_ok());
    }

    #[test]
    fn others_are_not_touched() {
        let limit = Limit::new(PerMinute(5));
        taken(&limit, 1, 1_000, NOW);
        assert_eq!(taken(&limit, 2, 5, NOW), 5);
    }

    #[test]
    fn no_limit_limits_nobody_and_takes_no_memory() {
        let limit = Limit::new(PerMinute(0));
        assert_eq!(taken(&limit, 1, 100_000, NOW), 100_000);
        assert!(limit.sets.is_empty());
    }

    #[test]
    fn a_clock_set_back_gives_nothing_and_takes_nothing() {
        let limit = Limit::new(PerMinute(5));
        taken(&limit, 1, 3, NOW);
        assert_eq!(taken(&limit, 1, 100, NOW.plus(-600_000)), 2);
    }

    #[test]
    fn a_flood_of_new_sources_does_not_free_the_one_that_is_limited() {
        let limit = Limit::new(PerMinute(60));
        assert_eq!(taken(&limit, 1, 1_000, NOW), 60);
        for source in 2..1_000_000 {
            let _whatever = limit.take(source, NOW);
        }
        assert_eq!(taken(&limit, 1, 1_000, NOW), 0, "whoever used least is forgotten first");
        let bytes = limit.sets.len() * size_of::<Mutex<[Bucket; PLACES]>>();
        assert!(bytes < 4_000_000, "{bytes}");
    }
}
