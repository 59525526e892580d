//! What a duty screen shows when it opens.

use super::announce::{Announcement, Shown};
use crate::{Answer, House, accounts::principals::DutyDevice};
use domain::time::UnixMs;
use std::sync::Arc;
use tokio::sync::broadcast;

/// The whole screen.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// The proof word of this hour.
    pub proof_word: String,
    /// The last entries of today, newest first, at most 20.
    pub recent: Vec<Arc<Shown>>,
    /// Entries today.
    pub entries: u64,
    /// Heads counted today.
    pub heads: u64,
    /// Abnormal entries today.
    pub abnormal: u64,
    /// Alerts without a disposition, oldest first.
    pub open_alerts: Vec<OpenAlert>,
    /// The time on the server, so that the screen's clock is right.
    pub now: UnixMs,
}

/// An alert that waits for staff.
#[derive(Clone, Debug)]
pub struct OpenAlert {
    /// Number.
    pub id: i64,
    /// The entry that raised it.
    pub shown: Arc<Shown>,
}

/// The screen of a device's door.
pub async fn open(house: &House, caller: &DutyDevice) -> Answer<Screen> {
    let _ = (house, caller);
    todo!()
}

/// Listens to a device's door.
pub fn listen(house: &House, caller: &DutyDevice) -> broadcast::Receiver<Announcement> {
    house.announcer.subscribe(caller.checkpoint)
}

/// Counts one head; how many today.
pub async fn count_head(house: &House, caller: &DutyDevice) -> Answer<u64> {
    let _ = (house, caller);
    todo!()
}
