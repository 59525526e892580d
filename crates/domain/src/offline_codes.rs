//! Offline codes (离线码): what a person without a phone carries, printed and signed.

use crate::time::{DAY_MS, UnixMs};

/// Days a code works.
pub const LASTS_DAYS: i64 = 180;
/// Most codes of one person that work at the same time.
pub const CODES_MAX: usize = 5;
/// Days that an ended code stays in the list of whoever printed it.
pub const LISTED_DAYS: i64 = 30;

/// How a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    InForce,
    /// Its time is over.
    Over,
    /// It was revoked.
    Revoked(UnixMs),
}

/// How a code stands at `now`. Revoked counts before over: whoever revoked it is to see that they did.
#[must_use]
pub fn standing(expires: UnixMs, revoked: Option<UnixMs>, now: UnixMs) -> Standing {
    match revoked {
        Some(at) => Standing::Revoked(at),
        None if now >= expires => Standing::Over,
        None => Standing::InForce,
    }
}

/// When a code made at `now` ends: at the end of a civil day, as people read dates.
#[must_use]
pub fn expires(now: UnixMs) -> UnixMs {
    now.day_start().plus((LASTS_DAYS + 1) * DAY_MS)
}

/// The number of a code as people read it: sixteen hexadecimal digits in fours.
#[must_use]
pub fn number_text(number: i64) -> String {
    let digits = format!("{number:016X}");
    [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join("-")
}

/// The number that [`number_text`] wrote, however it was typed.
#[must_use]
pub fn number_from_text(text: &str) -> Option<i64> {
    let digits = crate::text::number_form(text);
    let number = (digits.len() == 16).then(|| i64::from_str_radix(&digits, 16).ok()).flatten();
    number.filter(|number| *number >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    #[test]
    fn a_code_works_for_half_a_year_and_until_it_is_revoked() {
        let end = expires(NOW);
        assert_eq!(end.date_time_text(), "2027-05-22 00:00:00");
        assert_eq!(standing(end, None, end.plus(-1)), Standing::InForce);
        assert_eq!(standing(end, None, end), Standing::Over);
        assert_eq!(standing(end, Some(NOW), end), Standing::Revoked(NOW));
    }

    proptest! {
        #[test]
        fn a_number_is_read_back_as_it_was_written(number in 0..=i64::MAX) {
            prop_assert_eq!(number_from_text(&number_text(number)), Some(number));
            prop_assert_eq!(number_from_text(&number_text(number).to_lowercase()), Some(number));
        }

        #[test]
        fn anything_typed_as_a_number_is_answered(text: String) {
            let _ = number_from_text(&text);
        }
    }
}
