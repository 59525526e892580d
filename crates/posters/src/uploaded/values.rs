//! Reading the values of attributes: numbers, lists of numbers, transforms and colours.

use crate::ink::Rgb;

/// The largest number that any attribute may have; a page is 1,800 mm high.
const NUMBER_MAX: f64 = 1_000_000.0;
/// The most numbers in a list that is not a path.
const LIST_MAX: usize = 40_000;

/// Why a value is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    /// It cannot be read.
    Unreadable,
    /// A number that is not finite or too large.
    Range,
}

/// A position in a text of numbers, as in a path or a list of points.
#[derive(Debug, Clone)]
pub(super) struct Numbers<'a> {
    rest: &'a str,
}

impl<'a> Numbers<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Whether nothing but space is left.
    pub(super) fn is_done(&mut self) -> bool {
        self.skip();
        self.rest.is_empty()
    }

    /// The next letter, if there is one before the next number.
    pub(super) fn letter(&mut self) -> Option<char> {
        self.skip();
        let letter = self.rest.chars().next().filter(char::is_ascii_alphabetic)?;
        self.rest = &self.rest[1..];
        Some(letter)
    }

    /// The next number; commas and spaces before it are passed over.
    pub(super) fn number(&mut self) -> Result<f64, Bad> {
        self.skip();
        let length = number_length(self.rest.as_bytes());
        let (number, rest) = self.rest.split_at(length);
        let number: f64 = number.parse().map_err(|_| Bad::Unreadable)?;
        self.rest = rest;
        in_range(number)
    }

    /// The next flag of an arc: one digit, which the next number may follow at once.
    pub(super) fn flag(&mut self) -> Result<bool, Bad> {
        self.skip();
        let flag = match self.rest.as_bytes().first() {
            Some(b'0') => false,
            Some(b'1') => true,
            _ => return Err(Bad::Unreadable),
        };
        self.rest = &self.rest[1..];
        Ok(flag)
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
    }
}

/// How many bytes the number at the start has: sign, digits, point, digits, exponent.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = |at: usize| usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
    let mut at = sign(0);
    let whole = digits(at);
    at += whole;
    if bytes.get(at) == Some(&b'.') && (whole > 0 || digits(at + 1) > 0) {
        at += 1 + digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let from = at + 1 + sign(at + 1);
        let exponent = if from <= bytes.len() { digits(from) } else { 0 };
        if exponent > 0 {
            at = from + exponent;
        }
    }
    at
}

fn in_range(number: f64) -> Result<f64, Bad> {
    if number.is_finite() && number.abs() <= NUMBER_MAX { Ok(number) } else { Err(Bad::Range) }
}

/// One number, with `px` behind it or with nothing.
pub(super) fn number(text: &str) -> Result<f64, Bad> {
    let text = text.trim();
    let plain = text.strip_suffix("px").unwrap_or(text);
    if number_length(plain.as_bytes()) != plain.len() || plain.is_empty() {
        // "inf", "NaN" and "1e999" are numbers to Rust, "5mm" and "50%" are not to anybody.
        return match plain.parse::<f64>() {
            Ok(_) => Err(Bad::Range),
            Err(_) => Err(Bad::Unreadable),
        };
    }
    in_range(plain.parse().map_err(|_| Bad::Unreadable)?)
}

/// A length that says `mm`.
pub(super) fn millimetres(text: &str) -> Result<f64, Bad> {
    number(text.trim().strip_suffix("mm").ok_or(Bad::Unreadable)?)
}

/// Numbers with commas or spaces between them.
pub(super) fn list(text: &str) -> Result<Vec<f64>, Bad> {
    let mut numbers = Numbers::new(text);
    let mut list = Vec::new();
    while !numbers.is_done() {
        if list.len() == LIST_MAX {
            return Err(Bad::Range);
        }
        list.push(numbers.number()?);
    }
    Ok(list)
}

/// A share from 0 to 1, or in percent.
pub(super) fn share(text: &str) -> Result<f32, Bad> {
    let text = text.trim();
    let share = match text.strip_suffix('%') {
        Some(percent) => number(percent)? / 100.0,
        None => number(text)?,
    };
    // Clamped, as the standard says; exact enough for a colour.
    Ok(share.clamp(0.0, 1.0) as f32)
}

/// An affine map: x' = a·x + c·y + e, y' = b·x + d·y + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix {
    /// The six numbers in the order of SVG.
    pub(super) m: [f64; 6],
}

impl Matrix {
    pub(super) const fn scale_and_move((x, y): (f64, f64), (e, f): (f64, f64)) -> Self {
        Self { m: [x, 0.0, 0.0, y, e, f] }
    }

    /// First `inner`, then this.
    pub(super) fn after(&self, inner: &Self) -> Self {
        let [a, b, c, d, e, f] = self.m;
        let [p, q, r, s, t, u] = inner.m;
        let m = [
            a * p + c * q,
            b * p + d * q,
            a * r + c * s,
            b * r + d * s,
            a * t + c * u + e,
            b * t + d * u + f,
        ];
        Self { m }
    }

    /// Where a point goes.
    pub(super) fn apply(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.m;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// The factor of all lengths, if it is the same in every direction.
    pub(super) fn uniform(&self) -> Option<f64> {
        let [a, b, c, d, _, _] = self.m;
        let (first, second) = (a.hypot(b), c.hypot(d));
        let even = (first - second).abs() <= 1e-3 * first && (a * c + b * d).abs() <= 1e-3 * first;
        (even && first > 0.0).then_some(first)
    }

    /// Whether it only moves and enlarges, each axis on its own, and mirrors nothing.
    pub(super) fn is_upright(&self) -> bool {
        let [a, b, c, d, _, _] = self.m;
        a > 0.0 && d > 0.0 && b.abs() <= 1e-6 * a && c.abs() <= 1e-6 * d
    }
}

/// A list of `translate`, `scale`, `rotate` and `matrix`.
pub(super) fn transform(text: &str) -> Result<Matrix, Bad> {
    let mut whole = Matrix::scale_and_move((1.0, 1.0), (0.0, 0.0));
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('(').ok_or(Bad::Unreadable)?;
        let (numbers, after) = after.split_once(')').ok_or(Bad::Unreadable)?;
        whole = whole.after(&one_transform(name.trim(), &list(numbers)?)?);
        rest = after.trim_start_matches([' ', '\t', '\r', '\n', ',']);
    }
    whole.m.iter().try_for_each(|&number| in_range(number).map(|_| ()))?;
    Ok(whole)
}

fn one_transform(name: &str, numbers: &[f64]) -> Result<Matrix, Bad> {
    Ok(match (name, numbers) {
        ("translate", &[x]) => Matrix::scale_and_move((1.0, 1.0), (x, 0.0)),
        ("translate", &[x, y]) => Matrix::scale_and_move((1.0, 1.0), (x, y)),
        ("scale", &[s]) => Matrix::scale_and_move((s, s), (0.0, 0.0)),
        ("scale", &[x, y]) => Matrix::scale_and_move((x, y), (0.0, 0.0)),
        ("rotate", &[angle]) => rotation(angle),
        ("rotate", &[angle, x, y]) => {
            let there = Matrix::scale_and_move((1.0, 1.0), (x, y));
            let back = Matrix::scale_and_move((1.0, 1.0), (-x, -y));
            there.after(&rotation(angle)).after(&back)
        }
        ("matrix", &[a, b, c, d, e, f]) => Matrix { m: [a, b, c, d, e, f] },
        _ => return Err(Bad::Unreadable),
    })
}

fn rotation(degrees: f64) -> Matrix {
    let (sin, cos) = degrees.to_radians().sin_cos();
    Matrix { m: [cos, sin, -sin, cos, 0.0, 0.0] }
}

/// The sixteen names of CSS 2.1 and orange.
const NAMES: [(&str, Rgb); 18] = [
    ("black", (0, 0, 0)),
    ("white", (255, 255, 255)),
    ("red", (255, 0, 0)),
    ("green", (0, 128, 0)),
    ("blue", (0, 0, 255)),
    ("yellow", (255, 255, 0)),
    ("orange", (255, 165, 0)),
    ("gray", (128, 128, 128)),
    ("grey", (128, 128, 128)),
    ("silver", (192, 192, 192)),
    ("maroon", (128, 0, 0)),
    ("olive", (128, 128, 0)),
    ("lime", (0, 255, 0)),
    ("aqua", (0, 255, 255)),
    ("teal", (0, 128, 128)),
    ("navy", (0, 0, 128)),
    ("fuchsia", (255, 0, 255)),
    ("purple", (128, 0, 128)),
];

/// `#rgb`, `#rrggbb`, `rgb(…)` or a basic name; `none` and `transparent` are no colour.
pub(super) fn colour(text: &str) -> Result<Option<Rgb>, Bad> {
    let text = text.trim().to_ascii_lowercase();
    if text == "none" || text == "transparent" {
        return Ok(None);
    }
    if let Some(digits) = text.strip_prefix('#') {
        return hexadecimal(digits).map(Some).ok_or(Bad::Unreadable);
    }
    if let Some(parts) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
        return parts_of(parts).map(Some);
    }
    let named = NAMES.iter().find(|(name, _)| *name == text);
    named.map(|&(_, rgb)| Some(rgb)).ok_or(Bad::Unreadable)
}

fn hexadecimal(digits: &str) -> Option<Rgb> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = |from: usize, to: usize| u8::from_str_radix(digits.get(from..to)?, 16).ok();
    match digits.len() {
        3 => Some((value(0, 1)? * 17, value(1, 2)? * 17, value(2, 3)? * 17)),
        6 => Some((value(0, 2)?, value(2, 4)?, value(4, 6)?)),
        _ => None,
    }
}

fn parts_of(parts: &str) -> Result<Rgb, Bad> {
    let one = |part: &str| -> Result<u8, Bad> {
        let part = part.trim();
        let value = match part.strip_suffix('%') {
            Some(percent) => number(percent)? * 255.0 / 100.0,
            None => number(part)?,
        };
        // Rounded and clamped: it is a whole number from 0 to 255 then.
        Ok(value.round().clamp(0.0, 255.0) as u8)
    };
    let parts: Vec<&str> = parts.split(',').collect();
    match parts[..] {
        [red, green, blue] => Ok((one(red)?, one(green)?, one(blue)?)),
        _ => Err(Bad::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_are_read_as_in_a_path() {
        let read = |text| list(text).unwrap();
        assert_eq!(read("1 2,3"), [1.0, 2.0, 3.0]);
        assert_eq!(read("-.5.5-1e1"), [-0.5, 0.5, -10.0]);
        assert_eq!(list("1 x"), Err(Bad::Unreadable));
        assert_eq!(number("5mm"), Err(Bad::Unreadable));
        for odd in ["NaN", "inf", "1e999", "-1000001"] {
            assert_eq!(number(odd), Err(Bad::Range), "{odd}");
        }
    }

    #[test]
    fn colours_are_read_and_none_is_none() {
        assert_eq!(colour("#0b5cab"), Ok(Some((0x0b, 0x5c, 0xab))));
        assert_eq!(colour("#FFF"), Ok(Some((255, 255, 255))));
        assert_eq!(colour("rgb(1, 2,300)"), Ok(Some((1, 2, 255))));
        assert_eq!(colour("rgb(100%,0%,50%)"), Ok(Some((255, 0, 128))));
        assert_eq!(colour("none"), Ok(None));
        for odd in ["#12", "#é1", "url(#a)", "rgb(1,2)", "papayawhip"] {
            assert_eq!(colour(odd), Err(Bad::Unreadable), "{odd}");
        }
    }

    #[test]
    fn transforms_are_done_from_right_to_left() {
        let matrix = transform("translate(10 20) scale(2)").unwrap();
        assert_eq!(matrix.apply((1.0, 1.0)), (12.0, 22.0));
        let turned = transform("rotate(90, 1, 1)").unwrap();
        let (x, y) = turned.apply((2.0, 1.0));
        assert!((x - 1.0).abs() < 1e-9 && (y - 2.0).abs() < 1e-9);
        assert!(!turned.is_upright() && turned.uniform().is_some());
        assert_eq!(transform("skewX(3)"), Err(Bad::Unreadable));
    }
}
