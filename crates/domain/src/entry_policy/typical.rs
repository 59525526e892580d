//! People as they stand at doors every day, to see what a policy makes of them before it holds.

use crate::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid},
    people::BirthMonth,
    time::{HOUR_MS, UnixMs},
};

/// Somebody invented, with the status that is told in a few words.
#[derive(Clone, Copy, Debug)]
pub struct TypicalPerson {
    /// The words, key into the catalogues.
    pub label: &'static str,
    /// The status.
    pub status: HealthStatus,
    /// When they were born.
    pub born: Option<BirthMonth>,
}

/// Hours since the sample of those who were tested, next to the limits that policies have had.
const TESTED_HOURS: [(i64, &str); 4] = [
    (12, "绿码，核酸阴性 12 小时"),
    (36, "绿码，核酸阴性 36 小时"),
    (60, "绿码，核酸阴性 60 小时"),
    (100, "绿码，核酸阴性 100 小时"),
];

/// Years of those whose age no policy minds.
const GROWN: i16 = 30;

/// The month of somebody who is a month and so many years old.
fn born(years: i16, now: UnixMs) -> Option<BirthMonth> {
    let today = now.plus(-31 * 24 * HOUR_MS).civil().date();
    BirthMonth::new(today.year() - years, today.month())
}

/// One of each kind, as of `now`.
#[must_use]
pub fn typical_people(now: UnixMs) -> Vec<TypicalPerson> {
    let test = |hours: i64, negative| Some(NucleicAcid::of(now.plus(-hours * HOUR_MS), negative));
    let good = HealthStatus {
        colour: Colour::Green,
        nucleic_acid: test(12, true),
        itinerary: Itinerary::Clear,
        ..HealthStatus::unknown(now)
    };
    let tested = TESTED_HOURS
        .map(|(hours, label)| (label, HealthStatus { nucleic_acid: test(hours, true), ..good }));
    let others = [
        ("绿码，没有核酸记录", HealthStatus { nucleic_acid: None, ..good }),
        ("绿码，到过风险地区", HealthStatus { itinerary: Itinerary::Risk, ..good }),
        ("绿码，行程没有查到", HealthStatus { itinerary: Itinerary::Unknown, ..good }),
        ("绿码，核酸阳性", HealthStatus { nucleic_acid: test(12, false), ..good }),
        ("黄码", HealthStatus { colour: Colour::Yellow, ..good }),
        ("灰码", HealthStatus { colour: Colour::Gray, ..good }),
        ("红码", HealthStatus { colour: Colour::Red, ..good }),
        ("没有申领健康码", HealthStatus { colour: Colour::None, ..HealthStatus::unknown(now) }),
        ("查询失败", HealthStatus::unknown(now)),
    ];
    let untested = HealthStatus { nucleic_acid: None, ..good };
    // The usual limits of age, and a code that no age makes green.
    let aged = [
        ("两岁儿童，绿码，没有核酸记录", untested, 2),
        ("八十五岁老人，绿码，没有核酸记录", untested, 85),
        ("两岁儿童，黄码", HealthStatus { colour: Colour::Yellow, ..untested }, 2),
    ];
    let grown = tested.into_iter().chain(others).map(|(label, status)| (label, status, GROWN));
    grown
        .chain(aged)
        .map(|(label, status, years)| TypicalPerson { label, status, born: born(years, now) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_policy::{Decision, EntryPolicy, FIRST_POLICY, FIRST_RULES, Rules, judge};
    use std::collections::HashSet;

    #[test]
    fn the_first_policy_lets_in_those_with_a_new_test_and_nobody_else() {
        let now = UnixMs(1_795_329_127_000);
        let people = typical_people(now);
        let passing: Vec<&str> = people
            .iter()
            .filter(|one| {
                judge(&FIRST_POLICY, &one.status, one.born, now).decision() == Decision::Pass
            })
            .map(|one| one.label)
            .collect();
        let new_test = &TESTED_HOURS[..3];
        let expected: Vec<&str> =
            new_test.iter().map(|(_, label)| *label).chain(["绿码，行程没有查到"]).collect();
        assert_eq!(passing, expected);
        let rules =
            Rules { test_free_under_years: Some(3), test_free_from_years: Some(80), ..FIRST_RULES };
        let policy = EntryPolicy { rules, ..FIRST_POLICY };
        let free: Vec<&str> = people
            .iter()
            .filter(|one| judge(&policy, &one.status, one.born, now).is_test_free())
            .map(|one| one.label)
            .collect();
        assert_eq!(free, ["两岁儿童，绿码，没有核酸记录", "八十五岁老人，绿码，没有核酸记录"]);
        let labels: HashSet<&str> = people.iter().map(|one| one.label).collect();
        assert_eq!(labels.len(), people.len(), "each is told apart by its words");
    }
}
