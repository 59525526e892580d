//! A circuit breaker: a system that fails again and again is left alone for a while, then tried with one
//! question at a time until it answers.

use domain::time::UnixMs;

/// Failures in a row after which a system is left alone.
pub(crate) const FAILURES_MAX: u32 = 5;
/// How long it is left alone before it is tried again.
pub(crate) const ALONE_MS: i64 = 10_000;
/// A trial that came to no end in this time is not waited for any more.
const TRIAL_MS_MAX: i64 = 10_000;

/// Whether a system is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breaker {
    /// It is; so many questions in a row have failed.
    Closed { failures: u32 },
    /// It is left alone since then.
    Open { since: UnixMs },
    /// One question is under way since then, to see whether it answers again.
    Trying { since: UnixMs },
}

/// What a question may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Be asked.
    Ask,
    /// Be asked, to see whether the system answers again.
    Try,
    /// Not be asked.
    Spare,
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// Whether the next question is asked.
    pub(crate) fn may_ask(&mut self, now: UnixMs) -> Leave {
        if !self.is_open() {
            return Leave::Ask;
        }
        if self.rests(now) {
            return Leave::Spare;
        }
        *self = Self::Trying { since: now };
        Leave::Try
    }

    /// Whether the next question would not be asked.
    pub(crate) fn rests(&self, now: UnixMs) -> bool {
        let (since, ms) = match *self {
            Self::Closed { .. } => return false,
            Self::Open { since } => (since, ALONE_MS),
            Self::Trying { since } => (since, TRIAL_MS_MAX),
        };
        // A clock that was set back ends the waiting.
        (0..ms).contains(&now.since(since))
    }

    /// A question was answered; whether the system is asked again from now on.
    pub(crate) fn answered(&mut self) -> bool {
        let was_open = self.is_open();
        *self = Self::default();
        was_open
    }

    /// A question failed; whether the system is left alone from now on.
    pub(crate) fn failed(&mut self, now: UnixMs) -> bool {
        match *self {
            Self::Closed { failures } if failures + 1 < FAILURES_MAX => {
                *self = Self::Closed { failures: failures + 1 };
                false
            }
            Self::Closed { .. } => {
                *self = Self::Open { since: now };
                true
            }
            // Also a question that was under way before: what is known now is that it fails.
            Self::Open { .. } => false,
            Self::Trying { .. } => {
                *self = Self::Open { since: now };
                false
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        !matches!(self, Self::Closed { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_with_one_answer_to_one_trial() {
        let mut breaker = Breaker::default();
        for n in 1..FAILURES_MAX {
            assert!(!breaker.failed(UnixMs(0)), "{n}");
        }
        assert!(!breaker.answered(), "an answer in between begins anew");
        for n in 1..=FAILURES_MAX {
            assert_eq!(breaker.failed(UnixMs(0)), n == FAILURES_MAX);
        }
        assert_eq!(breaker.may_ask(UnixMs(ALONE_MS - 1)), Leave::Spare);
        assert_eq!(breaker.may_ask(UnixMs(ALONE_MS)), Leave::Try);
        assert_eq!(breaker.may_ask(UnixMs(ALONE_MS)), Leave::Spare, "one at a time");
        assert!(!breaker.failed(UnixMs(ALONE_MS + 500)), "it was left alone already");
        assert_eq!(breaker.may_ask(UnixMs(2 * ALONE_MS)), Leave::Spare);
        assert_eq!(breaker.may_ask(UnixMs(2 * ALONE_MS + 500)), Leave::Try);
        assert!(breaker.answered());
        assert_eq!(breaker.may_ask(UnixMs(2 * ALONE_MS + 501)), Leave::Ask);
    }

    #[test]
    fn a_trial_that_is_lost_does_not_keep_the_door_shut() {
        let mut breaker = Breaker::Trying { since: UnixMs(0) };
        assert_eq!(breaker.may_ask(UnixMs(TRIAL_MS_MAX - 1)), Leave::Spare);
        assert_eq!(breaker.may_ask(UnixMs(TRIAL_MS_MAX)), Leave::Try);
        assert_eq!(breaker.may_ask(UnixMs(0)), Leave::Try, "the clock was set back");
    }

    proptest! {
        #[test]
        fn while_a_system_fails_it_gets_few_questions(steps in prop::collection::vec(1i64..2_000, 1..300)) {
            let (mut breaker, mut now, mut asked) = (Breaker::default(), UnixMs(0), 0);
            for ms in &steps {
                now = now.plus(*ms);
                if breaker.may_ask(now) != Leave::Spare {
                    asked += 1;
                    breaker.failed(now);
                }
            }
            let trials = now.0 / ALONE_MS;
            prop_assert!(asked <= i64::from(FAILURES_MAX) + trials, "{asked} in {now:?}");
        }
    }
}
