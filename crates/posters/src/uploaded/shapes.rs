//! From a basic shape or a path to an outline in mm with its colours.

use super::{
    fault::FaultKind,
    path::{Pencil, Refused},
    reading::{Drawn, Reading, STEPS_MAX},
    style::Style,
    values::{self, Bad, Matrix},
    xml::Node,
};
use crate::{
    Area,
    ink::{Ink, Mark, Outline, Pen, Shape},
};

/// The shortest dash with its gap, in mm: finer ones cannot be seen and keep printers busy.
const DASH_MIN_MM: f32 = 0.1;
/// The widest line around a shape, in mm.
const PEN_MAX_MM: f32 = 10_000.0;

impl Reading<'_> {
    /// Draws a shape, or says why it cannot be drawn.
    pub(super) fn shape(&mut self, node: &Node, matrix: &Matrix, style: &Style) {
        let mut pencil = Pencil::new(*matrix, self.steps_left);
        let drawn = match node.name.as_str() {
            "path" => pencil.path(node.get("d").unwrap_or_default()).map_err(|why| ("d", why)),
            "polyline" | "polygon" => points(node, &mut pencil).map_err(|why| ("points", why)),
            _ => {
                let Some(outline) = self.basic(node) else { return };
                pencil.outline(&outline).map_err(|why| (basic_name(node), why))
            }
        };
        match drawn {
            Ok(()) => {}
            Err((_, Refused::TooLong)) => {
                self.steps_left = 0;
                return self.faults.add(node.at, FaultKind::TooManySteps { steps_max: STEPS_MAX });
            }
            Err((name, Refused::Value(bad))) => {
                return self.bad(node, name, bad, "请用绘图软件重新导出");
            }
        }
        let outline = pencil.finish();
        self.steps_left -= outline.0.len();
        let Some(pen) = self.pen(node, matrix, style) else { return };
        let ink = |rgb| Ink { rgb, opacity: style.fill_opacity * style.opacity };
        // A line encloses nothing.
        let fill = style.fill.filter(|_| node.name != "line").map(ink).filter(is_seen);
        let plain = (node.name == "rect" && pen.is_none() && matrix.is_upright())
            .then(|| upright(&outline))
            .flatten();
        let shape = Shape { outline, fill, pen, even_odd: style.even_odd };
        self.drawn.push(Drawn { at: node.at, mark: Mark::Shape(shape), plain });
    }

    /// The line around; the inner `None` is none, the outer one a fault.
    fn pen(&mut self, node: &Node, matrix: &Matrix, style: &Style) -> Option<Option<Pen>> {
        let opacity = style.stroke_opacity * style.opacity;
        let ink = style.stroke.map(|rgb| Ink { rgb, opacity }).filter(is_seen);
        let Some(ink) = ink.filter(|_| style.stroke_width > 0.0) else { return Some(None) };
        let Some(scale) = matrix.uniform() else {
            self.faults.add(node.at, FaultKind::StretchedPen);
            return None;
        };
        // In mm: far finer than any printer.
        let mm = |length: f64| (length * scale) as f32;
        let width = mm(style.stroke_width);
        if !width.is_finite() || width > PEN_MAX_MM {
            self.faults.add(node.at, FaultKind::NumberRange { name: "stroke-width".into() });
            return None;
        }
        let dash: Vec<f32> = style.dash.iter().map(|&length| mm(length)).collect();
        if !dash.is_empty() && dash.iter().sum::<f32>() < DASH_MIN_MM {
            self.bad(node, "stroke-dasharray", Bad::Unreadable, "虚线太密，请放大间隔");
            return None;
        }
        Some(Some(Pen { ink, width, dash, cap: style.cap, join: style.join }))
    }

    /// A rectangle, circle, ellipse or line in the units of the file.
    fn basic(&mut self, node: &Node) -> Option<Outline> {
        // Numbers up to a million: in f32 still finer than a tenth of a unit, and far finer on
        // any page that is drawn in mm.
        let narrow = |number: f64| number as f32;
        match node.name.as_str() {
            "rect" => {
                let [x, y, width, height] = self.numbers(node, ["x", "y", "width", "height"])?;
                let radii = self.radii(node, (width, height))?;
                let [x, y, width, height] = [x, y, width.max(0.0), height.max(0.0)].map(narrow);
                let radii = (narrow(radii.0), narrow(radii.1));
                Some(Outline::rounded(&Area { x, y, width, height }, radii))
            }
            "circle" => {
                let [x, y, r] = self.numbers(node, ["cx", "cy", "r"])?.map(narrow);
                Some(Outline::ellipse((x, y), (r.max(0.0), r.max(0.0))))
            }
            "ellipse" => {
                let [x, y, rx, ry] = self.numbers(node, ["cx", "cy", "rx", "ry"])?.map(narrow);
                Some(Outline::ellipse((x, y), (rx.max(0.0), ry.max(0.0))))
            }
            _ => {
                let [x1, y1, x2, y2] = self.numbers(node, ["x1", "y1", "x2", "y2"])?.map(narrow);
                Some(Outline::line((x1, y1), (x2, y2)))
            }
        }
    }

    /// The radii of a rectangle's corners: one stands for both, none is larger than half a side.
    fn radii(&mut self, node: &Node, (width, height): (f64, f64)) -> Option<(f64, f64)> {
        let [rx, ry] = self.numbers(node, ["rx", "ry"])?;
        let (rx, ry) = match (node.get("rx"), node.get("ry")) {
            (Some(_), None) => (rx, rx),
            (None, Some(_)) => (ry, ry),
            _ => (rx, ry),
        };
        Some((rx.clamp(0.0, (width / 2.0).max(0.0)), ry.clamp(0.0, (height / 2.0).max(0.0))))
    }
}

fn is_seen(ink: &Ink) -> bool {
    ink.opacity > 0.0
}

fn basic_name(node: &Node) -> &'static str {
    match node.name.as_str() {
        "rect" => "rect",
        "circle" => "circle",
        "ellipse" => "ellipse",
        _ => "line",
    }
}

fn points(node: &Node, pencil: &mut Pencil) -> Result<(), Refused> {
    let numbers = values::list(node.get("points").unwrap_or_default())?;
    if numbers.len() % 2 != 0 {
        return Err(Bad::Unreadable.into());
    }
    for (n, pair) in numbers.chunks_exact(2).enumerate() {
        let point = (pair[0], pair[1]);
        if n == 0 { pencil.move_to(point)? } else { pencil.line_to(point)? }
    }
    if node.name == "polygon" && !numbers.is_empty() { pencil.close() } else { Ok(()) }
}

/// The area of an outline of four straight sides.
fn upright(outline: &Outline) -> Option<Area> {
    use crate::ink::Step::{Close, Line, Move};
    match outline.0[..] {
        [Move(x, y), Line(right, _), Line(_, bottom), Line(..), Close] => {
            Some(Area { x, y, width: right - x, height: bottom - y })
        }
        _ => None,
    }
}
