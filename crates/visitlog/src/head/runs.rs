//! Sorting committed visits into runs, and merging small runs so that readers ask few.

use std::{collections::BTreeMap, io, sync::Arc};

use crate::{
    format::segment::DAY_MS,
    segment::{MergeError, Segment, SegmentWriter, build, merge},
    visit::Visit,
};

/// So many runs of one day and size become one of the next size.
pub(crate) const MERGE_RUNS: usize = 8;

/// The civil day of a time, days since 1970-01-01 at the offset.
pub(crate) fn day_of(ms: i64, utc_offset_s: i32) -> i64 {
    ms.saturating_add(i64::from(utc_offset_s) * 1000).div_euclid(DAY_MS)
}

/// One run for each day that the visits are of.
pub(crate) fn sort_into_runs(visits: &[Visit], utc_offset_s: i32) -> io::Result<Vec<Arc<Segment>>> {
    let mut days: BTreeMap<i64, Vec<Visit>> = BTreeMap::new();
    for visit in visits {
        days.entry(day_of(visit.entered_ms, utc_offset_s)).or_default().push(*visit);
    }
    days.into_iter().map(|(day, visits)| Ok(Arc::new(build(day, utc_offset_s, &visits)?))).collect()
}

/// Merges runs until no day has too many of one size. `run_visits` is the usual size of a new run.
pub(crate) fn compact(
    runs: &mut Vec<Arc<Segment>>,
    run_visits: usize,
    utc_offset_s: i32,
) -> Result<(), MergeError> {
    while let Some((day, size)) = crowded(runs, run_visits) {
        let (together, others): (Vec<_>, Vec<_>) =
            runs.drain(..).partition(|run| place(run, run_visits) == (day, size));
        *runs = others;
        let sources: Vec<&Segment> = together.iter().map(|run| &**run).collect();
        let mut writer =
            SegmentWriter::new(Vec::new(), 0, day, utc_offset_s).map_err(MergeError::Write)?;
        merge(&sources, &|_| true, &mut writer)?;
        runs.push(Arc::new(writer.into_memory().map_err(MergeError::Write)?));
    }
    Ok(())
}

fn crowded(runs: &[Arc<Segment>], run_visits: usize) -> Option<(i64, u32)> {
    let mut counts: BTreeMap<(i64, u32), usize> = BTreeMap::new();
    runs.iter().for_each(|run| *counts.entry(place(run, run_visits)).or_default() += 1);
    counts.into_iter().find(|(_, count)| *count >= MERGE_RUNS).map(|(place, _)| place)
}

/// Day and size of a run; each size is [`MERGE_RUNS`] times the one before.
fn place(run: &Segment, run_visits: usize) -> (i64, u32) {
    let new_runs = (run.visits() / run_visits.max(1) as u64).max(1);
    (run.day(), new_runs.ilog(MERGE_RUNS as u64))
}
