//! Sealing and merging: the same visit stays one visit wherever it lies, and a step that fails
//! says so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{sync::mpsc, time::Duration};

use common::{all_of, open, script::TINY, visit, visit_on, visits};
use visitlog::{
    AppendError, CommitError, Committed, Engine, MaintainError, Options, Visit,
    storage::simulated::{Fault, Operation, Simulated},
};

const NEW: Committed = Committed { already_there: false };
const AGAIN: Committed = Committed { already_there: true };

/// Nothing happens by itself.
const BY_HAND: Options = Options { run_visits: 1_000, seal_visits: 1_000_000, ..TINY };

/// Holds the writer in an answer until the returned sender is dropped or used.
fn hold_the_writer(engine: &Engine, visit: Visit) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel();
    let (entered, inside) = mpsc::channel();
    let answer = move |_| {
        entered.send(()).unwrap();
        let _ = held.recv();
    };
    engine.submit(visit, answer).unwrap();
    inside.recv().unwrap();
    release
}

#[test]
fn visits_are_in_memory_until_they_are_sealed() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    let at = |visit: Visit| (visit.entered_ms, visit.entered_ms + 1);
    let is_in_memory = |(from_ms, to_ms)| engine.snapshot().is_in_memory(from_ms, to_ms);
    let ((first, _), (last, end)) = (at(visit(0)), at(visit(9)));
    engine.append_all(visits(0..10)).unwrap();
    assert!(is_in_memory((first, end)));
    engine.seal().unwrap();
    for (from_ms, to_ms, there) in
        [(first, end, false), (last, end, false), (end, i64::MAX, true), (i64::MIN, first, true)]
    {
        assert_eq!(is_in_memory((from_ms, to_ms)), there, "{from_ms}..{to_ms}");
    }
}

fn parts(storage: &Simulated) -> usize {
    storage.paths().iter().filter(|path| path.starts_with("log/")).count()
}

#[test]
fn a_batch_of_which_one_visit_cannot_be_looked_for_is_refused_whole() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    engine.append_all(visits(0..20)).unwrap();
    engine.seal().unwrap();
    storage.fail(Operation::Read, 1, Fault::Broken);
    let refused = engine.append_all(vec![visit_on(5, 1), visit(3), visit_on(5, 2)]);
    assert!(
        matches!(&refused, Err(AppendError::Commit(CommitError::Unreadable(error)))
            if error.to_string().contains("segments/000000000001.seg")),
        "{refused:?}"
    );
    assert_eq!(all_of(&engine), visits(0..20));
    engine.close();
    assert_eq!(all_of(&open(&storage, BY_HAND).unwrap()), visits(0..20));
}

#[test]
fn a_visit_that_was_refused_is_not_acknowledged_to_the_next_who_brings_it() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    engine.append_all(vec![visit(0), visit(9)]).unwrap();
    engine.seal().unwrap();
    let release = hold_the_writer(&engine, visit_on(3, 0));
    let (sender, answers) = mpsc::channel();
    storage.fail(Operation::Read, 1, Fault::Broken);
    for _ in 0..2 {
        let sender = sender.clone();
        let answer = move |outcome| sender.send(outcome).unwrap();
        engine.submit_all(vec![visit(5)], answer).unwrap();
    }
    release.send(()).unwrap();
    assert!(matches!(answers.recv().unwrap(), Err(CommitError::Unreadable(_))));
    assert_eq!(answers.recv().unwrap(), Ok(vec![NEW]), "it is stored now, and was not before");
    assert!(all_of(&engine).contains(&visit(5)));
}

#[test]
fn nothing_is_written_after_a_part_that_could_not_be_begun() {
    let storage = Simulated::new();
    let options = Options { group_visits_max: 1, ..BY_HAND };
    let engine = open(&storage, options).unwrap();
    let release = hold_the_writer(&engine, visit(0));
    let (sender, answers) = mpsc::channel();
    std::thread::scope(|scope| {
        let sealing = scope.spawn(|| engine.seal());
        // The request to end the part comes first.
        std::thread::sleep(Duration::from_millis(100));
        for n in 1..4 {
            let sender = sender.clone();
            engine.submit(visit(n), move |outcome| sender.send((n, outcome)).unwrap()).unwrap();
        }
        // The manifest has its new name, and its folder is not synced.
        storage.fail(Operation::SyncDir, 2, Fault::Broken);
        release.send(()).unwrap();
        assert!(matches!(sealing.join().unwrap(), Err(MaintainError::Append(_))));
    });
    drop(sender);
    let acknowledged: Vec<_> = answers.iter().filter(|(_, outcome)| outcome.is_ok()).collect();
    let killed = storage.after_kill();
    drop(engine);
    for storage in [killed, storage] {
        let engine = open(&storage, options).unwrap();
        let found = all_of(&engine);
        assert!(acknowledged.iter().all(|(n, _)| found.contains(&visit(*n))));
    }
}

#[test]
fn sealing_a_store_that_has_stopped_says_so() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    engine.append_all(visits(0..20)).unwrap();
    // The segment's: the log's part and the manifest come before it.
    storage.fail(Operation::Sync, 3, Fault::Broken);
    for _ in 0..2 {
        let refused = engine.seal().unwrap_err().to_string();
        assert!(refused.contains("syncing segments/000000000001.seg"), "{refused}");
    }
    assert!(engine.drop_before(0).is_err());
    assert_eq!(all_of(&engine), visits(0..20), "reading goes on");
    engine.close();
    assert!(matches!(engine.seal(), Err(MaintainError::Stopped(_) | MaintainError::Append(_))));
}

#[test]
fn sealing_that_found_no_room_is_done_when_there_is_room_without_a_new_visit() {
    for nth in 1..=3 {
        let storage = Simulated::new();
        let engine = open(&storage, BY_HAND).unwrap();
        engine.append_all(visits(0..20)).unwrap();
        storage.fail(Operation::Create, nth, Fault::NoRoom);
        for _ in 0..2 {
            let refused = engine.seal().unwrap_err().to_string();
            assert!(refused.contains("no room"), "{refused}");
            assert_eq!(engine.stats().segments, 0);
            assert_eq!(all_of(&engine), visits(0..20));
        }
        storage.make_room();
        engine.seal().unwrap();
        assert_eq!((engine.stats().segments, engine.stats().head_visits), (1, 0), "create {nth}");
        assert_eq!(parts(&storage), 1, "the log is as short as it can be");
        assert_eq!(all_of(&engine), visits(0..20));
    }
}

/// The same visit is brought again after every step of its life.
#[test]
fn one_identity_is_one_visit_in_table_run_segment_and_merged_segment_and_after_restarts() {
    let storage = Simulated::new();
    let options = Options { run_visits: 6, ..BY_HAND };
    let mut engine = open(&storage, options).unwrap();
    let (early, late) = (visit(1), visit(2));
    let again = |engine: &Engine, visit: Visit, where_it_is: &str| {
        let other = Visit { recorded_ms: visit.recorded_ms + 2 * common::DAY_MS, ..visit };
        assert_eq!(engine.append(other), Ok(AGAIN), "{where_it_is}");
        let both = engine.append_all(vec![visit, other]);
        assert_eq!(both, Ok(vec![AGAIN, AGAIN]), "{where_it_is}");
        let found = all_of(engine);
        assert_eq!(found.iter().filter(|v| v.key() == visit.key()).count(), 1, "{where_it_is}");
        assert!(found.contains(&visit), "{where_it_is}: the first content stays");
    };
    assert_eq!(engine.append_all(vec![early, early]), Ok(vec![NEW, AGAIN]), "in one batch");
    again(&engine, early, "in the table");
    engine.append_all(visits(20..40)).unwrap();
    again(&engine, early, "in a frozen table or a run");
    engine.seal().unwrap();
    again(&engine, early, "in a segment");
    // A second segment of the same day, and a third of a later one.
    engine.append_all(vec![late, visit_on(2, 1)]).unwrap();
    engine.close();
    engine = open(&storage, options).unwrap();
    again(&engine, early, "in a segment, after a restart");
    again(&engine, late, "in the log, after a restart");
    engine.seal().unwrap();
    assert_eq!(engine.stats().segments, 2, "one of each day");
    for when in ["merged", "days later"] {
        again(&engine, early, when);
        again(&engine, late, when);
        engine.append_all((50..60).map(|n| visit_on(2, n)).collect()).unwrap();
        engine.seal().unwrap();
    }
    let engine = open(&storage.after_kill(), options).unwrap();
    again(&engine, early, "after a kill");
    again(&engine, late, "after a kill");
    assert_eq!(engine.append(visit_on(1, 1)), Ok(NEW), "another day is another visit");
}

#[test]
fn late_visits_of_a_finished_day_are_merged_into_it() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    let mut expected = Vec::new();
    for round in 0..12 {
        let some: Vec<_> = (0..5).flat_map(|n| [visit(round * 5 + n), visit_on(1, n)]).collect();
        expected.extend((0..5).map(|n| visit(round * 5 + n)));
        engine.append_all(some).unwrap();
        engine.seal().unwrap();
        assert_eq!(engine.stats().segments, 2, "a finished day has one, the newest has one");
    }
    expected.extend((0..5).map(|n| visit_on(1, n)));
    expected.sort_by_key(|v| (v.person, v.entered_ms));
    assert_eq!(all_of(&engine), expected);
    assert_eq!(engine.stats().segment_visits, expected.len() as u64);
}

#[test]
fn a_held_snapshot_goes_on_reading_what_was_merged_and_deleted_meanwhile() {
    let storage = Simulated::new();
    let engine = open(&storage, BY_HAND).unwrap();
    engine.append_all(visits(0..20)).unwrap();
    engine.seal().unwrap();
    engine.append_all(vec![visit(30), visit_on(1, 0)]).unwrap();
    let before = engine.snapshot();
    let seen = common::read_all(&before).unwrap();
    engine.seal().unwrap();
    engine.append_all((40..50).map(|n| visit_on(1, n)).collect()).unwrap();
    engine.drop_before(engine.day_of(common::MIDNIGHT_MS) + 1).unwrap();
    assert_eq!(common::read_all(&before).unwrap(), seen, "as it was");
    assert_eq!(all_of(&engine).len(), 11);
    engine.close();
    assert_eq!(common::read_all(&before).unwrap(), seen, "even after closing");
}
