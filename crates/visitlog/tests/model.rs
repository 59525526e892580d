//! Random steps on an engine and on a plain set of visits give the same answers.
//!
//! Each case prints its seed when it fails. `VISITLOG_SEED=<seed>` runs that one alone,
//! `VISITLOG_CASES=<n>` runs more of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;

use common::{MIDNIGHT_MS, all_of, dice, open};
use visitlog::{
    Committed, Engine, Options, Visit, VisitKey, Window,
    storage::simulated::{Fault, Operation, Simulated},
};

const CASES: u64 = 150;
const STEPS: u64 = 60;
const HOUR_MS: i64 = 3_600_000;

struct Case<D> {
    dice: D,
    storage: Simulated,
    engine: Engine,
    model: BTreeMap<VisitKey, Visit>,
    options: Options,
}

impl<D: FnMut(u64) -> u64> Case<D> {
    fn new(mut dice: D) -> Self {
        let options = Options { part_bytes_max: 200 + dice(3_000), ..Options::default() };
        let storage = Simulated::new();
        let engine = open(&storage, options).unwrap();
        Self { dice, storage, engine, model: BTreeMap::new(), options }
    }

    /// Few persons, checkpoints and moments, so that the same identity comes again.
    fn visit(&mut self) -> Visit {
        let entered_ms = MIDNIGHT_MS + (self.dice)(30) as i64 * HOUR_MS / 2;
        Visit {
            person: (self.dice)(6),
            checkpoint: (self.dice)(4) as u32,
            entered_ms,
            recorded_ms: entered_ms + (self.dice)(1_000_000_000) as i64,
            method: (self.dice)(256) as u8,
            operator: (self.dice)(1 << 32) as u32,
            verdict: (self.dice)(256) as u8,
            status: (self.dice)(256) as u8,
            flags: (self.dice)(1 << 16) as u16,
        }
    }

    fn step(&mut self) {
        match (self.dice)(20) {
            0..=7 => self.append_one(),
            8..=11 => self.append_many(),
            12..=15 => self.ask(),
            16 => self.run_out_of_room(),
            17 => self.reopen(),
            18 => self.be_killed(),
            _ => self.lose_power(),
        }
    }

    /// What the engine must answer, and the model with it stored.
    fn expect(&mut self, visits: &[Visit]) -> Vec<Committed> {
        let mut answers = Vec::new();
        for visit in visits {
            let already_there = self.model.contains_key(&visit.key());
            self.model.entry(visit.key()).or_insert(*visit);
            answers.push(Committed { already_there });
        }
        answers
    }

    fn append_one(&mut self) {
        let visit = self.visit();
        let expected = self.expect(&[visit]);
        assert_eq!(vec![self.engine.append(visit).unwrap()], expected);
    }

    fn append_many(&mut self) {
        let visits: Vec<_> = (0..(self.dice)(12)).map(|_| self.visit()).collect();
        let expected = self.expect(&visits);
        assert_eq!(self.engine.append_all(visits).unwrap(), expected);
    }

    fn ask(&mut self) {
        let from_ms = MIDNIGHT_MS + (self.dice)(16) as i64 * HOUR_MS;
        let to_ms = from_ms + (self.dice)(16) as i64 * HOUR_MS;
        let (person, checkpoint) = ((self.dice)(6), (self.dice)(4) as u32);
        let inside = self.model.values().filter(|v| (from_ms..to_ms).contains(&v.entered_ms));
        let (mut of, mut at): (Vec<_>, Vec<_>) =
            (inside.clone().copied().collect(), inside.copied().collect());
        of.retain(|v| v.person == person);
        of.sort_by_key(|v| (v.entered_ms, v.checkpoint));
        at.retain(|v| v.checkpoint == checkpoint);
        at.sort_by_key(|v| (v.entered_ms, v.person));
        let window = Window { checkpoint, from_ms, to_ms };
        assert_eq!(self.engine.visits_of(person, from_ms, to_ms, None, usize::MAX), Ok(of));
        assert_eq!(self.engine.visits_at(window, None, usize::MAX), Ok(at));
    }

    fn run_out_of_room(&mut self) {
        self.storage.fail(Operation::Write, 1, Fault::NoRoom);
        let visit = self.visit();
        let known = self.model.contains_key(&visit.key());
        assert_eq!(self.engine.append(visit).is_ok(), known, "only what is there is answered");
        self.storage.make_room();
    }

    fn reopen(&mut self) {
        self.engine.close();
        self.open_on(self.storage.clone());
        assert_eq!(self.engine.recovery().torn_tail, None);
    }

    fn be_killed(&mut self) {
        self.open_on(self.storage.after_kill());
    }

    /// A batch is on its way when the power goes: all of it is there afterwards, or nothing.
    fn lose_power(&mut self) {
        let visits: Vec<_> = (0..1 + (self.dice)(40)).map(|_| self.visit()).collect();
        self.storage.fail(Operation::Any, 1 + (self.dice)(3), Fault::PowerCut);
        let acknowledged = self.engine.append_all(visits.clone()).is_ok();
        let before = self.model.clone();
        self.expect(&visits);
        let rebooted = self.storage.after_power_cut(&mut self.dice);
        self.open_on(rebooted);
        let found = all_of(&self.engine);
        let nothing = !acknowledged && found.iter().copied().eq(in_order(&before));
        if nothing {
            self.model = before;
        }
    }

    fn open_on(&mut self, storage: Simulated) {
        self.engine = open(&storage, self.options).unwrap();
        self.storage = storage;
    }

    fn check(&self) {
        assert!(all_of(&self.engine).into_iter().eq(in_order(&self.model)));
    }
}

fn in_order(model: &BTreeMap<VisitKey, Visit>) -> impl Iterator<Item = Visit> {
    let mut visits: Vec<_> = model.values().copied().collect();
    visits.sort_by_key(|v| (v.person, v.entered_ms, v.checkpoint));
    visits.into_iter()
}

fn run(seed: u64) {
    let mut case = Case::new(dice(seed));
    for _ in 0..STEPS {
        case.step();
        case.check();
    }
}

#[test]
fn the_engine_answers_as_a_plain_set_of_visits_would() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("VISITLOG_SEED") {
        return run(seed);
    }
    for seed in 0..number("VISITLOG_CASES").unwrap_or(CASES) {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "failed with VISITLOG_SEED={seed}");
    }
}
