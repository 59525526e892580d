//! Forgotten passwords, changed ones, and those that a link from the administrator allows.

use crate::support::{
    administrator, another, by_password, complains, not_found, not_signed_in, token_of, too_many,
};
use actions::{
    Answer,
    accounts::{
        make,
        own::{self, PasswordForm},
        recover::{self, RecoverForm},
        session::{self, Token},
        sign_in::by_link,
    },
};
use domain::{
    accounts::Role,
    audit::{Actor, Deed},
    messages::MessageKind,
    time::MINUTE_MS,
};
use testkit::{PASSWORD, TestHouse, patiently};

const NEW: &str = "yingzhou-2026-new";

async fn a_manager(t: &TestHouse) -> (String, String) {
    let phone = t.fresh_phone();
    let token = t.manager_of(&phone).await;
    (phone, token)
}

fn form(phone: &str, sms_code: &str) -> RecoverForm {
    RecoverForm { phone: phone.to_owned(), sms_code: sms_code.to_owned(), password: NEW.to_owned() }
}

async fn recover(t: &TestHouse, form: &RecoverForm) -> Answer<Token> {
    patiently(|| recover::recover(t, form)).await
}

/// The code that comes for a new password, once it has come.
async fn code(t: &TestHouse, phone: &str) -> String {
    recover::send_code(t, phone, None).await.unwrap();
    // Nobody waits for the provider.
    tokio::task::yield_now().await;
    t.outbox.code(phone).unwrap()
}

#[tokio::test]
async fn a_manager_who_has_forgotten_the_password_sets_another() {
    let t = TestHouse::new().await;
    let (phone, before) = a_manager(&t).await;
    for _ in 0..5 {
        complains("password", by_password(&t, &phone, "wrong-password-1").await);
    }
    let code = code(&t, &phone).await;
    let token = recover(&t, &form(&phone, &code)).await.unwrap();
    assert!(session::staff(&t, &token.0).await.is_ok());
    not_signed_in(session::staff(&t, &before).await);
    complains("password", by_password(&t, &phone, PASSWORD).await);
    assert!(by_password(&t, &phone, NEW).await.is_ok(), "not locked any more either");
    complains("sms_code", recover(&t, &form(&phone, &code)).await);
    let lines = t.registry.audit_page(Some(Deed::PasswordReset), 9, 0).await.unwrap();
    assert_eq!(lines.len(), 1);
    let Actor::Account(account) = lines[0].line.actor else { panic!("nobody's deed") };
    let told = t.registry.messages_of(account, 9, 0).await.unwrap();
    assert_eq!(told[0].kind, MessageKind::PasswordReset, "in case it was somebody else");
}

#[tokio::test]
async fn nobody_learns_whether_a_phone_has_an_account() {
    let t = TestHouse::new().await;
    let (known, _) = a_manager(&t).await;
    t.outbox.fail(true);
    for phone in [known.as_str(), &t.fresh_phone()] {
        assert!(recover::send_code(&t, phone, None).await.is_ok(), "also when nothing can be sent");
        assert_eq!(too_many(recover::send_code(&t, phone, None).await), 60);
        complains("sms_code", recover(&t, &form(phone, "123456")).await);
    }
    complains("phone", recover::send_code(&t, "no phone", None).await);
}

#[tokio::test]
async fn a_text_message_alone_opens_no_account_of_the_authority() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let caller = administrator(&t).await;
    let form_of = make::NewAccountForm { role: "auditor".to_owned(), county: String::new() };
    let url = make::invite(&t, &caller, &form_of).await.unwrap();
    let set_up = make::SetUpForm {
        name: "李雷".to_owned(),
        phone: phone.clone(),
        password: PASSWORD.to_owned(),
        ..make::SetUpForm::default()
    };
    patiently(|| make::set_up(&t, token_of(&url), &set_up)).await.unwrap();
    recover::send_code(&t, &phone, None).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(t.outbox.code(&phone), None);
    complains("sms_code", recover(&t, &form(&phone, "123456")).await);
    assert!(by_password(&t, &phone, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn what_is_wrong_with_a_new_password_is_said_and_spends_no_code() {
    let t = TestHouse::new().await;
    let (phone, _) = a_manager(&t).await;
    let code = code(&t, &phone).await;
    let weak = RecoverForm { password: "short".to_owned(), ..form(&phone, &code) };
    complains("password", recover(&t, &weak).await);
    complains("sms_code", recover(&t, &form(&phone, "")).await);
    complains("sms_code", recover(&t, &form(&phone, &another(&code))).await);
    assert!(recover(&t, &form(&phone, &code)).await.is_ok());
}

#[tokio::test]
async fn changing_the_password_ends_the_sessions_elsewhere() {
    let t = TestHouse::new().await;
    let (phone, here) = a_manager(&t).await;
    let (there, _) = by_password(&t, &phone, PASSWORD).await.unwrap();
    let caller = t.staff(&here).await;
    let change = async |current: &str, password: &str| {
        let form = PasswordForm { current: current.to_owned(), password: password.to_owned() };
        patiently(|| own::change_password(&t, &caller, &here, &form)).await
    };
    complains("current", change("wrong-password-1", NEW).await);
    complains("password", change(PASSWORD, "short").await);
    change(PASSWORD, NEW).await.unwrap();
    assert!(session::staff(&t, &here).await.is_ok());
    not_signed_in(session::staff(&t, &there.0).await);
    assert!(by_password(&t, &phone, NEW).await.is_ok());
    assert_eq!(own::own(&t, &caller).await.unwrap().role, Role::Manager);
}

#[tokio::test]
async fn wrong_passwords_of_a_stolen_session_lock_the_account_as_anywhere() {
    let t = TestHouse::new().await;
    let (_, here) = a_manager(&t).await;
    let caller = t.staff(&here).await;
    let form = PasswordForm { current: "wrong-password-1".to_owned(), password: NEW.to_owned() };
    let attempt = async || patiently(|| own::change_password(&t, &caller, &here, &form)).await;
    for _ in 0..5 {
        complains("current", attempt().await);
    }
    too_many(attempt().await);
}

#[tokio::test]
async fn other_sessions_are_ended_and_this_one_goes_on() {
    let t = TestHouse::new().await;
    let (phone, here) = a_manager(&t).await;
    let (there, _) = by_password(&t, &phone, PASSWORD).await.unwrap();
    let caller = t.staff(&here).await;
    let ended = own::sign_out_elsewhere(&t, &caller, &Token(here.clone())).await.unwrap();
    assert_eq!(ended, 1);
    assert!(session::staff(&t, &here).await.is_ok());
    not_signed_in(session::staff(&t, &there.0).await);
}

#[tokio::test]
async fn the_administrators_link_sets_a_password_once() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let token = t.staff_token(Role::Reviewer, "").await;
    let rows = make::list(&t, &caller).await.unwrap();
    let reviewer = rows.iter().find(|row| row.role == Role::Reviewer).unwrap();
    let url = make::password_link(&t, &caller, reviewer.id).await.unwrap();
    let link = token_of(&url);
    assert_eq!(own::look(&t, link).await.unwrap(), reviewer.phone);
    not_found(by_link(&t, link).await.map(|_| ()));
    let set = async |password: &str| patiently(|| own::set_by_link(&t, link, password)).await;
    complains("password", set("short").await);
    set(NEW).await.unwrap();
    not_found(set(NEW).await);
    not_found(own::look(&t, link).await);
    not_signed_in(session::staff(&t, &token).await);
    let again = make::password_link(&t, &caller, reviewer.id).await.unwrap();
    t.clock.advance_ms(24 * 60 * MINUTE_MS);
    not_found(own::look(&t, token_of(&again)).await);
}

#[tokio::test]
async fn there_is_no_link_for_a_managers_password_nor_for_nobodys() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let (phone, _) = a_manager(&t).await;
    let index = t.vault.blind(vault::Index::Phone, &phone);
    let managers = t.registry.account_by_phone(&index).await.unwrap().unwrap().id;
    not_found(make::password_link(&t, &caller, managers).await);
    not_found(make::password_link(&t, &caller, 999).await);
}
