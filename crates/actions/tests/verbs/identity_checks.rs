//! Whether name and document belong together: at registration, later, and what is written about it.

use crate::support::{complains, lines, not_signed_in, number, parts, sign_up};
use actions::{
    accounts::sms_codes::CodeUse,
    people::{
        identity_check::{IdentityChecker, catch_up},
        register::register,
        session,
    },
    reverse_scans::{IdForm, by_id_number},
    sms::BoxFuture,
};
use domain::{
    audit::Deed,
    people::{CheckOutcome, PersonForm},
    time::{DAY_MS, MINUTE_MS, UnixMs},
};
use std::{sync::Arc, time::Duration};
use testkit::TestHouse;

#[tokio::test]
async fn what_is_said_is_kept_with_time_and_source_and_is_in_the_audit() {
    let t = TestHouse::new().await;
    for outcome in [CheckOutcome::Agrees, CheckOutcome::NotFound, CheckOutcome::NotChecked] {
        t.police.say(outcome);
        let form = t.person_form();
        sign_up(&t, &form).await.unwrap();
        let person = number(&t, &form).await;
        let kept = t.registry.identity_check(person).await.unwrap().unwrap();
        assert_eq!((kept.outcome, kept.source.as_str(), kept.at), (outcome, "police", t.now()));
        let (subject, detail) = lines(&t, Deed::IdentityChecked).await.swap_remove(0);
        assert_eq!(subject, format!("人员 {}", person.0));
        assert!(detail.starts_with(outcome.label()) && detail.contains("police"), "{detail}");
    }
}

#[tokio::test]
async fn nobody_is_asked_where_nobody_knows_and_nothing_is_written() {
    let t = TestHouse::new().await;
    let form = t.person_form();
    sign_up(&t, &form).await.unwrap();
    let person = number(&t, &form).await;
    assert_eq!(t.registry.identity_check(person).await.unwrap(), None);
    assert_eq!(lines(&t, Deed::IdentityChecked).await, []);
    assert_eq!(catch_up(&t, || true).await.unwrap(), 0);
}

#[tokio::test]
async fn a_name_of_somebody_else_is_refused_at_its_field_and_registers_nobody() {
    let t = TestHouse::new().await;
    t.police.say(CheckOutcome::Differs);
    let form = t.person_form();
    let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
    let refused = register(&t, &form, &code).await;
    complains("name", refused);
    complains("id_number", register(&t, &form, &code).await);
    assert_eq!(t.registry.count_people().await.unwrap(), 0);
    let (subject, detail) = lines(&t, Deed::IdentityChecked).await.swap_remove(0);
    assert_eq!((subject.as_str(), detail.as_str()), ("未登记的证件", "不一致（来源 police）"));
    // The same code works for the right name.
    t.police.say(CheckOutcome::Agrees);
    register(&t, &form, &code).await.unwrap();
}

#[tokio::test]
async fn who_has_no_right_code_makes_nobody_ask_anything() {
    let t = TestHouse::new().await;
    t.police.say(CheckOutcome::Differs);
    let form = t.person_form();
    t.sms_code(CodeUse::Visitor, &form.phone).await;
    for _ in 0..20 {
        complains("sms_code", register(&t, &form, "000000x").await);
    }
    assert!(t.police.asked.lock().is_empty());
}

#[tokio::test]
async fn when_nobody_answers_registration_goes_on_and_is_caught_up_with() {
    let t = TestHouse::new().await;
    t.police.say(CheckOutcome::Failed);
    let form = t.person_form();
    let (_, token) = sign_up(&t, &form).await.unwrap();
    let person = number(&t, &form).await;
    let outcome = async || t.registry.identity_check(person).await.unwrap().unwrap().outcome;
    assert_eq!(outcome().await, CheckOutcome::Failed);
    t.police.say(CheckOutcome::Agrees);
    assert_eq!(catch_up(&t, || true).await.unwrap(), 0, "not before its time");
    t.clock.advance_ms(5 * MINUTE_MS);
    assert_eq!(catch_up(&t, || true).await.unwrap(), 1);
    assert_eq!(outcome().await, CheckOutcome::Agrees);
    assert!(session::visitor(&t, &token).await.is_ok());
    t.clock.advance_ms(30 * DAY_MS);
    assert_eq!(catch_up(&t, || true).await.unwrap(), 0, "asked once");
    let opened = lines(&t, Deed::IdentityChecked).await;
    assert!(opened.iter().any(|(subject, _)| subject == "待补核人员"), "{opened:?}");
}

#[tokio::test]
async fn who_turns_out_to_be_somebody_else_is_signed_out_and_puts_it_right() {
    let t = TestHouse::new().await;
    t.police.say(CheckOutcome::Failed);
    let form = t.person_form();
    let (_, token) = sign_up(&t, &form).await.unwrap();
    let person = number(&t, &form).await;
    t.police.say(CheckOutcome::Differs);
    t.clock.advance_ms(5 * MINUTE_MS);
    assert_eq!(catch_up(&t, || true).await.unwrap(), 1);
    not_signed_in(session::visitor(&t, &token).await);
    complains("name", sign_up(&t, &form).await);
    // The right name, with the same phone: the same person goes on under it.
    t.police.say(CheckOutcome::Agrees);
    let right = PersonForm { name: "王晓明".to_owned(), ..form.clone() };
    let stranger = PersonForm { phone: t.fresh_phone(), ..right.clone() };
    complains("phone", sign_up(&t, &stranger).await);
    sign_up(&t, &right).await.unwrap();
    assert_eq!(number(&t, &right).await, person);
    assert_eq!(t.registry.count_people().await.unwrap(), 1);
    complains("name", sign_up(&t, &form).await);
}

#[tokio::test]
async fn no_identity_is_opened_when_the_audit_cannot_be_written() {
    let t = TestHouse::new().await;
    t.police.say(CheckOutcome::Failed);
    sign_up(&t, &t.person_form()).await.unwrap();
    t.clock.advance_ms(5 * MINUTE_MS);
    let asked = t.police.asked.lock().len();
    t.spoil_audit().await;
    assert!(catch_up(&t, || true).await.is_err());
    assert_eq!(t.police.asked.lock().len(), asked);
}

#[tokio::test]
async fn a_round_ends_when_nobody_answers_and_when_it_is_told_to() {
    let t = TestHouse::new().await;
    t.police.say(CheckOutcome::Failed);
    for _ in 0..6 {
        sign_up(&t, &t.person_form()).await.unwrap();
    }
    t.clock.advance_ms(10 * MINUTE_MS);
    let asked = t.police.asked.lock().len();
    catch_up(&t, || true).await.unwrap();
    assert_eq!(t.police.asked.lock().len(), asked + 3);
    catch_up(&t, || false).await.unwrap();
    assert_eq!(t.police.asked.lock().len(), asked + 3);
}

#[tokio::test]
async fn somebody_registered_at_a_door_is_asked_about_afterwards() {
    let t = TestHouse::new().await;
    t.police.say(CheckOutcome::Agrees);
    let door = t.door().await;
    let device = crate::support::device(&t, &door).await;
    let new = t.person_form();
    let form = IdForm {
        id_kind: new.id_kind.clone(),
        id_number: new.id_number.clone(),
        name: new.name.clone(),
        consent: false,
    };
    by_id_number(&t, &device, &form).await.unwrap();
    assert!(t.police.asked.lock().is_empty(), "nobody at a door waits for it");
    assert_eq!(catch_up(&t, || true).await.unwrap(), 1);
    let person = number(&t, &new).await;
    let kept = t.registry.identity_check(person).await.unwrap().unwrap();
    assert_eq!((kept.outcome, kept.tries, kept.next), (CheckOutcome::Agrees, 1, None));
}

/// Never answers.
struct Hangs;

impl IdentityChecker for Hangs {
    fn name(&self) -> &'static str {
        "hangs"
    }

    fn check<'a>(
        &'a self,
        _: &'a actions::health_status::Identity,
        _: UnixMs,
    ) -> BoxFuture<'a, CheckOutcome> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn whoever_registers_waits_three_seconds_at_most() {
    let mut t = TestHouse::new().await;
    parts(&mut t).checker = Arc::new(Hangs);
    let form = t.person_form();
    let waits = tokio::time::timeout(Duration::from_secs(6), sign_up(&t, &form));
    waits.await.expect("in time").unwrap();
    let person = number(&t, &form).await;
    let kept = t.registry.identity_check(person).await.unwrap().unwrap();
    assert_eq!(kept.outcome, CheckOutcome::Failed);
}
