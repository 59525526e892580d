//! A frame: the visits of one group commit, all of them or none.
//!
//! ```text
//!  0  4  magic "VLF1"
//!  4  4  length of the whole frame in bytes
//!  8  8  frame number, one more than the frame before it, across parts
//! 16  4  count of visits; 0 in the mark that a clean close leaves behind
//! 20  4  CRC-32C of bytes 0..20 and of everything from 24 on
//! 24  37 × count  visits
//! ```
//! A visit is person u64, checkpoint u32, entered i64, recorded i64, operator u32, flags u16,
//! method u8, verdict u8, status u8.

use crate::visit::Visit;

/// First bytes of every frame.
pub const MAGIC: [u8; 4] = *b"VLF1";

/// Bytes before the visits.
pub const HEADER_BYTES: usize = 24;

/// Bytes of one visit.
pub const VISIT_BYTES: usize = 37;

/// Most visits in one frame; bounds what a reader must be ready to hold.
pub const VISITS_MAX: usize = 65_536;

/// Longest frame.
pub const BYTES_MAX: usize = HEADER_BYTES + VISITS_MAX * VISIT_BYTES;

const CRC_AT: usize = 20;

/// What a frame says about itself before its checksum is known to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Length of the whole frame in bytes.
    pub length: usize,
    /// Its number.
    pub number: u64,
    /// How many visits it has.
    pub count: usize,
    crc: u32,
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// Fewer bytes than a header, or than the header promises.
    #[error("the frame is cut short")]
    Short,
    /// The magic is something else.
    #[error("no frame begins here")]
    Magic,
    /// Length and count contradict each other or a limit.
    #[error("the frame's length is impossible")]
    Length,
    /// The checksum does not match.
    #[error("the frame's checksum does not match")]
    Checksum,
    /// The checksum matches and a visit in it is none.
    #[error("the frame holds an impossible visit")]
    Visit,
}

/// Appends one frame to `out`. At most [`VISITS_MAX`] visits.
pub fn encode(number: u64, visits: &[Visit], out: &mut Vec<u8>) {
    debug_assert!(visits.len() <= VISITS_MAX, "the caller keeps to the limit");
    let start = out.len();
    let length = HEADER_BYTES + visits.len() * VISIT_BYTES;
    out.reserve(length);
    out.extend_from_slice(&MAGIC);
    // Both fit: the limit on visits keeps a frame far below 4 GiB.
    out.extend_from_slice(&(length as u32).to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&(visits.len() as u32).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    for visit in visits {
        encode_visit(visit, out);
    }
    let crc = checksum(&out[start..]);
    out[start + CRC_AT..start + HEADER_BYTES].copy_from_slice(&crc.to_le_bytes());
}

/// Reads the header of a frame that begins at `bytes[0]`.
///
/// # Errors
/// [`BadFrame::Short`], [`BadFrame::Magic`] or [`BadFrame::Length`].
pub fn header(bytes: &[u8]) -> Result<Header, BadFrame> {
    let bytes: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(BadFrame::Short)?;
    if bytes[..4] != MAGIC {
        return Err(BadFrame::Magic);
    }
    let length = u32_at(bytes, 4) as usize;
    let count = u32_at(bytes, 16) as usize;
    if count > VISITS_MAX || length != HEADER_BYTES + count * VISIT_BYTES {
        return Err(BadFrame::Length);
    }
    Ok(Header { length, number: u64_at(bytes, 8), count, crc: u32_at(bytes, CRC_AT) })
}

/// Checks the frame that begins at `bytes[0]` and appends its visits to `out`.
///
/// # Errors
/// Any [`BadFrame`]; `out` is as before.
pub fn decode(bytes: &[u8], out: &mut Vec<Visit>) -> Result<Header, BadFrame> {
    let header = header(bytes)?;
    let frame = bytes.get(..header.length).ok_or(BadFrame::Short)?;
    if checksum(frame) != header.crc {
        return Err(BadFrame::Checksum);
    }
    let before = out.len();
    out.reserve(header.count);
    let (visits, _) = frame[HEADER_BYTES..].as_chunks::<VISIT_BYTES>();
    for bytes in visits {
        let visit = decode_visit(bytes);
        if visit.check().is_err() {
            out.truncate(before);
            return Err(BadFrame::Visit);
        }
        out.push(visit);
    }
    Ok(header)
}

fn checksum(frame: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&frame[..CRC_AT]), &frame[HEADER_BYTES..])
}

fn encode_visit(visit: &Visit, out: &mut Vec<u8>) {
    let mut bytes = [0; VISIT_BYTES];
    bytes[0..8].copy_from_slice(&visit.person.to_le_bytes());
    bytes[8..12].copy_from_slice(&visit.checkpoint.to_le_bytes());
    bytes[12..20].copy_from_slice(&visit.entered_ms.to_le_bytes());
    bytes[20..28].copy_from_slice(&visit.recorded_ms.to_le_bytes());
    bytes[28..32].copy_from_slice(&visit.operator.to_le_bytes());
    bytes[32..34].copy_from_slice(&visit.flags.to_le_bytes());
    bytes[34..37].copy_from_slice(&[visit.method, visit.verdict, visit.status]);
    out.extend_from_slice(&bytes);
}

fn decode_visit(bytes: &[u8; VISIT_BYTES]) -> Visit {
    Visit {
        person: u64_at(bytes, 0),
        checkpoint: u32_at(bytes, 8),
        entered_ms: u64_at(bytes, 12).cast_signed(),
        recorded_ms: u64_at(bytes, 20).cast_signed(),
        operator: u32_at(bytes, 28),
        flags: u16::from_le_bytes([bytes[32], bytes[33]]),
        method: bytes[34],
        verdict: bytes[35],
        status: bytes[36],
    }
}

/// Little-endian `u32` at `at`; the caller has checked that it is there.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut raw = [0; 4];
    raw.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(raw)
}

/// Little-endian `u64` at `at`; the caller has checked that it is there.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut raw = [0; 8];
    raw.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(raw)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::visit::{TIME_MS_MAX, TIME_MS_MIN};

    fn any_visit() -> impl Strategy<Value = Visit> {
        let time = TIME_MS_MIN..TIME_MS_MAX;
        (
            (any::<u64>(), any::<u32>(), time.clone(), time),
            (any::<u8>(), any::<u32>(), any::<u8>(), any::<u8>(), any::<u16>()),
        )
            .prop_map(|(key, rest)| Visit {
                person: key.0,
                checkpoint: key.1,
                entered_ms: key.2,
                recorded_ms: key.3,
                method: rest.0,
                operator: rest.1,
                verdict: rest.2,
                status: rest.3,
                flags: rest.4,
            })
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(
            number in any::<u64>(),
            visits in prop::collection::vec(any_visit(), 0..50),
        ) {
            let mut bytes = Vec::new();
            encode(number, &visits, &mut bytes);
            let mut decoded = Vec::new();
            let header = decode(&bytes, &mut decoded).unwrap();
            prop_assert_eq!(header.number, number);
            prop_assert_eq!(header.length, bytes.len());
            prop_assert_eq!(decoded, visits);
        }

        #[test]
        fn any_flipped_bit_is_found(
            visits in prop::collection::vec(any_visit(), 0..5),
            bit in any::<prop::sample::Index>(),
        ) {
            let mut bytes = Vec::new();
            encode(7, &visits, &mut bytes);
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            let mut decoded = Vec::new();
            prop_assert!(decode(&bytes, &mut decoded).is_err());
            prop_assert!(decoded.is_empty());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut framed = MAGIC.to_vec();
            framed.extend_from_slice(&bytes);
            prop_assert!(decode(&bytes, &mut Vec::new()).is_err());
            prop_assert!(decode(&framed, &mut Vec::new()).is_err());
        }
    }

    #[test]
    fn a_visit_from_an_impossible_time_is_refused_though_its_checksum_matches() {
        let visit = Visit {
            person: 1,
            checkpoint: 1,
            entered_ms: 0,
            recorded_ms: TIME_MS_MIN,
            method: 0,
            operator: 0,
            verdict: 0,
            status: 0,
            flags: 0,
        };
        let mut bytes = Vec::new();
        encode(1, &[visit], &mut bytes);
        assert_eq!(decode(&bytes, &mut Vec::new()), Err(BadFrame::Visit));
    }
}
