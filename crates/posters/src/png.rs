//! A PNG of two colours: just enough of the format (W3C PNG, third edition) for a QR code.

use std::io::{self, Write};

use flate2::{Compression, Crc, write::ZlibEncoder};

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
/// Bit depth 1, grayscale, deflate, adaptive filters, no interlace (clause 11.2.1).
const IHDR_TAIL: [u8; 5] = [1, 0, 0, 0, 0];

/// A square picture of `side` pixels, one bit each; `is_black(x, y)` from the upper left corner.
pub(crate) fn bilevel(side: usize, is_black: impl Fn(usize, usize) -> bool) -> io::Result<Vec<u8>> {
    let length = u32::try_from(side).map_err(io::Error::other)?.to_be_bytes();
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &[&length[..], &length, &IHDR_TAIL].concat())?;
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::best());
    let mut row = vec![0_u8; 1 + side.div_ceil(8)];
    for y in 0..side {
        // The first byte stays 0: no filter. A set bit is white.
        row[1..].fill(0);
        for x in (0..side).filter(|&x| !is_black(x, y)) {
            row[1 + x / 8] |= 0x80 >> (x % 8);
        }
        pixels.write_all(&row)?;
    }
    chunk(&mut png, *b"IDAT", &pixels.finish()?)?;
    chunk(&mut png, *b"IEND", &[])?;
    Ok(png)
}

/// Length, name, data, CRC-32 of name and data (clause 5.3).
fn chunk(png: &mut Vec<u8>, name: [u8; 4], data: &[u8]) -> io::Result<()> {
    let length = u32::try_from(data.len()).map_err(io::Error::other)?;
    let mut crc = Crc::new();
    crc.update(&name);
    crc.update(data);
    png.extend(length.to_be_bytes());
    png.extend(name);
    png.extend(data);
    png.extend(crc.sum().to_be_bytes());
    Ok(())
}
