//! The geometry of the three posters: one table, one row for each size.
//!
//! The code is 130, 360 and 480 mm wide with its quiet zone. The height at which it hangs decides
//! where it stands: on the 600 × 900 sheet, whose lower edge is 1.5 m above the floor, as low as
//! possible; on the stand 1.2 m above the floor.

use crate::{font::Weight, palette::Colour};

/// The size of a poster; portrait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// A4, 210 × 297 mm.
    A4,
    /// 约两开, 600 × 900 mm: hangs with its lower edge 1.5 m above the floor.
    TwoSheets,
    /// 展架, 800 × 1800 mm: stands on the floor.
    Stand,
}

/// A rectangle in mm from the upper left corner of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    pub(crate) const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// Right edge.
    #[must_use]
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// Lower edge.
    #[must_use]
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// The same area, larger by so much on each side.
    pub(crate) fn grown(&self, by: f32) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
        }
    }

    /// Whether `other` lies wholly inside, give or take a hundredth of a millimetre.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        const ROUNDING: f32 = 0.01;
        other.x >= self.x - ROUNDING
            && other.y >= self.y - ROUNDING
            && other.right() <= self.right() + ROUNDING
            && other.bottom() <= self.bottom() + ROUNDING
    }

    /// Whether the two share more than an edge.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

/// A part of the poster that is words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// 请扫场所码 逐人登记
    Title,
    /// With which apps.
    Apps,
    /// What "done" looks like.
    Done,
    /// The note of a demonstration, on its yellow band.
    Note,
    /// The registered name.
    Place,
    /// The door.
    Door,
    /// County and address.
    Address,
    /// Short code number.
    Number,
    /// Telephone number for questions.
    Hotline,
    /// Day of issue and layout version.
    Issued,
    /// The rules of the door.
    Rules,
    /// How long visits are kept.
    Promise,
}

/// To which edge of its box a text keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Left edge.
    Left,
    /// Middle.
    Centre,
    /// Right edge.
    Right,
}

/// Where one part stands and how it is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    /// Which words.
    pub(crate) part: Part,
    /// The box they may not leave.
    pub(crate) area: Area,
    /// The largest size of the letters in mm.
    pub(crate) size_mm: f32,
}

/// One row of the table: everything about one size.
#[derive(Debug)]
pub(crate) struct Geometry {
    /// Width and height of the page.
    pub(crate) page: (f32, f32),
    /// The white card.
    pub(crate) card: Area,
    /// The radius of its corners.
    pub(crate) corner: f32,
    /// The code with its quiet zone, a square.
    pub(crate) code: Area,
    /// The words.
    pub(crate) slots: [Slot; 12],
}

const fn slot(part: Part, (x, y, width, height): (f32, f32, f32, f32), size_mm: f32) -> Slot {
    Slot { part, area: Area::new(x, y, width, height), size_mm }
}

static A4: Geometry = Geometry {
    page: (210.0, 297.0),
    card: Area::new(10.0, 64.0, 190.0, 203.0),
    corner: 7.0,
    code: Area::new(40.0, 92.0, 130.0, 130.0),
    slots: [
        slot(Part::Title, (14.0, 11.0, 182.0, 23.0), 17.6),
        slot(Part::Apps, (14.0, 35.0, 182.0, 11.0), 7.9),
        slot(Part::Done, (14.0, 47.5, 182.0, 9.0), 6.4),
        slot(Part::Note, (58.0, 59.5, 94.0, 9.0), 6.0),
        slot(Part::Place, (18.0, 70.5, 174.0, 21.5), 11.5),
        slot(Part::Door, (18.0, 222.0, 174.0, 18.5), 14.0),
        slot(Part::Address, (18.0, 242.0, 174.0, 11.0), 5.6),
        slot(Part::Number, (18.0, 255.5, 57.0, 6.5), 4.6),
        slot(Part::Hotline, (76.0, 255.5, 58.0, 6.5), 4.6),
        slot(Part::Issued, (135.0, 255.5, 57.0, 6.5), 4.6),
        slot(Part::Rules, (14.0, 271.0, 182.0, 9.5), 6.6),
        slot(Part::Promise, (14.0, 281.5, 182.0, 7.5), 4.8),
    ],
};

static TWO_SHEETS: Geometry = Geometry {
    page: (600.0, 900.0),
    card: Area::new(30.0, 206.0, 540.0, 616.0),
    corner: 20.0,
    code: Area::new(120.0, 424.0, 360.0, 360.0),
    slots: [
        slot(Part::Title, (40.0, 28.0, 520.0, 70.0), 51.0),
        slot(Part::Apps, (40.0, 104.0, 520.0, 33.0), 22.8),
        slot(Part::Done, (40.0, 144.0, 520.0, 28.0), 18.6),
        slot(Part::Note, (165.0, 192.0, 270.0, 28.0), 17.5),
        slot(Part::Place, (54.0, 226.0, 492.0, 76.0), 40.0),
        slot(Part::Door, (54.0, 304.0, 492.0, 74.0), 46.0),
        slot(Part::Address, (54.0, 382.0, 492.0, 42.0), 19.0),
        slot(Part::Number, (54.0, 790.0, 163.0, 20.0), 13.0),
        slot(Part::Hotline, (218.0, 790.0, 164.0, 20.0), 13.0),
        slot(Part::Issued, (383.0, 790.0, 163.0, 20.0), 13.0),
        slot(Part::Rules, (40.0, 832.0, 520.0, 29.0), 20.0),
        slot(Part::Promise, (40.0, 864.0, 520.0, 20.0), 13.6),
    ],
};

static STAND: Geometry = Geometry {
    page: (800.0, 1800.0),
    card: Area::new(40.0, 310.0, 720.0, 880.0),
    corner: 28.0,
    code: Area::new(160.0, 360.0, 480.0, 480.0),
    slots: [
        slot(Part::Title, (50.0, 76.0, 700.0, 100.0), 74.0),
        slot(Part::Apps, (50.0, 200.0, 700.0, 48.0), 32.4),
        slot(Part::Done, (50.0, 1226.0, 700.0, 124.0), 45.0),
        slot(Part::Note, (215.0, 290.0, 370.0, 40.0), 25.0),
        slot(Part::Place, (72.0, 842.0, 656.0, 116.0), 52.0),
        slot(Part::Door, (72.0, 960.0, 656.0, 106.0), 62.0),
        slot(Part::Address, (72.0, 1072.0, 656.0, 54.0), 25.0),
        slot(Part::Number, (72.0, 1142.0, 217.0, 28.0), 17.5),
        slot(Part::Hotline, (291.0, 1142.0, 218.0, 28.0), 17.5),
        slot(Part::Issued, (511.0, 1142.0, 217.0, 28.0), 17.5),
        slot(Part::Rules, (50.0, 1386.0, 700.0, 56.0), 38.0),
        slot(Part::Promise, (50.0, 1456.0, 700.0, 36.0), 25.0),
    ],
};

impl Size {
    /// All sizes, the smallest first.
    pub const ALL: [Self; 3] = [Self::A4, Self::TwoSheets, Self::Stand];

    /// The name in an address and a file's name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::A4 => "A4",
            Self::TwoSheets => "600x900",
            Self::Stand => "800x1800",
        }
    }

    /// The size with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.code() == code)
    }

    /// Width and height in mm.
    #[must_use]
    pub fn millimetres(self) -> (f32, f32) {
        self.geometry().page
    }

    pub(crate) fn geometry(self) -> &'static Geometry {
        match self {
            Self::A4 => &A4,
            Self::TwoSheets => &TWO_SHEETS,
            Self::Stand => &STAND,
        }
    }
}

impl Part {
    /// How this part is set, the same in every size: weight, colour, edge, two lines allowed.
    pub(crate) const fn style(self) -> (Weight, Colour, Align, bool) {
        use {Align::*, Colour::*, Weight::*};
        match self {
            Self::Title => (Bold, Paper, Centre, false),
            Self::Apps | Self::Rules | Self::Promise => (Regular, Paper, Centre, false),
            Self::Done => (Regular, Paper, Centre, true),
            Self::Note => (Bold, Ink, Centre, false),
            Self::Place => (Bold, Ink, Centre, true),
            Self::Door => (Bold, Brand, Centre, true),
            Self::Address => (Regular, InkSoft, Centre, true),
            Self::Number => (Regular, InkSoft, Left, false),
            Self::Hotline => (Regular, InkSoft, Centre, false),
            Self::Issued => (Regular, InkSoft, Right, false),
        }
    }

    /// Whether the part stands on the white card; the others stand on the blue ground, and the
    /// note of a demonstration on its own band across the card's upper edge.
    #[must_use]
    pub const fn is_on_card(self) -> bool {
        matches!(
            self,
            Self::Place | Self::Door | Self::Address | Self::Number | Self::Hotline | Self::Issued
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_are_those_of_the_notice() {
        let sizes = Size::ALL.map(Size::millimetres);
        assert_eq!(sizes, [(210.0, 297.0), (600.0, 900.0), (800.0, 1800.0)]);
    }

    #[test]
    fn the_code_is_a_square_of_its_size_in_the_middle_of_the_card() {
        for (size, side) in Size::ALL.into_iter().zip([130.0, 360.0, 480.0]) {
            let Geometry { page, card, code, .. } = size.geometry();
            assert_eq!((code.width, code.height), (side, side));
            assert!(card.contains(code));
            assert!((code.x + side / 2.0 - page.0 / 2.0).abs() < 0.01, "{size:?}");
        }
    }

    #[test]
    fn the_code_stands_where_its_height_above_the_floor_asks() {
        let centre = |size: Size| {
            let Geometry { page, code, .. } = size.geometry();
            (page.1, code.y + code.height / 2.0)
        };
        let (height, y) = centre(Size::A4);
        assert!((y - height / 2.0).abs() < 10.0, "A4: in the middle of the page");
        let (height, _) = centre(Size::TwoSheets);
        let top = Size::TwoSheets.geometry().code.y;
        assert!(top + 36.0 > height / 2.0, "600 × 900: the modules are in the lower half");
        let (height, y) = centre(Size::Stand);
        assert!((1200.0..=1500.0).contains(&(height - y)), "stand: 1.2–1.5 m above the floor");
    }

    #[test]
    fn no_two_boxes_share_ground_and_each_lies_where_it_belongs() {
        for size in Size::ALL {
            let Geometry { page, card, code, slots, .. } = size.geometry();
            let page = Area::new(0.0, 0.0, page.0, page.1);
            for (n, slot) in slots.iter().enumerate() {
                assert!(page.contains(&slot.area), "{size:?} {:?}", slot.part);
                assert!(!slot.area.overlaps(code), "{size:?} {:?}", slot.part);
                assert!(!slot.part.is_on_card() || card.contains(&slot.area), "{:?}", slot.part);
                let on_ground = !slot.part.is_on_card() && slot.part != Part::Note;
                assert!(!on_ground || !card.overlaps(&slot.area), "{size:?} {:?}", slot.part);
                for other in &slots[n + 1..] {
                    assert!(!slot.area.overlaps(&other.area), "{:?} {:?}", slot.part, other.part);
                }
            }
        }
    }
}
