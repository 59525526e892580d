//! Group commit: a lone visit against a bare loop that writes and syncs as many bytes.

use std::{fs::File, os::unix::fs::FileExt as _, path::Path};

use anyhow::Result;
use city::City;
use visitlog::{Engine, Options, format::frame};

use crate::{
    measure::{Stopwatch, Times},
    report::{Report, Target},
};

/// Turns of the two; a second or two on a disk that syncs in a millisecond.
const TURNS: usize = 500;
const FRAME_BYTES: usize = frame::HEADER_BYTES + frame::VISIT_BYTES;

/// Appends one visit at a time to an idle store, in turns with the bare loop.
pub(crate) fn measure(city: &City, dir: &Path, report: &mut Report) -> Result<()> {
    let engine = Engine::open(dir, Options::default())?;
    let file = File::create(dir.with_extension("bare"))?;
    let (mut bare, mut alone) = (Times::default(), Times::default());
    for (turn, visit) in city.visits().take(TURNS).enumerate() {
        let started = Stopwatch::start();
        file.write_all_at(&[7; FRAME_BYTES], (turn * FRAME_BYTES) as u64)?;
        file.sync_data()?;
        bare.add(started.elapsed());
        let started = Stopwatch::start();
        engine.append(visit)?;
        alone.add(started.elapsed());
    }
    report.tell("bare write + fdatasync, median", bare.median_s() * 1e6, "µs");
    report.tell("lone visit, idle store, median", alone.median_s() * 1e6, "µs");
    let ratio = alone.median_s() / bare.median_s();
    report.add("lone visit against bare fdatasync", ratio, "×", Target::AtMost(1.3));
    Ok(())
}
