//! People: identity documents, names, who may register alone, and families.

mod birth;
mod checks;
mod documents;
mod family;
mod names;
mod typos;

pub use birth::{BirthMonth, birth_month};
pub use checks::{CheckOutcome, FAILED_TRIES_MAX, NOT_FOUND_TRIES_MAX};
pub use documents::{IdDocument, IdKind, resident_id_check};
pub use family::{MemberForm, NewMember, Relation};
pub use names::{NAME_CHARS_MAX, check_name, mask_name, same_name};
pub use typos::{SLIPS_MAX, is_slip, slips};

use crate::{fields::Complaints, phones::Phone, time::UnixMs};
use jiff::civil::Date;

/// Below this many years a guardian decides: 个人信息保护法 article 31.
pub const GUARDED_BELOW_YEARS: i16 = 14;

/// A person's number: dense, given at registration, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonNumber(pub u64);

/// Whether somebody born on this day still has a guardian who decides for them.
#[must_use]
pub fn is_guarded(born: Date, now: UnixMs) -> bool {
    let today = now.civil().date();
    // Whoever was born on 29 February becomes a year older on 1 March.
    let birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let years = today.year() - born.year() - i16::from(!birthday);
    years < GUARDED_BELOW_YEARS
}

/// A person as typed into the registration form.
#[derive(Clone, Debug, Default)]
pub struct PersonForm {
    /// Name.
    pub name: String,
    /// Code of the kind of document.
    pub id_kind: String,
    /// Number of the document.
    pub id_number: String,
    /// Mobile number.
    pub phone: String,
    /// Whether they said that they are fourteen or older: asked where the document does not say when
    /// somebody was born.
    pub of_age: bool,
    /// Whether the privacy notice was agreed to.
    pub consent: bool,
}

/// A person who may be registered.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Full name; goes into the vault at once.
    pub name: String,
    /// The document; goes into the vault at once.
    pub id: IdDocument,
    /// The phone; goes into the vault at once.
    pub phone: Phone,
}

/// Reads a name and a document; complaints at `name`, `id_kind`, `id_number`.
pub(crate) fn named(
    complaints: &mut Complaints,
    (name, id_kind, id_number): (&str, &str, &str),
    today: UnixMs,
) -> Option<(String, IdDocument)> {
    let name = complaints.take("name", check_name(name));
    let kind = IdKind::from_code(id_kind.trim()).ok_or("请选择证件类型");
    let kind = complaints.take("id_kind", kind);
    let id = kind
        .and_then(|kind| complaints.take("id_number", IdDocument::parse(kind, id_number, today)));
    name.zip(id)
}

impl PersonForm {
    /// Checks the form of somebody who registers for themself.
    ///
    /// # Errors
    /// Every complaint at once, each at its field.
    pub fn check(&self, today: UnixMs) -> Result<NewPerson, Complaints> {
        let mut complaints = Complaints::default();
        let typed = (self.name.as_str(), self.id_kind.as_str(), self.id_number.as_str());
        let named = named(&mut complaints, typed, today);
        let phone = complaints.take("phone", Phone::parse(&self.phone));
        match named.as_ref().map(|(_, id)| id.born()) {
            Some(Some(born)) if is_guarded(born, today) => complaints.add("id_number", GUARDED),
            Some(None) if !self.of_age => complaints.add("of_age", SAY_OF_AGE),
            _ => {}
        }
        if !self.consent {
            complaints.add("consent", "请先阅读并同意个人信息处理说明");
        }
        match (named, phone) {
            (Some((name, id)), Some(phone)) if complaints.is_empty() => {
                Ok(NewPerson { name, id, phone })
            }
            _ => Err(complaints),
        }
    }
}

const GUARDED: &str =
    "未满 14 周岁不能自己登记：请监护人用自己的手机扫码登记，再在“我的记录—家人”里添加孩子";
const SAY_OF_AGE: &str = "请确认已满 14 周岁；未满 14 周岁的，由监护人在“我的记录—家人”里添加";

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    /// 2026-11-22 14:32:07 in Fuyang.
    const TODAY: UnixMs = UnixMs(1_795_329_127_000);

    fn resident(born: &str) -> String {
        let body = format!("341202{born}001");
        format!("{body}{}", char::from(resident_id_check(body.as_bytes()).unwrap()))
    }

    fn form(id_kind: &str, id_number: &str) -> PersonForm {
        PersonForm {
            name: "李小明".to_owned(),
            id_kind: id_kind.to_owned(),
            id_number: id_number.to_owned(),
            phone: "13800138000".to_owned(),
            of_age: false,
            consent: true,
        }
    }

    #[test]
    fn the_fourteenth_birthday_is_the_first_day_alone() {
        assert!(form("resident_id", &resident("20121122")).check(TODAY).is_ok());
        let refused = form("resident_id", &resident("20121123")).check(TODAY).unwrap_err();
        assert_eq!(refused.about("id_number"), Some(GUARDED));
        let leap = date(2012, 2, 29);
        let at = |day: Date| {
            UnixMs(day.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_millisecond())
        };
        assert!(is_guarded(leap, at(date(2026, 2, 28))));
        assert!(!is_guarded(leap, at(date(2026, 3, 1))));
    }

    #[test]
    fn whose_document_does_not_say_their_age_is_asked_for_it() {
        let refused = form("passport", "E12345678").check(TODAY).unwrap_err();
        assert_eq!(refused.about("of_age"), Some(SAY_OF_AGE));
        assert_eq!(refused.0.len(), 1, "nothing else is wrong");
        let said = PersonForm { of_age: true, ..form("passport", "E12345678") };
        assert!(said.check(TODAY).is_ok());
        // A number that says it is believed more than a tick.
        let child = PersonForm { of_age: true, ..form("resident_id", &resident("20200101")) };
        assert!(child.check(TODAY).unwrap_err().about("id_number").is_some());
    }

    proptest! {
        #[test]
        fn nobody_below_fourteen_registers_alone_and_everybody_else_may(days in 0i32..40_000) {
            let today = TODAY.civil().date();
            let born = today.checked_sub(days.days()).unwrap();
            let number = resident(&format!("{:04}{:02}{:02}", born.year(), born.month(), born.day()));
            let old_enough = born <= date(2012, 11, 22);
            prop_assert_eq!(form("resident_id", &number).check(TODAY).is_ok(), old_enough);
        }
    }
}
