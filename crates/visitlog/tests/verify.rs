//! Whatever on disk is not as it was written is found, and named with file and offset.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod care;
mod common;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use care::{SEGMENT, fill, filled, flipped, footer, many, region_of, regions, store};
use common::{dice, open, visit, visit_on};
use visitlog::{
    Damage, Engine, OpenError, Options, VerifyReport, Visit,
    storage::Storage,
    storage::simulated::{Fault, Operation, Simulated},
    verify, verify_on,
};

const EXTRACT: &str = "segments/000000000003.seg";
const PART: &str = "log/000000000002.log";

/// The report of a store, which is found to be as whole as before.
fn damages(storage: &Simulated) -> Vec<Damage> {
    verify_on(storage).unwrap().damages
}

fn files(damages: &[Damage]) -> BTreeSet<&str> {
    damages.iter().map(|damage| damage.file.as_str()).collect()
}

#[test]
fn a_whole_store_is_found_whole_open_or_not_and_everything_in_it_was_read() {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    fill(&engine);
    let online = engine.verify();
    assert_eq!(online.damages, []);
    assert!(matches!(verify_on(&storage), Err(OpenError::InUse { .. })));
    let in_case = engine.cases().iter().map(|day| day.visits).sum::<u64>();
    assert!(in_case > 10);
    engine.close();
    let offline = verify_on(&storage).unwrap();
    let segments = 2 + engine.cases().len() as u64;
    assert_eq!(
        offline,
        VerifyReport {
            files: 1 + 1 + segments,
            pages: 2 * segments,
            frames: 5 + 1,
            visits: filled().len() as u64 + in_case,
            damages: vec![],
            torn_tail: None,
        }
    );
    assert_eq!(online, VerifyReport { frames: 5, ..offline }, "the mark of a clean end is later");
}

#[test]
fn every_flipped_bit_of_a_segment_is_found_in_its_region() {
    let storage = store();
    for path in [SEGMENT, EXTRACT] {
        let good = storage.contents(path).unwrap();
        let starts = regions(&good);
        assert_eq!(starts.len(), 5, "header, a page of each order, index, footer");
        for bit in 0..good.len() * 8 {
            storage.overwrite(path, &flipped(&good, bit));
            let found = damages(&storage);
            let region = region_of(&starts, bit / 8);
            assert_eq!(files(&found), [path].into(), "bit {bit}");
            assert!(found.iter().any(|damage| damage.offset == region), "bit {bit}: {found:?}");
        }
        storage.overwrite(path, &good);
    }
}

#[test]
fn every_flipped_bit_of_the_log_and_the_manifest_is_found() {
    let storage = store();
    let good = storage.contents(PART).unwrap();
    let mark = good.len() - visitlog::format::frame::HEADER_BYTES;
    for bit in 0..good.len() * 8 {
        storage.overwrite(PART, &flipped(&good, bit));
        let report = verify_on(&storage).unwrap();
        // The mark alone looks like a torn write when it is damaged, and has nothing to lose.
        assert_eq!(report.damages.is_empty(), bit / 8 >= mark, "bit {bit}");
        assert_eq!(report.torn_tail.is_some(), bit / 8 >= mark, "bit {bit}");
        assert!(report.damages.iter().all(|damage| damage.file == PART), "bit {bit}");
    }
    storage.overwrite(PART, &good);
    let good = storage.contents("MANIFEST").unwrap();
    for bit in 0..good.len() * 8 {
        storage.overwrite("MANIFEST", &flipped(&good, bit));
        assert_eq!(files(&damages(&storage)), ["MANIFEST"].into(), "bit {bit}");
    }
}

#[test]
fn a_file_that_was_cut_at_any_byte_is_found() {
    let storage = store();
    for path in [SEGMENT, EXTRACT, "MANIFEST"] {
        let good = storage.contents(path).unwrap();
        for length in 0..good.len() {
            storage.overwrite(path, &good[..length]);
            assert_eq!(files(&damages(&storage)), [path].into(), "cut at {length}");
        }
        storage.overwrite(path, &good);
    }
}

#[test]
fn one_damaged_file_never_hides_another() {
    let storage = store();
    storage.remove(SEGMENT).unwrap();
    let extract = storage.contents(EXTRACT).unwrap();
    storage.overwrite(EXTRACT, &flipped(&extract, 400));
    let log = storage.contents(PART).unwrap();
    storage.overwrite(PART, &flipped(&flipped(&log, 500), 8 * 700));
    let report = verify_on(&storage).unwrap();
    assert_eq!(files(&report.damages), [SEGMENT, EXTRACT, PART].into());
    let in_log = report.damages.iter().filter(|damage| damage.file == PART);
    assert_eq!(in_log.count(), 2, "and both places of one file: {:?}", report.damages);
    storage.overwrite("MANIFEST", b"gone");
    let found = damages(&storage);
    let without_a_list = [EXTRACT, PART, "MANIFEST"].into();
    assert_eq!(files(&found), without_a_list, "nobody knows any more of the one that is missing");
}

#[test]
fn a_missing_part_of_the_log_is_found() {
    let storage = store();
    storage.remove(PART).unwrap();
    assert_eq!(files(&damages(&storage)), [PART].into());
}

#[test]
fn orders_that_do_not_hold_the_same_visits_are_found_though_every_checksum_matches() {
    let other_operator = |visit: &Visit| Visit { operator: visit.operator ^ 1, ..*visit };
    let (first, second) = (Simulated::new(), Simulated::new());
    for (storage, change) in [(&first, None), (&second, Some(other_operator))] {
        let engine = open(storage, Options::default()).unwrap();
        let visits: Vec<Visit> = (0..40).map(visit).collect();
        let visits = change.map_or(visits.clone(), |change| visits.iter().map(change).collect());
        engine.append_all(visits).unwrap();
        engine.seal().unwrap();
    }
    let mut spliced = first.contents(SEGMENT).unwrap();
    let other = second.contents(SEGMENT).unwrap();
    let (pages, same) = (footer(&spliced), footer(&other));
    assert_eq!((pages.pages_at, pages.index_at), (same.pages_at, same.index_at));
    let by_checkpoint = pages.pages_at[1] as usize..pages.index_at as usize;
    spliced[by_checkpoint.clone()].copy_from_slice(&other[by_checkpoint.clone()]);
    first.overwrite(SEGMENT, &spliced);
    let found = damages(&first);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].offset, by_checkpoint.start as u64);
    assert!(found[0].what.starts_with("by checkpoint"), "{found:?}");
}

#[test]
fn a_whole_segment_that_is_not_the_listed_one_is_found() {
    let (storage, other) = (store(), Simulated::new());
    let engine = open(&other, Options::default()).unwrap();
    engine.append_all((0..39).map(visit).collect()).unwrap();
    engine.seal().unwrap();
    storage.overwrite(SEGMENT, &other.contents(SEGMENT).unwrap());
    let found = damages(&storage);
    assert!(found.iter().any(|damage| damage.what.contains("manifest")), "{found:?}");
    storage.overwrite(SEGMENT, &storage.contents("segments/000000000002.seg").unwrap());
    let found = damages(&storage);
    assert!(found.iter().any(|damage| damage.what.contains("another segment")), "{found:?}");
}

#[test]
fn what_a_disk_cannot_read_is_named_and_the_rest_is_read() {
    let whole = store();
    verify_on(&whole).unwrap();
    let reads = whole.reads();
    for nth in 1..=reads {
        for fault in [Fault::Broken, Fault::Short] {
            let storage = store();
            let before = storage.reads();
            storage.fail(Operation::Read, nth, fault);
            let Ok(report) = verify_on(&storage) else { continue };
            assert!(storage.reads() > before);
            assert!(files(&report.damages).len() <= 1, "{fault:?} at {nth}");
            storage.make_room();
            assert_eq!(damages(&storage), [], "nothing was changed");
        }
    }
}

#[test]
fn a_store_that_is_verified_goes_on_and_is_whole_at_every_moment() {
    let storage = Simulated::new();
    let options =
        Options { part_bytes_max: 2_000, run_visits: 16, seal_visits: 32, ..Options::default() };
    let engine = open(&storage, options).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..400_u64 {
                engine.append(visit_on((n / 50) as i64, n % 200)).unwrap();
                if n % 60 == 59 {
                    engine.seal().unwrap();
                }
                if n == 300 {
                    engine.drop_before(engine.day_of(common::MIDNIGHT_MS) + 2).unwrap();
                }
            }
            done.store(true, Ordering::Relaxed);
        });
        let mut rounds = 0;
        while !done.load(Ordering::Relaxed) || rounds == 0 {
            assert_eq!(engine.verify().damages, [], "round {rounds}");
            rounds += 1;
        }
    });
}

#[test]
fn a_flipped_bit_anywhere_in_many_pages_on_a_disk_is_found_and_nothing_else_is() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(dir.path(), Options::default()).unwrap();
    for visits in many(9_000).chunks(3_000) {
        engine.append_all(visits.to_vec()).unwrap();
    }
    engine.seal().unwrap();
    assert!(matches!(verify(dir.path()), Err(OpenError::InUse { .. })));
    let path = dir.path().join(SEGMENT);
    let good = std::fs::read(&path).unwrap();
    let starts = regions(&good);
    assert!(starts.len() > 15, "many pages");
    let mut dice = dice(5);
    for round in 0..40 {
        let bit = dice(good.len() as u64 * 8) as usize;
        std::fs::write(&path, flipped(&good, bit)).unwrap();
        // The same file is open in the engine.
        let found = engine.verify().damages;
        assert_eq!(files(&found), [SEGMENT].into(), "round {round}");
        assert!(found.iter().any(|damage| damage.offset == region_of(&starts, bit / 8)));
    }
    std::fs::write(&path, &good).unwrap();
    engine.close();
    assert!(verify(dir.path()).unwrap().is_whole());
    assert!(verify(dir.path().join("nothing")).is_err());
}
