//! A backup as one file in the tar format: log parts, segments, and the list at the end.

use std::io::{self, Read, Write};

use super::{BackupReport, Stretch};
use crate::{
    errors::{BackupError, Damage, OpenError, io_error},
    format::{
        backup::{self, File, Kind, List},
        part,
    },
    moment::{Moment, PartFile},
    storage::StorageFile,
    verify::{Part, check_part, check_segment, unreadable},
};

const ARCHIVE: &str = "the archive";

/// Visits are nobody's business but the store's.
const FILE_MODE: u32 = 0o600;

/// Writes everything of that moment.
pub(super) fn write(moment: &Moment, out: &mut dyn Write) -> Result<BackupReport, BackupError> {
    let list = List { files: Vec::new(), manifest: moment.manifest.clone() };
    let mut archive =
        Archive { tar: tar::Builder::new(out), list, report: BackupReport::default() };
    for PartFile { sequence, file, end } in &moment.parts {
        let path = part::path(*sequence);
        let reading = |error: &io::Error| {
            io_error("reading", &path)(io::Error::new(error.kind(), error.to_string()))
        };
        let file = file.as_ref().map_err(reading)?;
        let bytes = end.map_or_else(|| file.length(), Ok).map_err(|error| reading(&error))?;
        let part = Part { sequence: *sequence, file: &**file, end: Some(bytes), is_last: false };
        let damages = check_part(&part, None).damages;
        archive.file(Kind::Log, *sequence, &**file, bytes, damages)?;
    }
    for segment in &moment.segments {
        let Some(listed) = &segment.listed else { continue };
        let opened = segment.file().and_then(|file| Ok((file, file.length()?)));
        let (file, bytes) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                archive.report.damages.extend(unreadable(&segment.path, &error).damages);
                continue;
            }
        };
        let utc_offset_s = moment.manifest.utc_offset_s;
        let check = check_segment(file, &segment.path, Some(listed), utc_offset_s);
        archive.file(Kind::Segment, listed.sequence, file, bytes, check.damages)?;
    }
    archive.finish()
}

struct Archive<'a> {
    tar: tar::Builder<&'a mut dyn Write>,
    list: List,
    report: BackupReport,
}

impl Archive<'_> {
    fn file(
        &mut self,
        kind: Kind,
        sequence: u64,
        file: &dyn StorageFile,
        bytes: u64,
        damages: Vec<Damage>,
    ) -> Result<(), BackupError> {
        let whole = damages.is_empty();
        self.report.damages.extend(damages);
        let mut stretch = Stretch::new(file, bytes);
        let mut entry = File { kind, sequence, bytes, crc: 0, copy: 0, whole };
        self.append(&entry.path(), bytes, &mut stretch)?;
        entry.crc = stretch.crc();
        self.list.files.push(entry);
        self.report.copied_files += 1;
        self.report.copied_bytes += bytes;
        Ok(())
    }

    fn append(&mut self, path: &str, bytes: u64, from: &mut dyn Read) -> Result<(), OpenError> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(FILE_MODE);
        let done = self.tar.append_data(&mut header, path, from);
        done.map_err(|error| {
            let said = format!("at {path}: {error}");
            io_error("writing", ARCHIVE)(io::Error::new(error.kind(), said))
        })
    }

    fn finish(mut self) -> Result<BackupReport, BackupError> {
        let bytes = backup::encode(&self.list);
        self.append(backup::PATH, bytes.len() as u64, &mut bytes.as_slice())?;
        self.tar.finish().map_err(io_error("writing", ARCHIVE))?;
        let out = self.tar.into_inner().map_err(io_error("writing", ARCHIVE))?;
        out.flush().map_err(io_error("writing", ARCHIVE))?;
        self.report.files = self.list.files.len() as u64;
        self.report.bytes = self.report.copied_bytes;
        Ok(self.report)
    }
}
