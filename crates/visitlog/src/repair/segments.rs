//! Repairing segments: what is whole of either order is united, day by day, in the target.

use std::{io, sync::Arc};

use super::{DamagedSegment, RepairReport};
use crate::{
    errors::{OpenError, ReadError, RepairError, io_error},
    format::{
        manifest::{self, Manifest},
        page::Order,
        segment::{self, DAY_MS},
    },
    head::day_of,
    moment::{Moment, SegmentFile},
    segment::{
        Builder, FileSink, MergeError, Segment, SegmentWriter, day_start_ms, merge,
        walk::{Anatomy, Piece, walk},
    },
    storage::{Storage, StorageFile},
    verify::check_segment,
    visit::Visit,
};

/// Visits of a damaged segment that are gathered before they are sorted.
const GATHERED_VISITS: usize = 1 << 18;

/// Whose segment it is: the store's, or a case's.
type Owner = Option<u64>;

/// Copies what is whole of all segments into the target and lists it in `manifest`.
pub(super) fn copy(
    source: &dyn Storage,
    target: &Arc<dyn Storage>,
    moment: &Moment,
    manifest: &mut Manifest,
    report: &mut RepairReport,
) -> Result<(), RepairError> {
    let mut found: Vec<(Owner, Segment)> = Vec::new();
    for (place, file) in moment.segments.iter().enumerate() {
        // Extracts come after the segments, as they are listed.
        let extract = place.checked_sub(moment.manifest.segments.len());
        let owner = extract.and_then(|at| moment.manifest.extracts.get(at)).map(|(case, _)| *case);
        let utc_offset_s = manifest.utc_offset_s;
        found.extend(whole_of(source, file, utc_offset_s, report)?.map(|segment| (owner, segment)));
    }
    let kept = |day: i64| manifest.kept_from_day.is_none_or(|kept| kept <= day);
    found.retain(|(owner, segment)| {
        let keep = owner.is_some() || kept(segment.day());
        report.forgotten += if keep { 0 } else { segment.visits() };
        keep
    });
    let mut days: Vec<(Owner, i64)> =
        found.iter().map(|(owner, segment)| (*owner, segment.day())).collect();
    days.sort_unstable();
    days.dedup();
    for (owner, day) in days {
        let sources = found.iter().filter(|(of, segment)| (*of, segment.day()) == (owner, day));
        let sources: Vec<&Segment> = sources.map(|(_, segment)| segment).collect();
        let Some(listed) = write(&**target, &sources, day, manifest)? else { continue };
        match owner {
            Some(case) => manifest.extracts.push((case, listed)),
            None => manifest.segments.push(listed),
        }
    }
    target.sync_dir("segments").map_err(io_error("syncing", "segments"))?;
    Ok(())
}

/// The file when it is whole, or else a segment in memory of what is.
fn whole_of(
    source: &dyn Storage,
    file: &SegmentFile,
    utc_offset_s: i32,
    report: &mut RepairReport,
) -> Result<Option<Segment>, RepairError> {
    report.segments += 1;
    let opened = file.file().and_then(|opened| Ok((opened, Anatomy::of(opened)?)));
    let Ok((opened, anatomy)) = opened else {
        report.lose(&file.path, 0, 0);
        damaged(report, file, None, (0, file.listed.map(|listed| listed.visits)));
        return Ok(None);
    };
    let own = anatomy.footer.as_ref().ok().map(|footer| manifest::Segment {
        sequence: footer.sequence,
        day: footer.day,
        visits: footer.visits,
        bytes: anatomy.bytes,
        first_ms: footer.first_ms,
        last_ms: footer.last_ms,
    });
    let listed = file.listed.or(own);
    let check = check_segment(opened, &file.path, listed.as_ref(), utc_offset_s);
    if let (true, Some(listed)) = (check.damages.is_empty(), listed)
        && let Ok(segment) = Segment::open(source, &listed, utc_offset_s)
    {
        return Ok(Some(segment));
    }
    let Some(day) = anatomy.day().or(listed.map(|listed| listed.day)) else {
        report.lose(&file.path, 0, anatomy.bytes);
        damaged(report, file, None, (0, None));
        return Ok(None);
    };
    let mut salvage = Salvage { file, utc_offset_s, day, runs: Vec::new(), waiting: Vec::new() };
    salvage.gather(opened, &anatomy, report)?;
    if file.listed.is_none() {
        salvage.refuse_another_offset(opened, &anatomy)?;
    }
    let segment = salvage.unite()?;
    let expected = listed.map(|listed| listed.visits);
    damaged(report, file, Some(day), (segment.visits(), expected));
    Ok(Some(segment))
}

fn damaged(
    report: &mut RepairReport,
    file: &SegmentFile,
    day: Option<i64>,
    (visits_found, expected): (u64, Option<u64>),
) {
    report.damaged_segments.push(DamagedSegment {
        file: file.path.clone(),
        day: day.or(file.listed.map(|listed| listed.day)),
        visits_found,
        visits_missing: expected.map(|expected| expected.saturating_sub(visits_found)),
    });
}

/// What is whole of one damaged file.
struct Salvage<'a> {
    file: &'a SegmentFile,
    utc_offset_s: i32,
    day: i64,
    /// Sorted and in memory; both orders give the same visits, and merging makes them one.
    runs: Vec<Segment>,
    waiting: Vec<Visit>,
}

impl Salvage<'_> {
    fn gather(
        &mut self,
        opened: &dyn StorageFile,
        anatomy: &Anatomy,
        report: &mut RepairReport,
    ) -> Result<(), RepairError> {
        // Without a footer it is part of what comes after the last page.
        if anatomy.header.is_err() {
            let bytes = anatomy.bytes.min(segment::HEADER_BYTES as u64);
            report.lose(&self.file.path, 0, bytes);
        }
        if let (Ok(footer), Err(_)) = (&anatomy.footer, &anatomy.index) {
            let (offset, bytes) = (footer.index_at, footer.index_bytes());
            report.lose(&self.file.path, offset, bytes);
        }
        let mut outcome = Ok(());
        let start_ms = day_start_ms(self.day, self.utc_offset_s);
        walk(opened, anatomy, start_ms, &mut |piece| match piece {
            Piece::Page { visits, .. } if outcome.is_ok() => {
                let day_ms = start_ms..start_ms + DAY_MS;
                let good = visits
                    .iter()
                    .filter(|visit| visit.check().is_ok() && day_ms.contains(&visit.entered_ms));
                self.waiting.extend(good);
                if self.waiting.len() >= GATHERED_VISITS {
                    outcome = self.sort();
                }
            }
            Piece::Page { .. } => {}
            Piece::Bad { offset, bytes, .. } => {
                report.lose(&self.file.path, offset, bytes);
            }
        });
        outcome.and_then(|()| self.sort())
    }

    fn sort(&mut self) -> Result<(), RepairError> {
        self.waiting.sort_by_key(|visit| Order::Person.key(visit));
        self.waiting.dedup_by_key(|visit| visit.key());
        if !self.waiting.is_empty() {
            let built =
                Builder::default().build(self.day, self.utc_offset_s, &self.waiting, &|| {});
            self.runs.push(built.map_err(io_error("sorting the visits of", &self.file.path))?);
        }
        self.waiting.clear();
        Ok(())
    }

    /// Without a manifest nobody has said yet that the target's days begin where the source's did.
    /// A whole order and a footer do.
    fn refuse_another_offset(
        &self,
        opened: &dyn StorageFile,
        anatomy: &Anatomy,
    ) -> Result<(), RepairError> {
        let Ok(footer) = &anatomy.footer else { return Ok(()) };
        let mut earliest: Option<i64> = None;
        let mut has_gaps = false;
        let start_ms = day_start_ms(self.day, self.utc_offset_s);
        walk(opened, anatomy, start_ms, &mut |piece| match piece {
            Piece::Page { visits, .. } => {
                let first = visits.iter().map(|visit| visit.entered_ms).min();
                earliest = earliest.into_iter().chain(first).min();
            }
            Piece::Bad { .. } => has_gaps = true,
        });
        let asked_s = self.utc_offset_s;
        match earliest {
            Some(earliest) if !has_gaps && earliest != footer.first_ms => {
                let apart_s = (footer.first_ms - earliest) / 1000;
                let stored_s = i32::try_from(i64::from(asked_s) - apart_s).unwrap_or(asked_s);
                Err(OpenError::OffsetDiffers { stored_s, asked_s }.into())
            }
            _ => Ok(()),
        }
    }

    /// One segment of everything.
    fn unite(&self) -> Result<Segment, RepairError> {
        let sorting = |error: io::Error| io_error("sorting the visits of", &self.file.path)(error);
        let mut writer =
            SegmentWriter::new(Vec::new(), 0, self.day, self.utc_offset_s).map_err(sorting)?;
        let runs: Vec<&Segment> = self.runs.iter().collect();
        merge(&runs, &|_| true, &mut writer)
            .map_err(|error| merge_error(error, &self.file.path))?;
        Ok(writer.into_memory().map_err(sorting)?)
    }
}

/// Merges the sources into the target's next segment; nothing when they have no visit.
fn write(
    target: &dyn Storage,
    sources: &[&Segment],
    day: i64,
    manifest: &mut Manifest,
) -> Result<Option<manifest::Segment>, RepairError> {
    if sources.iter().all(|source| source.visits() == 0) {
        return Ok(None);
    }
    let (sequence, utc_offset_s) = (manifest.next_segment, manifest.utc_offset_s);
    manifest.next_segment += 1;
    let path = segment::path(sequence);
    let writing = |error: io::Error| io_error("writing", &path)(error);
    let file = target.create(&path).map_err(io_error("making", &path))?;
    let mut writer =
        SegmentWriter::new(FileSink::new(file), sequence, day, utc_offset_s).map_err(writing)?;
    let kept = |visit: &Visit| day_of(visit.entered_ms, utc_offset_s) == day;
    merge(sources, &kept, &mut writer).map_err(|error| merge_error(error, &path))?;
    let (sink, footer, _) = writer.finish().map_err(writing)?;
    let file = sink.finish().map_err(writing)?;
    file.sync().map_err(io_error("syncing", &path))?;
    Ok(Some(manifest::Segment {
        sequence,
        day,
        visits: footer.visits,
        bytes: file.length().map_err(io_error("reading", &path))?,
        first_ms: footer.first_ms,
        last_ms: footer.last_ms,
    }))
}

fn merge_error(error: MergeError, path: &str) -> RepairError {
    match error {
        MergeError::Read(ReadError::Damaged(damage)) => OpenError::Damaged(damage).into(),
        MergeError::Read(error) => {
            io_error("reading", path)(io::Error::other(error.to_string())).into()
        }
        MergeError::Write(error) => io_error("writing", path)(error).into(),
    }
}
