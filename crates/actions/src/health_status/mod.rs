//! Health status: our own register first, then an outside source; never green by default.

use crate::{House, sms::BoxFuture};
use domain::{
    entry_policy::FIRST_POLICY,
    health_status::{Colour, HealthStatus},
    people::PersonNumber,
    time::UnixMs,
};
use std::time::Duration;

/// How long a scan waits for an outside source.
const ASK_WAIT: Duration = Duration::from_millis(800);

/// An outside source of health status.
pub trait HealthSource: Send + Sync + 'static {
    /// What it says of a person; `None` when it does not know them or cannot be reached.
    fn ask(&self, person: PersonNumber, now: UnixMs) -> BoxFuture<'_, Option<HealthStatus>>;
}

/// No outside source is configured.
pub struct NoSource;

impl HealthSource for NoSource {
    fn ask(&self, _: PersonNumber, _: UnixMs) -> BoxFuture<'_, Option<HealthStatus>> {
        Box::pin(async { None })
    }
}

/// Whether what our own register says still counts: green for a while, anything else until it is
/// changed.
fn in_force(status: &HealthStatus, now: UnixMs) -> bool {
    status.colour != Colour::Green
        || now.since(status.confirmed) <= FIRST_POLICY.register_green_ms_max
}

/// A person's status now. What cannot be found out is unknown, and the entry is recorded all the
/// same.
pub async fn of(house: &House, person: PersonNumber) -> HealthStatus {
    let now = house.now();
    if let Some(status) = house.mirror.status(person).filter(|status| in_force(status, now)) {
        return HealthStatus { confirmed: now, ..status };
    }
    match tokio::time::timeout(ASK_WAIT, house.health.ask(person, now)).await {
        Ok(Some(status)) => status,
        Ok(None) | Err(_) => HealthStatus::unknown(now),
    }
}
