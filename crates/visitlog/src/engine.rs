//! The engine: opens a folder, takes visits in, answers questions, closes.

use std::{
    path::Path,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

use parking_lot::{Mutex, RwLock};

use crate::{
    errors::{AppendError, CommitError, OpenError, SubmitError, io_error},
    head::Head,
    log::recover::{self, Recovery},
    options::Options,
    queue::{Committed, Health, Pending, Queue},
    storage::{Disk, Lock, LockError, Storage},
    visit::Visit,
    writer,
};

/// What the writer and everyone else share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) queue: Queue,
    pub(crate) head: RwLock<Head>,
    pub(crate) counters: Mutex<Counters>,
}

/// What the writer counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) groups: u64,
    pub(crate) stored: u64,
    pub(crate) already_there: u64,
    pub(crate) log_parts: u64,
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
    /// Visits that wait for the writer now.
    pub waiting: usize,
    /// Unsealed visits in memory.
    pub head_visits: u64,
    /// Bytes of memory that they take.
    pub head_bytes: usize,
    /// Log parts on disk.
    pub log_parts: u64,
}

/// An open store. Share it in an `Arc`; every method takes `&self` and may be called from
/// any thread.
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
    lock: Mutex<Option<Lock>>,
    recovery: Recovery,
}

impl Engine {
    /// Opens the store in a folder of the disk, or makes one in an empty or missing folder.
    ///
    /// # Errors
    /// [`OpenError`]; nothing has been changed by then except that a torn tail may have been cut.
    pub fn open(dir: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let dir = dir.as_ref();
        let disk = Disk::new(dir).map_err(|source| OpenError::Io {
            what: "making",
            path: dir.to_owned(),
            source,
        })?;
        Self::open_on(Arc::new(disk), options)
    }

    /// Like [`Engine::open`], on any storage.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_on(storage: Arc<dyn Storage>, options: Options) -> Result<Self, OpenError> {
        options.check().map_err(OpenError::Options)?;
        let lock = lock(&*storage)?;
        let opened = recover::open(storage, &options)?;
        let counters = Counters { log_parts: opened.log.parts(), ..Counters::default() };
        let shared = Arc::new(Shared {
            options,
            queue: Queue::new(options.queue_visits_max),
            head: RwLock::new(opened.head),
            counters: Mutex::new(counters),
        });
        let for_writer = Arc::clone(&shared);
        let log = opened.log;
        let writer = thread::Builder::new()
            .name("visitlog-writer".to_owned())
            .spawn(move || writer::run(&for_writer, log))
            .map_err(io_error("starting the writer of", "."))?;
        let (writer, lock) = (Mutex::new(Some(writer)), Mutex::new(Some(lock)));
        Ok(Self { shared, writer, lock, recovery: opened.recovery })
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
        visit.check()?;
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
        for visit in &visits {
            visit.check()?;
        }
        self.shared.queue.push(Pending::Batch(visits, Box::new(answer)))
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

    /// How the engine is, without touching the disk.
    #[must_use]
    pub fn health(&self) -> Health {
        self.shared.queue.health()
    }

    /// Figures of this moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let counters = *self.shared.counters.lock();
        let head = self.shared.head.read();
        Stats {
            groups: counters.groups,
            stored: counters.stored,
            already_there: counters.already_there,
            waiting: self.shared.queue.visits(),
            head_visits: head.visits(),
            head_bytes: head.bytes(),
            log_parts: counters.log_parts,
        }
    }

    /// Refuses new visits, writes and answers those that wait, and lets go of the folder. What
    /// was committed can still be read. Closing again is harmless.
    pub fn close(&self) {
        self.shared.queue.close();
        if let Some(writer) = self.writer.lock().take() {
            // The writer catches its own panics and answers everyone before it ends.
            let _ = writer.join();
        }
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
