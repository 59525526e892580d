//! The one writer: takes what waits, one frame, one sync, then answers all.

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    engine::Shared,
    errors::CommitError,
    head::{Table, mix},
    log::{Fault, write::LogWriter},
    options::Options,
    queue::{Committed, Health, Pending},
    visit::{Visit, VisitKey},
    watch::{ClockCheck, Event},
};

/// Frozen tables that may wait for the keeper before the writer waits as well.
const FROZEN_MAX: usize = 64;

/// How far apart groups begin when there is more than one caller. Without it a busy machine syncs some
/// thousand times a second for a handful of visits each, and switches threads as often. A visit that
/// comes alone waits for nobody.
///
/// It is a time and not a number of callers: how many are on their way is not known, and any number
/// that follows from the groups before makes them smaller, or larger, from group to group. Three
/// quarters of a millisecond are what 64 callers can spare, and a tenth more for 256 and 1,024.
const GROUPS_APART: Duration = Duration::from_micros(750);

/// What was decided about one visit before anything is written.
#[derive(Clone, PartialEq, Eq)]
enum Fate {
    /// Committed earlier, so the answer does not depend on this group.
    Stored,
    /// The same identity comes earlier in this group.
    InGroup,
    /// To be written.
    Fresh,
}

/// Identities that the group under way stores.
type Planned = HashSet<VisitKey, BuildHasherDefault<KeyHasher>>;

/// The fates of one caller's visits, or why all of them are refused.
type Fates = Result<Vec<Fate>, CommitError>;

pub(crate) struct Writer {
    shared: Arc<Shared>,
    log: LogWriter,
    fresh: Vec<Visit>,
    planned: Planned,
    clock: ClockCheck,
    /// Visits of the log's parts that have not been ended for sealing.
    unsealed: u64,
    seed: u64,
}

/// Runs the writer until the queue is closed or a fault stops it.
pub(crate) fn run(shared: &Arc<Shared>, log: LogWriter) {
    let mut writer = Writer::new(shared, log);
    // A bug in here must not leave callers waiting for ever.
    let ended = catch_unwind(AssertUnwindSafe(|| writer.work()));
    let reason: Arc<str> = match ended {
        Ok(reason) => reason,
        Err(_) => "the writer failed inside".into(),
    };
    for pending in shared.queue.stop(&reason) {
        pending.refuse_safely(&CommitError::Stopped(Arc::clone(&reason)));
    }
}

impl Writer {
    fn new(shared: &Arc<Shared>, log: LogWriter) -> Self {
        Self {
            shared: Arc::clone(shared),
            log,
            fresh: Vec::new(),
            planned: HashSet::default(),
            clock: ClockCheck::default(),
            unsealed: shared.state.read().head_visits(),
            seed: RandomState::new().hash_one(0_u8),
        }
    }

    /// Gives the reason why it ended.
    fn work(&mut self) -> Arc<str> {
        while let Some(group) = self.shared.queue.take_group() {
            let (callers, begun) = (group.len(), moment());
            if let Err(reason) = self.commit(group) {
                return reason;
            }
            if let Err(reason) = self.freeze_when_full() {
                return reason;
            }
            if callers > 1 {
                self.shared.queue.gather(GROUPS_APART.saturating_sub(begun.elapsed()));
            }
        }
        if let Health::Stopped(reason) = self.shared.queue.health() {
            return reason;
        }
        match self.log.mark_clean_end() {
            Err(Fault::Broken(said)) => said.into(),
            _ => "it is closed".into(),
        }
    }

    fn commit(&mut self, group: Vec<Pending>) -> Result<(), Arc<str>> {
        let fates = self.plan(&group);
        let outcome = match self.write() {
            Ok(()) => {
                self.publish(&fates);
                Ok(())
            }
            Err(fault) => Err(self.failed(fault)),
        };
        let reason = match &outcome {
            Err(CommitError::Stopped(reason)) => Err(Arc::clone(reason)),
            _ => Ok(()),
        };
        for (pending, fates) in group.into_iter().zip(fates) {
            match pending {
                Pending::EndPart(answer) => {
                    let ended = self.end_part();
                    let ended = ended.map_err(|fault| self.failed(fault));
                    answer_safely(|| answer(ended));
                }
                pending => answer_safely(|| answer_one(pending, fates, &outcome)),
            }
        }
        reason
    }

    /// What a fault means to the callers, with the health set accordingly.
    fn failed(&self, fault: Fault) -> CommitError {
        let queue = &self.shared.queue;
        match fault {
            Fault::NoRoom(said) => {
                let said: Arc<str> = said.into();
                queue.set_health(Health::NoRoom(Arc::clone(&said)));
                CommitError::NoRoom(said)
            }
            Fault::Broken(said) => {
                let said: Arc<str> = said.into();
                queue.set_health(Health::Stopped(Arc::clone(&said)));
                CommitError::Stopped(said)
            }
            Fault::Unreadable(error) => CommitError::Unreadable(error),
        }
    }

    /// Decides about every visit of the group, in order, and gathers the fresh ones.
    fn plan(&mut self, group: &[Pending]) -> Vec<Fates> {
        self.fresh.clear();
        self.planned.clear();
        let state = Arc::clone(&self.shared.state.read());
        let active = state.active.read();
        let alone = group.len() == 1 && group.iter().all(|pending| pending.visits().len() == 1);
        let plan_one = |visit: &Visit, fresh: &mut Vec<Visit>, planned: &mut Planned| {
            visit.check_kept(state.kept_from_ms)?;
            if active.contains(visit) {
                return Ok(Fate::Stored);
            }
            if !alone && !planned.insert(visit.key()) {
                return Ok(Fate::InGroup);
            }
            match state.contains_older(visit) {
                Ok(true) => Ok(Fate::Stored),
                Ok(false) => {
                    fresh.push(*visit);
                    Ok(Fate::Fresh)
                }
                Err(error) => {
                    planned.remove(&visit.key());
                    Err(CommitError::Unreadable(error))
                }
            }
        };
        let mut fates = Vec::with_capacity(group.len());
        for pending in group {
            let before = self.fresh.len();
            let (fresh, planned) = (&mut self.fresh, &mut self.planned);
            let visits = pending.visits().iter();
            let decided: Fates = visits.map(|visit| plan_one(visit, fresh, planned)).collect();
            if decided.is_err() {
                // All or none, and nobody else is told that one of these is there.
                for visit in self.fresh.drain(before..) {
                    self.planned.remove(&visit.key());
                }
            }
            fates.push(decided);
        }
        fates
    }

    fn write(&mut self) -> Result<(), Fault> {
        if self.fresh.is_empty() {
            return Ok(());
        }
        let limit = self.shared.options.head_visits_max;
        if self.shared.state.read().head_visits() + self.fresh.len() as u64 > limit {
            return Err(Fault::NoRoom(format!("memory holds its limit of {limit} visits")));
        }
        self.log.append(&self.fresh)
    }

    /// Lets readers see what is durable now.
    fn publish(&mut self, fates: &[Fates]) {
        if let Some(recorded_ms) = self.fresh.iter().map(|visit| visit.recorded_ms).max() {
            let state = Arc::clone(&self.shared.state.read());
            let mut active = state.active.write();
            self.fresh.iter().for_each(|visit| active.push(visit));
            drop(active);
            self.unsealed += self.fresh.len() as u64;
            self.shared.queue.set_health(Health::Writing);
            self.check_clock(recorded_ms);
        }
        let visits: usize = fates.iter().flatten().map(Vec::len).sum();
        let mut counters = self.shared.counters.lock();
        counters.groups += u64::from(!self.fresh.is_empty());
        counters.stored += self.fresh.len() as u64;
        counters.already_there += (visits - self.fresh.len()) as u64;
    }

    fn check_clock(&mut self, recorded_ms: i64) {
        let watch = &self.shared.watch;
        let elapsed = watch.elapsed.as_ref().map(|elapsed| elapsed());
        if let Some(by_ms) = self.clock.jump(recorded_ms, elapsed) {
            self.shared.counters.lock().clock_jumps += 1;
            watch.report(Event::ClockJumped { by_ms });
        }
    }

    /// Hands a full table over to the keeper; ends the log's part with it when enough is unsealed.
    fn freeze_when_full(&mut self) -> Result<(), Arc<str>> {
        let Options { run_visits, seal_visits, .. } = self.shared.options;
        let full = self.shared.state.read().active.read().len() >= run_visits;
        if !full {
            return Ok(());
        }
        if self.unsealed < seal_visits {
            self.freeze(None);
        } else {
            match self.end_part() {
                // Memory has room: what has been written is frozen alone and sealed later.
                Err(Fault::NoRoom(_)) => self.freeze(None),
                Err(fault) => return Err(self.failed(fault).to_string().into()),
                Ok(()) => {}
            }
        }
        let waits = || self.shared.state.read().frozen.len() >= FROZEN_MAX;
        while waits() && self.shared.frozen_left.wait() {}
        Ok(())
    }

    fn end_part(&mut self) -> Result<(), Fault> {
        // Earlier parts wait when sealing them found no room.
        let live_parts = self.log.catalog.manifest().log_parts.len();
        if !self.log.has_frames() && self.unsealed == 0 && live_parts == 1 {
            return Ok(());
        }
        let ended = self.log.end_part()?;
        self.unsealed = 0;
        self.freeze(Some(ended));
        Ok(())
    }

    fn freeze(&self, seals_part: Option<u64>) {
        let spare = self.shared.spare.lock().take();
        let next = spare.unwrap_or_else(|| Table::new(self.shared.options.run_visits, self.seed));
        self.shared.change_state(|state| state.freeze(next, seals_part));
        self.shared.bell.ring();
    }
}

/// Read here and not handed in: nothing but how long a group gathers follows from it.
#[expect(clippy::disallowed_methods, reason = "no answer and nothing that is stored depends on it")]
fn moment() -> Instant {
    Instant::now()
}

fn answer_one(pending: Pending, fates: Fates, outcome: &Result<(), CommitError>) {
    let fates = match (fates, outcome) {
        (Err(error), _) => return pending.refuse(error),
        (Ok(fates), Err(error)) if fates.iter().any(|fate| *fate != Fate::Stored) => {
            return pending.refuse(error.clone());
        }
        (Ok(fates), _) => fates,
    };
    let committed = |fate: &Fate| Committed { already_there: *fate != Fate::Fresh };
    match pending {
        Pending::One(_, answer) => answer(Ok(committed(fates.first().unwrap_or(&Fate::Stored)))),
        Pending::Batch(_, answer) => answer(Ok(fates.iter().map(committed).collect())),
        Pending::EndPart(answer) => answer(Ok(())),
    }
}

/// One caller's panic is not another's.
fn answer_safely(answer: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(answer));
}

/// Folds a key's numbers. Only visits of one group meet in the set, so that nobody gains much by
/// choosing numbers.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0, number);
    }
}
