//! Opening a store: what is whole is read, a torn tail is cut, anything else is refused.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    io,
    sync::Arc,
};

use parking_lot::RwLock;

use super::{
    Fault, create_part, replace_manifest,
    replay::{Replayed, replay},
    scan::Reader,
    write::LogWriter,
};
use crate::{
    catalog::{Catalog, LogEnd},
    errors::{Damage, OpenError, ReadError, io_error},
    format::{
        manifest::{self, BadManifest, Manifest},
        part, segment,
    },
    head::{State, Table},
    options::Options,
    segment::{Segment, Slot, day_start_ms},
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
    /// Visits in them.
    pub visits: u64,
    /// Visits in them whose day has been deleted; they are gone with the next sealing.
    pub forgotten: u64,
    /// The torn tail, if there was one.
    pub torn_tail: Option<TornTail>,
    /// Parts that were begun and never came into use, or had been sealed, removed.
    pub parts_removed: u64,
    /// Segments that were never listed, or had been merged or deleted, removed.
    pub segments_removed: u64,
    /// Segments that cannot be read. Questions about their days fail; everything else goes on.
    pub damaged: Vec<ReadError>,
}

/// An opened store, before its writer runs.
pub(crate) struct Opened {
    pub(crate) log: LogWriter,
    pub(crate) state: State,
    pub(crate) recovery: Recovery,
}

/// Opens or makes the store. The caller holds the folder's lock.
pub(crate) fn open(storage: Arc<dyn Storage>, options: &Options) -> Result<Opened, OpenError> {
    let mut recovery = Recovery::default();
    for dir in ["log", "segments"] {
        storage.create_dir(dir).map_err(io_error("making", dir))?;
    }
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
    recovery.segments_removed = remove_unused_segments(&*storage, &manifest)?;
    let kept_from_ms =
        manifest.kept_from_day.map_or(i64::MIN, |day| day_start_ms(day, options.utc_offset_s));
    let Replayed { end, runs, rest } =
        replay(&*storage, &manifest, kept_from_ms, options, &mut recovery)?;
    let mut slots = Vec::new();
    for listed in manifest.segment_files() {
        slots.push(open_segment(&*storage, listed, options.utc_offset_s, &mut recovery)?);
    }
    let extracts = slots.split_off(manifest.segments.len());
    let cases = manifest.extracts.iter().map(|(case, _)| *case);
    let mut active = Table::new(options.run_visits, RandomState::new().hash_one(0_u8));
    rest.iter().for_each(|visit| active.push(visit));
    let last_ms =
        slots.iter().map(Slot::last_ms).chain(runs.iter().map(|run| run.footer().last_ms));
    let older_last_ms = last_ms.max().unwrap_or(i64::MIN);
    let state = State {
        kept_from_ms,
        older_last_ms,
        active: Arc::new(RwLock::new(active)),
        frozen: Vec::new(),
        runs,
        segments: slots,
        extracts: cases.zip(extracts).collect(),
    };
    let log = LogWriter {
        catalog: Arc::new(Catalog::new(
            storage,
            manifest,
            LogEnd { sequence: end.sequence, bytes: end.offset },
        )),
        part_bytes_max: options.part_bytes_max,
        room_bytes: options.room_bytes,
        part: end.file,
        sequence: end.sequence,
        end: end.offset,
        room_end: end.offset,
        next_frame: end.next_frame,
        last_has_visits: end.last_has_visits,
        buffer: Vec::new(),
    };
    Ok(Opened { log, state, recovery })
}

fn open_segment(
    storage: &dyn Storage,
    listed: &manifest::Segment,
    utc_offset_s: i32,
    recovery: &mut Recovery,
) -> Result<Slot, OpenError> {
    match Segment::open(storage, listed, utc_offset_s) {
        Ok(segment) => Ok(Slot::Ready(Arc::new(segment))),
        Err(ReadError::NewerFormat { file, version, newest }) => {
            Err(OpenError::NewerFormat { file, version, newest })
        }
        Err(error) => {
            recovery.damaged.push(error.clone());
            Ok(Slot::Damaged(*listed, error))
        }
    }
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
            let manifest = Manifest::new(options.utc_offset_s, 1);
            replace_manifest(storage, &manifest)?;
            Ok(manifest)
        });
    made.map_err(|fault| io_error("making the store in", ".")(io::Error::other(fault.said())))
}

fn refuse_parts_without_manifest(storage: &dyn Storage) -> Result<(), OpenError> {
    if let Some(sequence) = segment_files(storage)?.first() {
        let what = "there is a segment and the manifest is gone";
        return Err(damage(&segment::path(*sequence), 0, what).into());
    }
    for sequence in part_files(storage)? {
        refuse_if_it_has_frames(storage, sequence, "the log has visits and the manifest is gone")?;
    }
    Ok(())
}

/// Removes parts that were sealed, or made just before a crash and never listed.
fn remove_unused_parts(storage: &dyn Storage, manifest: &Manifest) -> Result<u64, OpenError> {
    let mut removed = 0;
    for sequence in part_files(storage)? {
        if manifest.log_parts.binary_search(&sequence).is_err() {
            if manifest.log_parts.first().is_none_or(|first| *first < sequence) {
                let what = "has visits and is not in the manifest";
                refuse_if_it_has_frames(storage, sequence, what)?;
            }
            let path = part::path(sequence);
            storage.remove(&path).map_err(io_error("removing", &path))?;
            removed += 1;
        }
    }
    storage.sync_dir("log").map_err(io_error("syncing", "log"))?;
    Ok(removed)
}

/// Removes segments that an interrupted step left behind.
fn remove_unused_segments(storage: &dyn Storage, manifest: &Manifest) -> Result<u64, OpenError> {
    let listed: HashSet<u64> = manifest.segment_files().map(|listed| listed.sequence).collect();
    let mut removed = 0;
    for sequence in segment_files(storage)? {
        if !listed.contains(&sequence) {
            let path = segment::path(sequence);
            storage.remove(&path).map_err(io_error("removing", &path))?;
            removed += 1;
        }
    }
    storage.sync_dir("segments").map_err(io_error("syncing", "segments"))?;
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
    files(storage, "log", part::sequence_of)
}

/// Sequences of the files that have a segment's name, rising.
pub(crate) fn segment_files(storage: &dyn Storage) -> Result<Vec<u64>, OpenError> {
    files(storage, "segments", segment::sequence_of)
}

fn files(
    storage: &dyn Storage,
    dir: &str,
    sequence_of: fn(&str) -> Option<u64>,
) -> Result<Vec<u64>, OpenError> {
    let names = storage.list(dir).map_err(io_error("listing", dir))?;
    let mut sequences: Vec<u64> = names.iter().filter_map(|name| sequence_of(name)).collect();
    sequences.sort_unstable();
    Ok(sequences)
}

pub(super) fn damage(file: &str, offset: u64, what: &str) -> Damage {
    Damage { file: file.to_owned(), offset, what: what.to_owned() }
}

pub(super) fn newer(file: &str, version: u32, newest: u32) -> OpenError {
    OpenError::NewerFormat { file: file.to_owned(), version, newest }
}
