//! Backups of a store that is being written: a folder that only takes in what is new, or one file.
//!
//! A backup holds one moment: everything acknowledged before the call, and nothing that was only
//! half written. Its list ([`crate::format::backup`]) is written last and takes the old one's place
//! in one step, so that whatever happens on the way, the backup that was there is still good.

mod archive;
mod folder;
mod stretch;

use std::{io::Write, path::Path};

pub(crate) use stretch::{CopyError, Stretch, copy};

use crate::{
    engine::{Engine, lock},
    errors::{BackupError, Damage, OpenError, io_error},
    format::{
        backup::{self, List},
        manifest::{self, BadManifest},
    },
    storage::{Disk, Storage, StorageFile},
};

/// What a backup has and what was done for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupReport {
    /// Files that the backup has.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Files that were written to, because they or their end were not there yet.
    pub copied_files: u64,
    /// Bytes written to them.
    pub copied_bytes: u64,
    /// Files of earlier backups that were removed.
    pub removed_files: u64,
    /// What is damaged in the store. A damaged file is in the backup as it is, unless the backup
    /// has had it whole, which it then keeps; one that cannot be read at all is not in it.
    pub damages: Vec<Damage>,
    /// Why the backup that was there could not be used, if so; everything was copied anew then.
    pub earlier_unusable: Option<String>,
}

impl Engine {
    /// Brings the backup in a folder up to this moment while the engine goes on, or begins one in
    /// an empty or missing folder. Segments that the folder has are not copied again, and of log
    /// parts only what was added; what the store does not have any more is removed at the end.
    /// One backup at a time goes into a folder.
    ///
    /// # Errors
    /// [`BackupError`]. The backup that was there is as good as before.
    pub fn backup(&self, target: impl AsRef<Path>) -> Result<BackupReport, BackupError> {
        let disk = Disk::new(target.as_ref()).map_err(io_error("making", "the target"))?;
        self.backup_on(&disk)
    }

    /// As [`Engine::backup`], on any storage.
    ///
    /// # Errors
    /// As [`Engine::backup`].
    pub fn backup_on(&self, target: &dyn Storage) -> Result<BackupReport, BackupError> {
        self.refuse_when_closed()?;
        let names = target.list("").map_err(io_error("listing", "the target"))?;
        if names.iter().any(|name| name == manifest::PATH) {
            return Err(BackupError::TargetIsStore);
        }
        let _held = lock(target)?;
        folder::write(&self.moment(), target)
    }

    /// Writes a backup of this moment as one file in the tar format, while the engine goes on.
    /// Whoever gave `out` makes it durable.
    ///
    /// # Errors
    /// [`BackupError`]; what has been written is not a backup then, and nothing takes it for one.
    pub fn backup_to(&self, out: &mut impl Write) -> Result<BackupReport, BackupError> {
        self.refuse_when_closed()?;
        archive::write(&self.moment(), out)
    }

    fn refuse_when_closed(&self) -> Result<(), BackupError> {
        if self.is_open() { Ok(()) } else { Err(BackupError::Closed) }
    }
}

/// The list in a folder, or `None` when there is none.
pub(crate) fn read_list(storage: &dyn Storage) -> Result<Option<List>, OpenError> {
    let file = match storage.open(backup::PATH) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(io_error("opening", backup::PATH))?,
    };
    let length = file.length().map_err(io_error("reading", backup::PATH))?;
    if length > backup::BYTES_MAX {
        return Err(bad_list("longer than any list").into());
    }
    let mut bytes = vec![0; length as usize];
    let count = file.read_at(&mut bytes, 0).map_err(io_error("reading", backup::PATH))?;
    decode_list(&bytes[..count]).map(Some)
}

/// The list in bytes.
pub(crate) fn decode_list(bytes: &[u8]) -> Result<List, OpenError> {
    backup::decode(bytes).map_err(|bad| match bad {
        BadManifest::Damaged { offset, what } => {
            Damage { offset: offset as u64, ..bad_list(what) }.into()
        }
        BadManifest::Newer(version) => {
            let file = backup::PATH.to_owned();
            OpenError::NewerFormat { file, version, newest: backup::VERSION }
        }
    })
}

pub(crate) fn bad_list(what: &str) -> Damage {
    Damage { file: backup::PATH.to_owned(), offset: 0, what: what.to_owned() }
}

/// Attaches the file to what ended a copy.
pub(crate) fn copy_error(from: &str, to: &str, error: CopyError) -> OpenError {
    match error {
        CopyError::Read(error) => io_error("reading", from)(error),
        CopyError::Write(error) => io_error("writing", to)(error),
    }
}

/// The CRC-32C of the first bytes of a file.
pub(crate) fn crc_of(file: &dyn StorageFile, bytes: u64) -> std::io::Result<u32> {
    let mut stretch = Stretch::new(file, bytes);
    std::io::copy(&mut stretch, &mut std::io::sink())?;
    Ok(stretch.crc())
}
