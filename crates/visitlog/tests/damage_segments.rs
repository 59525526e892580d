//! A damaged, cut, missing or swapped segment costs the questions that need it and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{DAY_MS, MIDNIGHT_MS, all_of, open, read_all, script::TINY, visit_on};
use visitlog::{
    AppendError, CommitError, Engine, OpenError, Options, ReadError, Visit, Window,
    storage::{Storage, simulated::Simulated},
};

const BY_HAND: Options = Options { run_visits: 10_000, seal_visits: 1_000_000, ..TINY };

/// The segment of day 1.
const DAMAGED: &str = "segments/000000000002.seg";

/// Days 0 to 2 in a segment each, and one visit of day 3 in the log.
fn store(visits_a_day: u64) -> Simulated {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    for day in 0..3 {
        let visits: Vec<_> = (0..visits_a_day).map(|n| of_person(day, n)).collect();
        engine.append_all(visits).unwrap();
        engine.seal().unwrap();
    }
    engine.append(of_person(3, 0)).unwrap();
    engine.close();
    storage
}

/// Person `n` at a checkpoint of their own hundred, on that day.
fn of_person(day: i64, n: u64) -> Visit {
    let entered_ms = MIDNIGHT_MS + day * DAY_MS + (n % 1_000) as i64 * 60_000;
    Visit { entered_ms, checkpoint: (n / 100) as u32, ..visit_on(day, n) }
}

fn day_ms(day: i64) -> (i64, i64) {
    (MIDNIGHT_MS + day * DAY_MS, MIDNIGHT_MS + (day + 1) * DAY_MS)
}

/// One person's and one checkpoint's visits of a day.
fn ask(engine: &Engine, day: i64, n: u64) -> [Result<Vec<Visit>, ReadError>; 2] {
    let (from_ms, to_ms) = day_ms(day);
    let window = Window { checkpoint: of_person(day, n).checkpoint, from_ms, to_ms };
    [
        engine.visits_of(n, from_ms, to_ms, None, usize::MAX),
        engine.visits_at(window, None, usize::MAX),
    ]
}

fn right(day: i64, n: u64, visits_a_day: u64) -> [Result<Vec<Visit>, ReadError>; 2] {
    let hundred = n / 100 * 100;
    let at = (hundred..(hundred + 100).min(visits_a_day)).map(|n| of_person(day, n)).collect();
    [Ok(vec![of_person(day, n)]), Ok(at)]
}

/// Everything but day 1 answers and takes visits; day 1 answers rightly or names its file. Gives
/// how many of its answers were refused.
fn costs_its_own_day_alone(storage: &Simulated, visits_a_day: u64, context: &str) -> usize {
    let engine = open(storage, BY_HAND).unwrap_or_else(|error| panic!("{context}: {error}"));
    let mut refused = 0;
    for n in [0, visits_a_day / 2, visits_a_day - 1] {
        for day in [0, 2] {
            assert_eq!(ask(&engine, day, n), right(day, n, visits_a_day), "{context}");
        }
        for (answer, right) in ask(&engine, 1, n).into_iter().zip(right(1, n, visits_a_day)) {
            match answer {
                Err(error) => refused += names_the_file(&error, context),
                answer => assert_eq!(answer, right, "{context}: a wrong answer"),
            }
        }
        match engine.append(of_person(1, n)) {
            Ok(answer) => assert!(answer.already_there, "{context}: stored twice"),
            Err(AppendError::Commit(CommitError::Unreadable(error))) => {
                refused += names_the_file(&error, context);
            }
            Err(other) => panic!("{context}: {other}"),
        }
    }
    for day in [2, 4] {
        assert!(!engine.append(visit_on(day, 1_300)).unwrap().already_there, "{context}");
    }
    refused
}

fn names_the_file(error: &ReadError, context: &str) -> usize {
    assert!(error.to_string().contains(DAMAGED), "{context}: {error}");
    1
}

#[test]
fn every_flipped_bit_of_a_segment_is_found_or_harmless_and_other_days_go_on() {
    const VISITS: u64 = 8;
    let whole = store(VISITS);
    let good = whole.contents(DAMAGED).unwrap();
    let mut harmless = 0;
    for bit in 0..good.len() * 8 {
        // One bit of each byte of the pages, every bit of header, index and footer.
        if bit % 8 != (bit / 8) % 8 && (40 * 8..(good.len() - 136) * 8).contains(&bit) {
            continue;
        }
        let storage = whole.after_kill();
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        storage.overwrite(DAMAGED, &bytes);
        let refused = costs_its_own_day_alone(&storage, VISITS, &format!("bit {bit}"));
        harmless += u64::from(refused == 0);
    }
    assert_eq!(harmless, 0, "every bit is checked by a checksum that these questions need");
}

#[test]
fn a_flipped_bit_in_one_page_leaves_the_other_pages_readable() {
    const VISITS: u64 = 3_000;
    let whole = store(VISITS);
    let good = whole.contents(DAMAGED).unwrap();
    for part in 1..40 {
        let at = good.len() * part / 40;
        let storage = whole.after_kill();
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        storage.overwrite(DAMAGED, &bytes);
        let refused = costs_its_own_day_alone(&storage, VISITS, &format!("byte {at}"));
        let in_pages = (40..good.len() - 104 - 16 * 6).contains(&at);
        assert_eq!(refused < 9, in_pages, "byte {at}: {refused} of 9 refused");
    }
}

#[test]
fn damage_that_comes_while_the_store_is_open_is_found_when_it_is_read() {
    const VISITS: u64 = 8;
    let storage = store(VISITS);
    let engine = open(&storage, BY_HAND).unwrap();
    assert_eq!(ask(&engine, 1, 3), right(1, 3, VISITS));
    let mut bytes = storage.contents(DAMAGED).unwrap();
    bytes[60] ^= 1;
    storage.overwrite(DAMAGED, &bytes);
    let [of, at] = ask(&engine, 1, 3);
    assert!(of.unwrap_err().to_string().starts_with("segments/000000000002.seg is damaged"));
    assert_eq!(at, right(1, 3, VISITS)[1], "the other order is whole");
    assert_eq!(ask(&engine, 2, 3), right(2, 3, VISITS));
    // A merge that needs it leaves it as it is and says nothing false.
    engine.append(of_person(1, 500)).unwrap();
    engine.seal().unwrap();
    assert_eq!(storage.contents(DAMAGED).unwrap(), bytes);
    bytes[60] ^= 1;
    storage.overwrite(DAMAGED, &bytes);
    engine.seal().unwrap();
    assert_eq!(storage.contents(DAMAGED), None, "restored, it is merged");
    assert_eq!(ask(&engine, 1, 3), right(1, 3, VISITS));
}

#[test]
fn a_segment_cut_anywhere_or_missing_costs_its_own_day_alone() {
    const VISITS: u64 = 8;
    let whole = store(VISITS);
    let good = whole.contents(DAMAGED).unwrap();
    for length in (0..good.len()).step_by(7).chain([good.len() - 1]) {
        let storage = whole.after_kill();
        storage.overwrite(DAMAGED, &good[..length]);
        let context = format!("cut at {length}");
        assert_eq!(costs_its_own_day_alone(&storage, VISITS, &context), 9, "{context}");
    }
    let storage = whole.after_kill();
    let longer: Vec<u8> = good.iter().copied().chain([0]).collect();
    storage.overwrite(DAMAGED, &longer);
    assert_eq!(costs_its_own_day_alone(&storage, VISITS, "a byte too many"), 9);
    let storage = whole.after_kill();
    storage.remove(DAMAGED).unwrap();
    assert_eq!(costs_its_own_day_alone(&storage, VISITS, "missing"), 9);
}

#[test]
fn another_segment_in_its_place_is_not_believed() {
    const VISITS: u64 = 8;
    let storage = store(VISITS);
    let first = storage.contents("segments/000000000001.seg").unwrap();
    storage.overwrite(DAMAGED, &first);
    assert_eq!(costs_its_own_day_alone(&storage, VISITS, "swapped"), 9);
    let engine = open(&storage, BY_HAND).unwrap();
    assert!(engine.recovery().damaged[0].to_string().contains("another segment"));
}

#[test]
fn a_damaged_day_can_be_deleted_and_sealing_goes_on_around_it() {
    const VISITS: u64 = 8;
    let storage = store(VISITS);
    storage.overwrite(DAMAGED, b"nothing of it is left");
    let engine = open(&storage, BY_HAND).unwrap();
    assert_eq!(engine.recovery().damaged.len(), 1);
    assert!(read_all(&engine.snapshot()).is_err());
    engine.append_all((20..30).map(|n| of_person(2, n)).collect()).unwrap();
    engine.append(visit_on(6, 1)).unwrap();
    engine.seal().unwrap();
    assert_eq!(ask(&engine, 2, 3)[0], right(2, 3, VISITS)[0]);
    assert_eq!(storage.contents(DAMAGED).unwrap(), b"nothing of it is left", "left for a repair");
    let day = engine.day_of(MIDNIGHT_MS) + 2;
    assert_eq!(engine.drop_before(day).unwrap().segments, 2);
    assert_eq!(storage.contents(DAMAGED), None);
    assert_eq!(all_of(&engine).len(), 8 + 10 + 1 + 1);
    engine.close();
    assert_eq!(open(&storage, BY_HAND).unwrap().recovery().damaged, []);
}

#[test]
fn every_flipped_bit_or_missing_end_of_a_manifest_with_segments_is_refused_by_name() {
    let storage = store(3);
    let good = storage.contents("MANIFEST").unwrap();
    let paths = storage.paths();
    let refused = |bytes: &[u8], context: &str| {
        storage.overwrite("MANIFEST", bytes);
        match open(&storage, BY_HAND) {
            Err(OpenError::Damaged(damage)) => assert_eq!(damage.file, "MANIFEST", "{context}"),
            Err(other) => panic!("{context}: {other}"),
            Ok(_) => panic!("{context}: a damaged manifest was believed"),
        }
        assert_eq!(storage.paths(), paths, "{context}: nothing was removed");
    };
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        refused(&bytes, &format!("bit {bit}"));
    }
    for length in 0..good.len() {
        refused(&good[..length], &format!("cut at {length}"));
    }
    storage.remove("MANIFEST").unwrap();
    assert!(matches!(open(&storage, BY_HAND), Err(OpenError::Damaged(_))), "missing");
}
