//! Health status: our own register first, then an outside source; never green by default, and never
//! waited for. What is not at hand is asked for beside the scan.

mod questions;

pub use questions::{ASK_WAIT, Questions};
pub(crate) use questions::{QUESTION_AGE_MS_MAX, Question};

use crate::{House, sms::BoxFuture};
use domain::{
    entry_policy::FIRST_POLICY,
    health_status::{Colour, HealthStatus},
    people::PersonNumber,
    time::UnixMs,
};

/// An outside source of health status.
pub trait HealthSource: Send + Sync + 'static {
    /// What it says of a person; `None` when it does not know them or cannot be reached. Nobody
    /// waits for it at a door; it is given up after [`ASK_WAIT`].
    fn ask(&self, person: PersonNumber, now: UnixMs) -> BoxFuture<'_, Option<HealthStatus>>;

    /// What it knows without asking anybody, at once. A source over a network knows nothing so.
    fn at_hand(&self, person: PersonNumber, now: UnixMs) -> Option<HealthStatus> {
        let _asked_elsewhere = (person, now);
        None
    }

    /// Whether it makes sense to ask.
    fn can_be_asked(&self) -> bool {
        true
    }
}

/// No outside source is configured.
pub struct NoSource;

impl HealthSource for NoSource {
    fn ask(&self, _: PersonNumber, _: UnixMs) -> BoxFuture<'_, Option<HealthStatus>> {
        Box::pin(async { None })
    }

    fn can_be_asked(&self) -> bool {
        false
    }
}

/// Whether what our own register says still counts: green for a while, anything else until it is
/// changed.
pub(crate) fn in_force(status: &HealthStatus, now: UnixMs) -> bool {
    status.colour != Colour::Green
        || now.since(status.confirmed) <= FIRST_POLICY.register_green_ms_max
}

/// A person's status as far as it is known and fresh at this moment, without waiting for anybody.
pub(crate) fn at_hand(house: &House, person: PersonNumber) -> Option<HealthStatus> {
    let now = house.now();
    if let Some(status) = house.mirror.status(person).filter(|status| in_force(status, now)) {
        return Some(HealthStatus { confirmed: now, ..status });
    }
    house.health.at_hand(person, now).or_else(|| house.questions.answer(person, now))
}
