//! Verifying: everything on disk is read and held against everything else that speaks of it.

mod parts;
mod segments;

use std::{io, path::Path};

pub(crate) use parts::{Part, check_part};
pub(crate) use segments::{agrees, check_segment, unreadable};

use crate::{
    engine::{Engine, lock},
    errors::{Damage, OpenError},
    format::manifest::{self, Manifest},
    log::recover::{TornTail, part_files, read_manifest, segment_files},
    moment::{Moment, PartFile},
    options::UTC_OFFSET_S,
    storage::{Disk, Storage},
};

/// Places named of one damaged file; what is beyond is counted in the last of them.
pub const PLACES_PER_FILE_MAX: usize = 100;

/// What was read and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Files read, the manifest among them.
    pub files: u64,
    /// Whole pages of segments and extracts, of both orders.
    pub pages: u64,
    /// Whole frames of the log.
    pub frames: u64,
    /// Visits in them; one of a segment counts once, though both orders were read.
    pub visits: u64,
    /// Every place that is not as it was written, by file.
    pub damages: Vec<Damage>,
    /// The end of an interrupted write, which opening the store would cut. No damage.
    pub torn_tail: Option<TornTail>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damages.is_empty()
    }
}

/// The damaged places of one file.
pub(crate) struct Places {
    path: String,
    damages: Vec<Damage>,
    more: u64,
}

impl Places {
    pub(crate) fn of(path: &str) -> Self {
        Self { path: path.to_owned(), damages: Vec::new(), more: 0 }
    }

    pub(crate) fn add(&mut self, offset: u64, what: impl Into<String>) {
        if self.damages.len() < PLACES_PER_FILE_MAX {
            let (file, what) = (self.path.clone(), what.into());
            self.damages.push(Damage { file, offset, what });
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn add_unreadable(&mut self, error: &io::Error) {
        if error.kind() == io::ErrorKind::NotFound {
            self.add(0, "it is missing");
        } else {
            self.add(0, format!("it cannot be read: {error}"));
        }
    }

    pub(crate) fn into_damages(mut self) -> Vec<Damage> {
        if let Some(last) = self.damages.last_mut().filter(|_| self.more > 0) {
            last.what = format!("{}; and {} more places after it", last.what, self.more);
        }
        self.damages
    }
}

impl Engine {
    /// Reads and checks everything that is on disk at this moment, while the engine goes on: the
    /// writer and the keeper do not wait for it. One damaged file does not hide another. Of a
    /// store that has been closed ask [`verify`].
    #[must_use]
    pub fn verify(&self) -> VerifyReport {
        let mut report = VerifyReport::default();
        let catalog = &self.shared.catalog;
        // Nobody changes the manifest meanwhile.
        let read = catalog.hold(|_, _| read_manifest(&*catalog.storage));
        manifest_of(read, &mut report);
        check(&self.moment(), &mut report);
        report
    }
}

/// Reads and checks everything in the folder of a store that is not open.
///
/// # Errors
/// [`OpenError::InUse`] while it is open, [`OpenError::Io`] when the folder cannot be read at all.
/// What is damaged is in the report.
pub fn verify(dir: impl AsRef<Path>) -> Result<VerifyReport, OpenError> {
    verify_on(&Disk::existing(dir.as_ref()))
}

/// As [`verify`], on any storage.
///
/// # Errors
/// As [`verify`].
pub fn verify_on(storage: &dyn Storage) -> Result<VerifyReport, OpenError> {
    let _held = lock(storage)?;
    let mut report = VerifyReport::default();
    let moment = match manifest_of(read_manifest(storage), &mut report) {
        Some(manifest) => Moment::of_folder(storage, manifest),
        None => found(storage, UTC_OFFSET_S)?,
    };
    check(&moment, &mut report);
    Ok(report)
}

/// All files that have a part's or a segment's name, whether they were listed or not.
pub(crate) fn found(storage: &dyn Storage, utc_offset_s: i32) -> Result<Moment, OpenError> {
    let (parts, segments) = (part_files(storage)?, segment_files(storage)?);
    Ok(Moment::of_found(storage, Manifest::new(utc_offset_s, 1), &parts, &segments))
}

fn manifest_of(
    read: Result<Option<Manifest>, OpenError>,
    report: &mut VerifyReport,
) -> Option<Manifest> {
    report.files += 1;
    let damage = |what: String| Damage { file: manifest::PATH.to_owned(), offset: 0, what };
    match read {
        Ok(Some(manifest)) => return Some(manifest),
        Ok(None) => report.damages.push(damage("it is missing".to_owned())),
        Err(OpenError::Damaged(damage)) => report.damages.push(damage),
        Err(error) => report.damages.push(damage(error.to_string())),
    }
    None
}

fn check(moment: &Moment, report: &mut VerifyReport) {
    let mut before = None;
    for (number, part) in moment.parts.iter().enumerate() {
        let is_last = number + 1 == moment.parts.len();
        let PartFile { sequence, end, .. } = *part;
        let checked = match &part.file {
            Ok(file) => {
                check_part(&Part { sequence, file: &**file, end, is_last }, before.as_ref())
            }
            Err(error) => parts::unreadable_part(sequence, error),
        };
        report.files += 1;
        report.frames += checked.frames;
        report.visits += checked.visits;
        report.torn_tail = checked.torn_tail.clone().or(report.torn_tail.take());
        report.damages.extend_from_slice(&checked.damages);
        before = Some(checked);
    }
    for segment in &moment.segments {
        let checked = match segment.file() {
            Ok(file) => {
                let listed = segment.listed.as_ref();
                check_segment(file, &segment.path, listed, moment.manifest.utc_offset_s)
            }
            Err(error) => unreadable(&segment.path, &error),
        };
        report.files += 1;
        report.pages += checked.pages;
        report.visits += checked.visits;
        report.damages.extend(checked.damages);
    }
}
