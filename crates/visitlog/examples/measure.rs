//! Measures the engine on this disk: `cargo run --release -p visitlog --example measure -- DIR`.
//!
//! Appended visits per second with 64 in flight, one alone against a bare write-and-sync loop, bulk
//! load, bytes of memory a visit, and the time to open again.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::{
    error::Error,
    fs::File,
    io::{Write, stdout},
    os::unix::fs::FileExt,
    path::Path,
    sync::mpsc,
    time::{Duration, Instant},
};

use visitlog::{Engine, Options, Visit};

const IN_FLIGHT: u64 = 64;
const IN_FLIGHT_VISITS: u64 = 100_000;
const ALONE: u64 = 500;
const BULK_VISITS: u64 = 5_000_000;
const BATCH_VISITS: u64 = 10_000;
const FRAME_BYTES: u64 = 24 + 37;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args().nth(1).ok_or("in which empty folder?")?;
    let mut out = stdout().lock();
    let engine = Engine::open(&dir, Options::default())?;
    let took = in_flight(&engine)?;
    let groups = engine.stats().groups;
    let rate = IN_FLIGHT_VISITS as f64 / took.as_secs_f64();
    writeln!(out, "{IN_FLIGHT} in flight: {rate:.0} visits/s in {groups} groups")?;
    let (bare, alone) = alone(&engine, Path::new(&dir))?;
    writeln!(out, "alone: {alone:.0?} a visit, bare write and sync: {bare:.0?}")?;
    let took = bulk(&engine)?;
    let rate = BULK_VISITS as f64 / took.as_secs_f64();
    writeln!(out, "bulk: {rate:.0} visits/s, {BULK_VISITS} in {took:.1?}")?;
    let stats = engine.stats();
    let each = stats.head_bytes as f64 / stats.head_visits as f64;
    writeln!(out, "head: {each:.1} bytes a visit, {} visits", stats.head_visits)?;
    drop(engine);
    let start = Instant::now();
    let engine = Engine::open(&dir, Options::default())?;
    let took = start.elapsed();
    let each = took.as_secs_f64() * 1e7 / engine.recovery().visits as f64;
    writeln!(out, "reopened in {took:.1?}, {each:.2} s for 10 M visits")?;
    Ok(())
}

fn in_flight(engine: &Engine) -> Result<Duration, Box<dyn Error>> {
    let (done, answers) = mpsc::channel();
    let start = Instant::now();
    for number in 0..IN_FLIGHT_VISITS {
        if number >= IN_FLIGHT {
            answers.recv()??;
        }
        let done = done.clone();
        engine.submit(visit(number), move |outcome| drop(done.send(outcome)))?;
    }
    for _ in 0..IN_FLIGHT {
        answers.recv()??;
    }
    Ok(start.elapsed())
}

/// One visit at a time, in turns with a bare loop that writes as many bytes; medians.
fn alone(engine: &Engine, dir: &Path) -> Result<(Duration, Duration), Box<dyn Error>> {
    let file = File::create(dir.join("bare"))?;
    let (mut bare, mut alone) = (Vec::new(), Vec::new());
    for turn in 0..ALONE {
        let start = Instant::now();
        file.write_all_at(&[7; FRAME_BYTES as usize], turn * FRAME_BYTES)?;
        file.sync_data()?;
        bare.push(start.elapsed());
        let start = Instant::now();
        engine.append(visit(IN_FLIGHT_VISITS + turn))?;
        alone.push(start.elapsed());
    }
    bare.sort();
    alone.sort();
    Ok((bare[bare.len() / 2], alone[alone.len() / 2]))
}

fn bulk(engine: &Engine) -> Result<Duration, Box<dyn Error>> {
    let first = IN_FLIGHT_VISITS + ALONE;
    let start = Instant::now();
    for batch in 0..BULK_VISITS / BATCH_VISITS {
        let numbers = first + batch * BATCH_VISITS..first + (batch + 1) * BATCH_VISITS;
        engine.append_all(numbers.map(visit).collect())?;
    }
    Ok(start.elapsed())
}

/// A million persons in no order, three thousand checkpoints, four visits a person and day.
fn visit(number: u64) -> Visit {
    let entered_ms = 1_795_363_200_000 + (number * 21) as i64;
    let mixed = (number ^ 0x5bd1_e995).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    Visit {
        person: mixed % 1_000_000,
        checkpoint: (mixed / 1_000_000 % 3_000) as u32,
        entered_ms,
        recorded_ms: entered_ms + 100,
        method: 1,
        operator: 0,
        verdict: 1,
        status: 1,
        flags: 0,
    }
}
