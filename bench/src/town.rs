//! The two cities that are measured, in the size that was asked for.

use anyhow::{Context as _, Result};
use city::{City, CityPlan};

/// Fewest visits that make a city of both kinds.
pub(crate) const VISITS_MIN: u64 = 60 * (DENSE_VISITS_PER_DAY * DAYS) as u64;

/// Days of every city.
pub(crate) const DAYS: u32 = 14;
const DAY_MS: i64 = 86_400_000;

/// Visits a person a day.
const DENSE_VISITS_PER_DAY: u32 = 5;
const SPARSE_VISITS_PER_DAY: u32 = 2;

/// Persons for each door, and the share of the busiest public doors, chosen so that the questions
/// have about 80,000 and 1,400 rows for an average person, at any size of a million visits or more.
const DENSE_PERSONS_PER_DOOR: u64 = 40;
const DENSE_BUSIEST_SHARE: f64 = 0.0013;
const SPARSE_PERSONS_PER_DOOR: u64 = 46;
const SPARSE_BUSIEST_SHARE: f64 = 0.05;

/// Two weeks of everybody scanning wherever they go: `visits` of them.
pub(crate) fn dense(visits: u64, seed: u64) -> Result<City> {
    let persons = persons(visits);
    build(CityPlan {
        persons,
        checkpoints: doors(persons, DENSE_PERSONS_PER_DOOR)?,
        visits_per_day: DENSE_VISITS_PER_DAY,
        busiest_share: DENSE_BUSIEST_SHARE,
        days: DAYS,
        seed,
        ..CityPlan::default()
    })
}

/// The same people, scanning less often at smaller doors: two visits where there were five.
pub(crate) fn sparse(visits: u64, seed: u64) -> Result<City> {
    let persons = persons(visits);
    build(CityPlan {
        persons,
        checkpoints: doors(persons, SPARSE_PERSONS_PER_DOOR)?,
        visits_per_day: SPARSE_VISITS_PER_DAY,
        busiest_share: SPARSE_BUSIEST_SHARE,
        days: DAYS,
        seed: seed.wrapping_add(1),
        ..CityPlan::default()
    })
}

/// First ms of a city's days, and the first after them.
pub(crate) fn days_of(city: &City) -> (i64, i64) {
    let plan = city.plan();
    (plan.first_day_ms, plan.first_day_ms + i64::from(plan.days) * DAY_MS)
}

fn persons(visits: u64) -> u64 {
    visits / u64::from(DENSE_VISITS_PER_DAY * DAYS)
}

fn doors(persons: u64, persons_per_door: u64) -> Result<u32> {
    Ok(u32::try_from((persons / persons_per_door).max(10))?)
}

fn build(plan: CityPlan) -> Result<City> {
    City::new(plan).context("so many visits make no city")
}
