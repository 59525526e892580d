//! What can be refused or fail, one type per occasion.

use std::{io, path::PathBuf, sync::Arc};

use crate::visit::InvalidVisit;

/// Why a visit was not even queued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The queue holds its limit; try again later.
    #[error("the queue holds its limit of {queue_visits_max} visits")]
    Full {
        /// The limit that was reached.
        queue_visits_max: usize,
    },
    /// The batch does not fit in one frame.
    #[error("a batch of {visits} visits is over the limit of {group_visits_max}")]
    BatchTooLarge {
        /// Size of the batch.
        visits: usize,
        /// The limit.
        group_visits_max: usize,
    },
    /// The visit is not one that can be kept.
    #[error(transparent)]
    Invalid(#[from] InvalidVisit),
    /// The engine writes no more; the reason is in plain words.
    #[error("the visit store has stopped writing: {0}")]
    Stopped(Arc<str>),
}

/// Why a queued visit was not committed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Nothing was stored because there is no room, on disk or in memory. Writing goes on by
    /// itself as soon as there is.
    #[error("there is no room for more visits: {0}")]
    NoRoom(Arc<str>),
    /// The visit came too late: its day was deleted while it waited.
    #[error(transparent)]
    Invalid(#[from] InvalidVisit),
    /// Nothing was stored because it could not be told whether the visit is there already. Other
    /// visits are not touched; `verify` says what is to be restored.
    #[error("it cannot be told whether the visit is stored already: {0}")]
    Unreadable(ReadError),
    /// The engine has stopped. Whether this visit survives a restart is not known; sending it
    /// again after the restart is safe.
    #[error("the visit store has stopped writing: {0}")]
    Stopped(Arc<str>),
}

/// Why a visit that was waited for was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// It was not queued.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// It was not committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// A place in a file that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} is damaged at byte {offset}: {what}")]
pub struct Damage {
    /// The file, relative to the store's folder.
    pub file: String,
    /// Byte offset of the first thing that is wrong.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// An option is out of range.
    #[error("option out of range: {0}")]
    Options(&'static str),
    /// Another process (or another engine in this one) has the folder open.
    #[error("the folder is in use by process {}", .pid.map_or_else(|| "unknown".to_owned(), |pid| pid.to_string()))]
    InUse {
        /// The other's process id, when it could be read.
        pid: Option<u32>,
    },
    /// A file is damaged in a place that a torn last write cannot explain. `repair` copies what
    /// is whole into a new folder.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The files were written by a newer program.
    #[error("{file} has format version {version}, this program reads up to {newest}")]
    NewerFormat {
        /// The file, relative to the store's folder.
        file: String,
        /// Its version.
        version: u32,
        /// The newest version that this program knows.
        newest: u32,
    },
    /// The store was made with another day offset.
    #[error("the store's days begin at {stored_s} s east of UTC, not at {asked_s} s")]
    OffsetDiffers {
        /// What the store has.
        stored_s: i32,
        /// What the options say.
        asked_s: i32,
    },
    /// The operating system refused.
    #[error("{what} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        what: &'static str,
        /// On which file or folder, relative to the store's folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Why a repair could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// The source could not be opened, or the target could not be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The target folder has something in it.
    #[error("the target folder is not empty")]
    TargetNotEmpty,
    /// A copied visit could not be stored in the target.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Why a backup could not be made, read or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store is closed, so that somebody else may have it by now.
    #[error("the visit store is closed")]
    Closed,
    /// The target folder has something in it.
    #[error("the target folder is not empty")]
    TargetNotEmpty,
    /// The target folder is a store, not a place for backups.
    #[error("the target folder is a visit store itself")]
    TargetIsStore,
    /// A file could not be opened, read or written, or is damaged.
    #[error(transparent)]
    File(#[from] OpenError),
}

/// Why a question could not be answered. Other questions may well be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A file that has part of the answer is damaged; it can be restored from a backup.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// A file was written by a newer program.
    #[error("{file} has format version {version}, this program reads up to {newest}")]
    NewerFormat {
        /// The file, relative to the store's folder.
        file: String,
        /// Its version.
        version: u32,
        /// The newest version that this program knows.
        newest: u32,
    },
    /// The operating system could not read a file.
    #[error("reading {file}: {said}")]
    Io {
        /// The file, relative to the store's folder.
        file: String,
        /// What it said.
        said: String,
    },
    /// The answer is larger than the caller would take.
    #[error("the answer is larger than {visits_max} visits")]
    TooMany {
        /// The caller's limit.
        visits_max: usize,
    },
}

impl ReadError {
    pub(crate) fn io(file: &str, error: &io::Error) -> Self {
        Self::Io { file: file.to_owned(), said: error.to_string() }
    }
}

/// Why sealing, deleting or copying was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaintainError {
    /// There is no room on the disk; nothing is lost.
    #[error("there is no room: {0}")]
    NoRoom(Arc<str>),
    /// The engine is closed or has stopped writing.
    #[error("the visit store has stopped writing: {0}")]
    Stopped(Arc<str>),
    /// Something that was to be copied cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The writer did not take part.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Attaches what was attempted to an operating system error.
pub(crate) fn io_error(what: &'static str, path: &str) -> impl FnOnce(io::Error) -> OpenError {
    let path = PathBuf::from(path);
    move |source| OpenError::Io { what, path, source }
}
