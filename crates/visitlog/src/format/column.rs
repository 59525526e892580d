//! A column of a page: up to 1,024 numbers of 32 bits in blocks of 128, bit-packed with exceptions.
//!
//! ```text
//! for each block, 2 bytes:
//!    0  1  width of the packed numbers in bits, 0..=32 (low six bits);
//!          bytes of an exception's high part minus one (two highest bits)
//!    1  1  count of exceptions, 0..=128
//! then for each block:
//!       16 × width            the low bits of 128 numbers, as `simdcomp` packs them
//!       count                 places of the exceptions in the block, 0..=127
//!       count × bytes         what stands above the low bits, little-endian
//! ```
//! The last block is filled up with zeros. The width is the one that makes the block smallest
//! (patched frame of reference: Zukowski and others, ICDE 2006), so that a few large numbers among
//! small ones cost their own size alone.

use bitpacking::{BitPacker, BitPacker4x};

use super::page::{BadPage, ROWS_MAX};

/// Numbers of one block.
pub const BLOCK_ROWS: usize = BitPacker4x::BLOCK_LEN;

/// Blocks of the longest column.
pub const BLOCKS_MAX: usize = ROWS_MAX / BLOCK_ROWS;

/// Bytes of a block's head.
const HEAD_BYTES: usize = 2;

const WIDTH_MASK: u8 = 0b0011_1111;

/// Appends a column of at most [`ROWS_MAX`] numbers to `out`.
pub fn encode(numbers: &[u32], out: &mut Vec<u8>) {
    let heads = out.len();
    out.resize(heads + numbers.len().div_ceil(BLOCK_ROWS) * HEAD_BYTES, 0);
    for (index, chunk) in numbers.chunks(BLOCK_ROWS).enumerate() {
        let mut block = [0; BLOCK_ROWS];
        block[..chunk.len()].copy_from_slice(chunk);
        let head = encode_block(&block, out);
        out[heads + index * HEAD_BYTES..][..HEAD_BYTES].copy_from_slice(&head);
    }
}

/// How one block is packed.
struct Plan {
    width: u32,
    exceptions: usize,
    high_bytes: usize,
}

impl Plan {
    /// The smallest there is.
    fn of(block: &[u32; BLOCK_ROWS]) -> Self {
        let mut lengths = [0_usize; 33];
        for number in block {
            lengths[(u32::BITS - number.leading_zeros()) as usize] += 1;
        }
        let longest = (0..33).rev().find(|bits| lengths[*bits] > 0).unwrap_or(0);
        let packed = |width: usize| width * BLOCK_ROWS / 8;
        let mut best = Self { width: longest as u32, exceptions: 0, high_bytes: 1 };
        let (mut least, mut exceptions) = (packed(longest), 0);
        for width in (0..longest).rev() {
            exceptions += lengths[width + 1];
            let high_bytes = (longest - width).div_ceil(8);
            let bytes = packed(width) + exceptions * (1 + high_bytes);
            if bytes < least {
                least = bytes;
                best = Self { width: width as u32, exceptions, high_bytes };
            }
        }
        best
    }
}

fn encode_block(block: &[u32; BLOCK_ROWS], out: &mut Vec<u8>) -> [u8; HEAD_BYTES] {
    let Plan { width, exceptions, high_bytes } = Plan::of(block);
    let mut low = *block;
    if exceptions > 0 {
        low.iter_mut().for_each(|number| *number &= (1 << width) - 1);
    }
    let start = out.len();
    out.resize(start + width as usize * BLOCK_ROWS / 8, 0);
    BitPacker4x::new().compress(&low, &mut out[start..], width as u8);
    if exceptions > 0 {
        let above = |number: u32| (number >> width != 0).then_some(number >> width);
        let places = block.iter().enumerate().filter(|(_, number)| above(**number).is_some());
        out.extend(places.map(|(place, _)| place as u8));
        for high in block.iter().copied().filter_map(above) {
            out.extend_from_slice(&high.to_le_bytes()[..high_bytes]);
        }
    }
    // At most 32, 4 and 128.
    [width as u8 | (high_bytes as u8 - 1) << 6, exceptions as u8]
}

/// A column whose shape has been checked; its numbers are decoded block by block.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    heads: &'a [u8],
    payload: &'a [u8],
    /// Where each block begins in the payload.
    starts: [u32; BLOCKS_MAX],
}

impl<'a> Column<'a> {
    /// Takes a column of `rows` numbers (1 to [`ROWS_MAX`]) off the front of `bytes`.
    ///
    /// # Errors
    /// [`BadPage::Column`] when the bytes cannot be such a column.
    pub fn split(bytes: &mut &'a [u8], rows: usize) -> Result<Self, BadPage> {
        let blocks = rows.div_ceil(BLOCK_ROWS);
        let (heads, rest) = bytes.split_at_checked(blocks * HEAD_BYTES).ok_or(BadPage::Column)?;
        let mut starts = [0; BLOCKS_MAX];
        let mut end = 0;
        for (head, start) in heads.chunks_exact(HEAD_BYTES).zip(&mut starts) {
            let block = Head::of(head);
            let possible = block.width <= 32 && block.exceptions <= BLOCK_ROWS;
            if !possible || (block.exceptions > 0 && block.width == 32) {
                return Err(BadPage::Column);
            }
            *start = end as u32;
            let places = end + block.packed_bytes();
            end = places + block.exceptions * (1 + block.high_bytes);
            let places = rest.get(places..end).ok_or(BadPage::Column)?;
            if places[..block.exceptions].iter().any(|place| usize::from(*place) >= BLOCK_ROWS) {
                return Err(BadPage::Column);
            }
        }
        let (payload, rest) = rest.split_at_checked(end).ok_or(BadPage::Column)?;
        *bytes = rest;
        Ok(Self { heads, payload, starts })
    }

    /// Bytes that the column takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.heads.len() + self.payload.len()
    }

    /// Decodes one block, which the column must have.
    pub fn block(&self, index: usize, out: &mut [u32; BLOCK_ROWS]) {
        let head = Head::of(&self.heads[index * HEAD_BYTES..][..HEAD_BYTES]);
        let bytes = &self.payload[self.starts[index] as usize..];
        let (packed, bytes) = bytes.split_at(head.packed_bytes());
        if head.width == 0 {
            *out = [0; BLOCK_ROWS];
        } else {
            BitPacker4x::new().decompress(packed, out, head.width as u8);
        }
        let (places, highs) = bytes.split_at(head.exceptions.min(bytes.len()));
        for (place, high) in places.iter().zip(highs.chunks_exact(head.high_bytes)) {
            let mut four = [0; 4];
            four[..high.len()].copy_from_slice(high);
            out[usize::from(*place)] |= u32::from_le_bytes(four) << head.width;
        }
    }
}

struct Head {
    width: usize,
    exceptions: usize,
    high_bytes: usize,
}

impl Head {
    fn of(bytes: &[u8]) -> Self {
        Self {
            width: usize::from(bytes[0] & WIDTH_MASK),
            exceptions: usize::from(bytes[1]),
            high_bytes: usize::from(bytes[0] >> 6) + 1,
        }
    }

    fn packed_bytes(&self) -> usize {
        self.width * BLOCK_ROWS / 8
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8], rows: usize) -> Vec<u32> {
        let mut rest = bytes;
        let column = Column::split(&mut rest, rows).unwrap();
        assert!(rest.is_empty(), "the column knows where it ends");
        let mut numbers = Vec::new();
        for index in 0..rows.div_ceil(BLOCK_ROWS) {
            let mut block = [0; BLOCK_ROWS];
            column.block(index, &mut block);
            numbers.extend_from_slice(&block);
        }
        numbers.truncate(rows);
        numbers
    }

    fn encoded(numbers: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(numbers, &mut bytes);
        bytes
    }

    #[test]
    fn zeros_cost_nothing_but_their_heads() {
        assert_eq!(encoded(&[0; ROWS_MAX]).len(), BLOCKS_MAX * HEAD_BYTES);
    }

    #[test]
    fn one_large_number_among_small_ones_costs_its_own_size_alone() {
        let mut numbers = [1; BLOCK_ROWS];
        numbers[77] = u32::MAX;
        let bytes = encoded(&numbers);
        assert_eq!(bytes.len(), HEAD_BYTES + BLOCK_ROWS / 8 + 1 + 4);
        assert_eq!(decoded(&bytes, BLOCK_ROWS), numbers);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(
            numbers in prop::collection::vec(
                prop_oneof![8 => 0..500_u32, 1 => any::<u32>(), 1 => 0..70_000_u32],
                1..=ROWS_MAX,
            ),
        ) {
            prop_assert_eq!(decoded(&encoded(&numbers), numbers.len()), numbers);
        }

        #[test]
        fn arbitrary_bytes_never_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..3_000),
            rows in 1..=ROWS_MAX,
        ) {
            if let Ok(column) = Column::split(&mut &bytes[..], rows) {
                for index in 0..rows.div_ceil(BLOCK_ROWS) {
                    column.block(index, &mut [0; BLOCK_ROWS]);
                }
            }
        }
    }
}
