//! How an element is drawn: presentation attributes and `style`, what is inherited, and every
//! property that a layout may not have.

use super::{
    fault::{FaultKind, Faults, Position, quoted},
    values::{self, Bad},
    xml::Node,
};
use crate::{
    font::Weight,
    geometry::Align,
    ink::{Corner, End, Rgb},
};

/// What is drawn with, in the units of the file.
#[derive(Debug, Clone)]
pub(super) struct Style {
    /// The colour inside; `None` is none.
    pub(super) fill: Option<Rgb>,
    /// The colour of the line around.
    pub(super) stroke: Option<Rgb>,
    /// Shares from 0 to 1.
    pub(super) fill_opacity: f32,
    pub(super) stroke_opacity: f32,
    /// Of this element alone, not inherited.
    pub(super) opacity: f32,
    /// Whether what is enclosed twice is left out.
    pub(super) even_odd: bool,
    /// The line around.
    pub(super) stroke_width: f64,
    pub(super) dash: Vec<f64>,
    pub(super) cap: End,
    pub(super) join: Corner,
    /// Words.
    pub(super) font_size: f64,
    pub(super) weight: Weight,
    pub(super) anchor: Align,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            fill: Some((0, 0, 0)),
            stroke: None,
            fill_opacity: 1.0,
            stroke_opacity: 1.0,
            opacity: 1.0,
            even_odd: false,
            stroke_width: 1.0,
            dash: Vec::new(),
            cap: End::Flat,
            join: Corner::Pointed,
            font_size: 16.0,
            weight: Weight::Regular,
            anchor: Align::Left,
        }
    }
}

/// The most dashes and gaps in turn.
const DASHES_MAX: usize = 16;
/// The names under which the compiled-in font is asked for.
const FAMILIES: [&str; 3] = ["noto sans sc", "noto sans cjk sc", "sans-serif"];
/// Where a property's value is written in full.
const COLOUR_ADVICE: &str = "颜色请写成 #rrggbb";
const NUMBER_ADVICE: &str = "请写成不带单位的数";

/// Properties that change nothing here, whatever their value.
const IGNORED: [&str; 22] = [
    "clip-rule",
    "color",
    "color-interpolation",
    "color-interpolation-filters",
    "color-rendering",
    "enable-background",
    "font-feature-settings",
    "font-variation-settings",
    "image-rendering",
    "line-height",
    "order",
    "orphans",
    "shape-rendering",
    "solid-color",
    "solid-opacity",
    "stop-color",
    "stop-opacity",
    "text-align",
    "text-indent",
    "text-rendering",
    "white-space",
    "widows",
];

/// Properties that are taken where they say what is done anyway.
const AS_USUAL: [(&str, &[&str]); 33] = [
    ("alignment-baseline", &["auto", "baseline"]),
    ("baseline-shift", &["0", "baseline"]),
    ("clip", &["auto"]),
    ("clip-path", &["none"]),
    ("direction", &["ltr"]),
    ("display", &["inline", "block"]),
    ("dominant-baseline", &["auto", "alphabetic"]),
    ("filter", &["none"]),
    ("font-kerning", &["auto", "normal", "none"]),
    ("font-size-adjust", &["none"]),
    ("font-stretch", &["normal"]),
    ("font-style", &["normal"]),
    ("font-variant", &["normal"]),
    ("isolation", &["auto"]),
    ("letter-spacing", &["0", "0px", "normal"]),
    ("marker", &["none"]),
    ("marker-end", &["none"]),
    ("marker-mid", &["none"]),
    ("marker-start", &["none"]),
    ("mask", &["none"]),
    ("mix-blend-mode", &["normal"]),
    ("overflow", &["visible"]),
    ("paint-order", &["normal", "fill stroke", "fill stroke markers"]),
    ("shape-padding", &["0"]),
    ("stroke-dashoffset", &["0"]),
    ("stroke-miterlimit", &["4"]),
    ("text-decoration", &["none"]),
    ("text-orientation", &["mixed"]),
    ("text-transform", &["none"]),
    ("vector-effect", &["none"]),
    ("visibility", &["visible"]),
    ("word-spacing", &["0", "0px", "normal"]),
    ("writing-mode", &["lr-tb", "horizontal-tb", "lr"]),
];

/// The style of an element inside of one drawn as `parent`.
pub(super) fn of(node: &Node, own: &[&str], parent: &Style, faults: &mut Faults) -> Style {
    let mut style = Style { opacity: 1.0, ..parent.clone() };
    let mut reading = Reading { element: &node.name, at: node.at, style: &mut style, faults };
    for (name, value) in &node.attributes {
        if name != "style" && !own.contains(&name.as_str()) && !says_nothing(name) {
            reading.property(name, value.trim());
        }
    }
    // What stands in `style` counts more than attributes (SVG 2, 6.6).
    for declaration in node.get("style").unwrap_or_default().split(';') {
        if let Some((name, value)) = declaration.split_once(':') {
            let value = value.trim().trim_end_matches("!important").trim();
            reading.property(name.trim(), value);
        } else if !declaration.trim().is_empty() {
            reading.bad("style", declaration.trim(), "请写成 名称:值");
        }
    }
    style
}

/// Attributes that draw nothing: names, notes of drawing programs, and what links are refused by.
fn says_nothing(name: &str) -> bool {
    const NAMES: [&str; 8] =
        ["id", "class", "role", "lang", "version", "baseProfile", "tabindex", "transform"];
    NAMES.contains(&name)
        || name.contains(':')
        || name.starts_with("data-")
        || name.starts_with("aria-")
}

struct Reading<'a> {
    element: &'a str,
    at: Position,
    style: &'a mut Style,
    faults: &'a mut Faults,
}

impl Reading<'_> {
    fn property(&mut self, name: &str, value: &str) {
        match name {
            "fill" => self.colour(name, value, |style, colour| style.fill = colour),
            "stroke" => self.colour(name, value, |style, colour| style.stroke = colour),
            "opacity" => self.share(name, value, |style, share| style.opacity = share),
            "fill-opacity" => self.share(name, value, |style, share| style.fill_opacity = share),
            "stroke-opacity" => {
                self.share(name, value, |style, share| style.stroke_opacity = share);
            }
            "stroke-width" => self.length(name, value, |style, width| style.stroke_width = width),
            "font-size" => self.length(name, value, |style, size| style.font_size = size),
            "stroke-dasharray" => self.dash(value),
            "font-family" => self.family(value),
            _ => self.word(name, value),
        }
    }

    /// Properties whose value is one of a few words.
    fn word(&mut self, name: &str, value: &str) {
        let style = &mut *self.style;
        match (name, value) {
            ("fill-rule", "nonzero") => style.even_odd = false,
            ("fill-rule", "evenodd") => style.even_odd = true,
            ("stroke-linecap", "butt") => style.cap = End::Flat,
            ("stroke-linecap", "round") => style.cap = End::Round,
            ("stroke-linecap", "square") => style.cap = End::Square,
            ("stroke-linejoin", "miter") => style.join = Corner::Pointed,
            ("stroke-linejoin", "round") => style.join = Corner::Round,
            ("stroke-linejoin", "bevel") => style.join = Corner::Cut,
            ("font-weight", "normal" | "300" | "400" | "500") => style.weight = Weight::Regular,
            ("font-weight", "bold" | "600" | "700" | "800" | "900") => style.weight = Weight::Bold,
            ("text-anchor", "start") => style.anchor = Align::Left,
            ("text-anchor", "middle") => style.anchor = Align::Centre,
            ("text-anchor", "end") => style.anchor = Align::Right,
            _ => self.other(name, value),
        }
    }

    fn other(&mut self, name: &str, value: &str) {
        const WORDS: [&str; 5] =
            ["fill-rule", "stroke-linecap", "stroke-linejoin", "font-weight", "text-anchor"];
        if WORDS.contains(&name) {
            return self.bad(name, value, "请用常见的写法");
        }
        let usual = AS_USUAL.iter().find(|(known, _)| *known == name);
        let harmless = IGNORED.contains(&name)
            || name.starts_with('-')
            || name.starts_with("font-variant-")
            || name.starts_with("text-decoration-")
            || usual.is_some_and(|(_, values)| values.contains(&value));
        if !harmless {
            let (element, name) = (quoted(self.element), quoted(name));
            self.faults.add(self.at, FaultKind::Attribute { element, name });
        }
    }

    fn bad(&mut self, name: &str, value: &str, todo: &'static str) {
        let (name, value) = (quoted(name), quoted(value));
        self.faults.add(self.at, FaultKind::Value { name, value, todo });
    }

    fn refused(&mut self, bad: Bad, name: &str, value: &str, todo: &'static str) {
        match bad {
            Bad::Unreadable => self.bad(name, value, todo),
            Bad::Range => self.faults.add(self.at, FaultKind::NumberRange { name: quoted(name) }),
        }
    }

    fn colour(&mut self, name: &str, value: &str, set: impl Fn(&mut Style, Option<Rgb>)) {
        match values::colour(value) {
            Ok(colour) => set(self.style, colour),
            Err(bad) => self.refused(bad, name, value, COLOUR_ADVICE),
        }
    }

    fn share(&mut self, name: &str, value: &str, set: impl Fn(&mut Style, f32)) {
        match values::share(value) {
            Ok(share) => set(self.style, share),
            Err(bad) => self.refused(bad, name, value, "请写成 0 到 1 的数"),
        }
    }

    fn length(&mut self, name: &str, value: &str, set: impl Fn(&mut Style, f64)) {
        match values::number(value) {
            Ok(length) if length >= 0.0 => set(self.style, length),
            Ok(_) => self.bad(name, value, NUMBER_ADVICE),
            Err(bad) => self.refused(bad, name, value, NUMBER_ADVICE),
        }
    }

    fn dash(&mut self, value: &str) {
        let lengths = if value == "none" { Ok(Vec::new()) } else { values::list(value) };
        match lengths {
            Ok(dash) if dash.len() <= DASHES_MAX && dash.iter().all(|&length| length >= 0.0) => {
                // Nothing but zeros is a whole line.
                let any = dash.iter().any(|&length| length > 0.0);
                self.style.dash = if any { dash } else { Vec::new() };
            }
            Ok(_) => self.bad("stroke-dasharray", value, "请写成几个正数"),
            Err(bad) => self.refused(bad, "stroke-dasharray", value, "请写成几个正数"),
        }
    }

    fn family(&mut self, value: &str) {
        let first = value.split(',').next().unwrap_or_default();
        let first = first.trim().trim_matches(['\'', '"']);
        if !FAMILIES.contains(&first.to_ascii_lowercase().as_str()) {
            self.faults.add(self.at, FaultKind::Font { family: quoted(first) });
        }
    }
}
