//! A case keeps its visits when their day is deleted, and nobody else's.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MIDNIGHT_MS, open, visit, visits};
use visitlog::{
    Engine, MaintainError, Options, Selection, Visit, Window,
    storage::simulated::{Fault, Operation, Simulated},
};

const DAY_MS: i64 = 86_400_000;
const CASE: u64 = 77;

/// Visits 0..200 lie within one day: person n, checkpoint n % 7.
fn selection() -> Selection {
    let (from_ms, to_ms) = (MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS);
    Selection { persons: vec![5, 6, 6, 900], checkpoints: vec![3], from_ms, to_ms }
}

fn selected(numbers: std::ops::Range<u64>) -> Vec<Visit> {
    visits(numbers)
        .into_iter()
        .filter(|v| [5, 6].contains(&v.person) || v.checkpoint == 3)
        .collect()
}

fn kept(engine: &Engine, case: u64) -> Vec<Visit> {
    let snapshot = engine.snapshot().of_case(case);
    let mut by_person: Vec<Visit> = (0..250)
        .flat_map(|person| snapshot.visits_of(person, i64::MIN, i64::MAX).map(Result::unwrap))
        .collect();
    by_person.sort_by_key(|v| v.person);
    let window = |checkpoint| Window { checkpoint, from_ms: i64::MIN, to_ms: i64::MAX };
    let by_checkpoint = (0..7).flat_map(|c| snapshot.visits_at(window(c)).map(Result::unwrap));
    let mut by_checkpoint: Vec<Visit> = by_checkpoint.collect();
    by_checkpoint.sort_by_key(|v| v.person);
    assert_eq!(by_person, by_checkpoint, "both orders");
    by_person
}

#[test]
fn an_extract_survives_its_day_and_a_restart_and_is_seen_by_its_case_alone() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    engine.append_all(visits(0..100)).unwrap();
    engine.seal().unwrap();
    engine.append_all(visits(100..200)).unwrap();
    engine.extract(CASE, &selection()).unwrap();
    engine.drop_before(engine.day_of(MIDNIGHT_MS) + 1).unwrap();
    let mut engine = engine;
    for restarted in [false, true] {
        if restarted {
            engine = open(&storage, Options::default()).unwrap();
        }
        assert_eq!(kept(&engine, CASE), selected(0..200));
        assert_eq!(kept(&engine, CASE + 1), []);
        assert_eq!(engine.visits_of(5, i64::MIN, i64::MAX, None, 9), Ok(vec![]), "not the store");
        let days = engine.cases();
        assert_eq!(days.len(), 1);
        assert_eq!((days[0].case, days[0].visits), (CASE, selected(0..200).len() as u64));
        engine.close();
    }
    let engine = open(&storage, Options::default()).unwrap();
    engine.drop_case(CASE).unwrap();
    assert_eq!(kept(&engine, CASE), []);
    let files = visitlog::storage::Storage::list(&storage, "segments").unwrap();
    assert!(files.is_empty(), "its files are gone: {files:?}");
    engine.close();
    assert_eq!(open(&storage, Options::default()).unwrap().cases(), []);
}

#[test]
fn extracting_again_adds_what_came_since_and_doubles_nothing() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    engine.append_all(visits(0..100)).unwrap();
    engine.extract(CASE, &selection()).unwrap();
    engine.extract(CASE, &selection()).unwrap();
    assert_eq!(kept(&engine, CASE), selected(0..100));
    engine.append_all(visits(100..150)).unwrap();
    engine.extract(CASE, &selection()).unwrap();
    engine.extract(CASE + 1, &Selection { checkpoints: vec![], ..selection() }).unwrap();
    assert_eq!(kept(&engine, CASE), selected(0..150));
    assert_eq!(kept(&engine, CASE + 1), [visit(5), visit(6)]);
    assert_eq!(engine.cases().len(), 2);
}

#[test]
fn nothing_selected_makes_no_file() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    engine.append_all(visits(0..100)).unwrap();
    let day_before = Selection { to_ms: MIDNIGHT_MS, from_ms: 0, ..selection() };
    engine.extract(CASE, &day_before).unwrap();
    engine
        .extract(CASE, &Selection { persons: vec![999], checkpoints: vec![], ..selection() })
        .unwrap();
    assert_eq!(engine.cases(), []);
}

#[test]
fn the_power_or_the_disk_may_fail_at_every_step_of_an_extract() {
    for fault in [Fault::Broken, Fault::NoRoom, Fault::PowerCut] {
        for nth in 1.. {
            let storage = Simulated::new();
            let engine = open(&storage, Options::default()).unwrap();
            engine.append_all(visits(0..60)).unwrap();
            engine.extract(CASE, &selection()).unwrap();
            engine.append_all(visits(60..120)).unwrap();
            let before = storage.operations();
            storage.fail(Operation::Any, nth, fault);
            let done = engine.extract(CASE, &selection());
            let steps = storage.operations() - before;
            if done.is_err() && fault == Fault::NoRoom {
                let no_room = matches!(done, Err(MaintainError::NoRoom(_)));
                assert!(no_room || engine.append(visit(200)).is_err(), "stopped or goes on");
            }
            let next = storage.after_power_cut(&mut common::dice(nth));
            next.make_room();
            let again = open(&next, Options::default()).unwrap();
            let found = kept(&again, CASE);
            assert!(found == selected(0..60) || found == selected(0..120), "{fault:?} at {nth}");
            assert!(done.is_err() || found == selected(0..120), "{fault:?} at {nth}: it was done");
            if done.is_ok() && steps < nth {
                break;
            }
        }
    }
}
