//! Sorting committed visits into runs, and merging small runs so that readers ask few.

use std::{collections::BTreeMap, io, sync::Arc};

use crate::{
    format::segment::DAY_MS,
    segment::{Builder, MergeError, Segment, SegmentWriter, merge},
    visit::Visit,
};

/// So many runs of one day and size become one of the next size.
pub(crate) const MERGE_RUNS: usize = 8;

/// The civil day of a time, days since 1970-01-01 at the offset.
pub(crate) fn day_of(ms: i64, utc_offset_s: i32) -> i64 {
    ms.saturating_add(i64::from(utc_offset_s) * 1000).div_euclid(DAY_MS)
}

/// One run for each day that the visits are of. `pause` is called every few pages.
pub(crate) fn sort_into_runs(
    builder: &mut Builder,
    visits: &[Visit],
    utc_offset_s: i32,
    pause: &dyn Fn(),
) -> io::Result<Vec<Arc<Segment>>> {
    let mut one =
        |day, visits: &[Visit]| Ok(Arc::new(builder.build(day, utc_offset_s, visits, pause)?));
    let day_of = |visit: &Visit| day_of(visit.entered_ms, utc_offset_s);
    // Almost always they are all of today.
    if let Some(day) = visits.first().map(day_of)
        && visits.iter().all(|visit| day_of(visit) == day)
    {
        return Ok(vec![one(day, visits)?]);
    }
    let mut days: BTreeMap<i64, Vec<Visit>> = BTreeMap::new();
    for visit in visits {
        days.entry(day_of(visit)).or_default().push(*visit);
    }
    days.into_iter().map(|(day, visits)| one(day, &visits)).collect()
}

/// Merges runs until no day has too many of one size. `run_visits` is the usual size of a new run;
/// `pause` is called every few pages.
pub(crate) fn compact(
    runs: &mut Vec<Arc<Segment>>,
    run_visits: usize,
    utc_offset_s: i32,
    pause: &dyn Fn(),
) -> Result<(), MergeError> {
    while let Some((day, size)) = crowded(runs, run_visits) {
        let (together, others): (Vec<_>, Vec<_>) =
            runs.drain(..).partition(|run| place(run, run_visits) == (day, size));
        *runs = others;
        let sources: Vec<&Segment> = together.iter().map(|run| &**run).collect();
        // It will not be larger than they are; growing would take twice that.
        let room = Vec::with_capacity(sources.iter().map(|run| run.memory_bytes()).sum());
        let writer = SegmentWriter::new(room, 0, day, utc_offset_s).map_err(MergeError::Write)?;
        let mut writer = writer.pausing(pause);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::{
        format::page::Order,
        segment::{Ask, Memory, scan},
    };

    const OFFSET_S: i32 = 8 * 3600;
    const MIDNIGHT_MS: i64 = 1_795_363_200_000;

    fn visit(n: u64) -> Visit {
        let entered_ms = MIDNIGHT_MS + (n % 3) as i64 * DAY_MS + n as i64 * 1_000;
        Visit {
            person: n % 11,
            checkpoint: 1,
            entered_ms,
            recorded_ms: entered_ms,
            method: 0,
            operator: 0,
            verdict: 0,
            status: 0,
            flags: 0,
        }
    }

    /// Everything in the runs, in the order of entry times.
    fn all_of(runs: &[Arc<Segment>]) -> Vec<Visit> {
        let mut visits = Vec::new();
        for run in runs {
            let ask = Ask { major: 1, from: 0, to: u32::MAX, tag: 0 };
            scan(run, Order::Checkpoint, &[ask], &mut Memory::default(), &mut |_, found| {
                found.visits(&mut visits)
            })
            .unwrap();
        }
        visits.sort_by_key(|visit| visit.entered_ms);
        visits
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_offset() {
        assert_eq!(day_of(MIDNIGHT_MS, OFFSET_S), 20_780);
        assert_eq!(day_of(MIDNIGHT_MS - 1, OFFSET_S), 20_779);
        assert_eq!(day_of(-1, 0), -1, "before 1970 as well");
        assert!(day_of(i64::MAX, OFFSET_S) > 0 && day_of(i64::MIN, -OFFSET_S) < 0);
    }

    #[test]
    fn visits_are_sorted_into_one_run_for_each_day() {
        let visits: Vec<_> = (0..100).map(visit).collect();
        let runs = sort_into_runs(&mut Builder::default(), &visits, OFFSET_S, &|| {}).unwrap();
        assert!(runs.iter().map(|run| run.day()).eq(20_780..20_783));
        assert_eq!(runs.iter().map(|run| run.visits()).sum::<u64>(), 100);
        assert!(sort_into_runs(&mut Builder::default(), &[], OFFSET_S, &|| {}).unwrap().is_empty());
    }

    #[test]
    fn however_many_runs_come_few_are_left_and_no_visit_is_lost() {
        const RUN_VISITS: usize = 30;
        let mut runs = Vec::new();
        let mut visits = Vec::new();
        for number in 0..200 {
            let some: Vec<_> = (number * 30..number * 30 + 30).map(visit).collect();
            runs.extend(sort_into_runs(&mut Builder::default(), &some, OFFSET_S, &|| {}).unwrap());
            visits.extend(some);
            compact(&mut runs, RUN_VISITS, OFFSET_S, &|| {}).unwrap();
            for day in 20_780..20_783 {
                let of_day = runs.iter().filter(|run| run.day() == day).count();
                // Three sizes are enough for 2,000 visits of a day.
                assert!(of_day <= 3 * (MERGE_RUNS - 1), "{of_day} runs after {number} tables");
            }
        }
        visits.sort_by_key(|visit| visit.entered_ms);
        assert_eq!(all_of(&runs), visits);
    }
}
