//! Places (场所名录): the authority's register of which places there are, and which unit each of them is.

use crate::{
    checkpoints::ADDRESS_CHARS_MAX,
    fields::Complaints,
    organisations::{CreditCode, NAME_CHARS_MAX, township_in},
    regions::RegionCode,
    text::{line, same_form},
};
use std::collections::HashMap;

/// A place as a list has it, with the codes of its region and category.
#[derive(Clone, Debug, Default)]
pub struct PlaceForm {
    /// Registered name.
    pub name: String,
    /// Unified social credit code; may be empty.
    pub credit_code: String,
    /// Address.
    pub address: String,
    /// County code.
    pub county: String,
    /// Township code; may be empty.
    pub township: String,
    /// Category code; may be empty.
    pub category: String,
}

/// A place that may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPlace {
    /// Registered name.
    pub name: String,
    /// Unified social credit code, if it has one.
    pub credit_code: Option<CreditCode>,
    /// Address.
    pub address: String,
    /// County.
    pub county: RegionCode,
    /// Township, where the list says which.
    pub township: Option<RegionCode>,
    /// Category code, where the list says one of ours.
    pub category: Option<String>,
}

impl PlaceForm {
    /// Checks the form. Whether region and category exist is for the caller to look up.
    ///
    /// # Errors
    /// Every complaint at once, each at its field.
    pub fn check(&self) -> Result<NewPlace, Complaints> {
        let mut complaints = Complaints::default();
        let name = complaints.take(
            "name",
            line(&self.name, NAME_CHARS_MAX, "请填写场所名称", "场所名称不能超过 60 个字"),
        );
        let address = complaints.take(
            "address",
            line(&self.address, ADDRESS_CHARS_MAX, "请填写详细地址", "地址不能超过 80 个字"),
        );
        let given = |text: &str| !text.trim().is_empty();
        let credit_code = given(&self.credit_code)
            .then(|| complaints.take("credit_code", CreditCode::parse(&self.credit_code)));
        let county = RegionCode::parse(self.county.trim()).filter(|c| c.as_str().len() == 6);
        let county = complaints.take("county", county.ok_or("请选择县区"));
        let township = given(&self.township)
            .then(|| complaints.take("township", township_in(&self.county, &self.township)));
        match (name, address, county) {
            (Some(name), Some(address), Some(county)) if complaints.is_empty() => Ok(NewPlace {
                name,
                credit_code: credit_code.flatten(),
                address,
                county,
                township: township.flatten(),
                category: given(&self.category).then(|| self.category.trim().to_owned()),
            }),
            _ => Err(complaints),
        }
    }
}

impl NewPlace {
    /// What a place is found by when its list comes again: name, address and county, evened out.
    #[must_use]
    pub fn same_key(&self) -> String {
        let (name, address) = (same_form(&self.name), same_form(&self.address));
        format!("{name}|{address}|{}", self.county.as_str())
    }
}

/// Whether it is settled which unit a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// Nobody has looked.
    Open,
    /// Somebody said which unit it is.
    Confirmed,
    /// Somebody looked and there is no unit: nobody has applied for the place.
    NoUnit,
}

impl Match {
    /// All of them, in the order of work.
    pub const ALL: [Self; 3] = [Self::Open, Self::Confirmed, Self::NoUnit];

    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::NoUnit => "no_unit",
        }
    }

    /// The one stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "待对应",
            Self::Confirmed => "已对应",
            Self::NoUnit => "无对应单位",
        }
    }
}

/// What a place and a unit are compared by, in the forms of [`crate::similar`].
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The similar form of its name.
    pub name: &'a str,
    /// The near form of its address; empty when it is not known.
    pub address: &'a str,
    /// County code.
    pub county: &'a str,
    /// Credit code, if it has one.
    pub credit_code: Option<&'a str>,
}

/// How much speaks for a place being a unit, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// 0 to 100.
    pub points: u8,
    /// Whether the credit codes agree; none when one of them has none.
    pub credit: Option<bool>,
    /// How alike the names are, 0 to 100.
    pub name: u8,
    /// Whether it is the same house of the same street; none when one of the addresses is not known.
    pub address: Option<bool>,
}

/// From so many points on, a place may be confirmed together with others.
pub const SURE_MIN: u8 = 90;
/// From so many points on, a unit is worth showing beside a place.
pub const WORTH_MIN: u8 = 30;
/// Most points while something speaks against it.
const DOUBTED_MAX: u32 = 60;
/// Most points for a name alone: many places are called the same.
const NAME_ALONE_MAX: u32 = 80;

/// What each counts when it agrees fully, in points before they are scaled to 100: a credit code is one
/// legal person's, a name may be had by two, and in one house there are many.
const CREDIT: u32 = 65;
const NAME: u32 = 25;
const ADDRESS: u32 = 10;

/// Compares a place with a unit. What one of them lacks is not counted, so that two without credit codes
/// can be as sure as two with; but a name alone is never sure. Credit codes that differ, and counties that differ without a credit code
/// that agrees, cap the points.
#[must_use]
pub fn score(place: Facts<'_>, unit: Facts<'_>) -> Score {
    let credit = place.credit_code.zip(unit.credit_code).map(|(one, other)| one == other);
    let known = !place.address.is_empty() && !unit.address.is_empty();
    let address = known.then(|| place.address == unit.address && place.county == unit.county);
    let name = alike(place.name, unit.name);
    let full = NAME + credit.map_or(0, |_| CREDIT) + address.map_or(0, |_| ADDRESS);
    let mut sum = NAME * u32::from(name);
    sum += if credit == Some(true) { CREDIT * 100 } else { 0 };
    sum += if address == Some(true) { ADDRESS * 100 } else { 0 };
    let elsewhere = place.county != unit.county && credit != Some(true);
    let doubted = elsewhere || credit == Some(false);
    let points_max = match (credit, address) {
        _ if doubted => DOUBTED_MAX,
        (None, None) => NAME_ALONE_MAX,
        _ => 100,
    };
    let points = (sum / full).min(points_max);
    Score { points: u8::try_from(points).unwrap_or(100), credit, name, address }
}

/// How alike two names are, 0 to 100: the share of pairs of neighbouring characters that both have
/// (Sørensen–Dice), each pair as often as it stands in both.
fn alike(one: &str, other: &str) -> u8 {
    if one == other {
        return 100;
    }
    let pairs = |text: &str| -> HashMap<(char, char), u32> {
        let mut pairs = HashMap::new();
        for pair in text.chars().zip(text.chars().skip(1)) {
            *pairs.entry(pair).or_default() += 1;
        }
        pairs
    };
    let (one, other) = (pairs(one), pairs(other));
    let all: u32 = one.values().chain(other.values()).sum();
    let shared: u32 =
        one.iter().map(|(pair, n)| (*n).min(other.get(pair).copied().unwrap_or(0))).sum();
    // Names of one character have no pairs. Only equal names are 100.
    let percent = (200 * shared).checked_div(all).unwrap_or(0).min(99);
    u8::try_from(percent).unwrap_or(99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts<'a>(name: &'a str, address: &'a str, credit_code: Option<&'a str>) -> Facts<'a> {
        Facts { name, address, county: "341202", credit_code }
    }

    const A: Option<&str> = Some("91350100M000100Y43");
    const B: Option<&str> = Some("91340700151112130R");

    #[test]
    fn what_agrees_counts_and_what_is_missing_does_not() {
        let pharmacy = facts("百姓缘大药房", "三清路501号", A);
        for (unit, points) in [
            (facts("百姓缘大药房", "三清路501号", A), 100),
            (facts("百姓缘大药房", "", A), 100),
            // The unit is elsewhere than the place.
            (facts("百姓缘大药房", "颍州中路1号", A), 90),
            (facts("百姓缘大药房", "三清路501号", None), 100),
            (facts("百姓缘大药房", "颍州中路1号", None), 71),
            // Another legal person of the same name in the same house: a doubt, never sure.
            (facts("百姓缘大药房", "三清路501号", B), 35),
            (facts("万达影城", "三清路501号", None), 28),
            (facts("万达影城", "颍州中路1号", B), 0),
        ] {
            assert_eq!(score(pharmacy, unit).points, points, "{unit:?}");
        }
        let there =
            Facts { county: "341203", ..facts("百姓缘大药房", "三清路501号", None) };
        assert_eq!(score(pharmacy, there).points, 60);
    }

    #[test]
    fn a_name_alone_is_not_sure() {
        let one = facts("百姓缘大药房", "", None);
        assert_eq!(score(one, one).points, 80);
        let with_house = facts("百姓缘大药房", "三清路501号", A);
        let scored = score(one, with_house).points;
        assert!(scored == 80 && scored < SURE_MIN);
    }

    #[test]
    fn a_branch_next_door_is_not_sure() {
        let one = facts("百姓缘大药房清河店", "三清路501号", None);
        let other = facts("百姓缘大药房颍河店", "三清路501号", None);
        let score = score(one, other);
        assert!(score.points < SURE_MIN && score.points > WORTH_MIN, "{score:?}");
        assert_eq!(score.address, Some(true));
    }

    #[test]
    fn every_complaint_comes_at_once_and_little_is_needed() {
        let complaints = PlaceForm { credit_code: "1".into(), ..PlaceForm::default() }.check();
        let complaints = complaints.unwrap_err();
        for field in ["name", "address", "county", "credit_code"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
        let little = PlaceForm {
            name: "鼓楼公厕".into(),
            address: "鼓楼巷 3 号".into(),
            county: "341202".into(),
            ..PlaceForm::default()
        };
        let place = little.check().unwrap();
        assert_eq!((place.township.clone(), place.category.clone()), (None, None));
        assert_eq!(place.same_key(), "鼓楼公厕|鼓楼巷3号|341202");
        let elsewhere = PlaceForm { township: "341203001".into(), ..little };
        assert!(elsewhere.check().unwrap_err().about("township").is_some());
    }

    #[test]
    fn what_is_stored_comes_back() {
        for one in Match::ALL {
            assert_eq!(Match::from_code(one.code()), Some(one));
        }
    }

    proptest! {
        #[test]
        fn a_score_is_bounded_the_same_both_ways_and_full_for_the_same(
            one in "[甲乙丙丁戊]{1,8}", other in "[甲乙丙丁戊]{1,8}",
            near in any::<bool>(), credit in any::<bool>(),
        ) {
            let a = facts(&one, "甲路1号", credit.then_some("x"));
            let b = facts(&other, if near { "甲路1号" } else { "乙路1号" }, Some("x"));
            let there = score(a, b);
            prop_assert_eq!(there, score(b, a));
            prop_assert!(there.points <= 100);
            prop_assert_eq!(there.name == 100, one == other);
            prop_assert_eq!(score(a, a).points, 100);
            // What agrees never takes away.
            let agrees = Facts { address: "甲路1号", ..b };
            prop_assert!(score(a, agrees).points >= there.points);
        }
    }
}
