//! The real clock and the real dice. Nothing else in the house reads or rolls them.

use domain::{
    outside::{Clock, Dice},
    time::UnixMs,
};
use std::time::UNIX_EPOCH;

/// The clock of this machine.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> UnixMs {
        let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The random numbers of the operating system.
pub(crate) struct SystemDice;

impl Dice for SystemDice {
    #[allow(clippy::disallowed_methods, reason = "the one place that rolls dice")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Going on with bytes that somebody could foresee would open every door.
            tracing::error!(%error, "the operating system gives no random numbers; stopping");
            std::process::abort();
        }
    }
}

/// A moment to measure from.
#[allow(clippy::disallowed_methods, reason = "measuring in the binary")]
pub(crate) fn instant() -> std::time::Instant {
    std::time::Instant::now()
}
