//! Applications: submitted, sent back, corrected, approved.

pub mod mine;
pub mod review;
pub mod submit;

use domain::{applications::State, time::UnixMs};

/// One thing that happened to an application.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: UnixMs,
    /// What it became.
    pub state: State,
    /// The reason, when it was sent back.
    pub reason: String,
}
