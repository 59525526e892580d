//! Reads a store as another program would: written from `docs/reference/visitlog-format.md` alone,
//! one bit at a time and without the engine's code, and held against what the engine answers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeSet, fs, path::Path};

use visitlog::{Engine, Options, Selection, Visit, Window};

const DAY_MS: i64 = 86_400_000;

/// In the order of the page's first table: person, checkpoint, entered, recorded, operator, flags,
/// method, verdict, status.
type Row = (u64, u32, i64, i64, u32, u16, u8, u8, u8);

/// Byte by byte and bit by bit, as the page defines it.
fn crc(bytes: impl IntoIterator<Item = u8>) -> u32 {
    let mut value = 0xffff_ffff_u32;
    for byte in bytes {
        value ^= u32::from(byte);
        for _ in 0..8 {
            value = if value & 1 == 1 { value >> 1 ^ 0x82f6_3b78 } else { value >> 1 };
        }
    }
    value ^ 0xffff_ffff
}

fn crc_of(bytes: &[u8]) -> u32 {
    crc(bytes.iter().copied())
}

/// An unsigned number of `count` bytes at `at`.
fn number(bytes: &[u8], at: usize, count: usize) -> u64 {
    bytes[at..at + count].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn size(bytes: &[u8], at: usize, count: usize) -> usize {
    number(bytes, at, count) as usize
}

fn signed(bytes: &[u8], at: usize) -> i64 {
    number(bytes, at, 8) as i64
}

/// The lines of a text whose last one is the checksum of those before it.
fn checked_lines(text: &str) -> Vec<&str> {
    let body = &text[..text.len() - "crc32c 00000000\n".len()];
    assert_eq!(&text[body.len()..], format!("crc32c {:08x}\n", crc_of(body.as_bytes())));
    body.lines().collect()
}

struct Manifest {
    offset_s: i64,
    kept_from_day: Option<i64>,
    parts: Vec<u64>,
    /// The numbers of each line.
    segments: Vec<Vec<i64>>,
    /// The same, after the number of the case.
    cases: Vec<(i64, Vec<i64>)>,
}

fn manifest(text: &str) -> Manifest {
    let lines = checked_lines(text);
    assert_eq!(lines[..2], ["visitlog manifest", "version 1"]);
    let offset_s = lines[2].strip_prefix("day-offset-s ").unwrap().parse().unwrap();
    let (parts, segments, cases) = (Vec::new(), Vec::new(), Vec::new());
    let mut manifest = Manifest { offset_s, kept_from_day: None, parts, segments, cases };
    for line in &lines[3..] {
        let (word, rest) = line.split_once(' ').unwrap();
        let numbers: Vec<i64> = rest.split(' ').map(|number| number.parse().unwrap()).collect();
        match word {
            "kept-from-day" => manifest.kept_from_day = Some(numbers[0]),
            "next-segment" => {}
            "log" => manifest.parts.push(numbers[0] as u64),
            "segment" => manifest.segments.push(numbers),
            "case" => manifest.cases.push((numbers[0], numbers[1..].to_vec())),
            other => panic!("{other} is not on the page"),
        }
    }
    manifest
}

/// The visits of a part, and the number of the frame after its last.
fn part(bytes: &[u8], sequence: u64) -> (Vec<Row>, u64) {
    assert_eq!(&bytes[..8], b"VLOGPART");
    assert_eq!((number(bytes, 8, 4), number(bytes, 16, 8)), (1, sequence));
    assert_eq!(number(bytes, 36, 4), u64::from(crc_of(&bytes[..36])));
    let mut frame_number = number(bytes, 24, 8);
    let mut visits = Vec::new();
    let mut rest = &bytes[40..];
    // Nothing but zeros is room for frames to come.
    while rest.iter().any(|byte| *byte != 0) {
        assert_eq!(&rest[..4], b"VLF1");
        let frame = &rest[..size(rest, 4, 4)];
        assert_eq!(number(frame, 8, 8), frame_number);
        let count = size(frame, 16, 4);
        assert_eq!(frame.len(), 24 + 37 * count);
        let checked = frame[..20].iter().chain(&frame[24..]).copied();
        assert_eq!(number(frame, 20, 4), u64::from(crc(checked)));
        visits.extend(frame[24..].chunks(37).map(|visit| {
            (
                number(visit, 0, 8),
                number(visit, 8, 4) as u32,
                signed(visit, 12),
                signed(visit, 20),
                number(visit, 28, 4) as u32,
                number(visit, 32, 2) as u16,
                visit[34],
                visit[35],
                visit[36],
            )
        }));
        frame_number += 1;
        rest = &rest[frame.len()..];
    }
    (visits, frame_number)
}

/// The numbers of a column at the front of `bytes`, and what comes after it.
fn column(bytes: &[u8], rows: usize) -> (Vec<u64>, &[u8]) {
    let blocks = rows.div_ceil(128);
    let (heads, mut rest) = bytes.split_at(2 * blocks);
    let mut numbers = Vec::new();
    for head in heads.chunks(2) {
        let width = usize::from(head[0] & 0x3f);
        let high_bytes = usize::from(head[0] >> 6) + 1;
        let exceptions = usize::from(head[1]);
        let mut block = [0_u64; 128];
        for (i, number) in block.iter_mut().enumerate() {
            for b in 0..width {
                let p = width * (i / 4) + b;
                let word = self::number(rest, 16 * (p / 32) + 4 * (i % 4), 4);
                *number |= (word >> (p % 32) & 1) << b;
            }
        }
        let (places, highs) = rest[16 * width..].split_at(exceptions);
        for (n, place) in places.iter().enumerate() {
            let high = self::number(highs, n * high_bytes, high_bytes);
            block[usize::from(*place)] += high << width;
        }
        rest = &highs[exceptions * high_bytes..];
        numbers.extend(block);
    }
    numbers.truncate(rows);
    (numbers, rest)
}

/// Whether the page is by checkpoint, and its visits.
fn page(bytes: &[u8], day_start_ms: i64) -> (bool, Vec<Row>) {
    assert_eq!(&bytes[..4], b"VSP1");
    assert_eq!(number(bytes, 8, 4), u64::from(crc_of(&bytes[12..])));
    let rows = size(bytes, 12, 2);
    let (present, flags) = (bytes[14], bytes[15]);
    let mut rest = &bytes[40..];
    let mut columns = Vec::new();
    for n in 0..8 {
        let numbers;
        (numbers, rest) =
            if present >> n & 1 == 1 { column(rest, rows) } else { (vec![0; rows], rest) };
        columns.push(numbers);
    }
    let attributes: Vec<&[u8]> = rest.chunks(9).collect();
    assert_eq!(attributes.len(), size(bytes, 36, 4));
    let wide = |low: usize, row: usize| columns[low][row] + (columns[low + 1][row] << 32);
    let least_time = number(bytes, 32, 4);
    let (mut major, mut time) = (number(bytes, 16, 8), least_time);
    let mut visits = Vec::new();
    for row in 0..rows {
        let step = wide(0, row);
        major += step;
        let from = if flags & 2 == 2 && step == 0 { time } else { least_time };
        time = from + columns[2][row];
        let minor = number(bytes, 24, 8) + wide(3, row);
        let entered = day_start_ms + time as i64;
        let zigzag = wide(5, row);
        let half = (zigzag / 2) as i64;
        let late = if zigzag % 2 == 1 { !half } else { half };
        let attribute = attributes[columns[7][row] as usize];
        let (person, checkpoint) = if flags & 1 == 1 { (minor, major) } else { (major, minor) };
        visits.push((
            person,
            u32::try_from(checkpoint).unwrap(),
            entered,
            entered + late,
            number(attribute, 0, 4) as u32,
            number(attribute, 4, 2) as u16,
            attribute[6],
            attribute[7],
            attribute[8],
        ));
    }
    (flags & 1 == 1, visits)
}

fn hash(visit: &Row) -> u64 {
    let (person, checkpoint, entered, recorded, operator, flags, method, verdict, status) = *visit;
    let words = [
        person,
        entered as u64,
        recorded as u64,
        u64::from(checkpoint) + (u64::from(operator) << 32),
        u64::from(flags)
            + (u64::from(method) << 16)
            + (u64::from(verdict) << 24)
            + (u64::from(status) << 32),
    ];
    words.iter().fold(0, |x, word| {
        let product = u128::from(x ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xa076_1d64_78bd_642f;
        product as u64 ^ (product >> 64) as u64
    })
}

/// The visits of a segment by person, after both orders were held against each other, the index,
/// the footer, and the line in the manifest.
fn segment(bytes: &[u8], listed: &[i64], offset_s: i64) -> Vec<Row> {
    assert_eq!(&bytes[..8], b"VLOGSEGM");
    assert_eq!((number(bytes, 8, 4), number(bytes, 16, 8)), (1, listed[0] as u64));
    assert_eq!(number(bytes, 36, 4), u64::from(crc_of(&bytes[..36])));
    let day = signed(bytes, 24);
    let footer = &bytes[bytes.len() - 104..];
    assert_eq!(&footer[..8], b"VLOGSEGF");
    assert_eq!(number(footer, 100, 4), u64::from(crc_of(&footer[..100])));
    let facts = [signed(footer, 24), signed(footer, 32), signed(footer, 40)];
    let reach = [signed(footer, 48), signed(footer, 56)];
    assert_eq!([&facts[..], &[bytes.len() as i64], &reach].concat(), listed);
    assert_eq!(day, listed[1]);
    let index = &bytes[size(footer, 88, 8)..bytes.len() - 104];
    assert_eq!(number(footer, 96, 4), u64::from(crc_of(index)));
    let pages = [size(footer, 12, 4), size(footer, 16, 4)];
    assert_eq!(index.len(), 16 * (pages[0] + pages[1]));
    let mut orders = [Vec::new(), Vec::new()];
    let day_start_ms = day * DAY_MS - 1000 * offset_s;
    let mut at = size(footer, 72, 8);
    for (n, entry) in index.chunks(16).enumerate() {
        let by_checkpoint = n >= pages[0];
        if n == pages[0] {
            assert_eq!(at, size(footer, 80, 8));
        }
        let length = size(entry, 12, 4);
        let (order, visits) = page(&bytes[at..at + length], day_start_ms);
        assert_eq!(order, by_checkpoint);
        let major = if order { u64::from(visits[0].1) } else { visits[0].0 };
        let time = (visits[0].2 - day_start_ms) as u64;
        assert_eq!((number(entry, 0, 8), number(entry, 8, 4)), (major, time));
        orders[usize::from(order)].extend(visits);
        at += length;
    }
    assert_eq!(at, size(footer, 88, 8));
    let [by_person, mut by_checkpoint] = orders;
    assert!(by_person.is_sorted_by_key(|visit| (visit.0, visit.2, visit.1)));
    assert!(by_checkpoint.is_sorted_by_key(|visit| (visit.1, visit.2, visit.0)));
    by_checkpoint.sort_unstable();
    assert_eq!(by_checkpoint, sorted(by_person.clone()));
    let digest = by_person.iter().fold(0_u64, |sum, visit| sum.wrapping_add(hash(visit)));
    assert_eq!((by_person.len() as i64, digest), (listed[2], number(footer, 64, 8)));
    by_person
}

fn sorted(mut visits: Vec<Row>) -> Vec<Row> {
    visits.sort_unstable();
    visits
}

/// Everything that the store in a folder has, and what each case keeps.
fn read(dir: &Path) -> (Vec<Row>, Vec<(i64, Vec<Row>)>) {
    let manifest = manifest(&fs::read_to_string(dir.join("MANIFEST")).unwrap());
    let segment_at = |listed: &Vec<i64>| {
        let path = dir.join(format!("segments/{:012}.seg", listed[0]));
        segment(&fs::read(path).unwrap(), listed, manifest.offset_s)
    };
    let mut visits: Vec<Row> = manifest.segments.iter().flat_map(segment_at).collect();
    let mut next_frame = None;
    for sequence in &manifest.parts {
        let bytes = fs::read(dir.join(format!("log/{sequence:012}.log"))).unwrap();
        assert!(next_frame.is_none_or(|next| number(&bytes, 24, 8) == next));
        let (in_part, next) = part(&bytes, *sequence);
        visits.extend(in_part);
        next_frame = Some(next);
    }
    let day = |ms: i64| (ms + 1000 * manifest.offset_s).div_euclid(DAY_MS);
    visits.retain(|visit| manifest.kept_from_day.is_none_or(|kept| day(visit.2) >= kept));
    let cases = manifest.cases.iter().map(|(case, listed)| (*case, segment_at(listed)));
    (sorted(visits), cases.collect())
}

fn row(v: &Visit) -> Row {
    let late = (v.method, v.verdict, v.status);
    let row = (v.person, v.checkpoint, v.entered_ms, v.recorded_ms, v.operator, v.flags);
    (row.0, row.1, row.2, row.3, row.4, row.5, late.0, late.1, late.2)
}

/// Small numbers with now and then one of any size, some late, some of other days.
fn visit(n: u64) -> Visit {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let entered_ms = 1_795_363_200_000 + (n % 3) as i64 * DAY_MS + (mixed >> 40) as i64 * 5;
    Visit {
        person: if n.is_multiple_of(50) { mixed } else { mixed >> 30 & 0x1ff },
        checkpoint: if n.is_multiple_of(70) { mixed as u32 } else { mixed as u32 % 40 },
        entered_ms,
        recorded_ms: match n % 100 {
            0 => entered_ms + (mixed >> 26) as i64,
            1 => entered_ms - 3_000,
            _ => entered_ms + (n % 4) as i64 * 100,
        },
        method: (n % 5) as u8,
        operator: if n.is_multiple_of(60) { mixed as u32 } else { 0 },
        verdict: (n % 7 / 6) as u8,
        status: (n % 11 / 9) as u8,
        flags: if n.is_multiple_of(200) { mixed as u16 } else { 0 },
    }
}

#[test]
fn the_checksum_is_the_one_that_the_page_names() {
    assert_eq!(crc_of(b"123456789"), 0xe306_9283);
}

#[test]
fn a_program_written_from_the_page_reads_the_same_visits() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let options = Options { part_bytes_max: 20_000, run_visits: 1_000, ..Options::default() };
    let engine = Engine::open(&dir, options).unwrap();
    let mut stored = BTreeSet::new();
    let mut append = |numbers: std::ops::Range<u64>| {
        let visits: Vec<Visit> = numbers.map(visit).collect();
        stored.extend(visits.iter().map(row));
        engine.append_all(visits).unwrap();
    };
    append(0..9_000);
    engine.seal().unwrap();
    append(9_000..12_000);
    engine.seal().unwrap();
    let selection =
        Selection { persons: vec![7, 8], checkpoints: vec![3], from_ms: i64::MIN, to_ms: i64::MAX };
    engine.extract(9, &selection).unwrap();
    let first_day = engine.day_of(visit(0).entered_ms);
    engine.drop_before(first_day + 1).unwrap();
    stored.retain(|visit| engine.day_of(visit.2) > first_day);
    for n in 0..400 {
        let numbers = 12_000 + 3 * n + 1..12_000 + 3 * n + 3;
        let visits: Vec<Visit> = numbers.map(visit).collect();
        stored.extend(visits.iter().map(row));
        engine.append_all(visits).unwrap();
    }
    let window = Window { checkpoint: 3, from_ms: i64::MIN, to_ms: i64::MAX };
    let of_case = engine.snapshot().of_case(9).visits_at(window);
    let kept: BTreeSet<Row> = of_case.map(|visit| row(&visit.unwrap())).collect();
    let while_open = read(&dir);
    engine.close();
    let (visits, cases) = read(&dir);
    assert!(while_open == (visits.clone(), cases.clone()), "with room behind the last frame");
    assert!(fs::read_dir(dir.join("log")).unwrap().count() > 1, "more than one part");
    assert_eq!(visits, stored.into_iter().collect::<Vec<_>>());
    assert!(cases.iter().all(|(case, _)| *case == 9));
    let of_case = cases.into_iter().flat_map(|(_, visits)| visits);
    let at_door: BTreeSet<Row> = of_case.filter(|visit| visit.1 == 3).collect();
    assert!(!kept.is_empty());
    assert_eq!(at_door, kept);
}

#[test]
fn a_program_written_from_the_page_finds_the_files_of_a_backup_whole() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("backup");
    let engine = Engine::open(folder.path().join("store"), Options::default()).unwrap();
    engine.append_all((0..500).map(visit).collect()).unwrap();
    engine.seal().unwrap();
    engine.append_all((500..600).map(visit).collect()).unwrap();
    engine.backup(&target).unwrap();
    let text = fs::read_to_string(target.join("BACKUP")).unwrap();
    let (list, rest) = text.split_once("\nmanifest\n").unwrap();
    checked_lines(&text);
    let manifest = manifest(&rest[..rest.len() - "crc32c 00000000\n".len()]);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines[..2], ["visitlog backup", "version 1"]);
    assert_eq!(lines.len() - 2, manifest.parts.len() + manifest.segments.len());
    for line in &lines[2..] {
        let words: Vec<&str> = line.split(' ').collect();
        let number: u64 = words[1].parse().unwrap();
        let path = match words[0] {
            "log" => format!("log/{number:012}.log"),
            _ => format!("segments/{number:012}.seg"),
        };
        assert_eq!((words[4], words[5]), ("0", "whole"));
        let bytes = fs::read(target.join(path)).unwrap();
        let bytes = &bytes[..words[2].parse().unwrap()];
        assert_eq!(format!("{:08x}", crc_of(bytes)), words[3]);
    }
}
