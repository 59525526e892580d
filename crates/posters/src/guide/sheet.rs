//! A page that is being written: words, boxes and lines in the hand of the posters.

use crate::{
    Area, Colour, PosterError,
    fit::CLOSING,
    font::{Face, Weight},
    geometry::Align,
    ink::{Mark, Outline, Pen, Rgb, Shape, Words},
};

/// What is on a page so far.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// The lowest first.
    pub(crate) marks: Vec<Mark>,
}

/// How words are set: size in mm, weight, colour.
pub(crate) type Hand = (f32, Weight, Colour);

impl Sheet {
    /// A filled box with round corners.
    pub(crate) fn fill(&mut self, area: Area, radius: f32, colour: Colour) {
        self.shape(Shape::filled(Outline::rounded(&area, (radius, radius)), colour));
    }

    /// A box that is only drawn around.
    pub(crate) fn frame(&mut self, area: Area, radius: f32, pen: Pen) {
        self.shape(Shape::drawn(Outline::rounded(&area, (radius, radius)), pen));
    }

    /// A filled circle.
    pub(crate) fn dot(&mut self, centre: (f32, f32), radius: f32, colour: Colour) {
        self.shape(Shape::filled(Outline::ellipse(centre, (radius, radius)), colour));
    }

    /// A line through points.
    pub(crate) fn line(&mut self, points: &[(f32, f32)], pen: Pen) {
        let mut outline = Outline::default();
        outline.polyline(points);
        self.shape(Shape::drawn(outline, pen));
    }

    /// Any shape.
    pub(crate) fn shape(&mut self, shape: Shape) {
        self.marks.push(Mark::Shape(shape));
    }

    /// One line of words that starts, is centred or ends at `x`.
    pub(crate) fn words(
        &mut self,
        text: &str,
        (x, baseline): (f32, f32),
        align: Align,
        (size_mm, weight, colour): Hand,
    ) -> Result<(), PosterError> {
        let mut words = Words::new(text, (x, baseline), size_mm, weight, colour)?;
        words.x -= match align {
            Align::Left => 0.0,
            Align::Centre => words.width / 2.0,
            Align::Right => words.width,
        };
        self.marks.push(Mark::Words(words));
        Ok(())
    }

    /// Words on as many lines as `width` asks; the baseline after the last is the answer.
    pub(crate) fn paragraph(
        &mut self,
        text: &str,
        (x, baseline): (f32, f32),
        width: f32,
        hand: Hand,
    ) -> Result<f32, PosterError> {
        let mut baseline = baseline;
        for line in wrap(text, width / hand.0, Face::of(hand.1)?) {
            self.words(line, (x, baseline), Align::Left, hand)?;
            baseline += hand.0 * LINE_PITCH_EM;
        }
        Ok(baseline)
    }

    /// A number in a blue circle of this radius.
    pub(crate) fn badge(
        &mut self,
        number: usize,
        (x, y): (f32, f32),
        radius: f32,
    ) -> Result<(), PosterError> {
        self.dot((x, y), radius, Colour::Brand);
        let size_mm = radius * 1.2;
        let hand = (size_mm, Weight::Bold, Colour::Paper);
        // Digits are about 0.73 em high.
        self.words(&number.to_string(), (x, y + size_mm * 0.365), Align::Centre, hand)
    }
}

/// From one baseline to the next, in em.
const LINE_PITCH_EM: f32 = 1.6;

/// Breaks a text into lines of at most `width_em`; no line starts with a mark that closes.
fn wrap<'a>(text: &'a str, width_em: f32, face: &Face) -> Vec<&'a str> {
    let (mut lines, mut start, mut used) = (Vec::new(), 0, 0.0);
    let mut last_break = 0;
    let mut before = None;
    for (at, character) in text.char_indices() {
        let advance = face.glyph(character).map_or(0.0, |glyph| glyph.advance_em);
        let word = |c: char| c.is_ascii_alphanumeric() || c == '.';
        let in_word = word(character) && before.is_some_and(word);
        if !CLOSING.contains(&character) && !in_word && before != Some('“') {
            last_break = at;
        }
        if used + advance > width_em && last_break > start {
            lines.push(text[start..last_break].trim());
            start = last_break;
            used = face.width_em(&text[start..at]);
        }
        used += advance;
        before = Some(character);
    }
    lines.push(text[start..].trim());
    lines
}

/// A pen in a colour of the posters.
pub(crate) fn pen(colour: Colour, width: f32) -> Pen {
    let rgb: Rgb = colour.rgb();
    Pen::new(rgb, width)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_line_starts_with_a_full_stop_or_breaks_a_number() {
        let face = Face::of(Weight::Regular).unwrap();
        let lines = wrap("下沿离地面一共。12345 毫米，不弯腰", 7.0, face);
        assert_eq!(lines, ["下沿离地面一", "共。12345 毫", "米，不弯腰"]);
        assert!(lines.iter().all(|line| face.width_em(line) <= 7.0));
    }
}
