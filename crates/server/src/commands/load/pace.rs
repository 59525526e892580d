//! When each request of a part is due.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// The requests of one part, handed out one by one to whichever connection is free.
pub(super) struct Pace {
    started: Instant,
    until: Instant,
    /// Requests a second; none for as fast as they are answered.
    rate: Option<u32>,
    patience: Duration,
    next: AtomicU64,
    given_up: AtomicU64,
}

/// One request to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// Which one.
    pub(super) number: u64,
    /// When it should be sent; now, when there is no rate.
    pub(super) due: Instant,
}

impl Pace {
    pub(super) fn new(
        started: Instant,
        lasts: Duration,
        rate: Option<u32>,
        patience: Duration,
    ) -> Self {
        let until = started + lasts;
        let (next, given_up) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { started, until, rate, patience, next, given_up }
    }

    /// The next request; `None` when the time is up. Those that waited longer for a connection than
    /// anybody would are given up.
    pub(super) fn turn(&self, now: Instant) -> Option<Turn> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(rate) = self.rate else {
                return (now < self.until).then_some(Turn { number, due: now });
            };
            let due = self.started + Duration::from_secs(number) / rate;
            if due >= self.until {
                return None;
            }
            if now.saturating_duration_since(due) <= self.patience {
                return Some(Turn { number, due });
            }
            self.given_up.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Seconds from the start to this moment.
    pub(super) fn since_start(&self, now: Instant) -> f64 {
        now.saturating_duration_since(self.started).as_secs_f64()
    }

    /// Whether the time is up at this moment.
    pub(super) fn is_over(&self, at: Instant) -> bool {
        at >= self.until
    }

    /// Requests that were due and never sent.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::instant;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_rate_gives_every_request_its_time_whoever_asks_when() {
        let started = instant();
        let pace = Pace::new(started, SECOND, Some(4), SECOND);
        let now = started + Duration::from_millis(600);
        let turns: Vec<Turn> = std::iter::from_fn(|| pace.turn(now)).collect();
        let due = |ms| started + Duration::from_millis(ms);
        let wanted = [0, 250, 500, 750].map(due);
        assert_eq!(turns.iter().map(|turn| turn.due).collect::<Vec<_>>(), wanted);
        assert_eq!(pace.given_up(), 0);
    }

    #[test]
    fn what_waited_too_long_for_a_connection_is_given_up_and_counted() {
        let started = instant();
        let pace = Pace::new(started, SECOND, Some(10), Duration::from_millis(200));
        let now = started + Duration::from_millis(850);
        assert_eq!(pace.turn(now).map(|turn| turn.number), Some(7));
        assert_eq!(pace.given_up(), 7);
    }

    #[test]
    fn the_time_is_up_at_the_end_and_not_before() {
        let started = instant();
        let pace = Pace::new(started, SECOND, None, SECOND);
        assert!(!pace.is_over(started + SECOND / 2) && pace.is_over(started + SECOND));
        assert!((pace.since_start(started + SECOND / 4) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn without_a_rate_a_request_is_due_now_until_the_time_is_up() {
        let started = instant();
        let pace = Pace::new(started, SECOND, None, SECOND);
        let now = started + SECOND / 2;
        assert_eq!(pace.turn(now), Some(Turn { number: 0, due: now }));
        assert_eq!(pace.turn(started + SECOND), None);
    }
}
