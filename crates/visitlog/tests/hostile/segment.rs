//! Any bytes as a segment's file.

use std::sync::Arc;

use visitlog::{
    Engine, OpenError, RepairError, Selection, Visit, Window, check_backup_on,
    format::{
        manifest::{self, Manifest},
        page::{self, Order, Page, ROWS_MAX},
        segment::{self, DAY_MS, FOOTER_BYTES, Footer, HEADER_BYTES, Index},
    },
    repair_on, restore_on,
    storage::simulated::Simulated,
    verify_on,
};

use super::{DAY, EVER, MIDNIGHT_MS, TINY, Whom, ask, log_part, open, store, visit, writes};

/// In the first byte: make the pages' checksums good.
pub(crate) const WHOLE_PAGES: u8 = 1;
/// In the first byte: keep nothing but the pages and write everything else for them anew.
pub(crate) const PAGES_ONLY: u8 = 2;
/// In the first byte: make the checksums of header, index and footer good.
pub(crate) const WHOLE_FRAME: u8 = 4;
/// In the first byte: ask, and do not merge.
pub(crate) const ASK_ONLY: u8 = 8;

/// The number of the segment.
pub(crate) const SEQUENCE: u64 = 6;

const CASE: u64 = 9;

/// The first byte says how the rest, which is the file, is tried.
pub(crate) fn attempt(bytes: &[u8]) {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let mut bytes = bytes.to_vec();
    if how & WHOLE_PAGES != 0 {
        make_pages_whole(&mut bytes);
    }
    if how & PAGES_ONLY != 0 {
        write_around_pages(&mut bytes);
    } else if how & WHOLE_FRAME != 0 {
        make_frame_whole(&mut bytes);
    }
    let mut manifest = Manifest::new(TINY.utc_offset_s, 3);
    manifest.next_segment = SEQUENCE + 1;
    manifest.segments.push(listed(&bytes));
    let known = visits_of(&bytes);
    let late = [visit(3), visit(4), visit(500)];
    let files = [(segment::path(SEQUENCE), bytes), log_part(3, 1, &[&late])];
    let storage = store(&manifest, &files);
    let verified = verify_on(&storage).unwrap();
    repair(&storage);
    let engine = match open(&storage, TINY) {
        Ok(engine) => engine,
        Err(OpenError::NewerFormat { .. } | OpenError::Damaged(_)) => return,
        Err(other) => panic!("refused for another reason: {other}"),
    };
    let whom = Whom::of(known.iter().take(20).chain(&late));
    let answer = ask(&engine.snapshot(), &whom, EVER.0, EVER.1);
    if verified.is_whole() {
        let mut expected: Vec<_> = known.iter().map(Visit::key).collect();
        expected.retain(|key| whom.persons.contains(&key.person));
        let found = answer.expect("what is whole can be read").of_persons;
        assert!(expected.iter().all(|key| found.iter().any(|visit| visit.key() == *key)));
    }
    stream(&engine, &whom);
    back_up(&engine, verified.is_whole());
    if how & ASK_ONLY == 0 {
        rewrite(&engine, &whom);
        engine.close();
        writes(&open(&storage, TINY).unwrap());
    }
}

fn repair(source: &Simulated) {
    let target = Simulated::new();
    match repair_on(source, Arc::new(target.clone()), TINY) {
        Ok(_) => assert_eq!(open(&target, TINY).unwrap().recovery().damaged, []),
        Err(RepairError::Open(OpenError::NewerFormat { .. })) => {}
        Err(other) => panic!("not repaired: {other}"),
    }
}

/// What is damaged is in the backup and is called so; it can be restored all the same.
fn back_up(engine: &Engine, whole: bool) {
    let (backup, restored) = (Simulated::new(), Simulated::new());
    let report = engine.backup_on(&backup).unwrap();
    assert_eq!(report.damages.is_empty(), whole);
    assert_eq!(check_backup_on(&backup).unwrap().damages, []);
    restore_on(&backup, &restored).unwrap();
    writes(&open(&restored, TINY).unwrap());
}

/// Small questions, page by page.
fn stream(engine: &Engine, whom: &Whom) {
    let (from_ms, to_ms) = (MIDNIGHT_MS - DAY_MS, MIDNIGHT_MS + 2 * DAY_MS);
    let snapshot = engine.snapshot();
    for person in whom.persons.iter().take(3) {
        assert!(snapshot.visits_of(*person, from_ms, to_ms).count() < 200_000);
    }
    for checkpoint in whom.checkpoints.iter().take(3) {
        let window = Window { checkpoint: *checkpoint, from_ms, to_ms };
        assert!(snapshot.visits_at(window).count() < 200_000);
    }
    let narrow = ask(&snapshot, whom, MIDNIGHT_MS + 7_000_000, MIDNIGHT_MS + 9_000_000);
    let in_window =
        |visit: &Visit| (7_000_000..9_000_000).contains(&(visit.entered_ms - MIDNIGHT_MS));
    assert!(narrow.is_none_or(|narrow| narrow.of_persons.iter().all(in_window)));
}

/// The day is copied for a case, merged, and deleted; the store goes on whatever it reads.
fn rewrite(engine: &Engine, whom: &Whom) {
    let selection = Selection {
        persons: whom.persons.iter().copied().take(2).collect(),
        checkpoints: vec![0],
        from_ms: MIDNIGHT_MS - DAY_MS,
        to_ms: MIDNIGHT_MS + 3 * DAY_MS,
    };
    let _ = engine.extract(CASE, &selection);
    writes(engine);
    let _ = engine.seal();
    writes(engine);
    let _ = ask(&engine.snapshot().of_case(CASE), whom, EVER.0, EVER.1);
    let _ = ask(&engine.snapshot(), whom, EVER.0, EVER.1);
    let _ = engine.drop_before(DAY + 1);
    writes(engine);
    let _ = engine.append(visit(501));
    writes(engine);
}

/// As the manifest would list it, if its header and footer can be read.
fn listed(bytes: &[u8]) -> manifest::Segment {
    let day = segment::decode_header(bytes).map_or(DAY, |(_, day)| day);
    let length = bytes.len() as u64;
    let footer_at = bytes.len().saturating_sub(FOOTER_BYTES);
    let footer = segment::decode_footer(&bytes[footer_at..], length).ok();
    let visits = footer.map_or(10, |footer| footer.visits);
    let (first_ms, last_ms) =
        footer.map_or((MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS - 1), |f| (f.first_ms, f.last_ms));
    manifest::Segment { sequence: SEQUENCE, day, visits, bytes: length, first_ms, last_ms }
}

/// Where pages are, one after the other from where the first belongs.
fn pages(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut pages = Vec::new();
    let mut at = HEADER_BYTES;
    while let Some(length) = bytes.get(at..).and_then(|bytes| page::length(bytes).ok()) {
        if at + length > bytes.len() {
            break;
        }
        pages.push(at..at + length);
        at += length;
    }
    pages
}

fn make_pages_whole(bytes: &mut [u8]) {
    for place in pages(bytes) {
        let page = &mut bytes[place];
        let crc = crc32c::crc32c(&page[12..]);
        page[8..12].copy_from_slice(&crc.to_le_bytes());
    }
}

fn make_frame_whole(bytes: &mut [u8]) {
    let Some(last) = bytes.len().checked_sub(FOOTER_BYTES).filter(|at| *at >= HEADER_BYTES) else {
        return;
    };
    let header = segment::encode_header(SEQUENCE, DAY);
    bytes[..HEADER_BYTES].copy_from_slice(&header);
    let index_at = bytes[last + 88..][..8].iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
    if let Some(index) = bytes.get(index_at..last) {
        let crc = crc32c::crc32c(index);
        bytes[last + 96..last + 100].copy_from_slice(&crc.to_le_bytes());
    }
    bytes[last + 24..last + 32].copy_from_slice(&SEQUENCE.to_le_bytes());
    let crc = crc32c::crc32c(&bytes[last..last + 100]);
    bytes[last + 100..].copy_from_slice(&crc.to_le_bytes());
}

/// A page's order, its first (major number, time) and its visits, when it can be read.
fn read_page(bytes: &[u8]) -> Option<(Order, (u64, u32), Vec<Visit>)> {
    let page = Page::read(bytes).ok()?;
    let (mut majors, mut times) = ([0; ROWS_MAX], [0; ROWS_MAX]);
    page.keys(&mut majors, &mut times);
    let mut visits = Vec::new();
    page.visits(0..page.rows(), (&majors, &times), MIDNIGHT_MS, &mut visits).ok()?;
    Some((page.order(), (majors[0], times[0]), visits))
}

fn visits_of(bytes: &[u8]) -> Vec<Visit> {
    let read = pages(bytes).into_iter().filter_map(|place| read_page(&bytes[place]));
    read.filter(|(order, ..)| *order == Order::Person).flat_map(|(_, _, visits)| visits).collect()
}

/// Header, index and footer that say of the pages what is so.
fn write_around_pages(bytes: &mut Vec<u8>) {
    let mut out = segment::encode_header(SEQUENCE, DAY).to_vec();
    let mut index = [Index::at(HEADER_BYTES as u64), Index::default()];
    let (mut visits, mut digest) = (0, 0_u64);
    let (mut first_ms, mut last_ms) = (i64::MAX, i64::MIN);
    for order in Order::ALL {
        if order == Order::Checkpoint {
            index[1] = Index::at(out.len() as u64);
        }
        for place in pages(bytes) {
            let page = &bytes[place];
            let Some((of, first, found)) = read_page(page) else { continue };
            if of != order {
                continue;
            }
            index[segment::place(order)].push(first, page.len());
            out.extend_from_slice(page);
            if order == Order::Person {
                visits += found.len() as u64;
                for visit in &found {
                    digest = digest.wrapping_add(segment::hash(visit));
                    first_ms = first_ms.min(visit.entered_ms);
                    last_ms = last_ms.max(visit.entered_ms);
                }
            }
        }
    }
    let index_at = out.len() as u64;
    index.iter().for_each(|index| index.encode(&mut out));
    let footer = Footer {
        sequence: SEQUENCE,
        day: DAY,
        visits,
        first_ms,
        last_ms,
        digest,
        pages: [index[0].pages() as u32, index[1].pages() as u32],
        pages_at: [HEADER_BYTES as u64, index[0].end()],
        index_at,
        index_crc: crc32c::crc32c(&out[index_at as usize..]),
    };
    out.extend_from_slice(&segment::encode_footer(&footer));
    *bytes = out;
}
