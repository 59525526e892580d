//! The bounded queue between those who submit and the one writer.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use parking_lot::{Condvar, Mutex};

use crate::{
    errors::{CommitError, SubmitError},
    visit::Visit,
};

/// What became of a visit. Either way it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its identity was there before, with whatever content it came with then.
    pub already_there: bool,
}

/// How the engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Reading and writing.
    Writing,
    /// Reading; the last group found no room. The next one tries again.
    NoRoom(Arc<str>),
    /// Reading only, with the reason. Ends when the store is opened again.
    Stopped(Arc<str>),
}

/// Called once with the outcome.
pub(crate) type Answer<T> = Box<dyn FnOnce(Result<T, CommitError>) + Send>;

/// Visits that wait for the writer, and who wants to know.
pub(crate) enum Pending {
    One(Visit, Answer<Committed>),
    Batch(Vec<Visit>, Answer<Vec<Committed>>),
    /// No visit: asks the writer to begin the log's next part.
    EndPart(Answer<()>),
}

impl Pending {
    pub(crate) fn visits(&self) -> &[Visit] {
        match self {
            Self::One(visit, _) => std::slice::from_ref(visit),
            Self::Batch(visits, _) => visits,
            Self::EndPart(_) => &[],
        }
    }

    /// Answers that the visits may not have been stored.
    pub(crate) fn refuse(self, error: CommitError) {
        match self {
            Self::One(_, answer) => answer(Err(error)),
            Self::Batch(_, answer) => answer(Err(error)),
            Self::EndPart(answer) => answer(Err(error)),
        }
    }

    /// As [`Pending::refuse`]; one caller's panic is not another's.
    pub(crate) fn refuse_safely(self, error: &CommitError) {
        let _ = catch_unwind(AssertUnwindSafe(|| self.refuse(error.clone())));
    }
}

pub(crate) struct Queue {
    inner: Mutex<Inner>,
    arrived: Condvar,
    visits_max: usize,
    group_visits_max: usize,
}

struct Inner {
    waiting: VecDeque<Pending>,
    visits: usize,
    closing: bool,
    health: Health,
    /// The writer lets a group gather: it is woken by a full one and not before.
    gathering: bool,
}

impl Inner {
    /// Whether what has come is worth waking the writer for.
    fn wants_the_writer(&self, group_visits_max: usize) -> bool {
        !self.gathering || self.visits >= group_visits_max
    }
}

impl Queue {
    pub(crate) fn new(visits_max: usize, group_visits_max: usize) -> Self {
        let inner = Inner {
            waiting: VecDeque::new(),
            visits: 0,
            closing: false,
            health: Health::Writing,
            gathering: false,
        };
        let inner = Mutex::new(inner);
        Self { inner, arrived: Condvar::new(), visits_max, group_visits_max }
    }

    /// Puts visits in the queue, or refuses at once.
    pub(crate) fn push(&self, pending: Pending) -> Result<(), SubmitError> {
        let count = pending.visits().len();
        let mut inner = self.inner.lock();
        if let Health::Stopped(reason) = &inner.health {
            return Err(SubmitError::Stopped(Arc::clone(reason)));
        }
        if inner.closing {
            return Err(SubmitError::Stopped("it is being closed".into()));
        }
        if inner.visits + count > self.visits_max {
            return Err(SubmitError::Full { queue_visits_max: self.visits_max });
        }
        inner.visits += count;
        inner.waiting.push_back(pending);
        let enough = inner.wants_the_writer(self.group_visits_max);
        drop(inner);
        if enough {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Lets a group gather for so long, or until it is full.
    pub(crate) fn gather(&self, at_most: Duration) {
        let mut inner = self.inner.lock();
        let over = inner.closing || matches!(inner.health, Health::Stopped(_));
        if over || inner.visits >= self.group_visits_max {
            return;
        }
        inner.gathering = true;
        self.arrived.wait_for(&mut inner, at_most);
        inner.gathering = false;
    }

    /// Waits for visits and takes a group of them; `None` when the queue is closed and empty, or when
    /// the engine has stopped.
    pub(crate) fn take_group(&self) -> Option<Vec<Pending>> {
        let mut inner = self.inner.lock();
        loop {
            // What waits then is refused, not written.
            if matches!(inner.health, Health::Stopped(_)) {
                return None;
            }
            if !inner.waiting.is_empty() {
                break;
            }
            if inner.closing {
                return None;
            }
            self.arrived.wait(&mut inner);
        }
        let mut group = Vec::new();
        let mut taken = 0;
        while let Some(next) = inner.waiting.front().map(|pending| pending.visits().len()) {
            if !group.is_empty() && taken + next > self.group_visits_max {
                break;
            }
            taken += next;
            group.extend(inner.waiting.pop_front());
        }
        inner.visits -= taken;
        Some(group)
    }

    pub(crate) fn close(&self) {
        self.inner.lock().closing = true;
        self.arrived.notify_one();
    }

    /// Refuses everything from now on and gives back what was waiting.
    pub(crate) fn stop(&self, reason: &Arc<str>) -> Vec<Pending> {
        let mut inner = self.inner.lock();
        if !matches!(inner.health, Health::Stopped(_)) {
            inner.health = Health::Stopped(Arc::clone(reason));
        }
        inner.visits = 0;
        inner.waiting.drain(..).collect()
    }

    pub(crate) fn set_health(&self, health: Health) {
        let mut inner = self.inner.lock();
        if !matches!(inner.health, Health::Stopped(_)) {
            inner.health = health;
        }
    }

    pub(crate) fn health(&self) -> Health {
        self.inner.lock().health.clone()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        matches!(self.inner.lock().health, Health::Stopped(_))
    }

    /// Visits that wait now.
    pub(crate) fn visits(&self) -> usize {
        self.inner.lock().visits
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use std::thread;

    fn one(person: u64) -> Pending {
        let visit = Visit {
            person,
            checkpoint: 1,
            entered_ms: 2,
            recorded_ms: 3,
            method: 4,
            operator: 5,
            verdict: 6,
            status: 7,
            flags: 8,
        };
        Pending::One(visit, Box::new(|_| {}))
    }

    #[test]
    fn a_group_that_gathers_is_not_disturbed_before_it_is_full() {
        let queue = Queue::new(10, 3);
        let wakes = |gathering| {
            let mut inner = queue.inner.lock();
            inner.gathering = gathering;
            inner.wants_the_writer(3)
        };
        for person in 0..2 {
            queue.push(one(person)).unwrap();
            assert!(wakes(false) && !wakes(true), "{person}");
        }
        queue.push(one(2)).unwrap();
        assert!(wakes(true));
    }

    /// Gives what the writer finds when it has gathered and was woken by this.
    fn gathered(wake: impl FnOnce(&Queue) + Send) -> usize {
        let queue = Queue::new(10, 3);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !queue.inner.lock().gathering {
                    thread::yield_now();
                }
                wake(&queue);
            });
            queue.gather(Duration::MAX);
        });
        assert!(!queue.inner.lock().gathering);
        queue.take_group().map_or(0, |group| group.len())
    }

    #[test]
    fn gathering_ends_with_a_full_group_or_with_the_queue() {
        let push = |queue: &Queue, count| (0..count).for_each(|n| queue.push(one(n)).unwrap());
        assert_eq!(gathered(|queue| push(queue, 3)), 3);
        assert_eq!(
            gathered(|queue| {
                push(queue, 2);
                queue.close();
            }),
            2
        );
        assert_eq!(gathered(Queue::close), 0);
    }

    #[test]
    fn a_full_group_gathers_no_longer() {
        let queue = Queue::new(10, 3);
        (0..3).for_each(|person| queue.push(one(person)).unwrap());
        queue.gather(Duration::MAX);
        assert_eq!(queue.take_group().unwrap().len(), 3);
    }
}
