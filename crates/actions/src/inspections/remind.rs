//! Managers are reminded of deadlines: on the day before, and once it is over.

use crate::{Answer, House};
use domain::{inspections::next_reminder, messages::MessageKind};

/// Inspections of one round.
const ROUND_MAX: i64 = 500;

/// Reminds whoever is to be reminded now, one inspection after another as long as `go_on` says so; how
/// many. Each is reminded once on the day before and once when it is late, also when the program
/// was not running at that time; then of what is true now.
///
/// # Errors
/// `Broken` when the registry cannot be read or written.
pub async fn remind_due(house: &House, go_on: impl Fn() -> bool + Send) -> Answer<usize> {
    let mut reminded = 0;
    for reminder in house.registry.reminders_due(house.now(), ROUND_MAX).await? {
        if !go_on() {
            break;
        }
        let now = house.now();
        let kind = if now > reminder.deadline {
            MessageKind::InspectionOverdue
        } else {
            MessageKind::InspectionDue
        };
        let next = next_reminder(reminder.deadline, now);
        let done = house.registry.remind_of_inspection(&reminder, kind, (now, next)).await?;
        reminded += usize::from(done);
    }
    Ok(reminded)
}
