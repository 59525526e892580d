//! Reading a backup, a folder or one file, with every byte held against its checksum.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::Path,
};

use super::{BackupContents, contents_of};
use crate::{
    backup::{CopyError, Stretch, bad_list, copy, copy_error, decode_list, read_list},
    errors::{BackupError, Damage, OpenError, io_error},
    format::{
        backup::{self, File, List},
        part, segment,
    },
    storage::{Disk, Storage, StorageFile},
};

const ARCHIVE: &str = "the archive";

/// Reads a backup, a folder or one file, and says what it has and what is damaged in it.
///
/// # Errors
/// [`BackupError`] when there is no backup, its list cannot be used, or it cannot be read.
pub fn check_backup(backup: impl AsRef<Path>) -> Result<BackupContents, BackupError> {
    Source::of(backup.as_ref())?.read(None).map(|(_, contents)| contents)
}

/// As [`check_backup`] of a folder, on any storage.
///
/// # Errors
/// As [`check_backup`].
pub fn check_backup_on(backup: &dyn Storage) -> Result<BackupContents, BackupError> {
    Source::Folder(backup).read(None).map(|(_, contents)| contents)
}

/// As [`check_backup`] of one file, from wherever it is read.
///
/// # Errors
/// As [`check_backup`].
pub fn check_archive(archive: &mut dyn Read) -> Result<BackupContents, BackupError> {
    Source::Archive(Box::new(archive)).read(None).map(|(_, contents)| contents)
}

/// A backup.
pub(super) enum Source<'a> {
    Folder(&'a dyn Storage),
    OwnFolder(Disk),
    Archive(Box<dyn Read + 'a>),
}

/// Length and CRC-32C of what was found, by its path in a store.
type FoundFiles = BTreeMap<String, (u64, u32)>;

impl Source<'_> {
    /// The folder or the file at that path.
    pub(super) fn of(path: &Path) -> Result<Self, BackupError> {
        let opening = |error| io_error("opening", &path.to_string_lossy())(error);
        if fs::metadata(path).map_err(opening)?.is_dir() {
            return Ok(Source::OwnFolder(Disk::existing(path)));
        }
        let file = fs::File::open(path).map_err(opening)?;
        Ok(Source::Archive(Box::new(io::BufReader::new(file))))
    }

    /// Reads everything, and copies it to `target` if there is one. Gives the list, and what was
    /// found to be damaged.
    pub(super) fn read(
        &mut self,
        target: Option<&dyn Storage>,
    ) -> Result<(List, BackupContents), BackupError> {
        match self {
            Source::Folder(folder) => read_folder(*folder, target),
            Source::OwnFolder(folder) => read_folder(folder, target),
            Source::Archive(archive) => read_archive(archive, target),
        }
    }
}

fn read_folder(
    folder: &dyn Storage,
    target: Option<&dyn Storage>,
) -> Result<(List, BackupContents), BackupError> {
    let list = read_list(folder)?.ok_or_else(no_list)?;
    let mut contents = contents_of(&list);
    for file in &list.files {
        let kept_path = file.kept_path();
        let from = match folder.open(&kept_path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                contents.damages.push(damage(&kept_path, 0, "it is missing"));
                continue;
            }
            opened => opened.map_err(io_error("opening", &kept_path))?,
        };
        let to = target.map(|target| make(target, &file.path())).transpose()?;
        let mut stretch = Stretch::new(&*from, file.bytes);
        match copy(&mut stretch, to.as_deref(), 0) {
            Ok((bytes, crc)) => contents.damages.extend(differs(file, &kept_path, (bytes, crc))),
            Err(CopyError::Read(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                contents.damages.push(damage(&kept_path, 0, &error.to_string()));
            }
            Err(error) => return Err(copy_error(&kept_path, &file.path(), error).into()),
        }
        to.map_or(Ok(()), |to| to.sync()).map_err(io_error("syncing", &file.path()))?;
    }
    Ok((list, contents))
}

fn read_archive(
    archive: &mut dyn Read,
    target: Option<&dyn Storage>,
) -> Result<(List, BackupContents), BackupError> {
    let mut tar = tar::Archive::new(archive);
    let (mut list, mut found) = (None, FoundFiles::new());
    for entry in tar.entries().map_err(cut(ARCHIVE))? {
        let mut entry = entry.map_err(cut(ARCHIVE))?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if path == backup::PATH {
            list = Some(list_in(&mut entry)?);
        } else if is_stores(&path) && !found.contains_key(&path) {
            let to = target.map(|target| make(target, &path)).transpose()?;
            let copied = copy(&mut entry, to.as_deref(), 0).map_err(|error| match error {
                CopyError::Read(error) => cut(&path)(error),
                CopyError::Write(error) => BackupError::File(io_error("writing", &path)(error)),
            })?;
            to.map_or(Ok(()), |to| to.sync()).map_err(io_error("syncing", &path))?;
            found.insert(path, copied);
        }
    }
    let list = list.ok_or_else(no_list)?;
    let mut contents = contents_of(&list);
    for file in &list.files {
        let path = file.path();
        match found.remove(&path) {
            Some(found) => contents.damages.extend(differs(file, &path, found)),
            None => contents.damages.push(damage(&path, 0, "it is missing")),
        }
    }
    let unlisted = found.keys().map(|path| damage(path, 0, "it is not in the backup's list"));
    contents.damages.extend(unlisted);
    Ok((list, contents))
}

fn list_in(entry: &mut impl Read) -> Result<List, BackupError> {
    let mut bytes = Vec::new();
    let count =
        entry.take(backup::BYTES_MAX + 1).read_to_end(&mut bytes).map_err(cut(backup::PATH))?;
    if count as u64 > backup::BYTES_MAX {
        return Err(BackupError::File(bad_list("longer than any list").into()));
    }
    Ok(decode_list(&bytes)?)
}

/// Whether a path is one of a store's files; nothing else leaves the archive.
fn is_stores(path: &str) -> bool {
    let part = path.strip_prefix("log/").and_then(part::sequence_of);
    part.or_else(|| path.strip_prefix("segments/").and_then(segment::sequence_of)).is_some()
}

fn make(target: &dyn Storage, path: &str) -> Result<Box<dyn StorageFile>, OpenError> {
    target.create(path).map_err(io_error("making", path))
}

/// An archive that ends early or has a header that is none is damaged; anything else is the
/// operating system's.
fn cut(path: &str) -> impl Fn(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File(damage(&path, 0, &format!("it cannot be read: {error}")).into())
}

fn differs(file: &File, path: &str, (bytes, crc): (u64, u32)) -> Option<Damage> {
    if bytes != file.bytes {
        return Some(damage(path, bytes.min(file.bytes), "its length is not the list's"));
    }
    (crc != file.crc).then(|| damage(path, 0, "its checksum is not the list's"))
}

fn no_list() -> BackupError {
    BackupError::File(bad_list("it is missing, so this is no complete backup").into())
}

fn damage(file: &str, offset: u64, what: &str) -> Damage {
    Damage { file: file.to_owned(), offset, what: what.to_owned() }
}
