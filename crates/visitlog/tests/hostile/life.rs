//! Any bytes as the life of a store: what is done to it, and what the disk does meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use visitlog::{
    AppendError, CommitError, Engine, Health, Options, Selection, SubmitError, Visit, VisitKey,
    format::segment::DAY_MS,
    storage::simulated::{Fault, Operation, Simulated},
    verify_on,
};

use super::{DAY, EVER, Input, MIDNIGHT_MS, Whom, ask, open};

const STEPS_MAX: usize = 60;
const PERSONS: u64 = 6;
const CHECKPOINTS: u64 = 4;
const DAYS: u64 = 4;
const CASE: u64 = 5;

/// In the first byte: nothing is sealed unless it is asked for.
pub(crate) const SEALED_BY_HAND: u8 = 1;

/// The first byte says which store it is; each after it, with those that it asks for, is a step.
pub(crate) fn attempt(bytes: &[u8]) {
    let mut input = Input(bytes);
    let by_hand = input.byte() & SEALED_BY_HAND != 0;
    let seal_visits = if by_hand { 100_000 } else { 12 };
    let options = Options { seal_visits, run_visits: 4, ..super::TINY };
    let storage = Simulated::new();
    let engine = open(&storage, options).unwrap();
    let mut life = Life { input, options, storage, engine, promised: Promised::default() };
    for _ in 0..STEPS_MAX {
        if life.input.is_empty() {
            break;
        }
        life.step();
    }
    life.reopen();
}

/// What was acknowledged, and what may or may not have happened.
#[derive(Default)]
struct Promised {
    stored: BTreeMap<VisitKey, Visit>,
    open: BTreeMap<VisitKey, Visit>,
    /// Days before the first are deleted, days before the second perhaps.
    dropped: (i64, i64),
}

struct Life<'a> {
    input: Input<'a>,
    options: Options,
    storage: Simulated,
    engine: Engine,
    promised: Promised,
}

impl Life<'_> {
    fn step(&mut self) {
        match self.input.below(12) {
            0..=4 => self.append(),
            5 => drop(self.engine.seal()),
            6 => self.drop_before(),
            7 => self.extract(),
            8 => self.arm(),
            9 => self.reopen(),
            10 => self.be_killed(),
            _ => self.lose_power(),
        }
        if matches!(self.engine.health(), Health::Stopped(_)) {
            self.reopen();
        }
        self.ask();
    }

    /// Few persons, checkpoints and moments, so that the same identity comes again.
    fn visit(&mut self) -> Visit {
        let entered_ms = MIDNIGHT_MS
            + self.input.below(DAYS) as i64 * DAY_MS
            + self.input.below(5) as i64 * 20_000_000;
        Visit {
            person: self.input.below(PERSONS),
            checkpoint: self.input.below(CHECKPOINTS) as u32,
            entered_ms,
            recorded_ms: entered_ms + 100,
            method: self.input.byte(),
            operator: 0,
            verdict: 1,
            status: 1,
            flags: 0,
        }
    }

    fn append(&mut self) {
        let visits: Vec<_> = (0..=self.input.below(12)).map(|_| self.visit()).collect();
        let answers = self.engine.append_all(visits.clone());
        let Promised { stored, open, dropped } = &mut self.promised;
        match answers {
            Ok(answers) => {
                for (visit, answer) in visits.into_iter().zip(answers) {
                    let unsure = open.remove(&visit.key());
                    let known = stored.contains_key(&visit.key());
                    assert!(unsure.is_some() || answer.already_there == known, "{visit:?}");
                    // Of an unknown fate, and now it is known which of the two is there.
                    let first = unsure.filter(|_| answer.already_there).unwrap_or(visit);
                    stored.entry(visit.key()).or_insert(first);
                }
            }
            Err(AppendError::Commit(CommitError::NoRoom(_) | CommitError::Unreadable(_))) => {}
            Err(AppendError::Submit(SubmitError::Stopped(_))) => {}
            Err(AppendError::Commit(CommitError::Stopped(_))) => {
                for visit in visits {
                    if !stored.contains_key(&visit.key()) {
                        open.entry(visit.key()).or_insert(visit);
                    }
                }
            }
            Err(
                AppendError::Submit(SubmitError::Invalid(_))
                | AppendError::Commit(CommitError::Invalid(_)),
            ) => {
                assert!(visits.iter().any(|visit| day_of(visit.entered_ms) < dropped.1));
            }
            Err(other) => panic!("an answer without a reason: {other}"),
        }
    }

    fn drop_before(&mut self) {
        let day = self.input.below(DAYS) as i64;
        let dropped = &mut self.promised.dropped;
        dropped.1 = dropped.1.max(day);
        if self.engine.drop_before(DAY + day).is_ok() {
            dropped.0 = dropped.0.max(day);
        }
    }

    fn extract(&mut self) {
        let selection = Selection {
            persons: vec![self.input.below(PERSONS)],
            checkpoints: vec![self.input.below(CHECKPOINTS) as u32],
            from_ms: MIDNIGHT_MS,
            to_ms: MIDNIGHT_MS + DAYS as i64 * DAY_MS,
        };
        let _ = self.engine.extract(CASE, &selection);
        if self.input.below(3) == 0 {
            let _ = self.engine.drop_case(CASE);
        }
    }

    /// The disk will fail soon.
    fn arm(&mut self) {
        const KINDS: [Operation; 4] =
            [Operation::Any, Operation::Write, Operation::Sync, Operation::Rename];
        let kind = KINDS[self.input.below(4) as usize];
        let fault = [Fault::Broken, Fault::NoRoom][self.input.below(2) as usize];
        self.storage.make_room();
        self.storage.fail(kind, 1 + self.input.below(20), fault);
    }

    fn reopen(&mut self) {
        self.engine.close();
        self.storage.make_room();
        self.go_on_with(self.storage.clone());
    }

    fn be_killed(&mut self) {
        self.go_on_with(self.storage.after_kill());
    }

    /// The power goes somewhere in a batch and a sealing.
    fn lose_power(&mut self) {
        self.storage.make_room();
        self.storage.fail(Operation::Any, 1 + self.input.below(30), Fault::PowerCut);
        self.append();
        let _ = self.engine.seal();
        let rebooted = self.storage.after_power_cut(&mut |sides| {
            if sides == 0 { 0 } else { self.input.below(sides.min(256)) }
        });
        self.go_on_with(rebooted);
    }

    fn go_on_with(&mut self, storage: Simulated) {
        self.engine.close();
        assert_eq!(verify_on(&storage.after_kill()).unwrap().damages, []);
        self.engine = open(&storage, self.options).unwrap();
        self.storage = storage;
        assert_eq!(self.engine.recovery().damaged, []);
        let found = self.found().expect("nothing fails now");
        self.promised.settle(found);
    }

    /// Every visit, read in both orders.
    fn found(&self) -> Option<Vec<Visit>> {
        let whom = Whom {
            persons: (0..PERSONS).collect(),
            checkpoints: (0..CHECKPOINTS as u32).collect(),
        };
        let answer = ask(&self.engine.snapshot(), &whom, EVER.0, EVER.1)?;
        assert_eq!(answer.keys().len(), answer.of_persons.len(), "no visit twice");
        Some(answer.of_persons)
    }

    fn ask(&self) {
        if let Some(found) = self.found() {
            let Promised { stored, dropped, .. } = &self.promised;
            let lost = stored.values().filter(|visit| day_of(visit.entered_ms) >= dropped.1);
            let lost: Vec<_> = lost.filter(|visit| !found.contains(visit)).collect();
            assert!(lost.is_empty(), "lost: {lost:?}");
        }
    }
}

impl Promised {
    /// Fails unless every promise is kept, and takes what is found for what is known.
    fn settle(&mut self, found: Vec<Visit>) {
        let (sure, perhaps) = self.dropped;
        let keys: BTreeSet<_> = found.iter().map(Visit::key).collect();
        for visit in self.stored.values().filter(|visit| day_of(visit.entered_ms) >= perhaps) {
            assert!(keys.contains(&visit.key()), "lost: {visit:?}");
        }
        for visit in &found {
            let known = self.stored.get(&visit.key()).or_else(|| self.open.get(&visit.key()));
            assert!(known.is_some(), "from nowhere: {visit:?}");
            assert!(day_of(visit.entered_ms) >= sure, "deleted and there again: {visit:?}");
            if self.stored.contains_key(&visit.key()) {
                assert_eq!(known, Some(visit), "the first content stays");
            }
        }
        self.stored = found.iter().map(|visit| (visit.key(), *visit)).collect();
        self.open.clear();
    }
}

/// Counted from the first day.
fn day_of(ms: i64) -> i64 {
    (ms - MIDNIGHT_MS).div_euclid(DAY_MS)
}
