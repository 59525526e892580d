//! Signing in, staying signed in, and being locked out.

use crate::support::{
    administrator, by_password, complains, not_found, not_signed_in, register_manager, token_of,
    too_many,
};
use actions::accounts::{
    make,
    one_time_links::sign_in_link,
    register::RegisterForm,
    session::{self, IDLE_MS_MAX},
    sign_in::by_link,
    sms_codes::CodeUse,
};
use domain::{
    accounts::Role,
    audit::Deed,
    time::{HOUR_MS, MINUTE_MS},
};
use testkit::{PASSWORD, TestHouse};

/// The phone of a new manager.
async fn manager_phone(t: &TestHouse) -> String {
    let phone = t.fresh_phone();
    let form = RegisterForm {
        name: "韩梅".to_owned(),
        sms_code: t.sms_code(CodeUse::Account, &phone).await,
        phone: phone.clone(),
        password: PASSWORD.to_owned(),
    };
    assert!(register_manager(t, &form).await.is_ok());
    phone
}

#[tokio::test]
async fn the_right_password_signs_in() {
    let t = TestHouse::new().await;
    let phone = manager_phone(&t).await;
    let (token, staff) = by_password(&t, &phone, PASSWORD).await.unwrap();
    assert_eq!(staff.role(), Role::Manager);
    assert_eq!(t.staff(&token.0).await.role(), Role::Manager);
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_a_quarter_of_an_hour() {
    let t = TestHouse::new().await;
    let phone = manager_phone(&t).await;
    for _ in 0..5 {
        complains("password", by_password(&t, &phone, "wrong-password-1").await);
    }
    assert_eq!(too_many(by_password(&t, &phone, PASSWORD).await), 900);
    t.clock.advance_ms(15 * MINUTE_MS - 1);
    assert_eq!(too_many(by_password(&t, &phone, PASSWORD).await), 1);
    t.clock.advance_ms(1);
    assert!(by_password(&t, &phone, PASSWORD).await.is_ok());
    let refused = crate::support::lines(&t, Deed::SignInRefused).await;
    assert_eq!(refused.len(), 5);
    assert_eq!(refused[0].1, "锁定 15 分钟");
}

#[tokio::test]
async fn the_right_password_forgets_wrong_tries() {
    let t = TestHouse::new().await;
    let phone = manager_phone(&t).await;
    for _ in 0..3 {
        for _ in 0..4 {
            complains("password", by_password(&t, &phone, "wrong-password-1").await);
        }
        assert!(by_password(&t, &phone, PASSWORD).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_side_by_side_count_each() {
    let t = TestHouse::new().await;
    let phone = manager_phone(&t).await;
    let wrong = || by_password(&t, &phone, "wrong-password-1");
    let answers = tokio::join!(wrong(), wrong(), wrong(), wrong(), wrong());
    for answer in [answers.0, answers.1, answers.2, answers.3, answers.4] {
        complains("password", answer);
    }
    too_many(by_password(&t, &phone, PASSWORD).await);
    t.clock.advance_ms(15 * MINUTE_MS);
    assert!(by_password(&t, &phone, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn an_unknown_phone_is_answered_like_a_wrong_password() {
    let t = TestHouse::new().await;
    let phone = manager_phone(&t).await;
    let says = |answer| crate::support::refused(answer).to_string();
    let wrong = says(by_password(&t, &phone, "wrong-password-1").await);
    assert_eq!(wrong, says(by_password(&t, &t.fresh_phone(), PASSWORD).await));
    assert_eq!(wrong, says(by_password(&t, "not a phone", PASSWORD).await));
    assert_eq!(wrong, says(by_password(&t, &phone, "").await));
    assert_eq!(wrong, says(by_password(&t, &phone, &"长".repeat(100_000)).await));
}

#[tokio::test]
async fn thirty_idle_minutes_end_a_session() {
    let t = TestHouse::new().await;
    let token = t.manager().await;
    t.clock.advance_ms(IDLE_MS_MAX + 1);
    not_signed_in(session::staff(&t, &token).await);
    t.clock.advance_ms(-IDLE_MS_MAX);
    not_signed_in(session::staff(&t, "").await);
}

#[tokio::test]
async fn use_keeps_a_session_alive() {
    let t = TestHouse::new().await;
    let token = t.manager().await;
    for _ in 0..10 {
        t.clock.advance_ms(IDLE_MS_MAX - MINUTE_MS);
        assert!(session::staff(&t, &token).await.is_ok());
    }
    t.clock.advance_ms(IDLE_MS_MAX + 1);
    not_signed_in(session::staff(&t, &token).await);
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let t = TestHouse::new().await;
    let phone = manager_phone(&t).await;
    let (one, _) = by_password(&t, &phone, PASSWORD).await.unwrap();
    let (other, _) = by_password(&t, &phone, PASSWORD).await.unwrap();
    session::sign_out(&t, &one.0).await.unwrap();
    not_signed_in(session::staff(&t, &one.0).await);
    assert!(session::staff(&t, &other.0).await.is_ok());
    session::sign_out(&t, &one.0).await.expect("signing out twice is harmless");
    session::sign_out(&t, "no such session").await.unwrap();
}

#[tokio::test]
async fn a_one_time_link_signs_in_once_within_a_day() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let account = make::list(&t, &caller).await.unwrap()[0].id;
    let url = sign_in_link(&t, account).await.unwrap();
    let (token, staff) = by_link(&t, token_of(&url)).await.unwrap();
    assert_eq!(staff.role(), Role::Administrator);
    assert!(session::staff(&t, &token.0).await.is_ok());
    not_found(by_link(&t, token_of(&url)).await);
    let url = sign_in_link(&t, account).await.unwrap();
    t.clock.advance_ms(24 * HOUR_MS);
    not_found(by_link(&t, token_of(&url)).await);
    not_found(by_link(&t, "no such link").await);
}

#[tokio::test]
async fn a_link_for_something_else_signs_nobody_in() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let form = make::NewAccountForm { role: "auditor".to_owned(), county: String::new() };
    let set_up = make::invite(&t, &caller, &form).await.unwrap();
    not_found(by_link(&t, token_of(&set_up)).await);
    let account = make::list(&t, &caller).await.unwrap()[0].id;
    let sign_in = sign_in_link(&t, account).await.unwrap();
    not_found(make::look(&t, token_of(&sign_in)).await);
    assert!(make::look(&t, token_of(&set_up)).await.is_ok(), "a wrong use spends no link");
    assert!(by_link(&t, token_of(&sign_in)).await.is_ok());
}

#[tokio::test]
async fn a_one_time_link_followed_twice_at_once_signs_in_once() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let account = make::list(&t, &caller).await.unwrap()[0].id;
    let url = sign_in_link(&t, account).await.unwrap();
    let (one, other) = tokio::join!(by_link(&t, token_of(&url)), by_link(&t, token_of(&url)));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    not_found(if one.is_ok() { other } else { one });
}
