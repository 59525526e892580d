//! The poster of one door in the built-in layout.

use crate::{
    Area, Code, Colour, Layout, PosterError, PosterText, Print, Size, TextBlock,
    ink::{Mark, Outline, Shape, Words},
    layout,
    pdf::{Page, pdf},
};

/// The poster as a PDF of one page: media box of exactly the size, vector code, subset fonts.
/// The same input gives the same bytes.
///
/// # Errors
/// As [`layout`]; the first fault is named.
pub fn poster_pdf(size: Size, text: &PosterText) -> Result<Vec<u8>, PosterError> {
    poster_pdf_for(size, text, Print::Trimmed)
}

/// The poster as a PDF of one page for this kind of printing, otherwise as [`poster_pdf`].
///
/// # Errors
/// As [`layout`]; the first fault is named.
pub fn poster_pdf_for(size: Size, text: &PosterText, print: Print) -> Result<Vec<u8>, PosterError> {
    pdf(title(text), &[poster_page(size, text, print)?.0])
}

/// A poster that is laid out and drawn, to become a page of a PDF.
#[derive(Debug)]
pub struct PosterPage(pub(crate) Page);

/// The poster as a page of a PDF with others, otherwise as [`poster_pdf_for`].
///
/// # Errors
/// As [`layout`]; the first fault is named.
pub fn poster_page(size: Size, text: &PosterText, print: Print) -> Result<PosterPage, PosterError> {
    let mut layout = layout(size, text)?;
    let code = Code::of(&text.url)?;
    layout.page = layout.page.grown(print.bleed());
    Ok(PosterPage(Page { size: size.millimetres(), marks: marks(&layout, &code), print }))
}

/// The title of the file.
pub(crate) fn title(text: &PosterText) -> String {
    format!("场所码海报 {} {}", text.place.trim(), text.door.trim())
}

fn marks(layout: &Layout, code: &Code) -> Vec<Mark> {
    let mut marks = ground(layout);
    marks.extend(code_marks(code, &layout.code));
    marks.extend(layout.blocks.iter().flat_map(lines));
    marks
}

/// What lies under the code and the words.
pub(crate) fn ground(layout: &Layout) -> Vec<Mark> {
    let radii = |radius: f32| (radius, radius);
    let card = Outline::rounded(&layout.card, radii(layout.corner));
    let mut marks = vec![
        Mark::Shape(Shape::filled(Outline::rect(&layout.page), Colour::Brand)),
        Mark::Shape(Shape::filled(card, Colour::Paper)),
    ];
    if let Some(band) = &layout.band {
        let band = Outline::rounded(band, radii(band.height / 2.0));
        marks.push(Mark::Shape(Shape::filled(band, Colour::Notice)));
    }
    marks
}

/// The code on its white square. All black modules are one outline, so that no viewer leaves
/// hairlines between them.
pub(crate) fn code_marks(code: &Code, area: &Area) -> [Mark; 2] {
    // At most 53 modules a side: exact in f32.
    let length = |modules: usize| modules as f32 * area.width / code.side_modules() as f32;
    let mut black = Outline::default();
    for block in code.blocks() {
        let (left, top) = (area.x + length(block.x), area.y + length(block.y));
        let right = area.x + length(block.x + block.width);
        let bottom = area.y + length(block.y + block.height);
        black.polygon(&[(left, top), (right, top), (right, bottom), (left, bottom)]);
    }
    [
        Mark::Shape(Shape::filled(Outline::rect(area), Colour::Paper)),
        Mark::Shape(Shape::filled(black, Colour::Black)),
    ]
}

/// The lines of a laid-out text.
pub(crate) fn lines(block: &TextBlock) -> impl Iterator<Item = Mark> {
    block.lines.iter().map(|line| {
        Mark::Words(Words {
            text: line.text.clone(),
            x: line.x,
            baseline: line.baseline,
            width: line.width,
            size_mm: block.size_mm,
            weight: block.weight(),
            ink: block.colour.into(),
        })
    })
}
