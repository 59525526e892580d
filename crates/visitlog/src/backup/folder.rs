//! A backup in a folder: what is new is written, then the list, then what is old is removed.

use std::{collections::BTreeSet, io};

use super::{BackupReport, CopyError, Stretch, bad_list, copy, copy_error, crc_of, read_list};
use crate::{
    errors::{BackupError, Damage, OpenError, io_error},
    format::{
        backup::{self, File, Kind, List},
        manifest, part,
        segment::{self, FOOTER_BYTES, Footer},
    },
    moment::{Moment, PartFile, SegmentFile},
    storage::{Storage, StorageFile},
    verify::{Part, agrees, check_part, check_segment, unreadable},
};

const FOLDERS: [&str; 2] = ["log", "segments"];

/// Brings the backup in `target` to that moment.
pub(super) fn write(moment: &Moment, target: &dyn Storage) -> Result<BackupReport, BackupError> {
    for folder in FOLDERS {
        target.create_dir(folder).map_err(io_error("making", folder))?;
    }
    let mut report = BackupReport::default();
    let before = match read_list(target) {
        Ok(before) => before,
        Err(OpenError::Damaged(damage)) => {
            report.earlier_unusable = Some(damage.to_string());
            None
        }
        Err(error) => return Err(error.into()),
    };
    let list = List { files: Vec::new(), manifest: moment.manifest.clone() };
    let mut folder = Folder { target, before, list, report };
    for part in &moment.parts {
        folder.part(part)?;
    }
    for segment in &moment.segments {
        folder.segment(segment)?;
    }
    folder.replace_list()?;
    folder.remove_old()?;
    folder.report.files = folder.list.files.len() as u64;
    folder.report.bytes = folder.list.files.iter().map(|file| file.bytes).sum();
    Ok(folder.report)
}

struct Folder<'a> {
    target: &'a dyn Storage,
    /// What the folder had.
    before: Option<List>,
    /// What it will have.
    list: List,
    report: BackupReport,
}

impl Folder<'_> {
    fn earlier(&self, kind: Kind, sequence: u64) -> Option<File> {
        self.before.as_ref()?.file(kind, sequence).copied()
    }

    /// What the new copy will be called: nothing that the earlier list speaks of is written over.
    fn new_copy(&self, kind: Kind, sequence: u64) -> u32 {
        self.earlier(kind, sequence).map_or(0, |earlier| earlier.copy.wrapping_add(1))
    }

    /// Log parts only grow: what the backup has of one is its beginning.
    fn part(&mut self, part: &PartFile) -> Result<(), BackupError> {
        let sequence = part.sequence;
        let path = part::path(sequence);
        let reading = |error: io::Error| io_error("reading", &path)(error);
        let from = match &part.file {
            Ok(file) => &**file,
            Err(error) => {
                return Err(reading(io::Error::new(error.kind(), error.to_string())).into());
            }
        };
        let bytes = part.end.map_or_else(|| from.length(), Ok).map_err(reading)?;
        let (kind, copy_number) = (Kind::Log, self.new_copy(Kind::Log, sequence));
        let mut file = File { kind, sequence, bytes, crc: 0, copy: copy_number, whole: true };
        let kept = self.beginning(from, &file)?;
        if let Some(kept) = kept {
            file.copy = kept.copy;
            if kept.bytes == bytes {
                self.list.files.push(kept);
                return Ok(());
            }
        }
        let kept_path = file.kept_path();
        let (at, crc) = kept.map_or((0, 0), |kept| (kept.bytes, kept.crc));
        let to = match kept {
            Some(_) => self.target.open(&kept_path),
            None => self.target.create(&kept_path),
        };
        let to = to.map_err(io_error("making", &kept_path))?;
        let mut stretch = Stretch::after(from, (at, crc), bytes);
        let (copied, _) = copy(&mut stretch, Some(&*to), at)
            .map_err(|error| copy_error(&path, &kept_path, error))?;
        file.crc = stretch.crc();
        self.end_copy(&*to, &kept_path, copied)?;
        let copied = Part { sequence, file: &*to, end: Some(bytes), is_last: false };
        self.take(file, check_part(&copied, None).damages);
        Ok(())
    }

    /// The copy that the backup has of a part's beginning. One that differs from the store's is
    /// of another store's part, unless the store's is damaged: then the copy is the better one.
    fn beginning(
        &mut self,
        from: &dyn StorageFile,
        new: &File,
    ) -> Result<Option<File>, BackupError> {
        let earlier = self.earlier(Kind::Log, new.sequence);
        let Some(earlier) = earlier.filter(|old| old.whole && old.bytes <= new.bytes) else {
            return Ok(None);
        };
        let there = self.target.open(&earlier.kept_path()).and_then(|file| file.length());
        if there.is_ok_and(|length| length < earlier.bytes) {
            return Ok(None);
        }
        let path = earlier.path();
        let crc = crc_of(from, earlier.bytes).map_err(io_error("reading", &path))?;
        if crc == earlier.crc {
            return Ok(Some(earlier));
        }
        let (sequence, end) = (new.sequence, Some(earlier.bytes));
        let damages = check_part(&Part { sequence, file: from, end, is_last: false }, None).damages;
        let better = !damages.is_empty();
        self.report.damages.extend(damages);
        Ok(better.then_some(earlier))
    }

    /// Segments never change: the backup has one or it does not.
    fn segment(&mut self, segment: &SegmentFile) -> Result<(), BackupError> {
        let Some(listed) = segment.listed else { return Ok(()) };
        let (kind, sequence) = (Kind::Segment, listed.sequence);
        let from = match segment.file() {
            Ok(file) => Some(file),
            Err(error) => {
                self.report.damages.extend(unreadable(&segment.path, &error).damages);
                None
            }
        };
        if let Some(kept) = self.kept_segment(&listed, from) {
            self.list.files.push(kept);
            return Ok(());
        }
        let Some(from) = from else { return Ok(()) };
        let copy_number = self.new_copy(kind, sequence);
        let mut file = File { kind, sequence, bytes: 0, crc: 0, copy: copy_number, whole: true };
        let kept_path = file.kept_path();
        let to = self.target.create(&kept_path).map_err(io_error("making", &kept_path))?;
        let copied = from.length().map_err(CopyError::Read).and_then(|bytes| {
            let copied = copy(&mut Stretch::new(from, bytes), Some(&*to), 0)?;
            Ok((bytes, copied.1))
        });
        match copied {
            Ok((bytes, crc)) => (file.bytes, file.crc) = (bytes, crc),
            Err(CopyError::Read(error)) => {
                // The rest of the store is worth a backup all the same.
                self.report.damages.extend(unreadable(&segment.path, &error).damages);
                return Ok(());
            }
            Err(error) => return Err(copy_error(&segment.path, &kept_path, error).into()),
        }
        self.end_copy(&*to, &kept_path, file.bytes)?;
        let utc_offset_s = self.list.manifest.utc_offset_s;
        let check = check_segment(&*to, &segment.path, Some(&listed), utc_offset_s);
        self.take(file, check.damages);
        Ok(())
    }

    /// The whole copy that the backup has, when it is of the same segment. The footers tell: they
    /// have a digest of every visit. Where the store's own cannot be read, the copy is kept, not
    /// what is damaged.
    fn kept_segment(
        &mut self,
        listed: &manifest::Segment,
        from: Option<&dyn StorageFile>,
    ) -> Option<File> {
        let kept = self.earlier(Kind::Segment, listed.sequence)?;
        let copy = self.target.open(&kept.kept_path()).ok()?;
        let (bytes, footer) = footer_of(&*copy)?;
        if !kept.whole || bytes != kept.bytes || !agrees(&footer, bytes, listed) {
            return None;
        }
        let Some(from) = from else { return Some(kept) };
        match footer_of(from) {
            Some((_, own)) => (own == footer).then_some(kept),
            None => {
                let at = from.length().map_or(0, |bytes| bytes.saturating_sub(FOOTER_BYTES as u64));
                let what = segment::BadSegment::Footer.to_string();
                let file = segment::path(listed.sequence);
                self.report.damages.push(Damage { file, offset: at, what });
                Some(kept)
            }
        }
    }

    /// Makes the copy durable.
    fn end_copy(
        &mut self,
        to: &dyn StorageFile,
        kept_path: &str,
        copied: u64,
    ) -> Result<(), BackupError> {
        to.sync().map_err(io_error("syncing", kept_path))?;
        self.report.copied_files += 1;
        self.report.copied_bytes += copied;
        Ok(())
    }

    fn take(&mut self, mut file: File, damages: Vec<Damage>) {
        file.whole = damages.is_empty();
        self.report.damages.extend(damages);
        self.list.files.push(file);
    }

    fn replace_list(&self) -> Result<(), BackupError> {
        for folder in FOLDERS.into_iter().chain([""]) {
            self.target.sync_dir(folder).map_err(io_error("syncing", folder))?;
        }
        let next = backup::NEXT_PATH;
        let bytes = backup::encode(&self.list);
        if bytes.len() as u64 > backup::BYTES_MAX {
            return Err(OpenError::Damaged(bad_list("longer than any list")).into());
        }
        let file = self.target.create(next).map_err(io_error("making", next))?;
        file.write_at(&bytes, 0).map_err(io_error("writing", next))?;
        file.sync().map_err(io_error("syncing", next))?;
        self.target.rename(next, backup::PATH).map_err(io_error("renaming", next))?;
        self.target.sync_dir("").map_err(io_error("syncing", "."))?;
        Ok(())
    }

    fn remove_old(&mut self) -> Result<(), BackupError> {
        let kept: BTreeSet<String> = self.list.files.iter().map(File::kept_path).collect();
        for folder in FOLDERS {
            let names = self.target.list(folder).map_err(io_error("listing", folder))?;
            for name in names.iter().filter(|name| backup::is_kept_name(name)) {
                let path = format!("{folder}/{name}");
                if !kept.contains(&path) {
                    self.target.remove(&path).map_err(io_error("removing", &path))?;
                    self.report.removed_files += 1;
                }
            }
            self.target.sync_dir(folder).map_err(io_error("syncing", folder))?;
        }
        Ok(())
    }
}

/// Length and footer of a segment's file, when they are whole.
fn footer_of(file: &dyn StorageFile) -> Option<(u64, Footer)> {
    let bytes = file.length().ok()?;
    let mut tail = [0; FOOTER_BYTES];
    let count = file.read_at(&mut tail, bytes.checked_sub(FOOTER_BYTES as u64)?).ok()?;
    Some((bytes, segment::decode_footer(tail.get(..count)?, bytes).ok()?))
}
