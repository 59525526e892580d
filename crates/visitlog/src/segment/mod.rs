//! Segments: sorted visits of one day, on disk or, before that, in memory in the same form.

mod build;
mod merge;
mod scan;
pub(crate) mod walk;

use std::{fmt::Write as _, sync::Arc};

pub(crate) use build::{Builder, FileSink, SegmentWriter, Sink};
pub(crate) use merge::{MergeError, merge};
pub(crate) use scan::{Ask, Found, Memory, scan};

use crate::{
    errors::{Damage, ReadError},
    format::{
        manifest,
        page::{BadPage, Order, Page},
        segment::{self, BadSegment, DAY_MS, FOOTER_BYTES, Footer, HEADER_BYTES, Index},
    },
    storage::{Storage, StorageFile},
};

/// Bytes read ahead at most when several pages in a row are wanted.
const READ_AHEAD_BYTES: u64 = 512 * 1024;

/// A stretch of a day, half-open, ms since it began.
pub(crate) type Clip = (u32, u32);

/// Where a segment's bytes are.
enum Source {
    File(Box<dyn StorageFile>),
    Memory(Vec<u8>),
}

/// A segment that can be read.
pub(crate) struct Segment {
    footer: Footer,
    day_start_ms: i64,
    bytes: u64,
    source: Source,
    index: [Index; 2],
}

impl Segment {
    /// Opens a segment of the store, checking its header, footer and index.
    pub(crate) fn open(
        storage: &dyn Storage,
        listed: &manifest::Segment,
        utc_offset_s: i32,
    ) -> Result<Self, ReadError> {
        let path = segment::path(listed.sequence);
        let io = |error: std::io::Error| ReadError::io(&path, &error);
        let damage = |offset: u64, bad: BadSegment| match bad {
            BadSegment::Newer(version) => {
                ReadError::NewerFormat { file: path.clone(), version, newest: segment::VERSION }
            }
            bad => ReadError::Damaged(Damage { file: path.clone(), offset, what: bad.to_string() }),
        };
        let file = storage.open(&path).map_err(io)?;
        let bytes = file.length().map_err(io)?;
        let read = |offset: u64, length: usize| {
            let mut buffer = vec![0; length];
            let count = file.read_at(&mut buffer, offset).map_err(io)?;
            buffer.truncate(count);
            Ok::<_, ReadError>(buffer)
        };
        let header = segment::decode_header(&read(0, HEADER_BYTES)?);
        let (sequence, day) = header.map_err(|bad| damage(0, bad))?;
        let footer_at = bytes.saturating_sub(FOOTER_BYTES as u64);
        let footer = segment::decode_footer(&read(footer_at, FOOTER_BYTES)?, bytes)
            .map_err(|bad| damage(footer_at, bad))?;
        let wanted = (listed.sequence, listed.day, listed.visits);
        if (sequence, day, footer.visits) != wanted
            || (footer.sequence, footer.day) != (sequence, day)
        {
            return Err(damage(0, BadSegment::Other));
        }
        // The footer has been held against the file's length.
        let index = read(footer.index_at, footer.index_bytes() as usize)?;
        let index =
            segment::decode_index(&index, &footer).map_err(|bad| damage(footer.index_at, bad))?;
        let day_start_ms = day_start_ms(day, utc_offset_s);
        Ok(Self { footer, day_start_ms, bytes, source: Source::File(file), index })
    }

    /// A segment that was just written to a file.
    pub(crate) fn written(
        footer: Footer,
        utc_offset_s: i32,
        file: Box<dyn StorageFile>,
        index: [Index; 2],
    ) -> std::io::Result<Self> {
        let day_start_ms = day_start_ms(footer.day, utc_offset_s);
        let bytes = file.length()?;
        Ok(Self { footer, day_start_ms, bytes, source: Source::File(file), index })
    }

    /// A segment that was just built in memory.
    fn in_memory(footer: Footer, day_start_ms: i64, bytes: Vec<u8>, index: [Index; 2]) -> Self {
        let length = bytes.len() as u64;
        Self { footer, day_start_ms, bytes: length, source: Source::Memory(bytes), index }
    }

    pub(crate) fn footer(&self) -> &Footer {
        &self.footer
    }

    /// The file, when it is on disk.
    pub(crate) fn file(&self) -> Option<&dyn StorageFile> {
        match &self.source {
            Source::File(file) => Some(&**file),
            Source::Memory(_) => None,
        }
    }

    pub(crate) fn day(&self) -> i64 {
        self.footer.day
    }

    pub(crate) fn visits(&self) -> u64 {
        self.footer.visits
    }

    /// Bytes of the file, or of memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn day_start_ms(&self) -> i64 {
        self.day_start_ms
    }

    /// Bytes of memory: the index, and the contents when they are there.
    pub(crate) fn memory_bytes(&self) -> usize {
        let index: usize = self.index.iter().map(|index| index.offsets.capacity() * 24).sum();
        index + if let Source::Memory(bytes) = &self.source { bytes.capacity() } else { 0 }
    }

    pub(crate) fn index(&self, order: Order) -> &Index {
        &self.index[segment::place(order)]
    }

    /// The part of `from_ms..to_ms` that this segment may have, ms since its day began.
    pub(crate) fn clip(&self, from_ms: i64, to_ms: i64) -> Option<Clip> {
        let from_ms = from_ms.max(self.footer.first_ms);
        let to_ms = to_ms.min(self.footer.last_ms + 1);
        // Both are within the day, so they fit.
        let in_day = |ms: i64| (ms - self.day_start_ms).clamp(0, DAY_MS) as u32;
        (from_ms < to_ms).then(|| (in_day(from_ms), in_day(to_ms)))
    }

    /// For what is wrong with this segment.
    pub(crate) fn damage(&self, offset: u64, what: &str) -> ReadError {
        let file = self.name();
        ReadError::Damaged(Damage { file, offset, what: what.to_owned() })
    }

    fn name(&self) -> String {
        let mut name = segment::path(self.footer.sequence);
        if matches!(self.source, Source::Memory(_)) {
            // Writing to a String cannot fail.
            let _ = write!(name, " (in memory)");
        }
        name
    }
}

/// When a civil day begins, ms since 1970 UTC.
pub(crate) fn day_start_ms(day: i64, utc_offset_s: i32) -> i64 {
    day * DAY_MS - i64::from(utc_offset_s) * 1000
}

/// Reads a segment's pages, several at once when they are wanted in a row.
pub(crate) struct PageReader<'a> {
    segment: &'a Segment,
    order: Order,
    buffer: Vec<u8>,
    /// How much of the buffer was read, and where in the file that begins.
    filled: usize,
    start: u64,
}

impl<'a> PageReader<'a> {
    pub(crate) fn new(segment: &'a Segment, order: Order, buffer: Vec<u8>) -> Self {
        Self { segment, order, buffer, filled: 0, start: 0 }
    }

    /// The buffer, for the next reader.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// The page of that number, of which there must be one; the pages before `until` are wanted
    /// next.
    pub(crate) fn page(&mut self, number: usize, until: usize) -> Result<Page<'_>, ReadError> {
        let index = self.segment.index(self.order);
        let (offset, end) = (index.offsets[number], index.offsets[number + 1]);
        let page = match &self.segment.source {
            // This process has made it and holds it; a disk could not have changed it.
            Source::Memory(bytes) => Page::trusted(&bytes[offset as usize..end as usize]),
            Source::File(file) => {
                let buffered = self.start..self.start + self.filled as u64;
                if offset < buffered.start || end > buffered.end {
                    let last = index.offsets[until.clamp(number + 1, index.pages())];
                    let ahead = last.min(offset + READ_AHEAD_BYTES).max(end);
                    let wanted = (ahead - offset) as usize;
                    if self.buffer.len() < wanted {
                        self.buffer.resize(wanted, 0);
                    }
                    (self.start, self.filled) = (offset, 0);
                    let read = file.read_at(&mut self.buffer[..wanted], offset);
                    self.filled =
                        read.map_err(|error| ReadError::io(&self.segment.name(), &error))?;
                }
                let at = (offset - self.start) as usize;
                let until = (at + (end - offset) as usize).min(self.filled);
                Page::read(&self.buffer[at.min(until)..until])
            }
        };
        let first = index.firsts[number].0;
        page.and_then(|page| {
            let expected = page.order() == self.order && page.first_major() == first;
            if expected { Ok(page) } else { Err(BadPage::Other) }
        })
        .map_err(|bad| self.segment.damage(offset, &bad.to_string()))
    }
}

/// A segment of the store, or what is wrong with it.
#[derive(Clone)]
pub(crate) enum Slot {
    Ready(Arc<Segment>),
    /// Damaged beyond reading its index; questions about its day fail.
    Damaged(manifest::Segment, ReadError),
}

impl Slot {
    pub(crate) fn day(&self) -> i64 {
        match self {
            Self::Ready(segment) => segment.day(),
            Self::Damaged(listed, _) => listed.day,
        }
    }

    pub(crate) fn ready(&self) -> Option<&Segment> {
        match self {
            Self::Ready(segment) => Some(segment),
            Self::Damaged(..) => None,
        }
    }

    pub(crate) fn sequence(&self) -> u64 {
        match self {
            Self::Ready(segment) => segment.footer().sequence,
            Self::Damaged(listed, _) => listed.sequence,
        }
    }

    /// Latest entry time.
    pub(crate) fn last_ms(&self) -> i64 {
        match self {
            Self::Ready(segment) => segment.footer().last_ms,
            Self::Damaged(listed, _) => listed.last_ms,
        }
    }

    pub(crate) fn visits(&self) -> u64 {
        match self {
            Self::Ready(segment) => segment.visits(),
            Self::Damaged(listed, _) => listed.visits,
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Ready(segment) => segment.bytes(),
            Self::Damaged(listed, _) => listed.bytes,
        }
    }

    /// The segment, when it may have something of that stretch.
    pub(crate) fn reaching(
        &self,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Option<(&Segment, Clip)>, ReadError> {
        match self {
            Self::Ready(segment) => Ok(segment.clip(from_ms, to_ms).map(|clip| (&**segment, clip))),
            Self::Damaged(listed, error) => {
                let apart = listed.last_ms < from_ms || to_ms <= listed.first_ms;
                if apart { Ok(None) } else { Err(error.clone()) }
            }
        }
    }
}
