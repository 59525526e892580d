//! Zeros ahead of the log's end: the syncs of frames that go into them are cheap, and nothing else is
//! otherwise than without them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;

use common::{all_of, dice, no_room_ahead, open, visit, visits};
use visitlog::{
    Engine, OpenError, Options, RepairReport, TornTail, repair_on,
    storage::simulated::{Fault, Operation, Simulated},
    verify_on,
};

const PART: &str = "log/000000000001.log";
/// Of a part's head, of a frame with one visit, and of one with none.
const HEAD_BYTES: usize = 40;
const FRAME_BYTES: usize = 61;
const EMPTY_BYTES: usize = 24;

fn roomy(room_bytes: u64) -> Options {
    Options { room_bytes, ..Options::default() }
}

fn length(storage: &Simulated) -> usize {
    storage.contents(PART).unwrap().len()
}

fn append_each(engine: &Engine, count: u64) {
    for visit in visits(0..count) {
        engine.append(visit).unwrap();
    }
}

/// A log with so many visits, each in a frame of its own, whose process was killed.
fn killed(count: u64, options: Options) -> Simulated {
    let storage = Simulated::new();
    let engine = open(&storage, options).unwrap();
    append_each(&engine, count);
    storage.after_kill()
}

#[test]
fn frames_go_into_the_room_and_a_clean_end_gives_it_back() {
    let storage = Simulated::new();
    let engine = open(&storage, roomy(150)).unwrap();
    assert_eq!(length(&storage), HEAD_BYTES, "no room for nobody");
    let mut lengths = Vec::new();
    for n in 0..6 {
        engine.append(visit(n)).unwrap();
        lengths.push(length(&storage) - HEAD_BYTES);
    }
    let (first, second) = (FRAME_BYTES + 150, 4 * FRAME_BYTES + 150);
    assert_eq!(lengths, [first, first, first, second, second, second]);
    engine.close();
    // An empty frame vouches for the last one.
    assert_eq!(length(&storage), length_of(6) + EMPTY_BYTES);
    assert_eq!(storage.contents(PART), closed(6, no_room_ahead()).contents(PART), "to the byte");
}

fn length_of(frames: usize) -> usize {
    HEAD_BYTES + frames * FRAME_BYTES
}

fn closed(count: u64, options: Options) -> Simulated {
    let storage = Simulated::new();
    let engine = open(&storage, options).unwrap();
    append_each(&engine, count);
    engine.close();
    storage
}

#[test]
fn room_that_a_killed_process_leaves_is_no_torn_tail() {
    let storage = killed(3, roomy(1_000));
    assert!(length(&storage) > length_of(3) + 800);
    let checked = verify_on(&storage).unwrap();
    assert_eq!((checked.damages, checked.torn_tail), (Vec::new(), None));
    let target = Simulated::new();
    let report = repair_on(&storage, Arc::new(target.clone()), Options::default()).unwrap();
    let whole = RepairReport { parts: 1, frames: 3, visits: 3, ..RepairReport::default() };
    assert_eq!(report, whole, "nothing is lost");
    let engine = open(&storage, roomy(1_000)).unwrap();
    assert_eq!(engine.recovery().torn_tail, None);
    assert_eq!(length(&storage), length_of(3), "it is cut and made anew");
    assert_eq!(all_of(&engine), visits(0..3));
    engine.append(visit(3)).unwrap();
    assert_eq!(all_of(&open(&storage.after_kill(), roomy(9)).unwrap()), visits(0..4));
}

#[test]
fn a_frame_torn_in_the_room_is_cut_at_any_byte_of_it() {
    let storage = killed(4, roomy(1_000));
    let good = storage.contents(PART).unwrap();
    let last = length_of(3);
    for kept in 1..FRAME_BYTES {
        let mut bytes = good.clone();
        bytes[last + kept..last + FRAME_BYTES].fill(0);
        if bytes == good {
            continue;
        }
        storage.overwrite(PART, &bytes);
        let torn = bytes[last..].iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1;
        let tail = TornTail { file: PART.to_owned(), offset: last as u64, bytes: torn };
        let checked = verify_on(&storage).unwrap();
        assert_eq!((checked.damages, checked.torn_tail), (Vec::new(), Some(tail.clone())));
        let engine = open(&storage, roomy(1_000)).unwrap();
        assert_eq!(engine.recovery().torn_tail, Some(tail), "{kept} bytes kept");
        assert_eq!(all_of(&engine), visits(0..3));
    }
}

#[test]
fn a_damaged_frame_before_a_whole_one_is_refused_with_room_behind_them() {
    let storage = killed(4, roomy(1_000));
    let mut bytes = storage.contents(PART).unwrap();
    bytes[length_of(2) + 30] ^= 1;
    storage.overwrite(PART, &bytes);
    let Err(OpenError::Damaged(damage)) = open(&storage, roomy(1_000)) else { panic!("opened") };
    assert_eq!((damage.file.as_str(), damage.offset), (PART, length_of(2) as u64));
}

#[test]
fn a_disk_without_room_for_the_room_takes_the_frame() {
    let storage = Simulated::new();
    let engine = open(&storage, roomy(1_000)).unwrap();
    // The frame is the first write, what is prepared behind it the second.
    storage.fail(Operation::Write, 2, Fault::NoRoom);
    engine.append(visit(0)).unwrap();
    assert_eq!(storage.armed(), 0, "the fault was met");
    storage.make_room();
    engine.append(visit(1)).unwrap();
    assert_eq!(length(&storage), length_of(2) + 1_000, "and it is prepared later");
    assert_eq!(all_of(&open(&storage.after_kill(), roomy(9)).unwrap()), visits(0..2));
}

#[test]
fn a_frame_that_finds_no_room_takes_what_was_prepared_with_it() {
    let storage = Simulated::new();
    let engine = open(&storage, roomy(1_000)).unwrap();
    engine.append(visit(0)).unwrap();
    storage.fail(Operation::Write, 1, Fault::NoRoom);
    assert!(engine.append(visit(1)).is_err());
    assert_eq!(length(&storage), length_of(1));
    storage.make_room();
    engine.append(visit(1)).unwrap();
    assert_eq!(all_of(&open(&storage.after_kill(), roomy(9)).unwrap()), visits(0..2));
}

#[test]
fn only_the_last_part_has_room_and_no_part_is_longer_than_it_may_be() {
    let storage = Simulated::new();
    let options = Options { part_bytes_max: 400, room_bytes: 1_000, ..Options::default() };
    let engine = open(&storage, options).unwrap();
    append_each(&engine, 20);
    let parts: Vec<_> = storage.paths().into_iter().filter(|path| path.ends_with(".log")).collect();
    let lengths: Vec<_> = parts.iter().map(|path| storage.contents(path).unwrap().len()).collect();
    let (last, others) = lengths.split_last().unwrap();
    assert_eq!(*last, 400);
    assert_eq!(others, [length_of(5); 3]);
    assert_eq!(all_of(&engine), visits(0..20));
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged_whatever_the_room() {
    for seed in 0..300 {
        let mut dice = dice(seed);
        let options = Options { part_bytes_max: 300 + dice(3_000), ..roomy(dice(700)) };
        let storage = Simulated::new();
        let engine = open(&storage, options).unwrap();
        let count = 1 + dice(30);
        append_each(&engine, count);
        storage.fail(Operation::Sync, 1, Fault::PowerCut);
        let lost = engine.append(visit(count));
        assert!(lost.is_err(), "seed {seed}");
        let engine = open(&storage.after_power_cut(&mut dice), options).unwrap();
        let there = all_of(&engine);
        let known = visits(0..count + 1);
        assert!(there.len() as u64 >= count && known.starts_with(&there), "seed {seed}");
    }
}
