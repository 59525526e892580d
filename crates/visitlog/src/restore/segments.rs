//! Restoring single segments: a store's damaged files are replaced by a backup's copies of them.

use std::{io, ops::RangeBounds, path::Path};

use crate::{
    backup::{Stretch, bad_list, copy, copy_error, read_list},
    engine::lock,
    errors::{BackupError, Damage, OpenError, io_error},
    format::{
        backup::{File, Kind, List},
        manifest, segment,
    },
    log::recover::read_manifest,
    storage::{Disk, Storage},
    verify::{check_segment, unreadable},
};

/// What became of a store's damaged segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestoredSegments {
    /// Segments and extracts of those days that were read and are whole.
    pub whole: u64,
    /// Files that were replaced by the backup's copy.
    pub replaced: Vec<String>,
    /// Files that are damaged still, each with the reason.
    pub left: Vec<Damage>,
}

/// Replaces the damaged segments and extracts of those civil days (days since 1970-01-01 at the
/// store's offset; `..` for all) in a store that is not open by the copies of the same name in the
/// backup's folder. What is whole is not touched.
///
/// # Errors
/// [`BackupError`]; files that were replaced by then are whole.
pub fn restore_segments(
    backup: impl AsRef<Path>,
    store: impl AsRef<Path>,
    days: impl RangeBounds<i64>,
) -> Result<RestoredSegments, BackupError> {
    let backup = Disk::existing(backup.as_ref());
    restore_segments_on(&backup, &Disk::existing(store.as_ref()), days)
}

/// As [`restore_segments`], on any storage.
///
/// # Errors
/// As [`restore_segments`].
pub fn restore_segments_on(
    backup: &dyn Storage,
    store: &dyn Storage,
    days: impl RangeBounds<i64>,
) -> Result<RestoredSegments, BackupError> {
    let _held = lock(store)?;
    let list = read_list(backup)?.ok_or_else(|| OpenError::from(bad_list("it is missing")))?;
    let missing =
        || Damage { file: manifest::PATH.to_owned(), offset: 0, what: "it is missing".to_owned() };
    let manifest = read_manifest(store)?.ok_or_else(|| OpenError::from(missing()))?;
    let mut restored = RestoredSegments::default();
    for listed in manifest.segment_files().filter(|listed| days.contains(&listed.day)) {
        let path = segment::path(listed.sequence);
        let damages = damages_of(store, &path, listed, manifest.utc_offset_s);
        let Some(damage) = damages.into_iter().next() else {
            restored.whole += 1;
            continue;
        };
        match copy_for(&list, listed) {
            Err(why) => restored.left.push(not_restored(damage, why)),
            Ok(file) => match replace(backup, store, (file, listed), manifest.utc_offset_s)? {
                None => restored.replaced.push(path),
                Some(why) => restored.left.push(not_restored(damage, &why)),
            },
        }
    }
    Ok(restored)
}

fn not_restored(damage: Damage, why: &str) -> Damage {
    Damage { what: format!("{}; not restored: {why}", damage.what), ..damage }
}

fn damages_of(
    storage: &dyn Storage,
    path: &str,
    listed: &manifest::Segment,
    utc_offset_s: i32,
) -> Vec<Damage> {
    match storage.open(path) {
        Ok(file) => check_segment(&*file, path, Some(listed), utc_offset_s).damages,
        Err(error) => unreadable(path, &error).damages,
    }
}

/// The backup's copy of exactly that segment.
fn copy_for<'a>(list: &'a List, listed: &manifest::Segment) -> Result<&'a File, &'static str> {
    if !list.manifest.segment_files().any(|backed_up| backed_up == listed) {
        return Err("the backup does not have this segment");
    }
    let file = list.file(Kind::Segment, listed.sequence);
    let file = file.ok_or("it could not be read when the backup was made")?;
    if file.whole { Ok(file) } else { Err("it was damaged already when the backup was made") }
}

/// Puts the copy in the place of the store's file, or says why it is not good enough.
fn replace(
    backup: &dyn Storage,
    store: &dyn Storage,
    (file, listed): (&File, &manifest::Segment),
    utc_offset_s: i32,
) -> Result<Option<String>, BackupError> {
    let (path, kept_path) = (file.path(), file.kept_path());
    let next = format!("{path}.next");
    let from = match backup.open(&kept_path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Some(format!("{kept_path} is missing in the backup")));
        }
        opened => opened.map_err(io_error("opening", &kept_path))?,
    };
    let to = store.create(&next).map_err(io_error("making", &next))?;
    let copied = copy(&mut Stretch::new(&*from, file.bytes), Some(&*to), 0);
    let bad = match copied {
        Ok(copied) if copied != (file.bytes, file.crc) => {
            Some(format!("the checksum of {kept_path} is not the backup's list's"))
        }
        Ok(_) => {
            let check = check_segment(&*to, &path, Some(listed), utc_offset_s);
            check.damages.first().map(|damage| format!("in the backup too, {damage}"))
        }
        Err(error) => {
            // Best effort: no store takes a file of this name for its own.
            let _ = store.remove(&next);
            return Err(copy_error(&kept_path, &next, error).into());
        }
    };
    if bad.is_some() {
        store.remove(&next).map_err(io_error("removing", &next))?;
        return Ok(bad);
    }
    to.sync().map_err(io_error("syncing", &next))?;
    store.rename(&next, &path).map_err(io_error("renaming", &next))?;
    store.sync_dir("segments").map_err(io_error("syncing", "segments"))?;
    Ok(None)
}
