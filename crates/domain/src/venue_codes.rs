//! Venue codes (场所码): the printed identity of a checkpoint.

use crate::{
    outside::{Dice, roll},
    text::{narrow, number_form},
    time::UnixMs,
};
use std::fmt;

/// Characters of a code on the printed URL: 80 random bits, five to a character.
pub const CODE_CHARS: usize = 16;
/// RFC 4648 base32 in lower case, so that the URL is lower case throughout.
const CODE_ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// For reading over the telephone: no letter that looks or sounds like a digit.
const SPOKEN_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The sixteen characters after `/c/`.
///
/// They are kept in place: a scan looks for its door among a hundred thousand, and each step aside in
/// memory is one that it waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VenueCode([u8; CODE_CHARS]);

impl VenueCode {
    /// A fresh code, derived from nothing that can be counted through.
    #[must_use]
    pub fn fresh(dice: &dyn Dice) -> Self {
        let bits = roll::<CODE_CHARS>(dice);
        Self(bits.map(|b| CODE_ALPHABET[usize::from(b & 31)]))
    }

    /// Reads the path part; upper case is forgiven, since some readers shout.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut code: [u8; CODE_CHARS] = text.as_bytes().try_into().ok()?;
        code.make_ascii_lowercase();
        let right = |byte: &u8| matches!(byte, b'a'..=b'z' | b'2'..=b'7');
        code.iter().all(right).then_some(Self(code))
    }

    /// The sixteen characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // They are of ASCII, whichever way they came.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for VenueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A short number for the telephone and the foot of the poster: `FY-1202-7K3QD`.
#[must_use]
pub fn fresh_short_number(county: &str, dice: &dyn Dice) -> String {
    let tail: String =
        roll::<5>(dice).iter().map(|b| char::from(SPOKEN_ALPHABET[usize::from(b & 31)])).collect();
    format!("FY-{}-{tail}", county.get(2..6).unwrap_or("0000"))
}

/// What somebody took from a poster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Printed {
    /// The code, out of its URL or by itself.
    Code(VenueCode),
    /// The number at the foot.
    ShortNumber(String),
}

impl Printed {
    /// Reads the URL as a phone's camera shows it, the code by itself, or the number, with what people
    /// forget and mistake: the first letters, hyphens, O for 0. None when it is something else.
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        let lower = narrow(typed).trim().to_ascii_lowercase();
        if let Some((_, rest)) = lower.rsplit_once("/c/") {
            let code = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
            return VenueCode::parse(code).map(Self::Code);
        }
        if let Some(code) = VenueCode::parse(&lower) {
            return Some(Self::Code(code));
        }
        let whole = number_form(typed);
        let digits = whole.strip_prefix("FY").unwrap_or(&whole);
        let (county, tail) = digits.is_ascii().then_some(digits)?.split_at_checked(4)?;
        let tail = tail.replace('O', "0").replace(['I', 'L'], "1");
        let right = county.bytes().all(|b| b.is_ascii_digit())
            && tail.len() == 5
            && tail.bytes().all(|b| SPOKEN_ALPHABET.contains(&b));
        right.then(|| Self::ShortNumber(format!("FY-{county}-{tail}")))
    }
}

/// What has become of a printed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In use.
    Current,
    /// The authority has stopped it for now.
    Suspended,
    /// Another code hangs there since this time.
    Replaced(UnixMs),
    /// The door was closed for good.
    Closed,
}

impl Standing {
    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Suspended => "suspended",
            Self::Replaced(_) => "replaced",
            Self::Closed => "closed",
        }
    }

    /// The standing stored as `code`; `since` is when it began.
    #[must_use]
    pub fn from_code(code: &str, since: UnixMs) -> Option<Self> {
        Some(match code {
            "current" => Self::Current,
            "suspended" => Self::Suspended,
            "replaced" => Self::Replaced(since),
            "closed" => Self::Closed,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Same(u8);
    impl Dice for Same {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_code_survives_the_way_over_the_poster() {
        let code = VenueCode::fresh(&Same(0xff));
        assert_eq!(code.as_str(), "7777777777777777");
        assert_eq!(VenueCode::parse("7777777777777777"), Some(code));
        assert_eq!(VenueCode::parse("ABCDEFGHIJKLMNOP").unwrap().as_str(), "abcdefghijklmnop");
    }

    #[test]
    fn what_is_not_a_code_is_none() {
        for wrong in
            ["", "abc", "abcdefghijklmno1", "abcdefghijklmnopq", "场所码场所码场所码场所码场"]
        {
            assert!(VenueCode::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_stands_on_a_poster_is_read_as_people_bring_it() {
        let code = || Some(Printed::Code(VenueCode(*b"abcdefghijklmnop")));
        for typed in [
            "https://cs.example.gov.cn/c/abcdefghijklmnop",
            " HTTPS://CS.EXAMPLE.GOV.CN/C/ABCDEFGHIJKLMNOP ",
            "http://127.0.0.1:8080/c/abcdefghijklmnop?from=camera",
            "https://x/c/abcdefghijklmnop/r/1",
            "abcdefghijklmnop",
        ] {
            assert_eq!(Printed::read(typed), code(), "{typed}");
        }
        let number = || Some(Printed::ShortNumber("FY-1202-7K0QD".into()));
        for typed in ["FY-1202-7K0QD", "fy1202 7koqd", "１２０２－７Ｋ０ＱＤ", "1202-7K0QD"]
        {
            assert_eq!(Printed::read(typed), number(), "{typed}");
        }
        for other in ["", "东门", "青禾超市", "FY-1202-7K0", "https://x/c/short", "三清路 501 号"]
        {
            assert_eq!(Printed::read(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_short_number_is_read_and_nothing_breaks_the_reader(seed in any::<u8>(), text in ".{0,40}") {
            let number = fresh_short_number("341202", &Same(seed));
            prop_assert_eq!(Printed::read(&number), Some(Printed::ShortNumber(number.clone())));
            let _ = Printed::read(&text);
        }
    }

    #[test]
    fn the_short_number_names_the_county() {
        assert_eq!(fresh_short_number("341202", &Same(0)), "FY-1202-00000");
    }
}
