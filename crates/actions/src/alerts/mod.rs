//! Alerts: what staff did about an abnormal entry.

use crate::{Answer, House, accounts::principals::DutyDevice};

/// Writes down what was done; the alert stops standing on the screen.
///
/// # Errors
/// `NotFound` for another door's; `Invalid` at `disposition` or `note`; `Conflict` when it was
/// done already.
pub async fn dispose(
    house: &House,
    caller: &DutyDevice,
    alert: i64,
    disposition: &str,
    note: &str,
) -> Answer<()> {
    let _ = (house, caller, alert, disposition, note);
    todo!()
}
