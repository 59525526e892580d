//! The picture of the guide: an entrance seen from outside and a counter, all to one scale.
//!
//! Door leaves, posters, the standing person and the height of 1.5 m are drawn to scale, so that
//! whoever looks at the picture sees how high it is.

use super::sheet::{Sheet, pen};
use crate::{
    Area, Colour, PosterError, Size,
    font::Weight::{Bold, Regular},
    geometry::Align,
    ink::{Outline, Shape},
};

/// Where the picture stands on the page.
pub(super) const PANEL: Area = Area::new(14.0, 44.0, 182.0, 118.0);
/// Millimetres on paper for a metre.
const METRE: f32 = 35.0;
/// The floor.
const FLOOR: f32 = 148.0;
/// How high the lower edge of the 600 × 900 mm poster hangs, in metres.
const HANGS_AT_M: f32 = 1.5;

/// The frame of the door with both leaves.
const FRAME: Area = Area::new(21.0, 57.0, 70.0, FLOOR - 57.0);
/// The width of one leaf.
const LEAF: f32 = 33.2;
/// The middle of the right leaf.
const LEAF_MIDDLE: f32 = FRAME.x + FRAME.width - 1.8 - LEAF / 2.0;
/// The middles of what stands on the floor.
const STAND_MIDDLE: f32 = 130.0;
const PERSON_MIDDLE: f32 = 158.4;
const COUNTER_MIDDLE: f32 = 181.5;
/// The wall between outside and inside.
const WALL: f32 = 167.0;

/// Draws the picture.
pub(super) fn scene(sheet: &mut Sheet) -> Result<(), PosterError> {
    sheet.fill(PANEL, 4.0, Colour::BrandSoft);
    sheet.words("入口处（从门外看）", (21.0, 52.5), Align::Left, (3.6, Bold, Colour::InkSoft))?;
    sheet.words("室内", (COUNTER_MIDDLE, 52.5), Align::Centre, (3.6, Bold, Colour::InkSoft))?;
    let floor = [(PANEL.x + 5.0, FLOOR), (PANEL.right() - 5.0, FLOOR)];
    sheet.line(&floor, pen(Colour::Ink, 0.8).round());
    door(sheet)?;
    height(sheet)?;
    poster(sheet, standing(STAND_MIDDLE, Size::Stand));
    person(sheet);
    sheet.fill(Area::new(WALL - 0.9, 47.5, 1.8, FLOOR - 47.9), 0.0, Colour::Hairline);
    counter(sheet);
    captions(sheet)
}

/// A poster of this size whose lower edge is `above_m` above the floor.
fn hung(middle: f32, size: Size, above_m: f32) -> Area {
    let (width, height) = size.millimetres();
    let (width, height) = (width * METRE / 1000.0, height * METRE / 1000.0);
    let y = FLOOR - above_m * METRE - height;
    Area { x: middle - width / 2.0, y, width, height }
}

fn standing(middle: f32, size: Size) -> Area {
    hung(middle, size, 0.0)
}

fn door(sheet: &mut Sheet) -> Result<(), PosterError> {
    sheet.fill(FRAME, 1.0, Colour::InkSoft);
    for (middle, handle) in [(LEAF_MIDDLE - LEAF, 13.9), (LEAF_MIDDLE, -13.9)] {
        let top = FRAME.y + 1.8;
        let leaf = Area::new(middle - LEAF / 2.0 + 0.2, top, LEAF - 0.4, FLOOR - top - 0.4);
        sheet.fill(leaf, 0.0, Colour::Paper);
        let handle_y = FLOOR - 1.18 * METRE;
        sheet.fill(Area::new(middle + handle - 0.7, handle_y, 1.4, 12.5), 0.7, Colour::InkSoft);
    }
    let glass = Area::new(LEAF_MIDDLE - LEAF * 1.5 + 4.6, 64.0, LEAF - 12.0, 78.0);
    sheet.fill(glass, 0.8, Colour::BrandSoft);
    let middle_line = [(LEAF_MIDDLE, FRAME.y + 2.6), (LEAF_MIDDLE, FLOOR - 1.2)];
    sheet.line(&middle_line, pen(Colour::Brand, 0.35).dashed(&[4.0, 1.4, 0.6, 1.4]));
    let hung = hung(LEAF_MIDDLE, Size::TwoSheets, HANGS_AT_M);
    poster(sheet, hung);
    let note = (LEAF_MIDDLE + 1.6, FLOOR - 6.5);
    sheet.words("右门中线", note, Align::Left, (3.2, Regular, Colour::Brand))
}

/// The dimension line of 1.5 m, right of the door.
fn height(sheet: &mut Sheet) -> Result<(), PosterError> {
    let (x, top) = (97.5, FLOOR - HANGS_AT_M * METRE);
    let edge = hung(LEAF_MIDDLE, Size::TwoSheets, HANGS_AT_M).right();
    sheet.line(&[(edge + 0.8, top), (x + 2.2, top)], pen(Colour::Brand, 0.35));
    sheet.line(&[(x, top + 1.5), (x, FLOOR - 1.9)], pen(Colour::Brand, 0.6));
    for (tip, tail) in [(top, top + 3.4), (FLOOR - 0.4, FLOOR - 3.8)] {
        let mut arrow = Outline::default();
        arrow.polygon(&[(x, tip), (x - 1.3, tail), (x + 1.3, tail)]);
        sheet.shape(Shape::filled(arrow, Colour::Brand));
    }
    let middle = top + (FLOOR - top) / 2.0;
    sheet.words("1.5 m", (x + 2.4, middle), Align::Left, (5.4, Bold, Colour::Brand))?;
    sheet.words("下沿离地", (x + 2.4, middle + 5.4), Align::Left, (3.2, Regular, Colour::Brand))
}

/// A small picture of a poster: ground, lines of words, card and something like a code. It is
/// no code, so that nobody scans the guide.
fn poster(sheet: &mut Sheet, area: Area) {
    let Area { x, y, width, .. } = area;
    sheet.fill(area, 0.3, Colour::Brand);
    let card_y = y + width * 0.36;
    let card_height = (width * 1.08).min(area.bottom() - card_y - width * 0.09);
    let inset = width * 0.07;
    let card = Area { x: x + inset, y: card_y, width: width - 2.0 * inset, height: card_height };
    sheet.fill(card, width * 0.04, Colour::Paper);
    let bar = |wide: f32, at: f32, high: f32| Area {
        x: x + width * (1.0 - wide) / 2.0,
        y: y + width * at,
        width: width * wide,
        height: width * high,
    };
    sheet.fill(bar(0.7, 0.1, 0.09), 0.0, Colour::Paper);
    sheet.fill(bar(0.5, 0.24, 0.045), 0.0, Colour::Paper);
    sheet.fill(bar(0.56, 0.43, 0.06), 0.0, Colour::Ink);
    let side = (width * 0.62).min(card.bottom() - (y + width * 0.6));
    symbol(sheet, (x + (width - side) / 2.0, y + width * 0.54), side);
}

/// Three corners and some modules: read by people, not by phones.
fn symbol(sheet: &mut Sheet, (x, y): (f32, f32), side: f32) {
    let unit = side / 13.0;
    let mut ink = Outline::default();
    let mut square = |column: f32, row: f32, modules: f32| {
        let (x, y, side) = (x + column * unit, y + row * unit, modules * unit);
        ink.push_rect(&Area { x, y, width: side, height: side });
    };
    for (column, row) in [(0.0, 0.0), (8.0, 0.0), (0.0, 8.0)] {
        square(column, row, 5.0);
        square(column + 1.0, row + 1.0, 3.0);
        square(column + 1.75, row + 1.75, 1.5);
    }
    for (column, row) in
        [(6.0, 1.0), (6.0, 4.0), (1.0, 6.0), (4.0, 6.0), (7.0, 7.0), (9.0, 8.0), (11.0, 6.0)]
    {
        square(column, row, 1.0);
    }
    for (column, row) in [(8.0, 10.0), (10.0, 11.0), (12.0, 9.0), (12.0, 12.0), (6.0, 11.0)] {
        square(column, row, 1.0);
    }
    sheet.shape(Shape { even_odd: true, ..Shape::filled(ink, Colour::Ink) });
}

/// Somebody 1.7 m tall with a phone in the hand, for the scale.
fn person(sheet: &mut Sheet) {
    let x = PERSON_MIDDLE;
    let up = |metres: f32| FLOOR - metres * METRE;
    sheet.dot((x, up(1.58)), 0.12 * METRE, Colour::Figure);
    let body = Area::new(x - 5.0, up(1.42), 10.0, 0.66 * METRE);
    sheet.fill(body, 4.2, Colour::Figure);
    for leg in [-2.5, 2.5] {
        let points = [(x + leg, up(0.85)), (x + leg, up(0.065))];
        sheet.line(&points, pen(Colour::Figure, 4.4).round());
    }
    let arm = [(x - 3.4, up(1.33)), (x - 7.3, up(1.12)), (x - 10.2, up(1.27))];
    sheet.line(&arm, pen(Colour::Figure, 2.6).round());
    let phone = [(x - 10.6, up(1.27)), (x - 11.2, up(1.38))];
    sheet.line(&phone, pen(Colour::Ink, 1.5).round());
}

/// A counter with an upright A4 sheet on it.
fn counter(sheet: &mut Sheet) {
    let top = FLOOR - 1.05 * METRE;
    let sheet_above = 1.05 + 0.075;
    let a4 = hung(COUNTER_MIDDLE, Size::A4, sheet_above);
    let foot = Area::new(COUNTER_MIDDLE - 5.0, top - 2.6, 10.0, 2.6);
    sheet.fill(foot, 0.6, Colour::InkSoft);
    poster(sheet, a4);
    sheet.fill(Area::new(COUNTER_MIDDLE - 9.0, top, 18.0, FLOOR - top - 0.4), 0.0, Colour::Paper);
    sheet.fill(Area::new(COUNTER_MIDDLE - 11.0, top, 22.0, 2.2), 0.6, Colour::InkSoft);
}

/// What is what, under the floor.
fn captions(sheet: &mut Sheet) -> Result<(), PosterError> {
    let y = FLOOR + 7.4;
    for (number, middle, name) in
        [(1, STAND_MIDDLE, "展架"), (2, LEAF_MIDDLE, "约两开"), (3, COUNTER_MIDDLE, "A4")]
    {
        let hand = (4.2, Bold, Colour::Ink);
        let width = if number == 2 { 12.6 } else { 8.4 };
        sheet.badge(number, (middle - width / 2.0 - 1.4, y - 1.5), 3.0)?;
        sheet.words(name, (middle - width / 2.0 + 2.8, y), Align::Left, hand)?;
    }
    let hand = (3.2, Regular, Colour::InkSoft);
    sheet.words("身高 1.7 m", (PERSON_MIDDLE - 3.0, y - 0.3), Align::Centre, hand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_poster_hangs_on_the_right_leaf_in_its_middle_at_one_and_a_half_metres() {
        let poster = hung(LEAF_MIDDLE, Size::TwoSheets, HANGS_AT_M);
        assert!(FRAME.contains(&poster));
        assert!((poster.x + poster.width / 2.0 - LEAF_MIDDLE).abs() < 0.01);
        assert!(((FLOOR - poster.bottom()) / METRE - 1.5).abs() < 0.001);
    }

    #[test]
    fn nothing_in_the_picture_stands_on_something_else() {
        let person = Area::new(PERSON_MIDDLE - 12.2, 80.0, 17.3, 60.0);
        let counter = Area::new(COUNTER_MIDDLE - 11.0, 90.0, 22.0, 50.0);
        let wall = Area::new(WALL - 0.9, 50.0, 1.8, 90.0);
        let things = [FRAME, standing(STAND_MIDDLE, Size::Stand), person, wall, counter];
        for (n, thing) in things.iter().enumerate() {
            assert!(PANEL.contains(thing), "{thing:?}");
            assert!(things[n + 1..].iter().all(|other| !other.overlaps(thing)), "{thing:?}");
        }
    }
}
