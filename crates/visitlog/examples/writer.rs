//! Writes visits until it is killed and says which were acknowledged. `tests/kill.rs` runs it.
//!
//! `writer DIR FIRST`: visits are numbered from FIRST on, a minute apart, every tenth a day late.
//! Each number is printed on a line of its own as soon as the store has acknowledged it.
//! Meanwhile the days before the last few are deleted, with the lines `dropping DAY` before and
//! `dropped DAY` after.

use std::{
    error::Error,
    fmt::Display,
    io::{Write, stdout},
    sync::mpsc,
    thread,
};

use visitlog::{Engine, Options, Visit};

/// Visits on their way at the same time.
const IN_FLIGHT: usize = 64;

/// Days that are kept before the one under way.
const DAYS_KEPT: i64 = 3;

/// Visits between two sweeps.
const SWEEP_VISITS: u64 = 300;

/// Small, so that parts are begun, sealed and merged often while somebody may kill.
const OPTIONS: fn() -> Options =
    || Options { part_bytes_max: 10_000, run_visits: 50, seal_visits: 150, ..Options::default() };

type Failed = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("which folder?")?;
    let first: u64 = arguments.next().ok_or("which first number?")?.parse()?;
    let engine = Engine::open(dir, OPTIONS())?;
    let (due, sweeps) = mpsc::channel();
    thread::scope(|scope| {
        let sweeper = scope.spawn(|| sweep(&engine, sweeps));
        write(&engine, first, &due)?;
        drop(due);
        sweeper.join().unwrap_or_else(|_| Err("the sweeper failed inside".into()))
    })
}

fn write(engine: &Engine, first: u64, due: &mpsc::Sender<u64>) -> Result<(), Failed> {
    let (done, answers) = mpsc::channel();
    for number in first.. {
        if number >= first + IN_FLIGHT as u64 {
            let acknowledged: u64 = answers.recv()??;
            say(acknowledged)?;
            if acknowledged.is_multiple_of(SWEEP_VISITS) {
                due.send(acknowledged)?;
            }
        }
        let done = done.clone();
        engine.submit(visit(number), move |outcome| {
            drop(done.send(outcome.map(|_| number)));
        })?;
    }
    Ok(())
}

/// Deletes old days, and now and then seals everything.
fn sweep(engine: &Engine, due: mpsc::Receiver<u64>) -> Result<(), Failed> {
    for number in due {
        if (number / SWEEP_VISITS).is_multiple_of(3) {
            engine.seal()?;
        }
        let day = engine.day_of(visit(number).recorded_ms) - DAYS_KEPT;
        say(format_args!("dropping {day}"))?;
        engine.drop_before(day)?;
        say(format_args!("dropped {day}"))?;
    }
    Ok(())
}

fn say(line: impl Display) -> Result<(), Failed> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn visit(number: u64) -> Visit {
    let recorded_ms = 1_795_363_200_000 + (number * 60_000) as i64;
    let late_ms = if number.is_multiple_of(10) { 86_400_000 } else { 0 };
    Visit {
        person: number,
        checkpoint: (number % 100) as u32,
        entered_ms: recorded_ms - late_ms,
        recorded_ms,
        method: 0,
        operator: 0,
        verdict: 0,
        status: 0,
        flags: 0,
    }
}
