//! What people change of their registration, families, identity checks, and tries of a day.

use super::{
    made::{NOON, person},
    support::{BackEnd, on_both},
};
use domain::{
    audit::{Actor, Deed},
    health_status::{Colour, HealthStatus},
    people::{CheckOutcome, PersonNumber, Relation},
    time::{DAY_MS, HOUR_MS},
};
use registry::{
    AuditLine, FamilyAdded, IdentityCheck, NewFamilyMember, NewPerson, PhoneChange, PhoneOutcome,
};

on_both!(
    a_person_is_registered_with_what_was_said_of_them,
    who_is_due_is_asked_about_in_the_order_of_waiting,
    a_check_may_end_sessions,
    a_family_grows_to_its_limits_and_no_further,
    guardians_at_the_same_moment_are_not_more_than_may_be,
    a_request_is_answered_by_a_confirmed_guardian_alone,
    a_phone_of_ones_own_ends_every_family,
    a_phone_is_changed_when_the_one_before_is_right,
    a_lost_phone_waits_and_is_done_once,
    a_stopped_change_is_not_asked_again_for_a_while,
    a_correction_keeps_what_stood_before_and_leaves_statuses_to_their_documents,
    nobody_takes_a_document_that_somebody_has,
    tries_of_a_day_run_out,
);

fn line(deed: Deed) -> AuditLine {
    let (subject, detail) = (String::new(), String::new());
    AuditLine { at: NOON, actor: Actor::System, deed, subject, detail }
}

fn said(outcome: CheckOutcome, next: Option<i64>) -> IdentityCheck {
    let next = next.map(|ms| NOON.plus(ms));
    IdentityCheck { outcome, source: "police".to_owned(), at: NOON, tries: 1, next }
}

async fn a_person_is_registered_with_what_was_said_of_them(at: &BackEnd) {
    let said = said(CheckOutcome::Failed, Some(5));
    let made = |_| Some(line(Deed::IdentityChecked));
    let one = at.registry.register_person(&person("a"), Some(&said), made).await.unwrap();
    assert_eq!(one, Some(PersonNumber(1)));
    assert_eq!(at.registry.identity_check(PersonNumber(1)).await.unwrap(), Some(said.clone()));
    let again = at.registry.register_person(&person("a"), Some(&said), made).await.unwrap();
    assert_eq!(again, None);
    assert_eq!(at.number("select count(*) from audit").await, 1);
    let two = at.registry.register_person(&person("b"), None, |_| None).await.unwrap();
    assert_eq!(two, Some(PersonNumber(2)), "no hole");
    assert_eq!(at.registry.identity_check(PersonNumber(2)).await.unwrap(), None);
}

async fn who_is_due_is_asked_about_in_the_order_of_waiting(at: &BackEnd) {
    for (id, next) in [("a", Some(30)), ("b", Some(10)), ("c", None), ("d", Some(20))] {
        let said = said(CheckOutcome::Failed, next);
        at.registry.register_person(&person(id), Some(&said), |_| None).await.unwrap();
    }
    let due = at.registry.due_identity_checks(NOON.plus(20), 10).await.unwrap();
    assert_eq!(due.iter().map(|(p, _)| p.number.0).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(at.registry.due_identity_checks(NOON.plus(99), 1).await.unwrap().len(), 1);
}

async fn a_check_may_end_sessions(at: &BackEnd) {
    let one = at.a_person("a").await;
    let line = line(Deed::IdentityChecked);
    let agrees = said(CheckOutcome::Agrees, None);
    at.registry.note_identity_check(one, &agrees, false, &line).await.unwrap();
    assert_eq!(at.registry.person(one).await.unwrap().unwrap().new.session_epoch, 0);
    let differs = said(CheckOutcome::Differs, None);
    at.registry.note_identity_check(one, &differs, true, &line).await.unwrap();
    assert_eq!(at.registry.person(one).await.unwrap().unwrap().new.session_epoch, 1);
    assert_eq!(at.registry.identity_check(one).await.unwrap(), Some(differs));
}

async fn add(at: &BackEnd, guardian: PersonNumber, person: PersonNumber) -> FamilyAdded {
    let new = NewFamilyMember {
        guardian,
        person,
        relation: Relation::Child,
        consent_version: 3,
        at: NOON,
    };
    at.registry.add_family_member(&new, (2, 2), &line(Deed::FamilyChanged)).await.unwrap()
}

async fn a_family_grows_to_its_limits_and_no_further(at: &BackEnd) {
    let [g, h, i, a, b, c] = ["g", "h", "i", "a", "b", "c"];
    let (g, h, i) = (at.a_person(g).await, at.a_person(h).await, at.a_person(i).await);
    let (a, b, c) = (at.a_person(a).await, at.a_person(b).await, at.a_person(c).await);
    assert_eq!(add(at, g, a).await, FamilyAdded::Added { id: 1, waits: false });
    assert_eq!(add(at, g, a).await, FamilyAdded::There);
    assert_eq!(add(at, g, b).await, FamilyAdded::Added { id: 2, waits: false });
    assert_eq!(add(at, g, c).await, FamilyAdded::Full);
    assert_eq!(add(at, h, a).await, FamilyAdded::Added { id: 3, waits: true });
    assert_eq!(add(at, i, a).await, FamilyAdded::Guarded);
    let family = at.registry.family_of(g).await.unwrap();
    assert_eq!(family.iter().map(|m| (m.id, m.person)).collect::<Vec<_>>(), [(1, a), (2, b)]);
    assert_eq!((family[0].consent_version, family[0].confirmed), (3, Some(NOON)));
    let line = line(Deed::FamilyChanged);
    assert!(!at.registry.end_family_member(h, 1, NOON, &line).await.unwrap());
    assert!(at.registry.end_family_member(g, 1, NOON, &line).await.unwrap());
    assert!(!at.registry.end_family_member(g, 1, NOON, &line).await.unwrap());
    // Whoever waited is the guardian now, and there is room again.
    let left = at.registry.family_member(h, 3).await.unwrap().unwrap();
    assert_eq!(left.confirmed, Some(NOON));
    assert_eq!(add(at, g, c).await, FamilyAdded::Added { id: 4, waits: false });
}

async fn guardians_at_the_same_moment_are_not_more_than_may_be(at: &BackEnd) {
    let child = at.a_person("child").await;
    let (a, b, c) = (at.a_person("a").await, at.a_person("b").await, at.a_person("c").await);
    let all = tokio::join!(add(at, a, child), add(at, b, child), add(at, c, child));
    let all = [all.0, all.1, all.2];
    let confirmed = |one: &&FamilyAdded| matches!(one, FamilyAdded::Added { waits: false, .. });
    assert_eq!(all.iter().filter(confirmed).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|one| **one == FamilyAdded::Guarded).count(), 1, "{all:?}");
}

async fn a_request_is_answered_by_a_confirmed_guardian_alone(at: &BackEnd) {
    let (g, h, child) =
        (at.a_person("g").await, at.a_person("h").await, at.a_person("child").await);
    add(at, g, child).await;
    add(at, h, child).await;
    let line = line(Deed::FamilyChanged);
    assert!(!at.registry.answer_family_request(h, 2, true, NOON, &line).await.unwrap());
    assert_eq!(at.registry.family_requests(h).await.unwrap().len(), 0);
    assert_eq!(at.registry.family_requests(g).await.unwrap()[0].id, 2);
    assert!(at.registry.answer_family_request(g, 2, true, NOON, &line).await.unwrap());
    assert!(!at.registry.answer_family_request(g, 2, false, NOON, &line).await.unwrap());
    assert!(at.registry.family_member(h, 2).await.unwrap().unwrap().confirmed.is_some());
}

async fn a_phone_of_ones_own_ends_every_family(at: &BackEnd) {
    let g = at.a_person("g").await;
    let old = NewPerson { phone_sealed: None, phone_index: None, ..person("old") };
    let old = at.registry.insert_people(&[old]).await.unwrap()[0].unwrap();
    add(at, g, old).await;
    assert!(at.registry.set_phone(old, b"sealed", b"index", 3, NOON).await.unwrap());
    assert_eq!(at.registry.family_of(g).await.unwrap().len(), 0);
}

async fn a_phone_is_changed_when_the_one_before_is_right(at: &BackEnd) {
    let one = at.a_person("a").await;
    let before = at.registry.person(one).await.unwrap().unwrap().new.phone_index.unwrap();
    let (line, new) = (line(Deed::PhoneChanged), (&b"sealed"[..], &b"new"[..]));
    assert!(!at.registry.change_phone(one, new, b"other", NOON, &line).await.unwrap());
    assert!(at.registry.change_phone(one, new, &before, NOON, &line).await.unwrap());
    let after = at.registry.person(one).await.unwrap().unwrap();
    assert_eq!((after.new.phone_index.unwrap(), after.new.session_epoch), (b"new".to_vec(), 1));
}

fn change(person: PersonNumber) -> PhoneChange {
    PhoneChange {
        id: 0,
        person,
        phone_sealed: b"sealed".to_vec(),
        phone_index: b"new".to_vec(),
        asked: NOON,
        due: NOON.plus(48 * HOUR_MS),
    }
}

async fn a_lost_phone_waits_and_is_done_once(at: &BackEnd) {
    let one = at.a_person("a").await;
    let line = line(Deed::PhoneChanged);
    let id = at.registry.ask_phone_change(&change(one), NOON, &line).await.unwrap();
    assert_eq!(id, Some(1));
    assert_eq!(at.registry.ask_phone_change(&change(one), NOON, &line).await.unwrap(), None);
    let due = NOON.plus(48 * HOUR_MS);
    assert_eq!(at.registry.due_phone_changes(due.plus(-1), 9).await.unwrap(), []);
    let waiting = at.registry.due_phone_changes(due, 9).await.unwrap().swap_remove(0);
    assert_eq!(at.registry.waiting_phone_change(one).await.unwrap(), Some(waiting.clone()));
    let end = |outcome| at.registry.end_phone_change(&waiting, outcome, due, &line);
    assert!(end(PhoneOutcome::Done).await.unwrap());
    assert!(!end(PhoneOutcome::Stopped).await.unwrap());
    let after = at.registry.person(one).await.unwrap().unwrap();
    assert_eq!((after.new.phone_index.unwrap(), after.new.session_epoch), (b"new".to_vec(), 1));
}

async fn a_stopped_change_is_not_asked_again_for_a_while(at: &BackEnd) {
    let one = at.a_person("a").await;
    let index = at.registry.person(one).await.unwrap().unwrap().new.phone_index.unwrap();
    let line = line(Deed::PhoneChanged);
    at.registry.ask_phone_change(&change(one), NOON, &line).await.unwrap();
    let waiting = at.registry.phone_changes_of(&index).await.unwrap().swap_remove(0);
    let stopped = PhoneOutcome::Stopped;
    assert!(at.registry.end_phone_change(&waiting, stopped, NOON, &line).await.unwrap());
    assert_eq!(at.registry.person(one).await.unwrap().unwrap().new.session_epoch, 0);
    assert_eq!(at.registry.ask_phone_change(&change(one), NOON, &line).await.unwrap(), None);
    let later = at.registry.ask_phone_change(&change(one), NOON.plus(1), &line).await.unwrap();
    assert_eq!(later, Some(2));
}

async fn a_correction_keeps_what_stood_before_and_leaves_statuses_to_their_documents(at: &BackEnd) {
    let one = at.a_person("wrong").await;
    let red = HealthStatus { colour: Colour::Red, ..HealthStatus::unknown(NOON) };
    at.registry.set_health_status(one, &red).await.unwrap();
    let line = line(Deed::RegistrationCorrected);
    let right = NewPerson { born_sealed: Some(b"other".to_vec()), ..person("right") };
    assert!(at.registry.correct_person(one, &right, NOON, &line).await.unwrap());
    let known = at.registry.known_person(one).await.unwrap().unwrap();
    assert_eq!(known.born_sealed.as_deref(), Some(&b"other"[..]), "an age goes with its document");
    assert!(at.registry.person_by_id(b"wrong").await.unwrap().is_none());
    assert_eq!(at.registry.person_by_id(b"right").await.unwrap().unwrap().number, one);
    assert_eq!(at.registry.count_corrections(one).await.unwrap(), 1);
    assert_eq!(at.registry.health_status(one).await.unwrap(), None);
    let holder = at.a_person("wrong").await;
    let colour = at.registry.health_status(holder).await.unwrap().map(|status| status.colour);
    assert_eq!(colour, Some(Colour::Red));
    // A name alone: the same document keeps its status.
    at.registry.set_health_status(one, &red).await.unwrap();
    assert!(at.registry.correct_person(one, &person("right"), NOON, &line).await.unwrap());
    assert!(at.registry.health_status(one).await.unwrap().is_some());
}

async fn nobody_takes_a_document_that_somebody_has(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    let line = line(Deed::RegistrationCorrected);
    assert!(!at.registry.correct_person(one, &person("b"), NOON, &line).await.unwrap());
    assert_eq!(at.registry.person_by_id(b"b").await.unwrap().unwrap().number, other);
    assert_eq!(at.registry.count_corrections(one).await.unwrap(), 0);
}

async fn tries_of_a_day_run_out(at: &BackEnd) {
    for n in 0..4 {
        let may = at.registry.try_today("family", b"1", NOON, 3).await.unwrap();
        assert_eq!(may, n < 3);
    }
    assert!(at.registry.try_today("family", b"2", NOON, 3).await.unwrap());
    assert!(at.registry.try_today("lost_phone", b"1", NOON, 3).await.unwrap());
    assert!(at.registry.try_today("family", b"1", NOON.plus(DAY_MS), 3).await.unwrap());
    assert_eq!(at.registry.sweep_tries(NOON.plus(DAY_MS)).await.unwrap(), 3);
}
