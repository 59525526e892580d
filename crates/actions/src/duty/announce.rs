//! Announcements: after the commit, never before, and never waiting for a slow screen.

use domain::{
    checkins::Method,
    checkpoints::CheckpointNumber,
    entry_policy::Decision,
    health_status::{Colour, Itinerary},
    time::UnixMs,
};
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};
use tokio::sync::broadcast;

/// What a screen may lag behind before it is told that it skipped some.
pub const LAG_MAX: usize = 64;

/// One entry as the door sees it: masked name and colour at the moment of the scan, nothing else.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Masked name.
    pub masked_name: String,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// What the door does.
    pub decision: Decision,
    /// Colour.
    pub colour: Colour,
    /// What to do, Chinese, key into the catalogues.
    pub advice: &'static str,
    /// What is to be looked at besides, Chinese, key into the catalogues.
    pub besides: Option<&'static str>,
    /// Whole hours since the last negative sample; only at the moment of the scan.
    pub negative_hours: Option<i64>,
    /// Whether they passed without a test for their age; only at the moment of the scan.
    pub test_free: bool,
    /// Itinerary; only at the moment of the scan.
    pub itinerary: Itinerary,
    /// Doses of vaccine; only at the moment of the scan.
    pub doses: Option<u8>,
    /// How old the last answer was, in minutes, when it was too old to count.
    pub stale_minutes: Option<i64>,
    /// The alert it raised, as far as it is known: a scan does not wait for it.
    pub alert: Option<i64>,
    /// Whether they had entered within the minute already, and nothing was recorded anew.
    pub again: bool,
}

/// What happened at a door.
#[derive(Clone, Debug)]
pub enum Announcement {
    /// Somebody entered.
    Entry(Arc<Shown>),
    /// What is known by now of somebody who entered with their status unknown.
    Verdict(Arc<Shown>),
    /// The alert of an entry that was told stands now, and waits for staff.
    Alert {
        /// The alert.
        alert: i64,
    },
    /// Staff wrote down what was done about an alert.
    Disposed {
        /// The alert.
        alert: i64,
    },
    /// Somebody was counted.
    Head,
}

/// Tells duty screens what happened at their door.
#[derive(Default)]
pub struct Announcer {
    doors: Mutex<HashMap<CheckpointNumber, broadcast::Sender<Announcement>>>,
}

impl Announcer {
    /// Listens at a door.
    pub fn subscribe(&self, checkpoint: CheckpointNumber) -> broadcast::Receiver<Announcement> {
        let mut doors = self.doors.lock();
        doors.entry(checkpoint).or_insert_with(|| broadcast::channel(LAG_MAX).0).subscribe()
    }

    /// Lets every listener go: their streams end. Listening again is possible and hears nothing new
    /// once the house is closing.
    pub fn close(&self) {
        self.doors.lock().clear();
    }

    /// Whether anybody listens at a door.
    pub(crate) fn is_heard(&self, checkpoint: CheckpointNumber) -> bool {
        let doors = self.doors.lock();
        doors.get(&checkpoint).is_some_and(|door| door.receiver_count() > 0)
    }

    /// Tells whoever listens; a door without a screen costs one look.
    pub fn tell(&self, checkpoint: CheckpointNumber, announcement: Announcement) {
        let mut doors = self.doors.lock();
        let deserted = doors.get(&checkpoint).is_some_and(|door| door.send(announcement).is_err());
        if deserted {
            doors.remove(&checkpoint);
        }
    }
}
