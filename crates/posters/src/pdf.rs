//! Writing pages of marks as PDF: exact boxes, subset fonts, text that can be searched and copied.

use krilla::{
    Document,
    color::rgb,
    geom::{Path, PathBuilder, Point, Transform},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash},
    surface::Surface,
    text::{GlyphId, KrillaGlyph},
};

use crate::{
    PosterError, Print,
    font::Face,
    ink::{Corner, End, Ink, Mark, Outline, Pen, Shape, Step, Words},
    print,
};

/// PDF user space units (points) per millimetre.
const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// How far the point of a corner may reach, in widths of the line: as in SVG.
const MITER_LIMIT: f32 = 4.0;

/// One page: its size and what is on it, lowest first.
#[derive(Debug)]
pub(crate) struct Page {
    /// Width and height in mm.
    pub(crate) size: (f32, f32),
    /// What is drawn.
    pub(crate) marks: Vec<Mark>,
    /// Whether there is paper around the page, to be cut off.
    pub(crate) print: Print,
}

/// The pages as a PDF; trim boxes of exactly their sizes. The same input gives the same bytes.
///
/// # Errors
/// [`PosterError::Broken`] when the PDF writer refuses.
pub(crate) fn pdf(title: String, pages: &[Page]) -> Result<Vec<u8>, PosterError> {
    let mut book = Book::new(title);
    for page in pages {
        book.add(page)?;
    }
    book.finish()
}

fn add(document: &mut Document, page: &Page) -> Result<(), PosterError> {
    let mut sheet = document.start_page_with(settings(page)?);
    let mut surface = sheet.surface();
    // From here on everything is in mm.
    let (scale, margin) = (POINTS_PER_MM, page.print.margin() * POINTS_PER_MM);
    surface.push_transform(&Transform::from_row(scale, 0.0, 0.0, scale, margin, margin));
    let clip = match page.print {
        Print::Trimmed => None,
        Print::WithBleed => print::clip(page.size),
    };
    if let Some(clip) = &clip {
        surface.push_clip_path(clip, &FillRule::NonZero);
    }
    for mark in &page.marks {
        match mark {
            Mark::Shape(shape) => draw(&mut surface, shape),
            Mark::Words(words) => write(&mut surface, words)?,
        }
    }
    if clip.is_some() {
        surface.pop();
        draw(&mut surface, &print::crop_marks(page.size));
    }
    surface.pop();
    surface.finish();
    sheet.finish();
    Ok(())
}

fn settings(page: &Page) -> Result<PageSettings, PosterError> {
    let margin = page.print.margin();
    let length = |side: f32| (side + 2.0 * margin) * POINTS_PER_MM;
    let settings = PageSettings::from_wh(length(page.size.0), length(page.size.1))
        .ok_or_else(|| PosterError::Broken("page without size".into()))?;
    Ok(match page.print {
        Print::Trimmed => settings,
        Print::WithBleed => settings
            .with_trim_box(print::page_box(page.size, 0.0, POINTS_PER_MM))
            .with_bleed_box(print::page_box(page.size, print::BLEED_MM, POINTS_PER_MM)),
    })
}

fn draw(surface: &mut Surface<'_>, shape: &Shape) {
    if shape.fill.is_none() && shape.pen.is_none() {
        return;
    }
    if let Some(path) = path(&shape.outline) {
        surface.set_fill(shape.fill.map(|ink| fill(ink, shape.even_odd)));
        surface.set_stroke(shape.pen.as_ref().map(stroke));
        surface.draw_path(&path);
        surface.set_stroke(None);
    }
}

/// `None` for an outline that is nowhere.
fn path(outline: &Outline) -> Option<Path> {
    let mut path = PathBuilder::new();
    for step in &outline.0 {
        match *step {
            Step::Move(x, y) => path.move_to(x, y),
            Step::Line(x, y) => path.line_to(x, y),
            Step::Curve([x1, y1, x2, y2, x, y]) => path.cubic_to(x1, y1, x2, y2, x, y),
            Step::Close => path.close(),
        }
    }
    path.finish()
}

fn opacity(ink: Ink) -> NormalizedF32 {
    NormalizedF32::new(ink.opacity).unwrap_or(NormalizedF32::ONE)
}

fn fill(ink: Ink, even_odd: bool) -> Fill {
    let (red, green, blue) = ink.rgb;
    let rule = if even_odd { FillRule::EvenOdd } else { FillRule::NonZero };
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: opacity(ink), rule }
}

fn stroke(pen: &Pen) -> Stroke {
    let (red, green, blue) = pen.ink.rgb;
    Stroke {
        paint: rgb::Color::new(red, green, blue).into(),
        width: pen.width,
        opacity: opacity(pen.ink),
        line_cap: match pen.cap {
            End::Flat => LineCap::Butt,
            End::Round => LineCap::Round,
            End::Square => LineCap::Square,
        },
        line_join: match pen.join {
            Corner::Pointed => LineJoin::Miter,
            Corner::Round => LineJoin::Round,
            Corner::Cut => LineJoin::Bevel,
        },
        dash: (!pen.dash.is_empty()).then(|| StrokeDash { array: pen.dash.clone(), offset: 0.0 }),
        miter_limit: MITER_LIMIT,
    }
}

/// One glyph per character with the very advances that were measured.
fn write(surface: &mut Surface<'_>, words: &Words) -> Result<(), PosterError> {
    let face = Face::of(words.weight)?;
    surface.set_fill(Some(fill(words.ink, false)));
    let glyphs: Vec<KrillaGlyph> = words
        .text
        .char_indices()
        .filter_map(|(at, character)| {
            let glyph = face.glyph(character)?;
            let (id, range) = (GlyphId::new(glyph.id.into()), at..at + character.len_utf8());
            Some(KrillaGlyph::new(id, glyph.advance_em, 0.0, 0.0, 0.0, range, None))
        })
        .collect();
    let start = Point::from_xy(words.x, words.baseline);
    surface.draw_glyphs(start, &glyphs, face.drawn.clone(), &words.text, words.size_mm, false);
    Ok(())
}

/// Many pages in one PDF, added one after another; fonts are in it once. All of it is in memory
/// until it is finished.
pub(crate) struct Book(Document);

impl Book {
    pub(crate) fn new(title: String) -> Self {
        let mut document = Document::new();
        document.set_metadata(Metadata::new().title(title).language("zh-CN".into()));
        Self(document)
    }

    pub(crate) fn add(&mut self, page: &Page) -> Result<(), PosterError> {
        add(&mut self.0, page)
    }

    /// The bytes. The same pages give the same bytes.
    pub(crate) fn finish(self) -> Result<Vec<u8>, PosterError> {
        self.0.finish().map_err(|error| PosterError::Broken(format!("PDF: {error:?}")))
    }
}
