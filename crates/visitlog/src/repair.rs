//! Repair: copies what is whole into a new store and says what is lost. Never in place.

use std::{collections::BTreeSet, io, path::Path, sync::Arc};

use crate::{
    engine::{Engine, lock},
    errors::{OpenError, RepairError, io_error},
    format::part,
    log::{
        recover::{part_files, read_manifest},
        scan::Reader,
    },
    options::Options,
    storage::{Disk, Storage},
    visit::Visit,
    watch::Watch,
};

/// A stretch of a file that could not be read as frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The file, relative to the source's folder.
    pub file: String,
    /// Where the stretch begins.
    pub offset: u64,
    /// Its length; 0 for a file that is missing altogether.
    pub bytes: u64,
}

/// What a repair found, copied and could not copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairReport {
    /// Log parts read.
    pub parts: u64,
    /// Whole frames copied.
    pub frames: u64,
    /// Different visits copied.
    pub visits: u64,
    /// Everything that is not a whole frame. A torn tail is in it as well.
    pub lost: Vec<Lost>,
    /// Frames that were written once and are gone, by the gaps in their numbers. Frames lost
    /// after the last whole one have no number and are not in it.
    pub frames_missing: u64,
    /// Why the manifest could not be used, if so; every part in the log folder was read then.
    pub manifest_unusable: Option<String>,
}

/// Copies every whole frame of the store in `source` into a new store in `target`, which must be
/// missing or empty. The source is not changed; both are locked. `options` are the target's; when
/// the source's manifest is whole, its day offset is kept.
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
    let sequences = match read_manifest(source) {
        Ok(Some(manifest)) => {
            options.utc_offset_s = manifest.utc_offset_s;
            manifest.log_parts
        }
        Ok(None) => {
            report.manifest_unusable = Some("MANIFEST is missing".to_owned());
            part_files(source)?
        }
        Err(error @ OpenError::Damaged(_)) => {
            report.manifest_unusable = Some(error.to_string());
            part_files(source)?
        }
        Err(error) => return Err(error.into()),
    };
    let target = Engine::open_on(target, options, Watch::default())?;
    let mut copy = Copy { target, options, report, waiting: Vec::new(), numbers: BTreeSet::new() };
    for sequence in sequences {
        copy.part(source, sequence)?;
    }
    copy.finish()
}

struct Copy {
    target: Engine,
    options: Options,
    report: RepairReport,
    waiting: Vec<Visit>,
    /// Runs of frame numbers that were found: the first and one past the last.
    numbers: BTreeSet<(u64, u64)>,
}

impl Copy {
    fn part(&mut self, source: &dyn Storage, sequence: u64) -> Result<(), RepairError> {
        let path = part::path(sequence);
        let file = match source.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.report.lost.push(Lost { file: path, offset: 0, bytes: 0 });
                return Ok(());
            }
            opened => opened.map_err(io_error("opening", &path))?,
        };
        let mut reader = Reader::new(&*file).map_err(io_error("reading", &path))?;
        self.report.parts += 1;
        let header = reader.bytes(0, part::HEADER_BYTES).map_err(io_error("reading", &path))?;
        let mut offset = 0;
        if let Ok(header) = part::decode(header) {
            offset = part::HEADER_BYTES as u64;
            // An empty run, so that a gap before the first whole frame is counted.
            self.numbers.insert((header.first_frame, header.first_frame));
        }
        while offset < reader.length() {
            let found = reader
                .next_whole_frame(offset, &mut self.waiting)
                .map_err(io_error("reading", &path))?;
            let whole = found.map_or(reader.length(), |found| found.offset);
            if whole > offset {
                self.report.lost.push(Lost { file: path.clone(), offset, bytes: whole - offset });
            }
            let Some(found) = found else { break };
            offset = found.end();
            self.report.frames += 1;
            self.number(found.header.number);
            self.flush(self.options.group_visits_max)?;
        }
        Ok(())
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
        self.report.visits = self.target.stats().head_visits;
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
