//! From the tree of a file to what is drawn and where the places are.

use super::{
    fault::{FaultKind, Faults, Position, quoted},
    places::Found,
    refusing::place_id,
    style::{self, Style},
    values::{self, Bad, Matrix},
    words,
    xml::Node,
};
use crate::{Area, Size, ink::Mark};

/// The most points of all outlines of a file together.
pub(super) const STEPS_MAX: usize = 100_000;
/// The namespace of SVG.
const SVG: &str = "http://www.w3.org/2000/svg";
/// How far the page may be from its size, in mm, and the view box from its shape.
const PAGE_EXACT_MM: f64 = 0.01;
const SHAPE_EXACT: f64 = 0.001;

/// One thing that is drawn, and where the file says so.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) at: Position,
    pub(super) mark: Mark,
    /// The area of an upright rectangle with sharp corners and no line around it: ground that can
    /// be carried on into the bleed.
    pub(super) plain: Option<Area>,
}

/// What has been read so far.
#[derive(Debug)]
pub(super) struct Reading<'f> {
    pub(super) faults: &'f mut Faults,
    pub(super) drawn: Vec<Drawn>,
    pub(super) places: Vec<Found>,
    /// How many points outlines may still have.
    pub(super) steps_left: usize,
    /// How many characters of fixed words there may still be.
    pub(super) chars_left: usize,
}

/// Reads everything inside of the root.
pub(super) fn read(root: &Node, size: Size, faults: &mut Faults) -> (Vec<Drawn>, Vec<Found>) {
    let mut reading = Reading {
        faults,
        drawn: Vec::new(),
        places: Vec::new(),
        steps_left: STEPS_MAX,
        chars_left: words::CHARS_MAX,
    };
    if root.name != "svg" || root.get("xmlns") != Some(SVG) {
        reading.faults.add(root.at, FaultKind::NotSvg);
        return (reading.drawn, reading.places);
    }
    reading.refuse_links(root);
    reading.refuse_id(root);
    const OWN: [&str; 9] = [
        "xmlns",
        "width",
        "height",
        "viewBox",
        "x",
        "y",
        "preserveAspectRatio",
        "zoomAndPan",
        "contentScriptType",
    ];
    let style = style::of(root, &OWN, &Style::default(), reading.faults);
    if style.opacity < 1.0 {
        reading.faults.add(root.at, FaultKind::GroupOpacity);
    }
    if let Some(matrix) = page(root, size, reading.faults) {
        reading.children(root, &matrix, &style);
    }
    (reading.drawn, reading.places)
}

/// From the units of the view box to mm.
fn page(root: &Node, size: Size, faults: &mut Faults) -> Option<Matrix> {
    let (width, height) = size.millimetres();
    let wanted = (f64::from(width), f64::from(height));
    let said = (root.get("width").unwrap_or("?"), root.get("height").unwrap_or("?"));
    let off = |said: &str, wanted: f64| {
        values::millimetres(said).map_or(true, |mm| (mm - wanted).abs() > PAGE_EXACT_MM)
    };
    if off(said.0, wanted.0) || off(said.1, wanted.1) {
        let found = quoted(&format!("宽 {}、高 {}", said.0, said.1));
        faults.add(root.at, FaultKind::PageSize { found, wanted: (width, height) });
        return None;
    }
    let view = values::list(root.get("viewBox").unwrap_or_default());
    let Ok(&[x, y, w, h]) = view.as_deref() else {
        faults.add(root.at, FaultKind::ViewBox { wanted: (width, height) });
        return None;
    };
    let (across, down) = (wanted.0 / w, wanted.1 / h);
    if !(w > 0.0 && h > 0.0 && (across / down - 1.0).abs() <= SHAPE_EXACT) {
        faults.add(root.at, FaultKind::ViewBox { wanted: (width, height) });
        return None;
    }
    Some(Matrix::scale_and_move((across, down), (-x * across, -y * down)))
}

impl Reading<'_> {
    fn children(&mut self, node: &Node, matrix: &Matrix, style: &Style) {
        for child in node.nodes() {
            // More than can be reported need not be looked for.
            if self.faults.is_full() {
                return;
            }
            self.element(child, matrix, style);
        }
    }

    fn element(&mut self, node: &Node, matrix: &Matrix, parent: &Style) {
        self.refuse_links(node);
        if node.name != "rect" {
            self.refuse_id(node);
        }
        let own: &[&str] = match node.name.as_str() {
            "g" => &[],
            "rect" => &["x", "y", "width", "height", "rx", "ry"],
            "circle" => &["cx", "cy", "r"],
            "ellipse" => &["cx", "cy", "rx", "ry"],
            "line" => &["x1", "y1", "x2", "y2"],
            "polyline" | "polygon" => &["points"],
            "path" => &["d"],
            "text" => &words::OWN,
            "title" | "desc" | "metadata" | "sodipodi:namedview" => return self.pass_over(node),
            "defs" => return self.definitions(node),
            name => return self.refuse_element(node, name),
        };
        let style = style::of(node, own, parent, self.faults);
        let Some(matrix) = self.moved(node, matrix) else { return };
        match node.name.as_str() {
            "g" if style.opacity < 1.0 => self.faults.add(node.at, FaultKind::GroupOpacity),
            "g" => self.children(node, &matrix, &style),
            "text" => words::read(self, node, &matrix, &style),
            "rect" if place_id(node).is_some() => self.place(node, &matrix, &style),
            _ => self.shape(node, &matrix, &style),
        }
        if node.name != "g" && node.name != "text" {
            node.nodes().for_each(|child| self.note(child));
        }
    }

    /// The map of an element's own units.
    pub(super) fn moved(&mut self, node: &Node, matrix: &Matrix) -> Option<Matrix> {
        let Some(text) = node.get("transform") else { return Some(*matrix) };
        match values::transform(text) {
            Ok(inner) => Some(matrix.after(&inner)),
            Err(bad) => {
                self.bad(node, "transform", bad, "只能用 translate、scale、rotate、matrix");
                None
            }
        }
    }

    /// Notes that an attribute's value is bad.
    pub(super) fn bad(&mut self, node: &Node, name: &str, bad: Bad, todo: &'static str) {
        let kind = match bad {
            Bad::Range => FaultKind::NumberRange { name: name.into() },
            Bad::Unreadable => {
                let value = quoted(node.get(name).unwrap_or_default());
                FaultKind::Value { name: name.into(), value, todo }
            }
        };
        self.faults.add(node.at, kind);
    }

    /// A number; 0 where the attribute is missing.
    pub(super) fn number(&mut self, node: &Node, name: &str) -> Option<f64> {
        let Some(text) = node.get(name) else { return Some(0.0) };
        match values::number(text) {
            Ok(number) => Some(number),
            Err(bad) => {
                self.bad(node, name, bad, "请写成不带单位的数");
                None
            }
        }
    }

    pub(super) fn numbers<const N: usize>(
        &mut self,
        node: &Node,
        names: [&str; N],
    ) -> Option<[f64; N]> {
        let mut numbers = [0.0; N];
        for (number, name) in numbers.iter_mut().zip(names) {
            *number = self.number(node, name)?;
        }
        Some(numbers)
    }

    fn place(&mut self, node: &Node, matrix: &Matrix, style: &Style) {
        let numbers = self.numbers(node, ["x", "y", "width", "height"]);
        if let (Some(id), Some([x, y, width, height])) = (place_id(node), numbers) {
            let found = Found::read(node, id, matrix, (x, y, width, height), style, self.faults);
            self.places.extend(found);
        }
    }
}
