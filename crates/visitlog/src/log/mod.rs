//! The log: what is written before anything is acknowledged, and read again after a restart.

pub(crate) mod recover;
mod replay;
pub(crate) mod scan;
pub(crate) mod write;

use std::io;

use crate::{
    errors::ReadError,
    format::{
        manifest::{self, Manifest},
        part,
    },
    storage::{Storage, StorageFile, is_no_room},
};

/// A step on the way to disk that failed.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Nothing has changed on disk, for lack of room.
    NoRoom(String),
    /// What is on disk now is not known; nothing may be written any more.
    Broken(String),
    /// Nothing has changed on disk; something that was to be copied could not be read.
    Unreadable(ReadError),
}

impl Fault {
    /// In words.
    pub(crate) fn said(&self) -> String {
        match self {
            Self::NoRoom(said) | Self::Broken(said) => said.clone(),
            Self::Unreadable(error) => error.to_string(),
        }
    }

    /// For a step that leaves nothing behind when there is no room for it.
    pub(crate) fn of(what: &str, path: &str, error: &io::Error) -> Self {
        let said = format!("{what} {path}: {error}");
        if is_no_room(error) { Self::NoRoom(said) } else { Self::Broken(said) }
    }

    /// For a step after which nothing is certain.
    pub(crate) fn broken(what: &str, path: &str, error: &io::Error) -> Self {
        Self::Broken(format!("{what} {path}: {error}"))
    }
}

/// Makes a part with its header and nothing else, durably.
pub(crate) fn create_part(
    storage: &dyn Storage,
    header: part::Header,
) -> Result<Box<dyn StorageFile>, Fault> {
    let path = part::path(header.sequence);
    let file = storage.create(&path).map_err(|e| Fault::of("creating", &path, &e))?;
    file.write_at(&part::encode(header), 0).map_err(|e| Fault::of("writing", &path, &e))?;
    file.sync().map_err(|e| Fault::broken("syncing", &path, &e))?;
    storage.sync_dir("log").map_err(|e| Fault::broken("syncing", "log", &e))?;
    Ok(file)
}

/// Puts a manifest in the place of the old one, durably and in one step.
pub(crate) fn replace_manifest(storage: &dyn Storage, manifest: &Manifest) -> Result<(), Fault> {
    let next = manifest::NEXT_PATH;
    let file = storage.create(next).map_err(|e| Fault::of("creating", next, &e))?;
    let bytes = manifest::encode(manifest);
    file.write_at(&bytes, 0).map_err(|e| Fault::of("writing", next, &e))?;
    file.sync().map_err(|e| Fault::of("syncing", next, &e))?;
    storage.rename(next, manifest::PATH).map_err(|e| Fault::of("renaming", next, &e))?;
    storage.sync_dir("").map_err(|e| Fault::broken("syncing", "the store's folder", &e))
}
