//! Identity documents: their kinds, how their numbers are checked, and what of a number may be shown.

use crate::{text::number_form, time::UnixMs};
use jiff::civil::Date;

/// What kind of identity document a person shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdKind {
    /// 居民身份证 and the residence permits with the same numbering (GB 11643-1999).
    ResidentId,
    /// 港澳居民来往内地通行证
    HkMacauPermit,
    /// 台湾居民来往大陆通行证
    TaiwanPermit,
    /// 外国人永久居留身份证
    ForeignResident,
    /// 护照
    Passport,
}

impl IdKind {
    /// All kinds, in the order a form offers them.
    pub const ALL: [Self; 5] = [
        Self::ResidentId,
        Self::HkMacauPermit,
        Self::TaiwanPermit,
        Self::ForeignResident,
        Self::Passport,
    ];

    /// The name on the wire and in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::HkMacauPermit => "hk_macau_permit",
            Self::TaiwanPermit => "taiwan_permit",
            Self::ForeignResident => "foreign_resident",
            Self::Passport => "passport",
        }
    }

    /// The kind with this `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The name as it is printed where room is short.
    #[must_use]
    pub fn short_label(self) -> &'static str {
        match self {
            Self::ResidentId => "身份证",
            Self::HkMacauPermit => "港澳通行证",
            Self::TaiwanPermit => "台湾通行证",
            Self::ForeignResident => "外国人居留证",
            Self::Passport => "护照",
        }
    }

    /// The Chinese name, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ResidentId => "身份证、港澳台居住证",
            Self::HkMacauPermit => "港澳居民来往内地通行证",
            Self::TaiwanPermit => "台湾居民来往大陆通行证",
            Self::ForeignResident => "外国人永久居留身份证",
            Self::Passport => "护照",
        }
    }
}

/// A checked identity document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdDocument {
    kind: IdKind,
    number: String,
}

impl IdDocument {
    /// Reads a number as people write it (full-width digits, spaces, lower-case x) and checks it.
    /// `today` bounds the birth date.
    ///
    /// # Errors
    /// Says what is wrong with the number and what to do.
    pub fn parse(kind: IdKind, typed: &str, today: UnixMs) -> Result<Self, &'static str> {
        let number = number_form(typed);
        if number.is_empty() {
            return Err("请填写证件号码");
        }
        if number.len() > 40 || !number.is_ascii() {
            return Err("证件号码里有不能识别的字符");
        }
        match kind {
            IdKind::ResidentId => check_resident_id(&number, today)?,
            IdKind::HkMacauPermit => check_hk_macau(&number)?,
            IdKind::TaiwanPermit => check_taiwan(&number)?,
            IdKind::ForeignResident => check_foreign_resident(&number, today)?,
            IdKind::Passport => check_passport(&number)?,
        }
        // One document is one person, whatever kind was chosen for it.
        match kind {
            IdKind::ResidentId if number.starts_with('9') => {
                Ok(Self { kind: IdKind::ForeignResident, number })
            }
            IdKind::TaiwanPermit => Ok(Self { kind, number: without_brackets(&number) }),
            _ => Ok(Self { kind, number }),
        }
    }

    /// The birth date, of numbers that have one: resident IDs, residence permits, and foreign permanent
    /// residents' cards since December 2023.
    #[must_use]
    pub fn born(&self) -> Option<Date> {
        born(self.kind, &self.number)
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> IdKind {
        self.kind
    }

    /// The number as stored: upper case, no spaces.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The part that stays the same when the document is renewed; people are found by it.
    #[must_use]
    pub fn identity(&self) -> &str {
        match self.kind {
            IdKind::HkMacauPermit => self.number.get(..9).unwrap_or(&self.number),
            IdKind::TaiwanPermit => self.number.get(..8).unwrap_or(&self.number),
            _ => &self.number,
        }
    }

    /// `341***********1234`: for authorised staff. Of numbers shorter than fifteen characters only
    /// the last third is shown, or little would be hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        let count = self.number.len();
        let (first, last) = if count >= 15 { (3, 4) } else { (0, count / 3) };
        let stars = "*".repeat(count - first - last);
        format!("{}{stars}{}", &self.number[..first], &self.number[count - last..])
    }
}

/// The birth date in a number that was checked when it came in.
pub(super) fn born(kind: IdKind, number: &str) -> Option<Date> {
    match kind {
        IdKind::ResidentId => birth_date(number),
        IdKind::ForeignResident if number.len() == 18 => birth_date(number),
        _ => None,
    }
}

/// GB 11643-1999: seventeen digits, real birth date, check character (MOD 11-2).
fn check_resident_id(number: &str, today: UnixMs) -> Result<(), &'static str> {
    let bytes = number.as_bytes();
    if bytes.len() != 18 {
        return Err("身份证号码应为 18 位，请数一数是否漏填或多填");
    }
    if !bytes[..17].iter().all(u8::is_ascii_digit) {
        return Err("身份证号码前 17 位只能是数字");
    }
    if !PROVINCES.contains(&&number[..2]) {
        return Err("身份证号码开头两位不是已有的地区，请核对");
    }
    let born = birth_date(number).ok_or("身份证号码中的出生日期不存在，请核对第 7 至 14 位")?;
    if born > today.civil().date() {
        return Err("身份证号码中的出生日期在今天之后，请核对第 7 至 14 位");
    }
    if resident_id_check(&bytes[..17]) == Some(bytes[17]) {
        Ok(())
    } else {
        Err("身份证号码校验不符，可能有一位填错，请核对")
    }
}

/// The first two digits in use: provinces (GB/T 2260), Taiwan, Hong Kong, Macau, and 8x of the
/// residence permits, 9x of foreign permanent residents' cards.
const PROVINCES: [&str; 39] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82", "83", "91", "92", "93", "94",
];

fn birth_date(number: &str) -> Option<Date> {
    let year = number.get(6..10)?.parse().ok()?;
    let month = number.get(10..12)?.parse().ok()?;
    let day = number.get(12..14)?.parse().ok()?;
    Date::new(year, month, day).ok().filter(|d| d.year() >= 1850)
}

/// The check character of seventeen digits, GB 11643-1999 clause 4.1 (ISO 7064, MOD 11-2).
#[must_use]
pub fn resident_id_check(digits: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if digits.len() != 17 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    b"10X98765432".get((sum % 11) as usize).copied()
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn check_hk_macau(number: &str) -> Result<(), &'static str> {
    let good =
        matches!(number.len(), 9 | 11) && number.starts_with(['H', 'M']) && digits(&number[1..]);
    match number.get(..2) {
        _ if good => Ok(()),
        Some("81" | "82") if number.len() == 18 => Err(IS_RESIDENCE_PERMIT),
        _ => Err("港澳居民来往内地通行证应为 H 或 M 加 8 位数字（换过证的加 10 位）"),
    }
}

fn check_taiwan(number: &str) -> Result<(), &'static str> {
    let new = number.len() == 8 && digits(number);
    // The old number: ten digits and a letter, printed in brackets.
    let bare = without_brackets(number);
    let old =
        bare.len() == 11 && digits(&bare[..10]) && bare.ends_with(|c: char| c.is_ascii_uppercase());
    match number.get(..2) {
        _ if new || old => Ok(()),
        Some("83") if number.len() == 18 => Err(IS_RESIDENCE_PERMIT),
        _ => Err("台湾居民来往大陆通行证应为 8 位数字，旧证为 10 位数字加括号里的字母"),
    }
}

const IS_RESIDENCE_PERMIT: &str = "这是居住证号码，请把证件类型改为“身份证、港澳台居住证”";

fn without_brackets(number: &str) -> String {
    number.chars().filter(|c| !matches!(c, '(' | ')')).collect()
}

fn check_foreign_resident(number: &str, today: UnixMs) -> Result<(), &'static str> {
    let old = number.len() == 15
        && number[..3].bytes().all(|b| b.is_ascii_uppercase())
        && digits(&number[3..]);
    if old {
        return Ok(());
    }
    if number.len() == 18 && number.starts_with('9') {
        return check_foreign_resident_new(number, today);
    }
    Err("外国人永久居留身份证应为 9 开头的 18 位号码，或 3 个字母加 12 位数字")
}

/// Since December 2023: eighteen characters starting with 9, MOD 11-2 as the resident ID.
fn check_foreign_resident_new(number: &str, today: UnixMs) -> Result<(), &'static str> {
    let bytes = number.as_bytes();
    let born = birth_date(number).filter(|born| *born <= today.civil().date());
    if born.is_some() && resident_id_check(&bytes[..17]) == Some(bytes[17]) {
        Ok(())
    } else {
        Err("外国人永久居留身份证号码校验不符，请核对")
    }
}

fn check_passport(number: &str) -> Result<(), &'static str> {
    let plain = number.bytes().all(|b| b.is_ascii_alphanumeric());
    match number.len() {
        5..=17 if plain => Ok(()),
        18 if plain => Err("这不像护照号码，请核对证件类型"),
        _ => Err("护照号码应为 5 至 17 位字母或数字"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TODAY: UnixMs = UnixMs(1_795_329_127_000);

    fn resident(typed: &str) -> Result<IdDocument, &'static str> {
        IdDocument::parse(IdKind::ResidentId, typed, TODAY)
    }

    #[test]
    fn known_good_numbers_are_taken_in_every_spelling() {
        for good in [
            "11010519491231002X",
            "440524188001010014",
            "810000199408230021",
            "830000199201300022",
            "１１０１０５１９４９１２３１００２ｘ",
            " 110105 19491231 002x ",
        ] {
            assert!(resident(good).is_ok(), "{good}: {:?}", resident(good));
        }
        assert_eq!(resident("11010519491231002x").unwrap().number(), "11010519491231002X");
    }

    #[test]
    fn each_fault_of_a_resident_id_has_its_own_words() {
        let faults = [
            ("", "请填写证件号码"),
            ("1101051949123100", "身份证号码应为 18 位，请数一数是否漏填或多填"),
            ("1101051949123A002X", "身份证号码前 17 位只能是数字"),
            ("00010519491231002X", "身份证号码开头两位不是已有的地区，请核对"),
            ("110105194902300020", "身份证号码中的出生日期不存在，请核对第 7 至 14 位"),
            ("110105209901010020", "身份证号码中的出生日期在今天之后，请核对第 7 至 14 位"),
            ("110105194912310021", "身份证号码校验不符，可能有一位填错，请核对"),
        ];
        for (typed, says) in faults {
            assert_eq!(resident(typed).unwrap_err(), says, "{typed}");
        }
    }

    #[test]
    fn other_documents_follow_their_own_shapes() {
        let good = [
            (IdKind::HkMacauPermit, "H12345678", "H12345678"),
            (IdKind::HkMacauPermit, "m1234567801", "M12345678"),
            (IdKind::TaiwanPermit, "12345678", "12345678"),
            (IdKind::TaiwanPermit, "1234567801(B)", "12345678"),
            (IdKind::ForeignResident, "USA123456789012", "USA123456789012"),
            (IdKind::Passport, "e12345678", "E12345678"),
        ];
        for (kind, typed, identity) in good {
            assert_eq!(IdDocument::parse(kind, typed, TODAY).unwrap().identity(), identity);
        }
        for (kind, typed) in [
            (IdKind::HkMacauPermit, "X12345678"),
            (IdKind::TaiwanPermit, "1234567"),
            (IdKind::ForeignResident, "911124198108030025"),
            (IdKind::Passport, "E1"),
            (IdKind::Passport, "护照12345"),
        ] {
            assert!(IdDocument::parse(kind, typed, TODAY).is_err(), "{typed}");
        }
    }

    #[test]
    fn masks_show_the_ends_of_long_numbers_only() {
        assert_eq!(resident("11010519491231002X").unwrap().masked(), "110***********002X");
        let passport = IdDocument::parse(IdKind::Passport, "E1234", TODAY).unwrap();
        assert_eq!(passport.masked(), "****4");
    }

    /// Each kind of document of the standards, in the spellings of people.
    #[test]
    fn every_kind_of_document_is_taken_and_found_again_when_it_is_renewed() {
        let (hk, tw, foreign) =
            (IdKind::HkMacauPermit, IdKind::TaiwanPermit, IdKind::ForeignResident);
        for (kind, typed, identity) in [
            // HK/Macau: without, and with a counter of renewals.
            (hk, "H12345678", "H12345678"),
            (hk, "h1234567800", "H12345678"),
            (hk, "H12345678 02", "H12345678"),
            (hk, "Ｍ１２３４５６７８", "M12345678"),
            // Taiwan: the new card, and the old booklet as it is printed and as it is typed.
            (tw, "12345678", "12345678"),
            (tw, "1234567801(B)", "12345678"),
            (tw, "1234567802（Ｃ）", "12345678"),
            (tw, "1234567801b", "12345678"),
            // Foreign permanent residents: before December 2023, and since.
            (foreign, "USA123456789012", "USA123456789012"),
            (foreign, "usa 1234 5678 9012", "USA123456789012"),
        ] {
            let id = IdDocument::parse(kind, typed, TODAY).unwrap();
            assert_eq!((id.kind(), id.identity(), id.born()), (kind, identity, None), "{typed}");
        }
        for permit in ["810000199408230021", "830000199201300022", &with_check("82000019900101001")]
        {
            let id = resident(permit).unwrap();
            assert_eq!(id.kind(), IdKind::ResidentId, "{permit}");
            assert!(id.born().is_some());
            let wrong = if permit.starts_with("83") { tw } else { hk };
            let said = IdDocument::parse(wrong, permit, TODAY).unwrap_err();
            assert_eq!(said, IS_RESIDENCE_PERMIT);
        }
        assert!(resident(&with_check("84000019900101001")).is_err());
    }

    #[test]
    fn a_foreign_residents_card_is_the_same_person_under_both_kinds() {
        let number = with_check("91112419810803002");
        let one = resident(&number).unwrap();
        let other = IdDocument::parse(IdKind::ForeignResident, &number, TODAY).unwrap();
        assert_eq!(one, other);
        assert_eq!(one.born().map(|born| born.to_string()), Some("1981-08-03".to_owned()));
        let old = IdDocument::parse(IdKind::TaiwanPermit, "1234567801(B)", TODAY).unwrap();
        assert_eq!(old.number(), "1234567801B");
    }

    #[test]
    fn dates_that_are_none_are_refused_before_the_check_character_is_looked_at() {
        for body in
            ["34120219900230001", "34120219901301001", "34120219900100001", "34120218491231001"]
        {
            let said = resident(&with_check(body)).unwrap_err();
            assert_eq!(said, "身份证号码中的出生日期不存在，请核对第 7 至 14 位", "{body}");
        }
        assert!(resident(&with_check("34120220000229001")).is_ok(), "a leap day");
        assert!(resident(&with_check("34120219000229001")).is_err(), "1900 had none");
        let today = resident(&with_check("34120220261122001"));
        assert!(today.is_ok(), "born today");
        let tomorrow = resident(&with_check("34120220261123001")).unwrap_err();
        assert_eq!(tomorrow, "身份证号码中的出生日期在今天之后，请核对第 7 至 14 位");
    }

    fn with_check(body: &str) -> String {
        format!("{body}{}", char::from(resident_id_check(body.as_bytes()).unwrap()))
    }

    proptest! {
        #[test]
        fn one_wrong_digit_never_passes(at in 0usize..17, to in b'0'..=b'9') {
            let mut number = *b"11010519491231002X";
            prop_assume!(number[at] != to);
            number[at] = to;
            prop_assert!(resident(std::str::from_utf8(&number).unwrap()).is_err());
        }

        #[test]
        fn any_text_gets_an_answer(kind in 0usize..5, text in "\\PC{0,40}") {
            if let Ok(id) = IdDocument::parse(IdKind::ALL[kind], &text, TODAY) {
                prop_assert!(id.masked().len() == id.number().len());
                prop_assert!(id.masked().matches('*').count() * 2 > id.number().len());
                prop_assert!(id.number().starts_with(id.identity()));
            }
        }

        #[test]
        fn however_a_number_is_spelled_it_is_the_same(
            n in 0u32..1_000,
            wide in proptest::collection::vec(any::<bool>(), 18),
            spaces in proptest::collection::vec(0usize..2, 18),
            lower in any::<bool>(),
        ) {
            let number = with_check(&format!("34120219900101{n:03}"));
            let typed: String = number.chars().zip(wide.iter().zip(&spaces)).map(|(c, (wide, space))| {
                let c = if lower { c.to_ascii_lowercase() } else { c };
                let c = if *wide { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c };
                format!("{}{c}", "\u{3000}".repeat(*space))
            }).collect();
            let read = resident(&typed);
            prop_assert_eq!(read.as_ref().map(IdDocument::number), Ok(number.as_str()));
        }
    }
}
