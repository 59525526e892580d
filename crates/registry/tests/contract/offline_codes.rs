//! Offline codes: counted when they are made, found by number, revoked once, forgotten after their end.

use super::{
    made::NOON,
    support::{BackEnd, on_both},
};
use domain::{
    audit::{Actor, Deed},
    people::PersonNumber,
};
use registry::{AuditLine, MadeCode, OfflineCode};

on_both!(
    a_code_is_found_as_it_was_made,
    nobody_has_more_than_the_most_also_when_made_at_once,
    a_number_is_given_once,
    a_code_is_revoked_once_and_its_line_is_there,
    whoever_made_it_and_whoever_carries_it_see_it_newest_first,
    what_ended_long_ago_is_swept_and_counted,
);

fn new(number: i64, person: PersonNumber) -> OfflineCode {
    OfflineCode {
        number,
        person,
        made_by: person,
        text_sealed: vec![7, number.to_be_bytes()[7]],
        issued: NOON.plus(number),
        expires: NOON.plus(1_000 + number),
        revoked: None,
    }
}

fn line() -> AuditLine {
    AuditLine {
        at: NOON,
        actor: Actor::Person(1),
        deed: Deed::OfflineCodeRevoked,
        subject: "人员 1".to_owned(),
        detail: String::new(),
    }
}

async fn make(at: &BackEnd, code: &OfflineCode) -> MadeCode {
    at.registry.insert_offline_code(code, 2).await.unwrap()
}

async fn a_code_is_found_as_it_was_made(at: &BackEnd) {
    let (one, maker) = (at.a_person("a").await, at.a_person("b").await);
    let code = OfflineCode { number: i64::MAX, made_by: maker, ..new(1, one) };
    assert_eq!(make(at, &code).await, MadeCode::Made);
    let found = at.registry.offline_code(i64::MAX).await.unwrap().unwrap();
    assert_eq!((found.person, found.made_by), (one, maker));
    assert_eq!(found.text_sealed, code.text_sealed);
    assert_eq!((found.issued, found.expires, found.revoked), (code.issued, code.expires, None));
    assert!(at.registry.offline_code(1).await.unwrap().is_none());
}

async fn nobody_has_more_than_the_most_also_when_made_at_once(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    assert_eq!(make(at, &new(1, one)).await, MadeCode::Made);
    let (second, third) = (new(2, one), new(3, one));
    let (second, third) = tokio::join!(make(at, &second), make(at, &third));
    assert_ne!(second, third, "one of the two was the last");
    assert_eq!(make(at, &new(4, one)).await, MadeCode::Full);
    assert_eq!(make(at, &new(5, other)).await, MadeCode::Made, "each counts for themselves");
    assert!(at.registry.revoke_offline_code(1, NOON, &line()).await.unwrap());
    assert_eq!(make(at, &new(6, one)).await, MadeCode::Made, "a revoked one does not count");
    assert_eq!(make(at, &new(2_000, one)).await, MadeCode::Made, "nor one that is over");
}

async fn a_number_is_given_once(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    assert_eq!(make(at, &new(1, one)).await, MadeCode::Made);
    assert_eq!(make(at, &new(1, other)).await, MadeCode::NumberTaken);
    assert_eq!(at.registry.offline_code(1).await.unwrap().unwrap().person, one);
}

async fn a_code_is_revoked_once_and_its_line_is_there(at: &BackEnd) {
    let one = at.a_person("a").await;
    make(at, &new(1, one)).await;
    assert!(!at.registry.revoke_offline_code(2, NOON, &line()).await.unwrap());
    assert!(at.registry.revoke_offline_code(1, NOON.plus(5), &line()).await.unwrap());
    assert!(!at.registry.revoke_offline_code(1, NOON.plus(9), &line()).await.unwrap());
    let found = at.registry.offline_code(1).await.unwrap().unwrap();
    assert_eq!(found.revoked, Some(NOON.plus(5)));
    let lines = at.registry.audit_page(Some(Deed::OfflineCodeRevoked), 9, 0).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].line.actor, Actor::Person(1));
}

async fn whoever_made_it_and_whoever_carries_it_see_it_newest_first(at: &BackEnd) {
    let (child, parent, other) =
        (at.a_person("a").await, at.a_person("b").await, at.a_person("c").await);
    make(at, &OfflineCode { made_by: parent, ..new(1, child) }).await;
    make(at, &new(2, parent)).await;
    make(at, &new(3, other)).await;
    let numbers = async |person| {
        let found = at.registry.offline_codes_of(person, 9).await.unwrap();
        found.into_iter().map(|code| code.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(parent).await, [2, 1]);
    assert_eq!(numbers(child).await, [1]);
    assert_eq!(at.registry.offline_codes_of(parent, 1).await.unwrap().len(), 1);
}

async fn what_ended_long_ago_is_swept_and_counted(at: &BackEnd) {
    let one = at.a_person("a").await;
    make(at, &new(1, one)).await;
    make(at, &new(2, one)).await;
    assert_eq!(at.registry.sweep_offline_codes(NOON.plus(1_002)).await.unwrap(), 1);
    assert!(at.registry.offline_code(1).await.unwrap().is_none());
    assert!(at.registry.offline_code(2).await.unwrap().is_some());
}
