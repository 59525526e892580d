//! When somebody was born, to the month: enough for a limit of age, and no more is kept for it.

use super::{IdDocument, IdKind, documents};
use crate::time::UnixMs;

/// The first year that is counted, as in the check of a document.
const YEAR_MIN: i16 = 1850;
/// The last.
const YEAR_MAX: i16 = 2199;

/// Year and month of a birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthMonth(u16);

/// Months since January of the first year.
fn months(year: i16, month: i8) -> Option<u16> {
    if !(YEAR_MIN..=YEAR_MAX).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    u16::try_from(i32::from(year - YEAR_MIN) * 12 + i32::from(month) - 1).ok()
}

impl BirthMonth {
    /// A month of a year, 1850 to 2199.
    #[must_use]
    pub fn new(year: i16, month: i8) -> Option<Self> {
        months(year, month).map(|months| Self(months + 1))
    }

    /// As a number; never 0.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }

    /// `1949-12`
    #[must_use]
    pub fn text(self) -> String {
        let months = self.0 - 1;
        format!("{}-{:02}", i32::from(YEAR_MIN) + i32::from(months / 12), months % 12 + 1)
    }

    /// The one with this number; 0 is nobody's.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        let last = months(YEAR_MAX, 12).map_or(0, |months| months + 1);
        (1..=last).contains(&number).then_some(Self(number))
    }

    /// Months from the month of birth to that of `now`; negative before it.
    fn months_old(self, now: UnixMs) -> Option<i32> {
        let today = now.civil().date();
        let today = months(today.year(), today.month())?;
        Some(i32::from(today) + 1 - i32::from(self.0))
    }

    /// Whether they are certainly younger than this. The day is not known, so in the month of that
    /// birthday they are not.
    #[must_use]
    pub fn is_under(self, years: u8, now: UnixMs) -> bool {
        self.months_old(now).is_some_and(|old| (0..i32::from(years) * 12).contains(&old))
    }

    /// Whether they have certainly reached this age: from the month after that birthday on.
    #[must_use]
    pub fn has_reached(self, years: u8, now: UnixMs) -> bool {
        self.months_old(now).is_some_and(|old| old > i32::from(years) * 12)
    }
}

impl IdDocument {
    /// When its holder was born, where the number says so: GB 11643-1999, digits 7 to 12, and the
    /// permits and cards with the same numbering.
    #[must_use]
    pub fn birth_month(&self) -> Option<BirthMonth> {
        birth_month(self.kind(), self.number())
    }
}

/// The same of a number that was checked when it came in.
#[must_use]
pub fn birth_month(kind: IdKind, number: &str) -> Option<BirthMonth> {
    let born = documents::born(kind, number)?;
    BirthMonth::new(born.year(), born.month())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY_MS;
    use jiff::civil::Date;
    use proptest::prelude::*;

    /// 2026-11-22 14:32:07 in Fuyang.
    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    fn born(year: i16, month: i8) -> BirthMonth {
        BirthMonth::new(year, month).unwrap()
    }

    #[test]
    fn the_month_of_a_birthday_counts_for_neither_side() {
        assert!(born(2023, 12).is_under(3, NOW), "turns three next month");
        assert!(!born(2023, 11).is_under(3, NOW), "turns three this month");
        assert!(!born(2026, 12).is_under(3, NOW), "not born yet");
        assert!(born(2026, 11).is_under(3, NOW), "born this month");
        assert!(born(1946, 10).has_reached(80, NOW), "turned eighty last month");
        assert!(!born(1946, 11).has_reached(80, NOW), "turns eighty this month");
    }

    #[test]
    fn numbers_with_a_date_in_them_say_it_and_others_say_nothing() {
        let says = |kind, number: &str| IdDocument::parse(kind, number, NOW).unwrap().birth_month();
        assert_eq!(says(IdKind::ResidentId, "11010519491231002X"), Some(born(1949, 12)));
        assert_eq!(says(IdKind::ResidentId, "810000199408230021"), Some(born(1994, 8)));
        assert_eq!(says(IdKind::ForeignResident, "USA123456789012"), None);
        assert_eq!(says(IdKind::HkMacauPermit, "H12345678"), None);
        assert_eq!(says(IdKind::Passport, "194912310021"), None);
    }

    #[test]
    fn numbers_come_back_and_no_others_do() {
        for (year, month) in [(1850, 1), (1949, 12), (2199, 12)] {
            let month = born(year, month);
            assert_eq!(BirthMonth::from_number(month.number()), Some(month));
            let text = month.text();
            let parts = text.split_once('-').unwrap();
            assert_eq!(
                BirthMonth::new(parts.0.parse().unwrap(), parts.1.parse().unwrap()),
                Some(month)
            );
        }
        for nobody in [0, 4_201, u16::MAX] {
            assert_eq!(BirthMonth::from_number(nobody), None, "{nobody}");
        }
        for (year, month) in [(1849, 12), (2200, 1), (2000, 0), (2000, 13)] {
            assert_eq!(BirthMonth::new(year, month), None);
        }
    }

    proptest! {
        #[test]
        fn an_age_is_never_said_of_somebody_who_is_not_of_it(
            days in 0_i32..36_500, years in 1_u8..120, later in 0_i64..40_000,
        ) {
            let first = Date::new(1920, 1, 1).unwrap();
            let birthday = first.checked_add(jiff::Span::new().days(days)).unwrap();
            let now = UnixMs(NOW.0 - 20_000 * DAY_MS + later * DAY_MS);
            let today = now.civil().date();
            prop_assume!(birthday <= today);
            let month = born(birthday.year(), birthday.month());
            let since = birthday.until((jiff::Unit::Year, today)).unwrap();
            let old = i32::from(since.get_years());
            if month.is_under(years, now) {
                prop_assert!(old < i32::from(years));
            }
            if month.has_reached(years, now) {
                prop_assert!(old >= i32::from(years));
            }
            prop_assert!(!(month.is_under(years, now) && month.has_reached(years, now)));
        }
    }
}
