//! What the engine does when the disk is full, broken, or loses its power.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};

use common::{all_of, dice, no_room_ahead, open, script, visit, visits};
use visitlog::{
    AppendError, CommitError, Health, OpenError, Options, SubmitError, TornTail,
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
    let engine = open(&storage, no_room_ahead()).unwrap();
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

/// Runs the script once for each operation that `fault` can meet, on `threads` threads; `broken_off`
/// holds each outcome against what was promised. Gives the number of fault points.
fn at_every(
    operation: Operation,
    fault: Fault,
    broken_off: impl Fn(u64, &Simulated, script::Outcome) + Sync,
) -> u64 {
    let points = AtomicU64::new(0);
    let next = AtomicU64::new(1);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let storage = Simulated::new();
                    storage.fail(operation, nth, fault);
                    let outcome = script::run(&storage);
                    let met = storage.armed() == 0;
                    if !met {
                        assert!(outcome.whole, "without a fault nothing fails");
                        return;
                    }
                    points.fetch_add(1, Ordering::Relaxed);
                    broken_off(nth, &storage, outcome);
                }
            });
        }
    });
    points.into_inner()
}

#[expect(clippy::print_stdout, reason = "`--nocapture` shows how many fault points there are")]
fn tell(line: &str) {
    println!("{line}");
}

#[test]
fn the_power_may_go_at_every_single_operation() {
    const SEEDS: u64 = 3;
    let points = at_every(Operation::Any, Fault::PowerCut, |nth, storage, outcome| {
        drop(outcome.engine);
        for seed in 0..SEEDS {
            let rebooted = storage.after_power_cut(&mut dice(nth * 1_000 + seed));
            let context = format!("power cut at operation {nth}, seed {seed}");
            outcome.promised.clone().hold(&rebooted, &context);
        }
    });
    tell(&format!("power cut at {points} operations, {SEEDS} ways each"));
    assert!(points >= 150, "the script does enough: {points}");
}

#[test]
fn every_single_operation_may_fail_once() {
    for fault in [Fault::Broken, Fault::NoRoom] {
        let points = at_every(Operation::Any, fault, |nth, storage, outcome| {
            let context = format!("{fault:?} at operation {nth}");
            storage.make_room();
            goes_on_in_process(fault, &outcome, &context);
            let killed = storage.after_kill();
            let cut = storage.after_power_cut(&mut dice(nth));
            drop(outcome.engine);
            for (storage, how) in [(killed, "killed"), (cut, "cut"), (storage.clone(), "closed")] {
                outcome.promised.clone().hold(&storage, &format!("{context}, then {how}"));
            }
        });
        tell(&format!("{fault:?} at {points} operations"));
        assert!(points >= 150, "the script does enough: {points}");
    }
}

/// What can be read is what was promised, and lack of room ends by itself.
fn goes_on_in_process(fault: Fault, outcome: &script::Outcome, context: &str) {
    let Some(engine) = &outcome.engine else { return };
    outcome.promised.hold_in_process(engine, context);
    if fault == Fault::NoRoom {
        let stopped = matches!(engine.health(), Health::Stopped(_));
        assert!(!stopped, "{context}: {:?}", engine.health());
    }
}

#[test]
fn every_single_read_may_fail_or_be_short_once() {
    for fault in [Fault::Broken, Fault::Short] {
        let points = at_every(Operation::Read, fault, |nth, storage, outcome| {
            let context = format!("{fault:?} at read {nth}");
            storage.make_room();
            goes_on_in_process(fault, &outcome, &context);
            drop(outcome.engine);
            outcome.promised.clone().hold(storage, &context);
        });
        tell(&format!("{fault:?} at {points} reads"));
        assert!(points >= 100, "the script reads enough: {points}");
    }
}

/// A disk may notice only as it makes things durable that it has no room for them.
#[test]
fn every_sync_rename_and_removal_may_find_no_room() {
    for operation in [Operation::Sync, Operation::SyncDir, Operation::Rename, Operation::Remove] {
        let points = at_every(operation, Fault::NoRoom, |nth, storage, outcome| {
            let context = format!("no room at {operation:?} {nth}");
            storage.make_room();
            if let Some(engine) = &outcome.engine {
                outcome.promised.hold_in_process(engine, &context);
            }
            let cut = storage.after_power_cut(&mut dice(nth));
            drop(outcome.engine);
            for storage in [cut, storage.clone()] {
                outcome.promised.clone().hold(&storage, &context);
            }
        });
        tell(&format!("no room at {points} of {operation:?}"));
        assert!(points >= 10, "the script does enough: {points}");
    }
}

#[test]
fn a_folder_that_cannot_be_locked_is_not_opened() {
    let storage = Simulated::new();
    storage.fail(Operation::Lock, 1, Fault::Broken);
    let refused = open(&storage, Options::default()).err().unwrap();
    assert!(refused.to_string().starts_with("locking LOCK"), "{refused}");
    let engine = open(&storage, Options::default()).unwrap();
    assert!(matches!(open(&storage, Options::default()), Err(OpenError::InUse { .. })));
    engine.close();
    open(&storage, Options::default()).unwrap();
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

#[test]
fn what_cannot_be_read_to_its_end_is_not_cut_off_as_a_torn_tail() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    engine.append_all(visits(0..9)).unwrap();
    // Killed, so that nothing after the frame vouches for it.
    let whole = storage.after_kill();
    for nth in 1..=12 {
        let storage = whole.after_kill();
        // Reading again does not help for a while.
        (nth..nth + 100).for_each(|nth| storage.fail(Operation::Read, nth, Fault::Short));
        drop(open(&storage, Options::default()));
        storage.make_room();
        assert_eq!(all_of(&open(&storage, Options::default()).unwrap()), visits(0..9), "{nth}");
    }
}
