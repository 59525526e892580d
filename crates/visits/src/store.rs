//! The trait behind which every store of visits stands, and the words it answers with.

use std::{future::Future, path::PathBuf, pin::Pin};

use visitlog::{InvalidVisit, Persons, Visit, Window};

/// A future that can be sent to another thread; boxed so that the trait stays object-safe.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Most visits in one [`VisitStore::append_all`].
pub const BATCH_VISITS_MAX: usize = 10_000;

/// Most visits in one [`Page`].
pub const PAGE_VISITS_MAX: usize = 10_000;

/// Most visits in one answer that is not paged; 85 MB of them.
pub const READ_VISITS_MAX: usize = 2_000_000;

/// Most persons or windows in one batched question.
pub const READ_KEYS_MAX: usize = 100_000;

/// What became of an appended visit. Either way it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It was stored now.
    New,
    /// A visit with the same person, checkpoint and entry time was there; it stays as it was.
    AlreadyThere,
}

/// Why a visit was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Too many are waiting; nothing was queued. Say so to the caller at once (503).
    #[error("too many visits are waiting to be written")]
    Full,
    /// There is no room on disk or in memory; nothing was stored. Goes away by itself.
    #[error("there is no room for more visits: {0}")]
    NoRoom(String),
    /// The store writes no more until it is opened again. Whether this visit is stored is not
    /// known; appending it again later is safe.
    #[error("the visit store has stopped writing: {0}")]
    Stopped(String),
    /// Nothing was stored because a damaged file keeps from telling whether the visit is there
    /// already; the reason is for the log. Goes away when the file is restored.
    #[error("it cannot be told whether the visit is stored already: {0}")]
    Unreadable(String),
    /// The visit is not one that can be kept.
    #[error(transparent)]
    Invalid(#[from] InvalidVisit),
    /// More than [`BATCH_VISITS_MAX`] visits in one call; nothing was queued.
    #[error("{visits} visits in one batch, the limit is {limit}")]
    BatchTooLarge {
        /// How many were handed in.
        visits: usize,
        /// How many may be.
        limit: usize,
    },
}

/// Why a question was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The answer has more than [`READ_VISITS_MAX`] visits; ask for pages or a shorter time.
    #[error("the answer is larger than {limit} visits")]
    AnswerTooLarge {
        /// The limit.
        limit: usize,
    },
    /// More than [`READ_KEYS_MAX`] persons or windows in one question.
    #[error("{keys} persons or windows in one question, the limit is {limit}")]
    QuestionTooLarge {
        /// How many were asked for.
        keys: usize,
        /// How many may be.
        limit: usize,
    },
    /// The store could not read; the reason is for the log, not for a visitor.
    #[error("the visit store could not read: {0}")]
    Failed(String),
}

/// Why closing did not end well; what was acknowledged is durable all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the visit store did not close cleanly: {0}")]
pub struct CloseError(pub String);

/// Why old visits were not deleted or the files not put in order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the visit store was not put in order: {0}")]
pub struct KeepError(pub String);

/// Why a backup was not made; the one that was there is as good as before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the visits were not backed up: {0}")]
pub struct BackUpError(pub String);

/// What a backup took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackedUp {
    /// Files that the backup has.
    pub files: u64,
    /// Bytes that were new.
    pub copied_bytes: u64,
    /// What is damaged in the store, in words, one for each place.
    pub damages: Vec<String>,
}

/// How the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreHealth {
    /// Reading and writing.
    Writing,
    /// Reading; the last write found no room. Tries again with the next visit.
    NoRoom(String),
    /// Reading at most; writes nothing until it is opened again. The health check is red.
    Stopped(String),
}

/// Where the next page begins: just after this visit in the answer's order.
///
/// `other` is the checkpoint's number in a person's pages, the person's in a checkpoint's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Entry time of the last visit of the page before.
    pub entered_ms: i64,
    /// The other number of that visit.
    pub other: u64,
}

/// One page of a longer answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In the answer's order, at most as many as were asked for.
    pub visits: Vec<Visit>,
    /// Hand this in for the next page; `None` after the last one.
    pub next: Option<Cursor>,
}

/// A durable store of visits, written once and read in two orders.
///
/// Times are ms since 1970 UTC; stretches are half-open, `from_ms <= entered_ms < to_ms`. Answers
/// about a person are in the order of (entry time, checkpoint), about a checkpoint in the order of
/// (entry time, person). A visit can be read from the moment that its append was answered, at the
/// latest, and never before it is durable.
pub trait VisitStore: Send + Sync + 'static {
    /// Stores one visit and answers when it is durable. Storing the same visit again is harmless.
    /// The visit is queued by the first poll; dropping the future later does not take it back.
    fn append(&self, visit: Visit) -> BoxFuture<'_, Result<Appended, AppendError>>;

    /// Stores up to [`BATCH_VISITS_MAX`] visits, all or none of them; answers in their order.
    fn append_all(&self, visits: Vec<Visit>) -> BoxFuture<'_, Result<Vec<Appended>, AppendError>>;

    /// A person's visits.
    fn visits_of(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
    ) -> BoxFuture<'_, Result<Vec<Visit>, ReadError>>;

    /// A checkpoint's visits.
    fn visits_at(&self, window: Window) -> BoxFuture<'_, Result<Vec<Visit>, ReadError>>;

    /// A person's visits, `limit` (1 to [`PAGE_VISITS_MAX`], clamped) at a time.
    fn visits_of_page(
        &self,
        person: u64,
        from_ms: i64,
        to_ms: i64,
        after: Option<Cursor>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Page, ReadError>>;

    /// A checkpoint's visits, `limit` (1 to [`PAGE_VISITS_MAX`], clamped) at a time.
    fn visits_at_page(
        &self,
        window: Window,
        after: Option<Cursor>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Page, ReadError>>;

    /// The visits of many persons in one pass over one snapshot; one list for each person, in
    /// the order of `persons`.
    fn visits_of_many<'a>(
        &'a self,
        persons: &'a [u64],
        from_ms: i64,
        to_ms: i64,
    ) -> BoxFuture<'a, Result<Vec<Vec<Visit>>, ReadError>>;

    /// The visits of many windows in one pass over one snapshot; one list for each window, in
    /// the order of `windows`.
    fn visits_at_windows<'a>(
        &'a self,
        windows: &'a [Window],
    ) -> BoxFuture<'a, Result<Vec<Vec<Visit>>, ReadError>>;

    /// Everybody who has a visit of `from_ms <= entered_ms < to_ms`.
    fn persons_between(
        &self,
        from_ms: i64,
        to_ms: i64,
    ) -> BoxFuture<'_, Result<Persons, ReadError>>;

    /// Deletes every visit of the civil days before `day` (days since 1970-01-01 at the store's
    /// offset) and refuses such visits from then on. Their files are gone when it answers.
    fn drop_before(&self, day: i64) -> BoxFuture<'_, Result<(), KeepError>>;

    /// Puts the store's files in order, once a day in a quiet hour.
    fn tidy(&self) -> BoxFuture<'_, Result<(), KeepError>>;

    /// Brings the backup in a folder up to this moment, while visits are taken. A store that has
    /// tools of its own for that refuses.
    fn back_up(&self, folder: PathBuf) -> BoxFuture<'_, Result<BackedUp, BackUpError>> {
        let said = format!("this program cannot bring them into {}", folder.display());
        Box::pin(async move { Err(BackUpError(said)) })
    }

    /// The civil day of a time, days since 1970-01-01 at the store's offset.
    fn day_of(&self, ms: i64) -> i64;

    /// How the store is, without touching the disk.
    fn health(&self) -> StoreHealth;

    /// Refuses new visits, writes and answers the waiting ones, lets go of the folder. Closing
    /// twice is harmless.
    fn close(&self) -> BoxFuture<'_, Result<(), CloseError>>;
}
