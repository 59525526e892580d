//! A page of a segment: up to 1,024 visits in one order, column by column.
//!
//! ```text
//!  0  4  magic "VSP1"
//!  4  4  length of the whole page in bytes
//!  8  4  CRC-32C of everything from byte 12 on
//! 12  2  count of visits, 1..=1024
//! 14  1  which columns are there, one bit each, lowest first; one that is not is all zeros
//! 15  1  flags: bit 0, order (0 by person, 1 by checkpoint); bit 1, times are steps
//! 16  8  first major number
//! 24  8  least minor number
//! 32  4  least entry time, ms since the day began
//! 36  4  count of attributes, 1..=1024
//! 40     the columns that are there, in this order:
//!          0  major, low 32 bits: how much larger than the visit before (0 for the first)
//!          1  major, high 32 bits of the same
//!          2  entry time: ms above the least; or, as steps, ms since the visit before when that
//!             has the same major number and ms above the least otherwise
//!          3  minor, low 32 bits: how much larger than the least
//!          4  minor, high 32 bits of the same
//!          5  recorded minus entered, ms, zigzag, low 32 bits
//!          6  high 32 bits of the same
//!          7  which attribute
//! then   9 × count  attributes: operator u32, flags u16, method u8, verdict u8, status u8
//! ```
//! By person, major is the person and minor the checkpoint; by checkpoint the other way round.
//! Visits are in the order of (major, entry time, minor).

use std::{cmp::Reverse, ops::Range};

use super::{
    column::{self, BLOCK_ROWS, BLOCKS_MAX, Column},
    frame::{u32_at, u64_at},
    segment::DAY_MS,
};
use crate::visit::Visit;

/// First bytes of every page.
pub const MAGIC: [u8; 4] = *b"VSP1";

/// Most visits of a page.
pub const ROWS_MAX: usize = 1024;

/// Bytes before the columns.
pub const HEADER_BYTES: usize = 40;

/// Longest page: every column packed at full width, every visit with an attribute of its own.
pub const BYTES_MAX: usize =
    HEADER_BYTES + COLUMNS * (2 * BLOCKS_MAX + 4 * ROWS_MAX) + ATTRIBUTE_BYTES * ROWS_MAX;

const COLUMNS: usize = 8;
const MAJOR: usize = 0;
const TIME: usize = 2;
const MINOR: usize = 3;
const RECORDED: usize = 5;
const ATTRIBUTE: usize = 7;
const ATTRIBUTE_BYTES: usize = 9;
const BY_CHECKPOINT: u8 = 1;
const TIMES_ARE_STEPS: u8 = 2;

/// The two orders that visits are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// (person, entry time, checkpoint)
    Person,
    /// (checkpoint, entry time, person)
    Checkpoint,
}

impl Order {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Person, Self::Checkpoint];

    /// What the order sorts by.
    #[must_use]
    pub fn key(self, visit: &Visit) -> (u64, i64, u64) {
        let (person, checkpoint) = (visit.person, u64::from(visit.checkpoint));
        match self {
            Self::Person => (person, visit.entered_ms, checkpoint),
            Self::Checkpoint => (checkpoint, visit.entered_ms, person),
        }
    }
}

/// Why bytes are not a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPage {
    /// Fewer bytes than a header, or than the header promises.
    #[error("the page is cut short")]
    Short,
    /// The magic is something else.
    #[error("no page begins here")]
    Magic,
    /// The checksum does not match.
    #[error("the page's checksum does not match")]
    Checksum,
    /// A count is out of range.
    #[error("the page's header is impossible")]
    Header,
    /// A column is none.
    #[error("a column of the page is impossible")]
    Column,
    /// A visit has an attribute that is not there.
    #[error("the page's attributes are impossible")]
    Attribute,
    /// A visit is of no time that is kept, or of another day.
    #[error("the page holds an impossible visit")]
    Visit,
    /// Its visits are not in the order's order.
    #[error("the page's visits are not in order")]
    Unsorted,
    /// It is a page of the other order, or not the one that the index promises.
    #[error("another page than the index says")]
    Other,
}

/// Length of the page that begins at `bytes[0]`, as its header says.
///
/// # Errors
/// [`BadPage::Short`], [`BadPage::Magic`] or [`BadPage::Header`].
pub fn length(bytes: &[u8]) -> Result<usize, BadPage> {
    let header: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(BadPage::Short)?;
    if header[..4] != MAGIC {
        return Err(BadPage::Magic);
    }
    let length = u32_at(header, 4) as usize;
    if (HEADER_BYTES..=BYTES_MAX).contains(&length) { Ok(length) } else { Err(BadPage::Header) }
}

/// Memory that encoding needs again and again.
pub(crate) struct Scratch {
    columns: Box<[[u32; ROWS_MAX]; COLUMNS]>,
    steps: Box<[u32; ROWS_MAX]>,
    spare: Vec<u8>,
    attributes: Vec<Attribute>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            columns: Box::new([[0; ROWS_MAX]; COLUMNS]),
            steps: Box::new([0; ROWS_MAX]),
            spare: Vec::new(),
            attributes: Vec::new(),
        }
    }
}

/// What many visits have in common, and how many of the page's have it.
struct Attribute {
    bytes: [u8; ATTRIBUTE_BYTES],
    visits: u32,
}

/// Appends one page to `out`: 1 to [`ROWS_MAX`] visits of the day that begins at `day_start_ms`,
/// in the order's order.
pub(crate) fn encode(
    order: Order,
    day_start_ms: i64,
    visits: &[Visit],
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) {
    debug_assert!((1..=ROWS_MAX).contains(&visits.len()), "the caller keeps to the limit");
    let Scratch { columns, steps, spare, attributes } = scratch;
    attributes.clear();
    let in_day = |visit: &Visit| (visit.entered_ms - day_start_ms) as u32;
    let least_time = visits.iter().map(in_day).min().unwrap_or(0);
    let least_minor = visits.iter().map(|visit| order.key(visit).2).min().unwrap_or(0);
    let first_major = visits.first().map_or(0, |visit| order.key(visit).0);
    let mut before = (first_major, least_time);
    for (row, visit) in visits.iter().enumerate() {
        let (major, _, minor) = order.key(visit);
        let time = in_day(visit);
        steps[row] = time - if major == before.0 { before.1 } else { least_time };
        let recorded = zigzag(visit.recorded_ms - visit.entered_ms);
        let (step, above) = (major - before.0, minor - least_minor);
        columns[MAJOR][row] = step as u32;
        columns[MAJOR + 1][row] = (step >> 32) as u32;
        columns[TIME][row] = time - least_time;
        columns[MINOR][row] = above as u32;
        columns[MINOR + 1][row] = (above >> 32) as u32;
        columns[RECORDED][row] = recorded as u32;
        columns[RECORDED + 1][row] = (recorded >> 32) as u32;
        columns[ATTRIBUTE][row] = attribute_of(attributes, visit);
        before = (major, time);
    }
    put_common_attributes_first(attributes, &mut columns[ATTRIBUTE][..visits.len()]);
    let start = out.len();
    out.resize(start + HEADER_BYTES, 0);
    let (mut present, mut flags) = (0, 0);
    for (place, column) in columns.iter().enumerate() {
        let column = &column[..visits.len()];
        if column.iter().fold(0, |all, number| all | number) == 0 {
            continue;
        }
        present |= 1 << place;
        let column_start = out.len();
        column::encode(column, out);
        if place == TIME {
            spare.clear();
            column::encode(&steps[..visits.len()], spare);
            if spare.len() < out.len() - column_start {
                out.truncate(column_start);
                out.extend_from_slice(spare);
                flags |= TIMES_ARE_STEPS;
            }
        }
    }
    for attribute in attributes.iter() {
        out.extend_from_slice(&attribute.bytes);
    }
    if order == Order::Checkpoint {
        flags |= BY_CHECKPOINT;
    }
    let length = (out.len() - start) as u32;
    let page = &mut out[start..];
    page[0..4].copy_from_slice(&MAGIC);
    page[4..8].copy_from_slice(&length.to_le_bytes());
    page[12..14].copy_from_slice(&(visits.len() as u16).to_le_bytes());
    page[14..16].copy_from_slice(&[present, flags]);
    page[16..24].copy_from_slice(&first_major.to_le_bytes());
    page[24..32].copy_from_slice(&least_minor.to_le_bytes());
    page[32..36].copy_from_slice(&least_time.to_le_bytes());
    page[36..40].copy_from_slice(&(attributes.len() as u32).to_le_bytes());
    let crc = crc32c::crc32c(&page[12..]);
    page[8..12].copy_from_slice(&crc.to_le_bytes());
}

/// The place of the visit's attribute in the list, which grows when it is new.
fn attribute_of(attributes: &mut Vec<Attribute>, visit: &Visit) -> u32 {
    let mut bytes = [0; ATTRIBUTE_BYTES];
    bytes[0..4].copy_from_slice(&visit.operator.to_le_bytes());
    bytes[4..6].copy_from_slice(&visit.flags.to_le_bytes());
    bytes[6..9].copy_from_slice(&[visit.method, visit.verdict, visit.status]);
    for (place, known) in attributes.iter_mut().enumerate() {
        if known.bytes == bytes {
            known.visits += 1;
            return place as u32;
        }
    }
    attributes.push(Attribute { bytes, visits: 1 });
    attributes.len() as u32 - 1
}

/// The commonest attribute gets the smallest number, so that most visits cost few bits.
fn put_common_attributes_first(attributes: &mut [Attribute], column: &mut [u32]) {
    if attributes.is_sorted_by_key(|attribute| Reverse(attribute.visits)) {
        return;
    }
    let mut places: Vec<u32> = (0..attributes.len() as u32).collect();
    places.sort_by_key(|place| Reverse(attributes[*place as usize].visits));
    let mut new_places = vec![0; places.len()];
    for (new, old) in places.iter().enumerate() {
        new_places[*old as usize] = new as u32;
    }
    column.iter_mut().for_each(|place| *place = new_places[*place as usize]);
    attributes.sort_by_key(|attribute| Reverse(attribute.visits));
}

fn zigzag(number: i64) -> u64 {
    (number.wrapping_shl(1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// A page whose shape has been checked.
pub struct Page<'a> {
    rows: usize,
    order: Order,
    times_are_steps: bool,
    first_major: u64,
    least_minor: u64,
    least_time: u32,
    columns: [Option<Column<'a>>; COLUMNS],
    attributes: &'a [[u8; ATTRIBUTE_BYTES]],
}

impl<'a> Page<'a> {
    /// Reads the page that begins at `bytes[0]`, checking its checksum.
    ///
    /// # Errors
    /// [`BadPage`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, BadPage> {
        let page = bytes.get(..length(bytes)?).ok_or(BadPage::Short)?;
        if crc32c::crc32c(&page[12..]) != u32_at(page, 8) {
            return Err(BadPage::Checksum);
        }
        Self::trusted(page)
    }

    /// As [`Page::read`] for bytes that this process has just written to memory.
    pub(crate) fn trusted(page: &'a [u8]) -> Result<Self, BadPage> {
        let header: &[u8; HEADER_BYTES] = page.first_chunk().ok_or(BadPage::Short)?;
        let rows = usize::from(u16::from_le_bytes([header[12], header[13]]));
        let count = u32_at(header, 36) as usize;
        let (present, flags) = (header[14], header[15]);
        let counts = 1..=ROWS_MAX;
        if !counts.contains(&rows) || !counts.contains(&count) || flags > 3 {
            return Err(BadPage::Header);
        }
        let mut rest = &page[HEADER_BYTES..];
        let mut columns = [None; COLUMNS];
        for (place, column) in columns.iter_mut().enumerate() {
            if present & (1 << place) != 0 {
                *column = Some(Column::split(&mut rest, rows)?);
            }
        }
        let (attributes, rest) = rest.as_chunks::<ATTRIBUTE_BYTES>();
        if attributes.len() != count || !rest.is_empty() {
            return Err(BadPage::Attribute);
        }
        Ok(Self {
            rows,
            order: if flags & BY_CHECKPOINT == 0 { Order::Person } else { Order::Checkpoint },
            times_are_steps: flags & TIMES_ARE_STEPS != 0,
            first_major: u64_at(header, 16),
            least_minor: u64_at(header, 24),
            least_time: u32_at(header, 32),
            columns,
            attributes,
        })
    }

    /// How many visits it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Major number of its first visit.
    #[must_use]
    pub fn first_major(&self) -> u64 {
        self.first_major
    }

    /// Which order it is of.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// The bytes that each column takes, in the format's order, with the attributes last.
    #[must_use]
    pub fn column_bytes(&self) -> [usize; COLUMNS + 1] {
        let mut bytes = [0; COLUMNS + 1];
        for (bytes, column) in bytes.iter_mut().zip(&self.columns) {
            *bytes = column.as_ref().map_or(0, Column::bytes);
        }
        bytes[COLUMNS] = self.attributes.len() * ATTRIBUTE_BYTES;
        bytes
    }

    /// Major numbers and entry times (ms since the day began) of every visit, into the fronts of
    /// the two lists.
    pub fn keys(&self, majors: &mut [u64; ROWS_MAX], times: &mut [u32; ROWS_MAX]) {
        self.keys_until((u64::MAX, u32::MAX), majors, times);
    }

    /// As [`Page::keys`], of as many visits as are needed to know all before `beyond` (major,
    /// time); gives how many.
    pub(crate) fn keys_until(
        &self,
        beyond: (u64, u32),
        majors: &mut [u64; ROWS_MAX],
        times: &mut [u32; ROWS_MAX],
    ) -> usize {
        let (majors, _) = majors.as_chunks_mut::<BLOCK_ROWS>();
        let (times, _) = times.as_chunks_mut::<BLOCK_ROWS>();
        let (mut major, mut time) = (self.first_major, self.least_time);
        let mut steps = [0; BLOCK_ROWS];
        let blocks = self.rows.div_ceil(BLOCK_ROWS);
        if self.columns[MAJOR].is_none() && self.columns[MAJOR + 1].is_none() {
            // A busy checkpoint fills whole pages.
            for (block, (majors, times)) in majors.iter_mut().zip(times).take(blocks).enumerate() {
                majors.fill(major);
                self.block(TIME, block, times);
                for time_out in times {
                    let before = if self.times_are_steps { time } else { self.least_time };
                    time = before.wrapping_add(*time_out);
                    *time_out = time;
                }
                if (major, time) >= beyond {
                    return ((block + 1) * BLOCK_ROWS).min(self.rows);
                }
            }
            return self.rows;
        }
        for (block, (majors, times)) in majors.iter_mut().zip(times).take(blocks).enumerate() {
            self.wide_block(MAJOR, block, &mut steps);
            self.block(TIME, block, times);
            if self.times_are_steps {
                for (time_out, step) in times.iter_mut().zip(&steps) {
                    let before = if *step == 0 { time } else { self.least_time };
                    time = before.wrapping_add(*time_out);
                    *time_out = time;
                }
            } else {
                times.iter_mut().for_each(|time| *time = time.wrapping_add(self.least_time));
            }
            for (major_out, step) in majors.iter_mut().zip(&steps) {
                major = major.wrapping_add(*step);
                *major_out = major;
            }
            if (major, times[BLOCK_ROWS - 1]) >= beyond {
                return ((block + 1) * BLOCK_ROWS).min(self.rows);
            }
        }
        self.rows
    }

    /// Minor numbers of one block of visits.
    pub fn minors(&self, block: usize, out: &mut [u64; BLOCK_ROWS]) {
        if self.columns[MINOR + 1].is_none() {
            let mut above = [0; BLOCK_ROWS];
            self.block(MINOR, block, &mut above);
            for (minor, above) in out.iter_mut().zip(&above) {
                *minor = self.least_minor.wrapping_add(u64::from(*above));
            }
            return;
        }
        self.wide_block(MINOR, block, out);
        out.iter_mut().for_each(|minor| *minor = minor.wrapping_add(self.least_minor));
    }

    /// Appends the visits of `rows`, whose keys are known, to `out`.
    ///
    /// # Errors
    /// [`BadPage::Attribute`] when a visit has none, [`BadPage::Visit`] when it cannot have been
    /// of that day; some may have been appended by then.
    pub fn visits(
        &self,
        rows: Range<usize>,
        (majors, times): (&[u64; ROWS_MAX], &[u32; ROWS_MAX]),
        day_start_ms: i64,
        out: &mut Vec<Visit>,
    ) -> Result<(), BadPage> {
        let rows = rows.start..rows.end.min(self.rows);
        let (mut minors, mut recorded) = ([0; BLOCK_ROWS], [0; BLOCK_ROWS]);
        let mut attributes = [0; BLOCK_ROWS];
        for block in rows.start / BLOCK_ROWS..rows.end.div_ceil(BLOCK_ROWS) {
            self.minors(block, &mut minors);
            self.wide_block(RECORDED, block, &mut recorded);
            self.block(ATTRIBUTE, block, &mut attributes);
            let first = block * BLOCK_ROWS;
            for row in rows.start.max(first)..rows.end.min(first + BLOCK_ROWS) {
                let entered_ms = day_start_ms + i64::from(times[row]);
                let attribute = self.attributes.get(attributes[row - first] as usize);
                let attribute = attribute.ok_or(BadPage::Attribute)?;
                let (major, minor) = (majors[row], minors[row - first]);
                let (person, checkpoint) = match self.order {
                    Order::Person => (major, minor),
                    Order::Checkpoint => (minor, major),
                };
                let visit = Visit {
                    person,
                    // What was encoded fits; anything else is for `verify` to find.
                    checkpoint: checkpoint as u32,
                    entered_ms,
                    recorded_ms: entered_ms.wrapping_add(unzigzag(recorded[row - first])),
                    operator: u32_at(attribute, 0),
                    flags: u16::from_le_bytes([attribute[4], attribute[5]]),
                    method: attribute[6],
                    verdict: attribute[7],
                    status: attribute[8],
                };
                if i64::from(times[row]) >= DAY_MS || visit.check().is_err() {
                    return Err(BadPage::Visit);
                }
                out.push(visit);
            }
        }
        Ok(())
    }

    fn block(&self, column: usize, index: usize, out: &mut [u32; BLOCK_ROWS]) {
        match &self.columns[column] {
            Some(column) => column.block(index, out),
            None => *out = [0; BLOCK_ROWS],
        }
    }

    fn wide_block(&self, column: usize, index: usize, out: &mut [u64; BLOCK_ROWS]) {
        if self.columns[column].is_none() && self.columns[column + 1].is_none() {
            *out = [0; BLOCK_ROWS];
            return;
        }
        let mut part = [0; BLOCK_ROWS];
        self.block(column, index, &mut part);
        for (out, low) in out.iter_mut().zip(&part) {
            *out = u64::from(*low);
        }
        if self.columns[column + 1].is_some() {
            self.block(column + 1, index, &mut part);
            for (out, high) in out.iter_mut().zip(&part) {
                *out |= u64::from(*high) << 32;
            }
        }
    }
}

#[cfg(test)]
mod tests;
