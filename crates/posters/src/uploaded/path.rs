//! Path data of SVG (SVG 2, chapter 9): all commands, arcs included, as lines and cubic curves.

use super::values::{Bad, Matrix, Numbers};
use crate::ink::{Outline, Step};

/// Coordinates further from the page than this are refused, in mm.
const FAR_MM: f64 = 10_000.0;

/// Collects an outline in the units of the file and turns it into mm.
#[derive(Debug)]
pub(super) struct Pencil {
    matrix: Matrix,
    steps: Vec<Step>,
    steps_max: usize,
    start: (f64, f64),
    at: (f64, f64),
}

/// Why an outline is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// A value is bad.
    Value(Bad),
    /// There are more points than are left for this file.
    TooLong,
}

impl From<Bad> for Refused {
    fn from(bad: Bad) -> Self {
        Self::Value(bad)
    }
}

type Done = Result<(), Refused>;

impl Pencil {
    pub(super) fn new(matrix: Matrix, steps_max: usize) -> Self {
        Self { matrix, steps: Vec::new(), steps_max, start: (0.0, 0.0), at: (0.0, 0.0) }
    }

    pub(super) fn finish(self) -> Outline {
        Outline(self.steps)
    }

    fn place(&self, point: (f64, f64)) -> Result<(f32, f32), Refused> {
        let (x, y) = self.matrix.apply(point);
        if !(x.abs() <= FAR_MM && y.abs() <= FAR_MM) {
            return Err(Refused::Value(Bad::Range));
        }
        // In mm: far finer than any printer.
        Ok((x as f32, y as f32))
    }

    fn push(&mut self, step: Step) -> Done {
        if self.steps.len() == self.steps_max {
            return Err(Refused::TooLong);
        }
        self.steps.push(step);
        Ok(())
    }

    pub(super) fn move_to(&mut self, to: (f64, f64)) -> Done {
        let (x, y) = self.place(to)?;
        (self.start, self.at) = (to, to);
        self.push(Step::Move(x, y))
    }

    pub(super) fn line_to(&mut self, to: (f64, f64)) -> Done {
        let (x, y) = self.place(to)?;
        self.at = to;
        self.push(Step::Line(x, y))
    }

    pub(super) fn curve_to(&mut self, [a, b, to]: [(f64, f64); 3]) -> Done {
        let [(x1, y1), (x2, y2), (x, y)] = [self.place(a)?, self.place(b)?, self.place(to)?];
        self.at = to;
        self.push(Step::Curve([x1, y1, x2, y2, x, y]))
    }

    pub(super) fn close(&mut self) -> Done {
        self.at = self.start;
        self.push(Step::Close)
    }

    /// A rectangle or an ellipse that is made of lines and curves already.
    pub(super) fn outline(&mut self, outline: &Outline) -> Done {
        let wide = |x: f32, y: f32| (f64::from(x), f64::from(y));
        outline.0.iter().try_for_each(|step| match *step {
            Step::Move(x, y) => self.move_to(wide(x, y)),
            Step::Line(x, y) => self.line_to(wide(x, y)),
            Step::Curve([x1, y1, x2, y2, x, y]) => {
                self.curve_to([wide(x1, y1), wide(x2, y2), wide(x, y)])
            }
            Step::Close => self.close(),
        })
    }

    /// Path data.
    pub(super) fn path(&mut self, data: &str) -> Done {
        let mut path = Path { numbers: Numbers::new(data), pencil: self, smooth: None };
        path.read()
    }

    /// A quadratic curve as a cubic one.
    fn quadratic(&mut self, control: (f64, f64), to: (f64, f64)) -> Done {
        let towards = |from: (f64, f64)| {
            let between = |from: f64, control: f64| from + (control - from) * 2.0 / 3.0;
            (between(from.0, control.0), between(from.1, control.1))
        };
        self.curve_to([towards(self.at), towards(to), to])
    }

    /// An elliptical arc as cubic curves (SVG 2, implementation notes, B.2).
    fn arc(&mut self, radii: (f64, f64), turn: f64, flags: (bool, bool), to: (f64, f64)) -> Done {
        let from = self.at;
        let (mut rx, mut ry) = (radii.0.abs(), radii.1.abs());
        if rx < 1e-9 || ry < 1e-9 || from == to {
            return self.line_to(to);
        }
        let (sin, cos) = turn.to_radians().sin_cos();
        let (dx, dy) = ((from.0 - to.0) / 2.0, (from.1 - to.1) / 2.0);
        let (x, y) = (cos * dx + sin * dy, cos * dy - sin * dx);
        // Radii that do not reach are enlarged until they do.
        let short = (x / rx).powi(2) + (y / ry).powi(2);
        if short > 1.0 {
            (rx, ry) = (rx * short.sqrt(), ry * short.sqrt());
        }
        let (px, py) = ((rx * y).powi(2), (ry * x).powi(2));
        let root = (((rx * ry).powi(2) - px - py) / (px + py)).max(0.0).sqrt();
        let root = if flags.0 == flags.1 { -root } else { root };
        let (cx, cy) = (root * rx * y / ry, -root * ry * x / rx);
        let start = ((y - cy) / ry).atan2((x - cx) / rx);
        let end = ((-y - cy) / ry).atan2((-x - cx) / rx);
        let sweep = match (flags.1, end - start) {
            (true, angle) if angle < 0.0 => angle + std::f64::consts::TAU,
            (false, angle) if angle > 0.0 => angle - std::f64::consts::TAU,
            (_, angle) => angle,
        };
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let place = |x: f64, y: f64| {
            let (x, y) = (rx * x + cx, ry * y + cy);
            (cos * x - sin * y + middle.0, sin * x + cos * y + middle.1)
        };
        self.arc_pieces(start, sweep, place, to)
    }

    /// At most a quarter of a circle in each piece; `place` maps the unit circle.
    fn arc_pieces(
        &mut self,
        start: f64,
        sweep: f64,
        place: impl Fn(f64, f64) -> (f64, f64),
        to: (f64, f64),
    ) -> Done {
        if !sweep.is_finite() {
            return Err(Refused::Value(Bad::Range));
        }
        let pieces = (sweep.abs() / std::f64::consts::FRAC_PI_2).ceil().clamp(1.0, 4.0);
        let step = sweep / pieces;
        let reach = 4.0 / 3.0 * (step / 4.0).tan();
        let mut angle = start;
        // From 1 to 4: exact.
        for piece in 1..=pieces as usize {
            let (s1, c1) = angle.sin_cos();
            angle += step;
            let (s2, c2) = angle.sin_cos();
            let end = if piece == pieces as usize { to } else { place(c2, s2) };
            let controls =
                [place(c1 - reach * s1, s1 + reach * c1), place(c2 + reach * s2, s2 - reach * c2)];
            self.curve_to([controls[0], controls[1], end])?;
        }
        Ok(())
    }
}

/// Which curve the next smooth one continues.
#[derive(Debug, Clone, Copy)]
enum Smooth {
    Cubic((f64, f64)),
    Quadratic((f64, f64)),
}

struct Path<'a, 'p> {
    numbers: Numbers<'a>,
    pencil: &'p mut Pencil,
    smooth: Option<Smooth>,
}

impl Path<'_, '_> {
    fn read(&mut self) -> Done {
        let mut command = None;
        while !self.numbers.is_done() {
            command = match (self.numbers.letter(), command) {
                (Some(letter), None) if !matches!(letter, 'M' | 'm') => {
                    return Err(Bad::Unreadable.into());
                }
                (Some(letter), _) => Some(letter),
                // Without a letter the last one is repeated; after a move, as a line.
                (None, Some('M')) => Some('L'),
                (None, Some('m')) => Some('l'),
                (None, None | Some('Z' | 'z')) => return Err(Bad::Unreadable.into()),
                (None, again) => again,
            };
            if let Some(letter) = command {
                self.command(letter)?;
            }
        }
        Ok(())
    }

    /// A point; that of a small letter counts from the pencil.
    fn point(&mut self, letter: char) -> Result<(f64, f64), Bad> {
        let (x, y) = (self.numbers.number()?, self.numbers.number()?);
        let (ax, ay) = if letter.is_ascii_lowercase() { self.pencil.at } else { (0.0, 0.0) };
        Ok((ax + x, ay + y))
    }

    fn command(&mut self, letter: char) -> Done {
        let before = self.smooth.take();
        let at = self.pencil.at;
        match letter {
            'M' | 'm' => {
                let to = self.point(letter)?;
                self.pencil.move_to(to)
            }
            'L' | 'l' => {
                let to = self.point(letter)?;
                self.pencil.line_to(to)
            }
            'H' | 'h' | 'V' | 'v' => {
                let number = self.numbers.number()?;
                let (ax, ay) = if letter.is_ascii_lowercase() { at } else { (0.0, 0.0) };
                let across = letter.eq_ignore_ascii_case(&'h');
                let to = if across { (ax + number, at.1) } else { (at.0, ay + number) };
                self.pencil.line_to(to)
            }
            'C' | 'c' | 'S' | 's' => self.cubic(letter, before),
            'Q' | 'q' | 'T' | 't' => self.quadratic(letter, before),
            'A' | 'a' => {
                let radii = (self.numbers.number()?, self.numbers.number()?);
                let turn = self.numbers.number()?;
                let flags = (self.numbers.flag()?, self.numbers.flag()?);
                let to = self.point(letter)?;
                self.pencil.arc(radii, turn, flags, to)
            }
            'Z' | 'z' => self.pencil.close(),
            _ => Err(Bad::Unreadable.into()),
        }
    }

    fn cubic(&mut self, letter: char, before: Option<Smooth>) -> Done {
        let first = match (letter, before) {
            ('C' | 'c', _) => self.point(letter)?,
            (_, Some(Smooth::Cubic(control))) => self.mirrored(control),
            _ => self.pencil.at,
        };
        let (second, to) = (self.point(letter)?, self.point(letter)?);
        self.smooth = Some(Smooth::Cubic(second));
        self.pencil.curve_to([first, second, to])
    }

    fn quadratic(&mut self, letter: char, before: Option<Smooth>) -> Done {
        let control = match (letter, before) {
            ('Q' | 'q', _) => self.point(letter)?,
            (_, Some(Smooth::Quadratic(control))) => self.mirrored(control),
            _ => self.pencil.at,
        };
        let to = self.point(letter)?;
        self.smooth = Some(Smooth::Quadratic(control));
        self.pencil.quadratic(control, to)
    }

    fn mirrored(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (ax, ay) = self.pencil.at;
        (2.0 * ax - x, 2.0 * ay - y)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn drawn(data: &str) -> Result<Vec<Step>, Refused> {
        let same = Matrix::scale_and_move((1.0, 1.0), (0.0, 0.0));
        let mut pencil = Pencil::new(same, 100);
        pencil.path(data)?;
        Ok(pencil.finish().0)
    }

    #[test]
    fn small_letters_count_from_the_pencil_and_repeat_without_a_letter() {
        let wanted = [
            Step::Move(1.0, 1.0),
            Step::Line(3.0, 1.0),
            Step::Line(3.0, 4.0),
            Step::Line(5.0, 5.0),
            Step::Close,
            Step::Line(1.0, 2.0),
        ];
        assert_eq!(drawn("M1 1h2v3l2,1zv1").unwrap(), wanted);
        assert_eq!(drawn("m1 1 2 0 0 3 2 1z v1").unwrap(), wanted);
    }

    #[test]
    fn smooth_curves_continue_the_one_before() {
        let steps = drawn("M0 0C0 1 1 2 2 2S4 3 4 4").unwrap();
        assert_eq!(steps[2], Step::Curve([3.0, 2.0, 4.0, 3.0, 4.0, 4.0]));
        let steps = drawn("M0 0Q3 3 6 0T12 0").unwrap();
        assert_eq!(steps[2], Step::Curve([8.0, -2.0, 10.0, -2.0, 12.0, 0.0]));
    }

    #[test]
    fn an_arc_of_half_a_circle_passes_through_its_top() {
        let steps = drawn("M0 0A5 5 0 0110 0").unwrap();
        let [Step::Move(..), Step::Curve([.., x, y]), Step::Curve([.., ex, ey])] = steps[..] else {
            panic!("{steps:?}");
        };
        assert!((x - 5.0).abs() < 1e-4 && (y + 5.0).abs() < 1e-4, "{x} {y}");
        assert_eq!((ex, ey), (10.0, 0.0));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for data in ["L1 1", "M1", "M1 1X", "M1 1 z 3 3", "M0 0A1 1 0 2 0 3 3", "1 1"] {
            assert_eq!(drawn(data), Err(Refused::Value(Bad::Unreadable)), "{data}");
        }
        assert_eq!(drawn("M0 0L999999 0"), Err(Refused::Value(Bad::Range)));
        assert_eq!(drawn(&format!("M0 0{}", "h1".repeat(100))), Err(Refused::TooLong));
    }
}
