//! Reading a segment's file as far as it can be read: whatever is damaged is named and passed over.

use std::io;

use crate::{
    format::{
        page::{self, BadPage, Order, Page, ROWS_MAX},
        segment::{self, FOOTER_BYTES, Footer, HEADER_BYTES, Index},
    },
    storage::StorageFile,
    visit::Visit,
};

/// Bytes looked through at once for the beginning of a page.
const SEARCH_BYTES: usize = 1024 * 1024;

/// Bytes passed over when a disk cannot read them.
const UNREADABLE_BYTES: u64 = 4096;

/// What a segment's file says about itself; each part is there or it is said why not.
pub(crate) struct Anatomy {
    pub(crate) bytes: u64,
    /// Sequence and day.
    pub(crate) header: Result<(u64, i64), String>,
    pub(crate) footer: Result<Footer, String>,
    pub(crate) index: Result<[Index; 2], String>,
}

impl Anatomy {
    pub(crate) fn of(file: &dyn StorageFile) -> io::Result<Self> {
        let bytes = file.length()?;
        let header = read(file, 0, HEADER_BYTES)
            .and_then(|bytes| segment::decode_header(&bytes).map_err(|bad| bad.to_string()));
        let footer_at = bytes.saturating_sub(FOOTER_BYTES as u64);
        let footer = read(file, footer_at, FOOTER_BYTES)
            .and_then(|tail| segment::decode_footer(&tail, bytes).map_err(|bad| bad.to_string()));
        let index = match &footer {
            // The footer has been held against the file's length.
            Ok(footer) => {
                read(file, footer.index_at, footer.index_bytes() as usize).and_then(|bytes| {
                    segment::decode_index(&bytes, footer).map_err(|bad| bad.to_string())
                })
            }
            Err(_) => Err("the footer does not say where it is".to_owned()),
        };
        Ok(Self { bytes, header, footer, index })
    }

    /// The civil day, from whichever place still tells it.
    pub(crate) fn day(&self) -> Option<i64> {
        let in_footer = self.footer.as_ref().ok().map(|footer| footer.day);
        self.header.as_ref().ok().map(|header| header.1).or(in_footer)
    }

    /// Where the footer begins.
    pub(crate) fn footer_at(&self) -> u64 {
        self.bytes.saturating_sub(FOOTER_BYTES as u64)
    }
}

/// A piece of a segment's pages.
pub(crate) enum Piece<'a> {
    /// A whole page and its visits.
    Page { order: Order, offset: u64, visits: &'a [Visit] },
    /// A stretch that is none.
    Bad { order: Option<Order>, offset: u64, bytes: u64, what: String },
}

/// Hands out the pages of both orders, and the stretches between them that are none. With a whole
/// index every page is looked for where it belongs; without one they are found by their magic.
pub(crate) fn walk(
    file: &dyn StorageFile,
    anatomy: &Anatomy,
    day_start_ms: i64,
    each: &mut dyn FnMut(Piece<'_>),
) {
    let mut decoder = Decoder::new(file, day_start_ms);
    match &anatomy.index {
        Ok(indexes) => {
            for order in Order::ALL {
                walk_index(&mut decoder, order, &indexes[segment::place(order)], each);
            }
        }
        Err(_) => {
            let end = anatomy.footer.as_ref().map_or(anatomy.bytes, |footer| footer.index_at);
            search(&mut decoder, end, each);
        }
    }
}

fn walk_index(
    decoder: &mut Decoder<'_>,
    order: Order,
    index: &Index,
    each: &mut dyn FnMut(Piece<'_>),
) {
    for (first, ends) in index.firsts.iter().zip(index.offsets.windows(2)) {
        let (offset, bytes) = (ends[0], ends[1] - ends[0]);
        match decoder.page(offset, bytes as usize) {
            Ok(page) if (page.order, page.first, page.bytes) == (order, *first, bytes) => {
                each(Piece::Page { order, offset, visits: &decoder.visits });
            }
            other => {
                let what = other.err().unwrap_or_else(|| BadPage::Other.to_string());
                each(Piece::Bad { order: Some(order), offset, bytes, what });
            }
        }
    }
}

fn search(decoder: &mut Decoder<'_>, end: u64, each: &mut dyn FnMut(Piece<'_>)) {
    let mut offset = HEADER_BYTES as u64;
    let mut bad_from: Option<(u64, String)> = None;
    let tell_bad = |bad: Option<(u64, String)>, until: u64, each: &mut dyn FnMut(Piece<'_>)| {
        if let Some((offset, what)) = bad.filter(|(offset, _)| *offset < until) {
            each(Piece::Bad { order: None, offset, bytes: until - offset, what });
        }
    };
    while offset < end {
        let room = (end - offset).min(page::BYTES_MAX as u64) as usize;
        match decoder.page(offset, room) {
            Ok(page) => {
                tell_bad(bad_from.take(), offset, each);
                each(Piece::Page { order: page.order, offset, visits: &decoder.visits });
                offset += page.bytes;
            }
            Err(what) => {
                bad_from.get_or_insert((offset, what));
                offset = next_magic(decoder.file, offset + 1, end);
            }
        }
    }
    tell_bad(bad_from, end, each);
}

/// Where the next page may begin, or `end`.
fn next_magic(file: &dyn StorageFile, mut offset: u64, end: u64) -> u64 {
    let mut buffer = Vec::new();
    while offset < end {
        buffer.resize(SEARCH_BYTES.min((end - offset) as usize), 0);
        let Ok(count) = file.read_at(&mut buffer, offset) else {
            // Whatever begins on the other side of it may still be found.
            offset += UNREADABLE_BYTES;
            continue;
        };
        let found = buffer[..count].windows(page::MAGIC.len()).position(|w| w == page::MAGIC);
        if let Some(found) = found {
            return offset + found as u64;
        }
        if count < page::MAGIC.len() {
            break;
        }
        // The last three bytes may be the beginning of a magic.
        offset += (count - (page::MAGIC.len() - 1)) as u64;
    }
    end
}

/// What a whole page is, besides its visits.
struct Found {
    order: Order,
    /// Major number and time in the day of its first visit.
    first: (u64, u32),
    bytes: u64,
}

struct Decoder<'a> {
    file: &'a dyn StorageFile,
    day_start_ms: i64,
    keys: Box<([u64; ROWS_MAX], [u32; ROWS_MAX])>,
    visits: Vec<Visit>,
}

impl<'a> Decoder<'a> {
    fn new(file: &'a dyn StorageFile, day_start_ms: i64) -> Self {
        let keys = Box::new(([0; ROWS_MAX], [0; ROWS_MAX]));
        Self { file, day_start_ms, keys, visits: Vec::new() }
    }

    /// Reads the page at `offset`, which has at most `bytes` bytes.
    fn page(&mut self, offset: u64, bytes: usize) -> Result<Found, String> {
        self.visits.clear();
        let bytes = read(self.file, offset, bytes)?;
        self.decode(&bytes).map_err(|bad| {
            self.visits.clear();
            bad.to_string()
        })
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<Found, BadPage> {
        let page = Page::read(bytes)?;
        let (majors, times) = &mut *self.keys;
        page.keys(majors, times);
        let first = (majors[0], times[0]);
        page.visits(0..page.rows(), (majors, times), self.day_start_ms, &mut self.visits)?;
        Ok(Found { order: page.order(), first, bytes: page::length(bytes)? as u64 })
    }
}

fn read(file: &dyn StorageFile, offset: u64, bytes: usize) -> Result<Vec<u8>, String> {
    let mut buffer = vec![0; bytes];
    let count =
        file.read_at(&mut buffer, offset).map_err(|error| format!("it cannot be read: {error}"))?;
    buffer.truncate(count);
    Ok(buffer)
}
