//! How far the import is: one line rewritten every second, plain lines where there is no terminal.

use actions::House;
use domain::time::UnixMs;
use std::io::{Result, Write};

/// Milliseconds between two states of the line on a terminal.
const TERMINAL_MS: i64 = 1_000;
/// Milliseconds between two plain lines.
const PLAIN_MS: i64 = 5_000;

/// Back to the start of the line, and what stood there is gone.
const WIPE: &str = "\r\x1b[2K";

/// Shows how far a long step is.
pub(crate) struct Progress<'a> {
    house: &'a House,
    out: &'a mut dyn Write,
    terminal: bool,
    shown: UnixMs,
    line_open: bool,
}

impl<'a> Progress<'a> {
    pub(super) fn new(house: &'a House, out: &'a mut dyn Write, terminal: bool) -> Self {
        // A terminal shows the first state at once.
        let shown = house.now().plus(if terminal { -TERMINAL_MS } else { 0 });
        Self { shown, house, out, terminal, line_open: false }
    }

    /// A line of its own, at once.
    pub(super) fn say(&mut self, text: &str) -> Result<()> {
        self.end()?;
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// `done` of `total`, if it is time to say so again.
    pub(super) fn step(&mut self, what: &str, done: usize, total: usize) -> Result<()> {
        let now = self.house.now();
        let every = if self.terminal { TERMINAL_MS } else { PLAIN_MS };
        if now.since(self.shown) < every {
            return Ok(());
        }
        self.shown = now;
        let percent = done * 100 / total.max(1);
        if self.terminal {
            write!(self.out, "{WIPE}{what} {done}/{total} ({percent}%)")?;
            self.line_open = true;
        } else {
            writeln!(self.out, "{what} {done}/{total} ({percent}%)")?;
        }
        self.out.flush()
    }

    /// So many are done of nobody knows how many, if it is time to say so again.
    pub(super) fn count(&mut self, what: &str, done: usize) -> Result<()> {
        let now = self.house.now();
        let every = if self.terminal { TERMINAL_MS } else { PLAIN_MS };
        if now.since(self.shown) < every {
            return Ok(());
        }
        self.shown = now;
        if self.terminal {
            write!(self.out, "{WIPE}{what} {done}")?;
            self.line_open = true;
        } else {
            writeln!(self.out, "{what} {done}")?;
        }
        self.out.flush()
    }

    /// Wipes the rewritten line.
    pub(super) fn end(&mut self) -> Result<()> {
        if std::mem::take(&mut self.line_open) {
            write!(self.out, "{WIPE}")?;
        }
        Ok(())
    }
}
