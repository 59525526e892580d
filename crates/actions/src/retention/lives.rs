//! What speaks for keeping people: one rule for the run that erases, and for the one that only looks.

use super::note_days::{day_number, day_start};
use crate::{Answer, Failure, House, requests::decide::CASE_DAYS};
use domain::{
    health_status::Statement,
    people::PersonNumber,
    retention::{Hold, Life},
    time::{DAY_MS, UnixMs},
};
use registry::{Resting, SEEN_BLOCK, SeenDays};
use std::collections::{BTreeSet, HashMap};

/// Somebody, and what speaks for keeping them.
pub(super) struct Judged {
    /// As the registry said it.
    pub(super) resting: Resting,
    /// What follows.
    pub(super) life: Life,
}

/// Judges people, in the order of numbers; whoever was erased is left out. The last sign of life of
/// somebody is their own last deed or entry, or that of somebody whom they check in.
pub(super) async fn lives(house: &House, people: &[PersonNumber]) -> Answer<Vec<Judged>> {
    let resting = house.registry.resting(people).await?;
    let members = resting.iter().flat_map(|one| one.members.iter().copied());
    let everybody: BTreeSet<_> = resting.iter().map(|one| one.person).chain(members).collect();
    let seen = last_seen(house, &everybody).await?;
    let began = house.registry.keeping_began(day_number(house.now())).await?;
    let judge = |resting: Resting| {
        let all = std::iter::once(&resting.person).chain(&resting.members);
        let last = all.filter_map(|person| seen.get(person)).max();
        let last = last.copied().unwrap_or_default().max(resting.deed).max(day_start(began));
        let hold = hold(house, &resting);
        let life = Life { last_active: last, code_ends: resting.code_ends, hold };
        Judged { resting, life }
    };
    Ok(resting.into_iter().map(judge).collect())
}

/// The day on which each of these is erased if they do nothing; what holds them back does not count.
pub(crate) async fn erased_on(
    house: &House,
    people: &[PersonNumber],
) -> Answer<HashMap<PersonNumber, UnixMs>> {
    let inactive = house.settings.kept.inactive;
    let judged = lives(house, people).await?;
    Ok(judged.iter().map(|one| (one.resting.person, one.life.erased_on(inactive))).collect())
}

fn hold(house: &House, resting: &Resting) -> Option<Hold> {
    let since = house.now().plus(-CASE_DAYS * DAY_MS);
    let stopped = resting.status.as_ref().map(Statement::of);
    let stopped = stopped.is_some_and(|said| !said.only_what_stops().is_silent());
    let holds = [
        (Hold::Case, resting.traced.is_some_and(|at| at >= since)),
        (Hold::Alert, resting.alert),
        (Hold::Status, stopped),
        (Hold::Request, resting.request),
    ];
    holds.into_iter().find(|(_, holds)| *holds).map(|(hold, _)| hold)
}

/// When each of these last entered or did something.
async fn last_seen(
    house: &House,
    people: &BTreeSet<PersonNumber>,
) -> Answer<HashMap<PersonNumber, UnixMs>> {
    let numbers: Vec<PersonNumber> = people.iter().copied().collect();
    let mut seen: HashMap<PersonNumber, UnixMs> =
        house.registry.deeds_of(&numbers).await?.into_iter().collect();
    let mut note = |person: PersonNumber, at: UnixMs| {
        let last = seen.entry(person).or_default();
        *last = (*last).max(at);
    };
    let blocks: BTreeSet<u64> = numbers.iter().map(|person| person.0 / SEEN_BLOCK).collect();
    for block in blocks {
        let days = house.registry.seen_days(block, block).await?;
        let days = days.into_iter().next().map_or_else(SeenDays::default, |(_, days)| days);
        for person in numbers.iter().filter(|person| person.0 / SEEN_BLOCK == block) {
            match days.of(*person) {
                0 | registry::ERASED => {}
                day => note(*person, day_start(i64::from(day))),
            }
        }
    }
    for (person, last) in last_visits(house, &numbers, UnixMs(i64::MIN)).await? {
        note(person, last);
    }
    Ok(seen)
}

/// When each of these last entered since `from`, of those who did and whose visits are kept.
pub(super) async fn last_visits(
    house: &House,
    people: &[PersonNumber],
    from: UnixMs,
) -> Answer<Vec<(PersonNumber, UnixMs)>> {
    let numbers: Vec<u64> = people.iter().map(|person| person.0).collect();
    let visits = house.visits.visits_of_many(&numbers, from.0, i64::MAX).await;
    let visits = visits.map_err(Failure::broken)?;
    let last = |(person, visits): (&PersonNumber, Vec<visits::Visit>)| {
        Some((*person, UnixMs(visits.iter().map(|visit| visit.entered_ms).max()?)))
    };
    Ok(people.iter().zip(visits).filter_map(last).collect())
}
