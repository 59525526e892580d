//! Opening a store: what is whole is read, a torn tail is cut, anything else is refused.

use std::{io, sync::Arc};

use super::{Fault, create_part, replace_manifest, replay::Replay, scan::Reader, write::LogWriter};
use crate::{
    errors::{Damage, OpenError, io_error},
    format::{
        manifest::{self, BadManifest, Manifest},
        part,
    },
    head::Head,
    options::Options,
    storage::Storage,
};

/// The end of the log that an interrupted write left behind and that was cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// The part, relative to the store's folder.
    pub file: String,
    /// Where it was cut.
    pub offset: u64,
    /// How many bytes went. None of them belonged to an acknowledged visit.
    pub bytes: u64,
}

/// What was found when the store was opened. Worth a line in the caller's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The folder was empty and a new store was made.
    pub created: bool,
    /// Log parts read.
    pub parts: u64,
    /// Whole frames read.
    pub frames: u64,
    /// Different visits in them.
    pub visits: u64,
    /// The torn tail, if there was one.
    pub torn_tail: Option<TornTail>,
    /// Parts that were begun and never came into use, removed.
    pub parts_removed: u64,
}

/// An opened store, before its writer runs.
pub(crate) struct Opened {
    pub(crate) log: LogWriter,
    pub(crate) head: Head,
    pub(crate) recovery: Recovery,
}

/// Opens or makes the store. The caller holds the folder's lock.
pub(crate) fn open(storage: Arc<dyn Storage>, options: &Options) -> Result<Opened, OpenError> {
    let mut recovery = Recovery::default();
    storage.create_dir("log").map_err(io_error("making", "log"))?;
    let manifest = match read_manifest(&*storage)? {
        Some(manifest) => manifest,
        None => {
            refuse_parts_without_manifest(&*storage)?;
            recovery.created = true;
            create(&*storage, options)?
        }
    };
    if manifest.utc_offset_s != options.utc_offset_s {
        let (stored_s, asked_s) = (manifest.utc_offset_s, options.utc_offset_s);
        return Err(OpenError::OffsetDiffers { stored_s, asked_s });
    }
    // The names may come from a process that was killed before it synced them.
    storage.sync_dir("").map_err(io_error("syncing", "."))?;
    recovery.parts_removed = remove_unused_parts(&*storage, &manifest)?;
    let mut replay = Replay { storage: &*storage, head: Head::new(options.utc_offset_s), recovery };
    let end = replay.parts(&manifest)?;
    let Replay { head, recovery, .. } = replay;
    let log = LogWriter {
        manifest,
        part_bytes_max: options.part_bytes_max,
        part: end.file,
        sequence: end.sequence,
        end: end.offset,
        next_frame: end.next_frame,
        last_has_visits: end.last_has_visits,
        buffer: Vec::new(),
        storage,
    };
    Ok(Opened { log, head, recovery })
}

/// The manifest, or `None` when the folder has none.
pub(crate) fn read_manifest(storage: &dyn Storage) -> Result<Option<Manifest>, OpenError> {
    let file = match storage.open(manifest::PATH) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(io_error("opening", manifest::PATH))?,
    };
    let length = file.length().map_err(io_error("reading", manifest::PATH))?;
    if length > manifest::BYTES_MAX {
        return Err(damage(manifest::PATH, manifest::BYTES_MAX, "longer than any manifest").into());
    }
    let mut bytes = vec![0; length as usize];
    let count = file.read_at(&mut bytes, 0).map_err(io_error("reading", manifest::PATH))?;
    match manifest::decode(&bytes[..count]) {
        Ok(manifest) => Ok(Some(manifest)),
        Err(BadManifest::Damaged { offset, what }) => {
            Err(damage(manifest::PATH, offset as u64, what).into())
        }
        Err(BadManifest::Newer(version)) => Err(newer(manifest::PATH, version, manifest::VERSION)),
    }
}

/// Makes an empty store. A crash on the way leaves nothing that a second try minds.
fn create(storage: &dyn Storage, options: &Options) -> Result<Manifest, OpenError> {
    let made = storage
        .sync_dir("")
        .map_err(|e| Fault::broken("syncing", "the store's folder", &e))
        .and_then(|()| create_part(storage, part::Header { sequence: 1, first_frame: 1 }))
        .and_then(|_| {
            let manifest = Manifest { utc_offset_s: options.utc_offset_s, log_parts: vec![1] };
            replace_manifest(storage, &manifest)?;
            Ok(manifest)
        });
    made.map_err(|fault| {
        let (Fault::NoRoom(said) | Fault::Broken(said)) = fault;
        io_error("making the store in", ".")(io::Error::other(said))
    })
}

fn refuse_parts_without_manifest(storage: &dyn Storage) -> Result<(), OpenError> {
    for sequence in part_files(storage)? {
        refuse_if_it_has_frames(storage, sequence, "the log has visits and the manifest is gone")?;
    }
    Ok(())
}

/// Removes parts that were made just before a crash and never listed.
fn remove_unused_parts(storage: &dyn Storage, manifest: &Manifest) -> Result<u64, OpenError> {
    let mut removed = 0;
    for sequence in part_files(storage)? {
        if manifest.log_parts.binary_search(&sequence).is_err() {
            refuse_if_it_has_frames(storage, sequence, "has visits and is not in the manifest")?;
            let path = part::path(sequence);
            storage.remove(&path).map_err(io_error("removing", &path))?;
            removed += 1;
        }
    }
    storage.sync_dir("log").map_err(io_error("syncing", "log"))?;
    Ok(removed)
}

fn refuse_if_it_has_frames(
    storage: &dyn Storage,
    sequence: u64,
    what: &str,
) -> Result<(), OpenError> {
    let path = part::path(sequence);
    let file = storage.open(&path).map_err(io_error("opening", &path))?;
    let found = Reader::new(&*file)
        .and_then(|mut reader| reader.next_whole_frame(0, &mut Vec::new()))
        .map_err(io_error("reading", &path))?;
    found.map_or(Ok(()), |found| Err(damage(&path, found.offset, what).into()))
}

/// Sequences of the files that have a part's name, rising.
pub(crate) fn part_files(storage: &dyn Storage) -> Result<Vec<u64>, OpenError> {
    let names = storage.list("log").map_err(io_error("listing", "log"))?;
    let mut sequences: Vec<u64> = names.iter().filter_map(|name| part::sequence_of(name)).collect();
    sequences.sort_unstable();
    Ok(sequences)
}

pub(super) fn damage(file: &str, offset: u64, what: &str) -> Damage {
    Damage { file: file.to_owned(), offset, what: what.to_owned() }
}

pub(super) fn newer(file: &str, version: u32, newest: u32) -> OpenError {
    OpenError::NewerFormat { file: file.to_owned(), version, newest }
}
