//! A life of a store in few steps, and what must be true of it after it was broken off anywhere.

use std::collections::BTreeMap;

use visitlog::{
    AppendError, CommitError, Engine, InvalidVisit, Options, Selection, SubmitError, Visit,
    VisitKey, storage::simulated::Simulated,
};

use super::{DAY_MS, MIDNIGHT_MS, all_of, open, read_all, visit_on};

/// Parts of a few frames, runs of a few visits, sealed soon.
pub(crate) const TINY: Options = Options {
    queue_visits_max: visitlog::QUEUE_VISITS_MAX,
    group_visits_max: visitlog::GROUP_VISITS_MAX,
    part_bytes_max: 500,
    room_bytes: 150,
    run_visits: 4,
    seal_visits: 12,
    head_visits_max: visitlog::HEAD_VISITS_MAX,
    utc_offset_s: visitlog::UTC_OFFSET_S,
};

const CASE: u64 = 7;

/// What is done to the store; days count from the first one of the tests.
enum Step {
    /// One batch: numbers of visits on days.
    Append(&'static [(i64, std::ops::Range<u64>)]),
    Seal,
    DropBefore(i64),
    Extract,
    DropCase,
    Reopen,
}

/// Every kind of step, and each in more than one situation.
const STEPS: &[Step] = &[
    Step::Append(&[(0, 0..1)]),
    Step::Append(&[(0, 1..2)]),
    Step::Append(&[(0, 2..6), (1, 0..3)]),
    Step::Seal,
    // Of the same day again, late, and some of it known already.
    Step::Append(&[(1, 2..6), (0, 4..9)]),
    Step::Append(&[(2, 0..1)]),
    Step::Seal,
    Step::Append(&[(2, 0..3), (0, 20..21)]),
    Step::Reopen,
    Step::Extract,
    // The keeper begins by itself.
    Step::Append(&[(1, 10..16), (2, 10..18)]),
    Step::Seal,
    Step::DropBefore(1),
    Step::Append(&[(2, 30..32), (3, 0..2)]),
    Step::Reopen,
    Step::Append(&[(1, 40..42), (3, 2..3)]),
    // With visits of the days in the log alone.
    Step::DropBefore(2),
    Step::Append(&[(3, 5..9)]),
    Step::Seal,
    Step::DropCase,
    Step::Append(&[(3, 9..10), (4, 0..1)]),
];

/// What was promised so far.
#[derive(Clone, Default)]
pub(crate) struct Promised {
    /// Acknowledged visits, of dropped days too.
    stored: BTreeMap<VisitKey, Visit>,
    /// Visits of which nobody said what became of them.
    open: BTreeMap<VisitKey, Visit>,
    /// Days before this were dropped, and it was said so.
    dropped_before: i64,
    /// Days before this may have been dropped.
    perhaps_before: i64,
}

/// How far a script came.
pub(crate) struct Outcome {
    pub(crate) promised: Promised,
    /// The engine as the script left it, if it was open then.
    pub(crate) engine: Option<Engine>,
    /// Nothing failed.
    pub(crate) whole: bool,
}

/// Runs the steps on the storage. A step that fails is noted, and the next one is tried.
pub(crate) fn run(storage: &Simulated) -> Outcome {
    let mut promised = Promised::default();
    let mut whole = true;
    let mut engine = open(storage, TINY).ok();
    for step in STEPS {
        let Some(current) = &engine else { break };
        let done = match step {
            Step::Append(parts) => promised.append(current, batch(parts)),
            Step::Seal => current.seal().is_ok(),
            Step::DropBefore(day) => promised.drop_before(current, *day),
            Step::Extract => current.extract(CASE, &selection()).is_ok(),
            Step::DropCase => current.drop_case(CASE).is_ok(),
            Step::Reopen => {
                current.close();
                engine = open(storage, TINY).ok();
                engine.is_some()
            }
        };
        whole &= done;
    }
    whole &= engine.is_some();
    Outcome { promised, engine, whole }
}

fn batch(parts: &[(i64, std::ops::Range<u64>)]) -> Vec<Visit> {
    parts.iter().flat_map(|(day, ns)| ns.clone().map(|n| visit_on(*day, n))).collect()
}

fn selection() -> Selection {
    Selection {
        persons: vec![2, 11],
        checkpoints: vec![3],
        from_ms: MIDNIGHT_MS,
        to_ms: MIDNIGHT_MS + 30 * DAY_MS,
    }
}

fn day_of(visit: &Visit) -> i64 {
    (visit.entered_ms - MIDNIGHT_MS).div_euclid(DAY_MS)
}

impl Promised {
    fn append(&mut self, engine: &Engine, visits: Vec<Visit>) -> bool {
        let keyed: Vec<_> = visits.iter().map(|visit| (visit.key(), *visit)).collect();
        match engine.append_all(visits) {
            Ok(answers) => {
                for ((key, visit), answer) in keyed.into_iter().zip(answers) {
                    let known = self.stored.insert(key, visit).is_some();
                    let unsure = self.open.remove(&key).is_some();
                    assert!(unsure || answer.already_there == known, "{visit:?}: {answer:?}");
                }
                true
            }
            // It was said that nothing is stored.
            Err(AppendError::Commit(CommitError::NoRoom(_) | CommitError::Unreadable(_))) => false,
            Err(AppendError::Submit(SubmitError::Stopped(_))) => false,
            Err(AppendError::Commit(CommitError::Stopped(_))) => {
                let unknown = keyed.into_iter().filter(|(key, _)| !self.stored.contains_key(key));
                self.open.extend(unknown);
                false
            }
            Err(AppendError::Submit(SubmitError::Invalid(InvalidVisit::DayDeleted { .. })))
                if self.perhaps_before > self.dropped_before =>
            {
                false
            }
            Err(other) => panic!("an answer without a reason: {other}"),
        }
    }

    fn drop_before(&mut self, engine: &Engine, day: i64) -> bool {
        self.perhaps_before = self.perhaps_before.max(day);
        let done = engine.drop_before(engine.day_of(MIDNIGHT_MS) + day).is_ok();
        if done {
            self.dropped_before = self.dropped_before.max(day);
        }
        done
    }

    /// Whether exactly this was kept, with visits of unknown fate there or not.
    fn explains(&self, found: &[Visit], dropped_before: i64) -> bool {
        let found: BTreeMap<_, _> = found.iter().map(|visit| (visit.key(), *visit)).collect();
        let kept = |visit: &&Visit| day_of(visit) >= dropped_before;
        let nothing_lost =
            self.stored.values().filter(kept).all(|visit| found.get(&visit.key()) == Some(visit));
        let nothing_else = found.values().all(|visit| {
            let known = self.stored.get(&visit.key()).or_else(|| self.open.get(&visit.key()));
            kept(&visit) && known == Some(visit)
        });
        nothing_lost && nothing_else
    }

    /// Fails unless what is found was promised; settles what was not known.
    fn settle(&mut self, found: &[Visit], context: &str) {
        let mut days = self.dropped_before..=self.perhaps_before;
        let Some(day) = days.find(|day| self.explains(found, *day)) else {
            let lost = |day: i64| {
                let kept = self.stored.values().filter(move |visit| day_of(visit) >= day);
                kept.filter(|visit| !found.contains(visit)).count()
            };
            panic!(
                "{context}: {} found, {} promised, {} unknown; lost {} of day {} and later",
                found.len(),
                self.stored.len(),
                self.open.len(),
                lost(self.perhaps_before),
                self.perhaps_before,
            );
        };
        (self.dropped_before, self.perhaps_before) = (day, day);
        self.open.clear();
        self.stored = found.iter().map(|visit| (visit.key(), *visit)).collect();
    }

    /// What the engine of the script answers before it is closed: only what is durable. When its
    /// own folder could not be read as it was opened, questions may fail, and do not lie.
    pub(crate) fn hold_in_process(&self, engine: &Engine, context: &str) {
        let Ok(found) = read_all(&engine.snapshot()) else {
            assert!(!engine.recovery().damaged.is_empty(), "{context}: cannot be read");
            return;
        };
        let mut days = self.dropped_before..=self.perhaps_before;
        let sure = Self { stored: self.stored.clone(), open: BTreeMap::new(), ..*self };
        assert!(
            days.any(|day| sure.explains(&found, day)),
            "{context}: in the same process, {} found, {} promised",
            found.len(),
            self.stored.len(),
        );
    }

    /// Opens the store after the fault and fails unless every promise is kept and it goes on.
    pub(crate) fn hold(&mut self, storage: &Simulated, context: &str) {
        let engine = open(storage, TINY).unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(engine.recovery().damaged, [], "{context}");
        self.settle(&all_of(&engine), context);
        let again: Vec<_> = self.stored.values().copied().collect();
        let answers = engine.append_all(again).unwrap();
        assert!(answers.iter().all(|answer| answer.already_there), "{context}: stored twice");
        if self.dropped_before > 0 {
            let old = engine.append(visit_on(self.dropped_before - 1, 1_300));
            assert!(matches!(old, Err(AppendError::Submit(SubmitError::Invalid(_)))), "{context}");
        }
        self.go_on(&engine, context);
        engine.close();
        self.nothing_is_left_over(storage, context);
        self.settle(&all_of(&open(storage, TINY).unwrap()), context);
    }

    fn go_on(&mut self, engine: &Engine, context: &str) {
        let day = self.dropped_before;
        assert!(self.append(engine, (100..105).map(|n| visit_on(day, n)).collect()), "{context}");
        engine.seal().unwrap();
        assert!(self.append(engine, (105..107).map(|n| visit_on(day + 5, n)).collect()));
        assert!(self.drop_before(engine, day + 1), "{context}");
        self.settle(&all_of(engine), context);
    }

    /// Deleted visits are in no file: every file is listed, and no part has one.
    fn nothing_is_left_over(&self, storage: &Simulated, context: &str) {
        let engine = open(&storage.after_kill(), TINY).unwrap();
        let found = engine.recovery();
        assert_eq!(
            (found.forgotten, found.parts_removed, found.segments_removed, &found.torn_tail),
            (0, 0, 0, &None),
            "{context}: files or visits that should be gone"
        );
    }
}
