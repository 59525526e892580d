//! The bytes on disk. Everything is little-endian and carries a CRC-32C.
//!
//! ```text
//! LOCK                      process id of the one who has the folder open (flock)
//! MANIFEST                  what belongs to the store; text, replaced by rename
//! log/<sequence>.log        a part header, then frames
//! ```

pub mod frame;
pub mod manifest;
pub mod part;
