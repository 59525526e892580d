//! The MANIFEST: which files belong to the store. Text, so that a person can read it.
//!
//! ```text
//! visitlog manifest
//! version 1
//! day-offset-s 28800
//! log 7
//! log 8
//! crc32c 1a2b3c4d
//! ```
//! One fact a line; `log` lines in rising order. Other kinds of files will have other words in
//! front; a program that meets a word it does not know refuses the store instead of ignoring
//! visits. The last line is the CRC-32C of every byte before it, in hexadecimal.

use std::fmt::Write as _;

/// Path of the manifest, relative to the store's folder.
pub const PATH: &str = "MANIFEST";

/// Where the next manifest is written before it takes the old one's place.
pub const NEXT_PATH: &str = "MANIFEST.next";

/// The version that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Longest manifest read; room for hundreds of thousands of files.
pub const BYTES_MAX: u64 = 16 * 1024 * 1024;

const TITLE: &str = "visitlog manifest";

/// What belongs to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Seconds east of UTC at which a civil day begins.
    pub utc_offset_s: i32,
    /// Sequences of the live log parts, rising; never empty.
    pub log_parts: Vec<u64>,
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

/// The manifest's bytes.
#[must_use]
pub fn encode(manifest: &Manifest) -> Vec<u8> {
    let mut text = format!("{TITLE}\nversion {VERSION}\nday-offset-s {}\n", manifest.utc_offset_s);
    for sequence in &manifest.log_parts {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "log {sequence}");
    }
    let crc = crc32c::crc32c(text.as_bytes());
    let _ = writeln!(text, "crc32c {crc:08x}");
    text.into_bytes()
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
    let utc_offset_s = fact(lines.next(), "day-offset-s")?;
    let mut log_parts = Vec::new();
    for (at, line) in lines {
        let sequence = fact(Some((at, line)), "log")?;
        if log_parts.last().is_some_and(|last| *last >= sequence) {
            return Err(damaged(at, "log parts are not in rising order"));
        }
        log_parts.push(sequence);
    }
    if log_parts.is_empty() {
        return Err(damaged(body.len(), "no log part is listed"));
    }
    Ok(Manifest { utc_offset_s, log_parts })
}

/// Everything before the last line, once that line has vouched for it.
fn checked_body(bytes: &[u8]) -> Result<&str, BadManifest> {
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

fn damaged(offset: usize, what: &'static str) -> BadManifest {
    BadManifest::Damaged { offset, what }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Manifest {
        Manifest { utc_offset_s: -3_600, log_parts: vec![7, 8, 900] }
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
        let body = "visitlog manifest\nversion 1\nday-offset-s 0\nlog 1\nsegment 5\n";
        let at = body.len() - "segment 5\n".len();
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

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&bytes).is_err());
        }
    }
}
