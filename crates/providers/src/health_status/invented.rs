//! Invented statuses for the demonstration, where people are invented too.

use actions::{
    health_status::{HealthSource, Subject},
    sms::BoxFuture,
};
use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source},
    people::PersonNumber,
    time::{HOUR_MS, UnixMs},
};

/// Gives everybody a green code and a test of 3 to 34 hours ago; every hundredth person has waited
/// longer than 72 hours. Red and yellow codes of the demonstration stand in its register.
pub struct Invented;

/// The status invented for a person.
fn invent(person: PersonNumber, now: UnixMs) -> HealthStatus {
    let hours = if person.0.is_multiple_of(100) {
        80
    } else {
        3 + i64::try_from(person.0 % 32).unwrap_or(0)
    };
    HealthStatus {
        colour: Colour::Green,
        confirmed: now,
        nucleic_acid: Some(NucleicAcid::of(now.plus(-hours * HOUR_MS), true)),
        itinerary: Itinerary::Clear,
        doses: Some(3),
        source: Source::Demo,
    }
}

impl HealthSource for Invented {
    fn ask<'a>(&'a self, about: &'a Subject, now: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(async move { Some(invent(about.person, now)) })
    }

    fn at_hand(&self, person: PersonNumber, now: UnixMs) -> Option<HealthStatus> {
        Some(invent(person, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::entry_policy::{Decision, FIRST_POLICY, judge};

    #[test]
    fn most_pass_and_every_hundredth_is_checked_again() {
        let now = UnixMs(1_795_329_127_000);
        let decide = |n| judge(&FIRST_POLICY, &invent(PersonNumber(n), now), None, now).decision();
        assert_eq!(decide(200), Decision::Recheck);
        assert!((1..100).all(|n| decide(n) == Decision::Pass));
    }
}
