//! Random steps on an engine and on a plain set of visits give the same answers.
//!
//! Each case prints its seed when it fails. `VISITLOG_SEED=<seed>` runs that one alone,
//! `VISITLOG_CASES=<n>` runs more of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use common::{DAY_MS, MIDNIGHT_MS, dice, open};
use visitlog::{
    AppendError, CommitError, Committed, Engine, Health, Options, ReadError, Selection, Snapshot,
    Visit, VisitKey, Window,
    storage::simulated::{Fault, Operation, Simulated},
};

const CASES: u64 = 100;
const STEPS: u64 = 60;
const HOUR_MS: i64 = 3_600_000;
const PERSONS: u64 = 6;
const CHECKPOINTS: u32 = 4;
const CASE: u64 = 3;

/// Days under way at a time; a visit may be as late as this.
const DAYS: u64 = 5;

type Model = BTreeMap<VisitKey, Visit>;

struct Case<D> {
    dice: D,
    storage: Simulated,
    engine: Engine,
    options: Options,
    model: Model,
    /// What the one case of the test keeps.
    extract: Model,
    /// First of the days under way.
    first_day: i64,
    /// Days before this are deleted.
    kept_from: i64,
    /// Earlier moments, and what was there then.
    held: Vec<(Snapshot, Model)>,
}

fn day_of(visit: &Visit) -> i64 {
    (visit.entered_ms - MIDNIGHT_MS).div_euclid(DAY_MS)
}

impl<D: FnMut(u64) -> u64> Case<D> {
    fn new(mut dice: D) -> Self {
        let options = Options {
            part_bytes_max: 200 + dice(3_000),
            room_bytes: dice(300),
            run_visits: 1 + dice(20) as usize,
            seal_visits: 1 + dice(80),
            ..Options::default()
        };
        let storage = Simulated::new();
        let engine = open(&storage, options).unwrap();
        let (model, extract, held) = (Model::new(), Model::new(), Vec::new());
        Self { dice, storage, engine, options, model, extract, first_day: 0, kept_from: 0, held }
    }

    /// Few persons, checkpoints and moments, so that the same identity comes again.
    fn visit(&mut self) -> Visit {
        let day = self.first_day + (self.dice)(DAYS) as i64;
        let day = day.max(self.kept_from);
        let entered_ms = MIDNIGHT_MS + day * DAY_MS + (self.dice)(12) as i64 * 2 * HOUR_MS;
        Visit {
            person: (self.dice)(PERSONS),
            checkpoint: (self.dice)(u64::from(CHECKPOINTS)) as u32,
            entered_ms,
            recorded_ms: entered_ms + (self.dice)(1_000_000_000) as i64,
            method: (self.dice)(256) as u8,
            operator: (self.dice)(1 << 32) as u32,
            verdict: (self.dice)(256) as u8,
            status: (self.dice)(256) as u8,
            flags: (self.dice)(1 << 16) as u16,
        }
    }

    fn batch(&mut self) -> Vec<Visit> {
        (0..1 + (self.dice)(12)).map(|_| self.visit()).collect()
    }

    fn step(&mut self) {
        match (self.dice)(40) {
            0..=9 => self.append_one(),
            10..=17 => self.append_many(),
            18..=22 => self.ask(),
            23..=24 => self.ask_many(),
            25..=26 => self.seal(),
            27 => self.first_day += 1,
            28 => self.drop_days(),
            29 => self.bring_what_is_deleted(),
            30 => self.hold(),
            31 => self.extract(),
            32..=33 => self.run_out_of_room(),
            34..=35 => self.reopen(),
            36 => self.be_killed(),
            37 => self.sync_fails(),
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
        let visits = self.batch();
        let expected = self.expect(&visits);
        assert_eq!(self.engine.append_all(visits).unwrap(), expected);
    }

    fn stretch(&mut self) -> (i64, i64) {
        let hours = DAYS * 24;
        let from_ms =
            MIDNIGHT_MS + self.first_day * DAY_MS + (self.dice)(hours) as i64 * HOUR_MS - DAY_MS;
        (from_ms, from_ms + (self.dice)(hours) as i64 * HOUR_MS)
    }

    fn of(model: &Model, person: u64, (from_ms, to_ms): (i64, i64)) -> Vec<Visit> {
        let inside = model.values().filter(|v| (from_ms..to_ms).contains(&v.entered_ms));
        let mut of: Vec<_> = inside.filter(|v| v.person == person).copied().collect();
        of.sort_by_key(|v| (v.entered_ms, v.checkpoint));
        of
    }

    fn at(model: &Model, window: Window) -> Vec<Visit> {
        let stretch = window.from_ms..window.to_ms;
        let inside = model.values().filter(|v| stretch.contains(&v.entered_ms));
        let mut at: Vec<_> =
            inside.filter(|v| v.checkpoint == window.checkpoint).copied().collect();
        at.sort_by_key(|v| (v.entered_ms, v.person));
        at
    }

    fn window(&mut self) -> Window {
        let (from_ms, to_ms) = self.stretch();
        Window { checkpoint: (self.dice)(u64::from(CHECKPOINTS)) as u32, from_ms, to_ms }
    }

    /// One question of each order, page by page.
    fn ask(&mut self) {
        let (stretch, window) = (self.stretch(), self.window());
        let person = (self.dice)(PERSONS);
        let limit = 1 + (self.dice)(9) as usize;
        let (mut of, mut at) = (Vec::new(), Vec::new());
        loop {
            let after = of.last().map(|v: &Visit| (v.entered_ms, v.checkpoint));
            let page = self.engine.visits_of(person, stretch.0, stretch.1, after, limit).unwrap();
            of.extend_from_slice(&page);
            if page.len() < limit {
                break;
            }
        }
        loop {
            let after = at.last().map(|v: &Visit| (v.entered_ms, v.person));
            let page = self.engine.visits_at(window, after, limit).unwrap();
            at.extend_from_slice(&page);
            if page.len() < limit {
                break;
            }
        }
        assert_eq!(of, Self::of(&self.model, person, stretch));
        assert_eq!(at, Self::at(&self.model, window));
    }

    /// Many questions of each order in one pass, some of them twice and overlapping.
    fn ask_many(&mut self) {
        let stretch = self.stretch();
        let persons: Vec<_> = (0..(self.dice)(12)).map(|_| (self.dice)(PERSONS + 1)).collect();
        let windows: Vec<_> = (0..(self.dice)(12)).map(|_| self.window()).collect();
        let of: Vec<_> = persons.iter().map(|p| Self::of(&self.model, *p, stretch)).collect();
        let at: Vec<_> = windows.iter().map(|window| Self::at(&self.model, *window)).collect();
        let snapshot = self.engine.snapshot();
        let count = of.iter().map(Vec::len).sum();
        let ask = |limit| snapshot.visits_of_many(&persons, stretch.0, stretch.1, limit);
        assert_eq!(ask(count), Ok(of));
        if let Some(visits_max) = count.checked_sub(1) {
            assert_eq!(ask(visits_max), Err(ReadError::TooMany { visits_max }));
        }
        let mut entries = vec![Vec::new(); windows.len()];
        let each = |found: visitlog::Entries<'_>| {
            let pairs = found.entered_ms.iter().copied().zip(found.persons.iter().copied());
            entries[found.window].extend(pairs);
        };
        snapshot.entries_at(&windows, each).unwrap();
        for (entries, at) in entries.iter_mut().zip(&at) {
            entries.sort_unstable();
            assert!(entries.iter().copied().eq(at.iter().map(|v| (v.entered_ms, v.person))));
        }
        assert_eq!(snapshot.visits_at_windows(&windows, usize::MAX), Ok(at));
    }

    fn seal(&mut self) {
        self.engine.seal().unwrap();
        assert_eq!(self.engine.stats().head_visits, 0);
    }

    fn day(&self, day: i64) -> i64 {
        self.engine.day_of(MIDNIGHT_MS) + day
    }

    fn forget(&mut self, day: i64) {
        self.kept_from = self.kept_from.max(day);
        self.model.retain(|_, visit| day_of(visit) >= day);
    }

    fn drop_days(&mut self) {
        let day = self.first_day + (self.dice)(2) as i64;
        self.engine.drop_before(self.day(day)).unwrap();
        self.forget(day);
    }

    fn bring_what_is_deleted(&mut self) {
        let mut batch = self.batch();
        let late_ms = MIDNIGHT_MS + self.kept_from * DAY_MS - 1;
        batch.push(Visit { entered_ms: late_ms, ..self.visit() });
        if self.kept_from > 0 {
            assert!(self.engine.append_all(batch).is_err(), "all or none");
        }
    }

    fn hold(&mut self) {
        if self.held.len() == 3 {
            self.held.remove(0);
        }
        self.held.push((self.engine.snapshot(), self.model.clone()));
    }

    fn extract(&mut self) {
        if (self.dice)(4) == 0 {
            self.engine.drop_case(CASE).unwrap();
            return self.extract.clear();
        }
        let selection = Selection {
            persons: vec![(self.dice)(PERSONS)],
            checkpoints: vec![(self.dice)(u64::from(CHECKPOINTS)) as u32],
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        self.engine.extract(CASE, &selection).unwrap();
        let selected = self.model.iter().filter(|(key, _)| {
            selection.persons.contains(&key.person)
                || selection.checkpoints.contains(&key.checkpoint)
        });
        self.extract.extend(selected.map(|(key, visit)| (*key, *visit)));
    }

    /// Writing, sealing or deleting finds no room; nothing is lost and it ends by itself.
    fn run_out_of_room(&mut self) {
        self.storage.fail(Operation::Any, 1 + (self.dice)(8), Fault::NoRoom);
        let before = self.model.clone();
        let visits = self.batch();
        let expected = self.expect(&visits);
        match self.engine.append_all(visits) {
            Ok(answers) => assert_eq!(answers, expected),
            Err(AppendError::Commit(CommitError::NoRoom(_))) => self.model = before,
            Err(other) => panic!("{other}"),
        }
        if (self.dice)(2) == 0 {
            let _ = self.engine.seal();
        }
        self.storage.make_room();
        assert!(!matches!(self.engine.health(), Health::Stopped(_)), "it goes on");
    }

    fn reopen(&mut self) {
        self.engine.close();
        self.open_on(self.storage.clone());
        assert_eq!(self.engine.recovery().torn_tail, None);
    }

    fn be_killed(&mut self) {
        self.open_on(self.storage.after_kill());
    }

    /// The engine stops; what was not answered may be there after the restart or not.
    fn sync_fails(&mut self) {
        let kind = [Operation::Sync, Operation::SyncDir, Operation::Rename, Operation::Remove];
        let kind = kind[(self.dice)(kind.len() as u64) as usize];
        self.storage.fail(kind, 1 + (self.dice)(3), Fault::Broken);
        self.be_broken_off(|case| {
            case.storage.make_room();
            case.storage.after_kill()
        });
    }

    fn lose_power(&mut self) {
        self.storage.fail(Operation::Any, 1 + (self.dice)(25), Fault::PowerCut);
        self.be_broken_off(|case| case.storage.after_power_cut(&mut case.dice));
        // Nobody is left to look at them.
        self.held.clear();
    }

    /// Something is on its way when the fault comes: all of it is there afterwards, or nothing.
    fn be_broken_off(&mut self, next: fn(&mut Self) -> Simulated) {
        let before = (self.model.clone(), self.kept_from);
        let done = match (self.dice)(4) {
            0 => self.engine.seal().is_ok(),
            1 => {
                let day = self.first_day;
                let done = self.engine.drop_before(self.day(day)).is_ok();
                self.forget(day);
                done
            }
            _ => {
                let visits = self.batch();
                self.expect(&visits);
                self.engine.append_all(visits).is_ok()
            }
        };
        let storage = next(self);
        self.open_on(storage);
        if !done && everything(&self.engine.snapshot()) == in_order(&before.0) {
            // A drop of empty days may have happened all the same; then only dropping is known.
            (self.model, self.kept_from) = before;
        }
    }

    fn open_on(&mut self, storage: Simulated) {
        self.engine = open(&storage, self.options).unwrap();
        assert_eq!(self.engine.recovery().damaged, []);
        self.storage = storage;
    }

    fn check(&mut self) {
        assert_eq!(everything(&self.engine.snapshot()), in_order(&self.model));
        let case = self.engine.snapshot().of_case(CASE);
        assert_eq!(everything(&case), in_order(&self.extract), "the case");
        if !self.held.is_empty() && (self.dice)(4) == 0 {
            let (snapshot, model) = &self.held[(self.dice)(self.held.len() as u64) as usize];
            assert_eq!(everything(snapshot), in_order(model), "an earlier moment");
        }
    }
}

/// Every visit, read in both orders.
fn everything(snapshot: &Snapshot) -> Vec<Visit> {
    let person = |person| snapshot.visits_of(person, i64::MIN, i64::MAX).map(Result::unwrap);
    let by_person: Vec<_> = (0..PERSONS).flat_map(person).collect();
    let windows: Vec<_> = (0..CHECKPOINTS)
        .map(|checkpoint| Window { checkpoint, from_ms: i64::MIN, to_ms: i64::MAX })
        .collect();
    let mut by_checkpoint = snapshot.visits_at_windows(&windows, usize::MAX).unwrap().concat();
    by_checkpoint.sort_by_key(|v| (v.person, v.entered_ms, v.checkpoint));
    assert_eq!(by_person, by_checkpoint, "both orders hold the same visits");
    by_person
}

fn in_order(model: &Model) -> Vec<Visit> {
    let mut visits: Vec<_> = model.values().copied().collect();
    visits.sort_by_key(|v| (v.person, v.entered_ms, v.checkpoint));
    visits
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
    let (cases, next) = (number("VISITLOG_CASES").unwrap_or(CASES), AtomicU64::new(0));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= cases {
                return;
            }
            let outcome = std::panic::catch_unwind(|| run(seed));
            assert!(outcome.is_ok(), "failed with VISITLOG_SEED={seed}");
        }
    };
    std::thread::scope(|scope| {
        let others = scope.spawn(work);
        work();
        others.join().unwrap();
    });
}
