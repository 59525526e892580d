//! The authority's own register of health status.

use super::{
    made::NOON,
    support::{BackEnd, on_both},
};
use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source},
    people::PersonNumber,
};

on_both!(
    every_status_comes_back_confirmed_when_it_was_set,
    the_newest_status_takes_the_place_of_the_old,
    somebody_not_in_the_register_has_none,
    a_status_is_of_a_registered_person,
    a_colour_nobody_knows_is_an_error_and_not_a_colour,
);

fn status(colour: Colour) -> HealthStatus {
    HealthStatus { colour, source: Source::Register, ..HealthStatus::unknown(NOON) }
}

async fn every_status_comes_back_confirmed_when_it_was_set(at: &BackEnd) {
    let tests =
        [None, Some(NucleicAcid::of(NOON.plus(-5), true)), Some(NucleicAcid::of(NOON, false))];
    for colour in Colour::ALL {
        let person = at.a_person(colour.code()).await;
        for itinerary in [Itinerary::Clear, Itinerary::Risk, Itinerary::Unknown] {
            for nucleic_acid in tests {
                let new = HealthStatus { nucleic_acid, itinerary, ..status(colour) };
                at.registry.set_health_status(person, &new).await.unwrap();
                let told = at.registry.health_status(person).await.unwrap().unwrap();
                assert_eq!((told.colour, told.itinerary), (colour, itinerary));
                assert_eq!((told.nucleic_acid, told.confirmed), (nucleic_acid, NOON));
            }
        }
    }
}

async fn the_newest_status_takes_the_place_of_the_old(at: &BackEnd) {
    let (person, neighbour) = (at.a_person("a").await, at.a_person("b").await);
    at.registry.set_health_status(neighbour, &status(Colour::Green)).await.unwrap();
    at.registry.set_health_status(person, &status(Colour::Green)).await.unwrap();
    at.registry.set_health_status(person, &status(Colour::Red)).await.unwrap();
    let colour = async |person| at.registry.health_status(person).await.unwrap().unwrap().colour;
    assert_eq!(colour(person).await, Colour::Red);
    assert_eq!(colour(neighbour).await, Colour::Green);
}

async fn somebody_not_in_the_register_has_none(at: &BackEnd) {
    let person = at.a_person("a").await;
    assert!(at.registry.health_status(person).await.unwrap().is_none());
    assert!(at.registry.health_status(PersonNumber(u64::MAX)).await.unwrap().is_none());
}

async fn a_status_is_of_a_registered_person(at: &BackEnd) {
    for number in [0, 1, u64::MAX] {
        let refused =
            at.registry.set_health_status(PersonNumber(number), &status(Colour::Green)).await;
        assert!(refused.is_err(), "{number}");
    }
}

async fn a_colour_nobody_knows_is_an_error_and_not_a_colour(at: &BackEnd) {
    let person = at.a_person("a").await;
    at.registry.set_health_status(person, &status(Colour::Green)).await.unwrap();
    at.run("update health_status set colour = 'blue'").await.unwrap();
    let refused = at.registry.health_status(person).await.unwrap_err();
    assert!(refused.to_string().contains("health_status"), "{refused}");
}
