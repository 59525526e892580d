//! What a simulated city must be like for a measurement with it to mean anything.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{HashMap, HashSet};

use city::{BadPlan, City, CityPlan};
use visitlog::Visit;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

fn town() -> CityPlan {
    CityPlan { persons: 6_000, checkpoints: 150, days: 7, ..CityPlan::default() }
}

fn visits(plan: CityPlan) -> Vec<Visit> {
    City::new(plan).unwrap().visits().collect()
}

fn share(visits: &[Visit], of: impl Fn(&Visit) -> bool) -> f64 {
    visits.iter().filter(|visit| of(visit)).count() as f64 / visits.len() as f64
}

#[test]
fn the_same_plan_is_the_same_city_and_another_seed_is_another() {
    let plan = CityPlan { days: 2, ..town() };
    assert_eq!(visits(plan), visits(plan));
    assert_ne!(visits(plan), visits(CityPlan { seed: 2, ..plan }));
}

#[test]
fn a_later_day_is_the_same_whether_the_days_before_were_asked_for_or_not() {
    let city = City::new(town()).unwrap();
    let start_ms = town().first_day_ms + 5 * DAY_MS;
    assert!(city.visits().filter(|visit| visit.entered_ms >= start_ms).eq(city.visits_from_day(5)));
}

#[test]
fn the_number_of_visits_is_known_beforehand() {
    for visits_per_day in 1..=8 {
        for persons in [60, 601, 6_005] {
            let plan = CityPlan { persons, visits_per_day, days: 3, ..town() };
            let city = City::new(plan).unwrap();
            assert_eq!(city.visits_total(), persons / 6 * 6 * u64::from(visits_per_day) * 3);
            assert_eq!(city.visits_total(), city.visits().count() as u64);
        }
    }
}

#[test]
fn visits_come_in_the_order_of_time_and_no_identity_comes_twice() {
    for visits_per_day in [2, 5, 8] {
        for persons in [60, 6_000] {
            let plan = CityPlan { persons, checkpoints: 3, visits_per_day, ..town() };
            let visits = visits(plan);
            assert!(visits.is_sorted_by_key(|visit| visit.entered_ms));
            let identities: HashSet<_> = visits.iter().map(Visit::key).collect();
            assert_eq!(identities.len(), visits.len());
        }
    }
}

#[test]
fn everybody_and_every_door_has_a_number_within_the_plan() {
    for visit in visits(town()) {
        assert!((1..=6_000).contains(&visit.person));
        assert!((1..=150).contains(&visit.checkpoint));
        visit.check().unwrap();
    }
}

#[test]
fn mornings_and_evenings_are_busy_and_nights_are_quiet() {
    let visits = visits(town());
    let hour = |visit: &Visit| (visit.entered_ms - town().first_day_ms) % DAY_MS / HOUR_MS;
    assert_eq!(share(&visits, |visit| hour(visit) < 6), 0.0);
    let at = |wanted| share(&visits, |visit| hour(visit) == wanted);
    for (busy, quiet) in [(8, 10), (18, 14), (18, 22)] {
        assert!(at(busy) > 3.0 * at(quiet), "{busy} is busier than {quiet}");
    }
}

#[test]
fn a_few_doors_have_most_of_the_visits() {
    let plan = CityPlan { persons: 30_000, checkpoints: 3_000, days: 1, ..town() };
    let mut counts = HashMap::new();
    for visit in visits(plan) {
        *counts.entry(visit.checkpoint).or_insert(0_u64) += 1;
    }
    let mut counts: Vec<u64> = counts.into_values().collect();
    counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
    let all: u64 = counts.iter().sum();
    let busiest: u64 = counts[..30].iter().sum();
    assert!(busiest * 4 > all, "one door in a hundred has {busiest} of {all}");
    assert!(counts.len() > 2_000, "and most doors have somebody");
}

#[test]
fn most_people_go_about_as_often_as_planned_and_no_two_days_alike() {
    let mut counts = HashMap::new();
    for visit in visits(town()) {
        *counts.entry(visit.person).or_insert(0_u32) += 1;
    }
    assert!(counts.len() > 5_990);
    let near = counts.values().filter(|count| (28..=42).contains(*count)).count();
    assert!(near > 5_800, "{near}");
    let exact = counts.values().filter(|count| **count == 35).count();
    assert!(exact < 2_000, "{exact}");
}

#[test]
fn households_meet_day_after_day_and_strangers_seldom() {
    // A person and another of the household, of the whole city, on how many days within an hour.
    let visits =
        visits(CityPlan { persons: 12_000, checkpoints: 1_200, busiest_share: 1.0, ..town() });
    let mut by_person: HashMap<u64, Vec<&Visit>> = HashMap::new();
    for visit in &visits {
        by_person.entry(visit.person).or_default().push(visit);
    }
    let days_together = |one: u64, other: u64| {
        let mut days = HashSet::new();
        for a in &by_person[&one] {
            for b in &by_person[&other] {
                let near = (a.entered_ms - b.entered_ms).abs() <= HOUR_MS;
                if near && a.checkpoint == b.checkpoint {
                    days.insert((a.entered_ms - town().first_day_ms) / DAY_MS);
                }
            }
        }
        days.len()
    };
    let people = (1..=999).step_by(3);
    let at_home: usize = people.clone().map(|person| days_together(person, person + 1)).sum();
    let strangers: usize = people.map(|person| days_together(person, person + 3_000)).sum();
    assert!(at_home > 333 * 3, "{at_home} of {}", 333 * 7);
    assert!(strangers < at_home / 4, "{strangers}");
}

#[test]
fn methods_verdicts_and_uploads_are_mixed_as_in_a_real_city() {
    let visits = visits(CityPlan { days: 2, persons: 30_000, ..town() });
    let near = |share: f64, wanted: f64| (share - wanted).abs() < wanted / 5.0;
    assert!(near(share(&visits, |visit| visit.operator != 0), 0.05));
    assert!(visits.iter().all(|visit| (visit.operator != 0) == (visit.method == 5)));
    assert!(near(share(&visits, |visit| visit.verdict != 0), 0.01));
    assert!(visits.iter().all(|visit| (visit.verdict != 0) == (visit.status != 0)));
    let late = |visit: &Visit| visit.recorded_ms - visit.entered_ms;
    assert!(near(share(&visits, |visit| late(visit) > 0), 0.01));
    assert!(visits.iter().all(|visit| late(visit) == 0 || late(visit) >= HOUR_MS));
    assert!(share(&visits, |visit| visit.method == 1) > 0.7, "one app is used by most");
    let mut operators = HashMap::new();
    for visit in visits.iter().filter(|visit| visit.operator != 0) {
        assert_eq!(*operators.entry(visit.checkpoint).or_insert(visit.operator), visit.operator);
    }
}

#[test]
fn impossible_plans_are_refused_by_name() {
    let refused = |plan: CityPlan| City::new(plan).map(drop).unwrap_err();
    assert_eq!(refused(CityPlan { persons: 59, ..town() }), BadPlan::Persons(59));
    assert_eq!(refused(CityPlan { persons: u64::MAX, ..town() }), BadPlan::Persons(u64::MAX));
    assert_eq!(refused(CityPlan { checkpoints: 2, ..town() }), BadPlan::Checkpoints(2));
    assert_eq!(refused(CityPlan { days: 0, ..town() }), BadPlan::Days(0));
    assert_eq!(refused(CityPlan { visits_per_day: 9, ..town() }), BadPlan::VisitsPerDay(9));
    let seconds = town().first_day_ms / 1000;
    assert_eq!(refused(CityPlan { first_day_ms: seconds, ..town() }), BadPlan::FirstDay(seconds));
    for share in [0.0, -1.0, 1.5, f64::NAN] {
        let plan = CityPlan { busiest_share: share, ..town() };
        assert!(matches!(refused(plan), BadPlan::BusiestShare(_)));
    }
}
