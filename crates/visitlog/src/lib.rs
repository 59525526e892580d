//! The visit engine: who entered where and when, each visit written once, durable, and read in two
//! orders, by person and by checkpoint.
//!
//! It does one job. A visit is a handful of plain numbers ([`Visit`]); it is never changed and goes
//! by age, a whole civil day at a time. In return an append costs a fraction of a microsecond of
//! processor time and one `fdatasync` shared by all who wait, a visit takes some ten bytes on disk
//! in both orders together, and a question reads only the pages that have the answer.
//!
//! # Quick start
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
//! `examples/day_at_the_market.rs` goes on from there: batches, sealing, deleting, reopening.
//!
//! | to | use |
//! |---|---|
//! | store | [`Engine::append`], [`Engine::append_all`]; without waiting [`Engine::submit`], [`Engine::submit_all`] |
//! | ask | [`Engine::snapshot`], then [`Snapshot::visits_of`], [`Snapshot::visits_at`]; many at once [`Snapshot::visits_of_many`], [`Snapshot::visits_at_windows`], [`Snapshot::entries_at`] |
//! | put into segments | by itself; [`Engine::seal`] for all at once |
//! | delete | [`Engine::drop_before`]; before that, [`Engine::extract`] for what a case keeps |
//! | look after it | [`verify`], [`repair`], [`Engine::backup`], [`restore`], [`Engine::stats`], [`Engine::health`] |
//!
//! # Threads
//! An [`Engine`] starts two: the writer, which takes what waits, writes it as one frame and syncs,
//! while the next group gathers; and the keeper, which sorts, seals, merges and deletes behind it.
//! Opening uses two more while it reads the log. Every method takes `&self` and may be called from
//! any thread. Only [`Engine::append`] and [`Engine::append_all`] wait for the disk, and
//! [`Engine::seal`], [`Engine::drop_before`] and [`Engine::extract`] until their work is done; no
//! question ever waits for the writer's disk. Answers to [`Engine::submit`] come on the writer's
//! thread.
//!
//! # Durability
//! What was acknowledged survives a kill and a power cut. What was not acknowledged may or may not
//! be there after one; sending it again is safe, because an identity is stored once, whenever it
//! comes. A batch is stored whole or not at all. When the disk is full, visits are refused at once
//! and writing goes on by itself when there is room. When a sync fails the engine stops writing for
//! good, answers questions still, and says so in [`Engine::health`]: what the kernel has dropped
//! cannot be asked for again, a new opening has to read what is really there.
//!
//! What must hold: a visit is answered when it is durable and not before; it is readable when it
//! is durable and not before; one identity is stored once; whatever on disk cannot be explained by
//! an interrupted last write is refused, never skipped.
//!
//! # Limits
//! Each has a name and a default: [`QUEUE_VISITS_MAX`] visits that wait, [`GROUP_VISITS_MAX`] in a
//! batch, [`HEAD_VISITS_MAX`] unsealed in memory, [`PART_BYTES_MAX`] in a part of the log
//! and [`ROOM_BYTES`] written ahead of its end,
//! [`CASE_DAY_VISITS_MAX`] that a case keeps of a day; times from [`TIME_MS_MIN`] up to
//! [`TIME_MS_MAX`]. One process has a folder at a time. One folder is one machine: there is no
//! replication, a backup is what there is against the loss of a disk. It needs a Unix: `flock`,
//! `pread`, `fdatasync`, folders that can be synced.
//!
//! # Files
//! A log that is written first, immutable segments of one day each, and a list of both: see
//! [`mod@format`], and `docs/reference/visitlog-format.md` for every byte. All goes through
//! [`storage::Storage`], so that [`storage::simulated`] can fail at each step in turn.

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
    GROUP_VISITS_MAX, HEAD_VISITS_MAX, Options, PART_BYTES_MAX, QUEUE_VISITS_MAX, ROOM_BYTES,
    RUN_VISITS, RUN_VISITS_MAX, SEAL_VISITS, UTC_OFFSET_S, UTC_OFFSET_S_MAX,
};
pub use queue::{Committed, Health};
pub use read::{Entries, Persons, Snapshot, Visits};
pub use repair::{DamagedSegment, Lost, RepairReport, repair, repair_on};
pub use restore::{
    BackupContents, RestoredSegments, check_archive, check_backup, check_backup_on, restore,
    restore_archive_on, restore_on, restore_segments, restore_segments_on,
};
pub use verify::{PLACES_PER_FILE_MAX, VerifyReport, verify, verify_on};
pub use visit::{InvalidVisit, TIME_MS_MAX, TIME_MS_MIN, Visit, VisitKey, Window};
pub use watch::{CLOCK_JUMP_MS, Event, Watch};
