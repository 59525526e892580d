//! What the engine tells about itself, and the clock it is lent.

use std::time::Duration;

use crate::errors::ReadError;

/// A difference between the clocks that is worth a report, ms: five minutes.
pub const CLOCK_JUMP_MS: i64 = 5 * 60_000;

/// Something an operator may want to read in a log. No person is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Unsealed visits became segments on disk.
    Sealed {
        /// How many segments.
        segments: usize,
        /// How many visits.
        visits: u64,
    },
    /// The segments of a day became one.
    Merged {
        /// Civil day.
        day: i64,
        /// How many they were.
        segments: usize,
        /// How many visits.
        visits: u64,
    },
    /// Sealing or merging found no room and is tried again later. Nothing is lost.
    NoRoom(String),
    /// A segment could not be read and its day is not merged.
    Unreadable(ReadError),
    /// The time at which visits are recorded jumped against the time that has passed, or went
    /// back. The store's order is by entry time and is not touched.
    ClockJumped {
        /// By how much, ms; negative is back.
        by_ms: i64,
    },
    /// The engine has stopped writing, with the reason.
    Stopped(String),
}

type Elapsed = Box<dyn Fn() -> Duration + Send + Sync>;
type Report = Box<dyn Fn(Event) + Send + Sync>;

/// Who watches an engine. The default does not.
#[derive(Default)]
pub struct Watch {
    /// Time since any fixed moment, from a clock that never jumps. Without it only jumps back
    /// are noticed.
    pub elapsed: Option<Elapsed>,
    /// Told of each event, on one of the engine's threads; must be quick.
    pub report: Option<Report>,
}

impl Watch {
    pub(crate) fn report(&self, event: Event) {
        if let Some(report) = &self.report {
            report(event);
        }
    }
}

/// Compares the time at which visits are recorded with the time that has passed.
#[derive(Default)]
pub(crate) struct ClockCheck {
    before: Option<(i64, Option<Duration>)>,
}

impl ClockCheck {
    /// Takes the recorded time of a group; gives the jump since the one before, if it is one.
    pub(crate) fn jump(&mut self, recorded_ms: i64, elapsed: Option<Duration>) -> Option<i64> {
        let (before_ms, before) = self.before.replace((recorded_ms, elapsed))?;
        let moved_ms = recorded_ms - before_ms;
        let by_ms = match before.zip(elapsed) {
            Some((before, now)) => {
                let passed = now.saturating_sub(before).as_millis();
                moved_ms - i64::try_from(passed).unwrap_or(i64::MAX)
            }
            None => moved_ms.min(0),
        };
        (by_ms.abs() > CLOCK_JUMP_MS).then_some(by_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60_000;

    #[test]
    fn a_quiet_night_is_no_jump_and_a_clock_set_forward_is() {
        let mut check = ClockCheck::default();
        let minutes = |minutes: u64| Some(Duration::from_secs(minutes * 60));
        assert_eq!(check.jump(0, minutes(0)), None);
        assert_eq!(check.jump(480 * MINUTE_MS, minutes(480)), None);
        assert_eq!(check.jump(500 * MINUTE_MS, minutes(481)), Some(19 * MINUTE_MS));
        assert_eq!(check.jump(501 * MINUTE_MS, minutes(482)), None, "reported once");
    }

    #[test]
    fn five_minutes_are_no_jump_and_one_ms_more_is() {
        let mut check = ClockCheck::default();
        assert_eq!(check.jump(CLOCK_JUMP_MS, None), None);
        assert_eq!(check.jump(0, None), None);
        assert_eq!(check.jump(-CLOCK_JUMP_MS - 1, None), Some(-CLOCK_JUMP_MS - 1));
    }

    #[test]
    fn without_a_clock_only_a_jump_back_is_noticed() {
        let mut check = ClockCheck::default();
        assert_eq!(check.jump(0, None), None);
        assert_eq!(check.jump(600 * MINUTE_MS, None), None);
        assert_eq!(check.jump(0, None), Some(-600 * MINUTE_MS));
    }
}
