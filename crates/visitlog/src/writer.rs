//! The one writer: takes what waits, one frame, one sync, then answers all.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crate::{
    engine::Shared,
    errors::CommitError,
    log::{Fault, write::LogWriter},
    queue::{Committed, Health, Pending},
    visit::{Visit, VisitKey},
};

/// What was decided about one visit before anything is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Committed earlier, so the answer does not depend on this group.
    InHead,
    /// The same identity comes earlier in this group.
    InGroup,
    /// To be written.
    Fresh,
}

pub(crate) struct Writer {
    shared: Arc<Shared>,
    log: LogWriter,
    fresh: Vec<Visit>,
    planned: HashSet<VisitKey>,
}

/// Runs the writer until the queue is closed or a fault stops it.
pub(crate) fn run(shared: &Arc<Shared>, log: LogWriter) {
    let mut writer =
        Writer { shared: Arc::clone(shared), log, fresh: Vec::new(), planned: HashSet::new() };
    // A bug in here must not leave callers waiting for ever.
    let ended = catch_unwind(AssertUnwindSafe(|| writer.work()));
    let reason: Arc<str> = match ended {
        Ok(reason) => reason,
        Err(_) => "the writer failed inside".into(),
    };
    for pending in shared.queue.stop(&reason) {
        answer_safely(|| pending.refuse(CommitError::Stopped(Arc::clone(&reason))));
    }
}

impl Writer {
    /// Gives the reason why it ended.
    fn work(&mut self) -> Arc<str> {
        while let Some(group) = self.shared.queue.take_group(self.shared.options.group_visits_max) {
            if let Err(reason) = self.commit(group) {
                return reason;
            }
        }
        match self.log.mark_clean_end() {
            Ok(()) | Err(Fault::NoRoom(_)) => "it is closed".into(),
            Err(Fault::Broken(said)) => said.into(),
        }
    }

    fn commit(&mut self, group: Vec<Pending>) -> Result<(), Arc<str>> {
        let fates = self.plan(&group);
        let outcome = self.write();
        let outcome = match outcome {
            Ok(()) => {
                self.publish(fates.len());
                Ok(())
            }
            Err(Fault::NoRoom(said)) => {
                let said: Arc<str> = said.into();
                self.shared.queue.set_health(Health::NoRoom(Arc::clone(&said)));
                Err(CommitError::NoRoom(said))
            }
            Err(Fault::Broken(said)) => {
                let said: Arc<str> = said.into();
                self.shared.queue.set_health(Health::Stopped(Arc::clone(&said)));
                Err(CommitError::Stopped(said))
            }
        };
        answer_all(group, &fates, &outcome);
        match outcome {
            Err(CommitError::Stopped(reason)) => Err(reason),
            Ok(()) | Err(CommitError::NoRoom(_)) => Ok(()),
        }
    }

    /// Decides about every visit of the group, in order, and gathers the fresh ones.
    fn plan(&mut self, group: &[Pending]) -> Vec<Fate> {
        self.fresh.clear();
        self.planned.clear();
        let head = self.shared.head.read();
        let visits = group.iter().flat_map(Pending::visits);
        visits
            .map(|visit| {
                if head.contains(visit) {
                    Fate::InHead
                } else if self.planned.insert(visit.key()) {
                    self.fresh.push(*visit);
                    Fate::Fresh
                } else {
                    Fate::InGroup
                }
            })
            .collect()
    }

    fn write(&mut self) -> Result<(), Fault> {
        if self.fresh.is_empty() {
            return Ok(());
        }
        let limit = self.shared.options.head_visits_max;
        if self.shared.head.read().visits() + self.fresh.len() as u64 > limit {
            return Err(Fault::NoRoom(format!("memory holds its limit of {limit} visits")));
        }
        self.log.append(&self.fresh)
    }

    /// Lets readers see what is durable now.
    fn publish(&mut self, group_visits: usize) {
        if !self.fresh.is_empty() {
            let mut head = self.shared.head.write();
            for visit in &self.fresh {
                head.push(visit);
            }
            drop(head);
            self.shared.queue.set_health(Health::Writing);
        }
        let mut counters = self.shared.counters.lock();
        counters.groups += u64::from(!self.fresh.is_empty());
        counters.stored += self.fresh.len() as u64;
        counters.already_there += (group_visits - self.fresh.len()) as u64;
        counters.log_parts = self.log.parts();
    }
}

fn answer_all(group: Vec<Pending>, fates: &[Fate], outcome: &Result<(), CommitError>) {
    let mut fates = fates.iter().copied();
    for pending in group {
        let count = pending.visits().len();
        let mine: Vec<Fate> = fates.by_ref().take(count).collect();
        let failed = outcome.as_ref().err().filter(|_| mine.iter().any(|f| *f != Fate::InHead));
        let committed = |fate: &Fate| Committed { already_there: *fate != Fate::Fresh };
        answer_safely(|| match (failed, pending) {
            (Some(error), pending) => pending.refuse(error.clone()),
            (None, Pending::One(_, answer)) => {
                answer(Ok(committed(mine.first().unwrap_or(&Fate::InHead))));
            }
            (None, Pending::Batch(_, answer)) => answer(Ok(mine.iter().map(committed).collect())),
        });
    }
}

/// One caller's panic is not another's.
fn answer_safely(answer: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(answer));
}
