//! Organisations (单位): who applies, and the unified social credit code.

use crate::{
    fields::Complaints,
    regions::RegionCode,
    text::{line, number_form},
};

/// Most characters of a registered name.
pub const NAME_CHARS_MAX: usize = 60;

/// How a unified social credit code fares against its check character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditCheck {
    /// The check character agrees.
    Agrees,
    /// It does not. Real codes like this exist, so the reviewer is warned and nothing is rejected.
    Differs,
}

/// A unified social credit code (GB 32100-2015): eighteen characters, upper case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditCode {
    code: String,
    check: CreditCheck,
}

/// The characters a code may have, in the order of their values (GB 32100-2015, table 2).
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl CreditCode {
    /// Reads a code as typed.
    ///
    /// # Errors
    /// When it has a wrong length or a character outside the set.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）";
        let code = number_form(typed);
        if code.len() != 18 {
            return Err(WRONG);
        }
        let mut values = [0u32; 18];
        for (value, byte) in values.iter_mut().zip(code.bytes()) {
            let at = CREDIT_ALPHABET.iter().position(|c| *c == byte).ok_or(WRONG)?;
            *value = u32::try_from(at).unwrap_or(0);
        }
        Ok(Self { check: credit_check(&values), code })
    }

    /// The eighteen characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.code
    }

    /// Whether the check character agrees.
    #[must_use]
    pub fn check(&self) -> CreditCheck {
        self.check
    }
}

/// GB 32100-2015, clause 4.3: weights 3^(i−1) mod 31, check = 31 − Σ mod 31, where 31 is 0.
fn credit_check(values: &[u32; 18]) -> CreditCheck {
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    let expected = (31 - sum % 31) % 31;
    if expected == values[17] { CreditCheck::Agrees } else { CreditCheck::Differs }
}

/// An organisation as typed into the form.
#[derive(Clone, Debug, Default)]
pub struct OrganisationForm {
    /// Registered name.
    pub name: String,
    /// Unified social credit code; may be empty.
    pub credit_code: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
}

/// An organisation that may be stored.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    /// Registered name.
    pub name: String,
    /// Unified social credit code, if it has one.
    pub credit_code: Option<CreditCode>,
    /// Township; the county follows from it.
    pub township: RegionCode,
}

impl OrganisationForm {
    /// Checks the form. Whether the township exists is for the caller to look up.
    ///
    /// # Errors
    /// Every complaint at once, each at its field.
    pub fn check(&self) -> Result<NewOrganisation, Complaints> {
        let mut complaints = Complaints::default();
        let name = complaints.take(
            "name",
            line(&self.name, NAME_CHARS_MAX, "请填写单位名称", "单位名称不能超过 60 个字"),
        );
        let credit_code = if self.credit_code.trim().is_empty() {
            Some(None)
        } else {
            complaints.take("credit_code", CreditCode::parse(&self.credit_code)).map(Some)
        };
        let township = complaints.take("township", township_in(&self.county, &self.township));
        match (name, credit_code, township) {
            (Some(name), Some(credit_code), Some(township)) => {
                Ok(NewOrganisation { name, credit_code, township })
            }
            _ => Err(complaints),
        }
    }
}

/// The township code, when it lies in the county chosen beside it (an empty county is not held
/// against it, since the township names its county).
///
/// # Errors
/// When it is missing, malformed or of another county.
pub fn township_in(county: &str, township: &str) -> Result<RegionCode, &'static str> {
    let code = RegionCode::parse(township.trim()).filter(|c| c.as_str().len() == 9);
    let code = code.ok_or("请选择乡镇或街道")?;
    if county.is_empty() || code.county() == county.trim() {
        Ok(code)
    } else {
        Err("这个乡镇或街道不在所选的县区内")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn good_codes_agree_and_one_wrong_check_is_a_warning() {
        for good in ["91350100M000100Y43", "91340700151112130R", "９１３５０１００m000100y43"]
        {
            assert_eq!(CreditCode::parse(good).unwrap().check(), CreditCheck::Agrees, "{good}");
        }
        let warned = CreditCode::parse("91350100M000100Y44").unwrap();
        assert_eq!(warned.check(), CreditCheck::Differs);
    }

    #[test]
    fn a_wrong_length_or_character_is_refused() {
        for bad in [
            "",
            "91350100M000100Y4",
            "91350100M000100Y4Z",
            "91350100M000100Y4O",
            "九1350100M000100Y43",
        ] {
            assert!(CreditCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_complaint_comes_at_once() {
        let form = OrganisationForm { credit_code: "1".into(), ..Default::default() };
        let complaints = form.check().unwrap_err();
        for field in ["name", "credit_code", "township"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
    }

    proptest! {
        #[test]
        fn changing_one_of_the_first_seventeen_characters_is_noticed(at in 0usize..17, to in 0usize..31) {
            let mut code = *b"91350100M000100Y43";
            prop_assume!(code[at] != CREDIT_ALPHABET[to]);
            code[at] = CREDIT_ALPHABET[to];
            let read = CreditCode::parse(std::str::from_utf8(&code).unwrap()).unwrap();
            prop_assert_eq!(read.check(), CreditCheck::Differs);
        }

        #[test]
        fn any_text_gets_an_answer(text in ".{0,40}") {
            let _ = CreditCode::parse(&text);
        }
    }
}
