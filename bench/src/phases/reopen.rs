//! Opening after a crash: a process that dies with many unsealed visits, and the next start.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use visitlog::{Engine, GROUP_VISITS_MAX, Options};

use crate::{
    measure::Stopwatch,
    report::{Report, Target},
    town,
};

/// Unsealed visits that the target speaks of, and the most that are tried.
const VISITS_MAX: u64 = 10_000_000;

/// Never seals, so that everything must be read from the log.
fn unsealed() -> Options {
    Options { seal_visits: u64::MAX, ..Options::default() }
}

/// Lets another process fill a store and crash, and opens it.
pub(crate) fn measure(visits: u64, seed: u64, dir: &Path, report: &mut Report) -> Result<()> {
    let visits = visits.min(VISITS_MAX);
    let status = Command::new(std::env::current_exe()?)
        .arg("crash")
        .arg(dir)
        .args(["--visits", &visits.to_string(), "--seed", &seed.to_string()])
        .stdout(Stdio::null())
        .status()
        .context("starting the process that crashes")?;
    ensure!(status.code().is_none(), "the process should have been aborted, but ended: {status}");
    let started = Stopwatch::start();
    let engine = Engine::open(dir, unsealed())?;
    let took = started.elapsed();
    let found = engine.recovery().visits;
    ensure!(found > 0 && found == engine.stats().head_visits, "nothing unsealed was found");
    report.tell("unsealed visits found after a crash", found as f64, "");
    let each = took.as_secs_f64() * VISITS_MAX as f64 / found as f64;
    report.add("reopen after a crash, for 10 M unsealed", each, "s", Target::AtMost(2.0));
    Ok(())
}

/// Appends this many visits, all acknowledged, and dies without closing.
pub(crate) fn fill_and_abort(dir: &Path, visits: u64, seed: u64) -> Result<()> {
    let city = town::dense(visits.max(town::VISITS_MIN), seed)?;
    let engine = Engine::open(dir, unsealed())?;
    let mut coming = city.visits();
    loop {
        let batch: Vec<_> = coming.by_ref().take(GROUP_VISITS_MAX).collect();
        if batch.is_empty() {
            std::process::abort();
        }
        engine.append_all(batch)?;
    }
}
