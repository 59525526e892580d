//! The visit engine: an append-only log and an in-memory head, durable and read in two orders.

mod errors;
pub mod format;
mod options;
mod visit;

pub use errors::{CommitError, Damage, OpenError, RepairError, SubmitError};
pub use options::{
    GROUP_VISITS_MAX, HEAD_VISITS_MAX, Options, PART_BYTES_MAX, QUEUE_VISITS_MAX, UTC_OFFSET_S,
    UTC_OFFSET_S_MAX,
};
pub use visit::{InvalidVisit, TIME_MS_MAX, TIME_MS_MIN, Visit, VisitKey, Window};
