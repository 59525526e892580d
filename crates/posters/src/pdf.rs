//! Drawing a laid-out poster as PDF: one page, exact boxes, text that can be searched and copied.

use krilla::{
    Document,
    color::rgb,
    geom::{Path, PathBuilder, Point, Rect, Transform},
    metadata::Metadata,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    text::{GlyphId, KrillaGlyph},
};

use crate::{
    Area, Code, Colour, Layout, PosterError, PosterText, Size, TextBlock, font::Face, layout,
};

/// PDF user space units (points) per millimetre.
const POINTS_PER_MM: f32 = 72.0 / 25.4;
/// How far the control points of a cubic curve lie from the ends of a quarter circle, in radii.
const QUARTER_CIRCLE: f32 = 0.552_284_8;

/// The poster as a PDF of one page: media box of exactly the size, vector code, subset fonts.
/// The same input gives the same bytes.
///
/// # Errors
/// As [`layout`]; the first fault is named.
pub fn poster_pdf(size: Size, text: &PosterText) -> Result<Vec<u8>, PosterError> {
    let layout = layout(size, text)?;
    let code = Code::of(&text.url)?;
    let (width, height) = size.millimetres();
    let page = PageSettings::from_wh(width * POINTS_PER_MM, height * POINTS_PER_MM)
        .ok_or_else(|| PosterError::Broken("page without size".into()))?;
    let mut document = Document::new();
    let title = format!("场所码海报 {} {}", text.place.trim(), text.door.trim());
    document.set_metadata(Metadata::new().title(title).language("zh-CN".into()));
    let mut page = document.start_page_with(page);
    let mut surface = page.surface();
    // From here on everything is in mm.
    surface.push_transform(&Transform::from_scale(POINTS_PER_MM, POINTS_PER_MM));
    draw(&mut surface, &layout, &code)?;
    surface.pop();
    surface.finish();
    page.finish();
    document.finish().map_err(|error| PosterError::Broken(format!("PDF: {error:?}")))
}

fn draw(surface: &mut Surface<'_>, layout: &Layout, code: &Code) -> Result<(), PosterError> {
    paint(surface, Colour::Brand, rounded(&layout.page, 0.0));
    paint(surface, Colour::Paper, rounded(&layout.card, layout.corner));
    if let Some(band) = &layout.band {
        paint(surface, Colour::Notice, rounded(band, band.height / 2.0));
    }
    paint(surface, Colour::Paper, rounded(&layout.code, 0.0));
    paint(surface, Colour::Black, modules(code, &layout.code));
    for block in &layout.blocks {
        write(surface, block)?;
    }
    Ok(())
}

fn fill(colour: Colour) -> Fill {
    let (red, green, blue) = colour.rgb();
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn paint(surface: &mut Surface<'_>, colour: Colour, path: Option<Path>) {
    if let Some(path) = path {
        surface.set_fill(Some(fill(colour)));
        surface.draw_path(&path);
    }
}

/// All black modules as one path, so that no viewer leaves hairlines between them.
fn modules(code: &Code, area: &Area) -> Option<Path> {
    // At most 53 modules a side: exact in f32.
    let length = |modules: usize| modules as f32 * area.width / code.side_modules() as f32;
    let mut path = PathBuilder::new();
    for block in code.blocks() {
        let (left, top) = (area.x + length(block.x), area.y + length(block.y));
        let right = area.x + length(block.x + block.width);
        let bottom = area.y + length(block.y + block.height);
        path.push_rect(Rect::from_ltrb(left, top, right, bottom)?);
    }
    path.finish()
}

/// A rectangle with round corners.
fn rounded(area: &Area, radius: f32) -> Option<Path> {
    let (left, top, right, bottom) = (area.x, area.y, area.right(), area.bottom());
    let mut path = PathBuilder::new();
    if radius <= 0.0 {
        path.push_rect(Rect::from_ltrb(left, top, right, bottom)?);
        return path.finish();
    }
    // From a corner to the control point of its curve.
    let k = radius * (1.0 - QUARTER_CIRCLE);
    let r = radius;
    path.move_to(left + r, top);
    path.line_to(right - r, top);
    path.cubic_to(right - k, top, right, top + k, right, top + r);
    path.line_to(right, bottom - r);
    path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    path.line_to(left + r, bottom);
    path.cubic_to(left + k, bottom, left, bottom - k, left, bottom - r);
    path.line_to(left, top + r);
    path.cubic_to(left, top + k, left + k, top, left + r, top);
    path.close();
    path.finish()
}

/// One glyph per character with the very advances that the layout measured.
fn write(surface: &mut Surface<'_>, block: &TextBlock) -> Result<(), PosterError> {
    let face = Face::of(block.weight())?;
    surface.set_fill(Some(fill(block.colour)));
    for line in &block.lines {
        let glyphs: Vec<KrillaGlyph> = line
            .text
            .char_indices()
            .filter_map(|(at, character)| {
                let glyph = face.glyph(character)?;
                let (id, range) = (GlyphId::new(glyph.id.into()), at..at + character.len_utf8());
                Some(KrillaGlyph::new(id, glyph.advance_em, 0.0, 0.0, 0.0, range, None))
            })
            .collect();
        let start = Point::from_xy(line.x, line.baseline);
        surface.draw_glyphs(start, &glyphs, face.drawn.clone(), &line.text, block.size_mm, false);
    }
    Ok(())
}
