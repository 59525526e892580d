//! The files of a store at one moment, held open so that sealing, merging and deleting can go on
//! without pulling one away.

use std::{io, sync::Arc};

use crate::{
    engine::Engine,
    format::{
        manifest::{self, Manifest},
        part, segment,
    },
    segment::{Segment, Slot},
    storage::{Storage, StorageFile},
};

/// Everything that is listed at one moment.
pub(crate) struct Moment {
    pub(crate) manifest: Manifest,
    pub(crate) parts: Vec<PartFile>,
    /// Segments, then extracts, in the manifest's order.
    pub(crate) segments: Vec<SegmentFile>,
}

/// A log part.
pub(crate) struct PartFile {
    pub(crate) sequence: u64,
    pub(crate) file: io::Result<Box<dyn StorageFile>>,
    /// Where it ends durably; without one, at its last whole frame.
    pub(crate) end: Option<u64>,
}

/// A segment or an extract.
pub(crate) struct SegmentFile {
    /// What the manifest says of it, when there is one.
    pub(crate) listed: Option<manifest::Segment>,
    pub(crate) path: String,
    file: io::Result<Handle>,
}

enum Handle {
    /// The engine has it open already.
    Shared(Arc<Segment>),
    Own(Box<dyn StorageFile>),
}

impl SegmentFile {
    pub(crate) fn file(&self) -> io::Result<&dyn StorageFile> {
        match &self.file {
            Ok(Handle::Own(file)) => Ok(&**file),
            Ok(Handle::Shared(segment)) => {
                segment.file().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
            }
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }
}

impl Moment {
    /// Of a folder that nobody writes in, by its manifest.
    pub(crate) fn of_folder(storage: &dyn Storage, manifest: Manifest) -> Self {
        let parts = manifest.log_parts.iter().map(|sequence| part_file(storage, *sequence, None));
        let segments = manifest.segment_files().map(|listed| SegmentFile {
            listed: Some(*listed),
            path: segment::path(listed.sequence),
            file: storage.open(&segment::path(listed.sequence)).map(Handle::Own),
        });
        Self { parts: parts.collect(), segments: segments.collect(), manifest }
    }

    /// Of the files that are found in a folder without a manifest.
    pub(crate) fn of_found(
        storage: &dyn Storage,
        manifest: Manifest,
        parts: &[u64],
        segments: &[u64],
    ) -> Self {
        let parts = parts.iter().map(|sequence| part_file(storage, *sequence, None)).collect();
        let segments = segments.iter().map(|sequence| SegmentFile {
            listed: None,
            path: segment::path(*sequence),
            file: storage.open(&segment::path(*sequence)).map(Handle::Own),
        });
        Self { parts, segments: segments.collect(), manifest }
    }
}

fn part_file(storage: &dyn Storage, sequence: u64, end: Option<u64>) -> PartFile {
    PartFile { sequence, file: storage.open(&part::path(sequence)), end }
}

impl Engine {
    /// Everything that is listed now, with the log up to its durable end: whatever has been
    /// acknowledged is in it. Neither the writer nor the keeper waits for more than the opening
    /// of the files.
    pub(crate) fn moment(&self) -> Moment {
        let catalog = &self.shared.catalog;
        let storage = &*catalog.storage;
        catalog.hold(|manifest, log_end| {
            let parts = manifest.log_parts.iter().map(|sequence| {
                let end = match sequence.cmp(&log_end.sequence) {
                    std::cmp::Ordering::Less => None,
                    std::cmp::Ordering::Equal => Some(log_end.bytes),
                    // Just begun: it has its header and nothing more is durable.
                    std::cmp::Ordering::Greater => Some(part::HEADER_BYTES as u64),
                };
                part_file(storage, *sequence, end)
            });
            let state = Arc::clone(&self.shared.state.read());
            let opened = |sequence: u64| {
                let extracts = state.extracts.iter().map(|(_, slot)| slot);
                state.segments.iter().chain(extracts).find_map(|slot| match slot {
                    Slot::Ready(segment) if slot.sequence() == sequence => Some(segment),
                    _ => None,
                })
            };
            let segments = manifest.segment_files().map(|listed| {
                let path = segment::path(listed.sequence);
                let file = match opened(listed.sequence) {
                    Some(segment) => Ok(Handle::Shared(Arc::clone(segment))),
                    None => storage.open(&path).map(Handle::Own),
                };
                SegmentFile { listed: Some(*listed), path, file }
            });
            Moment {
                parts: parts.collect(),
                segments: segments.collect(),
                manifest: manifest.clone(),
            }
        })
    }
}
