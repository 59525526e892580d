//! A segment: visits of one civil day in both orders, written once and never changed.
//!
//! ```text
//! header, 40 bytes:
//!  0  8  magic "VLOGSEGM"
//!  8  4  format version
//! 12  4  reserved, zero
//! 16  8  sequence
//! 24  8  civil day, days since 1970-01-01 at the store's offset, signed
//! 32  4  reserved, zero
//! 36  4  CRC-32C of bytes 0..36
//! pages by person, then pages by checkpoint (see `page`), without gaps
//! index, 16 bytes for each page in the same order:
//!  0  8  first major number of the page
//!  8  4  entry time of its first visit, ms since the day began
//! 12  4  length of the page in bytes
//! footer, 104 bytes:
//!  0  8  magic "VLOGSEGF"
//!  8  4  format version
//! 12  4  count of pages by person
//! 16  4  count of pages by checkpoint
//! 20  4  reserved, zero
//! 24  8  sequence
//! 32  8  civil day
//! 40  8  count of visits, the same in both orders
//! 48  8  earliest entry time, ms since 1970 UTC
//! 56  8  latest entry time
//! 64  8  digest of the visits
//! 72  8  where the pages by person begin
//! 80  8  where the pages by checkpoint begin
//! 88  8  where the index begins
//! 96  4  CRC-32C of the index
//! 100 4  CRC-32C of bytes 0..100 of the footer
//! ```
//! The digest is the sum, modulo 2^64, of a hash of each visit (see [`hash`]), so that it does not
//! depend on their order and both orders can be held against it.

use std::ops::RangeInclusive;

use super::{
    frame::{u32_at, u64_at},
    page::{self, Order, ROWS_MAX},
};
use crate::visit::{TIME_MS_MAX, TIME_MS_MIN, Visit};

/// First bytes of every segment.
pub const MAGIC: [u8; 8] = *b"VLOGSEGM";

/// First bytes of every footer.
pub const FOOTER_MAGIC: [u8; 8] = *b"VLOGSEGF";

/// The version that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Bytes before the first page.
pub const HEADER_BYTES: usize = 40;

/// Bytes of the index for one page.
pub const INDEX_ENTRY_BYTES: usize = 16;

/// Last bytes of every segment.
pub const FOOTER_BYTES: usize = 104;

/// Ms of a day.
pub const DAY_MS: i64 = 86_400_000;

/// Civil days that a visit can be of, whatever the store's offset, and the one after them.
pub const DAYS: RangeInclusive<i64> = TIME_MS_MIN / DAY_MS - 1..=TIME_MS_MAX / DAY_MS + 1;

/// The facts of a footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footer {
    /// The segment's sequence number, from 1, never reused; 0 for one that is in memory only.
    pub sequence: u64,
    /// Civil day, days since 1970-01-01 at the store's offset.
    pub day: i64,
    /// How many visits, the same in both orders.
    pub visits: u64,
    /// Earliest entry time, ms since 1970 UTC.
    pub first_ms: i64,
    /// Latest entry time, ms since 1970 UTC.
    pub last_ms: i64,
    /// Sum of the visits' hashes.
    pub digest: u64,
    /// Count of pages, by person and by checkpoint.
    pub pages: [u32; 2],
    /// Where they begin.
    pub pages_at: [u64; 2],
    /// Where the index begins.
    pub index_at: u64,
    /// CRC-32C of the index.
    pub index_crc: u32,
}

/// Why bytes are not a segment's header, index or footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSegment {
    /// The header is too short, has another magic, or its checksum does not match.
    #[error("the segment's header is not whole")]
    Header,
    /// The same of the footer, or it contradicts itself or the file's length.
    #[error("the segment's footer is not whole")]
    Footer,
    /// The index's checksum does not match, or it contradicts the footer.
    #[error("the segment's index is not whole")]
    Index,
    /// It is whole and another segment than the one that was asked for.
    #[error("it is another segment")]
    Other,
    /// A newer program wrote it.
    #[error("format version {0}")]
    Newer(u32),
}

/// Path of a segment, relative to the store's folder.
#[must_use]
pub fn path(sequence: u64) -> String {
    format!("segments/{sequence:012}.seg")
}

/// The sequence of a file in the `segments` folder, when its name is a segment's.
#[must_use]
pub fn sequence_of(file_name: &str) -> Option<u64> {
    let sequence = file_name.strip_suffix(".seg")?.parse().ok()?;
    (path(sequence).strip_prefix("segments/") == Some(file_name)).then_some(sequence)
}

/// One visit's share of the digest: five words are folded in one after the other, each by
/// `x = high ^ low` of the 128-bit product `(x ^ word ^ 0x9e3779b97f4a7c15) * 0xa0761d6478bd642f`,
/// from `x = 0`. The words are person; entered; recorded; checkpoint and operator (high half);
/// flags, method (from bit 16), verdict (from bit 24) and status (from bit 32).
#[must_use]
pub fn hash(visit: &Visit) -> u64 {
    let small = u64::from(visit.flags)
        | u64::from(visit.method) << 16
        | u64::from(visit.verdict) << 24
        | u64::from(visit.status) << 32;
    let words = [
        visit.person,
        visit.entered_ms.cast_unsigned(),
        visit.recorded_ms.cast_unsigned(),
        u64::from(visit.checkpoint) | u64::from(visit.operator) << 32,
        small,
    ];
    words.iter().fold(0, |x, word| {
        let product = u128::from(x ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xa076_1d64_78bd_642f;
        (product as u64) ^ ((product >> 64) as u64)
    })
}

/// The header's bytes.
#[must_use]
pub fn encode_header(sequence: u64, day: i64) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[0..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[16..24].copy_from_slice(&sequence.to_le_bytes());
    bytes[24..32].copy_from_slice(&day.to_le_bytes());
    let crc = crc32c::crc32c(&bytes[..36]);
    bytes[36..40].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Sequence and day of a header.
///
/// # Errors
/// [`BadSegment::Header`] or [`BadSegment::Newer`].
pub fn decode_header(bytes: &[u8]) -> Result<(u64, i64), BadSegment> {
    let bytes: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(BadSegment::Header)?;
    if bytes[0..8] != MAGIC || crc32c::crc32c(&bytes[..36]) != u32_at(bytes, 36) {
        return Err(BadSegment::Header);
    }
    check_version(u32_at(bytes, 8))?;
    let day = u64_at(bytes, 24).cast_signed();
    if DAYS.contains(&day) { Ok((u64_at(bytes, 16), day)) } else { Err(BadSegment::Header) }
}

fn check_version(version: u32) -> Result<(), BadSegment> {
    if version == VERSION { Ok(()) } else { Err(BadSegment::Newer(version)) }
}

/// The footer's bytes.
#[must_use]
pub fn encode_footer(footer: &Footer) -> [u8; FOOTER_BYTES] {
    let mut bytes = [0; FOOTER_BYTES];
    bytes[0..8].copy_from_slice(&FOOTER_MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..16].copy_from_slice(&footer.pages[0].to_le_bytes());
    bytes[16..20].copy_from_slice(&footer.pages[1].to_le_bytes());
    bytes[24..32].copy_from_slice(&footer.sequence.to_le_bytes());
    bytes[32..40].copy_from_slice(&footer.day.to_le_bytes());
    bytes[40..48].copy_from_slice(&footer.visits.to_le_bytes());
    bytes[48..56].copy_from_slice(&footer.first_ms.to_le_bytes());
    bytes[56..64].copy_from_slice(&footer.last_ms.to_le_bytes());
    bytes[64..72].copy_from_slice(&footer.digest.to_le_bytes());
    bytes[72..80].copy_from_slice(&footer.pages_at[0].to_le_bytes());
    bytes[80..88].copy_from_slice(&footer.pages_at[1].to_le_bytes());
    bytes[88..96].copy_from_slice(&footer.index_at.to_le_bytes());
    bytes[96..100].copy_from_slice(&footer.index_crc.to_le_bytes());
    let crc = crc32c::crc32c(&bytes[..100]);
    bytes[100..104].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Reads the footer of a segment of `file_bytes` bytes and checks that its parts fill the file.
///
/// # Errors
/// [`BadSegment::Footer`] or [`BadSegment::Newer`].
pub fn decode_footer(bytes: &[u8], file_bytes: u64) -> Result<Footer, BadSegment> {
    let bytes: &[u8; FOOTER_BYTES] = bytes.first_chunk().ok_or(BadSegment::Footer)?;
    if bytes[0..8] != FOOTER_MAGIC || crc32c::crc32c(&bytes[..100]) != u32_at(bytes, 100) {
        return Err(BadSegment::Footer);
    }
    check_version(u32_at(bytes, 8))?;
    let footer = Footer {
        sequence: u64_at(bytes, 24),
        day: u64_at(bytes, 32).cast_signed(),
        visits: u64_at(bytes, 40),
        first_ms: u64_at(bytes, 48).cast_signed(),
        last_ms: u64_at(bytes, 56).cast_signed(),
        digest: u64_at(bytes, 64),
        pages: [u32_at(bytes, 12), u32_at(bytes, 16)],
        pages_at: [u64_at(bytes, 72), u64_at(bytes, 80)],
        index_at: u64_at(bytes, 88),
        index_crc: u32_at(bytes, 96),
    };
    let in_order = footer.pages_at[0] == HEADER_BYTES as u64
        && footer.pages_at[0] <= footer.pages_at[1]
        && footer.pages_at[1] <= footer.index_at;
    let end = footer.index_at.checked_add(footer.index_bytes() + FOOTER_BYTES as u64);
    let fills = in_order && end == Some(file_bytes);
    if fills && footer.is_possible() { Ok(footer) } else { Err(BadSegment::Footer) }
}

impl Footer {
    /// Whether there can be such visits in so many pages.
    fn is_possible(&self) -> bool {
        let times = TIME_MS_MIN..TIME_MS_MAX;
        let room = u64::from(self.pages[0].min(self.pages[1])) * ROWS_MAX as u64;
        DAYS.contains(&self.day)
            && (1..=room).contains(&self.visits)
            && self.first_ms <= self.last_ms
            && times.contains(&self.first_ms)
            && times.contains(&self.last_ms)
    }

    /// Bytes of the index.
    #[must_use]
    pub fn index_bytes(&self) -> u64 {
        (u64::from(self.pages[0]) + u64::from(self.pages[1])) * INDEX_ENTRY_BYTES as u64
    }
}

/// Where the pages of one order are and what each begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// First (major number, entry time in the day) of each page.
    pub firsts: Vec<(u64, u32)>,
    /// Where each page begins, and where the last one ends.
    pub offsets: Vec<u64>,
}

impl Index {
    /// An index without pages, whose first page will begin at `offset`.
    #[must_use]
    pub fn at(offset: u64) -> Self {
        Self { firsts: Vec::new(), offsets: vec![offset] }
    }

    /// Adds a page of `bytes` bytes.
    pub fn push(&mut self, first: (u64, u32), bytes: usize) {
        self.firsts.push(first);
        self.offsets.push(self.end() + bytes as u64);
    }

    /// Where the last page ends.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// How many pages.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.firsts.len()
    }

    /// Pages that may have visits of `major` with `from <= time < to`.
    #[must_use]
    pub fn span(&self, major: u64, from: u32, to: u32) -> std::ops::Range<usize> {
        if from >= to {
            return 0..0;
        }
        // The page before the first that begins at or after the start may reach into it.
        let start = self.firsts.partition_point(|first| *first < (major, from));
        let end = self.firsts.partition_point(|first| *first < (major, to));
        start.saturating_sub(1)..end
    }

    /// Appends the index's bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        for (first, ends) in self.firsts.iter().zip(self.offsets.windows(2)) {
            out.extend_from_slice(&first.0.to_le_bytes());
            out.extend_from_slice(&first.1.to_le_bytes());
            // No page is longer than `page::BYTES_MAX`.
            out.extend_from_slice(&((ends[1] - ends[0]) as u32).to_le_bytes());
        }
    }
}

/// Reads the index that `footer` speaks of: by person, by checkpoint.
///
/// # Errors
/// [`BadSegment::Index`].
pub fn decode_index(bytes: &[u8], footer: &Footer) -> Result<[Index; 2], BadSegment> {
    if bytes.len() as u64 != footer.index_bytes() || crc32c::crc32c(bytes) != footer.index_crc {
        return Err(BadSegment::Index);
    }
    let (entries, _) = bytes.as_chunks::<INDEX_ENTRY_BYTES>();
    let (by_person, by_checkpoint) = entries.split_at(footer.pages[0] as usize);
    let decode = |entries: &[[u8; INDEX_ENTRY_BYTES]], at: u64, end: u64| {
        let mut index = Index::at(at);
        index.firsts.reserve_exact(entries.len());
        index.offsets.reserve_exact(entries.len());
        for entry in entries {
            let first = (u64_at(entry, 0), u32_at(entry, 8));
            let length = u32_at(entry, 12) as usize;
            let possible = (page::HEADER_BYTES..=page::BYTES_MAX).contains(&length);
            if !possible || index.firsts.last().is_some_and(|before| *before > first) {
                return Err(BadSegment::Index);
            }
            index.push(first, length);
        }
        if index.end() == end { Ok(index) } else { Err(BadSegment::Index) }
    };
    Ok([
        decode(by_person, footer.pages_at[0], footer.pages_at[1])?,
        decode(by_checkpoint, footer.pages_at[1], footer.index_at)?,
    ])
}

/// The place of an order in pairs like [`Footer::pages`].
#[must_use]
pub fn place(order: Order) -> usize {
    match order {
        Order::Person => 0,
        Order::Checkpoint => 1,
    }
}

#[cfg(test)]
mod tests;
