//! What is deleted by age is gone: from answers, from files, for ever.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MIDNIGHT_MS, all_of, open, script::TINY, visit_on};
use visitlog::{
    AppendError, Dropped, Engine, InvalidVisit, MaintainError, Options, SubmitError, Visit,
    storage::simulated::{Fault, Operation, Simulated},
};

const BY_HAND: Options = Options { run_visits: 1_000, seal_visits: 1_000_000, ..TINY };

/// Persons who come on one of these days and on no other.
fn of_days(days: std::ops::Range<i64>) -> Vec<Visit> {
    let mut visits: Vec<_> =
        days.flat_map(|day| (0..9).map(move |n| visit_on(day, day as u64 * 10 + n))).collect();
    visits.sort_by_key(|v| v.person);
    visits
}

fn day(engine: &Engine, day: i64) -> i64 {
    engine.day_of(MIDNIGHT_MS) + day
}

/// Whether the bytes of any visit of that day are in a log part.
fn log_has(storage: &Simulated, day: i64) -> bool {
    let paths = storage.paths();
    let parts: Vec<_> = paths.iter().filter(|path| path.starts_with("log/")).collect();
    of_days(day..day + 1).iter().any(|visit| {
        let needle = visit.entered_ms.to_le_bytes();
        parts.iter().any(|part| {
            storage.contents(part).unwrap().windows(needle.len()).any(|bytes| bytes == needle)
        })
    })
}

#[test]
fn deleted_days_are_gone_from_answers_log_and_folder_when_it_returns() {
    for sealed in [true, false] {
        let storage = Simulated::new();
        let engine = open(&storage, BY_HAND).unwrap();
        engine.append_all(of_days(0..4)).unwrap();
        if sealed {
            engine.seal().unwrap();
        }
        assert!(sealed != log_has(&storage, 0), "the test sees visits in the log");
        let dropped = engine.drop_before(day(&engine, 2)).unwrap();
        let segments = if sealed { 2 } else { 0 };
        assert_eq!(dropped, Dropped { segments, visits: segments * 9 });
        assert!(!log_has(&storage, 0) && !log_has(&storage, 1));
        let files = storage.paths().iter().filter(|path| path.starts_with("segments/")).count();
        assert_eq!(files, 2, "of the days that are kept");
        for storage in [storage.after_kill(), storage.after_power_cut(&mut common::dice(1))] {
            assert_eq!(all_of(&open(&storage, BY_HAND).unwrap()), of_days(2..4));
        }
        assert_eq!(all_of(&engine), of_days(2..4));
    }
}

#[test]
fn a_visit_of_a_deleted_day_is_refused_with_the_reason_for_ever() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    engine.append_all(of_days(0..3)).unwrap();
    engine.drop_before(day(&engine, 1)).unwrap();
    engine.close();
    let engine = open(&storage, BY_HAND).unwrap();
    for old in [visit_on(0, 0), visit_on(0, 500)] {
        let refused = engine.append(old);
        let reason = InvalidVisit::DayDeleted {
            entered_ms: old.entered_ms,
            kept_from_ms: MIDNIGHT_MS + common::DAY_MS,
        };
        assert_eq!(refused, Err(AppendError::Submit(SubmitError::Invalid(reason))));
    }
    let batch = engine.append_all(vec![visit_on(2, 77), visit_on(0, 0)]);
    assert!(matches!(batch, Err(AppendError::Submit(SubmitError::Invalid(_)))));
    assert_eq!(all_of(&engine), of_days(1..3), "nothing of the batch is stored");
}

#[test]
fn deleting_fewer_days_later_brings_nothing_back() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    engine.append_all(of_days(0..4)).unwrap();
    engine.drop_before(day(&engine, 3)).unwrap();
    assert_eq!(engine.drop_before(day(&engine, 1)), Ok(Dropped::default()));
    assert!(engine.append(visit_on(2, 0)).is_err());
    engine.close();
    assert_eq!(all_of(&open(&storage, BY_HAND).unwrap()), of_days(3..4));
}

#[test]
fn days_that_no_visit_can_have_are_no_trouble() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    engine.append_all(of_days(0..2)).unwrap();
    engine.drop_before(i64::MIN).unwrap();
    assert_eq!(all_of(&engine), of_days(0..2));
    assert!(engine.day_of(i64::MIN) < engine.day_of(i64::MAX));
    engine.drop_before(i64::MAX).unwrap();
    assert!(all_of(&engine).is_empty());
    assert!(engine.append(visit_on(0, 1)).is_err());
    engine.close();
    assert!(all_of(&open(&storage, BY_HAND).unwrap()).is_empty());
}

/// Killed after the deletion was noted and a part was begun, before anything was rewritten.
#[test]
fn visits_of_deleted_days_in_an_older_part_of_the_log_are_removed_by_the_next_deletion() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    engine.append_all(of_days(0..2)).unwrap();
    // Sealing ends the part and finds no room for the segment.
    storage.fail(Operation::Create, 4, Fault::NoRoom);
    let outcome = engine.drop_before(day(&engine, 5));
    assert!(matches!(outcome, Err(MaintainError::NoRoom(_))), "{outcome:?}");
    let killed = storage.after_kill();
    assert!(log_has(&killed, 1), "the visits are still in the log");
    storage.make_room();
    engine.drop_before(day(&engine, 5)).unwrap();
    assert!(!log_has(&storage, 1), "in the same process");
    let engine = open(&killed, BY_HAND).unwrap();
    assert_eq!(engine.recovery().forgotten, 18);
    engine.drop_before(day(&engine, 5)).unwrap();
    assert!(!log_has(&killed, 1), "and in the next one");
}

#[test]
fn a_deletion_that_fails_half_way_is_finished_by_the_next_opening() {
    for operation in [Operation::Remove, Operation::SyncDir, Operation::Rename, Operation::Sync] {
        for nth in 1..=2 {
            let storage = Simulated::new();
            let engine = open(&storage, BY_HAND).unwrap();
            engine.append_all(of_days(0..4)).unwrap();
            engine.seal().unwrap();
            storage.fail(operation, nth, Fault::Broken);
            if engine.drop_before(day(&engine, 2)).is_ok() {
                continue;
            }
            let refused = engine.drop_before(day(&engine, 2));
            assert!(refused.is_err(), "{operation:?} {nth}: it does not pretend");
            assert!(engine.append(visit_on(3, 800)).is_err(), "{operation:?} {nth}: it stopped");
            engine.close();
            let engine = open(&storage, BY_HAND).unwrap();
            engine.drop_before(day(&engine, 2)).unwrap();
            assert_eq!(all_of(&engine), of_days(2..4));
            let files = storage.paths().iter().filter(|p| p.starts_with("segments/")).count();
            assert_eq!(files, 2, "{operation:?} {nth}");
        }
    }
}

#[test]
fn days_begin_at_the_stores_offset() {
    for utc_offset_s in [-12 * 3600, 0, 8 * 3600, 14 * 3600] {
        let options = Options { utc_offset_s, ..BY_HAND };
        let engine = open(&Simulated::new(), options).unwrap();
        let midnight_ms = 20_000 * common::DAY_MS - i64::from(utc_offset_s) * 1_000;
        let at = |ms: i64| Visit { entered_ms: ms, ..visit_on(0, 1) };
        engine.append_all(vec![at(midnight_ms - 1), at(midnight_ms)]).unwrap();
        assert_eq!((engine.day_of(midnight_ms - 1), engine.day_of(midnight_ms)), (19_999, 20_000));
        engine.drop_before(20_000).unwrap();
        assert_eq!(all_of(&engine), [at(midnight_ms)]);
    }
}
