//! Group commit: who waits together is written together, and every answer is a promise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::mpsc;

use common::{all_of, open, visit, visits};
use visitlog::{
    Committed, Engine, Health, Options, SubmitError, TIME_MS_MIN, Visit,
    storage::simulated::{Fault, Operation, Simulated},
};

const NEW: Committed = Committed { already_there: false };
const AGAIN: Committed = Committed { already_there: true };

/// Holds the writer in an answer until the returned sender is dropped or used.
fn hold_the_writer(engine: &Engine) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel();
    let (entered, inside) = mpsc::channel();
    engine
        .submit(visit(0), move |_| {
            entered.send(()).unwrap();
            let _ = held.recv();
        })
        .unwrap();
    inside.recv().unwrap();
    release
}

#[test]
fn what_gathers_during_one_sync_is_one_group() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    let release = hold_the_writer(&engine);
    let (sender, answers) = mpsc::channel();
    for n in 1..200 {
        let sender = sender.clone();
        engine.submit(visit(n), move |outcome| sender.send((n, outcome)).unwrap()).unwrap();
    }
    assert_eq!(engine.stats().waiting, 199);
    assert_eq!(all_of(&engine), [visit(0)], "what waits cannot be read");
    let before = storage.operations();
    release.send(()).unwrap();
    let answered: Vec<_> = answers.iter().take(199).collect();
    assert!(answered.iter().all(|(_, outcome)| *outcome == Ok(NEW)));
    assert!(answered.iter().map(|(n, _)| *n).eq(1..200), "in the order they came");
    assert_eq!(storage.operations() - before, 2, "one write, one sync");
    assert_eq!(engine.stats().groups, 2);
    assert_eq!(all_of(&engine), visits(0..200));
}

#[test]
fn a_duplicate_in_the_same_group_shares_the_firsts_fate() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    let release = hold_the_writer(&engine);
    storage.fail(Operation::Write, 1, Fault::NoRoom);
    let (sender, answers) = mpsc::channel();
    let submit = |n| {
        let sender = sender.clone();
        engine.submit(visit(n), move |outcome| sender.send(outcome).unwrap()).unwrap();
    };
    [1, 1, 0].into_iter().for_each(submit);
    release.send(()).unwrap();
    let outcomes: Vec<_> = answers.iter().take(3).collect();
    assert!(outcomes[0].is_err() && outcomes[1].is_err(), "not durable, so not acknowledged");
    assert_eq!(outcomes[2], Ok(AGAIN), "durable long ago");
    storage.make_room();
    let release = hold_the_writer(&engine);
    [1, 1].into_iter().for_each(submit);
    release.send(()).unwrap();
    assert_eq!(answers.iter().take(2).collect::<Vec<_>>(), [Ok(NEW), Ok(AGAIN)]);
}

#[test]
fn a_full_queue_refuses_at_once() {
    let options = Options { queue_visits_max: 10, group_visits_max: 10, ..Options::default() };
    let engine = open(&Simulated::new(), options).unwrap();
    let release = hold_the_writer(&engine);
    for n in 1..=8 {
        engine.submit(visit(n), drop).unwrap();
    }
    let full = Err(SubmitError::Full { queue_visits_max: 10 });
    assert_eq!(engine.submit_all(visits(9..12), drop), full, "a batch is queued whole or not");
    engine.submit_all(visits(9..11), drop).unwrap();
    assert_eq!(engine.submit(visit(11), drop), full);
    release.send(()).unwrap();
    engine.close();
    assert_eq!(all_of(&engine), visits(0..11), "all that was queued was written");
}

#[test]
fn a_batch_over_the_limit_or_with_one_bad_visit_is_refused_whole() {
    let options = Options { group_visits_max: 10, ..Options::default() };
    let engine = open(&Simulated::new(), options).unwrap();
    let too_large = Err(SubmitError::BatchTooLarge { visits: 11, group_visits_max: 10 });
    assert_eq!(engine.submit_all(visits(0..11), drop), too_large);
    let bad = Visit { recorded_ms: TIME_MS_MIN - 1, ..visit(5) };
    assert!(matches!(engine.submit_all(vec![visit(1), bad], drop), Err(SubmitError::Invalid(_))));
    assert!(all_of(&engine).is_empty());
}

#[test]
fn memory_has_a_limit_and_says_so() {
    let options = Options { head_visits_max: 3, ..Options::default() };
    let storage = Simulated::new();
    let engine = open(&storage, options).unwrap();
    engine.append_all(visits(0..3)).unwrap();
    let refused = engine.append(visit(3)).unwrap_err();
    assert!(refused.to_string().contains("limit of 3 visits"), "{refused}");
    assert!(engine.append(visit(2)).unwrap().already_there);
    assert_eq!(all_of(&engine), visits(0..3));
}

#[test]
fn closing_writes_and_answers_what_waits() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    let release = hold_the_writer(&engine);
    let (sender, answers) = mpsc::channel();
    engine.submit(visit(1), move |outcome| sender.send(outcome).unwrap()).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| engine.close());
        release.send(()).unwrap();
    });
    assert_eq!(answers.recv().unwrap(), Ok(NEW));
    assert!(matches!(engine.submit(visit(2), drop), Err(SubmitError::Stopped(_))));
    assert!(matches!(engine.health(), Health::Stopped(_)));
    assert_eq!(all_of(&engine), visits(0..2), "reading goes on");
    assert_eq!(all_of(&open(&storage, Options::default()).unwrap()), visits(0..2));
}

#[test]
fn an_answer_that_panics_is_nobody_elses_trouble() {
    let engine = open(&Simulated::new(), Options::default()).unwrap();
    engine.submit(visit(1), |_| panic!("a caller's own mistake")).unwrap();
    assert_eq!(engine.append(visit(2)), Ok(NEW));
    assert_eq!(engine.health(), Health::Writing);
}

#[test]
fn many_threads_write_and_read_at_once() {
    let engine = open(&Simulated::new(), Options::default()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let engine = &engine;
            scope.spawn(move || {
                for n in (0..200).filter(|n| n % 4 == thread || n % 10 == 0) {
                    engine.append(visit(n)).unwrap();
                    let read = engine.visits_of(n, i64::MIN, i64::MAX, None, 9);
                    assert_eq!(read, Ok(vec![visit(n)]), "readable as soon as it is acknowledged");
                }
            });
        }
    });
    assert_eq!(all_of(&engine), visits(0..200));
    assert_eq!(engine.stats().stored, 200);
}
