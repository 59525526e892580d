//! People: dense numbers, known documents, phones and revoked sessions.

use super::{
    made::{NOON, person},
    support::{BackEnd, on_both},
};
use domain::people::{IdKind, PersonNumber};
use registry::{Change, NewPerson, Share};

on_both!(
    numbers_are_dense_and_in_order,
    a_known_document_in_the_middle_leaves_no_hole,
    the_same_document_twice_in_one_call_is_one_person,
    registering_the_same_documents_at_once_leaves_no_hole,
    everything_stored_comes_back,
    somebody_registered_at_a_door_has_no_phone_until_it_is_set,
    unknown_people_are_nobody,
    revoking_sessions_touches_one_person,
    births_are_kept_once_and_told_by_their_stretch_of_numbers,
);

async fn births_are_kept_once_and_told_by_their_stretch_of_numbers(at: &BackEnd) {
    let without =
        |document: &str, id_kind| NewPerson { id_kind, born_sealed: None, ..person(document) };
    let new = [
        person("has one"),
        without("a", IdKind::ResidentId),
        without("passport", IdKind::Passport),
        without("b", IdKind::ForeignResident),
        without("c", IdKind::ResidentId),
    ];
    at.registry.insert_people(&new).await.unwrap();
    let registry = &at.registry;
    let missing = async |after, limit| {
        let found = registry.underived_births(PersonNumber(after), limit).await.unwrap();
        found.iter().map(|one| one.person.0).collect::<Vec<_>>()
    };
    assert_eq!(missing(0, 2).await, [2, 4]);
    assert_eq!(missing(4, 9).await, [5]);
    let before = registry.last_change().await.unwrap();
    let sealed = |n, text: &[u8]| (PersonNumber(n), text.to_vec());
    registry.keep_births(&[sealed(1, b"no"), sealed(2, b"two"), sealed(5, b"five")]).await.unwrap();
    registry.keep_births(&[]).await.unwrap();
    assert_eq!(missing(0, 9).await, [4]);
    let mut known = Vec::new();
    let (first, last) = (PersonNumber(1), PersonNumber(4));
    registry.known_people_between(first, last, |one| known.push(one.born_sealed)).await.unwrap();
    assert_eq!(known, [Some(b"born".to_vec()), Some(b"two".to_vec()), None, None]);
    let mut all = Vec::new();
    registry
        .all_people(Share::WHOLE, |one| all.push((one.number.0, one.born_sealed)))
        .await
        .unwrap();
    all.sort_unstable();
    assert_eq!((all.len(), &all[4]), (5, &(5, Some(b"five".to_vec()))));
    let changes = registry.changes_after(before, 9).await.unwrap().unwrap();
    let told: Vec<_> = changes.into_iter().map(|(_, change)| change).collect();
    assert_eq!(told, [Change::Births(PersonNumber(1), PersonNumber(5))]);
    assert!(!registry.births_are_derived().await.unwrap());
    for _ in 0..2 {
        registry.births_derived().await.unwrap();
        assert!(registry.births_are_derived().await.unwrap());
    }
}

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
        let new = NewPerson { id_kind: kind, session_epoch: 5, ..person(kind.code()) };
        let number = at.registry.insert_people(&[new]).await.unwrap()[0].unwrap();
        let stored = at.registry.person(number).await.unwrap().unwrap();
        assert_eq!(stored.number, number);
        assert_eq!(stored.new.session_epoch, 5);
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
    assert_eq!((only.new.consent_version, only.new.session_epoch), (1, 0));
}

async fn revoking_sessions_touches_one_person(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    at.registry.next_session_epoch(one).await.unwrap();
    at.registry.next_session_epoch(one).await.unwrap();
    assert_eq!(at.registry.person(one).await.unwrap().unwrap().new.session_epoch, 2);
    assert_eq!(at.registry.person(other).await.unwrap().unwrap().new.session_epoch, 0);
}
