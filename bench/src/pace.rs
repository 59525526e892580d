//! How fast the processor itself is, asked beside a measurement.
//!
//! A machine that is shared, or held back to save power, does everything several times slower for a
//! tenth of a second now and then, and no counter of the system says so. Whether a late answer is the
//! program's or the processor's is seen by work that is always the same, needs no memory and waits for nothing.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::Result;

use crate::measure::{Stopwatch, median, thread_cpu};

/// Steps of one sum, which takes some 30 µs; one in [`BETWEEN`] keeps 1.5 % of a processor busy.
const STEPS: u64 = 15_000;
/// Between two sums.
const BETWEEN: Duration = Duration::from_millis(2);
/// A sum that took so many times the usual is slow.
const SLOW: f64 = 2.0;
/// A processor that is slow for more than this share of a time makes the p99 of that time by itself.
const KEPT: f64 = 0.01;

/// Does the same sum again and again, until it is asked.
pub(crate) struct Witness {
    started: Stopwatch,
    enough: Arc<AtomicBool>,
    sums: JoinHandle<Vec<Sum>>,
}

/// One sum: when it was done, after the start, and the seconds of the processor's time that it took.
/// Waiting for a processor is not in it.
#[derive(Clone, Copy)]
struct Sum {
    at: Duration,
    took: f64,
}

impl Witness {
    pub(crate) fn start() -> Self {
        let (started, enough) = (Stopwatch::start(), Arc::new(AtomicBool::new(false)));
        let asked = Arc::clone(&enough);
        let sums = thread::spawn(move || {
            let mut sums = Vec::new();
            loop {
                let before = thread_cpu();
                black_box(sum());
                let took = thread_cpu().saturating_sub(before).as_secs_f64();
                sums.push(Sum { at: started.elapsed(), took });
                if asked.load(Ordering::Relaxed) {
                    return sums;
                }
                thread::sleep(BETWEEN);
            }
        });
        Self { started, enough, sums }
    }

    /// The time since it was started.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// What it saw.
    pub(crate) fn end(self) -> Result<Pace> {
        self.enough.store(true, Ordering::Relaxed);
        let sums = self.sums.join().map_err(|_| anyhow::anyhow!("the witness failed"))?;
        Ok(Pace::new(sums))
    }
}

/// Numbers that stay in the processor: each depends on the one before, so that none can be left out.
fn sum() -> u64 {
    (0..black_box(STEPS)).fold(1, |number: u64, _| {
        let number = number ^ (number << 13);
        let number = number ^ (number >> 7);
        number ^ (number << 17)
    })
}

/// How fast the processor was, from moment to moment.
pub(crate) struct Pace {
    sums: Vec<Sum>,
    /// What a sum takes, by their median, in seconds.
    usual: f64,
}

impl Pace {
    fn new(sums: Vec<Sum>) -> Self {
        let usual = median(sums.iter().map(|sum| sum.took).collect());
        Self { sums, usual }
    }

    /// Whether the processor kept its pace from one moment to another.
    pub(crate) fn kept(&self, from: Duration, to: Duration) -> bool {
        self.slow(from, to) <= KEPT
    }

    /// The share of the time from one moment to another in which the processor had less than half of its
    /// usual pace, by the sums that ended then; 1 when there was none.
    fn slow(&self, from: Duration, to: Duration) -> f64 {
        let within = self.sums.iter().filter(|sum| (from..=to).contains(&sum.at));
        let (mut slow, mut all) = (0_u32, 0_u32);
        for sum in within {
            all += 1;
            slow += u32::from(sum.took > SLOW * self.usual);
        }
        if all == 0 { 1.0 } else { f64::from(slow) / f64::from(all) }
    }

    /// The same of all the time that it was asked.
    pub(crate) fn slow_at_all(&self) -> f64 {
        self.slow(Duration::ZERO, Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_is_below_half_of_the_usual_pace() {
        let took = [3.0, 3.0, 3.1, 40.0, 12.0, 5.9, 3.0, 3.0, 6.3, 2.9];
        let ms = |ms| Duration::from_millis(ms);
        let sums = (0..).zip(took).map(|(at, took)| Sum { at: ms(at), took: took * 1e-5 });
        let pace = Pace::new(sums.collect());
        assert_eq!(pace.slow_at_all(), 0.3);
        assert_eq!(pace.slow(ms(0), ms(2)), 0.0);
        assert_eq!(pace.slow(ms(3), ms(4)), 1.0);
        assert_eq!(pace.slow(ms(4), ms(7)), 0.25);
        assert_eq!(pace.slow(ms(20), ms(30)), 1.0, "nobody looked");
    }

    #[test]
    fn a_pace_is_kept_when_no_more_than_a_hundredth_is_slow() {
        let ms = |ms| Duration::from_millis(ms);
        let slow = [10, 150, 151];
        let took = |at| if slow.contains(&at) { 4e-4 } else { 3e-5 };
        let pace = Pace::new((0..200).map(|at| Sum { at: ms(at), took: took(at) }).collect());
        assert!(pace.kept(ms(0), ms(99)), "one of a hundred");
        assert!(!pace.kept(ms(1), ms(99)), "one of 99");
        assert!(!pace.kept(ms(100), ms(199)), "two of a hundred");
        assert!(!pace.kept(ms(200), ms(299)), "nobody looked");
    }

    #[test]
    fn a_witness_has_looked_when_it_is_asked() {
        let witness = Witness::start();
        let pace = witness.end().unwrap();
        assert!(!pace.sums.is_empty());
        assert!(pace.sums.is_sorted_by_key(|sum| sum.at));
        assert!(pace.usual > 0.0 && pace.slow_at_all() < 1.0);
    }
}
