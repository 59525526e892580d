//! Why a poster could not be made, in terms that can be shown beside the field.

use crate::text::Field;

/// Why a poster or a code could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PosterError {
    /// The fonts hold no glyph for a character, for example 𠮷 (U+20BB7). Control characters and
    /// line breaks end here as well. The poster is refused: an empty box is worse than none.
    #[error("no glyph for {character:?} (U+{:04X}) in {field}", u32::from(*character))]
    MissingGlyph {
        /// Where the character stands.
        field: Field,
        /// The character.
        character: char,
    },
    /// A field that every poster must show is empty.
    #[error("{field} is empty")]
    Empty {
        /// The empty field.
        field: Field,
    },
    /// A field is longer than the layout is made for.
    #[error("{field} has {chars} characters, at most {chars_max} fit")]
    TooLong {
        /// The field.
        field: Field,
        /// Its length in characters.
        chars: usize,
        /// The limit in characters.
        chars_max: usize,
    },
    /// The address in the code is longer than a code that is read from afar may carry.
    #[error("the address in the code has {bytes} bytes, at most {bytes_max} are allowed")]
    UrlTooLong {
        /// Its length in bytes.
        bytes: usize,
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// The fonts or the PDF writer failed; the program is broken, not the input.
    #[error("the poster could not be drawn: {0}")]
    Broken(String),
}
