//! Repair: copies what is whole into a new store and says what is lost. Never in place.

mod segments;

use std::{collections::BTreeSet, io, path::Path, sync::Arc};

use crate::{
    engine::{Engine, lock},
    errors::{OpenError, RepairError, io_error},
    format::{manifest::Manifest, part},
    log::{Fault, create_part, recover::read_manifest, replace_manifest, scan::Reader},
    moment::{Moment, PartFile},
    options::Options,
    segment::day_start_ms,
    storage::{Disk, Storage, StorageFile},
    verify::found,
    visit::Visit,
    watch::Watch,
};

/// Bytes of the log passed over at once when a disk cannot read them.
const UNREADABLE_BYTES: u64 = 4096;

/// A stretch of a file that could not be read as what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The file, relative to the source's folder.
    pub file: String,
    /// Where the stretch begins.
    pub offset: u64,
    /// Its length; 0 for a file that is missing altogether or cannot be read.
    pub bytes: u64,
}

/// A segment or an extract that is not whole, and how much of it was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedSegment {
    /// The file, relative to the source's folder.
    pub file: String,
    /// Its civil day, days since 1970-01-01 at the store's offset, when that is still known.
    pub day: Option<i64>,
    /// Different visits found in either order.
    pub visits_found: u64,
    /// How many it should have besides, by the manifest or its footer; unknown without both. 0
    /// when the other order had everything.
    pub visits_missing: Option<u64>,
}

/// What a repair found, copied and could not copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairReport {
    /// Log parts read.
    pub parts: u64,
    /// Whole frames copied.
    pub frames: u64,
    /// Segments and extracts looked for.
    pub segments: u64,
    /// Different visits in the target, without those of extracts.
    pub visits: u64,
    /// Visits of the log whose day had been deleted; not copied.
    pub forgotten: u64,
    /// Everything that is not a whole frame, page, header, index or footer. A torn tail is in it
    /// as well.
    pub lost: Vec<Lost>,
    /// Segments and extracts that are not whole.
    pub damaged_segments: Vec<DamagedSegment>,
    /// Frames that were written once and are gone, by the gaps in their numbers. Frames lost
    /// after the last whole one have no number and are not in it.
    pub frames_missing: u64,
    /// Why the manifest could not be used, if so. Every file with a part's or a segment's name was
    /// read then: what had been deleted or belonged to a case alone may be in the target, and
    /// which case had which extract is lost.
    pub manifest_unusable: Option<String>,
}

impl RepairReport {
    /// Names a stretch, as one with the stretch before when it goes on where that ended.
    fn lose(&mut self, file: &str, offset: u64, bytes: u64) {
        match self.lost.last_mut() {
            Some(last) if last.file == file && last.offset + last.bytes == offset => {
                last.bytes += bytes;
            }
            _ => self.lost.push(Lost { file: file.to_owned(), offset, bytes }),
        }
    }
}

/// Copies what is whole of the store in `source` into a new store in `target`, which must be
/// missing or empty: frames of the log, and of segments whatever either order has, each visit
/// once. The source is not changed; both are locked. `options` are the target's; when the source's
/// manifest is whole, its day offset and its deleted days are kept.
///
/// # Errors
/// [`RepairError`]; the target is then incomplete and should be thrown away.
pub fn repair(
    source: impl AsRef<Path>,
    target: impl AsRef<Path>,
    options: Options,
) -> Result<RepairReport, RepairError> {
    let source = Disk::existing(source.as_ref());
    let target = Disk::new(target.as_ref()).map_err(io_error("making", "the target"))?;
    repair_on(&source, Arc::new(target), options)
}

/// Like [`repair`], on any storage.
///
/// # Errors
/// As [`repair`].
pub fn repair_on(
    source: &dyn Storage,
    target: Arc<dyn Storage>,
    mut options: Options,
) -> Result<RepairReport, RepairError> {
    if !target.list("").map_err(io_error("listing", "the target"))?.is_empty() {
        return Err(RepairError::TargetNotEmpty);
    }
    let _held = lock(source)?;
    let mut report = RepairReport::default();
    let moment = moment_of(source, &options, &mut report)?;
    options.utc_offset_s = moment.manifest.utc_offset_s;
    let manifest = begin(source, &target, &moment, &mut report)?;
    let kept_from_ms =
        manifest.kept_from_day.map_or(i64::MIN, |day| day_start_ms(day, options.utc_offset_s));
    let target = Engine::open_on(target, options, Watch::default())?;
    let (waiting, numbers) = (Vec::new(), BTreeSet::new());
    let mut copy = Copy { target, options, report, kept_from_ms, waiting, numbers };
    for part in &moment.parts {
        copy.part(part)?;
    }
    copy.finish()
}

/// What the manifest lists, or without one what there is.
fn moment_of(
    source: &dyn Storage,
    options: &Options,
    report: &mut RepairReport,
) -> Result<Moment, RepairError> {
    let unusable = match read_manifest(source) {
        Ok(Some(manifest)) => return Ok(Moment::of_folder(source, manifest)),
        Ok(None) => "MANIFEST is missing".to_owned(),
        Err(error @ OpenError::Damaged(_)) => error.to_string(),
        Err(error) => return Err(error.into()),
    };
    report.manifest_unusable = Some(unusable);
    Ok(found(source, options.utc_offset_s)?)
}

/// Makes the target's store with the segments, and a log without visits.
fn begin(
    source: &dyn Storage,
    target: &Arc<dyn Storage>,
    moment: &Moment,
    report: &mut RepairReport,
) -> Result<Manifest, RepairError> {
    let _held = lock(&**target)?;
    for folder in ["log", "segments"] {
        target.create_dir(folder).map_err(io_error("making", folder))?;
    }
    target.sync_dir("").map_err(io_error("syncing", "."))?;
    let mut manifest = Manifest::new(moment.manifest.utc_offset_s, 1);
    manifest.kept_from_day = moment.manifest.kept_from_day;
    segments::copy(source, target, moment, &mut manifest, report)?;
    let header = part::Header { sequence: 1, first_frame: 1 };
    create_part(&**target, header).and_then(|_| replace_manifest(&**target, &manifest)).map_err(
        |fault: Fault| io_error("making the store in", ".")(io::Error::other(fault.said())),
    )?;
    Ok(manifest)
}

struct Copy {
    target: Engine,
    options: Options,
    report: RepairReport,
    /// Visits before this have been deleted, ms since 1970 UTC.
    kept_from_ms: i64,
    waiting: Vec<Visit>,
    /// Runs of frame numbers that were found: the first and one past the last.
    numbers: BTreeSet<(u64, u64)>,
}

impl Copy {
    fn part(&mut self, part: &PartFile) -> Result<(), RepairError> {
        let path = part::path(part.sequence);
        self.report.parts += u64::from(part.file.is_ok());
        let opened = part.file.as_ref().ok().map(|file| (file, file.length()));
        let Some((file, Ok(bytes))) = opened else {
            self.report.lose(&path, 0, 0);
            return Ok(());
        };
        let mut offset = 0;
        while offset < bytes {
            match self.frames(&**file, &path, offset)? {
                Ok(()) => break,
                // What a disk cannot read is passed over, and said.
                Err(unreadable) => {
                    let end = (unreadable + UNREADABLE_BYTES).min(bytes);
                    self.report.lose(&path, unreadable, end - unreadable);
                    offset = end;
                }
            }
        }
        Ok(())
    }

    /// Copies the whole frames from `offset` on; gives the offset from which on nothing could be
    /// read when the disk refuses.
    fn frames(
        &mut self,
        file: &dyn StorageFile,
        path: &str,
        mut offset: u64,
    ) -> Result<Result<(), u64>, RepairError> {
        let Ok(mut reader) = Reader::new(file) else { return Ok(Err(offset)) };
        if offset == 0 {
            let Ok(header) = reader.bytes(0, part::HEADER_BYTES) else { return Ok(Err(0)) };
            if let Ok(header) = part::decode(header) {
                offset = part::HEADER_BYTES as u64;
                // An empty run, so that a gap before the first whole frame is counted.
                self.numbers.insert((header.first_frame, header.first_frame));
            }
        }
        while offset < reader.length() {
            let waiting = self.waiting.len();
            let Ok(found) = reader.next_whole_frame(offset, &mut self.waiting) else {
                return Ok(Err(offset));
            };
            // Zeros to the end of the file are room that was prepared; nothing was in it.
            let whole = found.map_or_else(|| reader.content_end(offset), |found| Ok(found.offset));
            let Ok(whole) = whole else { return Ok(Err(offset)) };
            if whole > offset {
                self.report.lose(path, offset, whole - offset);
            }
            let Some(found) = found else { break };
            offset = found.end();
            self.report.frames += 1;
            self.number(found.header.number);
            self.forget(waiting);
            self.flush(self.options.group_visits_max)?;
        }
        Ok(Ok(()))
    }

    /// Lets go of those after the first `keep` whose day had been deleted.
    fn forget(&mut self, keep: usize) {
        let new = self.waiting.split_off(keep);
        let found = new.len();
        self.waiting.extend(new.into_iter().filter(|v| v.entered_ms >= self.kept_from_ms));
        self.report.forgotten += (found + keep - self.waiting.len()) as u64;
    }

    fn number(&mut self, number: u64) {
        let run = self.numbers.last().copied().filter(|run| run.1 == number);
        let first = run.map_or(number, |run| {
            self.numbers.remove(&run);
            run.0
        });
        self.numbers.insert((first, number.saturating_add(1)));
    }

    /// Stores what waits when there is at least `enough` of it.
    fn flush(&mut self, enough: usize) -> Result<(), RepairError> {
        while !self.waiting.is_empty() && self.waiting.len() >= enough {
            let count = self.waiting.len().min(self.options.group_visits_max);
            let rest = self.waiting.split_off(count);
            self.target.append_all(std::mem::replace(&mut self.waiting, rest))?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<RepairReport, RepairError> {
        self.flush(1)?;
        let stats = self.target.stats();
        self.report.visits = stats.head_visits + stats.segment_visits;
        let mut end: Option<u64> = None;
        for (first, after) in &self.numbers {
            if let Some(end) = end {
                self.report.frames_missing += first.saturating_sub(end);
            }
            end = Some(end.map_or(*after, |end| end.max(*after)));
        }
        self.target.close();
        Ok(self.report)
    }
}
