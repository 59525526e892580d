//! The MANIFEST: which files belong to the store. Text, so that a person can read it.
//!
//! ```text
//! visitlog manifest
//! version 1
//! day-offset-s 28800
//! kept-from-day 20751
//! next-segment 45
//! log 7
//! log 8
//! segment 42 20779 4100000 47150112 1795276800123 1795363199870
//! segment 44 20780 1200000 14060480 1795363200004 1795391022310
//! case 9 43 20750 120 4812 1792771200456 1792857599001
//! crc32c 1a2b3c4d
//! ```
//! One fact a line, in this order; `log` lines in rising order. A segment's numbers are sequence,
//! civil day, count of visits, bytes of the file, earliest and latest entry time; a case extract
//! has the case's number in front of the same. Visits of days before `kept-from-day` have been
//! deleted and are not to be believed wherever they turn up. A program that meets a word it does
//! not know refuses the store instead of ignoring visits. The last line is the CRC-32C of every
//! byte before it, in hexadecimal.

use std::fmt::Write as _;

use super::{part::NUMBER_MAX, segment::DAYS};
use crate::options::UTC_OFFSET_S_MAX;

/// Path of the manifest, relative to the store's folder.
pub const PATH: &str = "MANIFEST";

/// Where the next manifest is written before it takes the old one's place.
pub const NEXT_PATH: &str = "MANIFEST.next";

/// The version that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Longest manifest read; room for hundreds of thousands of files.
pub const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Most visits of one segment, and of all together if there were a thousand times a thousand.
const VISITS_MAX: u64 = 1 << 40;

/// Most bytes of one segment.
const SEGMENT_BYTES_MAX: u64 = 1 << 44;

const TITLE: &str = "visitlog manifest";
const UNFINISHED: &str = "unfinished";

/// What belongs to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Seconds east of UTC at which a civil day begins.
    pub utc_offset_s: i32,
    /// First civil day that is kept; earlier ones have been deleted.
    pub kept_from_day: Option<i64>,
    /// Sequence of the next segment or extract; none that is listed has it or a later one.
    pub next_segment: u64,
    /// Sequences of the live log parts, rising; never empty.
    pub log_parts: Vec<u64>,
    /// The segments on disk.
    pub segments: Vec<Segment>,
    /// What cases keep, by case; the same form as a segment.
    pub extracts: Vec<(u64, Segment)>,
}

/// A segment as it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its sequence, from 1, never reused.
    pub sequence: u64,
    /// Civil day, days since 1970-01-01 at the store's offset.
    pub day: i64,
    /// How many visits.
    pub visits: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Earliest entry time, ms since 1970 UTC.
    pub first_ms: i64,
    /// Latest entry time, ms since 1970 UTC.
    pub last_ms: i64,
}

impl Manifest {
    /// A store without visits.
    #[must_use]
    pub fn new(utc_offset_s: i32, first_part: u64) -> Self {
        Self {
            utc_offset_s,
            kept_from_day: None,
            next_segment: 1,
            log_parts: vec![first_part],
            segments: Vec::new(),
            extracts: Vec::new(),
        }
    }

    /// Every segment and extract.
    pub fn segment_files(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().chain(self.extracts.iter().map(|(_, segment)| segment))
    }
}

/// Why bytes are not a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadManifest {
    /// Not what was written; the offset is that of the line that shows it.
    #[error("{what} (byte {offset})")]
    Damaged {
        /// Byte offset of the line.
        offset: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A newer program wrote it.
    #[error("format version {0}")]
    Newer(u32),
}

/// What lies in the manifest's place while a backup is being restored, so that nobody opens what
/// is not complete.
#[must_use]
pub fn encode_unfinished() -> Vec<u8> {
    let mut text = format!("{TITLE}\nversion {VERSION}\nday-offset-s 0\n{UNFINISHED} restore\n");
    let crc = crc32c::crc32c(text.as_bytes());
    // Writing to a String cannot fail.
    let _ = writeln!(text, "crc32c {crc:08x}");
    text.into_bytes()
}

/// The manifest's bytes.
#[must_use]
pub fn encode(manifest: &Manifest) -> Vec<u8> {
    let mut text = format!("{TITLE}\nversion {VERSION}\nday-offset-s {}\n", manifest.utc_offset_s);
    // Writing to a String cannot fail.
    if let Some(day) = manifest.kept_from_day {
        let _ = writeln!(text, "kept-from-day {day}");
    }
    let _ = writeln!(text, "next-segment {}", manifest.next_segment);
    for sequence in &manifest.log_parts {
        let _ = writeln!(text, "log {sequence}");
    }
    for segment in &manifest.segments {
        let _ = writeln!(text, "segment {}", line(segment));
    }
    for (case, segment) in &manifest.extracts {
        let _ = writeln!(text, "case {case} {}", line(segment));
    }
    let crc = crc32c::crc32c(text.as_bytes());
    let _ = writeln!(text, "crc32c {crc:08x}");
    text.into_bytes()
}

fn line(segment: &Segment) -> String {
    let Segment { sequence, day, visits, bytes, first_ms, last_ms } = segment;
    format!("{sequence} {day} {visits} {bytes} {first_ms} {last_ms}")
}

/// Reads a manifest.
///
/// # Errors
/// [`BadManifest`].
pub fn decode(bytes: &[u8]) -> Result<Manifest, BadManifest> {
    let body = checked_body(bytes)?;
    let mut offset = 0;
    let mut lines = body.split_inclusive('\n').map(|line| {
        let at = offset;
        offset += line.len();
        (at, line.trim_end_matches('\n'))
    });
    if lines.next().map(|(_, line)| line) != Some(TITLE) {
        return Err(damaged(0, "the first line is not a manifest's"));
    }
    let version: u32 = fact(lines.next(), "version")?;
    if version != VERSION {
        return Err(BadManifest::Newer(version));
    }
    let offset_line = lines.next();
    let utc_offset_s: i32 = fact(offset_line, "day-offset-s")?;
    if !(-UTC_OFFSET_S_MAX..=UTC_OFFSET_S_MAX).contains(&utc_offset_s) {
        let at = offset_line.map_or(0, |(at, _)| at);
        return Err(damaged(at, "a day cannot begin there"));
    }
    let mut manifest = Manifest::new(utc_offset_s, 0);
    manifest.log_parts.clear();
    for (at, text) in lines {
        add_line(&mut manifest, at, text)?;
    }
    if manifest.log_parts.is_empty() {
        return Err(damaged(body.len(), "no log part is listed"));
    }
    let mut sequences: Vec<u64> = manifest.segment_files().map(|s| s.sequence).collect();
    sequences.sort_unstable();
    let twice = sequences.windows(2).any(|pair| pair[0] == pair[1]);
    if twice || sequences.last().is_some_and(|last| *last >= manifest.next_segment) {
        return Err(damaged(0, "a segment is listed twice or before its time"));
    }
    Ok(manifest)
}

fn add_line(manifest: &mut Manifest, at: usize, text: &str) -> Result<(), BadManifest> {
    let unknown = || damaged(at, "a line that this program does not know");
    let (word, rest) = text.split_once(' ').ok_or_else(unknown)?;
    match word {
        "kept-from-day" => {
            let day = number(rest).filter(|day| DAYS.contains(day));
            manifest.kept_from_day = Some(day.ok_or_else(unknown)?);
        }
        "next-segment" => manifest.next_segment = sequence(rest).ok_or_else(unknown)?,
        "log" => {
            let sequence = sequence(rest).ok_or_else(unknown)?;
            if manifest.log_parts.last().is_some_and(|last| *last >= sequence) {
                return Err(damaged(at, "log parts are not in rising order"));
            }
            manifest.log_parts.push(sequence);
        }
        "segment" => manifest.segments.push(segment(rest).ok_or_else(unknown)?),
        "case" => {
            let (case, rest) = rest.split_once(' ').ok_or_else(unknown)?;
            let case = number(case).ok_or_else(unknown)?;
            manifest.extracts.push((case, segment(rest).ok_or_else(unknown)?));
        }
        UNFINISHED => return Err(damaged(at, "a restore into this folder was not finished")),
        _ => return Err(unknown()),
    }
    Ok(())
}

fn segment(text: &str) -> Option<Segment> {
    let mut words = text.split(' ');
    let segment = Segment {
        sequence: sequence(words.next()?)?,
        day: number(words.next()?).filter(|day| DAYS.contains(day))?,
        visits: number(words.next()?).filter(|visits| *visits <= VISITS_MAX)?,
        bytes: number(words.next()?).filter(|bytes| *bytes <= SEGMENT_BYTES_MAX)?,
        first_ms: number(words.next()?)?,
        last_ms: number(words.next()?)?,
    };
    words.next().is_none().then_some(segment)
}

fn sequence(text: &str) -> Option<u64> {
    number(text).filter(|sequence| *sequence < NUMBER_MAX)
}

pub(super) fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// Everything before the last line, once that line has vouched for it.
pub(super) fn checked_body(bytes: &[u8]) -> Result<&str, BadManifest> {
    let text = str::from_utf8(bytes).map_err(|e| damaged(e.valid_up_to(), "not text"))?;
    let end = text.strip_suffix('\n').ok_or_else(|| damaged(text.len(), "cut short"))?;
    let last = end.rfind('\n').map_or(0, |at| at + 1);
    let stored = end[last..].strip_prefix("crc32c ").ok_or_else(|| damaged(last, "cut short"))?;
    let (body, _) = text.split_at(last);
    if stored != format!("{:08x}", crc32c::crc32c(body.as_bytes())) {
        return Err(damaged(last, "the checksum does not match"));
    }
    Ok(body)
}

fn fact<T: std::str::FromStr>(
    line: Option<(usize, &str)>,
    word: &'static str,
) -> Result<T, BadManifest> {
    let (at, line) = line.ok_or_else(|| damaged(0, "a line is missing"))?;
    line.strip_prefix(word)
        .and_then(|rest| rest.strip_prefix(' '))
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| damaged(at, "a line that this program does not know"))
}

pub(super) fn damaged(offset: usize, what: &'static str) -> BadManifest {
    BadManifest::Damaged { offset, what }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Manifest {
        let segment = |sequence, day| Segment {
            sequence,
            day,
            visits: 3,
            bytes: 400,
            first_ms: 1_795_276_800_123,
            last_ms: 1_795_276_900_000,
        };
        Manifest {
            utc_offset_s: -3_600,
            kept_from_day: Some(20_700),
            next_segment: 9,
            log_parts: vec![7, 8, 900],
            segments: vec![segment(8, 20_779), segment(2, 20_780)],
            extracts: vec![(77, segment(5, 20_000))],
        }
    }

    #[test]
    fn numbers_that_no_store_reaches_are_refused() {
        let refused = |change: &dyn Fn(&mut Manifest)| {
            let mut manifest = sample();
            change(&mut manifest);
            assert!(matches!(decode(&encode(&manifest)), Err(BadManifest::Damaged { .. })));
        };
        for offset_s in [UTC_OFFSET_S_MAX + 1, i32::MIN] {
            refused(&|manifest| manifest.utc_offset_s = offset_s);
        }
        for day in [DAYS.start() - 1, DAYS.end() + 1, i64::MIN, i64::MAX] {
            refused(&|manifest| manifest.kept_from_day = Some(day));
            refused(&|manifest| manifest.segments[0].day = day);
        }
        refused(&|manifest| manifest.next_segment = NUMBER_MAX);
        refused(&|manifest| manifest.log_parts[2] = NUMBER_MAX);
        refused(&|manifest| manifest.segments[0].visits = VISITS_MAX + 1);
        refused(&|manifest| manifest.segments[0].bytes = SEGMENT_BYTES_MAX + 1);
    }

    fn sealed(body: &str) -> Vec<u8> {
        format!("{body}crc32c {:08x}\n", crc32c::crc32c(body.as_bytes())).into_bytes()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(decode(&encode(&sample())), Ok(sample()));
    }

    #[test]
    fn any_flipped_bit_or_missing_byte_is_found() {
        let good = encode(&sample());
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&bytes).is_err(), "bit {bit}");
        }
        for length in 0..good.len() {
            assert!(decode(&good[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn a_newer_version_is_named() {
        let body = "visitlog manifest\nversion 2\nanything\n";
        assert_eq!(decode(&sealed(body)), Err(BadManifest::Newer(2)));
    }

    #[test]
    fn a_word_that_is_not_known_is_refused() {
        let body = "visitlog manifest\nversion 1\nday-offset-s 0\nlog 1\nledger 5\n";
        let at = body.len() - "ledger 5\n".len();
        assert!(
            matches!(decode(&sealed(body)), Err(BadManifest::Damaged { offset, .. }) if offset == at)
        );
    }

    #[test]
    fn parts_must_be_listed_once_and_in_order() {
        let head = "visitlog manifest\nversion 1\nday-offset-s 0\n";
        assert!(decode(&sealed(&format!("{head}log 2\nlog 2\n"))).is_err());
        assert!(decode(&sealed(head)).is_err());
    }

    #[test]
    fn a_segment_is_listed_once_and_before_the_next_one() {
        let head = "visitlog manifest\nversion 1\nday-offset-s 0\nnext-segment 4\nlog 1\n";
        let line = |sequence| format!("segment {sequence} 20000 1 1 1 1\n");
        let listed = |lines: &str| decode(&sealed(&format!("{head}{lines}"))).is_ok();
        assert!(listed(&format!("{}{}", line(3), line(1))));
        assert!(!listed(&line(4)), "next-segment would use it again");
        assert!(!listed(&format!("{}{}", line(3), line(3))));
        assert!(!listed(&format!("{}case 1 3 20000 1 1 1 1\n", line(3))));
        assert!(!listed("segment 3 20000 1 1 1\n"), "a number is missing");
        assert!(!listed("segment 3 20000 1 1 1 1 1\n"), "a number too many");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&bytes).is_err());
        }
    }
}
