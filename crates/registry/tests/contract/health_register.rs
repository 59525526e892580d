//! Statements of the authority: of people who are registered, and of those who are not yet.

use super::{
    made::{NOON, line, person},
    support::{BackEnd, on_both},
};
use domain::{
    audit::Deed,
    health_status::{Colour, Itinerary, NucleicAcid, Statement},
    people::PersonNumber,
    time::DAY_MS,
};
use registry::{Change, ListedStatus, NewPerson, TakenStatus};

on_both!(
    who_is_registered_has_it_at_once_and_everybody_else_when_they_register,
    the_same_list_again_sets_nothing,
    another_name_holds_up_and_lets_nobody_in,
    later_words_about_one_document_go_over_earlier_ones,
    a_batch_is_one_change_and_comes_back_whole,
    who_tested_has_one_number_however_often_it_is_named,
    what_waits_is_forgotten_in_time_and_what_stops_later,
    registering_beside_a_list_loses_no_status,
    holders_have_places_in_the_order_in_which_they_registered,
);

fn index(document: &str) -> [u8; 32] {
    let mut index = [0; 32];
    index[..document.len()].copy_from_slice(document.as_bytes());
    index
}

fn holder(document: &str, name: Option<&str>) -> NewPerson {
    NewPerson {
        id_index: index(document).to_vec(),
        name_index: name.map(|name| index(name).to_vec()),
        ..person(document)
    }
}

fn colour(colour: Colour) -> Statement {
    Statement { colour: Some((colour, NOON)), ..Statement::default() }
}

fn said(document: &str, said: Statement) -> ListedStatus {
    let id_index = index(document);
    ListedStatus { id_index, name_index: None, said, organisation: None, replaces: false }
}

async fn take(at: &BackEnd, rows: &[ListedStatus]) -> Vec<TakenStatus> {
    let line = line(Deed::HealthStatusSet, NOON);
    at.registry.take_statuses(rows, &line, |taken| format!("{}", taken.len())).await.unwrap()
}

async fn register(at: &BackEnd, new: NewPerson) -> PersonNumber {
    at.registry.insert_people(&[new]).await.unwrap()[0].unwrap()
}

async fn colour_of(at: &BackEnd, person: PersonNumber) -> Option<Colour> {
    at.registry.health_status(person).await.unwrap().map(|status| status.colour)
}

async fn who_is_registered_has_it_at_once_and_everybody_else_when_they_register(at: &BackEnd) {
    let here = register(at, holder("here", None)).await;
    let rows = [said("here", colour(Colour::Yellow)), said("later", colour(Colour::Red))];
    assert_eq!(take(at, &rows).await, [TakenStatus::Set, TakenStatus::Waits]);
    assert_eq!(colour_of(at, here).await, Some(Colour::Yellow));
    assert_eq!(at.registry.count_waiting_statuses().await.unwrap(), 1);
    let later = register(at, holder("later", None)).await;
    assert_eq!(colour_of(at, later).await, Some(Colour::Red));
    assert_eq!(at.registry.count_waiting_statuses().await.unwrap(), 0);
    let nobody = register(at, holder("nobody", None)).await;
    assert_eq!(colour_of(at, nobody).await, None);
    assert_eq!(at.lines_of(Deed::HealthStatusSet).await, 1);
}

async fn the_same_list_again_sets_nothing(at: &BackEnd) {
    register(at, holder("here", None)).await;
    let test = Statement {
        nucleic_acid: Some(NucleicAcid::of(NOON, true)),
        itinerary: Some(Itinerary::Clear),
        doses: Some(3),
        ..colour(Colour::Green)
    };
    let rows = [said("here", test), said("later", test)];
    take(at, &rows).await;
    assert_eq!(take(at, &rows).await, [TakenStatus::Same, TakenStatus::Waits]);
    let replaced = ListedStatus { replaces: true, ..said("here", colour(Colour::Gray)) };
    assert_eq!(take(at, &[replaced]).await, [TakenStatus::Set]);
    let status = at.registry.health_status(PersonNumber(1)).await.unwrap().unwrap();
    assert_eq!((status.colour, status.nucleic_acid, status.doses), (Colour::Gray, None, None));
}

async fn another_name_holds_up_and_lets_nobody_in(at: &BackEnd) {
    let person = register(at, holder("here", Some("zhang"))).await;
    let named = |document, name: &str, what| ListedStatus {
        name_index: Some(index(name)),
        ..said(document, what)
    };
    let other = [TakenStatus::OtherName];
    assert_eq!(take(at, &[named("here", "li", colour(Colour::Green))]).await, other);
    assert_eq!(colour_of(at, person).await, None);
    assert_eq!(
        take(at, &[named("here", "zhang", colour(Colour::Green))]).await,
        [TakenStatus::Set]
    );
    assert_eq!(take(at, &[named("here", "li", colour(Colour::Red))]).await, other);
    assert_eq!(colour_of(at, person).await, Some(Colour::Red));
    // What waits is compared when its person registers.
    let rows = [
        named("later", "li", colour(Colour::Green)),
        named("late", "li", colour(Colour::Yellow)),
        named("last", "li", colour(Colour::Green)),
    ];
    take(at, &rows).await;
    let seen =
        async |document, name| colour_of(at, register(at, holder(document, name)).await).await;
    assert_eq!(seen("later", Some("wang")).await, None);
    assert_eq!(seen("late", Some("wang")).await, Some(Colour::Yellow));
    assert_eq!(seen("last", Some("li")).await, Some(Colour::Green));
}

async fn later_words_about_one_document_go_over_earlier_ones(at: &BackEnd) {
    let person = register(at, holder("here", None)).await;
    let test =
        Statement { nucleic_acid: Some(NucleicAcid::of(NOON, true)), ..Statement::default() };
    for document in ["here", "later"] {
        take(at, &[said(document, colour(Colour::Green)), said(document, test)]).await;
        take(at, &[said(document, colour(Colour::Red))]).await;
    }
    let later = register(at, holder("later", None)).await;
    for person in [person, later] {
        let status = at.registry.health_status(person).await.unwrap().unwrap();
        assert_eq!((status.colour, status.nucleic_acid), (Colour::Red, test.nucleic_acid));
    }
}

async fn a_batch_is_one_change_and_comes_back_whole(at: &BackEnd) {
    let documents: Vec<String> = (0..100).map(|n| format!("{n}")).collect();
    for document in &documents {
        register(at, holder(document, None)).await;
    }
    let before = at.registry.last_change().await.unwrap();
    let rows: Vec<_> = documents.iter().map(|one| said(one, colour(Colour::Yellow))).collect();
    take(at, &rows).await;
    let changes = at.registry.changes_after(before, 100).await.unwrap().unwrap();
    let [(_, Change::Statuses(batch))] = changes[..] else { panic!("{changes:?}") };
    // Somebody who was said something else since is not of that batch any more.
    take(at, &[said("7", colour(Colour::Red))]).await;
    let mut of_batch = Vec::new();
    at.registry
        .statuses_of_batch(batch, |person, status| of_batch.push((person, status)))
        .await
        .unwrap();
    of_batch.sort_unstable_by_key(|(person, _)| *person);
    assert_eq!(of_batch.len(), 99);
    assert!(of_batch.iter().all(|(_, status)| status.colour == Colour::Yellow));
    assert!(of_batch.iter().all(|(person, _)| *person != PersonNumber(8)));
}

async fn who_tested_has_one_number_however_often_it_is_named(at: &BackEnd) {
    let person = register(at, holder("here", None)).await;
    let by = |name: &str, sampled| ListedStatus {
        organisation: Some(name.into()),
        ..said(
            "here",
            Statement {
                nucleic_acid: Some(NucleicAcid::of(NOON.plus(sampled), true)),
                ..Statement::default()
            },
        )
    };
    take(at, &[by("市医院", 1), by("疾控中心", 2), by("市医院", 3)]).await;
    take(at, &[by("疾控中心", 4)]).await;
    let names = at.registry.test_organisations().await.unwrap();
    let names: Vec<_> = names.iter().map(|(number, name)| (number.0, name.as_str())).collect();
    assert_eq!(names, [(1, "市医院"), (2, "疾控中心")]);
    let test = at.registry.health_status(person).await.unwrap().unwrap().nucleic_acid.unwrap();
    assert_eq!((test.sampled, test.organisation.map(|o| o.0)), (NOON.plus(4), Some(2)));
}

async fn what_waits_is_forgotten_in_time_and_what_stops_later(at: &BackEnd) {
    let positive =
        Statement { nucleic_acid: Some(NucleicAcid::of(NOON, false)), ..Statement::default() };
    take(
        at,
        &[
            said("green", colour(Colour::Green)),
            said("red", colour(Colour::Red)),
            said("positive", positive),
        ],
    )
    .await;
    let sweep = async |days: i64| {
        at.registry.sweep_waiting_statuses(NOON.plus(days * DAY_MS + 1)).await.unwrap()
    };
    assert_eq!((sweep(27).await, sweep(28).await), (0, 1));
    assert_eq!((sweep(179).await, sweep(180).await), (0, 2));
}

async fn registering_beside_a_list_loses_no_status(at: &BackEnd) {
    let documents: Vec<String> = (0..60).map(|n| format!("{n}")).collect();
    let rows: Vec<_> = documents.iter().map(|one| said(one, colour(Colour::Red))).collect();
    let listing = async {
        for rows in rows.chunks(5) {
            take(at, rows).await;
        }
    };
    let registering = async {
        for document in &documents {
            register(at, holder(document, None)).await;
        }
    };
    tokio::join!(listing, registering);
    for number in 1..=60 {
        assert_eq!(colour_of(at, PersonNumber(number)).await, Some(Colour::Red), "{number}");
    }
    assert_eq!(at.registry.count_waiting_statuses().await.unwrap(), 0);
}

async fn holders_have_places_in_the_order_in_which_they_registered(at: &BackEnd) {
    for document in ["z", "a", "m"] {
        register(at, holder(document, None)).await;
    }
    let asked = ["a", "z", "nobody", "m", "a"].map(index);
    let places = at.registry.places_of_holders(&asked).await.unwrap();
    let place = |document| places.get(&index(document)).copied();
    assert_eq!((places.len(), place("nobody")), (3, None));
    assert!(place("z") < place("a") && place("a") < place("m"), "{places:?}");
    assert!(at.registry.places_of_holders(&[]).await.unwrap().is_empty());
    assert!(at.registry.places_of_holders(&[index("nobody")]).await.unwrap().is_empty());
}
