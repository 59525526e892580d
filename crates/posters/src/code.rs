//! The QR code: modules, outline, SVG and PNG.
//!
//! ISO/IEC 18004 (GB/T 18284): error correction Q, the smallest version that holds the address,
//! quiet zone of 4 modules (clause "quiet zone"), black on white.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use crate::{PosterError, png};

/// The longest address in a code, in bytes: version 7 at level Q. More modules in the same box
/// would shorten the distance from which the code can be read.
pub const URL_BYTES_MAX: usize = 86;
/// The white border that ISO/IEC 18004 asks for, in modules.
const QUIET_ZONE_MODULES: usize = 4;
/// Pixels per module of the PNG: a version 4 code is 1,312 pixels wide, sharp up to 11 cm at
/// 300 dpi.
const PNG_MODULE_PIXELS: usize = 32;

/// The longest text of a code that is no address, in bytes. A person's printed code has 230 characters
/// that take a byte and a half each at most.
pub const TEXT_BYTES_MAX: usize = 400;

/// The modules of one QR code.
#[derive(Clone)]
pub struct Code {
    qr: QrCode,
}

/// A black rectangle in modules, counted from the corner of the quiet zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    /// Left column.
    pub(crate) x: usize,
    /// Upper row.
    pub(crate) y: usize,
    /// Columns.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
}

impl Code {
    /// Encodes an address at level Q.
    ///
    /// # Errors
    /// [`PosterError::Empty`] and [`PosterError::UrlTooLong`].
    pub fn of(url: &str) -> Result<Self, PosterError> {
        if url.is_empty() {
            return Err(PosterError::Empty { field: crate::Field::Url });
        }
        let too_long = PosterError::UrlTooLong { bytes: url.len(), bytes_max: URL_BYTES_MAX };
        if url.len() > URL_BYTES_MAX {
            return Err(too_long);
        }
        // Not `encode_text`: that raises the level above Q where there is room, and the level
        // would then depend on the length of the host name.
        let segments = QrSegment::make_segments(url);
        let (quartile, mask) = (QrCodeEcc::Quartile, None);
        let (low, high) = (Version::new(1), Version::new(7));
        QrCode::encode_segments_advanced(&segments, quartile, low, high, mask, false)
            .map(|qr| Self { qr })
            .map_err(|_| too_long)
    }

    /// Encodes any text at level M: for a screen, or a card that is held out.
    ///
    /// # Errors
    /// [`PosterError::Empty`] and [`PosterError::UrlTooLong`].
    pub fn of_text(text: &str) -> Result<Self, PosterError> {
        if text.is_empty() {
            return Err(PosterError::Empty { field: crate::Field::Url });
        }
        let too_long = PosterError::UrlTooLong { bytes: text.len(), bytes_max: TEXT_BYTES_MAX };
        if text.len() > TEXT_BYTES_MAX {
            return Err(too_long);
        }
        let segments = QrSegment::make_segments(text);
        let (low, high) = (Version::new(1), Version::new(18));
        QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, low, high, None, false)
            .map(|qr| Self { qr })
            .map_err(|_| too_long)
    }

    /// The width of the code in modules, the quiet zone on both sides included.
    #[must_use]
    pub fn side_modules(&self) -> usize {
        usize::try_from(self.qr.size()).unwrap_or_default() + 2 * QUIET_ZONE_MODULES
    }

    /// Whether a module is black; column and row count from the corner of the quiet zone.
    #[must_use]
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        let inner = |at: usize| i32::try_from(at.checked_sub(QUIET_ZONE_MODULES)?).ok();
        matches!((inner(x), inner(y)), (Some(x), Some(y)) if self.qr.get_module(x, y))
    }

    /// The black modules as few rectangles: runs of a row, joined with the same run of the rows
    /// below. Drawn as one path they leave no hairlines between modules.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut done: Vec<Block> = Vec::new();
        let mut open: Vec<Block> = Vec::new();
        for y in 0..self.side_modules() {
            let mut still_open = Vec::new();
            for (x, width) in self.runs(y) {
                let above = open.iter().position(|block| (block.x, block.width) == (x, width));
                let mut block =
                    above.map_or(Block { x, y, width, height: 0 }, |found| open.swap_remove(found));
                block.height += 1;
                still_open.push(block);
            }
            done.append(&mut open);
            open = still_open;
        }
        done.append(&mut open);
        done.sort_by_key(|block| (block.y, block.x));
        done
    }

    /// The black runs of one row: first column and length.
    fn runs(&self, y: usize) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for x in (0..self.side_modules()).filter(|&x| self.is_black(x, y)) {
            match runs.last_mut() {
                Some((start, length)) if *start + *length == x => *length += 1,
                _ => runs.push((x, 1)),
            }
        }
        runs
    }
}

/// The bare code as SVG: one unit is one module, the quiet zone is part of the picture, and it
/// scales to any size.
///
/// # Errors
/// [`PosterError::Empty`] and [`PosterError::UrlTooLong`].
pub fn code_svg(url: &str) -> Result<String, PosterError> {
    Ok(svg(&Code::of(url)?, "场所码"))
}

/// Any text as a code for a page: rows of strokes, a third of the bytes of [`code_svg`]. `label` says to
/// a screen reader what it is and is written by us, not by people.
///
/// # Errors
/// [`PosterError::Empty`] and [`PosterError::UrlTooLong`].
pub fn text_svg(text: &str, label: &str) -> Result<String, PosterError> {
    let code = Code::of_text(text)?;
    let side = code.side_modules();
    let mut path = String::new();
    for y in 0..side {
        let mut end = 0;
        for (x, width) in code.runs(y) {
            let _ = match end {
                0 => write!(path, "M{x} {y}.5h{width}"),
                end => write!(path, "m{} 0h{width}", x - end),
            };
            end = x + width;
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"{label}\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/>\
         <path stroke=\"#000\" d=\"{path}\"/></svg>\n"
    ))
}

fn svg(code: &Code, label: &str) -> String {
    let side = code.side_modules();
    let mut path = String::new();
    for Block { x, y, width, height } in code.blocks() {
        let _ = write!(path, "M{x} {y}h{width}v{height}h-{width}z");
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"{label}\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/>\
         <path fill=\"#000\" d=\"{path}\"/></svg>\n"
    )
}

/// The bare code as PNG, one bit per pixel, 32 pixels per module, with the quiet zone.
///
/// # Errors
/// [`PosterError::Empty`], [`PosterError::UrlTooLong`], [`PosterError::Broken`].
pub fn code_png(url: &str) -> Result<Vec<u8>, PosterError> {
    let code = Code::of(url)?;
    let side = code.side_modules() * PNG_MODULE_PIXELS;
    png::bilevel(side, |x, y| code.is_black(x / PNG_MODULE_PIXELS, y / PNG_MODULE_PIXELS))
        .map_err(|why| PosterError::Broken(format!("PNG: {why}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const URL: &str = "https://scan.example.gov.cn/c/0123456789abcdef";

    #[test]
    fn the_printed_address_is_a_version_4_code_at_level_q() {
        let code = Code::of(URL).unwrap();
        assert_eq!(code.side_modules(), 33 + 8);
        assert_eq!(code.qr.error_correction_level(), QrCodeEcc::Quartile);
    }

    #[test]
    fn the_longest_address_still_fits_and_one_more_byte_is_refused() {
        assert_eq!(Code::of(&"x".repeat(URL_BYTES_MAX)).unwrap().side_modules(), 45 + 8);
        let refused = Code::of(&"x".repeat(URL_BYTES_MAX + 1)).err();
        assert_eq!(refused, Some(PosterError::UrlTooLong { bytes: 87, bytes_max: 86 }));
        assert!(matches!(Code::of(""), Err(PosterError::Empty { .. })));
    }

    #[test]
    fn a_text_of_any_length_up_to_the_longest_is_a_code() {
        assert!(Code::of_text(&"x".repeat(TEXT_BYTES_MAX)).is_ok());
        assert!(Code::of_text(&"x".repeat(TEXT_BYTES_MAX + 1)).is_err());
        assert!(Code::of_text("").is_err());
        assert!(text_svg("FYM1:ABC", "我的码").unwrap().contains("aria-label=\"我的码\""));
    }

    #[test]
    fn the_rectangles_cover_exactly_the_black_modules_and_each_once() {
        let code = Code::of(URL).unwrap();
        let side = code.side_modules();
        let mut painted = vec![0_u8; side * side];
        for block in code.blocks() {
            for y in block.y..block.y + block.height {
                for x in block.x..block.x + block.width {
                    painted[y * side + x] += 1;
                }
            }
        }
        for (at, &times) in painted.iter().enumerate() {
            assert_eq!(times, u8::from(code.is_black(at % side, at / side)));
        }
    }

    #[test]
    fn four_modules_around_the_code_are_white() {
        let code = Code::of(URL).unwrap();
        let side = code.side_modules();
        let edge = |at: usize| at < 4 || at >= side - 4;
        for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
            assert!(!(edge(x) || edge(y)) || !code.is_black(x, y));
        }
        assert!(code.is_black(4, 4) && code.is_black(side - 5, 4) && code.is_black(4, side - 5));
    }
}
