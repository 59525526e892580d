//! Writes visits until it is killed and says which were acknowledged. `tests/kill.rs` runs it.
//!
//! `writer DIR FIRST`: visits are numbered from FIRST on; each number is printed on a line of its
//! own as soon as the store has acknowledged it.

use std::{
    error::Error,
    io::{Write, stdout},
    sync::mpsc,
};

use visitlog::{Engine, Options, Visit};

/// Visits on their way at the same time.
const IN_FLIGHT: usize = 64;

/// Small, so that parts are begun often while somebody may kill.
const PART_BYTES_MAX: u64 = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("which folder?")?;
    let first: u64 = arguments.next().ok_or("which first number?")?.parse()?;
    let options = Options { part_bytes_max: PART_BYTES_MAX, ..Options::default() };
    let engine = Engine::open(dir, options)?;
    let (done, answers) = mpsc::channel();
    for number in first.. {
        if number >= first + IN_FLIGHT as u64 {
            let acknowledged: u64 = answers.recv()??;
            let mut out = stdout().lock();
            writeln!(out, "{acknowledged}")?;
            out.flush()?;
        }
        let done = done.clone();
        engine.submit(visit(number), move |outcome| {
            drop(done.send(outcome.map(|_| number)));
        })?;
    }
    Ok(())
}

fn visit(number: u64) -> Visit {
    let entered_ms = 1_795_363_200_000 + number as i64;
    Visit {
        person: number,
        checkpoint: (number % 100) as u32,
        entered_ms,
        recorded_ms: entered_ms,
        method: 0,
        operator: 0,
        verdict: 0,
        status: 0,
        flags: 0,
    }
}
