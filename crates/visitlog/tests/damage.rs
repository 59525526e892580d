//! Damage that no interrupted write explains is refused with file and offset; repair saves the
//! rest.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;

use common::{all_of, open, small_parts, visit, visits};
use visitlog::{
    Damage, Engine, OpenError, Options, RepairError, format::frame, repair, repair_on,
    storage::simulated::Simulated,
};

const PART: &str = "log/000000000001.log";
const FRAME_BYTES: usize = frame::HEADER_BYTES + frame::VISIT_BYTES;
const FIRST_FRAME: usize = 40;

/// A store that was closed cleanly after `count` visits, one frame each.
fn store_of(count: u64, options: Options) -> Simulated {
    let storage = Simulated::new();
    let engine = open(&storage, options).unwrap();
    for n in 0..count {
        engine.append(visit(n)).unwrap();
    }
    engine.close();
    storage
}

fn refusal(storage: &Simulated, options: Options) -> Damage {
    match open(storage, options) {
        Err(OpenError::Damaged(damage)) => damage,
        Err(other) => panic!("refused for another reason: {other}"),
        Ok(_) => panic!("a damaged store was opened"),
    }
}

#[test]
fn every_flipped_bit_of_a_cleanly_closed_log_is_refused_with_file_and_offset() {
    let storage = store_of(4, Options::default());
    let good = storage.contents(PART).unwrap();
    assert_eq!(good.len(), FIRST_FRAME + 4 * FRAME_BYTES + frame::HEADER_BYTES);
    let marks_start = good.len() - frame::HEADER_BYTES;
    for bit in 0..marks_start * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        storage.overwrite(PART, &bytes);
        let damage = refusal(&storage, Options::default());
        let frame = (bit / 8).checked_sub(FIRST_FRAME).map(|at| at / FRAME_BYTES);
        let offset = frame.map_or(0, |frame| FIRST_FRAME + frame * FRAME_BYTES);
        assert_eq!((damage.file.as_str(), damage.offset), (PART, offset as u64), "bit {bit}");
        assert_eq!(storage.contents(PART).unwrap(), bytes, "nothing was changed");
    }
}

#[test]
fn a_log_cut_at_any_byte_of_its_last_frame_opens_with_all_earlier_frames() {
    let storage = store_of(4, Options::default());
    let good = storage.contents(PART).unwrap();
    let last = FIRST_FRAME + 3 * FRAME_BYTES;
    for length in last..last + FRAME_BYTES {
        storage.overwrite(PART, &good[..length]);
        let engine = open(&storage, Options::default()).unwrap();
        assert_eq!(all_of(&engine), visits(0..3), "cut at {length}");
        let cut = engine.recovery().torn_tail.as_ref().map_or(0, |tail| tail.bytes);
        // Zeros at the end are not told from room.
        let torn = good[last..length].iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
        assert_eq!(cut, torn as u64);
        drop(engine);
    }
}

#[test]
fn damage_in_a_part_that_is_not_the_last_is_refused_even_at_its_end() {
    let storage = store_of(40, small_parts());
    let second = "log/000000000002.log";
    assert!(storage.contents("log/000000000003.log").is_some(), "there are parts after it");
    let good = storage.contents(second).unwrap();
    for length in [0, 39, 40, good.len() - FRAME_BYTES, good.len() - 1] {
        storage.overwrite(second, &good[..length]);
        assert_eq!(refusal(&storage, small_parts()).file, second, "cut at {length}");
    }
}

#[test]
fn parts_that_the_manifest_does_not_explain_are_refused() {
    let storage = store_of(40, small_parts());
    let third = storage.contents("log/000000000003.log").unwrap();
    storage.overwrite("log/000000000002.log", &third);
    assert_eq!(refusal(&storage, small_parts()).file, "log/000000000002.log");

    let storage = store_of(3, Options::default());
    visitlog::storage::Storage::remove(&storage, "MANIFEST").unwrap();
    assert_eq!(refusal(&storage, Options::default()).file, PART);

    let storage = store_of(3, Options::default());
    visitlog::storage::Storage::remove(&storage, PART).unwrap();
    assert_eq!(refusal(&storage, Options::default()).file, PART);
}

#[test]
fn a_damaged_manifest_is_refused_and_a_part_made_in_vain_is_removed() {
    let storage = store_of(3, Options::default());
    let good = storage.contents("MANIFEST").unwrap();
    let mut bytes = good.clone();
    bytes[20] ^= 1;
    storage.overwrite("MANIFEST", &bytes);
    assert_eq!(refusal(&storage, Options::default()).file, "MANIFEST");
    storage.overwrite("MANIFEST", &good);
    visitlog::storage::Storage::create(&storage, "log/000000000002.log").unwrap();
    let engine = open(&storage, Options::default()).unwrap();
    assert_eq!(engine.recovery().parts_removed, 1);
    assert_eq!(all_of(&engine), visits(0..3));
}

#[test]
fn a_store_keeps_the_day_offset_it_was_made_with() {
    let storage = store_of(1, Options::default());
    let other = Options { utc_offset_s: 0, ..Options::default() };
    let refused = open(&storage, other).err().unwrap();
    assert!(matches!(refused, OpenError::OffsetDiffers { stored_s: 28_800, asked_s: 0 }));
}

#[test]
fn repair_copies_everything_but_the_damaged_frame_and_says_what_is_lost() {
    let storage = store_of(5, Options::default());
    let mut bytes = storage.contents(PART).unwrap();
    let second = FIRST_FRAME + FRAME_BYTES;
    bytes[second + 30] ^= 4;
    storage.overwrite(PART, &bytes);
    let target = Simulated::new();
    let report = repair_on(&storage, Arc::new(target.clone()), Options::default()).unwrap();
    assert_eq!((report.parts, report.frames, report.visits), (1, 5, 4), "4 frames and the mark");
    assert_eq!(report.frames_missing, 1);
    let lost = &report.lost[0];
    assert_eq!(
        (lost.file.as_str(), lost.offset, lost.bytes),
        (PART, second as u64, FRAME_BYTES as u64)
    );
    assert_eq!(report.lost.len(), 1);
    assert_eq!(storage.contents(PART).unwrap(), bytes, "the source is as it was");
    let expected: Vec<_> = [0, 2, 3, 4].map(visit).into();
    assert_eq!(all_of(&open(&target, Options::default()).unwrap()), expected);
}

#[test]
fn repair_does_without_a_manifest_a_header_and_a_whole_part() {
    let storage = store_of(40, small_parts());
    storage.overwrite("MANIFEST", b"gone");
    let mut first = storage.contents(PART).unwrap();
    first[3] ^= 1;
    storage.overwrite(PART, &first);
    visitlog::storage::Storage::remove(&storage, "log/000000000002.log").unwrap();
    let target = Simulated::new();
    let report = repair_on(&storage, Arc::new(target.clone()), Options::default()).unwrap();
    assert!(report.manifest_unusable.is_some());
    assert_eq!(report.frames_missing, 5, "what the second part had");
    assert_eq!(report.visits, 35);
    let found = all_of(&open(&target, Options::default()).unwrap());
    assert_eq!(found, [visits(0..5), visits(10..40)].concat());
}

#[test]
fn repair_refuses_a_target_with_something_in_it() {
    let storage = store_of(1, Options::default());
    let target = store_of(1, Options::default());
    let refused = repair_on(&storage, Arc::new(target), Options::default());
    assert!(matches!(refused, Err(RepairError::TargetNotEmpty)));
}

#[test]
fn repair_works_on_folders() {
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(source.path(), Options::default()).unwrap();
    engine.append_all(visits(0..100)).unwrap();
    engine.append_all(visits(100..200)).unwrap();
    let in_use = repair(source.path(), target.path(), Options::default());
    assert!(matches!(in_use, Err(RepairError::Open(OpenError::InUse { .. }))));
    engine.close();
    let path = source.path().join(PART);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[1_000] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let refused = Engine::open(source.path(), Options::default()).err().unwrap().to_string();
    assert_eq!(
        refused,
        format!("{PART} is damaged at byte 40: the frame's checksum does not match")
    );
    let report = repair(source.path(), target.path(), Options::default()).unwrap();
    assert_eq!((report.visits, report.frames_missing), (100, 1));
    let engine = Engine::open(target.path(), Options::default()).unwrap();
    assert_eq!(all_of(&engine), visits(100..200));
}
