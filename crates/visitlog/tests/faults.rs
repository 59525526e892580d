//! What the engine does when the disk is full, broken, or loses its power.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{all_of, dice, open, small_parts, visit, visits};
use visitlog::{
    AppendError, CommitError, Engine, Health, Options, SubmitError, TornTail,
    storage::simulated::{Fault, Operation, Simulated},
};

fn no_room(outcome: &Result<visitlog::Committed, AppendError>) -> bool {
    matches!(outcome, Err(AppendError::Commit(CommitError::NoRoom(_))))
}

fn stopped(outcome: &Result<visitlog::Committed, AppendError>) -> bool {
    matches!(
        outcome,
        Err(AppendError::Commit(CommitError::Stopped(_))
            | AppendError::Submit(SubmitError::Stopped(_)))
    )
}

#[test]
fn a_full_disk_refuses_at_once_goes_on_reading_and_writes_again_by_itself() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    engine.append(visit(1)).unwrap();
    let before = storage.contents("log/000000000001.log");
    storage.fail(Operation::Write, 1, Fault::NoRoom);
    for _ in 0..3 {
        assert!(no_room(&engine.append(visit(2))));
        assert_eq!(storage.contents("log/000000000001.log"), before, "the torn write is gone");
    }
    assert!(matches!(engine.health(), Health::NoRoom(_)));
    assert!(engine.append(visit(1)).unwrap().already_there, "what is durable is still answered");
    assert_eq!(all_of(&engine), [visit(1)]);
    storage.make_room();
    assert!(!engine.append(visit(2)).unwrap().already_there);
    assert_eq!(engine.health(), Health::Writing);
    drop(engine);
    assert_eq!(all_of(&open(&storage, Options::default()).unwrap()), visits(1..3));
}

#[test]
fn a_disk_that_fills_up_between_two_parts_loses_nothing() {
    for operation in [Operation::Create, Operation::Write] {
        for nth in 1..=2 {
            let storage = Simulated::new();
            let options = Options { part_bytes_max: 1, ..Options::default() };
            let engine = open(&storage, options).unwrap();
            engine.append(visit(1)).unwrap();
            storage.fail(operation, nth, Fault::NoRoom);
            assert!(no_room(&engine.append(visit(2))), "{operation:?} {nth}");
            assert!(no_room(&engine.append(visit(2))), "{operation:?} {nth}");
            let killed = storage.after_kill();
            storage.make_room();
            engine.append(visit(2)).unwrap();
            engine.append(visit(3)).unwrap();
            drop(engine);
            assert_eq!(all_of(&open(&storage, options).unwrap()), visits(1..4));
            let engine = open(&killed, options).unwrap();
            engine.append(visit(3)).unwrap();
            assert_eq!(all_of(&engine), [visit(1), visit(3)]);
        }
    }
}

#[test]
fn a_torn_write_that_cannot_be_taken_back_stops_the_engine() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    engine.append(visit(1)).unwrap();
    storage.fail(Operation::Write, 1, Fault::NoRoom);
    storage.fail(Operation::SetLength, 1, Fault::Broken);
    assert!(stopped(&engine.append(visit(2))));
    storage.make_room();
    assert!(stopped(&engine.append(visit(2))));
    assert_eq!(all_of(&engine), [visit(1)]);
    drop(engine);
    let engine = open(&storage, Options::default()).unwrap();
    assert!(engine.recovery().torn_tail.is_some());
    assert_eq!(all_of(&engine), [visit(1)]);
}

#[test]
fn a_failed_sync_is_never_tried_again_and_its_visits_are_never_readable() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    engine.append(visit(1)).unwrap();
    storage.fail(Operation::Sync, 1, Fault::Broken);
    let outcome = engine.append(visit(2));
    assert!(stopped(&outcome));
    assert!(outcome.unwrap_err().to_string().contains("syncing log/000000000001.log"));
    let operations = storage.operations();
    assert!(stopped(&engine.append(visit(3))));
    assert_eq!(storage.operations(), operations, "the disk is not touched any more");
    assert!(matches!(engine.health(), Health::Stopped(said) if said.contains("syncing")));
    assert_eq!(all_of(&engine), [visit(1)]);
    engine.close();
    for seed in 0..20 {
        let engine = open(&storage.after_power_cut(&mut dice(seed)), Options::default()).unwrap();
        assert_eq!(all_of(&engine), [visit(1)]);
    }
}

#[test]
fn a_frame_that_a_killed_process_had_not_synced_is_made_durable_before_it_is_served() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    engine.append(visit(1)).unwrap();
    // The sync fails and so does taking the frame back: it stays in the page cache, marked clean.
    storage.fail(Operation::Sync, 1, Fault::Broken);
    storage.fail(Operation::SetLength, 1, Fault::Broken);
    assert!(stopped(&engine.append(visit(2))));
    let next = storage.after_kill();
    let engine = open(&next, Options::default()).unwrap();
    assert!(engine.append(visit(2)).unwrap().already_there);
    for seed in 0..20 {
        let engine = open(&next.after_power_cut(&mut dice(seed)), Options::default()).unwrap();
        assert_eq!(all_of(&engine), visits(1..3));
    }
}

#[test]
fn a_part_begun_by_a_killed_process_is_made_durable_before_it_is_used() {
    let storage = Simulated::new();
    let options = Options { part_bytes_max: 1, ..Options::default() };
    let engine = open(&storage, options).unwrap();
    engine.append(visit(0)).unwrap();
    // The manifest has its new name, and the folder is never synced.
    storage.fail(Operation::SyncDir, 2, Fault::Broken);
    assert!(stopped(&engine.append(visit(1))));
    let next = storage.after_kill();
    let engine = open(&next, options).unwrap();
    engine.append(visit(1)).unwrap();
    for seed in 0..20 {
        let engine = open(&next.after_power_cut(&mut dice(seed)), options).unwrap();
        assert_eq!(all_of(&engine), visits(0..2), "seed {seed}");
    }
}

/// Appends until something fails; gives what was acknowledged.
fn append_until_it_fails(engine: &Engine, count: u64) -> u64 {
    (0..count).take_while(|n| engine.append(visit(*n)).is_ok()).count() as u64
}

#[test]
fn the_power_may_go_at_every_single_operation() {
    const VISITS: u64 = 30;
    let whole = Simulated::new();
    append_until_it_fails(&open(&whole, small_parts()).unwrap(), VISITS);
    let operations = whole.operations();
    assert!(operations > 2 * VISITS, "parts were begun on the way");
    for nth in 1..=operations {
        for seed in 0..4 {
            let storage = Simulated::new();
            storage.fail(Operation::Any, nth, Fault::PowerCut);
            let acknowledged = match open(&storage, small_parts()) {
                Ok(engine) => append_until_it_fails(&engine, VISITS),
                Err(_) => 0,
            };
            let rebooted = storage.after_power_cut(&mut dice(nth * 1_000 + seed));
            let engine = open(&rebooted, small_parts())
                .unwrap_or_else(|error| panic!("operation {nth}, seed {seed}: {error}"));
            let found = all_of(&engine);
            let most = (acknowledged + 1).min(VISITS);
            assert!(
                found == visits(0..acknowledged) || found == visits(0..most),
                "operation {nth}, seed {seed}: {acknowledged} acknowledged, {} found",
                found.len()
            );
            assert_eq!(append_until_it_fails(&engine, VISITS), VISITS, "it goes on");
        }
    }
}

#[test]
fn every_single_operation_may_fail_once() {
    const VISITS: u64 = 30;
    let whole = Simulated::new();
    append_until_it_fails(&open(&whole, small_parts()).unwrap(), VISITS);
    for fault in [Fault::Broken, Fault::NoRoom] {
        for nth in 1..=whole.operations() {
            let storage = Simulated::new();
            storage.fail(Operation::Any, nth, fault);
            let mut acknowledged = Vec::new();
            if let Ok(engine) = open(&storage, small_parts()) {
                acknowledged.extend((0..VISITS).filter(|n| engine.append(visit(*n)).is_ok()));
                storage.make_room();
                acknowledged
                    .extend((VISITS..VISITS + 3).filter(|n| engine.append(visit(*n)).is_ok()));
                let readable = all_of(&engine);
                let expected: Vec<_> = acknowledged.iter().map(|n| visit(*n)).collect();
                assert_eq!(readable, expected, "{fault:?} at operation {nth}");
            }
            storage.make_room();
            for storage in [storage.after_kill(), storage.after_power_cut(&mut dice(nth))] {
                let engine = open(&storage, small_parts())
                    .unwrap_or_else(|error| panic!("{fault:?} at operation {nth}: {error}"));
                let found = all_of(&engine);
                for n in &acknowledged {
                    assert!(found.contains(&visit(*n)), "{fault:?} at {nth}: visit {n} is lost");
                }
            }
        }
    }
}

#[test]
fn a_torn_tail_is_cut_at_the_last_whole_frame_and_reported() {
    let storage = Simulated::new();
    open(&storage, Options::default()).unwrap().append_all(visits(0..3)).unwrap();
    let path = "log/000000000001.log";
    let mut bytes = storage.contents(path).unwrap();
    let whole = bytes.len() as u64;
    bytes.extend_from_slice(b"VLF1 and then nothing good");
    storage.overwrite(path, &bytes);
    let engine = open(&storage, Options::default()).unwrap();
    let torn = TornTail { file: path.to_owned(), offset: whole, bytes: 26 };
    assert_eq!(engine.recovery().torn_tail, Some(torn));
    assert_eq!(all_of(&engine), visits(0..3));
    engine.append(visit(3)).unwrap();
    drop(engine);
    let engine = open(&storage, Options::default()).unwrap();
    assert_eq!(engine.recovery().torn_tail, None, "cut for good");
    assert_eq!(all_of(&engine), visits(0..4));
}
