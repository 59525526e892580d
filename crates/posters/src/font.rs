//! The two weights of the compiled-in font: which characters they have and how wide they are.

use std::{io::Read, sync::OnceLock};

use flate2::read::GzDecoder;

use crate::PosterError;

/// What is compiled in; `fonts/README.md` says where it comes from and how it was made.
const REGULAR: &[u8] = include_bytes!("../fonts/NotoSansSC-Regular.subset.ttf.gz");
const BOLD: &[u8] = include_bytes!("../fonts/NotoSansSC-Bold.subset.ttf.gz");
/// Room for one unpacked font, so that it is allocated once.
const UNPACKED_BYTES_EXPECTED: usize = 9_900_000;

/// A weight of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// 400
    Regular,
    /// 700
    Bold,
}

/// One glyph: its number in the font and its advance in em.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glyph {
    /// The number of the glyph in the font.
    pub(crate) id: u16,
    /// How far the pen moves, in em.
    pub(crate) advance_em: f32,
}

/// One weight, parsed.
pub(crate) struct Face {
    parsed: ttf_parser::Face<'static>,
    units_per_em: f32,
    /// The same bytes for the PDF writer.
    pub(crate) drawn: krilla::text::Font,
}

impl Face {
    /// The face of a weight; unpacked and parsed at the first call, then kept.
    pub(crate) fn of(weight: Weight) -> Result<&'static Self, PosterError> {
        static FACES: [OnceLock<Result<Face, PosterError>>; 2] = [const { OnceLock::new() }; 2];
        let (cell, packed) = match weight {
            Weight::Regular => (&FACES[0], REGULAR),
            Weight::Bold => (&FACES[1], BOLD),
        };
        cell.get_or_init(|| Self::parse(packed)).as_ref().map_err(Clone::clone)
    }

    fn parse(packed: &[u8]) -> Result<Self, PosterError> {
        let broken = |why: &str| PosterError::Broken(format!("compiled-in font: {why}"));
        let mut unpacked = Vec::with_capacity(UNPACKED_BYTES_EXPECTED);
        GzDecoder::new(packed).read_to_end(&mut unpacked).map_err(|e| broken(&e.to_string()))?;
        // Kept for the life of the process, as the compiled-in bytes are: done once per weight.
        let bytes: &'static [u8] = unpacked.leak();
        let parsed = ttf_parser::Face::parse(bytes, 0).map_err(|e| broken(&e.to_string()))?;
        let drawn = krilla::text::Font::new(bytes.into(), 0);
        let drawn = drawn.ok_or_else(|| broken("the PDF writer refuses it"))?;
        Ok(Self { units_per_em: f32::from(parsed.units_per_em()), parsed, drawn })
    }

    /// Whether the font can draw a character.
    pub(crate) fn has(&self, character: char) -> bool {
        self.glyph(character).is_some()
    }

    /// The glyph of a character, if the font has one.
    pub(crate) fn glyph(&self, character: char) -> Option<Glyph> {
        let id = self.parsed.glyph_index(character)?;
        let advance = f32::from(self.parsed.glyph_hor_advance(id)?);
        Some(Glyph { id: id.0, advance_em: advance / self.units_per_em })
    }

    /// How wide a text is, in em. A character without a glyph has no width; texts are checked
    /// before they are measured.
    pub(crate) fn width_em(&self, text: &str) -> f32 {
        text.chars().filter_map(|c| self.glyph(c)).map(|glyph| glyph.advance_em).sum()
    }
}

/// Unpacks and parses the fonts now rather than at the first poster (about 20 MB kept in memory).
///
/// # Errors
/// [`PosterError::Broken`] when the compiled-in fonts cannot be read.
pub fn warm_up() -> Result<(), PosterError> {
    Face::of(Weight::Regular)?;
    Face::of(Weight::Bold)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_weights_hold_every_ideograph_of_the_basic_block_that_is_in_daily_use() {
        for weight in [Weight::Regular, Weight::Bold] {
            let face = Face::of(weight).unwrap();
            assert!(
                "阜阳颍泉太和临泉阜南颍上界首〇镇骉堃䶮·×℃№①Ⅳ（）“”—…".chars().all(|c| face.has(c))
            );
            assert!(('\u{4E00}'..='\u{9FA5}').all(|c| face.has(c)));
            assert!((' '..='~').all(|c| face.has(c)));
        }
    }

    #[test]
    fn ideographs_are_one_em_wide_and_letters_have_widths_of_their_own() {
        let face = Face::of(Weight::Bold).unwrap();
        assert!((face.width_em("阜阳") - 2.0).abs() < 1e-4);
        assert!(face.width_em("Wi") < 1.5);
    }
}
