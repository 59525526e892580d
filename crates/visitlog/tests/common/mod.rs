//! What the engine's tests share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub(crate) mod script;

use std::sync::Arc;

use visitlog::{
    Engine, OpenError, Options, ReadError, Snapshot, Visit, Watch, Window,
    storage::simulated::Simulated,
};

/// Every person of these tests has a number below.
const PERSONS: u64 = 250;

/// Midnight at UTC+8.
pub(crate) const MIDNIGHT_MS: i64 = 1_795_363_200_000;

/// Ms of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// A visit that `n` alone decides; for `n` up to 1,400 of one day.
pub(crate) fn visit(n: u64) -> Visit {
    Visit {
        person: n,
        checkpoint: (n % 7) as u32,
        entered_ms: MIDNIGHT_MS + (n * 61_000) as i64,
        recorded_ms: MIDNIGHT_MS + (n * 61_000) as i64 + 40,
        method: 1,
        operator: n as u32,
        verdict: 2,
        status: 3,
        flags: 4,
    }
}

/// As [`visit`], so many days later.
pub(crate) fn visit_on(day: i64, n: u64) -> Visit {
    let visit = visit(n);
    let later_ms = day * DAY_MS;
    Visit {
        entered_ms: visit.entered_ms + later_ms,
        recorded_ms: visit.recorded_ms + later_ms,
        ..visit
    }
}

pub(crate) fn visits(numbers: std::ops::Range<u64>) -> Vec<Visit> {
    numbers.map(visit).collect()
}

pub(crate) fn open(storage: &Simulated, options: Options) -> Result<Engine, OpenError> {
    Engine::open_on(Arc::new(storage.clone()), options, Watch::default())
}

/// Every visit that can be read, in the order of persons, read in both orders.
pub(crate) fn all_of(engine: &Engine) -> Vec<Visit> {
    read_all(&engine.snapshot()).unwrap()
}

/// As [`all_of`], of a moment, when it can be read.
pub(crate) fn read_all(snapshot: &Snapshot) -> Result<Vec<Visit>, ReadError> {
    let persons: Vec<_> = (0..PERSONS).collect();
    let by_person = snapshot.visits_of_many(&persons, i64::MIN, i64::MAX, usize::MAX)?.concat();
    let windows: Vec<_> = (0..50)
        .map(|checkpoint| Window { checkpoint, from_ms: i64::MIN, to_ms: i64::MAX })
        .collect();
    let mut by_checkpoint = snapshot.visits_at_windows(&windows, usize::MAX)?.concat();
    by_checkpoint.sort_by_key(|v| (v.person, v.entered_ms, v.checkpoint));
    assert_eq!(by_person, by_checkpoint, "both orders hold the same visits");
    let mut keys: Vec<_> = by_person.iter().map(Visit::key).collect();
    keys.dedup();
    assert_eq!(by_person.len(), keys.len(), "no visit twice");
    Ok(by_person)
}

/// A log without room behind its end, for whoever compares bytes.
pub(crate) fn no_room_ahead() -> Options {
    Options { room_bytes: 0, ..Options::default() }
}

/// Parts so small that each takes only a few frames.
pub(crate) fn small_parts() -> Options {
    Options { part_bytes_max: 400, ..Options::default() }
}

/// A seeded dice (splitmix64), so that a failure can be replayed.
pub(crate) fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |sides| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}
