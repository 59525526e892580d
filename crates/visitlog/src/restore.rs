//! Restoring a backup, whole or segment by segment, and checking one.

mod segments;
mod source;

use std::{io::Read, path::Path};

pub use segments::{RestoredSegments, restore_segments, restore_segments_on};
use source::Source;
pub use source::{check_archive, check_backup, check_backup_on};

use crate::{
    engine::lock,
    errors::{BackupError, Damage, io_error},
    format::{backup::List, manifest, segment},
    log::{Fault, replace_manifest},
    storage::{Disk, Storage},
};

/// What a backup has, or what was restored of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupContents {
    /// Files read.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Segments that the store had when the backup was made and that could not be read then. They
    /// are not in it: questions about their days fail in a store restored from it.
    pub missing: Vec<String>,
    /// Files that were damaged in the store already when the backup was made.
    pub damaged_before: Vec<String>,
    /// What has become damaged since. Empty after a restore, which refuses such a backup.
    pub damages: Vec<Damage>,
}

/// Makes a store of a backup, in a folder that is missing or empty. Every byte is held against its
/// checksum, and the store's manifest is written last.
///
/// # Errors
/// [`BackupError`], with the file named when the backup is damaged or not complete. What is in the
/// target then cannot be opened as a store.
pub fn restore(
    backup: impl AsRef<Path>,
    target: impl AsRef<Path>,
) -> Result<BackupContents, BackupError> {
    let target = Disk::new(target.as_ref()).map_err(io_error("making", "the target"))?;
    let mut source = Source::of(backup.as_ref())?;
    restore_from(&mut source, &target)
}

/// As [`restore`] of a folder, on any storage.
///
/// # Errors
/// As [`restore`].
pub fn restore_on(
    backup: &dyn Storage,
    target: &dyn Storage,
) -> Result<BackupContents, BackupError> {
    restore_from(&mut Source::Folder(backup), target)
}

/// As [`restore`] of one file, from wherever it is read to any storage.
///
/// # Errors
/// As [`restore`].
pub fn restore_archive_on(
    archive: &mut dyn Read,
    target: &dyn Storage,
) -> Result<BackupContents, BackupError> {
    restore_from(&mut Source::Archive(Box::new(archive)), target)
}

fn restore_from(
    source: &mut Source<'_>,
    target: &dyn Storage,
) -> Result<BackupContents, BackupError> {
    let names = target.list("").map_err(io_error("listing", "the target"))?;
    if !names.is_empty() {
        return Err(BackupError::TargetNotEmpty);
    }
    let _held = lock(target)?;
    refuse_to_be_opened(target)?;
    for folder in ["log", "segments"] {
        target.create_dir(folder).map_err(io_error("making", folder))?;
    }
    let (list, mut contents) = source.read(Some(target))?;
    if !contents.damages.is_empty() {
        return Err(BackupError::File(contents.damages.remove(0).into()));
    }
    for folder in ["log", "segments", ""] {
        target.sync_dir(folder).map_err(io_error("syncing", folder))?;
    }
    replace_manifest(target, &list.manifest).map_err(|fault| said(&fault))?;
    Ok(contents)
}

/// Puts something in the manifest's place that no engine opens.
fn refuse_to_be_opened(target: &dyn Storage) -> Result<(), BackupError> {
    let path = manifest::PATH;
    let file = target.create(path).map_err(io_error("making", path))?;
    file.write_at(&manifest::encode_unfinished(), 0).map_err(io_error("writing", path))?;
    file.sync().map_err(io_error("syncing", path))?;
    target.sync_dir("").map_err(io_error("syncing", "."))?;
    Ok(())
}

fn said(fault: &Fault) -> BackupError {
    let error = std::io::Error::other(fault.said());
    BackupError::File(io_error("making the store in", ".")(error))
}

/// What a list says of itself.
fn contents_of(list: &List) -> BackupContents {
    let damaged = list.files.iter().filter(|file| !file.whole);
    BackupContents {
        files: list.files.len() as u64,
        bytes: list.files.iter().map(|file| file.bytes).sum(),
        missing: list.missing().map(|listed| segment::path(listed.sequence)).collect(),
        damaged_before: damaged.map(crate::format::backup::File::path).collect(),
        damages: Vec::new(),
    }
}
