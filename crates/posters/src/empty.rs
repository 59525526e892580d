//! The layout without any door: what is printed on every poster, and where the rest belongs.

use crate::{
    Area, Colour, Part, PosterError, Print, Size, Way,
    fit::fit,
    font::{
        Face,
        Weight::{self, Bold, Regular},
    },
    geometry::Align,
    guide::{Sheet, pen},
    layout::{fixed_words, place},
    pdf::{Page, pdf},
    poster,
};

/// The share of a place's height that its name takes at most: more where a place is low, lower
/// than this share of the page's width.
const LETTERS: f32 = 0.42;
const LETTERS_LOW: f32 = 0.6;
const LOW: f32 = 0.06;
/// Width of the dashed lines, dashes and gaps, in shares of the page's width.
const LINE: f32 = 0.0012;
const DASH: f32 = 0.007;

/// The layout of a size without any door's data, as a PDF of one page of exactly the size: the
/// ground and the words of every poster, and each place as a thin dashed box with its name, its
/// measures and, for the code, its distances from the left and the upper edge in mm. The same
/// input gives the same bytes.
///
/// # Errors
/// [`PosterError::Broken`] if the fonts cannot be read.
pub fn empty_layout_pdf(size: Size) -> Result<Vec<u8>, PosterError> {
    let page = Page { size: size.millimetres(), marks: sheet(size)?.marks, print: Print::Trimmed };
    pdf(format!("场所码海报版式 {}", size.code()), &[page])
}

fn sheet(size: Size) -> Result<Sheet, PosterError> {
    let geometry = size.geometry();
    let (width, height) = geometry.page;
    let page = Area { x: 0.0, y: 0.0, width, height };
    let mut sheet = Sheet::default();
    sheet.fill(page, 0.0, Colour::Brand);
    sheet.fill(geometry.card, geometry.corner, Colour::Paper);
    for slot in &geometry.slots {
        if let Some(words) = fixed_words(slot.part, Way::Entry) {
            sheet.marks.extend(poster::lines(&place(slot, words)?));
        } else if let Some(name) = name(slot.part) {
            let colour = match slot.part {
                Part::Note => {
                    sheet.fill(slot.area, slot.area.height / 2.0, Colour::Notice);
                    Colour::Ink
                }
                part if part.is_on_card() => Colour::InkSoft,
                _ => Colour::Paper,
            };
            let radius = if slot.part == Part::Note { slot.area.height / 2.0 } else { 0.0 };
            dashed(&mut sheet, &slot.area, radius, size, colour);
            let share = if slot.area.height < width * LOW { LETTERS_LOW } else { LETTERS };
            let words = format!("{name} {} × {} mm", slot.area.width, slot.area.height);
            let hand = (Regular, colour);
            centred(&mut sheet, &slot.area, &words, slot.area.height * share, hand)?;
        }
    }
    code(&mut sheet, size, &geometry.code)?;
    Ok(sheet)
}

/// What a place is for; `None` for the words of every poster.
fn name(part: Part) -> Option<&'static str> {
    Some(match part {
        Part::Place => "登记名称",
        Part::Door => "门",
        Part::Address => "县区和地址",
        Part::Number => "编号",
        Part::Issued => "签发日期",
        Part::Hotline => "咨询电话",
        Part::Note => "演示说明",
        Part::Promise => "保存期限",
        Part::Title | Part::Apps | Part::Done | Part::Rules => return None,
    })
}

fn dashed(sheet: &mut Sheet, area: &Area, radius: f32, size: Size, colour: Colour) {
    let (width, _) = size.millimetres();
    let dash = [width * DASH, width * DASH * 0.6];
    sheet.frame(*area, radius, pen(colour, width * LINE).dashed(&dash));
}

/// One line in the middle of an area, smaller where the area is narrow.
fn centred(
    sheet: &mut Sheet,
    area: &Area,
    words: &str,
    size_mm: f32,
    (weight, colour): (Weight, Colour),
) -> Result<(), PosterError> {
    let room = (area.width * 0.94, area.height);
    let size_mm = fit(Face::of(weight)?, words, room, size_mm, false).size_mm;
    // Ideographs reach from 0.12 em below the baseline to 0.88 em above it.
    let baseline = area.y + area.height / 2.0 + size_mm * 0.38;
    let middle = (area.x + area.width / 2.0, baseline);
    sheet.words(words, middle, Align::Centre, (size_mm, weight, colour))
}

fn code(sheet: &mut Sheet, size: Size, area: &Area) -> Result<(), PosterError> {
    dashed(sheet, area, 0.0, size, Colour::InkSoft);
    let side = area.width;
    let line = |at: f32, height: f32| Area {
        x: area.x,
        y: area.y + side * at,
        width: side,
        height: side * height,
    };
    centred(sheet, &line(0.36, 0.14), "场所码", side * 0.1, (Bold, Colour::Ink))?;
    let measures = format!("{side} × {side} mm，含四周白边");
    let gray = (Regular, Colour::InkSoft);
    centred(sheet, &line(0.52, 0.07), &measures, side * 0.042, gray)?;
    let from = format!("距左 {} mm，距上 {} mm", area.x, area.y);
    centred(sheet, &line(0.6, 0.07), &from, side * 0.042, gray)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ink::Mark;

    #[test]
    fn no_words_lie_over_others_or_leave_the_page_and_all_have_glyphs() {
        for size in Size::ALL {
            let (width, height) = size.millimetres();
            let page = Area { x: 0.0, y: 0.0, width, height };
            let marks = sheet(size).unwrap().marks;
            let words: Vec<_> = marks
                .iter()
                .filter_map(|mark| if let Mark::Words(words) = mark { Some(words) } else { None })
                .collect();
            let of_stand = usize::from(size == Size::Stand);
            assert_eq!(words.len(), 4 + 8 + 3 + of_stand, "its third line is set on two");
            for (n, one) in words.iter().enumerate() {
                let face = Face::of(one.weight).unwrap();
                assert!(one.text.chars().all(|c| face.has(c)), "{one:?}");
                assert!(page.contains(&one.area()), "{one:?}");
                let mut others = words[n + 1..].iter();
                assert!(others.all(|other| !one.area().overlaps(&other.area())), "{one:?}");
            }
        }
    }
}
