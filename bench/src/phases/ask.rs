//! The questions: who entered the same doors within an hour of one person, or of a thousand.

use std::{fs, path::Path, time::Duration};

use anyhow::{Result, ensure};
use city::City;
use rustix::fs::{Advice, fadvise};
use visitlog::{Engine, Snapshot, Visit, Window};

use crate::{
    against::Found,
    measure::{Stopwatch, Times, read_from_disk},
    report::{Report, Target},
    town,
};

/// Before and after each visit of the person, both ends included.
pub(crate) const NEAR_MS: i64 = 3_600_000;

/// Most visits of the persons of one question; far more than there are.
const VISITS_MAX: usize = 10_000_000;

/// What a question found: visits near those of the persons asked about, their own included and
/// counted once for each visit they are near to, and how many persons made them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Answer {
    pub(crate) rows: u64,
    pub(crate) persons: u64,
}

/// Which persons have been seen: one bit for each number, cheap to clear.
pub(crate) struct Seen {
    bits: Vec<u64>,
}

impl Seen {
    /// For persons numbered up to this.
    pub(crate) fn new(persons: u64) -> Self {
        Self { bits: vec![0; persons as usize / 64 + 1] }
    }

    fn clear(&mut self) {
        self.bits.fill(0);
    }

    fn see(&mut self, persons: &[u64]) {
        for person in persons {
            if let Some(word) = self.bits.get_mut(*person as usize / 64) {
                *word |= 1 << (person % 64);
            }
        }
    }

    fn count(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// Who was near the visits of these persons.
pub(crate) fn ask(
    engine: &Engine,
    persons: &[u64],
    (from_ms, to_ms): (i64, i64),
    seen: &mut Seen,
) -> Result<Answer> {
    let snapshot = engine.snapshot();
    let windows: Vec<Window> = if let [person] = persons {
        let visits = snapshot.visits_of(*person, from_ms, to_ms);
        visits.map(|visit| Ok(window(&visit?))).collect::<Result<_>>()?
    } else {
        let lists = snapshot.visits_of_many(persons, from_ms, to_ms, VISITS_MAX)?;
        lists.iter().flatten().map(window).collect()
    };
    who_entered(&snapshot, &windows, seen)
}

fn window(visit: &Visit) -> Window {
    Window {
        checkpoint: visit.checkpoint,
        from_ms: visit.entered_ms - NEAR_MS,
        to_ms: visit.entered_ms + NEAR_MS + 1,
    }
}

fn who_entered(snapshot: &Snapshot, windows: &[Window], seen: &mut Seen) -> Result<Answer> {
    seen.clear();
    let mut rows = 0;
    snapshot.entries_at(windows, |entries| {
        rows += entries.persons.len() as u64;
        seen.see(entries.persons);
    })?;
    Ok(Answer { rows, persons: seen.count() })
}

/// A store with the city that it was loaded from, and persons to ask about.
pub(crate) struct Asked<'a> {
    pub(crate) name: &'static str,
    pub(crate) city: &'a City,
    pub(crate) engine: &'a Engine,
    pub(crate) persons: &'a [u64],
}

impl Asked<'_> {
    fn seen(&self) -> Seen {
        Seen::new(self.city.plan().persons)
    }

    /// Each person by itself, when everything has been read once before.
    pub(crate) fn warm(&self, targets: [Target; 2], report: &mut Report) -> Result<Vec<Found>> {
        let (mut seen, mut times, mut found) = (self.seen(), Times::default(), Vec::<Found>::new());
        let days = town::days_of(self.city);
        for measured in [false, true] {
            for person in self.persons {
                let started = Stopwatch::start();
                let answer = ask(self.engine, &[*person], days, &mut seen)?;
                let took = started.elapsed();
                if measured {
                    times.add(took);
                    found.push(Found::ours(answer, took));
                }
            }
        }
        let name = self.name;
        let mean = |of: fn(&Answer) -> u64| {
            let sum: u64 = found.iter().map(|found| of(&found.answer)).sum();
            sum as f64 / found.len().max(1) as f64
        };
        report.tell(format!("{name} question: rows, mean"), mean(|answer| answer.rows), "");
        report.tell(format!("{name} question: persons, mean"), mean(|answer| answer.persons), "");
        let quantiles = [("p50", 0.5), ("p99", 0.99)];
        for ((quantile, share), target) in quantiles.into_iter().zip(targets) {
            let ms = times.quantile_s(share) * 1e3;
            report.add(format!("{name} question, warm {quantile}"), ms, "ms", target);
        }
        ensure!(times.len() == self.persons.len(), "a question was not asked");
        Ok(found)
    }

    /// Each person by itself, after the system has forgotten the store's files.
    pub(crate) fn cold(&self, dir: &Path, target: Target, report: &mut Report) -> Result<()> {
        let (mut seen, mut times) = (self.seen(), Times::default());
        let days = town::days_of(self.city);
        let mut fetched = 0;
        for person in self.persons {
            forget(dir)?;
            let (before, started) = (read_from_disk()?, Stopwatch::start());
            ask(self.engine, &[*person], days, &mut seen)?;
            times.add(started.elapsed());
            fetched += read_from_disk()? - before;
        }
        let name = self.name;
        let ms = times.median_s() * 1e3;
        report.add(format!("{name} question, cold p50"), ms, "ms", target);
        let kb = fetched as f64 / 1e3 / times.len().max(1) as f64;
        report.tell(format!("{name} question, cold: fetched from disk"), kb, "kB");
        if fetched == 0 {
            report.note("nothing was fetched from disk: the files are in memory all the time");
        }
        Ok(())
    }

    /// All persons in one question; the median of a few.
    pub(crate) fn together(&self, target: Target, report: &mut Report) -> Result<Found> {
        const TIMES: u32 = 3;
        let (mut seen, mut times) = (self.seen(), Times::default());
        let days = town::days_of(self.city);
        let mut answer = Answer { rows: 0, persons: 0 };
        for _ in 0..TIMES {
            let started = Stopwatch::start();
            answer = ask(self.engine, self.persons, days, &mut seen)?;
            times.add(started.elapsed());
        }
        let what = format!("{} persons at once, {}", self.persons.len(), self.name);
        report.tell(format!("{what}: rows"), answer.rows as f64, "");
        report.tell(format!("{what}: persons"), answer.persons as f64, "");
        report.add(what, times.median_s(), "s", target);
        Ok(Found::ours(answer, Duration::from_secs_f64(times.median_s())))
    }
}

/// Has the system drop the pages of the segments from its cache; they are clean after sealing.
fn forget(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir.join("segments"))? {
        let file = fs::File::open(entry?.path())?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::phases::load::load;

    /// The question, answered by comparing every visit with every other.
    fn by_hand(visits: &[Visit], asked: &[u64]) -> Answer {
        let (mut rows, mut persons) = (0, HashSet::new());
        for one in visits.iter().filter(|visit| asked.contains(&visit.person)) {
            for other in visits {
                let apart_ms = one.entered_ms.abs_diff(other.entered_ms);
                if other.checkpoint == one.checkpoint && apart_ms <= NEAR_MS.unsigned_abs() {
                    rows += 1;
                    persons.insert(other.person);
                }
            }
        }
        Answer { rows, persons: persons.len() as u64 }
    }

    #[test]
    fn the_answers_are_those_found_by_hand() {
        let dir = tempfile::tempdir().unwrap();
        for (name, city) in [
            ("dense", town::dense(20_000, 7).unwrap()),
            ("sparse", town::sparse(20_000, 7).unwrap()),
        ] {
            let visits: Vec<Visit> = city.visits().collect();
            let engine = load(&city, &dir.path().join(name), None).unwrap();
            let mut seen = Seen::new(city.plan().persons);
            for asked in [&[1][..], &[150], &[282], &[3, 4, 5, 77, 200]] {
                let found = ask(&engine, asked, town::days_of(&city), &mut seen).unwrap();
                assert!(found.rows > 0 && found.persons > 1, "{name}, {asked:?}: {found:?}");
                assert_eq!(found, by_hand(&visits, asked), "{name}, {asked:?}");
            }
        }
    }

    #[test]
    fn a_person_who_is_seen_twice_counts_once() {
        let mut seen = Seen::new(100);
        seen.see(&[1, 64, 100, 64]);
        assert_eq!(seen.count(), 3);
        seen.clear();
        assert_eq!(seen.count(), 0);
    }
}
