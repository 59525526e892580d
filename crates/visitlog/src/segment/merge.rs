//! Several segments of one day become one.

use std::{cmp::Reverse, collections::BinaryHeap, io};

use super::{PageReader, Segment, Sink, build::SegmentWriter};
use crate::{
    errors::ReadError,
    format::page::{BadPage, Order, ROWS_MAX},
    visit::Visit,
};

/// Pages wanted at once while a whole segment is read.
const PAGES_AHEAD: usize = 64;

/// What ended a merge early.
#[derive(Debug)]
pub(crate) enum MergeError {
    /// A source could not be read.
    Read(ReadError),
    /// The target could not be written.
    Write(io::Error),
}

/// All visits of a segment in one order, page by page.
pub(crate) struct Pages<'a> {
    segment: &'a Segment,
    reader: PageReader<'a>,
    order: Order,
    next: usize,
    /// Last of the page before, in a file.
    last: Option<(u64, i64, u64)>,
    visits: Vec<Visit>,
    keys: Box<([u64; ROWS_MAX], [u32; ROWS_MAX])>,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(segment: &'a Segment, order: Order) -> Self {
        let reader = PageReader::new(segment, order, Vec::new());
        let keys = Box::new(([0; ROWS_MAX], [0; ROWS_MAX]));
        Self { segment, reader, order, next: 0, last: None, visits: Vec::new(), keys }
    }

    /// The visits of the next page; none after the last.
    pub(crate) fn next_page(&mut self) -> Result<&[Visit], ReadError> {
        self.visits.clear();
        let index = self.segment.index(self.order);
        if self.next < index.pages() {
            let offset = index.offsets[self.next];
            let page = self.reader.page(self.next, self.next + PAGES_AHEAD)?;
            self.next += 1;
            let (majors, times) = &mut *self.keys;
            page.keys(majors, times);
            page.visits(
                0..page.rows(),
                (majors, times),
                self.segment.day_start_ms(),
                &mut self.visits,
            )
            .map_err(|bad| self.segment.damage(offset, &bad.to_string()))?;
            self.check_order(offset)?;
        }
        Ok(&self.visits)
    }

    /// What is merged is written in the order in which it comes, so that order is not taken on
    /// trust from a file.
    fn check_order(&mut self, offset: u64) -> Result<(), ReadError> {
        if self.segment.file().is_none() {
            return Ok(());
        }
        let key = |visit: &Visit| self.order.key(visit);
        if self.last > self.visits.first().map(key) || !self.visits.is_sorted_by_key(key) {
            return Err(self.segment.damage(offset, &BadPage::Unsorted.to_string()));
        }
        self.last = self.visits.last().map(key);
        Ok(())
    }
}

/// One source of a merge and how far it has been taken.
struct Stream<'a> {
    pages: Pages<'a>,
    place: usize,
    /// Visits taken so far.
    taken: u64,
}

impl Stream<'_> {
    fn current(&self) -> Option<&Visit> {
        self.pages.visits.get(self.place)
    }

    fn advance(&mut self) -> Result<(), ReadError> {
        self.place += 1;
        self.taken += 1;
        if self.place >= self.pages.visits.len() {
            self.place = 0;
            self.pages.next_page()?;
        }
        Ok(())
    }
}

/// Writes the visits of all sources that are `kept` in both orders, each identity once: of
/// several with the same identity the one of the earliest source stays.
pub(crate) fn merge<S: Sink>(
    sources: &[&Segment],
    kept: &dyn Fn(&Visit) -> bool,
    writer: &mut SegmentWriter<'_, S>,
) -> Result<(), MergeError> {
    let by_person = merge_order(Order::Person, sources, kept, writer)?;
    writer.begin_checkpoints().map_err(MergeError::Write)?;
    let by_checkpoint = merge_order(Order::Checkpoint, sources, kept, writer)?;
    if writer.orders_agree() {
        return Ok(());
    }
    let counts = by_person.iter().zip(&by_checkpoint);
    let differs = counts.map(|(by_person, by_checkpoint)| by_person != by_checkpoint);
    let on_disk = || sources.iter().find(|source| source.file().is_some());
    let blamed =
        sources.iter().zip(differs).find(|(_, differs)| *differs).map(|(source, _)| source);
    match blamed.or_else(on_disk) {
        Some(source) => {
            Err(MergeError::Read(source.damage(0, "its two orders hold different visits")))
        }
        // What is in memory only was made of one list; `SegmentWriter::finish` refuses it.
        None => Ok(()),
    }
}

/// Gives how many visits each source had.
fn merge_order<S: Sink>(
    order: Order,
    sources: &[&Segment],
    kept: &dyn Fn(&Visit) -> bool,
    writer: &mut SegmentWriter<'_, S>,
) -> Result<Vec<u64>, MergeError> {
    let mut streams = Vec::with_capacity(sources.len());
    let mut heads = BinaryHeap::with_capacity(sources.len());
    for (number, source) in sources.iter().enumerate() {
        let mut stream = Stream { pages: Pages::new(source, order), place: 0, taken: 0 };
        stream.pages.next_page().map_err(MergeError::Read)?;
        if let Some(first) = stream.current() {
            heads.push(Reverse((order.key(first), number)));
        }
        streams.push(stream);
    }
    let mut last = None;
    while let Some(Reverse((_, number))) = heads.pop() {
        let limit = heads.peek().map(|Reverse(head)| *head);
        let stream = &mut streams[number];
        // Taken in a row as long as no other source comes first.
        while let Some(visit) = stream.current() {
            let key = order.key(visit);
            if limit.is_some_and(|limit| (key, number) > limit) {
                heads.push(Reverse((key, number)));
                break;
            }
            if last != Some(key) && kept(visit) {
                writer.push(*visit).map_err(MergeError::Write)?;
            }
            last = Some(key);
            stream.advance().map_err(MergeError::Read)?;
        }
    }
    Ok(streams.iter().map(|stream| stream.taken).collect())
}

#[cfg(test)]
mod tests;
