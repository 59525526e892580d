//! The built-in layout as an SVG that can be changed and uploaded again.

use std::fmt::Write;

use crate::{
    Area, Colour, Part, PosterError, Size, Way,
    font::Weight,
    geometry::Align,
    layout::{fixed_words, place},
};

/// The built-in layout of a size as an SVG with all places, which
/// [`UploadedLayout::read`](super::UploadedLayout::read) takes: where whoever draws a layout
/// starts. The places are red dashed boxes, which are not printed.
///
/// # Errors
/// [`PosterError::Broken`] if the fonts cannot be read.
pub fn example_layout_svg(size: Size) -> Result<String, PosterError> {
    let geometry = size.geometry();
    let (width, height) = geometry.page;
    let ground = box_of(&Area { x: 0.0, y: 0.0, width, height });
    let (card, corner) = (box_of(&geometry.card), geometry.corner);
    let (blue, white) = (hex(Colour::Brand), hex(Colour::Paper));
    let name = size.code();
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">
  <title>场所码海报版式 {name}</title>
  <desc>红色虚线框是填写位置，不会印出来；可以移动和放大，不要改 id。</desc>
  <rect {ground} fill="{blue}"/>
  <rect {card} rx="{corner}" fill="{white}"/>
  <g font-family="Noto Sans SC, sans-serif" text-anchor="middle" fill="{white}">
{}  </g>
  <g fill="none" stroke="{PLACE_LINE}" stroke-width="{}" stroke-dasharray="{}">
{}  </g>
</svg>
"#,
        fixed(size)?,
        width * 0.0015,
        width * 0.01,
        places(size)
    ))
}

/// The lines around the places.
const PLACE_LINE: &str = "#c4201d";

/// The words of every poster, one element for each line.
fn fixed(size: Size) -> Result<String, PosterError> {
    let mut svg = String::new();
    for slot in &size.geometry().slots {
        let Some(words) = fixed_words(slot.part, Way::Entry) else { continue };
        let block = place(slot, words)?;
        let bold = if block.bold { " font-weight=\"bold\"" } else { "" };
        for line in &block.lines {
            let (middle, baseline) = (round(line.x + line.width / 2.0), round(line.baseline));
            let (size_mm, text) = (block.size_mm, &line.text);
            let _ = writeln!(
                svg,
                "    <text x=\"{middle}\" y=\"{baseline}\" font-size=\"{size_mm}\"{bold}>{text}</text>"
            );
        }
    }
    Ok(svg)
}

fn places(size: Size) -> String {
    let geometry = size.geometry();
    let mut svg = format!("    <rect id=\"code\" {}/>\n", box_of(&geometry.code));
    for slot in &geometry.slots {
        let Some(id) = id(slot.part) else { continue };
        let (weight, colour, align, _) = slot.part.style();
        let (area, size_mm, colour) = (box_of(&slot.area), slot.size_mm, hex(colour));
        let weight = if weight == Weight::Bold { "bold" } else { "regular" };
        let _ = writeln!(
            svg,
            "    <rect id=\"{id}\" {area} data-size=\"{size_mm}\" data-colour=\"{colour}\" \
             data-align=\"{}\" data-weight=\"{weight}\"/>",
            edge(align)
        );
    }
    svg
}

/// The id of a part that is a place.
fn id(part: Part) -> Option<&'static str> {
    Some(match part {
        Part::Note => "note",
        Part::Place => "name",
        Part::Door => "door",
        Part::Address => "address",
        Part::Number => "number",
        Part::Hotline => "hotline",
        Part::Issued => "date",
        Part::Promise => "promise",
        Part::Title | Part::Apps | Part::Done | Part::Rules => return None,
    })
}

/// To a hundredth of a millimetre: a file that people read.
fn round(mm: f32) -> f32 {
    (mm * 100.0).round() / 100.0
}

fn box_of(area: &Area) -> String {
    let Area { x, y, width, height } = area;
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

fn hex(colour: Colour) -> String {
    let (red, green, blue) = colour.rgb();
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn edge(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Centre => "centre",
        Align::Right => "right",
    }
}
