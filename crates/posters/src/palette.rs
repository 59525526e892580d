//! The colours of a poster, the same as those of the pages.

/// A colour of a poster; the contrasts are WCAG 2.1 ratios against what it is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// The blue of the ground and of the door's name (6.7:1 on white).
    Brand,
    /// A light blue under boxes of the guide; ink on it has 14:1, the blue 5.8:1.
    BrandSoft,
    /// White: the card, and words on the blue ground.
    Paper,
    /// Near black, for the registered name.
    Ink,
    /// Gray, for the small print on the card (7.4:1 on white).
    InkSoft,
    /// The gray of the person in the guide's picture; never for words.
    Figure,
    /// A light gray for lines around boxes; never for words.
    Hairline,
    /// Yellow, under the note of a demonstration.
    Notice,
    /// Black, for the modules of the code only.
    Black,
}

impl Colour {
    /// Red, green, blue.
    #[must_use]
    pub const fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Brand => (0x0b, 0x5c, 0xab),
            Self::BrandSoft => (0xe8, 0xf1, 0xfb),
            Self::Paper => (0xff, 0xff, 0xff),
            Self::Ink => (0x14, 0x20, 0x2b),
            Self::InkSoft => (0x4a, 0x57, 0x63),
            Self::Figure => (0x8c, 0x9b, 0xaa),
            Self::Hairline => (0xc9, 0xd3, 0xdc),
            Self::Notice => (0xff, 0xc5, 0x3d),
            Self::Black => (0, 0, 0),
        }
    }
}
