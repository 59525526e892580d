//! A segment or an extract: each page, the index, and what footer and manifest say of them.

use std::io;

use super::Places;
use crate::{
    errors::Damage,
    format::{
        manifest,
        page::Order,
        segment::{self, DAY_MS, Footer},
    },
    segment::{
        day_start_ms,
        walk::{Anatomy, Piece, walk},
    },
    storage::StorageFile,
    visit::Visit,
};

/// What a segment has and what is wrong with it.
#[derive(Default)]
pub(crate) struct SegmentCheck {
    pub(crate) pages: u64,
    pub(crate) visits: u64,
    pub(crate) damages: Vec<Damage>,
}

/// A file that is not there or cannot be read.
pub(crate) fn unreadable(path: &str, error: &io::Error) -> SegmentCheck {
    let mut places = Places::of(path);
    places.add_unreadable(error);
    SegmentCheck { damages: places.into_damages(), ..SegmentCheck::default() }
}

/// Checks everything that can be known of a segment's file.
pub(crate) fn check_segment(
    file: &dyn StorageFile,
    path: &str,
    listed: Option<&manifest::Segment>,
    utc_offset_s: i32,
) -> SegmentCheck {
    let anatomy = match Anatomy::of(file) {
        Ok(anatomy) => anatomy,
        Err(error) => return unreadable(path, &error),
    };
    let mut places = Places::of(path);
    check_frame(&anatomy, path, listed, &mut places);
    let mut check = SegmentCheck::default();
    let Some(day) = anatomy.day().or(listed.map(|listed| listed.day)) else {
        check.damages = places.into_damages();
        return check;
    };
    let day_start_ms = day_start_ms(day, utc_offset_s);
    let mut sums = [Sum::default(), Sum::default()];
    walk(file, &anatomy, day_start_ms, &mut |piece| match piece {
        Piece::Page { order, offset, visits } => {
            check.pages += 1;
            let said = sums[segment::place(order)].add(order, day_start_ms, visits);
            said.into_iter().for_each(|what| places.add(offset, what));
        }
        Piece::Bad { order, offset, bytes, what } => {
            for touched in Order::ALL.into_iter().filter(|one| order.is_none_or(|o| o == *one)) {
                sums[segment::place(touched)].has_gaps = true;
            }
            // Without a footer nobody knows where the pages end and the index begins.
            if anatomy.footer.is_ok() || offset + bytes < anatomy.bytes {
                places.add(offset, what);
            }
        }
    });
    for order in Order::ALL {
        let sum = &sums[segment::place(order)];
        if let (Ok(footer), false) = (&anatomy.footer, sum.has_gaps)
            && let Some(what) = sum.differs_from(footer)
        {
            let name = if order == Order::Person { "person" } else { "checkpoint" };
            let at = footer.pages_at[segment::place(order)];
            places.add(at, format!("by {name}: {what}"));
        }
    }
    check.visits = sums.iter().map(|sum| sum.visits).max().unwrap_or(0);
    check.damages = places.into_damages();
    check
}

/// Header, footer and index, and the manifest's facts.
fn check_frame(
    anatomy: &Anatomy,
    path: &str,
    listed: Option<&manifest::Segment>,
    places: &mut Places,
) {
    let named = path.rsplit('/').next().and_then(segment::sequence_of);
    let footer_at = anatomy.footer_at();
    match &anatomy.header {
        Err(what) => places.add(0, what.clone()),
        Ok((sequence, day)) => {
            let another = named.is_some_and(|named| named != *sequence)
                || listed.is_some_and(|listed| listed.day != *day);
            if another {
                places.add(0, segment::BadSegment::Other.to_string());
            }
            if let Ok(footer) = &anatomy.footer
                && (footer.sequence, footer.day) != (*sequence, *day)
            {
                places.add(footer_at, "the footer is of another segment than the header");
            }
        }
    }
    match &anatomy.footer {
        Err(what) => places.add(footer_at, what.clone()),
        Ok(footer) => {
            if let Err(what) = &anatomy.index {
                places.add(footer.index_at, what.clone());
            }
            if listed.is_some_and(|listed| !agrees(footer, anatomy.bytes, listed)) {
                places.add(footer_at, "the manifest says something else than the footer");
            }
        }
    }
}

/// Whether footer and manifest speak of the same segment.
pub(crate) fn agrees(footer: &Footer, bytes: u64, listed: &manifest::Segment) -> bool {
    let Footer { sequence, day, visits, first_ms, last_ms, .. } = *footer;
    manifest::Segment { sequence, day, visits, bytes, first_ms, last_ms } == *listed
}

/// What the pages of one order add up to.
#[derive(Default)]
struct Sum {
    visits: u64,
    digest: u64,
    /// Earliest and latest entry time.
    reach: Option<(i64, i64)>,
    last: Option<(u64, i64, u64)>,
    /// A page could not be read.
    has_gaps: bool,
}

impl Sum {
    /// Takes a page in; says what is wrong with its visits.
    fn add(&mut self, order: Order, day_start_ms: i64, visits: &[Visit]) -> Option<&'static str> {
        let mut wrong = None;
        let day_ms = day_start_ms..day_start_ms + DAY_MS;
        for visit in visits {
            let key = order.key(visit);
            if self.last.is_some_and(|last| last >= key) {
                wrong = Some("visits are not in order, or one is there twice");
            }
            if visit.check().is_err() || !day_ms.contains(&visit.entered_ms) {
                wrong = Some("a visit is impossible or not of the segment's day");
            }
            self.last = Some(key);
            self.digest = self.digest.wrapping_add(segment::hash(visit));
            let ms = visit.entered_ms;
            self.reach = Some(self.reach.map_or((ms, ms), |(a, b)| (a.min(ms), b.max(ms))));
        }
        self.visits += visits.len() as u64;
        wrong
    }

    fn differs_from(&self, footer: &Footer) -> Option<&'static str> {
        if self.visits != footer.visits {
            return Some("it has not as many visits as the footer says");
        }
        if self.digest != footer.digest {
            return Some("its visits are not those that the footer was made of");
        }
        let reach = (footer.first_ms, footer.last_ms);
        let differs = self.reach.is_some_and(|found| found != reach);
        differs.then_some("its first or last entry is not where the footer says")
    }
}
