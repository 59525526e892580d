//! The visit engine: an append-only log and an in-memory head, durable and read in two orders.
//!
//! ```
//! use visitlog::{Engine, Options, Visit, Window};
//!
//! # let dir = tempfile::tempdir()?;
//! let engine = Engine::open(dir.path(), Options::default())?;
//! let visit = Visit {
//!     person: 7,
//!     checkpoint: 3,
//!     entered_ms: 1_795_000_000_000,
//!     recorded_ms: 1_795_000_000_200,
//!     method: 1,
//!     operator: 0,
//!     verdict: 1,
//!     status: 1,
//!     flags: 0,
//! };
//! assert!(!engine.append(visit)?.already_there, "durable now");
//! assert!(engine.append(visit)?.already_there, "and stored once");
//! let window = Window { checkpoint: 3, from_ms: 1_795_000_000_000, to_ms: 1_795_000_001_000 };
//! let entered: Vec<Visit> = engine.snapshot().visits_at(window).collect::<Result<_, _>>()?;
//! assert_eq!(entered, [visit]);
//! engine.close();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What must hold: a visit is answered when it is durable and not before; it is readable when it
//! is durable and not before; one identity is stored once; whatever on disk cannot be explained by
//! an interrupted last write is refused, never skipped.

mod backup;
mod catalog;
mod engine;
mod errors;
mod extracts;
pub mod format;
mod head;
mod keeper;
mod log;
mod moment;
mod options;
mod queue;
mod read;
mod repair;
mod restore;
mod segment;
mod signal;
pub mod storage;
mod verify;
mod visit;
mod watch;
mod writer;

pub use backup::BackupReport;
pub use engine::{Dropped, Engine, Stats};
pub use errors::{
    AppendError, BackupError, CommitError, Damage, MaintainError, OpenError, ReadError,
    RepairError, SubmitError,
};
pub use extracts::{CASE_DAY_VISITS_MAX, CaseDay, Selection};
pub use log::recover::{Recovery, TornTail};
pub use options::{
    GROUP_VISITS_MAX, HEAD_VISITS_MAX, Options, PART_BYTES_MAX, QUEUE_VISITS_MAX, RUN_VISITS,
    RUN_VISITS_MAX, SEAL_VISITS, UTC_OFFSET_S, UTC_OFFSET_S_MAX,
};
pub use queue::{Committed, Health};
pub use read::{Entries, Snapshot, Visits};
pub use repair::{DamagedSegment, Lost, RepairReport, repair, repair_on};
pub use restore::{
    BackupContents, RestoredSegments, check_archive, check_backup, check_backup_on, restore,
    restore_archive_on, restore_on, restore_segments, restore_segments_on,
};
pub use verify::{PLACES_PER_FILE_MAX, VerifyReport, verify, verify_on};
pub use visit::{InvalidVisit, TIME_MS_MAX, TIME_MS_MIN, Visit, VisitKey, Window};
pub use watch::{CLOCK_JUMP_MS, Event, Watch};
