//! Everything a verb may need, handed in by the binary.

use crate::{duty::announce::Announcer, health_status::HealthSource, sms::SmsSender};
use domain::{
    outside::{Clock, Dice},
    time::UnixMs,
};
use registry::Registry;
use std::sync::Arc;
use vault::Vault;
use visits::VisitStore;

/// What the operator settles.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that is printed on posters, without a slash at the end.
    pub public_url: String,
    /// Whether this is a demonstration with invented people.
    pub demo: bool,
    /// Days a visit is kept.
    pub visit_days: u32,
}

/// The parts of the house.
pub struct House {
    /// Everything that is not a visit.
    pub registry: Registry,
    /// Keys and ciphers.
    pub vault: Vault,
    /// Visits.
    pub visits: Arc<dyn VisitStore>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives chance.
    pub dice: Arc<dyn Dice>,
    /// Sends text messages.
    pub sms: Arc<dyn SmsSender>,
    /// Says what a person's health status is when our own register does not.
    pub health: Arc<dyn HealthSource>,
    /// Tells duty screens what happened at their door.
    pub announcer: Announcer,
    /// What the operator settles.
    pub settings: Settings,
}

impl House {
    /// The time now.
    #[must_use]
    pub fn now(&self) -> UnixMs {
        self.clock.now()
    }
}
