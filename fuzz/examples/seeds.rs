//! Writes the inputs that the targets begin with into `crates/visitlog/tests/corpus`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../crates/visitlog/tests/hostile/mod.rs"]
mod hostile;

use std::{fs, path::Path, sync::Arc};

use hostile::{DAY, MIDNIGHT_MS, TINY, log_part, visit};
use visitlog::{
    Engine, Visit, Watch,
    format::{
        backup, frame,
        manifest::{self, Manifest},
    },
    storage::simulated::Simulated,
};

/// No text begins so, and no target minds it.
const BINARY: u8 = 0x80;

fn main() {
    log();
    segment();
    manifest();
    life();
}

fn write(target: &str, name: &str, how: u8, bytes: &[u8]) {
    let folder = Path::new("crates/visitlog/tests/corpus").join(target);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), [&[BINARY | how], bytes].concat()).unwrap();
}

fn put(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

fn log() {
    use hostile::log::{AFTER_DELETION, BEFORE_ANOTHER, SEQUENCE, WHOLE};
    let visits: Vec<Visit> = (0..5).map(visit).collect();
    let part = |first, frames: &[&[Visit]]| log_part(SEQUENCE, first, frames).1;
    let good = part(1, &[&visits[..1], &visits[1..4], &[]]);
    let first_frame = 40;
    let second_frame = first_frame + frame::HEADER_BYTES + frame::VISIT_BYTES;
    write("log", "nothing", 0, &[]);
    write("log", "header-alone", 0, &part(1, &[]));
    write("log", "header-cut", 0, &good[..39]);
    write("log", "frames", 0, &good);
    write("log", "frames-before-another-part", BEFORE_ANOTHER, &good);
    write("log", "frames-of-deleted-days", AFTER_DELETION, &good);
    write("log", "many-visits", 0, &part(1, &[&(0..40).map(visit).collect::<Vec<_>>()]));
    write("log", "cut-in-a-visit", 0, &good[..good.len() - 30]);
    write("log", "cut-before-another-part", BEFORE_ANOTHER, &good[..good.len() - 30]);
    write("log", "flipped-in-the-middle", 0, &put(&good, first_frame + 40, &[0xff]));
    write("log", "flipped-at-the-end", 0, &put(&good, good.len() - 1, &[0xff]));
    write("log", "newer-version", WHOLE, &put(&good, 8, &[9]));
    write("log", "another-sequence", WHOLE, &put(&good, 16, &[77]));
    write("log", "last-frame-number", WHOLE, &part(u64::MAX, &[&visits]));
    write(
        "log",
        "last-frame-number-but-one",
        0,
        &part(u64::MAX - 1, &[&visits[..1], &visits[1..]]),
    );
    write("log", "count-of-four-billion", WHOLE, &put(&good, first_frame + 16, &[0xff; 4]));
    write("log", "length-of-four-billion", WHOLE, &put(&good, first_frame + 4, &[0xff; 4]));
    write("log", "most-visits-promised", WHOLE, &{
        let length = (frame::BYTES_MAX as u32).to_le_bytes();
        let promised = put(&good, first_frame + 4, &length);
        put(&promised, first_frame + 16, &(frame::VISITS_MAX as u32).to_le_bytes())
    });
    write("log", "frame-twice", WHOLE, &put(&good, second_frame + 8, &[1]));
    write("log", "visit-from-1970", WHOLE, &put(&good, first_frame + 24 + 12, &[0; 8]));
    write("log", "the-same-visit-in-two-frames", 0, &part(1, &[&visits[..2], &visits[1..3]]));
    write("log", "magic-everywhere", WHOLE, &[&good[..40], &b"VLF1".repeat(60)[..]].concat());
}

/// The file of a real segment of those visits.
fn segment_of(visits: Vec<Visit>) -> Vec<u8> {
    let storage = Simulated::new();
    let engine = Engine::open_on(Arc::new(storage.clone()), TINY, Watch::default()).unwrap();
    engine.append_all(visits).unwrap();
    engine.seal().unwrap();
    storage.contents("segments/000000000001.seg").unwrap()
}

fn segment() {
    use hostile::segment::{ASK_ONLY, PAGES_ONLY, WHOLE_FRAME, WHOLE_PAGES};
    let few = segment_of((0..6).map(visit).collect());
    let many = segment_of((0..80).map(visit).collect());
    let wide = |n: u64| Visit {
        person: n << 40 | n,
        checkpoint: (n as u32).wrapping_mul(0x9e37_79b9),
        recorded_ms: visit(n).recorded_ms + ((n as i64) << 34),
        ..visit(n)
    };
    let wide = segment_of((0..30).map(wide).collect());
    // As the one with number 6 of the store that is tried.
    let whole = WHOLE_FRAME;
    write("segment", "nothing", 0, &[]);
    write("segment", "few", whole, &few);
    write("segment", "many", whole, &many);
    write("segment", "many-asked-only", whole | ASK_ONLY, &many);
    write("segment", "wide-numbers", whole, &wide);
    write("segment", "pages-alone", PAGES_ONLY | WHOLE_PAGES, &many);
    write("segment", "wide-pages-alone", PAGES_ONLY | WHOLE_PAGES, &wide);
    write("segment", "another-segment", 0, &few);
    write("segment", "cut", whole, &few[..few.len() - 7]);
    write("segment", "flipped-in-a-page", whole, &put(&few, 60, &[0xff]));
    write("segment", "flipped-in-the-index", 0, &put(&few, few.len() - 110, &[0xff]));
    let pages = PAGES_ONLY | WHOLE_PAGES;
    for (name, at, new) in [
        ("page-of-no-visits", 12, &[0, 0][..]),
        ("page-of-more-visits", 12, &[0, 4]),
        ("page-without-columns", 14, &[0]),
        ("page-with-every-column", 14, &[0xff]),
        ("page-of-the-other-order", 15, &[1]),
        ("first-person-is-the-last", 16, &[0xff; 8]),
        ("least-checkpoint-is-the-last", 24, &[0xff; 8]),
        ("least-time-is-the-last", 32, &[0xff; 4]),
        ("times-after-the-day", 32, &[0, 0, 0, 0x10]),
        ("four-billion-attributes", 36, &[0xff; 4]),
        ("column-of-width-63", 40, &[0x3f]),
        ("column-of-exceptions", 41, &[0x80]),
    ] {
        write("segment", name, pages, &put(&many, 40 + at, new));
    }
    let footer = few.len() - 104;
    for (name, at, new) in [
        ("newer-version", 8, &[9][..]),
        ("four-billion-pages", 12, &[0xff; 4]),
        ("most-visits", 40, &[0xff; 8]),
        ("first-time-is-the-last", 48, &[0xff; 8]),
        ("last-time-is-the-last", 56, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        ("digest-of-others", 64, &[0xff; 8]),
        ("pages-at-the-end", 72, &[0xff; 8]),
        ("index-at-the-end", 88, &[0xff; 8]),
    ] {
        write("segment", name, whole, &put(&few, footer + at, new));
    }
    write("segment", "index-of-other-numbers", whole, &put(&few, footer - 16, &[9]));
    write("segment", "index-of-longer-pages", whole, &put(&few, footer - 4, &[0xff; 4]));
}

fn manifest() {
    use hostile::manifest::{PARTS_ARE_THERE, WHOLE};
    let listed = |sequence, day| manifest::Segment {
        sequence,
        day,
        visits: 10,
        bytes: 1_000,
        first_ms: MIDNIGHT_MS,
        last_ms: MIDNIGHT_MS + 1_000,
    };
    let mut full = Manifest::new(TINY.utc_offset_s, 1);
    full.log_parts.push(2);
    full.kept_from_day = Some(DAY - 1);
    full.next_segment = 9;
    full.segments = vec![listed(3, DAY), listed(5, DAY + 1)];
    full.extracts = vec![(77, listed(4, DAY))];
    let write = |name, how, manifest: &Manifest| {
        let bytes = manifest::encode(manifest);
        let end = if how & WHOLE == 0 { bytes.len() } else { bytes.len() - 16 };
        write("manifest", name, how, &bytes[..end]);
    };
    let there = WHOLE | PARTS_ARE_THERE;
    write("empty-store", there, &Manifest::new(TINY.utc_offset_s, 1));
    write("full", there, &full);
    write("parts-missing", WHOLE, &full);
    write("as-written", PARTS_ARE_THERE, &full);
    let changed = |name, change: &dyn Fn(&mut Manifest)| {
        let mut manifest = full.clone();
        change(&mut manifest);
        write(name, there, &manifest);
    };
    changed("offset-of-an-age", &|m| m.utc_offset_s = i32::MAX);
    changed("offset-before-every-age", &|m| m.utc_offset_s = i32::MIN);
    changed("kept-from-the-last-day", &|m| m.kept_from_day = Some(i64::MAX));
    changed("kept-from-the-first-day", &|m| m.kept_from_day = Some(i64::MIN));
    changed("next-segment-is-the-last", &|m| m.next_segment = u64::MAX);
    changed("last-log-part", &|m| m.log_parts = vec![u64::MAX]);
    changed("no-log-part", &|m| m.log_parts.clear());
    changed("segment-of-the-last-day", &|m| m.segments[0].day = i64::MAX);
    changed("segment-of-the-first-day", &|m| m.segments[0].day = i64::MIN);
    changed("segment-until-the-end-of-time", &|m| m.segments[0].last_ms = i64::MAX);
    changed("segment-from-the-end-of-time", &|m| m.segments[0].first_ms = i64::MAX);
    changed("most-visits", &|m| m.segments[0].visits = u64::MAX);
    changed("most-visits-twice", &|m| m.segments.iter_mut().for_each(|s| s.visits = u64::MAX));
    changed("most-bytes-twice", &|m| m.segments.iter_mut().for_each(|s| s.bytes = u64::MAX));
    changed("segment-twice", &|m| m.segments[1].sequence = 3);
    let file = |kind, sequence| {
        backup::File { kind, sequence, bytes: 1_000, crc: 7, copy: 0, whole: sequence != 3 }
    };
    let logs = [file(backup::Kind::Log, 1), file(backup::Kind::Log, 2)];
    let files = [&logs[..], &[file(backup::Kind::Segment, 3)]].concat();
    let list = backup::encode(&backup::List { files, manifest: full.clone() });
    self::write("manifest", "list-of-a-backup", 0, &list);
    self::write("manifest", "list-of-a-backup-checked-anew", WHOLE, &list[..list.len() - 16]);
    let text = |name, how, text: &str| self::write("manifest", name, how, text.as_bytes());
    text("nothing", 0, "");
    text("checksum-alone", WHOLE, "");
    text("another-title", there, "visitlog backup\nversion 1\nday-offset-s 28800\nlog 1\n");
    text("newer-version", there, "visitlog manifest\nversion 2\nday-offset-s 28800\nlog 1\n");
    text(
        "unknown-word",
        there,
        "visitlog manifest\nversion 1\nday-offset-s 28800\nlog 1\nshard 2\n",
    );
    text(
        "log-parts-fall",
        there,
        "visitlog manifest\nversion 1\nday-offset-s 28800\nlog 2\nlog 1\n",
    );
    text(
        "signs-and-zeros",
        there,
        "visitlog manifest\nversion +1\nday-offset-s +028800\nlog 001\n",
    );
}

fn life() {
    use hostile::life::SEALED_BY_HAND;
    let write = |name: &str, steps: &[u8]| write("life", name, 0, steps);
    let batch = |n: u8| {
        let mut bytes = vec![0, n];
        bytes.extend((0..=n).flat_map(|i| [i % 4, i % 5, i % 6, i % 3, i]));
        bytes
    };
    write("nothing-but-one-visit", &batch(0));
    write("appended-and-sealed", &[batch(11), vec![5]].concat());
    write("sealed-twice-and-merged", &[batch(9), vec![5], batch(4), vec![5, 9]].concat());
    write("days-deleted", &[batch(9), vec![5, 6, 2], batch(3), vec![6, 3, 9]].concat());
    write("kept-for-a-case", &[batch(9), vec![7, 1, 1, 1, 6, 3, 7, 2, 0, 0, 9]].concat());
    write("killed-again-and-again", &[batch(9), vec![10], batch(5), vec![5, 10, 10]].concat());
    write("no-room", &[batch(6), vec![8, 1, 1, 3], batch(6), vec![5], batch(2)].concat());
    write("a-sync-fails", &[batch(6), vec![8, 2, 0, 2], batch(6), vec![5], batch(2)].concat());
    write("a-rename-fails", &[batch(6), vec![8, 3, 0, 0, 5], batch(2), vec![9]].concat());
    for nth in [1, 2, 4, 7, 11, 16, 22] {
        let steps = [batch(9), vec![11, nth], batch(4)[1..].to_vec(), vec![1; 20], batch(2)];
        let steps = steps.concat();
        write(&format!("power-cut-at-{nth}"), &steps);
        self::write("life", &format!("power-cut-at-{nth}-by-hand"), SEALED_BY_HAND, &steps);
    }
}
