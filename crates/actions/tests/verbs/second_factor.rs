//! The second factor: a right password alone is not signed in.

use crate::support::{another, complains, not_found, token_of, too_many};
use actions::{
    Answer,
    accounts::{
        make::{self, NewAccountForm, SetUpForm},
        second_factor::{self, Begun, Both},
        session,
        sign_in::{SignedIn, by_password},
        sms_codes::{self, CodeUse},
    },
};
use domain::{
    accounts::Role,
    audit::Deed,
    time::{DAY_MS, MINUTE_MS},
};
use testkit::{PASSWORD, TestHouse, patiently};

async fn a_manager(t: &TestHouse) -> String {
    let phone = t.fresh_phone();
    t.manager_of(&phone).await;
    t.clock.advance_ms(MINUTE_MS + 1);
    phone
}

async fn sign_in(t: &TestHouse, phone: &str, trusted: Option<&str>) -> Answer<SignedIn> {
    patiently(|| by_password(t, phone, PASSWORD, trusted)).await
}

/// Signs in until the code is asked for.
async fn begun(t: &TestHouse, phone: &str) -> Begun {
    match sign_in(t, phone, None).await.unwrap() {
        SignedIn::CodeSent(begun) => begun,
        SignedIn::In(..) => panic!("signed in by the password alone"),
    }
}

async fn finish(t: &TestHouse, phone: &str, trust: bool) -> Both {
    let begun = begun(t, phone).await;
    let code = t.outbox.code(phone).unwrap();
    second_factor::finish(t, &begun.token.0, &code, trust).await.unwrap()
}

#[tokio::test]
async fn a_password_is_followed_by_a_code() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    let begun = begun(&t, &phone).await;
    assert_eq!(begun.phone, format!("{}****{}", &phone[..3], &phone[7..]));
    let waiting = second_factor::look(&t, &begun.token.0).await.unwrap();
    assert_eq!((waiting.phone, waiting.may_trust), (begun.phone, true));
    let code = t.outbox.code(&phone).unwrap();
    let both = second_factor::finish(&t, &begun.token.0, &code, false).await.unwrap();
    assert!(both.trusted.is_none());
    assert_eq!(both.staff.role(), Role::Manager);
    assert!(session::staff(&t, &both.token.0).await.is_ok());
    assert!(session::staff(&t, &begun.token.0).await.is_err(), "what waited is no session");
    not_found(second_factor::finish(&t, &begun.token.0, &code, false).await);
}

#[tokio::test]
async fn a_wrong_code_signs_nobody_in_and_is_noted() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    let begun = begun(&t, &phone).await;
    let code = t.outbox.code(&phone).unwrap();
    complains("sms_code", second_factor::finish(&t, &begun.token.0, "", false).await);
    for _ in 0..5 {
        let wrong = another(&code);
        complains("sms_code", second_factor::finish(&t, &begun.token.0, &wrong, false).await);
    }
    complains("sms_code", second_factor::finish(&t, &begun.token.0, &code, false).await);
    let noted = t.registry.audit_page(Some(Deed::SignInRefused), 99, 0).await.unwrap();
    assert_eq!(noted.len(), 6, "an empty field is no try");
    too_many(second_factor::send_again(&t, &begun.token.0).await);
    t.clock.advance_ms(MINUTE_MS + 1);
    second_factor::send_again(&t, &begun.token.0).await.unwrap();
    let fresh = t.outbox.code(&phone).unwrap();
    assert!(second_factor::finish(&t, &begun.token.0, &fresh, false).await.is_ok());
}

#[tokio::test]
async fn the_code_is_waited_for_ten_minutes() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    let begun = begun(&t, &phone).await;
    t.clock.advance_ms(second_factor::LASTS_MS - 1);
    assert!(second_factor::look(&t, &begun.token.0).await.is_ok());
    t.clock.advance_ms(1);
    not_found(second_factor::look(&t, &begun.token.0).await);
    not_found(second_factor::send_again(&t, &begun.token.0).await);
    not_found(second_factor::finish(&t, "no such", "123456", false).await);
}

#[tokio::test]
async fn a_second_sign_in_within_the_minute_takes_the_same_code() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    begun(&t, &phone).await;
    let code = t.outbox.code(&phone).unwrap();
    let again = begun(&t, &phone).await;
    assert_eq!(t.outbox.code(&phone).unwrap(), code);
    assert!(second_factor::finish(&t, &again.token.0, &code, false).await.is_ok());
}

#[tokio::test]
async fn nobody_else_can_use_up_the_codes_that_somebody_signs_in_with() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    for code_use in [CodeUse::Visitor, CodeUse::Account, CodeUse::Recovery] {
        let ask = async || {
            t.clock.advance_ms(MINUTE_MS);
            sms_codes::send(&t, code_use, &phone, None).await
        };
        let mut sent = 0;
        while ask().await.is_ok() {
            sent += 1;
        }
        assert!((9..=10).contains(&sent), "{code_use:?}: {sent}");
    }
    finish(&t, &phone, false).await;
}

#[tokio::test]
async fn a_day_without_codes_left_is_said_at_once() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    for _ in 0..20 {
        begun(&t, &phone).await;
        t.clock.advance_ms(MINUTE_MS);
    }
    too_many(sign_in(&t, &phone, None).await);
    t.clock.advance_ms(DAY_MS);
    finish(&t, &phone, false).await;
}

#[tokio::test]
async fn right_passwords_without_their_code_never_lock_an_account() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    for _ in 0..12 {
        begun(&t, &phone).await;
    }
}

#[tokio::test]
async fn a_code_that_cannot_be_sent_signs_nobody_in() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    t.outbox.fail(true);
    crate::support::conflict(sign_in(&t, &phone, None).await.map(|_| ()));
    t.outbox.fail(false);
    begun(&t, &phone).await;
}

#[tokio::test]
async fn a_trusted_browser_is_not_asked_again_until_its_days_or_the_password_end() {
    let t = TestHouse::with_second_factor().await;
    let phone = a_manager(&t).await;
    let trusted = finish(&t, &phone, true).await.trusted.unwrap();
    let other = a_manager(&t).await;
    let alone = async |phone: &str, token: &str| {
        matches!(sign_in(&t, phone, Some(token)).await.unwrap(), SignedIn::In(..))
    };
    assert!(alone(&phone, &trusted).await);
    assert!(!alone(&other, &trusted).await, "another account's");
    for forged in ["", "1", "1.2.3", &trusted[1..], &format!("{trusted}0")] {
        assert!(!alone(&phone, forged).await, "{forged}");
    }
    let (head, mac) = trusted.rsplit_once('.').unwrap();
    let (id, until) = head.split_once('.').unwrap();
    let later: i64 = until.parse().unwrap();
    assert!(!alone(&phone, &format!("{id}.{}.{mac}", later + 1)).await, "longer than given");
    t.clock.advance_ms(second_factor::TRUSTED_DAYS * DAY_MS);
    assert!(!alone(&phone, &trusted).await);
}

#[tokio::test]
async fn the_authoritys_accounts_give_both_every_time() {
    let t = TestHouse::with_second_factor().await;
    let administrator = crate::support::administrator(&t).await;
    let form = NewAccountForm { role: "reviewer".to_owned(), county: String::new() };
    let url = make::invite(&t, &administrator, &form).await.unwrap();
    assert!(make::look(&t, token_of(&url)).await.unwrap().by_code);
    let phone = t.fresh_phone();
    let form = SetUpForm {
        name: "李雷".to_owned(),
        phone: phone.clone(),
        password: PASSWORD.to_owned(),
        ..SetUpForm::default()
    };
    let set_up = async |form: &SetUpForm| {
        patiently(|| make::set_up(&t, token_of(&url), form)).await.map(|_| ())
    };
    complains("sms_code", set_up(&form).await);
    let wrong = SetUpForm { sms_code: "123456".to_owned(), ..form.clone() };
    complains("sms_code", set_up(&wrong).await);
    let sms_code = t.sms_code(CodeUse::Account, &phone).await;
    set_up(&SetUpForm { sms_code, ..form }).await.unwrap();
    let both = finish(&t, &phone, true).await;
    assert_eq!((both.staff.role(), both.trusted), (Role::Reviewer, None));
}

#[tokio::test]
async fn a_house_that_wants_no_second_factor_asks_for_none() {
    let t = TestHouse::new().await;
    let phone = a_manager(&t).await;
    assert!(matches!(sign_in(&t, &phone, None).await.unwrap(), SignedIn::In(..)));
}
