//! Mobile numbers.

use crate::text::number_form;

/// A mobile number of mainland China: eleven digits, `1[3-9]` first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it: full-width digits, spaces, hyphens and `+86` are fine.
    ///
    /// # Errors
    /// Says what a number must look like.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let plain = number_form(typed);
        let plain =
            plain.strip_prefix("+86").or_else(|| plain.strip_prefix("0086")).unwrap_or(&plain);
        let bytes = plain.as_bytes();
        let good = bytes.len() == 11
            && bytes[0] == b'1'
            && (b'3'..=b'9').contains(&bytes[1])
            && bytes.iter().all(u8::is_ascii_digit);
        if good {
            Ok(Self(plain.to_owned()))
        } else {
            Err("请填写 11 位手机号码，例如 13800138000")
        }
    }

    /// The eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `138****8000`: what staff may see.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_every_usual_spelling() {
        for typed in ["13800138000", "138 0013 8000", "+86-138-0013-8000", "１３８００１３８０００"]
        {
            assert_eq!(Phone::parse(typed).unwrap().as_str(), "13800138000", "{typed}");
        }
    }

    #[test]
    fn what_is_not_a_mobile_number_is_refused() {
        for typed in
            ["", "1380013800", "138001380000", "12800138000", "0558-2222222", "1380013800a"]
        {
            assert!(Phone::parse(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn staff_see_the_ends_only() {
        assert_eq!(Phone::parse("13800138000").unwrap().masked(), "138****8000");
    }
}
