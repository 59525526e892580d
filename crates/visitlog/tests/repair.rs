//! A repair unites what is whole of both orders, and says what is lost of which file.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod care;
mod common;

use std::sync::Arc;

use care::{CASE, SEGMENT, filled, flipped, footer, kept, many, of_day, regions, since, store};
use common::{MIDNIGHT_MS, all_of, dice, open, visit_on};
use visitlog::{
    DamagedSegment, Engine, Lost, OpenError, Options, RepairError, RepairReport, Visit, repair,
    repair_on,
    storage::Storage,
    storage::simulated::{Fault, Operation, Simulated},
    verify_on,
};

const PART: &str = "log/000000000002.log";
const SECOND: &str = "segments/000000000002.seg";
const EXTRACT: &str = "segments/000000000003.seg";

fn repaired(source: &Simulated) -> (RepairReport, Simulated) {
    let target = Simulated::new();
    let report = repair_on(source, Arc::new(target.clone()), Options::default()).unwrap();
    assert_eq!(verify_on(&target).unwrap().damages, []);
    (report, target)
}

fn held(target: &Simulated) -> Vec<Visit> {
    all_of(&open(target, Options::default()).unwrap())
}

#[test]
fn a_whole_store_is_copied_whole_with_what_its_cases_keep() {
    let source = store();
    let before: Vec<_> = source.paths().iter().map(|path| source.contents(path)).collect();
    let (report, target) = repaired(&source);
    let segments = 2 + cases(&source);
    let visits = filled().len() as u64;
    let expected =
        RepairReport { parts: 1, frames: 6, segments, visits, ..RepairReport::default() };
    assert_eq!(report, expected);
    let after: Vec<_> = source.paths().iter().map(|path| source.contents(path)).collect();
    assert_eq!(before, after, "the source is as it was");
    let (engine, original) =
        (open(&target, Options::default()).unwrap(), open(&source, Options::default()).unwrap());
    assert_eq!(all_of(&engine), filled());
    assert_eq!(kept(&engine), kept(&original));
    assert!(!kept(&engine).is_empty());
    assert!(engine.append(visit_on(0, 5)).unwrap().already_there, "and it is a store like any");
}

fn cases(storage: &Simulated) -> u64 {
    open(storage, Options::default()).unwrap().cases().len() as u64
}

#[test]
fn a_flipped_bit_anywhere_in_a_segment_loses_no_visit() {
    let source = store();
    let in_case = kept(&open(&source, Options::default()).unwrap());
    for path in [SEGMENT, EXTRACT] {
        let good = source.contents(path).unwrap();
        let starts = regions(&good);
        for at in (0..good.len()).step_by(3) {
            source.overwrite(path, &flipped(&good, at * 8 + at % 8));
            let (report, target) = repaired(&source);
            let mut start = care::region_of(&starts, at);
            let end = starts.iter().find(|s| **s > start).copied().unwrap_or(good.len() as u64);
            if end == good.len() as u64 {
                // Only the footer says where the index begins.
                start = starts[starts.len() - 2];
            }
            let lost = Lost { file: path.to_owned(), offset: start, bytes: end - start };
            assert_eq!(report.lost, [lost], "byte {at}");
            assert_eq!(report.damaged_segments.len(), 1, "byte {at}");
            let damaged = &report.damaged_segments[0];
            assert_eq!((damaged.file.as_str(), damaged.visits_missing), (path, Some(0)));
            let engine = open(&target, Options::default()).unwrap();
            assert_eq!(all_of(&engine), filled(), "{path} byte {at}");
            assert_eq!(kept(&engine), in_case, "{path} byte {at}");
        }
        source.overwrite(path, &good);
    }
}

/// Breaks one page of each order, or of one.
fn break_pages(bytes: &[u8], pages: &[u64]) -> Vec<u8> {
    pages.iter().fold(bytes.to_vec(), |bytes, start| flipped(&bytes, 8 * (*start as usize + 50)))
}

fn store_of_many() -> (Simulated, Vec<Visit>) {
    let storage = Simulated::new();
    let engine = open(&storage, Options::default()).unwrap();
    let mut visits = many(5_000);
    engine.append_all(visits.clone()).unwrap();
    engine.seal().unwrap();
    engine.close();
    visits.sort_by_key(|visit| (visit.person, visit.entered_ms, visit.checkpoint));
    (storage, visits)
}

#[test]
fn a_damaged_page_of_one_order_loses_nothing_and_of_both_only_what_both_had() {
    let (source, visits) = store_of_many();
    let good = source.contents(SEGMENT).unwrap();
    let starts = regions(&good);
    let (by_person, by_checkpoint) = (&starts[1..11], &starts[11..21]);
    source.overwrite(SEGMENT, &break_pages(&good, by_person));
    let (report, target) = repaired(&source);
    assert_eq!(report.damaged_segments[0].visits_missing, Some(0), "all of one order");
    assert_eq!(held(&target), visits);

    source.overwrite(
        SEGMENT,
        &break_pages(&good, &[by_person[2], by_person[3], by_checkpoint[6], by_checkpoint[7]]),
    );
    let (report, target) = repaired(&source);
    let found = held(&target);
    let missing = (visits.len() - found.len()) as u64;
    assert!((1..1024).contains(&missing), "{missing}");
    let day = open(&target, Options::default()).unwrap().day_of(MIDNIGHT_MS);
    let damaged = DamagedSegment {
        file: SEGMENT.to_owned(),
        day: Some(day),
        visits_found: found.len() as u64,
        visits_missing: Some(missing),
    };
    assert_eq!(report.damaged_segments, [damaged]);
    assert_eq!(report.lost.len(), 2, "each with its place: {:?}", report.lost);
    assert_eq!(report.visits, found.len() as u64);
    assert!(found.iter().all(|visit| visits.contains(visit)), "nothing is made up");
}

#[test]
fn pages_are_found_without_header_index_footer_and_manifest() {
    let (source, visits) = store_of_many();
    let good = source.contents(SEGMENT).unwrap();
    let starts = regions(&good);
    let [index, end] = starts[starts.len() - 2..] else { unreachable!() };
    // The header still says the day; neither index nor footer is there.
    source.overwrite(SEGMENT, &good[..index as usize]);
    let (report, target) = repaired(&source);
    assert_eq!(report.damaged_segments[0].visits_missing, Some(0), "the manifest knows how many");
    assert_eq!(held(&target), visits);
    // Garbage between the pages, and no manifest.
    let mut torn = good[..starts[3] as usize].to_vec();
    torn.extend_from_slice(&[b'V'; 777]);
    torn.extend_from_slice(&good[starts[3] as usize..]);
    source.overwrite(SEGMENT, &torn);
    source.overwrite("MANIFEST", b"gone");
    let (report, target) = repaired(&source);
    assert_eq!(held(&target), visits);
    assert!(report.manifest_unusable.is_some());
    assert!(report.lost.iter().any(|lost| (lost.offset, lost.bytes) == (starts[3], 777)));
    // Without the header the footer says the day; without both nobody does.
    source.overwrite(SEGMENT, &flipped(&good, 9));
    assert_eq!(held(&repaired(&source).1), visits);
    source.overwrite(SEGMENT, &flipped(&flipped(&good, 9), 8 * end as usize + 9));
    let (report, target) = repaired(&source);
    assert_eq!((held(&target).len(), report.damaged_segments[0].visits_missing), (0, None));
    let all = Lost { file: SEGMENT.to_owned(), offset: 0, bytes: good.len() as u64 };
    assert_eq!(report.lost, [all]);
}

#[test]
fn without_a_manifest_every_segment_found_is_read_and_each_visit_stored_once() {
    let source = store();
    // A segment that had been merged away and a log part that had been sealed are still there.
    let again = Simulated::new();
    let engine = open(&again, Options::default()).unwrap();
    engine.append_all([of_day(0), of_day(1)].concat()).unwrap();
    engine.close();
    let sealed = "log/000000000001.log";
    source.create(sealed).unwrap();
    source.overwrite(sealed, &again.contents(sealed).unwrap());
    source.remove("MANIFEST").unwrap();
    let (report, target) = repaired(&source);
    assert_eq!(report.manifest_unusable.as_deref(), Some("MANIFEST is missing"));
    assert_eq!((report.parts, report.visits), (2, filled().len() as u64));
    let engine = open(&target, Options::default()).unwrap();
    assert_eq!(all_of(&engine), filled());
    assert_eq!(kept(&engine), [], "nobody knows any more which case had what");
}

#[test]
fn a_missing_segment_is_reported_with_its_visits_and_the_rest_is_saved() {
    let source = store();
    source.remove(SECOND).unwrap();
    source.overwrite(SEGMENT, b"");
    let (report, target) = repaired(&source);
    let missing: Vec<_> = report
        .damaged_segments
        .iter()
        .map(|damaged| (damaged.file.as_str(), damaged.visits_found, damaged.visits_missing))
        .collect();
    assert_eq!(missing, [(SEGMENT, 0, Some(40)), (SECOND, 0, Some(40))]);
    assert_eq!(held(&target), since(2, &filled()));
    assert_eq!(report.visits, 40);
}

#[test]
fn deleted_days_stay_deleted() {
    let source = store();
    let engine = open(&source, Options::default()).unwrap();
    let day = engine.day_of(MIDNIGHT_MS);
    engine.drop_before(day + 1).unwrap();
    engine.close();
    // As if the part with the deleted day's visits were still in the log.
    let manifest = source.contents("MANIFEST").unwrap();
    let mut manifest = visitlog::format::manifest::decode(&manifest).unwrap();
    manifest.kept_from_day = Some(day + 2);
    source.overwrite("MANIFEST", &visitlog::format::manifest::encode(&manifest));
    let (report, target) = repaired(&source);
    assert_eq!(report.forgotten, 40);
    assert_eq!(held(&target), since(2, &filled()));
    let engine = open(&target, Options::default()).unwrap();
    assert!(engine.append(visit_on(1, 1)).is_err(), "and are refused");
    assert!(engine.cases().iter().any(|kept| (kept.case, kept.day) == (CASE, day)));
}

#[test]
fn visits_of_deleted_days_in_the_log_are_not_brought_back() {
    let source = Simulated::new();
    let engine = open(&source, Options::default()).unwrap();
    engine.append_all([of_day(0), of_day(2)].concat()).unwrap();
    let day = engine.day_of(MIDNIGHT_MS);
    engine.close();
    // As a crash leaves it between the deletion and the sealing that makes it good.
    let manifest = source.contents("MANIFEST").unwrap();
    let mut manifest = visitlog::format::manifest::decode(&manifest).unwrap();
    manifest.kept_from_day = Some(day + 1);
    source.overwrite("MANIFEST", &visitlog::format::manifest::encode(&manifest));
    let (report, target) = repaired(&source);
    assert_eq!((report.forgotten, report.visits, report.lost.len()), (40, 40, 0));
    assert_eq!(held(&target), of_day(2));
}

#[test]
fn what_a_disk_cannot_read_is_passed_over_and_said() {
    let whole = store();
    repaired(&whole);
    for nth in 1..=whole.reads() {
        let source = store();
        source.fail(Operation::Read, nth, Fault::Broken);
        let target = Simulated::new();
        let done = repair_on(&source, Arc::new(target.clone()), Options::default());
        let Ok(report) = done else { continue };
        let found = held(&target);
        let silent = report.lost.is_empty() && report.damaged_segments.is_empty();
        assert!(found == filled() || !silent, "at {nth}: {report:?}");
    }
}

#[test]
fn a_target_that_fails_is_no_repair_and_a_second_try_into_another_is_one() {
    let source = store();
    for fault in [Fault::Broken, Fault::NoRoom, Fault::PowerCut] {
        for nth in 1.. {
            let target = Simulated::new();
            target.fail(Operation::Any, nth, fault);
            let done = repair_on(&source, Arc::new(target.clone()), Options::default());
            let steps = target.operations();
            if done.is_ok() {
                let left = target.after_power_cut(&mut dice(nth));
                assert_eq!(held(&left), filled(), "{fault:?} at {nth}");
                if steps < nth {
                    break;
                }
            }
        }
    }
    assert_eq!(held(&repaired(&source).1), filled());
}

#[test]
fn another_day_offset_without_a_manifest_is_refused_not_guessed() {
    let source = Simulated::new();
    let india = Options { utc_offset_s: 19_800, ..Options::default() };
    let engine = open(&source, india).unwrap();
    engine.append_all(of_day(0)).unwrap();
    engine.seal().unwrap();
    engine.close();
    source.remove("MANIFEST").unwrap();
    let refused = repair_on(&source, Arc::new(Simulated::new()), Options::default());
    assert!(matches!(
        refused,
        Err(RepairError::Open(OpenError::OffsetDiffers { stored_s: 19_800, asked_s: 28_800 }))
    ));
    let target = Simulated::new();
    let report = repair_on(&source, Arc::new(target.clone()), india).unwrap();
    assert_eq!((report.visits, report.lost.len()), (40, 0));
    assert_eq!(all_of(&open(&target, india).unwrap()), of_day(0));
}

#[test]
fn an_unfinished_restore_is_repaired_as_far_as_it_came() {
    let folder = Simulated::new();
    open(&store(), Options::default()).unwrap().backup_on(&folder).unwrap();
    let half = Simulated::new();
    half.fail(Operation::Rename, 1, Fault::Broken);
    assert!(visitlog::restore_on(&folder, &half).is_err());
    assert_eq!(held(&repaired(&half).1), filled());
}

#[test]
fn a_damaged_log_and_a_damaged_segment_on_a_disk_are_repaired_together() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let engine = Engine::open(at("store"), Options::default()).unwrap();
    care::fill(&engine);
    let refused = repair(at("store"), at("target"), Options::default());
    assert!(matches!(refused, Err(RepairError::Open(OpenError::InUse { .. }))));
    engine.close();
    let path = at("store").join(SEGMENT);
    let bytes = std::fs::read(&path).unwrap();
    let person = footer(&bytes).pages_at[0];
    std::fs::write(&path, break_pages(&bytes, &[person])).unwrap();
    let path = at("store").join(PART);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, flipped(&bytes, 8 * 60)).unwrap();
    let report = repair(at("store"), at("target"), Options::default()).unwrap();
    assert_eq!((report.visits, report.frames_missing), (112, 1), "a frame of 8 is lost");
    let found = all_of(&Engine::open(at("target"), Options::default()).unwrap());
    assert_eq!(found.len(), 112);
}
