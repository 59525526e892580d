//! Ages that do without a test: known at judging without opening an identity, derived once under audit.

use crate::{
    entry_policy::{agreed, form},
    support::{lines, number, parts},
};
use actions::{
    accounts::principals::Visitor,
    checkins::record::record,
    entry_policy::preview::of_form,
    mirror::Mirror,
    people::{births::derive, register::seal, session},
};
use domain::{
    audit::Deed,
    checkins::Method,
    entry_policy::{Decision, FIRST_RULES, Rules},
    health_status::{Colour, HealthStatus},
    people::{BirthMonth, IdDocument, IdKind, PersonForm, PersonNumber, resident_id_check},
};
use registry::NewPerson;
use testkit::TestHouse;
use vault::Field;

const AGES: Rules =
    Rules { test_free_under_years: Some(3), test_free_from_years: Some(80), ..FIRST_RULES };

/// The number of somebody born then.
fn number_of(year: u32, month: u32, n: u32) -> String {
    let body = format!("349998{year:04}{month:02}01{n:03}");
    format!("{body}{}", char::from(resident_id_check(body.as_bytes()).unwrap()))
}

/// Somebody who registered before months of birth were kept, and has theirs now.
pub(crate) async fn derived_once(t: &TestHouse) {
    let id = IdDocument::parse(IdKind::ResidentId, &number_of(1971, 5, 3), t.now()).unwrap();
    let before = NewPerson { born_sealed: None, ..seal(t, "司马相如", &id, None, 0).unwrap() };
    t.registry.insert_people(&[before]).await.unwrap();
    t.catch_up().await.unwrap();
    assert!(derive(t, || true).await.unwrap() >= 1);
}

/// Somebody born then, green and never tested.
async fn untested(t: &TestHouse, year: u32) -> (Visitor, PersonForm) {
    let form = PersonForm { id_number: number_of(year, 5, 7), ..t.person_form() };
    let id = IdDocument::parse(IdKind::ResidentId, &form.id_number, t.now()).unwrap();
    t.registry.insert_people(&[seal(t, &form.name, &id, None, 0).unwrap()]).await.unwrap();
    t.catch_up().await.unwrap();
    let visitor = entering(t, &form).await;
    says(t, number(t, &form).await, Colour::Green).await;
    (visitor, form)
}

/// Somebody at a door, a child as well: nobody below fourteen registers alone, and their guardian enters
/// them by the same verb.
async fn entering(t: &TestHouse, form: &PersonForm) -> Visitor {
    let person = number(t, form).await;
    let epoch = t.registry.person(person).await.unwrap().unwrap().new.session_epoch;
    let token = session::issue(&t.vault, &t.mirror.keys(), person, epoch, t.now());
    session::visitor(t, &token).await.unwrap()
}

async fn says(t: &TestHouse, person: PersonNumber, colour: Colour) {
    let status = HealthStatus { colour, ..HealthStatus::unknown(t.now()) };
    t.set_status(person, &status).await;
}

#[tokio::test]
async fn a_child_and_an_old_person_pass_without_a_test_and_nobody_between() {
    let mut t = TestHouse::new().await;
    *t.health.silent.lock() = true;
    let door = t.door().await;
    agreed(&t, &form(&AGES)).await;
    let (child, typed) = untested(&t, 2025).await;
    let (old, _) = untested(&t, 1940).await;
    let (grown, _) = untested(&t, 1990).await;
    for fresh in [false, true] {
        if fresh {
            let mirror = Mirror::load(&t.registry, &t.vault).await.unwrap();
            parts(&mut t).mirror = mirror;
        }
        t.clock.advance_ms(120_000);
        let enter = async |who| record(&t, who, &door.code, Method::Browser).await.unwrap();
        let seen = enter(&child).await;
        assert_eq!((seen.decision, seen.test_free), (Decision::Pass, true));
        assert_eq!(enter(&old).await.decision, Decision::Pass);
        let seen = enter(&grown).await;
        assert_eq!((seen.decision, seen.test_free), (Decision::Recheck, false));
    }
    says(&t, number(&t, &typed).await, Colour::Yellow).await;
    t.clock.advance_ms(120_000);
    let seen = record(&t, &child, &door.code, Method::Browser).await.unwrap();
    assert_eq!((seen.decision, seen.colour), (Decision::Recheck, Colour::Yellow));
}

#[tokio::test]
async fn a_proposal_counts_those_it_would_let_do_without() {
    let t = TestHouse::new().await;
    untested(&t, 2025).await;
    untested(&t, 1990).await;
    let officer = crate::entry_policy::officer(&t, "").await;
    let seen = of_form(&t.house, &officer, &form(&AGES)).await.unwrap();
    assert_eq!((seen.registered_before.pass, seen.registered_after.pass), (0, 1));
    let changed: Vec<_> = seen.people.iter().filter(|one| one.before != one.after).collect();
    assert_eq!(changed.len(), 2, "the child and the old person");
}

#[tokio::test]
async fn what_was_registered_before_is_derived_once_under_audit() {
    let t = TestHouse::new().await;
    *t.health.silent.lock() = true;
    let door = t.door().await;
    agreed(&t, &form(&AGES)).await;
    let before = |kind, number: &str| {
        let id = IdDocument::parse(kind, number, t.now()).unwrap();
        NewPerson { born_sealed: None, ..seal(&t, "王小明", &id, None, 0).unwrap() }
    };
    let new = [
        before(IdKind::ResidentId, &number_of(2025, 5, 1)),
        before(IdKind::Passport, "E12345678"),
        before(IdKind::ForeignResident, "USA123456789012"),
        before(IdKind::ResidentId, &number_of(1990, 5, 1)),
    ];
    t.registry.insert_people(&new).await.unwrap();
    t.catch_up().await.unwrap();
    let id_number = number_of(2025, 5, 1);
    let typed = PersonForm { name: "王小明".to_owned(), id_number, ..t.person_form() };
    let child = entering(&t, &typed).await;
    says(&t, PersonNumber(1), Colour::Green).await;
    let enter = async || {
        t.clock.advance_ms(120_000);
        record(&t, &child, &door.code, Method::Browser).await.unwrap().decision
    };
    assert_eq!(enter().await, Decision::Recheck, "an age that is not known");
    assert_eq!(derive(&t, || false).await.unwrap(), 0, "told to stop");
    assert_eq!(lines(&t, Deed::BirthMonthsDerived).await, [], "nothing was opened");
    assert_eq!(derive(&t, || true).await.unwrap(), 3);
    assert_eq!(enter().await, Decision::Pass);
    let told = lines(&t, Deed::BirthMonthsDerived).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "人员 1 至 4");
    assert_eq!(derive(&t, || true).await.unwrap(), 0);
    assert_eq!(lines(&t, Deed::BirthMonthsDerived).await.len(), 1, "nothing is opened again");
    let born = async |n| {
        let sealed = t.registry.person(PersonNumber(n)).await.unwrap().unwrap().new.born_sealed?;
        let text = t.vault.open(Field::BirthMonth, &sealed).unwrap();
        assert_eq!(text.len(), 4, "the length says nothing");
        BirthMonth::from_number(text.parse().unwrap())
    };
    assert_eq!(born(1).await, BirthMonth::new(2025, 5));
    assert_eq!(born(3).await, None);
    assert_eq!(born(4).await, BirthMonth::new(1990, 5));
}
