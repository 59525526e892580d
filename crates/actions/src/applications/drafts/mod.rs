//! Doors that a manager has begun to apply for: typed half way, or uploaded as a table; each is
//! corrected in place and submitted when nothing is wrong with it.

mod fill_in;
mod judge;
mod keep;
mod rows;
mod submit;
mod upload;

pub use fill_in::fill_in;
pub use judge::Judged;
pub use keep::{change, delete, keep};
pub use rows::{Drafts, PAGE_ROWS, list, one};
pub use submit::{Submitted, submit_all, submit_one};
pub use upload::{Reading, UPLOAD_BYTES_MAX, Uploaded, upload};

use super::submit::own_organisation as organisation;

/// Most drafts of one organisation.
pub const DRAFTS_MAX: i64 = 10_000;
/// Days after which a draft that nobody has touched is thrown away.
pub const DRAFT_DAYS: i64 = 90;
