//! Loading a city: what a visit costs in processor time, memory and on disk.

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};
use city::City;
use visitlog::{Engine, GROUP_VISITS_MAX, Options};

use super::columns;
use crate::{
    measure::{Stopwatch, process_cpu, thread_cpu},
    report::{Report, Target},
};

/// Unsealed visits from which on the head's bytes a visit mean something.
const HEAD_VISITS_MIN: u64 = 4 * visitlog::RUN_VISITS as u64;

/// What a load cost.
struct Cost {
    visits: u64,
    took: Duration,
    cpu: Duration,
    generator_cpu: Duration,
    head_bytes_per_visit: f64,
}

/// Loads every visit of the city into a new store in `dir` and seals; tells the figures when
/// `figures` is set.
pub(crate) fn load(city: &City, dir: &Path, figures: Option<&mut Report>) -> Result<Engine> {
    let engine = Engine::open(dir, Options::default())?;
    let cost = append(&engine, city)?;
    let stats = engine.stats();
    ensure!(stats.already_there == 0, "the city has visits twice");
    ensure!(stats.segment_visits == cost.visits, "not every visit is in a segment");
    if let Some(report) = figures {
        tell(&cost, report);
        let bytes = stats.segment_bytes as f64 / cost.visits as f64;
        report.add("disk, both orders", bytes, "B/visit", Target::AtMost(12.0));
        report.tell("segments after sealing", stats.segments as f64, "");
        columns::tell(dir, cost.visits, report)?;
    }
    Ok(engine)
}

fn append(engine: &Engine, city: &City) -> Result<Cost> {
    let (started, cpu) = (Stopwatch::start(), process_cpu());
    let (mut count, mut generator_cpu, mut head) = (0, Duration::ZERO, 0.0_f64);
    let mut visits = city.visits();
    loop {
        let generating = thread_cpu();
        let batch: Vec<_> = visits.by_ref().take(GROUP_VISITS_MAX).collect();
        generator_cpu += thread_cpu() - generating;
        if batch.is_empty() {
            break;
        }
        count += batch.len() as u64;
        engine.append_all(batch)?;
        let stats = engine.stats();
        if stats.head_visits >= HEAD_VISITS_MIN.min(city.visits_total() / 2) {
            head = head.max(stats.head_bytes as f64 / stats.head_visits as f64);
        }
    }
    engine.seal()?;
    Ok(Cost {
        visits: count,
        took: started.elapsed(),
        cpu: process_cpu() - cpu - generator_cpu,
        generator_cpu,
        head_bytes_per_visit: head,
    })
}

fn tell(cost: &Cost, report: &mut Report) {
    let visits = cost.visits as f64;
    let us = |time: Duration| time.as_secs_f64() * 1e6 / visits;
    report.tell("visits loaded", visits, "");
    let target = Target::AtMost(0.8);
    report.add("CPU, append + seal + merge, both orders", us(cost.cpu), "µs/visit", target);
    report.tell("CPU of the generator, not in the above", us(cost.generator_cpu), "µs/visit");
    report.tell("load, one thread, on the wall", visits / cost.took.as_secs_f64(), "visits/s");
    let head = cost.head_bytes_per_visit;
    report.add("head memory at its worst", head, "B/visit", Target::AtMost(64.0));
}
