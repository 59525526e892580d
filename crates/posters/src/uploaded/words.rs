//! Fixed words of a layout: `text` and `tspan` in the compiled-in fonts.

use super::{
    fault::{FaultKind, quoted},
    reading::{Drawn, Reading},
    style::{self, Style},
    values::{Bad, Matrix},
    xml::{Child, Node},
};
use crate::{
    font::Face,
    geometry::Align,
    ink::{Ink, Mark, Words},
};

/// The attributes that `text` and `tspan` have of their own.
pub(super) const OWN: [&str; 2] = ["x", "y"];
/// The most characters of fixed words in a file.
pub(super) const CHARS_MAX: usize = 5_000;

/// Words in one style.
struct Run {
    text: String,
    style: Style,
}

/// Words that stand at a position of their own.
struct Chunk {
    at: (f64, f64),
    runs: Vec<Run>,
}

/// Reads a `text` element.
pub(super) fn read(reading: &mut Reading<'_>, node: &Node, matrix: &Matrix, style: &Style) {
    let mut chunks = Vec::new();
    collect(reading, node, style, &mut chunks);
    let Some(scale) = matrix.uniform().filter(|_| matrix.is_upright()) else {
        return reading.faults.add(node.at, FaultKind::TurnedWords);
    };
    for mut chunk in chunks {
        collapse(&mut chunk.runs);
        write(reading, node, (matrix, scale), &chunk);
    }
}

/// Gathers the words of an element and of those inside of it. Nesting is limited by the reader.
fn collect(reading: &mut Reading<'_>, node: &Node, style: &Style, chunks: &mut Vec<Chunk>) {
    let Some(at) = start(reading, node) else { return };
    if let Some(at) = at {
        chunks.push(Chunk { at, runs: Vec::new() });
    } else if chunks.is_empty() {
        chunks.push(Chunk { at: (0.0, 0.0), runs: Vec::new() });
    }
    if style.stroke.is_some() && style.stroke_width > 0.0 {
        reading.faults.add(node.at, FaultKind::TurnedWords);
    }
    for child in &node.children {
        match child {
            Child::Words(text) => {
                let run = Run { text: text.clone(), style: style.clone() };
                if let Some(chunk) = chunks.last_mut() {
                    chunk.runs.push(run);
                }
            }
            Child::Node(inner) if inner.name == "tspan" => {
                reading.refuse_own(inner);
                let style = style::of(inner, &OWN, style, reading.faults);
                collect(reading, inner, &style, chunks);
            }
            Child::Node(inner) => reading.note(inner),
        }
    }
}

/// Where the words of an element begin; the inner `None` is right behind those before.
fn start(reading: &mut Reading<'_>, node: &Node) -> Option<Option<(f64, f64)>> {
    if node.get("x").is_none() && node.get("y").is_none() {
        return Some(None);
    }
    if node.name == "tspan" && (node.get("x").is_none() || node.get("y").is_none()) {
        let missing = if node.get("x").is_none() { "x" } else { "y" };
        reading.bad(node, missing, Bad::Unreadable, "tspan 的 x 和 y 要一起写");
        return None;
    }
    Some(Some((reading.number(node, "x")?, reading.number(node, "y")?)))
}

/// Spaces and line breaks become one space; none at the start and the end.
fn collapse(runs: &mut [Run]) {
    let mut spaced = true;
    for run in runs.iter_mut() {
        let mut text = String::with_capacity(run.text.len());
        for character in run.text.chars() {
            let space = matches!(character, ' ' | '\t' | '\r' | '\n');
            match (space, spaced) {
                (true, false) => text.push(' '),
                (true, true) => {}
                (false, _) => text.push(character),
            }
            spaced = space;
        }
        run.text = text;
    }
    for run in runs.iter_mut().rev() {
        run.text.truncate(run.text.trim_end_matches(' ').len());
        if !run.text.is_empty() {
            return;
        }
    }
}

fn write(reading: &mut Reading<'_>, node: &Node, (matrix, scale): (&Matrix, f64), chunk: &Chunk) {
    let mut lines = Vec::new();
    let (x, y) = matrix.apply(chunk.at);
    // In mm: far finer than any printer.
    let (mut x, baseline) = (x as f32, y as f32);
    let start = x;
    for run in chunk.runs.iter().filter(|run| !run.text.is_empty()) {
        if !reading.has_room(node, run.text.chars().count()) {
            return;
        }
        let Ok(face) = Face::of(run.style.weight) else { return };
        if let Some(character) = run.text.chars().find(|&character| !face.has(character)) {
            return reading.faults.add(node.at, FaultKind::MissingGlyph { character });
        }
        let size_mm = (run.style.font_size * scale) as f32;
        let width = face.width_em(&run.text) * size_mm;
        let opacity = run.style.fill_opacity * run.style.opacity;
        if let Some(rgb) = run.style.fill.filter(|_| size_mm > 0.0 && opacity > 0.0) {
            let (text, weight) = (run.text.clone(), run.style.weight);
            let ink = Ink { rgb, opacity };
            lines.push(Words { text, x, baseline, width, size_mm, weight, ink });
        }
        x += width;
    }
    let shift = match chunk.runs.first().map(|run| run.style.anchor) {
        Some(Align::Centre) => (x - start) / 2.0,
        Some(Align::Right) => x - start,
        Some(Align::Left) | None => 0.0,
    };
    for mut line in lines {
        line.x -= shift;
        let far = |number: f32| !number.is_finite() || number.abs() > FAR_MM;
        if far(line.x) || far(line.baseline) || far(line.size_mm) || far(line.width) {
            return reading.faults.add(node.at, FaultKind::NumberRange { name: quoted("text") });
        }
        reading.drawn.push(Drawn { at: node.at, mark: Mark::Words(line), plain: None });
    }
}

/// Words further from the page than this are refused, in mm.
const FAR_MM: f32 = 10_000.0;
