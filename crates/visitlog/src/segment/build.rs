//! Writing a segment: sorted visits in, pages, index and footer out.

use std::io;

use super::{Segment, day_start_ms};
use crate::{
    format::{
        page::{self, Order, ROWS_MAX, Scratch},
        segment::{self, Footer, Index},
    },
    storage::StorageFile,
    visit::Visit,
};

/// Visits of a page, half of what a reader is ready for: a short question reads, checks and
/// decodes half as much, for a tenth of a byte a visit.
const PAGE_ROWS: usize = ROWS_MAX / 2;

/// Pages written between two pauses.
const SLICE_PAGES: usize = 4;

/// Bytes gathered before a file is written to.
const WRITE_BYTES: usize = 1024 * 1024;

/// Where a segment's bytes go, in order.
pub(crate) trait Sink {
    /// Takes the next bytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
}

impl Sink for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// A file that is written from its beginning.
pub(crate) struct FileSink {
    file: Box<dyn StorageFile>,
    written: u64,
    buffer: Vec<u8>,
}

impl FileSink {
    pub(crate) fn new(file: Box<dyn StorageFile>) -> Self {
        Self { file, written: 0, buffer: Vec::new() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_at(&self.buffer, self.written)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Writes what is left and gives the file back, not yet synced.
    pub(crate) fn finish(mut self) -> io::Result<Box<dyn StorageFile>> {
        self.flush()?;
        Ok(self.file)
    }
}

impl Sink for FileSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }
}

/// Takes all visits in the order of persons, then all in the order of checkpoints.
pub(crate) struct SegmentWriter<'a, S> {
    sink: S,
    pause: &'a dyn Fn(),
    footer: Footer,
    day_start_ms: i64,
    order: Order,
    rows: Vec<Visit>,
    counted: [u64; 2],
    index: [Index; 2],
    scratch: Scratch,
    page: Vec<u8>,
}

impl<'a, S: Sink> SegmentWriter<'a, S> {
    pub(crate) fn new(mut sink: S, sequence: u64, day: i64, utc_offset_s: i32) -> io::Result<Self> {
        sink.write(&segment::encode_header(sequence, day))?;
        let at = segment::HEADER_BYTES as u64;
        let footer = Footer {
            sequence,
            day,
            visits: 0,
            first_ms: i64::MAX,
            last_ms: i64::MIN,
            digest: 0,
            pages: [0; 2],
            pages_at: [at; 2],
            index_at: at,
            index_crc: 0,
        };
        Ok(Self {
            sink,
            pause: &|| {},
            footer,
            day_start_ms: day_start_ms(day, utc_offset_s),
            order: Order::Person,
            rows: Vec::with_capacity(PAGE_ROWS),
            counted: [0; 2],
            index: [Index::at(at), Index::at(at)],
            scratch: Scratch::default(),
            page: Vec::new(),
        })
    }

    /// Calls `pause` every few pages, so that the thread can let others have its processor.
    pub(crate) fn pausing(self, pause: &'a dyn Fn()) -> Self {
        Self { pause, ..self }
    }

    /// Takes the next visit of the order under way.
    pub(crate) fn push(&mut self, visit: Visit) -> io::Result<()> {
        if self.order == Order::Person {
            if self.footer.sequence != 0 {
                // Nobody verifies what is in memory only.
                self.footer.digest = self.footer.digest.wrapping_add(segment::hash(&visit));
            }
            self.footer.first_ms = self.footer.first_ms.min(visit.entered_ms);
            self.footer.last_ms = self.footer.last_ms.max(visit.entered_ms);
        }
        self.rows.push(visit);
        if self.rows.len() == PAGE_ROWS { self.end_page() } else { Ok(()) }
    }

    fn end_page(&mut self) -> io::Result<()> {
        let Some(first) = self.rows.first() else { return Ok(()) };
        let (major, entered_ms, _) = self.order.key(first);
        // Within the day, so below 86,400,000.
        let first = (major, (entered_ms - self.day_start_ms) as u32);
        self.page.clear();
        page::encode(self.order, self.day_start_ms, &self.rows, &mut self.scratch, &mut self.page);
        self.sink.write(&self.page)?;
        let place = segment::place(self.order);
        self.index[place].push(first, self.page.len());
        self.counted[place] += self.rows.len() as u64;
        self.rows.clear();
        if self.index[place].pages().is_multiple_of(SLICE_PAGES) {
            (self.pause)();
        }
        Ok(())
    }

    /// Ends the order of persons and begins that of checkpoints.
    pub(crate) fn begin_checkpoints(&mut self) -> io::Result<()> {
        self.end_page()?;
        self.order = Order::Checkpoint;
        self.index[1] = Index::at(self.index[0].end());
        Ok(())
    }

    /// Whether as many visits have come by checkpoint as by person.
    pub(crate) fn orders_agree(&self) -> bool {
        self.counted[0] == self.counted[1] + self.rows.len() as u64
    }

    /// Writes index and footer.
    pub(crate) fn finish(mut self) -> io::Result<(S, Footer, [Index; 2])> {
        self.end_page()?;
        if self.counted[0] != self.counted[1] {
            // Whoever gave them gave its two orders differently.
            return Err(io::Error::other("the two orders hold different numbers of visits"));
        }
        self.page.clear();
        for index in &mut self.index {
            index.encode(&mut self.page);
            index.firsts.shrink_to_fit();
            index.offsets.shrink_to_fit();
        }
        let footer = Footer {
            visits: self.counted[0],
            // 2^32 pages are 4 x 10^12 visits of one day.
            pages: [self.index[0].pages() as u32, self.index[1].pages() as u32],
            pages_at: [segment::HEADER_BYTES as u64, self.index[0].end()],
            index_at: self.index[1].end(),
            index_crc: crc32c::crc32c(&self.page),
            ..self.footer
        };
        self.sink.write(&self.page)?;
        self.sink.write(&segment::encode_footer(&footer))?;
        Ok((self.sink, footer, self.index))
    }
}

impl SegmentWriter<'_, Vec<u8>> {
    /// The segment, in memory.
    pub(crate) fn into_memory(self) -> io::Result<Segment> {
        let day_start_ms = self.day_start_ms;
        let (mut bytes, footer, index) = self.finish()?;
        bytes.shrink_to_fit();
        Ok(Segment::in_memory(footer, day_start_ms, bytes, index))
    }
}

/// Builds segments in memory. What that takes is kept for the next one: memory that is taken anew
/// has to be cleared by the system first, which is most of the work.
#[derive(Default)]
pub(crate) struct Builder {
    keys: Vec<u128>,
    places: Vec<u32>,
    bytes: Vec<u8>,
}

impl Builder {
    /// A segment of visits of one day, in any order, each identity once. `pause` is called every
    /// few pages.
    pub(crate) fn build(
        &mut self,
        day: i64,
        utc_offset_s: i32,
        visits: &[Visit],
        pause: &dyn Fn(),
    ) -> io::Result<Segment> {
        self.bytes.clear();
        let bytes = std::mem::take(&mut self.bytes);
        let mut writer = SegmentWriter::new(bytes, 0, day, utc_offset_s)?.pausing(pause);
        let day_start_ms = day_start_ms(day, utc_offset_s);
        for order in Order::ALL {
            if order == Order::Checkpoint {
                writer.begin_checkpoints()?;
            }
            self.sort(order, day_start_ms, visits);
            for place in &self.places {
                writer.push(visits[*place as usize])?;
            }
        }
        let (bytes, footer, index) = writer.finish()?;
        self.bytes = bytes;
        Ok(Segment::in_memory(footer, day_start_ms, self.bytes.clone(), index))
    }

    /// Leaves the places of the visits in the order. Sorts plain numbers, which is several times
    /// faster than moving visits about.
    fn sort(&mut self, order: Order, day_start_ms: i64, visits: &[Visit]) {
        let Self { keys, places, .. } = self;
        keys.clear();
        keys.extend(visits.iter().enumerate().map(|(place, visit)| {
            let (major, entered_ms, _) = order.key(visit);
            // Within the day, so it fits; and a run has far fewer than 2^32 visits.
            let time = (entered_ms - day_start_ms) as u32;
            u128::from(major) << 64 | u128::from(time) << 32 | place as u128
        }));
        keys.sort_unstable();
        places.clear();
        places.extend(keys.iter().map(|key| *key as u32));
        // Visits of one major number in the same millisecond are few.
        let mut start = 0;
        for same in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
            if same.len() > 1 {
                places[start..start + same.len()]
                    .sort_unstable_by_key(|place| order.key(&visits[*place as usize]).2);
            }
            start += same.len();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::cell::Cell;

    fn visit(n: u64) -> Visit {
        Visit {
            person: n % 97,
            checkpoint: (n % 7) as u32,
            entered_ms: n as i64,
            recorded_ms: n as i64,
            method: 0,
            operator: 0,
            verdict: 0,
            status: 0,
            flags: 0,
        }
    }

    #[test]
    fn a_long_build_pauses_every_few_pages_in_both_orders() {
        let slices = 5;
        let visits: Vec<Visit> =
            (0..(slices * SLICE_PAGES * PAGE_ROWS) as u64).map(visit).collect();
        let pauses = Cell::new(0);
        let pause = || pauses.set(pauses.get() + 1);
        Builder::default().build(0, 0, &visits, &pause).unwrap();
        assert_eq!(pauses.get(), 2 * slices);
    }

    #[test]
    fn a_builder_that_has_built_builds_the_same_as_a_new_one() {
        let some: Vec<Visit> = (0..5_000).map(visit).collect();
        let few: Vec<Visit> = (0..30).map(visit).collect();
        let mut used = Builder::default();
        used.build(0, 0, &some, &|| {}).unwrap();
        let of_used = used.build(0, 0, &few, &|| {}).unwrap();
        let of_new = Builder::default().build(0, 0, &few, &|| {}).unwrap();
        assert_eq!(of_used.footer(), of_new.footer());
        assert_eq!(of_used.bytes(), of_new.bytes());
    }
}
