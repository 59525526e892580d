//! Answering many questions about one segment in one sweep over its pages.

use std::ops::Range;

use super::{PageReader, Segment};
use crate::{
    errors::ReadError,
    format::{
        column::{BLOCK_ROWS, BLOCKS_MAX},
        page::{Order, Page, ROWS_MAX},
    },
    visit::Visit,
};

/// Visits of one major number with `from <= time < to`, ms since the day began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ask {
    pub(crate) major: u64,
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Whose question it is.
    pub(crate) tag: usize,
}

/// Memory that sweeps need again and again.
pub(crate) struct Memory {
    decoded: Box<Decoded>,
    buffer: Vec<u8>,
}

impl Default for Memory {
    fn default() -> Self {
        let decoded = Box::new(Decoded {
            majors: [0; ROWS_MAX],
            times: [0; ROWS_MAX],
            minors: [0; ROWS_MAX],
            entered_ms: [0; ROWS_MAX],
            there: [false; BLOCKS_MAX],
        });
        Self { decoded, buffer: Vec::new() }
    }
}

/// A page's numbers, decoded as far as they were needed.
struct Decoded {
    majors: [u64; ROWS_MAX],
    times: [u32; ROWS_MAX],
    minors: [u64; ROWS_MAX],
    entered_ms: [i64; ROWS_MAX],
    /// Which blocks of the last two are there.
    there: [bool; BLOCKS_MAX],
}

/// Visits of one page that answer an ask.
pub(crate) struct Found<'a> {
    segment: &'a Segment,
    offset: u64,
    page: &'a Page<'a>,
    decoded: &'a mut Decoded,
    rows: Range<usize>,
}

impl Found<'_> {
    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Minor numbers and entry times.
    pub(crate) fn entries(&mut self) -> (&[u64], &[i64]) {
        let day_start_ms = self.segment.day_start_ms();
        for block in self.rows.start / BLOCK_ROWS..self.rows.end.div_ceil(BLOCK_ROWS) {
            if !std::mem::replace(&mut self.decoded.there[block], true) {
                let places = block * BLOCK_ROWS..(block + 1) * BLOCK_ROWS;
                let (minors, _) = self.decoded.minors[places.clone()].as_chunks_mut::<BLOCK_ROWS>();
                minors.iter_mut().for_each(|minors| self.page.minors(block, minors));
                let entered = self.decoded.entered_ms[places.clone()].iter_mut();
                for (entered_ms, time) in entered.zip(&self.decoded.times[places]) {
                    *entered_ms = day_start_ms + i64::from(*time);
                }
            }
        }
        let rows = self.rows.clone();
        (&self.decoded.minors[rows.clone()], &self.decoded.entered_ms[rows])
    }

    /// Appends the whole visits.
    pub(crate) fn visits(&self, out: &mut Vec<Visit>) -> Result<(), ReadError> {
        let keys = (&self.decoded.majors, &self.decoded.times);
        self.page
            .visits(self.rows.clone(), keys, self.segment.day_start_ms(), out)
            .map_err(|bad| self.segment.damage(self.offset, &bad.to_string()))
    }
}

/// Sweeps over the pages that have something of the asks, which are sorted by major number and
/// beginning, and hands each piece of an answer to `each` with its tag. A page is read and decoded
/// once, and no further than it is needed.
pub(crate) fn scan(
    segment: &Segment,
    order: Order,
    asks: &[Ask],
    memory: &mut Memory,
    each: &mut dyn FnMut(usize, &mut Found<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let forward = |ask: &Ask| (ask.major, ask.from);
    debug_assert!(asks.is_sorted_by_key(forward), "the sweep goes forward only");
    let index = segment.index(order);
    let Memory { decoded, buffer } = memory;
    let mut reader = PageReader::new(segment, order, std::mem::take(buffer));
    // Asks that reach into the page under way: (ask, one past its last page).
    let mut open: Vec<(&Ask, usize)> = Vec::new();
    let mut waiting = asks.iter().map(|ask| (ask, index.span(ask.major, ask.from, ask.to)));
    let mut next = waiting.next();
    let mut page_number = 0;
    loop {
        if let (true, Some((_, span))) = (open.is_empty(), &next) {
            page_number = page_number.max(span.start);
        }
        while let Some((ask, span)) = next.take_if(|(_, span)| span.start <= page_number) {
            if span.end > page_number {
                open.push((ask, span.end));
            }
            next = waiting.next();
        }
        if open.is_empty() {
            if next.is_none() {
                *buffer = reader.into_buffer();
                return Ok(());
            }
            continue;
        }
        let until = open.iter().map(|(_, end)| *end).max().unwrap_or(page_number + 1);
        let page = reader.page(page_number, until)?;
        let Decoded { majors, times, there, .. } = &mut **decoded;
        let beyond = open.iter().map(|(ask, _)| (ask.major, ask.to)).max();
        let known = page.keys_until(beyond.unwrap_or((0, 0)), majors, times);
        *there = [false; BLOCKS_MAX];
        let offset = index.offsets[page_number];
        for (ask, _) in &open {
            let rows = rows_of(ask, &decoded.majors, &decoded.times, known);
            if !rows.is_empty() {
                each(ask.tag, &mut Found { segment, offset, page: &page, decoded, rows })?;
            }
        }
        page_number += 1;
        open.retain(|(_, end)| *end > page_number);
    }
}

fn rows_of(
    ask: &Ask,
    majors: &[u64; ROWS_MAX],
    times: &[u32; ROWS_MAX],
    rows: usize,
) -> Range<usize> {
    let (majors, times) = (&majors[..rows], &times[..rows]);
    let of_major = if majors.first() == Some(&ask.major) && majors.last() == Some(&ask.major) {
        0..rows
    } else {
        let start = majors.partition_point(|major| *major < ask.major);
        start..start + majors[start..].partition_point(|major| *major == ask.major)
    };
    let times = &times[of_major.clone()];
    let start = times.partition_point(|time| *time < ask.from);
    let end = times.partition_point(|time| *time < ask.to);
    of_major.start + start..of_major.start + end.max(start)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::{format::segment::DAY_MS, segment::Builder};

    const DAY_START_MS: i64 = 20_780 * DAY_MS;

    /// Some pages' worth of few numbers and moments, each identity once.
    fn any_visits() -> impl Strategy<Value = Vec<Visit>> {
        let key = (0..12_u64, 0..5_u32, 0..3_000_i64);
        prop::collection::btree_set(key, 1..2_600).prop_map(|keys| {
            let visit = |(person, checkpoint, moment)| Visit {
                person,
                checkpoint,
                entered_ms: DAY_START_MS + moment * 20_000,
                recorded_ms: DAY_START_MS + moment * 20_000 + 5,
                method: 1,
                operator: checkpoint * 3,
                verdict: 1,
                status: 1,
                flags: 0,
            };
            keys.into_iter().map(visit).collect()
        })
    }

    fn any_asks() -> impl Strategy<Value = Vec<Ask>> {
        let ask = (0..13_u64, 0..62_000_000_u32, 0..62_000_000_u32);
        prop::collection::vec(ask, 0..9).prop_map(|asks| {
            let asks = asks.into_iter().enumerate();
            let mut asks: Vec<_> = asks
                .map(|(tag, (major, a, b))| Ask { major, from: a.min(b), to: a.max(b), tag })
                .collect();
            asks.sort_unstable_by_key(|ask| (ask.major, ask.from));
            asks
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn one_sweep_answers_what_a_plain_search_for_each_ask_answers(
            visits in any_visits(),
            asks in any_asks(),
        ) {
            let segment = Builder::default().build(20_780, 0, &visits, &|| {}).unwrap();
            for order in Order::ALL {
                let mut whole = vec![Vec::new(); asks.len()];
                let mut entries = vec![Vec::new(); asks.len()];
                scan(&segment, order, &asks, &mut Memory::default(), &mut |tag, found| {
                    let before = whole[tag].len();
                    found.visits(&mut whole[tag])?;
                    assert_eq!(whole[tag].len() - before, found.len());
                    let (minors, entered_ms) = found.entries();
                    entries[tag].extend(entered_ms.iter().copied().zip(minors.iter().copied()));
                    Ok(())
                })
                .unwrap();
                for ask in &asks {
                    let inside = |visit: &&Visit| {
                        let (major, entered_ms, _) = order.key(visit);
                        let time = (entered_ms - DAY_START_MS) as u32;
                        major == ask.major && (ask.from..ask.to).contains(&time)
                    };
                    let mut plain: Vec<Visit> = visits.iter().filter(inside).copied().collect();
                    plain.sort_by_key(|visit| order.key(visit));
                    let keys = plain.iter().map(|visit| order.key(visit));
                    let pairs: Vec<_> = keys.map(|(_, ms, minor)| (ms, minor)).collect();
                    prop_assert_eq!(&entries[ask.tag], &pairs);
                    prop_assert_eq!(&whole[ask.tag], &plain);
                }
            }
        }
    }
}
