//! Any bytes as a part of the log.

use std::{collections::BTreeSet, sync::Arc};

use visitlog::{
    OpenError, Options, RepairError, Visit, VisitKey,
    format::{
        frame,
        manifest::Manifest,
        part::{self, HEADER_BYTES},
    },
    repair_on,
    storage::simulated::Simulated,
};

use super::{EVER, TINY, Whom, ask, log_part, open, store, visit, writes};

/// In the first byte: make every checksum good.
pub(crate) const WHOLE: u8 = 1;
/// In the first byte: another part follows.
pub(crate) const BEFORE_ANOTHER: u8 = 2;
/// In the first byte: the days before some of the visits have been deleted.
pub(crate) const AFTER_DELETION: u8 = 4;

/// The number of the part.
pub(crate) const SEQUENCE: u64 = 3;

/// The first byte says how the rest, which is the part, is tried.
pub(crate) fn attempt(bytes: &[u8]) {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let mut bytes = bytes.to_vec();
    if how & WHOLE != 0 {
        make_whole(&mut bytes);
    }
    let mut manifest = Manifest::new(TINY.utc_offset_s, SEQUENCE);
    let mut files = vec![(part::path(SEQUENCE), bytes)];
    if how & BEFORE_ANOTHER != 0 {
        manifest.log_parts.push(SEQUENCE + 1);
        files.push(log_part(SEQUENCE + 1, 4, &[&[visit(1_000)]]));
    }
    if how & AFTER_DELETION != 0 {
        manifest.kept_from_day = Some(super::DAY + 1);
    }
    let storage = store(&manifest, &files);
    repair(&storage);
    match open(&storage.after_kill(), TINY) {
        Ok(engine) => {
            engine.close();
            hold(&storage, &files[0].1, manifest.kept_from_day.is_some());
        }
        Err(OpenError::Damaged(_) | OpenError::NewerFormat { .. }) => {}
        Err(other) => panic!("refused for another reason: {other}"),
    }
}

fn make_whole(bytes: &mut [u8]) {
    if let Some(header) = bytes.first_chunk_mut::<HEADER_BYTES>() {
        header[..8].copy_from_slice(&part::MAGIC);
        let crc = crc32c::crc32c(&header[..36]);
        header[36..].copy_from_slice(&crc.to_le_bytes());
    }
    let mut at = HEADER_BYTES;
    while at < bytes.len() {
        let length = frame::header(&bytes[at..]).map_or(usize::MAX, |header| header.length);
        let Some(frame) = bytes[at..].get_mut(..length) else {
            at += 1;
            continue;
        };
        let crc = crc32c::crc32c_append(crc32c::crc32c(&frame[..20]), &frame[24..]);
        frame[20..24].copy_from_slice(&crc.to_le_bytes());
        at += length;
    }
}

/// The visits of the frames from the first to the last that is whole and has its number.
fn frames_of(bytes: &[u8]) -> Vec<Visit> {
    let mut visits = Vec::new();
    let Ok(header) = part::decode(bytes) else { return visits };
    let mut rest = &bytes[HEADER_BYTES..];
    let mut number = Some(header.first_frame);
    loop {
        let before = visits.len();
        match frame::decode(rest, &mut visits) {
            Ok(header) if Some(header.number) == number => {
                rest = &rest[header.length..];
                number = header.number.checked_add(1);
            }
            _ => {
                visits.truncate(before);
                return visits;
            }
        }
    }
}

/// What opens has exactly what is in the frames, before and after it is sealed and opened again.
fn hold(storage: &Simulated, bytes: &[u8], days_are_deleted: bool) {
    let kept_from_ms = if days_are_deleted { super::MIDNIGHT_MS + 86_400_000 } else { i64::MIN };
    let mut expected = frames_of(bytes);
    let engine = open(storage, TINY).unwrap();
    expected.push(visit(1_000));
    expected.push(visit(2_000));
    let whom = Whom::of(&expected);
    let kept = expected.iter().filter(|visit| visit.entered_ms >= kept_from_ms);
    let mut keys: BTreeSet<VisitKey> = kept.map(Visit::key).collect();
    let has_another = ask(&engine.snapshot(), &whom, EVER.0, EVER.1).unwrap().keys();
    if !has_another.contains(&visit(1_000).key()) {
        keys.remove(&visit(1_000).key());
    }
    engine.append(visit(2_000)).unwrap();
    let found =
        |engine: &visitlog::Engine| ask(&engine.snapshot(), &whom, EVER.0, EVER.1).unwrap().keys();
    assert_eq!(found(&engine), keys, "what is whole is there");
    engine.seal().unwrap();
    writes(&engine);
    assert_eq!(found(&engine), keys, "sealed");
    engine.close();
    let engine = open(storage, TINY).unwrap();
    assert_eq!(engine.recovery().damaged, []);
    assert_eq!(found(&engine), keys, "opened again");
}

fn repair(source: &Simulated) {
    let target = Simulated::new();
    let options = Options { part_bytes_max: 1 << 20, run_visits: 1 << 10, ..TINY };
    match repair_on(source, Arc::new(target.clone()), options) {
        Ok(_) => assert_eq!(open(&target, options).unwrap().recovery().damaged, []),
        Err(RepairError::Open(OpenError::NewerFormat { .. })) => {}
        Err(other) => panic!("not repaired: {other}"),
    }
}
