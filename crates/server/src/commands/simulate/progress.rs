//! How far the simulation is: a line for each phase when it ends, and every few seconds within.

use crate::outside::instant;
use std::{
    io::{Result, Write},
    time::{Duration, Instant},
};

/// Time between two lines of one phase.
const EVERY: Duration = Duration::from_secs(5);

/// Says it.
pub(super) struct Progress<'a> {
    out: &'a mut dyn Write,
    began: Instant,
    phase: &'static str,
    phase_began: Instant,
    said: Instant,
}

impl<'a> Progress<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        let now = instant();
        Self { out, began: now, phase: "", phase_began: now, said: now }
    }

    /// From here on it is this phase.
    pub(super) fn begin(&mut self, phase: &'static str) {
        self.phase = phase;
        self.phase_began = instant();
        self.said = self.phase_began;
    }

    /// `done` of `total`, if it is time to say so again.
    pub(super) fn step(&mut self, done: u64, total: u64) -> Result<()> {
        if self.said.elapsed() < EVERY {
            return Ok(());
        }
        self.said = instant();
        let (phase, seconds) = (self.phase, self.phase_began.elapsed().as_secs_f64());
        writeln!(self.out, "{phase:<12}{done:>14} of {total}, {seconds:.1} s")?;
        self.out.flush()
    }

    /// The phase is over; the seconds that it took.
    pub(super) fn end(&mut self, what: &str, count: u64) -> Result<f64> {
        let (phase, seconds) = (self.phase, self.phase_began.elapsed().as_secs_f64());
        writeln!(self.out, "{phase:<12}{count:>14} {what}, {seconds:.1} s")?;
        self.out.flush()?;
        Ok(seconds)
    }

    /// The last line: what there is now, and how long all of it took.
    pub(super) fn sum(&mut self, said: &str) -> Result<()> {
        let seconds = self.began.elapsed().as_secs_f64();
        writeln!(self.out, "{said}; {seconds:.1} s in all")?;
        self.out.flush()
    }
}
