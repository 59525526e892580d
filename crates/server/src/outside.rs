//! The real clock and the real dice. Nothing else in the house reads or rolls them.

use domain::{
    outside::{Clock, Dice},
    time::UnixMs,
};
use rand::Rng;
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

    /// A generator of each thread, which takes its seed from the operating system and stops the thread
    /// when there is none: asking the system for every page costs more than most of what is in it.
    #[allow(clippy::disallowed_methods, reason = "the one place that rolls dice")]
    fn fill_fleeting(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// A moment to measure from.
#[allow(clippy::disallowed_methods, reason = "measuring in the binary")]
pub(crate) fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::HashSet, thread};

    #[test]
    fn no_bytes_come_twice_in_any_thread() {
        let drawn = || {
            let of = |fill: &dyn Fn(&mut [u8])| {
                (0..500)
                    .map(|_| {
                        let mut bytes = [0; 16];
                        fill(&mut bytes);
                        bytes
                    })
                    .collect::<Vec<[u8; 16]>>()
            };
            let dice = SystemDice;
            [of(&|bytes| dice.fill(bytes)), of(&|bytes| dice.fill_fleeting(bytes))].concat()
        };
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(drawn)).collect();
        let all: Vec<_> = threads.into_iter().flat_map(|drawn| drawn.join().unwrap()).collect();
        let different: HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (4_000, 4_000));
    }
}
