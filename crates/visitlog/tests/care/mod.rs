//! A store with something of everything, for the tests of its care.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use visitlog::{
    Engine, Options, Selection, Visit,
    format::segment::{self, Footer},
    storage::simulated::Simulated,
};

use super::common::{MIDNIGHT_MS, all_of, open, visit, visit_on};

pub(crate) const CASE: u64 = 9;

/// By person and by checkpoint, and the last of three days still in the log.
pub(crate) const SEGMENT: &str = "segments/000000000001.seg";

/// Numbers of a day's visits; the others' persons differ.
pub(crate) fn of_day(day: i64) -> Vec<Visit> {
    (0..40).map(|n| visit_on(day, 40 * day.unsigned_abs() + n)).collect()
}

/// Everything that the store of [`fill`] holds.
pub(crate) fn filled() -> Vec<Visit> {
    let mut visits: Vec<_> = [of_day(0), of_day(1), of_day(2)].concat();
    visits.sort_by_key(|visit| (visit.person, visit.entered_ms, visit.checkpoint));
    visits
}

/// Two sealed days, a case extract of the first and a log with the third.
pub(crate) fn fill(engine: &Engine) {
    engine.append_all([of_day(0), of_day(1)].concat()).unwrap();
    engine.seal().unwrap();
    let (from_ms, to_ms) = (i64::MIN, i64::MAX);
    let selection = Selection { persons: vec![3, 4, 44], checkpoints: vec![2], from_ms, to_ms };
    engine.extract(CASE, &selection).unwrap();
    for visits in of_day(2).chunks(8) {
        engine.append_all(visits.to_vec()).unwrap();
    }
    assert_eq!(all_of(engine), filled());
}

/// A store of [`fill`] that was closed.
pub(crate) fn store() -> Simulated {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    fill(&engine);
    engine.close();
    storage
}

/// What a case kept, by person.
pub(crate) fn kept(engine: &Engine) -> Vec<Visit> {
    let persons: Vec<u64> = (0..250).collect();
    let case = engine.snapshot().of_case(CASE);
    case.visits_of_many(&persons, i64::MIN, i64::MAX, usize::MAX).unwrap().concat()
}

/// The days of `from` and later only.
pub(crate) fn since(day: i64, visits: &[Visit]) -> Vec<Visit> {
    let from_ms = MIDNIGHT_MS + day * super::common::DAY_MS;
    visits.iter().filter(|visit| visit.entered_ms >= from_ms).copied().collect()
}

pub(crate) fn footer(bytes: &[u8]) -> Footer {
    let tail = &bytes[bytes.len() - segment::FOOTER_BYTES..];
    segment::decode_footer(tail, bytes.len() as u64).unwrap()
}

/// Where each region of a segment begins: header, pages of both orders, index, footer.
pub(crate) fn regions(bytes: &[u8]) -> Vec<u64> {
    let footer = footer(bytes);
    let index = segment::decode_index(
        &bytes[footer.index_at as usize..bytes.len() - segment::FOOTER_BYTES],
        &footer,
    )
    .unwrap();
    let mut starts = vec![0];
    for index in &index {
        starts.extend_from_slice(&index.offsets[..index.pages()]);
    }
    starts.push(footer.index_at);
    starts.push((bytes.len() - segment::FOOTER_BYTES) as u64);
    starts
}

/// The region that a byte is in.
pub(crate) fn region_of(starts: &[u64], at: usize) -> u64 {
    starts.iter().copied().rfind(|start| *start <= at as u64).unwrap()
}

pub(crate) fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// A day of several pages in each order.
pub(crate) fn many(count: u64) -> Vec<Visit> {
    (0..count)
        .map(|n| Visit {
            person: n % 249,
            checkpoint: (n % 47) as u32,
            entered_ms: MIDNIGHT_MS + (n * 17) as i64,
            recorded_ms: MIDNIGHT_MS + (n * 17) as i64 + 90,
            ..visit(n % 5)
        })
        .collect()
}
