//! Consents: a step for each, the newest first, and what ends with one that is taken back.

use super::{
    made::{NOON, person},
    support::{BackEnd, on_both},
};
use domain::{
    audit::{Actor, Deed},
    people::PersonNumber,
    privacy::WITHDRAWN,
};
use registry::{AuditLine, ConsentHow, ConsentStep, MadeCode, NewPerson, OfflineCode, Share};

on_both!(
    registering_with_consent_is_a_step_and_without_is_none,
    each_consent_is_a_step_and_the_last_counts,
    a_consent_taken_back_ends_sessions_apps_and_offline_codes,
    a_phone_added_later_comes_with_its_consent,
    nobody_consents_for_somebody_who_is_not_there,
);

fn step(version: i64, later: i64, how: ConsentHow) -> ConsentStep {
    ConsentStep { version, at: NOON.plus(later), how }
}

async fn steps(at: &BackEnd, person: PersonNumber) -> Vec<ConsentStep> {
    at.registry.consents_of(person, 9).await.unwrap()
}

async fn agreed(at: &BackEnd, person: PersonNumber) -> i64 {
    at.registry.known_person(person).await.unwrap().unwrap().consent_version
}

async fn registering_with_consent_is_a_step_and_without_is_none(at: &BackEnd) {
    let new = [person("a"), NewPerson { consent_version: 0, ..person("b") }];
    let given = at.registry.insert_people(&new).await.unwrap();
    assert_eq!(steps(at, given[0].unwrap()).await, [step(1, 0, ConsentHow::Form)]);
    assert_eq!(steps(at, given[1].unwrap()).await, []);
}

async fn each_consent_is_a_step_and_the_last_counts(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    let before = at.registry.last_change().await.unwrap();
    assert!(at.registry.consent(one, &step(2, 1, ConsentHow::Tap)).await.unwrap());
    assert!(at.registry.consent(one, &step(3, 2, ConsentHow::Door)).await.unwrap());
    let all =
        [step(3, 2, ConsentHow::Door), step(2, 1, ConsentHow::Tap), step(1, 0, ConsentHow::Form)];
    assert_eq!(steps(at, one).await, all);
    assert_eq!(at.registry.consents_of(one, 1).await.unwrap(), all[..1]);
    assert_eq!((agreed(at, one).await, agreed(at, other).await), (3, 1));
    assert_eq!(at.registry.last_change().await.unwrap(), before + 2, "whoever mirrors it hears");
}

async fn a_consent_taken_back_ends_sessions_apps_and_offline_codes(at: &BackEnd) {
    let one = at.a_person("a").await;
    let code = OfflineCode {
        number: 7,
        person: one,
        made_by: one,
        text_sealed: vec![1],
        issued: NOON,
        expires: NOON.plus(1_000),
        revoked: None,
    };
    assert_eq!(at.registry.insert_offline_code(&code, 5).await.unwrap(), MadeCode::Made);
    assert!(at.registry.bind_entry_identity("wechat", b"x", one, NOON).await.unwrap());
    let line = AuditLine {
        at: NOON.plus(5),
        actor: Actor::Person(one.0),
        deed: Deed::ConsentWithdrawn,
        subject: "人员 1".to_owned(),
        detail: String::new(),
    };
    at.registry.withdraw_consent(one, &line).await.unwrap();
    let known = at.registry.known_person(one).await.unwrap().unwrap();
    assert_eq!((known.consent_version, known.session_epoch), (WITHDRAWN, 1));
    assert_eq!(at.registry.entry_apps_of(one).await.unwrap(), []);
    let code = at.registry.offline_code(7).await.unwrap().unwrap();
    assert_eq!(code.revoked, Some(NOON.plus(5)));
    assert_eq!(steps(at, one).await[0], step(WITHDRAWN, 5, ConsentHow::Tap));
    let lines = at.registry.audit_page(Some(Deed::ConsentWithdrawn), 9, 0).await.unwrap();
    assert_eq!(lines.len(), 1);
    let mut all = Vec::new();
    at.registry.all_people(Share::WHOLE, |known| all.push(known.consent_version)).await.unwrap();
    assert_eq!(all, [WITHDRAWN], "also for a server that starts");
}

async fn a_phone_added_later_comes_with_its_consent(at: &BackEnd) {
    let new = NewPerson {
        phone_sealed: None,
        phone_index: None,
        consent_version: 0,
        ..person("at the door")
    };
    let one = at.registry.insert_people(&[new]).await.unwrap()[0].unwrap();
    let later = NOON.plus(9);
    assert!(at.registry.set_phone(one, b"sealed", b"index", 3, later).await.unwrap());
    assert!(!at.registry.set_phone(one, b"sealed", b"index", 4, later).await.unwrap());
    assert_eq!(steps(at, one).await, [step(3, 9, ConsentHow::Form)]);
    assert_eq!(agreed(at, one).await, 3);
}

async fn nobody_consents_for_somebody_who_is_not_there(at: &BackEnd) {
    let nobody = PersonNumber(9);
    assert!(!at.registry.consent(nobody, &step(1, 0, ConsentHow::Tap)).await.unwrap());
    assert_eq!(steps(at, nobody).await, []);
}
