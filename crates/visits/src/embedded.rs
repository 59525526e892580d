//! Visits in a folder of this machine, kept by the `visitlog` engine.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::oneshot, task::spawn_blocking};
use visitlog::{
    CommitError, Committed, Engine, Event, Health, Persons, SubmitError, Visit, Watch, Window,
};

pub use visitlog::{OpenError, Options, Recovery, Stats};

use crate::store::{
    AppendError, Appended, BATCH_VISITS_MAX, BackUpError, BackedUp, BoxFuture, CloseError, Cursor,
    KeepError, PAGE_VISITS_MAX, Page, READ_KEYS_MAX, READ_VISITS_MAX, ReadError, StoreHealth,
    VisitStore,
};

/// A store in one folder. Its futures must be polled inside of a tokio runtime, because questions
/// are answered on its threads for blocking work. Dropping the last one without
/// [`VisitStore::close`] writes what waits as well, and blocks the thread meanwhile.
pub struct EmbeddedVisits {
    engine: Arc<Engine>,
}

impl EmbeddedVisits {
    /// Opens or makes the store and logs what was recovered. Reads the whole log, so call it
    /// where blocking is allowed.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(dir: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        Self::open_with(dir, options, None)
    }

    /// As [`EmbeddedVisits::open`]. `elapsed` is time since any fixed moment from a clock that
    /// never jumps; with it, jumps of the other clock are logged in both directions.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_with(
        dir: impl AsRef<Path>,
        options: Options,
        elapsed: Option<Box<dyn Fn() -> Duration + Send + Sync>>,
    ) -> Result<Self, OpenError> {
        let watch = Watch { elapsed, report: Some(Box::new(log_event)) };
        let engine = Engine::open_watched(dir, options, watch)?;
        report(engine.recovery());
        Ok(Self::of(engine))
    }

    /// Wraps an engine that is open already.
    #[must_use]
    pub fn of(engine: Engine) -> Self {
        Self { engine: Arc::new(engine) }
    }

    /// What was found when the store was opened.
    #[must_use]
    pub fn recovery(&self) -> &Recovery {
        self.engine.recovery()
    }

    /// Figures of this moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.engine.stats()
    }

    fn keep<T: Send + 'static, E: std::error::Error + Send + 'static>(
        &self,
        act: impl FnOnce(&Engine) -> Result<T, E> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, KeepError>> {
        let engine = Arc::clone(&self.engine);
        Box::pin(async move {
            match spawn_blocking(move || act(&engine)).await {
                Ok(done) => done.map_err(|error| KeepError(error.to_string())),
                Err(error) => Err(KeepError(error.to_string())),
            }
        })
    }

    /// Answers a question on a thread that may block.
    fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Engine) -> Result<T, ReadError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, ReadError>> {
        let engine = Arc::clone(&self.engine);
        Box::pin(async move {
            let answer = spawn_blocking(move || question(&engine)).await;
            answer.unwrap_or_else(|error| Err(ReadError::Failed(error.to_string())))
        })
    }
}

fn log_event(event: Event) {
    match event {
        Event::Sealed { segments, visits } => {
            tracing::info!(segments, visits, "visits were sealed");
        }
        Event::Merged { day, segments, visits } => {
            tracing::info!(day, segments, visits, "the segments of a day became one");
        }
        Event::NoRoom(why) => tracing::error!(why, "no room to seal visits; tried again later"),
        Event::Unreadable(error) => tracing::error!(%error, "a day's segments cannot be merged"),
        Event::ClockJumped { by_ms } => tracing::warn!(by_ms, "the clock jumped"),
        Event::Stopped(why) => tracing::error!(why, "the visit store has stopped writing"),
    }
}

fn report(recovery: &Recovery) {
    let Recovery { created, parts, frames, visits, forgotten, .. } = recovery;
    let Recovery { torn_tail, parts_removed, segments_removed, damaged, .. } = recovery;
    tracing::info!(
        created,
        parts,
        frames,
        visits,
        forgotten,
        parts_removed,
        segments_removed,
        "visit store opened"
    );
    for error in damaged {
        tracing::error!(%error, "visits of one day cannot be read; restore them from a backup");
    }
    if let Some(tail) = torn_tail {
        let (file, offset, bytes) = (&tail.file, tail.offset, tail.bytes);
        tracing::warn!(file, offset, bytes, "an interrupted write was cut from the visit log");
    }
}

impl VisitStore for EmbeddedVisits {
    fn append(&self, visit: Visit) -> BoxFuture<'_, Result<Appended, AppendError>> {
        Box::pin(async move {
            let (sender, answer) = oneshot::channel();
            // Nobody minds when the caller has gone away meanwhile.
            self.engine
                .submit(visit, move |outcome| drop(sender.send(outcome)))
                .map_err(refused)?;
            Ok(appended(&answered(answer.await)?))
        })
    }

    fn append_all(&self, visits: Vec<Visit>) -> BoxFuture<'_, Result<Vec<Appended>, AppendError>> {
        Box::pin(async move {
            let (count, limit) = (visits.len(), BATCH_VISITS_MAX);
            if count > limit {
                return Err(AppendError::BatchTooLarge { visits: count, limit });
            }
            let (sender, answer) = oneshot::channel();
            self.engine
                .submit_all(visits, move |outcome| drop(sender.send(outcome)))
                .map_err(refused)?;
            Ok(answered(answer.await)?.iter().map(appended).collect())
        })
    }

    fn visits_of(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
    ) -> BoxFuture<'_, Result<Vec<Visit>, ReadError>> {
        let ask = move |engine: &Engine| {
            whole(engine.visits_of(person, from_ms, to_ms, None, READ_VISITS_MAX + 1))
        };
        // Whoever scans again is looked for within the last minute: on a bad morning that is asked
        // thousands of times a second, and a thread for each would take more memory than the visits.
        if self.engine.snapshot().is_in_memory(from_ms, to_ms) {
            let found = ask(&self.engine);
            return Box::pin(async { found });
        }
        self.read(ask)
    }

    fn visits_at(&self, window: Window) -> BoxFuture<'_, Result<Vec<Visit>, ReadError>> {
        self.read(move |engine| whole(engine.visits_at(window, None, READ_VISITS_MAX + 1)))
    }

    fn visits_of_page(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
        after: Option<Cursor>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Page, ReadError>> {
        let limit = limit.clamp(1, PAGE_VISITS_MAX);
        // A cursor beyond every checkpoint's number is one after all of that moment.
        let after = after.map(|c| (c.entered_ms, u32::try_from(c.other).unwrap_or(u32::MAX)));
        self.read(move |engine| {
            let found = engine.visits_of(person, from_ms, to_ms, after, limit + 1);
            Ok(page(found.map_err(unread)?, limit, |visit| u64::from(visit.checkpoint)))
        })
    }

    fn visits_at_page(
        &self,
        window: Window,
        after: Option<Cursor>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Page, ReadError>> {
        let limit = limit.clamp(1, PAGE_VISITS_MAX);
        let after = after.map(|cursor| (cursor.entered_ms, cursor.other));
        self.read(move |engine| {
            let found = engine.visits_at(window, after, limit + 1);
            Ok(page(found.map_err(unread)?, limit, |visit| visit.person))
        })
    }

    fn visits_of_many<'a>(
        &'a self,
        persons: &'a [u64],
        from_ms: i64,
        to_ms: i64,
    ) -> BoxFuture<'a, Result<Vec<Vec<Visit>>, ReadError>> {
        Box::pin(async move {
            check_keys(persons.len())?;
            let persons = persons.to_vec();
            let ask = move |engine: &Engine| {
                let found =
                    engine.snapshot().visits_of_many(&persons, from_ms, to_ms, READ_VISITS_MAX);
                found.map_err(unread)
            };
            self.read(ask).await
        })
    }

    fn visits_at_windows<'a>(
        &'a self,
        windows: &'a [Window],
    ) -> BoxFuture<'a, Result<Vec<Vec<Visit>>, ReadError>> {
        Box::pin(async move {
            check_keys(windows.len())?;
            let windows = windows.to_vec();
            let ask = move |engine: &Engine| {
                engine.snapshot().visits_at_windows(&windows, READ_VISITS_MAX).map_err(unread)
            };
            self.read(ask).await
        })
    }

    fn persons_between(
        &self,
        from_ms: i64,
        to_ms: i64,
    ) -> BoxFuture<'_, Result<Persons, ReadError>> {
        self.read(move |engine| engine.snapshot().persons_between(from_ms, to_ms).map_err(unread))
    }

    fn drop_before(&self, day: i64) -> BoxFuture<'_, Result<(), KeepError>> {
        self.keep(move |engine| engine.drop_before(day).map(drop))
    }

    fn tidy(&self) -> BoxFuture<'_, Result<(), KeepError>> {
        self.keep(Engine::seal)
    }

    fn back_up(&self, folder: PathBuf) -> BoxFuture<'_, Result<BackedUp, BackUpError>> {
        let done = self.keep(move |engine| engine.backup(folder));
        Box::pin(async move {
            let report = done.await.map_err(|error| BackUpError(error.0))?;
            let damages = report.damages.iter().map(ToString::to_string).collect();
            let (files, copied_bytes) = (report.files, report.copied_bytes);
            Ok(BackedUp { files, copied_bytes, damages })
        })
    }

    fn day_of(&self, ms: i64) -> i64 {
        self.engine.day_of(ms)
    }

    fn health(&self) -> StoreHealth {
        match self.engine.health() {
            Health::Writing => StoreHealth::Writing,
            Health::NoRoom(said) => StoreHealth::NoRoom(said.to_string()),
            Health::Stopped(said) => StoreHealth::Stopped(said.to_string()),
        }
    }

    fn close(&self) -> BoxFuture<'_, Result<(), CloseError>> {
        let engine = Arc::clone(&self.engine);
        Box::pin(async move {
            let closed = spawn_blocking(move || engine.close()).await;
            closed.map_err(|error| CloseError(error.to_string()))
        })
    }
}

fn refused(error: SubmitError) -> AppendError {
    match error {
        SubmitError::Full { .. } => AppendError::Full,
        SubmitError::BatchTooLarge { visits, group_visits_max } => {
            AppendError::BatchTooLarge { visits, limit: group_visits_max }
        }
        SubmitError::Invalid(invalid) => AppendError::Invalid(invalid),
        SubmitError::Stopped(said) => AppendError::Stopped(said.to_string()),
    }
}

/// A sender that is dropped unused comes from a bug in the engine; say what is certain.
fn answered<T>(
    answer: Result<Result<T, CommitError>, oneshot::error::RecvError>,
) -> Result<T, AppendError> {
    match answer {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(CommitError::NoRoom(said))) => Err(AppendError::NoRoom(said.to_string())),
        Ok(Err(CommitError::Invalid(invalid))) => Err(AppendError::Invalid(invalid)),
        Ok(Err(CommitError::Unreadable(error))) => Err(AppendError::Unreadable(error.to_string())),
        Ok(Err(CommitError::Stopped(said))) => Err(AppendError::Stopped(said.to_string())),
        Err(_) => Err(AppendError::Stopped("the visit was not answered".to_owned())),
    }
}

fn appended(committed: &Committed) -> Appended {
    if committed.already_there { Appended::AlreadyThere } else { Appended::New }
}

fn check_keys(keys: usize) -> Result<(), ReadError> {
    let limit = READ_KEYS_MAX;
    if keys > limit { Err(ReadError::QuestionTooLarge { keys, limit }) } else { Ok(()) }
}

fn unread(error: visitlog::ReadError) -> ReadError {
    match error {
        visitlog::ReadError::TooMany { visits_max } => {
            ReadError::AnswerTooLarge { limit: visits_max }
        }
        error => ReadError::Failed(error.to_string()),
    }
}

fn whole(found: Result<Vec<Visit>, visitlog::ReadError>) -> Result<Vec<Visit>, ReadError> {
    let (found, limit) = (found.map_err(unread)?, READ_VISITS_MAX);
    if found.len() > limit { Err(ReadError::AnswerTooLarge { limit }) } else { Ok(found) }
}

/// Cuts off the one visit too many that shows that there is another page.
fn page(mut visits: Vec<Visit>, limit: usize, other: impl Fn(&Visit) -> u64) -> Page {
    let more = visits.len() > limit;
    visits.truncate(limit);
    let last = visits.last().filter(|_| more);
    let next = last.map(|visit| Cursor { entered_ms: visit.entered_ms, other: other(visit) });
    Page { visits, next }
}
