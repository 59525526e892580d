//! Text that people type: widths, spaces and lengths made even before any rule looks at it.

use std::borrow::Cow;

/// Turns full-width letters, digits and signs (U+FF01–FF5E) and the ideographic space into their
/// plain forms, and drops control and zero-width characters.
#[must_use]
pub fn narrow(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            other => other,
        })
        .collect()
}

/// A line of text with outer spaces gone and inner runs of spaces made one. Chinese full-width
/// brackets and commas stay as they were written, since names carry them.
#[must_use]
pub fn tidy(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_control() || c == '\u{3000}' || c == '\u{a0}' { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'))
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `narrow` without any space or hyphen and in upper case: how numbers are compared.
#[must_use]
pub fn number_form(text: &str) -> String {
    narrow(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–' | '—' | '·'))
        .flat_map(char::to_uppercase)
        .collect()
}

/// The form under which two names count as the same: narrow, no spaces, no signs, lower case.
#[must_use]
pub fn same_form(text: &str) -> String {
    // Lower case first: it makes an i and a dot above, which is a sign, of `İ`.
    narrow(text).chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// The text as a cell of a table that people open with a spreadsheet program: what such a program
/// would take for a formula gets an apostrophe before it.
#[must_use]
pub fn harmless_cell(text: &str) -> Cow<'_, str> {
    let risky = |c: char| {
        matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    };
    if text.trim_start().starts_with(risky) || text.starts_with(risky) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// A tidied line of 1 to `max` characters.
///
/// # Errors
/// `empty` when nothing is left, `long` when it has more than `max` characters.
pub fn line(
    text: &str,
    max: usize,
    empty: &'static str,
    long: &'static str,
) -> Result<String, &'static str> {
    let tidied = tidy(text);
    match tidied.chars().count() {
        0 => Err(empty),
        n if n > max => Err(long),
        _ => Ok(tidied),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_digits_become_plain() {
        assert_eq!(number_form(" １１０１０５-1949 1231００２x"), "11010519491231002X");
    }

    #[test]
    fn nothing_in_a_table_runs_as_a_formula() {
        for bad in ["=1+1", "+86", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "＝1", "　＠x"]
        {
            assert_eq!(harmless_cell(bad), format!("'{bad}"));
        }
        for good in ["", "刘*英", "1-2", "a=b", "老味道 正门"] {
            assert_eq!(harmless_cell(good), good);
        }
    }

    #[test]
    fn brackets_of_a_registered_name_stay() {
        assert_eq!(tidy("  阜阳市人民医院（南区）\u{3000} 东门 "), "阜阳市人民医院（南区） 东门");
        assert_eq!(same_form("阜阳市人民医院（南区）"), same_form("阜阳市人民医院(南区) "));
    }
}
