//! Health status: our own register first, then an outside source; never green by default.

use crate::{House, sms::BoxFuture};
use domain::{health_status::HealthStatus, people::PersonNumber, time::UnixMs};
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

/// A person's status now. What cannot be found out is unknown, and the entry is recorded all the
/// same.
pub async fn of(house: &House, person: PersonNumber) -> HealthStatus {
    let now = house.now();
    match house.registry.health_status(person, now).await {
        Ok(Some(status)) => return status,
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "the register of health status cannot be read"),
    }
    match tokio::time::timeout(ASK_WAIT, house.health.ask(person, now)).await {
        Ok(Some(status)) => status,
        Ok(None) | Err(_) => HealthStatus::unknown(now),
    }
}
