//! The header of a log part: which part it is and which frame it begins with.
//!
//! ```text
//!  0  8  magic "VLOGPART"
//!  8  4  format version
//! 12  4  reserved, zero
//! 16  8  part sequence
//! 24  8  number of the first frame
//! 32  4  reserved, zero
//! 36  4  CRC-32C of bytes 0..36
//! ```

use super::frame::{u32_at, u64_at};

/// First bytes of every part.
pub const MAGIC: [u8; 8] = *b"VLOGPART";

/// The version that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Bytes before the first frame.
pub const HEADER_BYTES: usize = 40;

/// Parts, frames and segments have numbers below this one. No store comes near it, so that what
/// follows a number that was read can always be counted.
pub const NUMBER_MAX: u64 = 1 << 62;

/// The facts of a part's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The part's sequence number, from 1, never reused.
    pub sequence: u64,
    /// Number of the part's first frame.
    pub first_frame: u64,
}

/// Why bytes are not a part header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    /// Too short, another magic, or the checksum does not match.
    #[error("the part's header is not whole")]
    NotWhole,
    /// It is whole, and a number in it is one that no store reaches.
    #[error("the part's header is impossible")]
    Impossible,
    /// A newer program wrote it.
    #[error("format version {0}")]
    Newer(u32),
}

/// Path of a part, relative to the store's folder.
#[must_use]
pub fn path(sequence: u64) -> String {
    format!("log/{sequence:012}.log")
}

/// The sequence of a file in the `log` folder, when its name is a part's.
#[must_use]
pub fn sequence_of(file_name: &str) -> Option<u64> {
    let sequence = file_name.strip_suffix(".log")?.parse().ok()?;
    (path(sequence).strip_prefix("log/") == Some(file_name)).then_some(sequence)
}

/// The header's bytes.
#[must_use]
pub fn encode(header: Header) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[0..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[16..24].copy_from_slice(&header.sequence.to_le_bytes());
    bytes[24..32].copy_from_slice(&header.first_frame.to_le_bytes());
    let crc = crc32c::crc32c(&bytes[..36]);
    bytes[36..40].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Reads a header.
///
/// # Errors
/// [`BadHeader`].
pub fn decode(bytes: &[u8]) -> Result<Header, BadHeader> {
    let bytes: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(BadHeader::NotWhole)?;
    if bytes[0..8] != MAGIC || crc32c::crc32c(&bytes[..36]) != u32_at(bytes, 36) {
        return Err(BadHeader::NotWhole);
    }
    let version = u32_at(bytes, 8);
    if version != VERSION {
        return Err(BadHeader::Newer(version));
    }
    let header = Header { sequence: u64_at(bytes, 16), first_frame: u64_at(bytes, 24) };
    let possible = header.sequence < NUMBER_MAX && header.first_frame < NUMBER_MAX;
    if possible { Ok(header) } else { Err(BadHeader::Impossible) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const HEADER: Header = Header { sequence: 3, first_frame: 1_000 };

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(decode(&encode(HEADER)), Ok(HEADER));
    }

    #[test]
    fn any_flipped_bit_or_missing_byte_is_found() {
        let good = encode(HEADER);
        for bit in 0..HEADER_BYTES * 8 {
            let mut bytes = good;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&bytes), Err(BadHeader::NotWhole), "bit {bit}");
        }
        for length in 0..HEADER_BYTES {
            assert_eq!(decode(&good[..length]), Err(BadHeader::NotWhole));
        }
    }

    #[test]
    fn a_newer_version_is_named() {
        let mut bytes = encode(HEADER);
        bytes[8] = 9;
        let crc = crc32c::crc32c(&bytes[..36]);
        bytes[36..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(decode(&bytes), Err(BadHeader::Newer(9)));
    }

    #[test]
    fn numbers_after_which_nothing_can_be_counted_are_refused() {
        let last = Header { first_frame: NUMBER_MAX - 1, ..HEADER };
        assert_eq!(decode(&encode(last)), Ok(last));
        for beyond in [NUMBER_MAX, u64::MAX] {
            let header = Header { first_frame: beyond, ..HEADER };
            assert_eq!(decode(&encode(header)), Err(BadHeader::Impossible));
            let header = Header { sequence: beyond, ..HEADER };
            assert_eq!(decode(&encode(header)), Err(BadHeader::Impossible));
        }
    }

    #[test]
    fn only_a_parts_own_name_is_read_as_one() {
        assert_eq!(path(12), "log/000000000012.log");
        assert_eq!(sequence_of("000000000012.log"), Some(12));
        assert_eq!(sequence_of("12.log"), None);
        assert_eq!(sequence_of("000000000012.log.tmp"), None);
    }
}
