//! What is drawn, as plain data: outlines, colours and words that can be looked at before any
//! file is written. Lengths in mm from the upper left corner of the page.

use crate::{Area, Colour, PosterError, font::Face, font::Weight};

/// How far the control points of a cubic curve lie from the ends of a quarter circle, in radii.
const QUARTER_CIRCLE: f32 = 0.552_284_8;
/// What the letters of a line take above and below the baseline, in em.
const ABOVE_BASELINE_EM: f32 = 0.9;
const BELOW_BASELINE_EM: f32 = 0.2;

/// Red, green, blue.
pub(crate) type Rgb = (u8, u8, u8);

/// One thing on a page; later ones lie over earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// A filled or stroked outline.
    Shape(Shape),
    /// A line of words.
    Words(Words),
}

/// A filled or stroked outline.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Shape {
    /// Where it runs.
    pub(crate) outline: Outline,
    /// What it is filled with.
    pub(crate) fill: Option<Ink>,
    /// With what it is drawn around.
    pub(crate) pen: Option<Pen>,
    /// Whether the fill leaves out what is enclosed twice.
    pub(crate) even_odd: bool,
}

/// A colour and how much it hides of what lies under it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ink {
    /// The colour.
    pub(crate) rgb: Rgb,
    /// 0 is invisible, 1 hides everything.
    pub(crate) opacity: f32,
}

/// How an outline is drawn around.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pen {
    /// The colour.
    pub(crate) ink: Ink,
    /// The width of the line.
    pub(crate) width: f32,
    /// The lengths of dashes and gaps in turn; none is one whole line.
    pub(crate) dash: Vec<f32>,
    /// The ends of a line.
    pub(crate) cap: End,
    /// The corners of a line.
    pub(crate) join: Corner,
}

/// The ends of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum End {
    /// Cut off where it ends.
    #[default]
    Flat,
    /// Half a circle further.
    Round,
    /// Half a square further.
    Square,
}

/// The corners of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Corner {
    /// A point.
    #[default]
    Pointed,
    /// A circle.
    Round,
    /// Cut off.
    Cut,
}

/// One line of words in one weight and colour.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Words {
    /// The words.
    pub(crate) text: String,
    /// Where the line starts.
    pub(crate) x: f32,
    /// Its baseline.
    pub(crate) baseline: f32,
    /// How wide it is.
    pub(crate) width: f32,
    /// The size of the letters.
    pub(crate) size_mm: f32,
    /// Bold or regular.
    pub(crate) weight: Weight,
    /// The colour of the letters.
    pub(crate) ink: Ink,
}

/// A step of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// A new part starts here.
    Move(f32, f32),
    /// A straight line to here.
    Line(f32, f32),
    /// A cubic curve: two control points and its end.
    Curve([f32; 6]),
    /// Back to where the part started.
    Close,
}

/// A line that may have several parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Outline(pub(crate) Vec<Step>);

impl Ink {
    /// A colour that hides what lies under it.
    pub(crate) const fn solid(rgb: Rgb) -> Self {
        Self { rgb, opacity: 1.0 }
    }
}

impl From<Colour> for Ink {
    fn from(colour: Colour) -> Self {
        Self::solid(colour.rgb())
    }
}

impl Pen {
    /// A whole line with flat ends.
    pub(crate) fn new(rgb: Rgb, width: f32) -> Self {
        let (cap, join) = (End::Flat, Corner::Pointed);
        Self { ink: Ink::solid(rgb), width, dash: Vec::new(), cap, join }
    }

    /// The same with round ends and corners.
    pub(crate) fn round(self) -> Self {
        Self { cap: End::Round, join: Corner::Round, ..self }
    }

    /// The same in dashes.
    pub(crate) fn dashed(self, dash: &[f32]) -> Self {
        Self { dash: dash.to_vec(), ..self }
    }
}

impl Shape {
    /// An outline filled with one colour.
    pub(crate) fn filled(outline: Outline, ink: impl Into<Ink>) -> Self {
        Self { outline, fill: Some(ink.into()), ..Self::default() }
    }

    /// An outline that is only drawn around.
    pub(crate) fn drawn(outline: Outline, pen: Pen) -> Self {
        Self { outline, pen: Some(pen), ..Self::default() }
    }
}

impl Words {
    /// A line that starts at `(x, baseline)`.
    pub(crate) fn new(
        text: &str,
        (x, baseline): (f32, f32),
        size_mm: f32,
        weight: Weight,
        ink: impl Into<Ink>,
    ) -> Result<Self, PosterError> {
        let width = Face::of(weight)?.width_em(text) * size_mm;
        Ok(Self { text: text.into(), x, baseline, width, size_mm, weight, ink: ink.into() })
    }

    /// What the line takes at most.
    pub(crate) fn area(&self) -> Area {
        let height = self.size_mm * (ABOVE_BASELINE_EM + BELOW_BASELINE_EM);
        let y = self.baseline - self.size_mm * ABOVE_BASELINE_EM;
        Area { x: self.x, y, width: self.width, height }
    }
}

impl Outline {
    /// A rectangle.
    pub(crate) fn rect(area: &Area) -> Self {
        let mut outline = Self::default();
        outline.push_rect(area);
        outline
    }

    /// One more rectangle.
    pub(crate) fn push_rect(&mut self, area: &Area) {
        let (left, top, right, bottom) = (area.x, area.y, area.right(), area.bottom());
        self.polygon(&[(left, top), (right, top), (right, bottom), (left, bottom)]);
    }

    /// One more closed part with straight sides.
    pub(crate) fn polygon(&mut self, corners: &[(f32, f32)]) {
        self.polyline(corners);
        self.0.push(Step::Close);
    }

    /// One more open part with straight sides.
    pub(crate) fn polyline(&mut self, points: &[(f32, f32)]) {
        self.0.extend(points.iter().enumerate().map(|(n, &(x, y))| match n {
            0 => Step::Move(x, y),
            _ => Step::Line(x, y),
        }));
    }

    /// A straight line.
    pub(crate) fn line(from: (f32, f32), to: (f32, f32)) -> Self {
        Self(vec![Step::Move(from.0, from.1), Step::Line(to.0, to.1)])
    }

    /// A rectangle with round corners of the radii `rx` and `ry`.
    pub(crate) fn rounded(area: &Area, (rx, ry): (f32, f32)) -> Self {
        if rx <= 0.0 || ry <= 0.0 {
            return Self::rect(area);
        }
        let (left, top, right, bottom) = (area.x, area.y, area.right(), area.bottom());
        // From a corner to the control point of its curve.
        let (kx, ky) = (rx * (1.0 - QUARTER_CIRCLE), ry * (1.0 - QUARTER_CIRCLE));
        Self(vec![
            Step::Move(left + rx, top),
            Step::Line(right - rx, top),
            Step::Curve([right - kx, top, right, top + ky, right, top + ry]),
            Step::Line(right, bottom - ry),
            Step::Curve([right, bottom - ky, right - kx, bottom, right - rx, bottom]),
            Step::Line(left + rx, bottom),
            Step::Curve([left + kx, bottom, left, bottom - ky, left, bottom - ry]),
            Step::Line(left, top + ry),
            Step::Curve([left, top + ky, left + kx, top, left + rx, top]),
            Step::Close,
        ])
    }

    /// An ellipse around a centre.
    pub(crate) fn ellipse((x, y): (f32, f32), (rx, ry): (f32, f32)) -> Self {
        let area = Area { x: x - rx, y: y - ry, width: 2.0 * rx, height: 2.0 * ry };
        Self::rounded(&area, (rx, ry))
    }
}
