//! What a case keeps of days that are deleted: only the visits of its persons and through its
//! checkpoints, in segments of its own.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    engine::Engine,
    errors::{MaintainError, ReadError},
    format::segment::DAY_MS,
    head::day_of,
    keeper::{Keeper, listed},
    log::Fault,
    read::Snapshot,
    segment::{Builder, Segment, Slot, day_start_ms},
    visit::{TIME_MS_MAX, TIME_MS_MIN, Visit, Window},
};

/// Most visits that one case keeps of one day; 400 MB of memory while they are gathered.
pub const CASE_DAY_VISITS_MAX: usize = 10_000_000;

/// Which visits a case keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Every visit of these persons.
    pub persons: Vec<u64>,
    /// Every visit through these checkpoints.
    pub checkpoints: Vec<u32>,
    /// First ms of the stretch, ms since 1970 UTC.
    pub from_ms: i64,
    /// First ms after it.
    pub to_ms: i64,
}

/// What a case keeps of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseDay {
    /// The case's number.
    pub case: u64,
    /// Civil day, days since 1970-01-01 at the store's offset.
    pub day: i64,
    /// How many visits.
    pub visits: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

impl Engine {
    /// Copies what is selected of the stored days into the case's extract, beside what it has
    /// already. It survives [`Engine::drop_before`] until [`Engine::drop_case`]. Visits that are
    /// committed later are not in it, so do it again right before a day is deleted.
    ///
    /// # Errors
    /// [`MaintainError`]; earlier days may have been copied by then, and copying again is
    /// harmless. [`ReadError::TooMany`] above [`CASE_DAY_VISITS_MAX`] visits of one day.
    pub fn extract(&self, case: u64, selection: &Selection) -> Result<(), MaintainError> {
        self.keep(|keeper| {
            let snapshot = self.snapshot();
            for day in keeper.stored_days(selection) {
                self.extract_day(keeper, &snapshot, case, selection, day)?;
            }
            Ok(())
        })
    }

    fn extract_day(
        &self,
        keeper: &Keeper,
        snapshot: &Snapshot,
        case: u64,
        selection: &Selection,
        day: i64,
    ) -> Result<(), Fault> {
        let start_ms = day_start_ms(day, self.shared.options.utc_offset_s);
        let from_ms = selection.from_ms.max(start_ms);
        let to_ms = selection.to_ms.min(start_ms + DAY_MS);
        let (persons, limit) = (distinct(&selection.persons), CASE_DAY_VISITS_MAX);
        let of = snapshot.visits_of_many(&persons, from_ms, to_ms, limit)?;
        let windows = distinct(&selection.checkpoints).into_iter();
        let windows: Vec<_> =
            windows.map(|checkpoint| Window { checkpoint, from_ms, to_ms }).collect();
        let at = snapshot.visits_at_windows(&windows, limit)?;
        let mut sources = Vec::new();
        for visits in [of.concat(), at.concat()] {
            if !visits.is_empty() {
                sources.push(keeper.in_memory(day, &visits)?);
            }
        }
        if sources.is_empty() {
            return Ok(());
        }
        keeper.replace_extract(case, day, &sources)
    }

    /// Deletes what a case keeps. The files are gone when this returns.
    ///
    /// # Errors
    /// [`MaintainError`].
    pub fn drop_case(&self, case: u64) -> Result<(), MaintainError> {
        self.keep(|keeper| keeper.forget_case(case))
    }

    /// What the cases keep, by case and day.
    #[must_use]
    pub fn cases(&self) -> Vec<CaseDay> {
        let state = Arc::clone(&self.shared.state.read());
        let mut days: Vec<_> = state
            .extracts
            .iter()
            .map(|(case, slot)| CaseDay {
                case: *case,
                day: slot.day(),
                visits: slot.visits(),
                bytes: slot.bytes(),
            })
            .collect();
        days.sort_unstable();
        days
    }
}

fn distinct<T: Copy + Ord>(numbers: &[T]) -> Vec<T> {
    numbers.iter().copied().collect::<BTreeSet<T>>().into_iter().collect()
}

impl Keeper {
    /// Days of the selection's stretch that the store has visits of.
    fn stored_days(&self, selection: &Selection) -> BTreeSet<i64> {
        let utc_offset_s = self.shared().options.utc_offset_s;
        let state = Arc::clone(&self.shared().state.read());
        let mut days: BTreeSet<i64> = state.segments.iter().map(Slot::day).collect();
        days.extend(state.runs.iter().map(|run| run.day()));
        for table in state.tables() {
            days.extend(table.read().visits().map(|visit| day_of(visit.entered_ms, utc_offset_s)));
        }
        let (from_ms, to_ms) =
            (selection.from_ms.max(TIME_MS_MIN), selection.to_ms.min(TIME_MS_MAX));
        days.retain(|day| {
            let start_ms = day_start_ms(*day, utc_offset_s);
            start_ms < to_ms && from_ms < start_ms + DAY_MS
        });
        days
    }

    fn in_memory(&self, day: i64, visits: &[Visit]) -> Result<Segment, Fault> {
        let built =
            Builder::default().build(day, self.shared().options.utc_offset_s, visits, &|| {});
        built.map_err(|error| Fault::Unreadable(ReadError::io("memory", &error)))
    }

    /// Writes the sources and what the case has of the day already as its one extract of the day.
    fn replace_extract(&self, case: u64, day: i64, sources: &[Segment]) -> Result<(), Fault> {
        let state = Arc::clone(&self.shared().state.read());
        let old = state.extracts.iter().filter(|(of, slot)| (*of, slot.day()) == (case, day));
        let mut merged: Vec<&Segment> = Vec::new();
        let mut replaced = Vec::new();
        for (_, slot) in old {
            if let Slot::Damaged(_, error) = slot {
                // Written over, what can still be saved of it by a repair would be lost.
                return Err(Fault::Unreadable(error.clone()));
            }
            merged.extend(slot.ready());
            replaced.push(slot.sequence());
        }
        merged.extend(sources);
        let Some(written) = self.write_segment(day, &merged, &|_| true)? else { return Ok(()) };
        let line = listed(&written);
        let catalog = &self.shared().catalog;
        let outcome = catalog.storage.sync_dir("segments");
        outcome.map_err(|e| Fault::broken("syncing", "segments", &e))?;
        catalog.change(|manifest| {
            manifest.extracts.retain(|(_, segment)| !replaced.contains(&segment.sequence));
            manifest.extracts.push((case, line));
        })?;
        self.shared().change_state(|state| {
            state.extracts.retain(|(_, slot)| !replaced.contains(&slot.sequence()));
            state.extracts.push((case, Slot::Ready(written)));
        });
        self.remove_segments(&replaced)
    }

    fn forget_case(&self, case: u64) -> Result<(), Fault> {
        let state = Arc::clone(&self.shared().state.read());
        let extracts = state.extracts.iter().filter(|(of, _)| *of == case);
        let sequences: Vec<u64> = extracts.map(|(_, slot)| slot.sequence()).collect();
        self.shared().catalog.change(|manifest| {
            manifest.extracts.retain(|(of, _)| *of != case);
        })?;
        self.shared().change_state(|state| state.extracts.retain(|(of, _)| *of != case));
        self.remove_segments(&sequences)
    }
}
