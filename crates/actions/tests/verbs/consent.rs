//! Consent: recorded with its version, asked for anew by one tap, taken back, and given again.

use crate::support::{complains, conflict, device, lines, not_signed_in, sign_up, visitor};
use actions::{
    checkins::record::record,
    offline_codes::{list::list, make::make},
    people::{
        consent::{agree, asks, consent, withdraw},
        session,
    },
    reverse_scans::{IdForm, by_code::by_code, by_id_number},
};
use domain::{audit::Deed, checkins::Method, privacy::CURRENT};
use registry::{ConsentHow, ConsentStep};
use testkit::TestHouse;

#[tokio::test]
async fn a_newer_notice_asks_once_and_one_tap_is_enough() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    assert!(!asks(&t, &person), "the form had the notice in force");
    let old = ConsentStep { version: CURRENT - 1, at: t.now(), how: ConsentHow::Form };
    t.registry.consent(person.person(), &old).await.unwrap();
    t.catch_up().await.unwrap();
    assert!(asks(&t, &person));
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    conflict(agree(&t, &person, CURRENT - 1).await);
    for _ in 0..2 {
        agree(&t, &person, CURRENT).await.unwrap();
    }
    assert!(!asks(&t, &person));
    let steps = consent(&t, &person).await.unwrap().steps;
    let seen: Vec<_> = steps.iter().map(|step| (step.version, step.how)).collect();
    assert_eq!(seen, [(CURRENT, "tap"), (CURRENT - 1, "form"), (CURRENT, "form")]);
}

#[tokio::test]
async fn whoever_takes_it_back_is_signed_out_and_registered_again_only_after_agreeing() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let form = t.person_form();
    let (person, token) = sign_up(&t, &form).await.unwrap();
    let number = make(&t, &person, person.person()).await.unwrap();
    let printed = actions::offline_codes::list::one(&t, &person, number).await.unwrap().text;
    withdraw(&t, &person).await.unwrap();
    not_signed_in(session::visitor(&t, &token).await);
    complains("code", by_code(&t, &guard, &printed).await);
    assert_eq!(lines(&t, Deed::ConsentWithdrawn).await.len(), 1);

    let typed = IdForm {
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
        ..IdForm::default()
    };
    complains("consent", by_id_number(&t, &guard, &typed).await);
    let agreed = IdForm { consent: true, ..typed.clone() };
    by_id_number(&t, &guard, &agreed).await.unwrap();
    t.clock.advance_ms(61_000);
    by_id_number(&t, &guard, &typed).await.unwrap();
    let steps = consent(&t, &person).await.unwrap().steps;
    let seen: Vec<_> = steps.iter().map(|step| step.how).collect();
    assert_eq!(seen, ["door", "withdrawn", "form"]);
}

#[tokio::test]
async fn registering_again_is_agreeing_again() {
    let t = TestHouse::new().await;
    let form = t.person_form();
    let (person, _) = sign_up(&t, &form).await.unwrap();
    withdraw(&t, &person).await.unwrap();
    let (again, token) = sign_up(&t, &form).await.unwrap();
    assert_eq!(again.person(), person.person(), "the same person, with what is still kept");
    assert!(session::visitor(&t, &token).await.is_ok());
    assert_eq!(consent(&t, &again).await.unwrap().agreed, CURRENT);
    assert!(list(&t, &again).await.unwrap().0.iter().all(|code| code.number > 0));
}
