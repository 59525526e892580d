//! The engine: opens a folder, takes visits in, answers questions, closes.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use parking_lot::{Mutex, RwLock};

use crate::{
    catalog::Catalog,
    errors::{AppendError, CommitError, MaintainError, OpenError, SubmitError, io_error},
    head::{State, Table, View, day_of},
    keeper::{self, Keeper, Thoroughness},
    log::{
        Fault,
        recover::{self, Recovery},
    },
    options::Options,
    queue::{Committed, Health, Pending, Queue},
    read::Snapshot,
    signal::Signal,
    storage::{Disk, Lock, LockError, Storage},
    visit::{InvalidVisit, TIME_MS_MAX, TIME_MS_MIN, Visit},
    watch::{Event, Watch},
    writer,
};

/// The keeper rests for so long between two slices of its work, so that those who answer visitors
/// do not stand behind it for a processor. A slice takes half as long.
const REST: Duration = Duration::from_millis(1);

/// From so many frozen tables on the keeper does not rest: a visit takes more room in a table than
/// in a run.
const FROZEN_BEHIND: usize = 2;

/// What the writer, the keeper and everyone else share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) watch: Watch,
    pub(crate) queue: Queue,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) state: RwLock<Arc<State>>,
    pub(crate) counters: Mutex<Counters>,
    /// The keeper's work, done by its thread or by whoever cannot wait; none once closed.
    pub(crate) keeper: Mutex<Option<Keeper>>,
    /// How many wait for the keeper's work or do it themselves.
    pub(crate) in_haste: AtomicUsize,
    /// An empty table for the writer, in memory that one has been in before.
    pub(crate) spare: Mutex<Option<Table>>,
    /// Rung when there is work for the keeper.
    pub(crate) bell: Signal,
    /// Rung when a frozen table has become runs.
    pub(crate) frozen_left: Signal,
    /// The log holds visits of deleted days that are not in memory.
    pub(crate) log_has_forgotten: AtomicBool,
}

impl Shared {
    /// Replaces the state by a changed one.
    pub(crate) fn change_state(&self, act: impl FnOnce(&mut State)) {
        let mut current = self.state.write();
        let mut next = State::clone(&current);
        act(&mut next);
        *current = Arc::new(next);
    }

    /// A rest of the keeper, unless somebody waits for it or it has fallen behind.
    pub(crate) fn rest(&self) {
        if self.in_haste.load(Ordering::Relaxed) == 0
            && self.state.read().frozen.len() < FROZEN_BEHIND
        {
            thread::sleep(REST);
        }
    }

    /// Stops writing for good and answers everyone who waits.
    pub(crate) fn fail(&self, fault: Fault) {
        let reason: Arc<str> = match fault {
            Fault::NoRoom(said) | Fault::Broken(said) => said.into(),
            Fault::Unreadable(error) => error.to_string().into(),
        };
        for pending in self.queue.stop(&reason) {
            pending.refuse_safely(&CommitError::Stopped(Arc::clone(&reason)));
        }
        self.queue.close();
        self.frozen_left.close();
        self.watch.report(Event::Stopped(reason.to_string()));
    }
}

/// As long as one of these lives, the keeper does not rest.
struct Haste<'a>(&'a AtomicUsize);

impl<'a> Haste<'a> {
    fn new(in_haste: &'a AtomicUsize) -> Self {
        in_haste.fetch_add(1, Ordering::Relaxed);
        Self(in_haste)
    }
}

impl Drop for Haste<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is counted since the store was opened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) groups: u64,
    pub(crate) stored: u64,
    pub(crate) already_there: u64,
    pub(crate) clock_jumps: u64,
}

/// Figures of an open store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Groups written and synced since the store was opened.
    pub groups: u64,
    /// Visits stored since then.
    pub stored: u64,
    /// Visits since then whose identity was there already.
    pub already_there: u64,
    /// Jumps of the clock noticed since then.
    pub clock_jumps: u64,
    /// Visits that wait for the writer now.
    pub waiting: usize,
    /// Unsealed visits in memory.
    pub head_visits: u64,
    /// Bytes of memory that they take.
    pub head_bytes: usize,
    /// Log parts on disk.
    pub log_parts: u64,
    /// Segments on disk.
    pub segments: u64,
    /// Visits in them.
    pub segment_visits: u64,
    /// Bytes that they take on disk.
    pub segment_bytes: u64,
}

/// What a deletion of days removed at once; unsealed visits of those days are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// How many segments.
    pub segments: u64,
    /// How many visits they had.
    pub visits: u64,
}

/// An open store. Share it in an `Arc`; every method takes `&self` and may be called from
/// any thread.
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    lock: Mutex<Option<Lock>>,
    recovery: Recovery,
}

impl Engine {
    /// Opens the store in a folder of the disk, or makes one in an empty or missing folder.
    ///
    /// # Errors
    /// [`OpenError`]; nothing has been changed by then except that a torn tail may have been cut
    /// and files that an interrupted step left behind may have been removed.
    pub fn open(dir: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        Self::open_watched(dir, options, Watch::default())
    }

    /// As [`Engine::open`], with somebody who is told what happens.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_watched(
        dir: impl AsRef<Path>,
        options: Options,
        watch: Watch,
    ) -> Result<Self, OpenError> {
        let dir = dir.as_ref();
        let disk = Disk::new(dir).map_err(|source| OpenError::Io {
            what: "making",
            path: dir.to_owned(),
            source,
        })?;
        Self::open_on(Arc::new(disk), options, watch)
    }

    /// As [`Engine::open_watched`], on any storage.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_on(
        storage: Arc<dyn Storage>,
        options: Options,
        watch: Watch,
    ) -> Result<Self, OpenError> {
        options.check().map_err(OpenError::Options)?;
        let lock = lock(&*storage)?;
        let opened = recover::open(storage, &options)?;
        let shared = Arc::new(Shared {
            options,
            watch,
            queue: Queue::new(options.queue_visits_max, options.group_visits_max),
            catalog: Arc::clone(&opened.log.catalog),
            state: RwLock::new(Arc::new(opened.state)),
            counters: Mutex::new(Counters::default()),
            keeper: Mutex::new(None),
            in_haste: AtomicUsize::new(0),
            spare: Mutex::new(None),
            bell: Signal::default(),
            frozen_left: Signal::default(),
            log_has_forgotten: AtomicBool::new(opened.recovery.forgotten > 0),
        });
        *shared.keeper.lock() = Some(Keeper::new(Arc::clone(&shared)));
        let engine = Self {
            shared,
            threads: Mutex::new(Vec::new()),
            lock: Mutex::new(Some(lock)),
            recovery: opened.recovery,
        };
        let (for_writer, log) = (Arc::clone(&engine.shared), opened.log);
        engine.start("visitlog-writer", move || writer::run(&for_writer, log))?;
        let for_keeper = Arc::clone(&engine.shared);
        engine.start("visitlog-keeper", move || {
            // A bug in here must not leave the store growing in silence.
            if catch_unwind(AssertUnwindSafe(|| keeper::run(&for_keeper))).is_err() {
                for_keeper.fail(Fault::Broken("the keeper failed inside".to_owned()));
            }
        })?;
        Ok(engine)
    }

    fn start(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
        let thread = thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(work).map_err(io_error("starting a thread of", "."))?;
        self.threads.lock().push(thread);
        Ok(())
    }

    /// What was found when the store was opened.
    #[must_use]
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Queues one visit; never blocks. `answer` is called once, on the writer's thread, when the
    /// visit is durable or has failed; it must be quick and must not block. It is not called
    /// when this returns an error.
    ///
    /// # Errors
    /// [`SubmitError`]; the visit was not queued.
    pub fn submit(
        &self,
        visit: Visit,
        answer: impl FnOnce(Result<Committed, CommitError>) + Send + 'static,
    ) -> Result<(), SubmitError> {
        self.check(&visit)?;
        self.shared.queue.push(Pending::One(visit, Box::new(answer)))
    }

    /// Queues up to `group_visits_max` visits, which are stored all or none. Answers in their
    /// order; otherwise as [`Engine::submit`].
    ///
    /// # Errors
    /// [`SubmitError`]; none of the visits was queued.
    pub fn submit_all(
        &self,
        visits: Vec<Visit>,
        answer: impl FnOnce(Result<Vec<Committed>, CommitError>) + Send + 'static,
    ) -> Result<(), SubmitError> {
        let group_visits_max = self.shared.options.group_visits_max;
        if visits.len() > group_visits_max {
            return Err(SubmitError::BatchTooLarge { visits: visits.len(), group_visits_max });
        }
        visits.iter().try_for_each(|visit| self.check(visit))?;
        self.shared.queue.push(Pending::Batch(visits, Box::new(answer)))
    }

    fn check(&self, visit: &Visit) -> Result<(), InvalidVisit> {
        visit.check()?;
        visit.check_kept(self.shared.state.read().kept_from_ms)
    }

    /// Stores one visit and waits until it is durable.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn append(&self, visit: Visit) -> Result<Committed, AppendError> {
        let (sender, answer) = mpsc::sync_channel(1);
        self.submit(visit, move |outcome| drop(sender.send(outcome)))?;
        Ok(answer.recv().unwrap_or_else(|_| Err(unanswered()))?)
    }

    /// Stores up to `group_visits_max` visits, all or none, and waits until they are durable.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn append_all(&self, visits: Vec<Visit>) -> Result<Vec<Committed>, AppendError> {
        let (sender, answer) = mpsc::sync_channel(1);
        self.submit_all(visits, move |outcome| drop(sender.send(outcome)))?;
        Ok(answer.recv().unwrap_or_else(|_| Err(unanswered()))?)
    }

    /// A consistent view of everything committed so far. Taking it is cheap and never waits for
    /// the writer; holding it keeps what it sees in memory and on disk.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(View::of(&self.shared.state.read()), self.shared.options.utc_offset_s)
    }

    /// Civil day of a time, days since 1970-01-01 at the store's offset.
    #[must_use]
    pub fn day_of(&self, ms: i64) -> i64 {
        day_of(ms, self.shared.options.utc_offset_s)
    }

    /// Puts everything committed so far into segments on disk and merges each day but the newest
    /// into one. The engine does the first by itself when enough has gathered; call this once a
    /// day or before a quiet time. Waits until it is done.
    ///
    /// # Errors
    /// [`MaintainError`]; with [`MaintainError::NoRoom`] nothing has changed and nothing is lost.
    pub fn seal(&self) -> Result<(), MaintainError> {
        self.seal_now(Thoroughness::Tidy)
    }

    /// Deletes every visit of the civil days before `day`: segments, log parts and memory. Visits
    /// of those days are refused from then on. The files are gone from the folder when this
    /// returns; a snapshot that was taken before keeps its own files' room until it is dropped.
    ///
    /// # Errors
    /// [`MaintainError`]. The visits cannot be read any more all the same; call it again to
    /// remove the files that are left.
    pub fn drop_before(&self, day: i64) -> Result<Dropped, MaintainError> {
        // No visit is of a day outside of these.
        let day = day.clamp(self.day_of(TIME_MS_MIN), self.day_of(TIME_MS_MAX) + 1);
        let dropped = self.keep(|keeper| keeper.forget_before(day))?;
        // What was being written meanwhile is in memory when this is answered.
        self.append_all(Vec::new())?;
        if self.keep(|keeper| Ok(keeper.has_forgotten_visits()))? {
            self.seal_now(Thoroughness::AsNeeded)?;
        }
        Ok(dropped)
    }

    /// Whichever thread comes to it first does it; what either found is told here.
    fn seal_now(&self, thoroughness: Thoroughness) -> Result<(), MaintainError> {
        self.keep(|keeper| {
            keeper.try_again();
            Ok(())
        })?;
        self.end_part()?;
        let postponed = self.keep(|keeper| {
            keeper.work(thoroughness)?;
            Ok(keeper.postponed().map(Arc::from))
        })?;
        postponed.map_or(Ok(()), |said| Err(MaintainError::NoRoom(said)))
    }

    /// Ends the log's part under way and freezes the active table with it.
    fn end_part(&self) -> Result<(), MaintainError> {
        let (sender, answer) = mpsc::sync_channel(1);
        let ended = Pending::EndPart(Box::new(move |outcome| drop(sender.send(outcome))));
        self.shared.queue.push(ended).map_err(AppendError::from)?;
        Ok(answer.recv().unwrap_or_else(|_| Err(unanswered())).map_err(AppendError::from)?)
    }

    /// Does a piece of the keeper's work on this thread. When it leaves the disk in a state that
    /// is not known, the engine stops writing.
    pub(crate) fn keep<T>(
        &self,
        act: impl FnOnce(&mut Keeper) -> Result<T, Fault>,
    ) -> Result<T, MaintainError> {
        let _until_done = Haste::new(&self.shared.in_haste);
        let mut keeper = self.shared.keeper.lock();
        let stopped = |reason| Err(MaintainError::Stopped(reason));
        if let Health::Stopped(reason) = self.health() {
            return stopped(reason);
        }
        let done = match keeper.as_mut() {
            Some(keeper) => act(keeper),
            None => return stopped("it is closed".into()),
        };
        // The writer may have stopped meanwhile, and the work was left where it was.
        if let (Ok(_), Health::Stopped(reason)) = (&done, self.health()) {
            return stopped(reason);
        }
        done.map_err(|fault| {
            let error = MaintainError::from(fault.clone());
            if matches!(fault, Fault::Broken(_)) {
                self.shared.fail(fault);
            }
            error
        })
    }

    /// Whether the folder is still this engine's.
    pub(crate) fn is_open(&self) -> bool {
        self.lock.lock().is_some()
    }

    /// How the engine is, without touching the disk.
    #[must_use]
    pub fn health(&self) -> Health {
        self.shared.queue.health()
    }

    /// Figures of this moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let Counters { groups, stored, already_there, clock_jumps } = *self.shared.counters.lock();
        let state = Arc::clone(&self.shared.state.read());
        Stats {
            groups,
            stored,
            already_there,
            clock_jumps,
            waiting: self.shared.queue.visits(),
            head_visits: state.head_visits(),
            head_bytes: state.head_bytes(),
            log_parts: self.shared.catalog.manifest().log_parts.len() as u64,
            segments: state.segments.len() as u64,
            segment_visits: state.segments.iter().map(|slot| slot.visits()).sum(),
            segment_bytes: state.segments.iter().map(|slot| slot.bytes()).sum(),
        }
    }

    /// Refuses new visits, writes and answers those that wait, and lets go of the folder. What
    /// was committed can still be read. Closing again is harmless.
    pub fn close(&self) {
        self.shared.in_haste.fetch_add(1, Ordering::Relaxed);
        self.shared.queue.close();
        self.shared.bell.close();
        self.shared.frozen_left.close();
        for thread in self.threads.lock().drain(..) {
            // Both catch their own panics and answer everyone before they end.
            let _ = thread.join();
        }
        drop(self.shared.keeper.lock().take());
        drop(self.lock.lock().take());
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

/// Takes the folder, or says who has it.
pub(crate) fn lock(storage: &dyn Storage) -> Result<Lock, OpenError> {
    storage.lock().map_err(|error| match error {
        LockError::Held { pid } => OpenError::InUse { pid },
        LockError::Io(error) => io_error("locking", "LOCK")(error),
    })
}

/// Only a bug in the writer drops an answer uncalled.
fn unanswered() -> CommitError {
    CommitError::Stopped("the writer failed inside".into())
}
