//! The engine alone: a market writes down who enters for two days, asks both ways, and forgets.
//!
//! `cargo run -p visitlog --example day_at_the_market -- DIR`, with a folder that is missing or
//! empty.
#![allow(clippy::print_stdout)]

use std::error::Error;

use visitlog::{Engine, Options, ReadError, Visit, Window};

/// 2026-11-23, midnight at UTC+8, when the store's civil days begin.
const MONDAY_MS: i64 = 1_795_363_200_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The market's doors.
const NORTH: u32 = 1;
const SOUTH: u32 = 2;

/// A regular.
const GRANDMOTHER: u64 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args().nth(1).ok_or("which folder?")?;
    let engine = Engine::open(&dir, Options::default())?;
    println!("opened: {:?}", engine.recovery());

    // Monday: one visit at a time, each durable when it is answered.
    for person in 0..20 {
        let door = if person % 3 == 0 { NORTH } else { SOUTH };
        engine.append(entry(person, door, MONDAY_MS + 7 * HOUR_MS + person as i64 * 60_000))?;
    }
    let again = engine.append(entry(3, NORTH, MONDAY_MS + 7 * HOUR_MS + 3 * 60_000))?;
    println!("the same visit again is there already: {}", again.already_there);

    // Tuesday: what was scanned without a network comes in one batch, all or none.
    let tuesday_ms = MONDAY_MS + DAY_MS;
    let batch = [(GRANDMOTHER, NORTH, 6), (12, SOUTH, 8), (GRANDMOTHER, SOUTH, 17)];
    let batch = batch.map(|(person, door, hour)| entry(person, door, tuesday_ms + hour * HOUR_MS));
    engine.append_all(batch.to_vec())?;

    // By person, and by checkpoint; a snapshot stays what it was.
    let before = engine.snapshot();
    say("the grandmother", before.visits_of(GRANDMOTHER, MONDAY_MS, tuesday_ms + DAY_MS))?;
    let window = Window { checkpoint: NORTH, from_ms: MONDAY_MS, to_ms: MONDAY_MS + 8 * HOUR_MS };
    say("the north door on Monday until eight", before.visits_at(window))?;

    // In a quiet hour: out of memory and log into one compressed file a day.
    engine.seal()?;
    let stats = engine.stats();
    println!("sealed {} visits in {} bytes", stats.segment_visits, stats.segment_bytes);

    // Monday is deleted. Its file is gone; who still holds a snapshot can still read it.
    let dropped = engine.drop_before(engine.day_of(tuesday_ms))?;
    println!("deleted {} visits", dropped.visits);
    say("the grandmother now", engine.snapshot().visits_of(GRANDMOTHER, MONDAY_MS, i64::MAX))?;
    say("as it was", before.visits_of(GRANDMOTHER, MONDAY_MS, i64::MAX))?;

    // After a restart, or a crash, the same is there.
    drop(before);
    engine.close();
    let engine = Engine::open(&dir, Options::default())?;
    say("after reopening", engine.snapshot().visits_of(GRANDMOTHER, MONDAY_MS, i64::MAX))?;
    let refused = engine.append(entry(5, NORTH, MONDAY_MS + 9 * HOUR_MS));
    println!(
        "a visit of a deleted day: {}",
        refused.err().map_or_else(String::new, |e| e.to_string())
    );
    Ok(())
}

fn entry(person: u64, checkpoint: u32, entered_ms: i64) -> Visit {
    Visit {
        person,
        checkpoint,
        entered_ms,
        recorded_ms: entered_ms + 200,
        method: 1,
        operator: 0,
        verdict: 1,
        status: 1,
        flags: 0,
    }
}

fn say(
    what: &str,
    visits: impl Iterator<Item = Result<Visit, ReadError>>,
) -> Result<(), ReadError> {
    println!("{what}:");
    for visit in visits {
        let Visit { person, checkpoint, entered_ms, .. } = visit?;
        println!("    {entered_ms}  person {person} at checkpoint {checkpoint}");
    }
    Ok(())
}
