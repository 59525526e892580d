//! The list of a backup, `BACKUP`: which files it has and the manifest that they belong to. Text,
//! so that a person can read it.
//!
//! ```text
//! visitlog backup
//! version 1
//! log 7 1200340 1a2b3c4d 0 whole
//! segment 42 47150112 99aabbcc 0 whole
//! manifest
//! visitlog manifest
//! ...
//! crc32c 1a2b3c4d
//! crc32c 55667788
//! ```
//! One file a line: sequence, bytes, CRC-32C in hexadecimal, the number of the copy, which is
//! part of its name in the backup when it is not 0, and `whole`, or `damaged` when the store's own
//! file was damaged when it was copied. A log part's file may be longer than its
//! bytes here; what is beyond belongs to a backup that was not finished. A segment that the
//! manifest lists and that has no line could not be read when the backup was made. After the line
//! `manifest` comes the whole manifest, with its own checksum. The last line is the CRC-32C of every
//! byte before it.

use std::fmt::Write as _;

use super::{
    manifest::{self, BadManifest, Manifest, checked_body, damaged, number},
    part, segment,
};

/// Path of the list, relative to the backup's folder and in the one file.
pub const PATH: &str = "BACKUP";

/// Where the next list is written before it takes the old one's place.
pub const NEXT_PATH: &str = "BACKUP.next";

/// The version that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Longest list read: every file of a manifest, and the manifest.
pub const BYTES_MAX: u64 = 2 * manifest::BYTES_MAX;

const TITLE: &str = "visitlog backup";
const WHOLE: &str = "whole";
const DAMAGED: &str = "damaged";
const MANIFEST_LINE: &str = "\nmanifest\n";

/// What a file of a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A log part, up to a whole frame.
    Log,
    /// A segment or a case extract.
    Segment,
}

/// One file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// What it is.
    pub kind: Kind,
    /// Its sequence in the store.
    pub sequence: u64,
    /// How many of its bytes belong to the backup.
    pub bytes: u64,
    /// Their CRC-32C.
    pub crc: u32,
    /// 0, or the number of the copy when a file of that name and other contents was there.
    pub copy: u32,
    /// Whether it was read and found to be whole after it was copied.
    pub whole: bool,
}

impl File {
    /// Its path in a store.
    #[must_use]
    pub fn path(&self) -> String {
        match self.kind {
            Kind::Log => part::path(self.sequence),
            Kind::Segment => segment::path(self.sequence),
        }
    }

    /// Its path in the folder of a backup.
    #[must_use]
    pub fn kept_path(&self) -> String {
        let mut path = self.path();
        if self.copy > 0 {
            // Writing to a String cannot fail.
            let _ = write!(path, ".{}", self.copy);
        }
        path
    }
}

/// Whether a file name in a backup's `log` or `segments` folder is one that backups use.
#[must_use]
pub fn is_kept_name(file_name: &str) -> bool {
    let is_store_name =
        |name: &str| part::sequence_of(name).or(segment::sequence_of(name)).is_some();
    let copy = file_name.rsplit_once('.').filter(|(_, copy)| copy.parse::<u32>().is_ok());
    is_store_name(file_name) || copy.is_some_and(|(name, _)| is_store_name(name))
}

/// What a backup has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its files: every log part of the manifest, and every segment that could be read.
    pub files: Vec<File>,
    /// What they make together.
    pub manifest: Manifest,
}

impl List {
    /// The file of that kind and sequence.
    #[must_use]
    pub fn file(&self, kind: Kind, sequence: u64) -> Option<&File> {
        self.files.iter().find(|file| (file.kind, file.sequence) == (kind, sequence))
    }

    /// Segments of the manifest that the backup does not have.
    pub fn missing(&self) -> impl Iterator<Item = &manifest::Segment> {
        let listed = self.manifest.segment_files();
        listed.filter(|listed| self.file(Kind::Segment, listed.sequence).is_none())
    }
}

/// The list's bytes.
#[must_use]
pub fn encode(list: &List) -> Vec<u8> {
    let mut text = format!("{TITLE}\nversion {VERSION}");
    for File { kind, sequence, bytes, crc, copy, whole } in &list.files {
        let word = if *kind == Kind::Log { "log" } else { "segment" };
        let whole = if *whole { WHOLE } else { DAMAGED };
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{word} {sequence} {bytes} {crc:08x} {copy} {whole}");
    }
    text.push_str(MANIFEST_LINE);
    let mut bytes = text.into_bytes();
    bytes.extend(manifest::encode(&list.manifest));
    let crc = crc32c::crc32c(&bytes);
    bytes.extend(format!("crc32c {crc:08x}\n").into_bytes());
    bytes
}

/// Reads a list.
///
/// # Errors
/// [`BadManifest`], which says the same of a list.
pub fn decode(bytes: &[u8]) -> Result<List, BadManifest> {
    let body = checked_body(bytes)?;
    let cut = || damaged(0, "the manifest is not in it");
    let (head, manifest) = body.split_once(MANIFEST_LINE).ok_or_else(cut)?;
    let mut lines = head.split('\n');
    if lines.next() != Some(TITLE) {
        return Err(damaged(0, "the first line is not that of a backup's list"));
    }
    let at_version = TITLE.len() + 1;
    let version = lines.next().and_then(|line| number(line.strip_prefix("version ")?));
    match version {
        Some(VERSION) => {}
        Some(newer) => return Err(BadManifest::Newer(newer)),
        None => return Err(damaged(at_version, "a line that this program does not know")),
    }
    let mut list = List { files: Vec::new(), manifest: manifest::decode(manifest.as_bytes())? };
    for line in lines {
        let file = file(line)
            .ok_or_else(|| damaged(at_version, "a line that this program does not know"))?;
        list.files.push(file);
    }
    check(&list).map(|()| list)
}

fn file(line: &str) -> Option<File> {
    let mut words = line.split(' ');
    let kind = match words.next()? {
        "log" => Kind::Log,
        "segment" => Kind::Segment,
        _ => return None,
    };
    let file = File {
        kind,
        sequence: number(words.next()?)?,
        bytes: number(words.next()?)?,
        crc: u32::from_str_radix(words.next()?, 16).ok()?,
        copy: number(words.next()?)?,
        whole: match words.next()? {
            WHOLE => true,
            DAMAGED => false,
            _ => return None,
        },
    };
    words.next().is_none().then_some(file)
}

/// Every log part of the manifest is there, nothing is there twice or without being in it.
fn check(list: &List) -> Result<(), BadManifest> {
    let manifest = &list.manifest;
    let logs = list.files.iter().filter(|file| file.kind == Kind::Log);
    let mut sequences: Vec<u64> = logs.map(|file| file.sequence).collect();
    sequences.sort_unstable();
    if sequences != manifest.log_parts {
        return Err(damaged(0, "its log parts are not those of its manifest"));
    }
    let segments = list.files.iter().filter(|file| file.kind == Kind::Segment);
    let mut sequences: Vec<u64> = segments.map(|file| file.sequence).collect();
    sequences.sort_unstable();
    let mut listed: Vec<u64> = manifest.segment_files().map(|listed| listed.sequence).collect();
    listed.sort_unstable();
    let twice = sequences.windows(2).any(|pair| pair[0] == pair[1]);
    if twice || !sequences.iter().all(|sequence| listed.binary_search(sequence).is_ok()) {
        return Err(damaged(0, "its segments are not those of its manifest"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    fn file(kind: Kind, sequence: u64) -> File {
        let (copy, whole) = ((sequence % 3) as u32, sequence != 5);
        File { kind, sequence, bytes: 1_000, crc: 0xab, copy, whole }
    }

    fn sample() -> List {
        let mut manifest = Manifest::new(28_800, 7);
        manifest.log_parts.push(8);
        manifest.next_segment = 10;
        let segment = |sequence| manifest::Segment {
            sequence,
            day: 20_000,
            visits: 5,
            bytes: 1_000,
            first_ms: 1,
            last_ms: 2,
        };
        manifest.segments = vec![segment(3), segment(4)];
        manifest.extracts = vec![(77, segment(5))];
        let logs = [7, 8].map(|sequence| file(Kind::Log, sequence));
        let segments = [3, 5].map(|sequence| file(Kind::Segment, sequence));
        List { files: [logs, segments].concat(), manifest }
    }

    #[test]
    fn what_is_encoded_is_decoded_and_what_is_missing_is_known() {
        let list = decode(&encode(&sample())).unwrap();
        assert_eq!(list, sample());
        assert_eq!(list.missing().map(|listed| listed.sequence).collect::<Vec<_>>(), [4]);
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
    fn a_list_that_contradicts_its_manifest_is_refused() {
        let refused = |change: &dyn Fn(&mut List)| {
            let mut list = sample();
            change(&mut list);
            assert!(decode(&encode(&list)).is_err());
        };
        refused(&|list| list.files.truncate(1));
        refused(&|list| list.files.push(file(Kind::Log, 9)));
        refused(&|list| list.files.push(file(Kind::Segment, 9)));
        refused(&|list| list.files.push(file(Kind::Segment, 3)));
    }

    #[test]
    fn only_names_that_backups_use_are_taken_for_theirs() {
        for name in ["000000000007.log", "000000000007.log.1", "000000000003.seg.12"] {
            assert!(is_kept_name(name), "{name}");
        }
        for name in ["7.log", "000000000007.log.x", "notes.txt", "000000000007.log.1.2", ""] {
            assert!(!is_kept_name(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&bytes).is_err());
        }
    }
}
