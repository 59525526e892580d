//! People: dense numbers, known documents, phones and revoked sessions.

use super::{
    made::{NOON, person},
    support::{BackEnd, on_both},
};
use domain::people::{IdKind, PersonNumber};
use registry::NewPerson;

on_both!(
    numbers_are_dense_and_in_order,
    a_known_document_in_the_middle_leaves_no_hole,
    the_same_document_twice_in_one_call_is_one_person,
    registering_the_same_documents_at_once_leaves_no_hole,
    everything_stored_comes_back,
    somebody_registered_at_a_door_has_no_phone_until_it_is_set,
    unknown_people_are_nobody,
    revoking_sessions_touches_one_person,
);

async fn numbers_are_dense_and_in_order(at: &BackEnd) {
    let given = at.registry.insert_people(&["a", "b", "c"].map(person)).await.unwrap();
    assert_eq!(given, [1, 2, 3].map(|n| Some(PersonNumber(n))));
    assert_eq!(at.registry.insert_people(&[]).await.unwrap(), []);
    assert_eq!(at.a_person("d").await, PersonNumber(4));
    assert_eq!(at.registry.count_people().await.unwrap(), 4);
}

async fn a_known_document_in_the_middle_leaves_no_hole(at: &BackEnd) {
    let first = at.a_person("known").await;
    let given = at.registry.insert_people(&["a", "known", "b"].map(person)).await.unwrap();
    assert_eq!(given, [Some(PersonNumber(2)), None, Some(PersonNumber(3))]);
    assert_eq!(at.a_person("c").await, PersonNumber(4));
    assert_eq!(at.registry.person_by_id(b"known").await.unwrap().unwrap().number, first);
    at.assert_dense("people", "number", 4).await;
}

async fn the_same_document_twice_in_one_call_is_one_person(at: &BackEnd) {
    let given = at.registry.insert_people(&["a", "a", "b"].map(person)).await.unwrap();
    assert_eq!(given, [Some(PersonNumber(1)), None, Some(PersonNumber(2))]);
    at.assert_dense("people", "number", 2).await;
}

async fn registering_the_same_documents_at_once_leaves_no_hole(at: &BackEnd) {
    let one: Vec<NewPerson> = (0..20).map(|n| person(&format!("{n}"))).collect();
    let other: Vec<NewPerson> = (10..30).rev().map(|n| person(&format!("{n}"))).collect();
    let (one, other, third) = tokio::join!(
        at.registry.insert_people(&one),
        at.registry.insert_people(&other),
        at.registry.insert_people(&one),
    );
    let given = [one.unwrap(), other.unwrap(), third.unwrap()].concat();
    assert_eq!(given.iter().flatten().count(), 30);
    at.assert_dense("people", "number", 30).await;
}

async fn everything_stored_comes_back(at: &BackEnd) {
    for kind in IdKind::ALL {
        let new = NewPerson { id_kind: kind, ..person(kind.code()) };
        let number = at.registry.insert_people(&[new]).await.unwrap()[0].unwrap();
        let stored = at.registry.person(number).await.unwrap().unwrap();
        assert_eq!(stored.number, number);
        assert_eq!(stored.session_epoch, 0);
        assert_eq!(stored.new.id_kind, kind);
        assert_eq!(stored.new.id_sealed, [0, 255, 7]);
        assert_eq!(stored.new.id_index, kind.code().as_bytes());
        assert_eq!(stored.new.name_sealed, b"name");
        assert_eq!(stored.new.masked_sealed, b"masked");
        assert_eq!(stored.new.phone_sealed.unwrap(), b"phone");
        assert_eq!(stored.new.phone_index.unwrap(), b"index");
        assert_eq!(stored.new.registered, NOON);
        assert_eq!(stored.new.consent_version, 1);
    }
}

async fn somebody_registered_at_a_door_has_no_phone_until_it_is_set(at: &BackEnd) {
    let new = NewPerson {
        phone_sealed: None,
        phone_index: None,
        consent_version: 0,
        ..person("at the door")
    };
    let number = at.registry.insert_people(&[new]).await.unwrap()[0].unwrap();
    let neighbour = at.a_person("neighbour").await;
    let before = at.registry.person(number).await.unwrap().unwrap();
    assert_eq!((before.new.phone_sealed, before.new.phone_index), (None, None));
    assert_eq!(before.new.consent_version, 0);

    assert!(at.registry.set_phone(number, b"sealed", b"found by", 3, NOON).await.unwrap());
    assert!(!at.registry.set_phone(number, b"other", b"too late", 4, NOON).await.unwrap());
    let after = at.registry.person_by_id(b"at the door").await.unwrap().unwrap();
    assert_eq!(after.new.phone_sealed.unwrap(), b"sealed");
    assert_eq!(after.new.phone_index.unwrap(), b"found by");
    assert_eq!(after.new.consent_version, 3);
    let neighbour = at.registry.person(neighbour).await.unwrap().unwrap();
    assert_eq!(neighbour.new.phone_index.unwrap(), b"index");
}

async fn unknown_people_are_nobody(at: &BackEnd) {
    at.a_person("a").await;
    for number in [0, 2, u64::MAX, i64::MAX.unsigned_abs() + 1] {
        assert!(at.registry.person(PersonNumber(number)).await.unwrap().is_none(), "{number}");
        assert!(!at.registry.set_phone(PersonNumber(number), b"x", b"x", 9, NOON).await.unwrap());
        at.registry.next_session_epoch(PersonNumber(number)).await.unwrap();
    }
    assert!(at.registry.person_by_id(b"b").await.unwrap().is_none());
    let only = at.registry.person(PersonNumber(1)).await.unwrap().unwrap();
    assert_eq!((only.new.consent_version, only.session_epoch), (1, 0));
}

async fn revoking_sessions_touches_one_person(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    at.registry.next_session_epoch(one).await.unwrap();
    at.registry.next_session_epoch(one).await.unwrap();
    assert_eq!(at.registry.person(one).await.unwrap().unwrap().session_epoch, 2);
    assert_eq!(at.registry.person(other).await.unwrap().unwrap().session_epoch, 0);
}
