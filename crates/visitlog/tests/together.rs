//! Many at once: readers see whole groups in a consistent moment while others write, seal and
//! delete.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use common::{DAY_MS, MIDNIGHT_MS, open, script::TINY};
use visitlog::{
    AppendError, CommitError, Engine, Options, Snapshot, SubmitError, Visit, Window,
    storage::simulated::Simulated,
};

/// Sealed and merged all the time.
const BUSY: Options = Options { part_bytes_max: 4_000, run_visits: 40, seal_visits: 120, ..TINY };

const WRITERS: u64 = 3;
const PERSONS_OF_A_BATCH: u32 = 6;

/// Batch `number` of a writer: one entry through each of six checkpoints, in one moment.
fn batch(writer: u64, number: u64, day: i64) -> Vec<Visit> {
    let entered_ms = MIDNIGHT_MS + day * DAY_MS + (number * 1_000 % DAY_MS as u64) as i64;
    (0..PERSONS_OF_A_BATCH)
        .map(|checkpoint| Visit { person: writer, checkpoint, entered_ms, ..common::visit(number) })
        .collect()
}

/// How many whole batches of each writer are there; no part of one ever is.
fn whole_batches(snapshot: &Snapshot) -> BTreeMap<u64, Vec<i64>> {
    let mut moments: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
    let windows: Vec<_> = (0..PERSONS_OF_A_BATCH)
        .map(|checkpoint| Window { checkpoint, from_ms: i64::MIN, to_ms: i64::MAX })
        .collect();
    let at = snapshot.visits_at_windows(&windows, usize::MAX).unwrap();
    for visits in &at {
        assert!(
            visits
                .iter()
                .map(|v| (v.person, v.entered_ms))
                .eq(at[0].iter().map(|v| (v.person, v.entered_ms))),
            "a batch is there in whole or not at all"
        );
    }
    let persons: Vec<_> = (0..WRITERS).collect();
    let of = snapshot.visits_of_many(&persons, i64::MIN, i64::MAX, usize::MAX).unwrap();
    for (writer, visits) in persons.iter().zip(of) {
        let entered: Vec<_> = visits.iter().map(|v| v.entered_ms).collect();
        let at: Vec<_> =
            at[0].iter().filter(|v| v.person == *writer).map(|v| v.entered_ms).collect();
        assert!(
            entered.chunks(PERSONS_OF_A_BATCH as usize).map(|six| six[0]).eq(at.iter().copied())
        );
        moments.insert(*writer, at);
    }
    moments
}

#[test]
fn readers_see_whole_groups_in_order_while_others_write_seal_and_delete() {
    const BATCHES: u64 = 250;
    let engine = open(&Simulated::new(), BUSY).unwrap();
    let done = AtomicBool::new(false);
    let (first_day, looks) = (AtomicI64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (engine, first_day) = (&engine, &first_day);
                scope.spawn(move || {
                    for number in 0..BATCHES {
                        let day = first_day.load(Ordering::SeqCst) + (number % 2) as i64 + 1;
                        match engine.append_all(batch(writer, number, day)) {
                            Ok(_)
                            // Deleted meanwhile.
                            | Err(AppendError::Submit(SubmitError::Invalid(_))
                                | AppendError::Commit(CommitError::Invalid(_))) => {}
                            Err(other) => panic!("{other}"),
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                engine.seal().unwrap();
                let day = first_day.fetch_add(1, Ordering::SeqCst);
                engine.drop_before(engine.day_of(MIDNIGHT_MS) + day).unwrap();
            }
        });
        scope.spawn(|| {
            let mut before: (i64, BTreeMap<u64, Vec<i64>>) = (0, BTreeMap::new());
            while !done.load(Ordering::SeqCst) {
                let snapshot = engine.snapshot();
                let now = whole_batches(&snapshot);
                assert_eq!(now, whole_batches(&snapshot), "a moment does not change");
                // Deleted since the last look: all before a certain time, nothing after it.
                let kept_ms = now.values().flatten().min().copied().unwrap_or(i64::MAX);
                for (writer, moments) in &before.1 {
                    let gone = moments.iter().filter(|ms| !now[writer].contains(ms));
                    assert!(gone.max() < Some(&kept_ms), "what was seen stays until it is deleted");
                }
                before.1 = now;
                looks.fetch_add(1, Ordering::SeqCst);
            }
        });
        for writer in writers {
            writer.join().unwrap();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!(looks.load(Ordering::SeqCst) > 3, "somebody has looked");
    assert!(engine.stats().stored > 0 && engine.recovery().created);
}

#[test]
fn many_submitters_each_get_their_answers_and_every_visit_is_stored_once() {
    const SUBMITTERS: u64 = 8;
    const VISITS: u64 = 200;
    let storage = Simulated::new();
    let engine = open(&storage, BUSY).unwrap();
    let fresh = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for submitter in 0..SUBMITTERS {
            let (engine, fresh) = (&engine, &fresh);
            // Everybody brings the same visits, each beginning elsewhere.
            scope.spawn(move || {
                for n in (0..VISITS).map(|n| (n + submitter * 25) % VISITS) {
                    let answer = engine.append(common::visit_on((n % 3) as i64, n)).unwrap();
                    fresh.fetch_add(u64::from(!answer.already_there), Ordering::Relaxed);
                    let read = engine.visits_of(n, i64::MIN, i64::MAX, None, 9).unwrap();
                    assert_eq!(read.len(), 1, "readable when it is acknowledged, and once");
                }
            });
        }
    });
    assert_eq!(fresh.into_inner(), VISITS, "told once that it is new");
    let stats = engine.stats();
    assert_eq!((stats.stored, stats.already_there), (VISITS, VISITS * (SUBMITTERS - 1)));
    let found = common::all_of(&engine);
    engine.close();
    assert_eq!(found.len() as u64, VISITS);
    assert_eq!(common::all_of(&open(&storage, BUSY).unwrap()), found);
}

#[test]
fn closing_while_it_seals_loses_nothing() {
    for round in 0..20 {
        let storage = Simulated::new();
        let engine = open(&storage, BUSY).unwrap();
        let visits: Vec<_> = (0..240).map(|n| common::visit_on((n % 4) as i64, n)).collect();
        std::thread::scope(|scope| {
            let sealing = scope.spawn(|| drop(engine.seal()));
            for some in visits.chunks(30) {
                engine.append_all(some.to_vec()).unwrap();
            }
            if round % 2 == 0 {
                sealing.join().unwrap();
            }
            engine.close();
        });
        reopened(&storage, &visits);
    }
}

fn reopened(storage: &Simulated, visits: &[Visit]) {
    let engine: Engine = open(storage, BUSY).unwrap();
    assert_eq!(common::all_of(&engine).len(), visits.len());
    assert!(engine.append_all(visits.to_vec()).unwrap().iter().all(|a| a.already_there));
}
