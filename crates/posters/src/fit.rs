//! Fitting a text into a box: shrink it, then set it on two lines, never let it out.

use crate::font::Face;

/// The height of one line in em: room for every ascender and descender of the font.
pub(crate) const LINE_HEIGHT_EM: f32 = 1.25;
/// From the top of a line to its baseline in em; puts ideographs in the middle of the line.
pub(crate) const BASELINE_EM: f32 = 1.005;
/// A line stays on its own until it had to shrink below this share of the wanted size.
const SHRINK_MIN: f32 = 0.72;
/// What a break that splits a word or strands a bracket counts for, in em.
const BAD_BREAK_EM: f32 = 4.0;
/// How much less equal the lines may be, in em, for a break where the reader pauses anyway.
const GOOD_BREAK_EM: f32 = 3.5;
/// Full-width marks that open: blank on their left, never the last of a line.
pub(crate) const OPENING: [char; 8] = ['（', '《', '〈', '「', '『', '【', '〔', '“'];
/// Full-width marks that close: blank on their right, never the first of a line.
pub(crate) const CLOSING: [char; 14] =
    ['）', '》', '〉', '」', '』', '】', '〕', '”', '，', '。', '、', '；', '：', '！'];
/// Kept free of the width, so that rounding never lets a line touch the edge.
const WIDTH_USED: f32 = 0.999;

/// A text fitted into a box: one or two lines and their size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fitted {
    /// The lines, without the spaces around the break.
    pub(crate) lines: Vec<String>,
    /// The size of the letters in mm.
    pub(crate) size_mm: f32,
}

/// Sets `text` as large as fits into `width_mm` × `height_mm`, at most `size_mm`.
pub(crate) fn fit(
    face: &Face,
    text: &str,
    (width_mm, height_mm): (f32, f32),
    size_mm: f32,
    two_lines: bool,
) -> Fitted {
    let one = limit(&[face.width_em(text)], (width_mm, height_mm), size_mm);
    let single = Fitted { lines: vec![text.to_owned()], size_mm: one };
    if !two_lines || one >= size_mm * SHRINK_MIN {
        return single;
    }
    let Some((first, second)) = halves(face, text) else { return single };
    let widths = [face.width_em(first), face.width_em(second)];
    let two = limit(&widths, (width_mm, height_mm), size_mm);
    if two <= one {
        return single;
    }
    Fitted { lines: vec![first.to_owned(), second.to_owned()], size_mm: two }
}

/// The largest size at which lines of these widths stay inside, at most `size_mm`.
fn limit(widths_em: &[f32], (width_mm, height_mm): (f32, f32), size_mm: f32) -> f32 {
    let widest = widths_em.iter().copied().fold(f32::EPSILON, f32::max);
    let lines = widths_em.iter().map(|_| LINE_HEIGHT_EM).sum::<f32>();
    size_mm.min(width_mm * WIDTH_USED / widest).min(height_mm / lines)
}

/// The break that leaves the two lines most equal, kept away from the middle of words and from
/// brackets and punctuation that must not stand alone at an edge (GB/T 15834-2011 5.1).
fn halves<'a>(face: &Face, text: &'a str) -> Option<(&'a str, &'a str)> {
    let cost = |at: usize| {
        let (before, after) = text.split_at(at);
        let longest = face.width_em(before.trim_end()).max(face.width_em(after.trim_start()));
        longest + break_cost(before, after)
    };
    text.char_indices()
        .map(|(at, _)| at)
        .filter(|&at| !text[..at].trim().is_empty() && !text[at..].trim().is_empty())
        .map(|at| (at, cost(at)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(at, _)| (text[..at].trim_end(), text[at..].trim_start()))
}

/// What a break here costs, in em; negative where a pause invites it.
fn break_cost(before: &str, after: &str) -> f32 {
    let (Some(last), Some(next)) = (before.chars().last(), after.chars().next()) else {
        return BAD_BREAK_EM;
    };
    let in_word = |c: char| c.is_ascii_alphanumeric();
    let splits_word = in_word(last) && in_word(next);
    let strands_mark = OPENING.contains(&last) || CLOSING.contains(&next);
    if splits_word || strands_mark || "‘([·-".contains(last) || "’)]？·-号层楼室".contains(next)
    {
        BAD_BREAK_EM
    } else if CLOSING.contains(&last) || OPENING.contains(&next) || last.is_whitespace() {
        -GOOD_BREAK_EM
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::font::Weight;

    fn set(text: &str) -> Fitted {
        fit(Face::of(Weight::Bold).unwrap(), text, (174.0, 22.0), 10.5, true)
    }

    #[test]
    fn a_short_name_keeps_the_wanted_size() {
        assert_eq!(
            set("阜阳市人民医院"),
            Fitted { lines: vec!["阜阳市人民医院".into()], size_mm: 10.5 }
        );
    }

    #[test]
    fn a_longer_name_shrinks_before_it_wraps() {
        let fitted = set(&"阜".repeat(20));
        assert_eq!(fitted.lines.len(), 1);
        assert!(fitted.size_mm < 10.5 && fitted.size_mm > 8.0);
    }

    #[test]
    fn a_long_name_stands_on_two_nearly_equal_lines() {
        let fitted = set(&"阜".repeat(60));
        assert_eq!(fitted.lines, [String::from("阜").repeat(30), String::from("阜").repeat(30)]);
        assert!(fitted.size_mm > 5.7);
    }

    #[test]
    fn a_bracket_does_not_open_at_the_end_of_a_line() {
        let fitted = set("阜阳市颍州区三清路街道社区卫生服务中心（预防接种门诊与发热诊室）");
        assert_eq!(fitted.lines[1], "（预防接种门诊与发热诊室）");
    }

    #[test]
    fn a_break_takes_the_space_with_it() {
        let fitted = set("Fuyang Municipal Centre for Disease Control and Prevention");
        assert!(fitted.lines.iter().all(|line| line.trim() == line && !line.is_empty()));
        assert_eq!(
            fitted.lines.join(" "),
            "Fuyang Municipal Centre for Disease Control and Prevention"
        );
    }
}
