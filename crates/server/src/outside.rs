//! The real clock and the real dice. Nothing else in the house reads or rolls them.

use domain::{
    outside::{Clock, Dice},
    time::UnixMs,
};
use std::{cell::RefCell, time::UNIX_EPOCH};

/// The clock of this machine.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> UnixMs {
        let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The random numbers of the operating system. Each page takes some, and each question to the system
/// costs as much as a good part of a page, so a thread asks for many at once. What was given is
/// wiped.
pub(crate) struct SystemDice;

/// Bytes asked for at once.
const DICE_BYTES: usize = 1_024;

/// Random bytes that nobody has had; those before `next` are gone.
struct Rolled {
    bytes: [u8; DICE_BYTES],
    next: usize,
}

thread_local! {
    static ROLLED: RefCell<Rolled> =
        const { RefCell::new(Rolled { bytes: [0; DICE_BYTES], next: DICE_BYTES }) };
}

impl Dice for SystemDice {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > DICE_BYTES / 8 {
            return roll(bytes);
        }
        ROLLED.with_borrow_mut(|rolled| {
            if rolled.next + bytes.len() > DICE_BYTES {
                roll(&mut rolled.bytes);
                rolled.next = 0;
            }
            let given = &mut rolled.bytes[rolled.next..][..bytes.len()];
            bytes.copy_from_slice(given);
            given.fill(0);
            rolled.next += bytes.len();
        });
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that rolls dice")]
fn roll(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        // Going on with bytes that somebody could foresee would open every door.
        tracing::error!(%error, "the operating system gives no random numbers; stopping");
        std::process::abort();
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
    use std::collections::HashSet;

    #[test]
    fn no_dice_are_given_twice() {
        let mut seen = HashSet::new();
        for bytes in [16, 20, 128, 129, 2_000] {
            for _ in 0..200 {
                let mut rolled = vec![0; bytes];
                SystemDice.fill(&mut rolled);
                assert!(rolled.chunks_exact(16).all(|dice| seen.insert(dice.to_vec())), "{bytes}");
            }
        }
        ROLLED.with_borrow(|rolled| assert!(rolled.bytes[..rolled.next].iter().all(|b| *b == 0)));
    }
}
