//! The bytes on disk. Everything is little-endian and carries a CRC-32C.
//!
//! ```text
//! LOCK                      process id of the one who has the folder open (flock)
//! MANIFEST                  what belongs to the store; text, replaced by rename
//! log/<sequence>.log        a part header, then frames
//! segments/<sequence>.seg   visits of one day in both orders; a case extract is one as well
//! ```
//! A backup has the same files, and `BACKUP` in place of `MANIFEST` (see [`backup`]).
//! `docs/reference/visitlog-format.md` describes the same for other programs.

pub mod backup;
pub mod column;
pub mod frame;
pub mod manifest;
pub mod page;
pub mod part;
pub mod segment;
