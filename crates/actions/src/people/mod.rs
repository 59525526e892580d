//! People: registering once, being known afterwards, seeing one's own entries.

pub mod mine;
pub mod register;
pub mod session;
