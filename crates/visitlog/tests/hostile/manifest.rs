//! Any text as the list of what belongs to the store, or of what a backup has.

use visitlog::{
    OpenError, Options, Selection, Visit, Window,
    format::{
        backup,
        manifest::{self, Manifest},
    },
};

use super::{EVER, Input, TINY, Whom, ask, folder, log_part, open, visit, writes};

/// In the first byte: put a good checksum under it.
pub(crate) const WHOLE: u8 = 1;
/// In the first byte: the log parts that it lists are there.
pub(crate) const PARTS_ARE_THERE: u8 = 2;

/// Parts that are made at most.
const PARTS_MAX: usize = 8;

/// The first byte says how the rest, which is the text, is tried.
pub(crate) fn attempt(bytes: &[u8]) {
    let mut input = Input(bytes);
    let how = input.byte();
    let mut text = input.0.to_vec();
    if how & WHOLE != 0 {
        let crc = crc32c::crc32c(&text);
        text.extend_from_slice(format!("crc32c {crc:08x}\n").as_bytes());
    }
    if let Ok(list) = backup::decode(&text) {
        assert_eq!(backup::decode(&backup::encode(&list)), Ok(list));
        return;
    }
    let decoded = manifest::decode(&text).ok();
    let utc_offset_s = decoded.as_ref().map_or(TINY.utc_offset_s, |read| read.utc_offset_s);
    let mut files = Vec::new();
    if let Some(read) = &decoded {
        assert_eq!(manifest::decode(&manifest::encode(read)).as_ref(), Ok(read));
        if how & PARTS_ARE_THERE != 0 {
            files.extend(parts_of(read));
        }
    }
    let storage = folder(&text, &files);
    let options = Options { utc_offset_s, ..TINY };
    let engine = match open(&storage, options) {
        Ok(engine) => engine,
        Err(OpenError::Damaged(_) | OpenError::NewerFormat { .. } | OpenError::Options(_)) => {
            return;
        }
        Err(other) => panic!("refused for another reason: {other}"),
    };
    assert!(decoded.is_some(), "what is no manifest is refused");
    let late = [visit(3), visit(4), visit(500)];
    let _ = engine.append_all(late.to_vec());
    let _ = ask(&engine.snapshot(), &Whom::of(&late), EVER.0, EVER.1);
    let (from_ms, to_ms) = (super::MIDNIGHT_MS, super::MIDNIGHT_MS + 1_000_000);
    let window = Window { checkpoint: 1, from_ms, to_ms };
    let _ = engine.snapshot().visits_at(window).collect::<Vec<Result<Visit, _>>>();
    let selection = Selection { persons: vec![3], checkpoints: vec![], from_ms, to_ms };
    let _ = engine.extract(1, &selection);
    let _ = engine.seal();
    let _ = engine.drop_before(super::DAY + 1);
    writes(&engine);
    engine.close();
    writes(&open(&storage, options).unwrap());
}

/// Parts in a row, each with nothing in it.
fn parts_of(read: &Manifest) -> Vec<(String, Vec<u8>)> {
    let sequences = read.log_parts.iter().take(PARTS_MAX);
    sequences.map(|sequence| log_part(*sequence, 1, &[])).collect()
}
