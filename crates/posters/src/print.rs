//! For whom a poster is drawn: for a printer in the office or for a printing shop that cuts it.

use krilla::geom::{Path, PathBuilder, Rect};

use crate::{
    Area,
    ink::{Outline, Pen, Shape},
};

/// How far the ground of a poster reaches beyond the cut, in mm: what printing shops ask for.
pub const BLEED_MM: f32 = 3.0;
/// The paper around the poster, on each side.
pub(crate) const MARGIN: f32 = 10.0;
/// A crop mark starts here outside of the cut, so that it stays out of the bleed.
const MARK_FROM: f32 = 4.0;
const MARK_TO: f32 = 9.0;
/// A quarter of a point, the usual hairline.
const MARK_WIDTH: f32 = 0.09;

/// How the page of a poster ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Print {
    /// The page is exactly the poster: for printers that need no cutting.
    #[default]
    Trimmed,
    /// The ground reaches 3 mm ([`BLEED_MM`]) beyond the cut on each side, and crop marks outside
    /// of that show where to cut. TrimBox is exactly the poster, BleedBox the poster with its
    /// bleed, MediaBox 10 mm larger than the poster on each side.
    WithBleed,
}

impl Print {
    /// How far the ground reaches beyond the page.
    pub(crate) const fn bleed(self) -> f32 {
        match self {
            Self::Trimmed => 0.0,
            Self::WithBleed => BLEED_MM,
        }
    }

    /// The paper around the poster.
    pub(crate) const fn margin(self) -> f32 {
        match self {
            Self::Trimmed => 0.0,
            Self::WithBleed => MARGIN,
        }
    }
}

/// The eight lines that show where to cut.
pub(crate) fn crop_marks((width, height): (f32, f32)) -> Shape {
    let mut lines = Outline::default();
    for (x, outwards) in [(0.0, -1.0), (width, 1.0)] {
        for y in [0.0, height] {
            lines.polyline(&[(x + outwards * MARK_FROM, y), (x + outwards * MARK_TO, y)]);
        }
    }
    for (y, outwards) in [(0.0, -1.0), (height, 1.0)] {
        for x in [0.0, width] {
            lines.polyline(&[(x, y + outwards * MARK_FROM), (x, y + outwards * MARK_TO)]);
        }
    }
    Shape::drawn(lines, Pen::new((0, 0, 0), MARK_WIDTH))
}

/// A box of the page in PDF units, `around` mm larger than the poster on each side; the origin is
/// the corner of the paper.
pub(crate) fn page_box(
    (width, height): (f32, f32),
    around: f32,
    points_per_mm: f32,
) -> Option<Rect> {
    let start = (MARGIN - around) * points_per_mm;
    let length = |side: f32| (side + 2.0 * around) * points_per_mm;
    Rect::from_xywh(start, start, length(width), length(height))
}

/// What the bleed leaves of the drawing, in mm from the corner of the poster.
pub(crate) fn clip((width, height): (f32, f32)) -> Option<Path> {
    let mut path = PathBuilder::new();
    let Area { x, y, width, height } = Area { x: 0.0, y: 0.0, width, height }.grown(BLEED_MM);
    path.push_rect(Rect::from_xywh(x, y, width, height)?);
    path.finish()
}
