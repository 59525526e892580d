//! How many entered by one's own door: by day, and by the hours of one of them. Numbers only.

use crate::{
    Answer, Failure, House, accounts::principals::Manager, applications::submit::managed_checkpoint,
};
use domain::{
    checkpoints::CheckpointNumber,
    time::{DAY_MS, HOUR_MS, UnixMs},
};
use visits::{PAGE_VISITS_MAX, Window};

/// Days that are counted, today among them.
pub const DAYS: usize = 14;

/// Entries of one civil day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// When it began.
    pub start: UnixMs,
    /// By the hour of the day.
    pub hours: [u64; 24],
}

impl Day {
    /// Of the whole day.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.hours.iter().sum()
    }
}

/// Entries at one's own door in the last [`DAYS`] days, today first.
///
/// # Errors
/// `NotFound` for somebody else's door; `Broken` when the store cannot be read.
pub async fn counts(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<Vec<Day>> {
    managed_checkpoint(house, caller, number).await?;
    let now = house.now();
    let today = now.day_start();
    let first = today.plus(-(DAYS as i64 - 1) * DAY_MS);
    let mut days = [[0; 24]; DAYS];
    let window = Window { checkpoint: number.0, from_ms: first.0, to_ms: now.plus(1).0 };
    let mut after = None;
    loop {
        let page = house.visits.visits_at_page(window, after, PAGE_VISITS_MAX).await;
        let page = page.map_err(Failure::broken)?;
        for visit in &page.visits {
            // In the window, so not before its first day nor after today.
            let hour = (visit.entered_ms - first.0) / HOUR_MS;
            let hour = usize::try_from(hour).unwrap_or(0);
            if let Some(day) = days.get_mut(hour / 24) {
                day[hour % 24] += 1;
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let day = |(at, hours)| Day { start: first.plus(at as i64 * DAY_MS), hours };
    Ok(days.into_iter().enumerate().map(day).rev().collect())
}
