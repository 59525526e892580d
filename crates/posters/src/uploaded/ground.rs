//! What lies under a place: whether a shape covers it, cuts it or leaves it alone, and how well
//! letters stand out.
//!
//! Outlines are looked at as lines: each curve as sixteen straight pieces. A line around a shape
//! counts as wide as it is; the points of its corners beyond that do not.

use super::reading::Drawn;
use crate::{
    Area,
    ink::{Ink, Mark, Outline, Rgb, Shape, Step},
};

/// Into how many straight pieces a curve is cut.
const PIECES: u8 = 16;
/// Edges that coincide do not cut: so much of a place's edge is left out, in mm.
const EDGE_MM: f32 = 0.05;
/// The most different colours that are told apart under one place. More are taken as these three
/// at once, on which no letters pass.
const COLOURS_MAX: usize = 32;
const ANY_COLOUR: [Rgb; 3] = [(0, 0, 0), (117, 117, 117), (255, 255, 255)];

/// How a shape lies to an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// It leaves the area alone.
    Apart,
    /// Its fill covers the whole area.
    Around,
    /// Its outline runs through the area.
    Cut,
}

/// How a shape lies to an area in mm.
pub(super) fn relation(shape: &Shape, area: &Area) -> Relation {
    let inner = area.grown(-EDGE_MM);
    let reach = shape.pen.as_ref().map_or(0.0, |pen| pen.width / 2.0);
    let touched = inner.grown(reach);
    let centre = (area.x + area.width / 2.0, area.y + area.height / 2.0);
    let (mut winding, mut crossings, mut cut) = (0_i32, 0_u32, false);
    let seen = shape.fill.is_some() || shape.pen.is_some();
    edges(&shape.outline, shape.fill.is_some(), &touched, |from, to| {
        cut = cut || crosses(from, to, &touched);
        // A ray to the right of the centre.
        if (from.1 <= centre.1) != (to.1 <= centre.1) {
            let share = (centre.1 - from.1) / (to.1 - from.1);
            if from.0 + share * (to.0 - from.0) > centre.0 {
                winding += if to.1 > from.1 { 1 } else { -1 };
                crossings += 1;
            }
        }
    });
    let inside = if shape.even_odd { crossings % 2 == 1 } else { winding != 0 };
    match (seen && cut, shape.fill.is_some() && inside) {
        (true, _) => Relation::Cut,
        (false, true) => Relation::Around,
        (false, false) => Relation::Apart,
    }
}

/// The smallest contrast between a colour and all that lies under an area, a WCAG 2.1 ratio.
/// Every shape that reaches into the area counts, not only the uppermost.
pub(super) fn smallest_contrast(drawn: &[Drawn], area: &Area, rgb: Rgb) -> f32 {
    let mut under: Vec<Rgb> = vec![(255, 255, 255)];
    for Drawn { mark, .. } in drawn {
        let Mark::Shape(shape) = mark else { continue };
        let relation = relation(shape, area);
        if relation == Relation::Apart {
            continue;
        }
        let before = under.clone();
        if relation == Relation::Around && shape.fill.is_some() {
            under.clear();
        }
        let pen = shape.pen.as_ref().map(|pen| pen.ink).filter(|_| relation == Relation::Cut);
        for ink in shape.fill.into_iter().chain(pen) {
            under.extend(before.iter().map(|&below| blend(ink, below)));
        }
        under.sort_unstable();
        under.dedup();
        if under.len() > COLOURS_MAX {
            under = ANY_COLOUR.to_vec();
        }
    }
    let ratios = under.into_iter().map(|ground| contrast(ground, rgb));
    ratios.fold(f32::INFINITY, f32::min)
}

/// Calls `edge` for each straight piece of an outline; parts are closed if the shape is filled.
/// A curve whose points keep away from `near` is one piece: it runs around no point in there.
fn edges(
    outline: &Outline,
    filled: bool,
    near: &Area,
    mut edge: impl FnMut((f32, f32), (f32, f32)),
) {
    let (mut start, mut at) = ((0.0, 0.0), (0.0, 0.0));
    for step in &outline.0 {
        match *step {
            Step::Move(x, y) => {
                if filled && at != start {
                    edge(at, start);
                }
                (start, at) = ((x, y), (x, y));
            }
            Step::Line(x, y) => {
                edge(at, (x, y));
                at = (x, y);
            }
            Step::Curve(points) => {
                let (mut last, pieces) =
                    (at, if keeps_away(at, points, near) { 1 } else { PIECES });
                for piece in 1..=pieces {
                    let to = on_curve(at, points, f32::from(piece) / f32::from(pieces));
                    edge(last, to);
                    last = to;
                }
                at = last;
            }
            Step::Close => {
                if at != start {
                    edge(at, start);
                }
                at = start;
            }
        }
    }
    if filled && at != start {
        edge(at, start);
    }
}

/// Whether a curve, which stays between its end points and control points, leaves an area alone.
fn keeps_away(from: (f32, f32), [x1, y1, x2, y2, x, y]: [f32; 6], near: &Area) -> bool {
    let (across, down) = ([from.0, x1, x2, x], [from.1, y1, y2, y]);
    let all = |points: [f32; 4], beyond: &dyn Fn(f32) -> bool| points.into_iter().all(beyond);
    all(across, &|x| x < near.x)
        || all(across, &|x| x > near.right())
        || all(down, &|y| y < near.y)
        || all(down, &|y| y > near.bottom())
}

fn on_curve(from: (f32, f32), [x1, y1, x2, y2, x, y]: [f32; 6], t: f32) -> (f32, f32) {
    let s = 1.0 - t;
    let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
    let along = |points: [f32; 4]| points.iter().zip(weights).map(|(p, w)| p * w).sum::<f32>();
    (along([from.0, x1, x2, x]), along([from.1, y1, y2, y]))
}

/// Whether a line runs through an area: what of it lies between left and right, and then between
/// top and bottom, is not nothing.
fn crosses(from: (f32, f32), to: (f32, f32), area: &Area) -> bool {
    let (mut first, mut last) = (0.0_f32, 1.0_f32);
    for (start, end, low, high) in
        [(from.0, to.0, area.x, area.right()), (from.1, to.1, area.y, area.bottom())]
    {
        let length = end - start;
        if length == 0.0 {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let (enter, leave) = ((low - start) / length, (high - start) / length);
        first = first.max(enter.min(leave));
        last = last.min(enter.max(leave));
    }
    first <= last
}

fn blend(ink: Ink, below: Rgb) -> Rgb {
    let mix = |over: u8, under: u8| {
        let value = f32::from(over) * ink.opacity + f32::from(under) * (1.0 - ink.opacity);
        // Between two bytes: a byte.
        value.round().clamp(0.0, 255.0) as u8
    };
    let ((r, g, b), (x, y, z)) = (ink.rgb, below);
    (mix(r, x), mix(g, y), mix(b, z))
}

/// WCAG 2.1, contrast ratio, from 1 to 21.
pub(super) fn contrast(one: Rgb, other: Rgb) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.1, relative luminance.
fn luminance((red, green, blue): Rgb) -> f32 {
    let linear = |value: u8| {
        let share = f32::from(value) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = Area::new(10.0, 10.0, 20.0, 10.0);

    fn filled(outline: Outline) -> Shape {
        Shape::filled(outline, Ink::solid((0, 0, 0)))
    }

    #[test]
    fn ground_lies_around_a_neighbour_apart_and_a_corner_cuts() {
        let rect = |x, y, width, height| filled(Outline::rect(&Area::new(x, y, width, height)));
        assert_eq!(relation(&rect(0.0, 0.0, 100.0, 100.0), &AREA), Relation::Around);
        assert_eq!(relation(&rect(10.0, 10.0, 20.0, 10.0), &AREA), Relation::Around, "the same");
        assert_eq!(relation(&rect(30.0, 10.0, 20.0, 10.0), &AREA), Relation::Apart, "beside");
        assert_eq!(relation(&rect(25.0, 15.0, 20.0, 20.0), &AREA), Relation::Cut);
        assert_eq!(relation(&rect(12.0, 12.0, 2.0, 2.0), &AREA), Relation::Cut, "inside");
    }

    #[test]
    fn a_ring_around_an_area_leaves_it_alone() {
        let mut outline = Outline::ellipse((20.0, 15.0), (40.0, 40.0));
        outline.0.extend(Outline::ellipse((20.0, 15.0), (30.0, 30.0)).0);
        let ring = Shape { even_odd: true, ..filled(outline) };
        assert_eq!(relation(&ring, &AREA), Relation::Apart);
        assert_eq!(relation(&Shape { even_odd: false, ..ring }, &AREA), Relation::Around);
    }

    #[test]
    fn a_curve_far_from_an_area_counts_as_the_line_between_its_ends() {
        // A disc around the area, whose curves keep away from it, and the same beside it.
        let around = filled(Outline::ellipse((20.0, 15.0), (60.0, 60.0)));
        assert_eq!(relation(&around, &AREA), Relation::Around);
        let beside = filled(Outline::ellipse((120.0, 15.0), (60.0, 60.0)));
        assert_eq!(relation(&beside, &AREA), Relation::Apart);
    }

    #[test]
    fn a_wide_line_reaches_further_than_its_middle() {
        let line = |width| {
            let pen = crate::ink::Pen::new((0, 0, 0), width);
            Shape::drawn(Outline::line((0.0, 8.0), (100.0, 8.0)), pen)
        };
        assert_eq!(relation(&line(3.0), &AREA), Relation::Apart);
        assert_eq!(relation(&line(5.0), &AREA), Relation::Cut);
    }

    #[test]
    fn black_on_white_has_the_largest_contrast() {
        assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.01);
        let brand = contrast((0x0b, 0x5c, 0xab), (255, 255, 255));
        assert!((6.6..6.8).contains(&brand), "{brand}");
    }
}
