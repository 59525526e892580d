//! Offline codes (离线码): printed for oneself and those one acts for, listed, revoked, and read at a door.

pub mod format;
pub mod list;
pub mod make;
pub mod revoke;
pub(crate) mod verify;
