//! The poster of one door in a layout of the authority.

use super::{
    UploadedLayout,
    places::{Found, Id},
    reading::Drawn,
};
use crate::{
    Area, Code, Colour, PosterError, PosterPage, PosterText, Print,
    font::Weight,
    geometry::Align,
    ink::{Ink, Mark, Outline, Shape, Words},
    layout::{Set, set},
    pdf::{Page, pdf},
    poster,
};

/// The share of its band's height that a line of the note takes.
const NOTE_LINE: f32 = 0.6;
/// How near an edge of the page ground ends that is carried on into the bleed, in mm.
const AT_EDGE_MM: f32 = 0.05;

/// The poster of one door in an uploaded layout, as a PDF of one page of exactly the size, with
/// paper around it where `print` asks for it: vector code, subset fonts. The same input gives the
/// same bytes.
///
/// Each text is set as large as its place allows, smaller where it is long, and on two lines in
/// `name`, `door` and `address`. `hotline` and `promise` are left out where the layout has no
/// place for them. A note is never left out: without a place of its own its yellow band stands at
/// the upper or lower edge of the page. In the bleed, upright rectangles without a line around
/// them that end at the edge of the page are carried on; other shapes as far as they are drawn.
///
/// # Errors
/// As [`layout`](crate::layout()); the first fault is named.
pub fn poster_pdf_in(
    layout: &UploadedLayout,
    text: &PosterText,
    print: Print,
) -> Result<Vec<u8>, PosterError> {
    pdf(poster::title(text), &[poster_page_in(layout, text, print)?.0])
}

/// The poster in an uploaded layout as a page of a PDF with others, otherwise as [`poster_pdf_in`].
///
/// # Errors
/// As [`layout`](crate::layout()); the first fault is named.
pub fn poster_page_in(
    layout: &UploadedLayout,
    text: &PosterText,
    print: Print,
) -> Result<PosterPage, PosterError> {
    text.check()?;
    let code = Code::of(&text.url)?;
    let size = layout.size.millimetres();
    let ground = layout.drawn.iter().map(|drawn| carried_on(drawn, size, print.bleed()));
    let mut marks: Vec<Mark> = ground.collect();
    let county_apart = layout.places.iter().any(|place| place.id == Id::County);
    for place in &layout.places {
        match place.id {
            Id::Code => marks.extend(poster::code_marks(&code, &place.area)),
            Id::Note => {}
            id => {
                if let Some(words) = id.words(text, county_apart) {
                    marks.extend(lines(place, &words)?);
                }
            }
        }
    }
    if let Some(note) = Id::Note.words(text, county_apart) {
        marks.extend(note_marks(&layout.note, &note)?);
    }
    Ok(PosterPage(Page { size, marks, print }))
}

/// Ground that ends at an edge of the page reaches into the bleed.
fn carried_on(drawn: &Drawn, (width, height): (f32, f32), bleed: f32) -> Mark {
    match (&drawn.mark, drawn.plain) {
        (Mark::Shape(shape), Some(area)) if bleed > 0.0 => {
            let before = |edge: f32| if edge.abs() < AT_EDGE_MM { bleed } else { 0.0 };
            let (left, top) = (before(area.x), before(area.y));
            let (right, bottom) = (before(area.right() - width), before(area.bottom() - height));
            let area = Area {
                x: area.x - left,
                y: area.y - top,
                width: area.width + left + right,
                height: area.height + top + bottom,
            };
            Mark::Shape(Shape { outline: Outline::rect(&area), ..shape.clone() })
        }
        (mark, _) => mark.clone(),
    }
}

fn lines(place: &Found, words: &str) -> Result<Vec<Mark>, PosterError> {
    let how = (place.weight, place.align, place.id.two_lines());
    let set = set(words, &place.area, place.size_mm, how)?;
    Ok(marks(set, place.weight, Ink::solid(place.rgb)))
}

/// The note on a band of its own, so that it can be read on any ground.
fn note_marks(area: &Area, note: &str) -> Result<Vec<Mark>, PosterError> {
    let radius = area.height.min(area.width) / 2.0;
    let band = Outline::rounded(area, (radius, radius));
    let room = Area { x: area.x + radius, width: area.width - 2.0 * radius, ..*area };
    let how = (Weight::Bold, Align::Centre, false);
    let set = set(note, &room, area.height * NOTE_LINE, how)?;
    let mut all = vec![Mark::Shape(Shape::filled(band, Colour::Notice))];
    all.extend(marks(set, Weight::Bold, Colour::Ink.into()));
    Ok(all)
}

fn marks(set: Set, weight: Weight, ink: Ink) -> Vec<Mark> {
    let size_mm = set.size_mm;
    let words = set.lines.into_iter().map(|line| {
        let (text, x, baseline, width) = (line.text, line.x, line.baseline, line.width);
        Mark::Words(Words { text, x, baseline, width, size_mm, weight, ink })
    });
    words.collect()
}
