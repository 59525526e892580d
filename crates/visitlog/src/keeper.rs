//! The keeper: what goes on behind the writer. It sorts full tables into runs, seals runs into
//! segments, merges the segments of a day, and deletes days.
//!
//! Whatever it does becomes true with one change of the manifest. A crash before leaves files that
//! are not listed, a crash after leaves files that are not listed any more; opening removes both.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, atomic::Ordering},
    thread,
};

use crate::{
    engine::{Dropped, Shared},
    errors::{MaintainError, ReadError},
    format::{manifest, part, segment},
    head::{Frozen, State, compact, day_of, sort_into_runs},
    log::Fault,
    options::Options,
    segment::{Builder, FileSink, MergeError, Segment, SegmentWriter, Slot, day_start_ms, merge},
    visit::Visit,
    watch::Event,
};

/// A day that is still being written has fewer segments than this; then they become one.
const MERGE_SEGMENTS: usize = 8;

/// A finished day's late arrivals wait until they are this part of it, or until the store is
/// tidied, before the day is written anew.
const LATE_PART: u64 = 8;

/// Which days to merge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thoroughness {
    /// Those where it pays now.
    AsNeeded,
    /// Every finished day that has more than one segment.
    Tidy,
}

pub(crate) struct Keeper {
    shared: Arc<Shared>,
    /// Days that could not be merged because a segment of theirs is damaged.
    unmergeable: BTreeSet<i64>,
    /// Why the last step was put off, if it was.
    postponed: Option<String>,
    /// Visits of the table that is sorted.
    unsorted: Vec<Visit>,
    builder: Builder,
}

/// Runs the keeper until the store is closed or a fault stops it.
pub(crate) fn run(shared: &Arc<Shared>) {
    while shared.bell.wait() {
        let mut keeper = shared.keeper.lock();
        let Some(keeper) = keeper.as_mut() else { return };
        if let Err(fault) = keeper.work(Thoroughness::AsNeeded) {
            keeper.shared.fail(fault);
        }
    }
}

impl Keeper {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            unmergeable: BTreeSet::new(),
            postponed: None,
            unsorted: Vec::new(),
            builder: Builder::default(),
        }
    }

    fn options(&self) -> &Options {
        &self.shared.options
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.shared.state.read())
    }

    /// Does everything that is due.
    pub(crate) fn work(&mut self, thoroughness: Thoroughness) -> Result<(), Fault> {
        loop {
            if self.shared.queue.is_stopped() {
                return Ok(());
            }
            if let Some(frozen) = self.state().frozen.first().cloned() {
                let seals_part = frozen.seals_part;
                self.sort(frozen)?;
                if let Some(part) = seals_part {
                    self.seal(part)?;
                }
            } else if !self.merge_one_day(thoroughness)? {
                return Ok(());
            }
        }
    }

    /// Puts a full table's visits into runs.
    fn sort(&mut self, frozen: Frozen) -> Result<(), Fault> {
        let Options { utc_offset_s, run_visits, .. } = *self.options();
        self.unsorted.clear();
        self.unsorted.extend(frozen.table.read().visits());
        let mut runs = self.state().runs.clone();
        let Self { shared, unsorted, builder, .. } = self;
        let rest = || shared.rest();
        let inside =
            |error: &dyn std::fmt::Debug| Fault::Broken(format!("sorting visits: {error:?}"));
        runs.extend(
            sort_into_runs(builder, unsorted, utc_offset_s, &rest).map_err(|e| inside(&e))?,
        );
        compact(&mut runs, run_visits, utc_offset_s, &rest).map_err(|e| inside(&e))?;
        self.shared.change_state(|state| {
            state.frozen.remove(0);
            state.runs = runs;
        });
        // Whoever reads just now may have it still; then it is dropped with them.
        if let Some(table) = Arc::into_inner(frozen.table) {
            *self.shared.spare.lock() = Some(table.into_inner().emptied());
        }
        self.shared.frozen_left.ring();
        Ok(())
    }

    /// Writes all runs to disk. Every visit of the log's parts up to `part` is in them, and no
    /// other.
    fn seal(&mut self, part: u64) -> Result<(), Fault> {
        let state = self.state();
        let mut days: BTreeMap<i64, Vec<&Segment>> = BTreeMap::new();
        for run in &state.runs {
            days.entry(run.day()).or_default().push(run);
        }
        let mut written = Vec::new();
        for (day, runs) in &days {
            match self.write_segment(*day, runs, &|visit| visit.entered_ms >= state.kept_from_ms) {
                Ok(segment) => written.extend(segment),
                Err(fault) => {
                    self.discard_unlisted(&written, &fault);
                    return self.postpone(fault);
                }
            }
        }
        let listed: Vec<_> = written.iter().map(|segment| listed(segment)).collect();
        let catalog = &self.shared.catalog;
        let outcome = catalog.storage.sync_dir("segments");
        let outcome =
            outcome.map_err(|e| Fault::broken("syncing", "segments", &e)).and_then(|()| {
                catalog.change(|manifest| {
                    manifest.segments.extend(&listed);
                    manifest.log_parts.retain(|live| *live > part);
                })
            });
        if let Err(fault) = outcome {
            self.discard_unlisted(&written, &fault);
            return self.postpone(fault);
        }
        let visits = listed.iter().map(|segment| segment.visits).sum();
        self.shared.change_state(|state| {
            state.runs.clear();
            state.segments.extend(written.into_iter().map(Slot::Ready));
        });
        self.shared.log_has_forgotten.store(false, Ordering::Relaxed);
        self.shared.watch.report(Event::Sealed { segments: listed.len(), visits });
        self.remove_parts(part)
    }

    /// Lack of room is not the end: the visits are safe in the log and are sealed with the next.
    fn postpone(&mut self, fault: Fault) -> Result<(), Fault> {
        match fault {
            Fault::NoRoom(said) => {
                self.postponed = Some(said.clone());
                self.shared.watch.report(Event::NoRoom(said));
                Ok(())
            }
            fault => Err(fault),
        }
    }

    /// Why something was put off since it was last asked for again.
    pub(crate) fn postponed(&self) -> Option<&str> {
        self.postponed.as_deref()
    }

    fn remove_parts(&self, through: u64) -> Result<(), Fault> {
        let storage = &*self.shared.catalog.storage;
        let names = storage.list("log").map_err(|e| Fault::broken("listing", "log", &e))?;
        for sequence in names.iter().filter_map(|name| part::sequence_of(name)) {
            if sequence <= through {
                let path = part::path(sequence);
                storage.remove(&path).map_err(|e| Fault::broken("removing", &path, &e))?;
            }
        }
        storage.sync_dir("log").map_err(|e| Fault::broken("syncing", "log", &e))
    }

    /// Merges sources of one day into a new file, synced and not yet listed; nothing when no
    /// visit is kept.
    pub(crate) fn write_segment(
        &self,
        day: i64,
        sources: &[&Segment],
        kept: &dyn Fn(&Visit) -> bool,
    ) -> Result<Option<Arc<Segment>>, Fault> {
        let sequence = self.shared.catalog.next_segment();
        let path = segment::path(sequence);
        let storage = &*self.shared.catalog.storage;
        let outcome = self.write_file(&path, (sequence, day), sources, kept);
        match outcome {
            Ok(segment) if segment.visits() > 0 => Ok(Some(Arc::new(segment))),
            outcome => {
                // Not listed, so a file that stays behind is removed at the next opening.
                let _ = storage.remove(&path);
                outcome.map(|_| None)
            }
        }
    }

    fn write_file(
        &self,
        path: &str,
        (sequence, day): (u64, i64),
        sources: &[&Segment],
        kept: &dyn Fn(&Visit) -> bool,
    ) -> Result<Segment, Fault> {
        let utc_offset_s = self.options().utc_offset_s;
        let writing = |error: &io::Error| Fault::of("writing", path, error);
        let storage = &*self.shared.catalog.storage;
        let file = storage.create(path).map_err(|e| Fault::of("creating", path, &e))?;
        let rest = || self.shared.rest();
        let writer = SegmentWriter::new(FileSink::new(file), sequence, day, utc_offset_s);
        let mut writer = writer.map_err(|e| writing(&e))?.pausing(&rest);
        merge(sources, kept, &mut writer).map_err(|error| match error {
            MergeError::Read(error) => Fault::Unreadable(error),
            MergeError::Write(error) => writing(&error),
        })?;
        let (sink, footer, index) = writer.finish().map_err(|e| writing(&e))?;
        let file = sink.finish().map_err(|e| writing(&e))?;
        // Nobody knows of the file yet, so that lack of room is nothing worse here.
        file.sync().map_err(|e| Fault::of("syncing", path, &e))?;
        Segment::written(footer, utc_offset_s, file, index)
            .map_err(|e| Fault::broken("reading", path, &e))
    }

    /// Best effort: what is not listed is removed at the next opening. After a fault that leaves
    /// it open which manifest is on the disk, nothing may be removed.
    fn discard_unlisted(&self, written: &[Arc<Segment>], fault: &Fault) {
        if matches!(fault, Fault::Broken(_)) {
            return;
        }
        for segment in written {
            let _ = self.shared.catalog.storage.remove(&segment::path(segment.footer().sequence));
        }
    }

    /// Merges the segments of one day that is due, if there is one.
    fn merge_one_day(&mut self, thoroughness: Thoroughness) -> Result<bool, Fault> {
        let state = self.state();
        let Some(day) = self.day_to_merge(&state, thoroughness) else { return Ok(false) };
        let sources: Vec<Arc<Segment>> = ready_of(&state, day).cloned().collect();
        let plain: Vec<&Segment> = sources.iter().map(|segment| &**segment).collect();
        let merged = match self.write_segment(day, &plain, &|_| true) {
            Ok(merged) => merged,
            Err(Fault::Unreadable(error)) => {
                self.unmergeable.insert(day);
                self.shared.watch.report(Event::Unreadable(error));
                return Ok(true);
            }
            Err(fault) => {
                self.unmergeable.insert(day);
                return self.postpone(fault).map(|()| true);
            }
        };
        let old: Vec<u64> = sources.iter().map(|segment| segment.footer().sequence).collect();
        let new = merged.iter().map(|segment| listed(segment)).collect::<Vec<_>>();
        let catalog = &self.shared.catalog;
        let outcome = catalog.storage.sync_dir("segments");
        let outcome =
            outcome.map_err(|e| Fault::broken("syncing", "segments", &e)).and_then(|()| {
                catalog.change(|manifest| {
                    manifest.segments.retain(|segment| !old.contains(&segment.sequence));
                    manifest.segments.extend(&new);
                })
            });
        if let Err(fault) = outcome {
            self.discard_unlisted(merged.as_slice(), &fault);
            self.unmergeable.insert(day);
            return self.postpone(fault).map(|()| true);
        }
        let visits = new.iter().map(|segment| segment.visits).sum();
        self.shared.change_state(|state| {
            state.segments.retain(|slot| !old.contains(&slot.sequence()));
            state.segments.extend(merged.into_iter().map(Slot::Ready));
        });
        self.shared.watch.report(Event::Merged { day, segments: old.len(), visits });
        self.remove_segments(&old)?;
        Ok(true)
    }

    fn day_to_merge(&self, state: &State, thoroughness: Thoroughness) -> Option<i64> {
        let newest = state.segments.iter().map(Slot::day).max()?;
        let mut days: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        for slot in &state.segments {
            match slot {
                Slot::Ready(segment) => days.entry(slot.day()).or_default().push(segment.visits()),
                Slot::Damaged(..) => {}
            }
        }
        days.retain(|day, _| !self.unmergeable.contains(day));
        let due = |day: i64, sizes: &[u64]| {
            let largest = sizes.iter().max().copied().unwrap_or(0);
            let late = sizes.iter().sum::<u64>() - largest;
            match (sizes.len() > 1, day < newest, thoroughness) {
                (false, ..) => false,
                (true, true, Thoroughness::Tidy) => true,
                (true, true, Thoroughness::AsNeeded) => {
                    late * LATE_PART >= largest || sizes.len() >= MERGE_SEGMENTS
                }
                (true, false, _) => sizes.len() >= MERGE_SEGMENTS,
            }
        };
        days.iter().find(|(day, sizes)| due(**day, sizes)).map(|(day, _)| *day)
    }

    pub(crate) fn remove_segments(&self, sequences: &[u64]) -> Result<(), Fault> {
        let storage = &*self.shared.catalog.storage;
        for sequence in sequences {
            let path = segment::path(*sequence);
            match storage.remove(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed.map_err(|e| Fault::broken("removing", &path, &e))?,
            }
        }
        storage.sync_dir("segments").map_err(|e| Fault::broken("syncing", "segments", &e))
    }

    /// Deletes the segments of the days before `day`, and makes sure that whatever of them is
    /// still in memory or in the log is not believed any more.
    pub(crate) fn forget_before(&mut self, day: i64) -> Result<Dropped, Fault> {
        let all = self.state().segments.clone();
        let slots: Vec<Slot> = all.into_iter().filter(|slot| slot.day() < day).collect();
        let sequences: Vec<u64> = slots.iter().map(Slot::sequence).collect();
        let dropped =
            Dropped { segments: slots.len() as u64, visits: slots.iter().map(Slot::visits).sum() };
        self.shared.catalog.change(|manifest| {
            manifest.kept_from_day = manifest.kept_from_day.max(Some(day));
            manifest.segments.retain(|segment| segment.day >= day);
        })?;
        let kept_from_ms = day_start_ms(day, self.options().utc_offset_s);
        self.shared.change_state(|state| {
            state.kept_from_ms = state.kept_from_ms.max(kept_from_ms);
            state.segments.retain(|slot| slot.day() >= day);
        });
        self.unmergeable.retain(|kept| *kept >= day);
        self.remove_segments(&sequences)?;
        close_aside(slots);
        Ok(dropped)
    }

    /// Whether a visit of a deleted day is still in memory, and so in the log.
    pub(crate) fn has_forgotten_visits(&self) -> bool {
        let state = self.state();
        let kept = |reach: Option<(i64, i64)>| {
            reach.is_none_or(|(first_ms, _)| first_ms >= state.kept_from_ms)
        };
        let tables = state.frozen.iter().map(|frozen| &frozen.table).chain([&state.active]);
        let kept_from_day = day_of(state.kept_from_ms, self.options().utc_offset_s);
        !tables.into_iter().all(|table| kept(table.read().reach()))
            || state.runs.iter().any(|run| run.day() < kept_from_day)
            || self.shared.log_has_forgotten.load(Ordering::Relaxed)
    }

    /// After a repair from outside or with new room, everything may be tried again.
    pub(crate) fn try_again(&mut self) {
        self.unmergeable.clear();
        self.postponed = None;
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

/// The segment's line in the manifest.
pub(crate) fn listed(segment: &Segment) -> manifest::Segment {
    let footer = segment.footer();
    manifest::Segment {
        sequence: footer.sequence,
        day: footer.day,
        visits: footer.visits,
        bytes: segment.bytes(),
        first_ms: footer.first_ms,
        last_ms: footer.last_ms,
    }
}

/// Closes files that have been removed. The system frees what a file took when the last one closes
/// it, which takes a tenth of a second for half a gigabyte; nobody need wait for that.
fn close_aside(removed: Vec<Slot>) {
    let closer = thread::Builder::new().name("visitlog-close".to_owned());
    // Where there is no thread to be had, they are closed here.
    let _ = closer.spawn(move || drop(removed));
}

fn ready_of(state: &State, day: i64) -> impl Iterator<Item = &Arc<Segment>> {
    state.segments.iter().filter_map(move |slot| match slot {
        Slot::Ready(segment) if segment.day() == day => Some(segment),
        _ => None,
    })
}

impl From<Fault> for MaintainError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoRoom(said) => Self::NoRoom(said.into()),
            Fault::Broken(said) => Self::Stopped(said.into()),
            Fault::Unreadable(error) => Self::Read(error),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::Unreadable(error)
    }
}
