//! Accounts come into being: registering, inviting, setting up.

use crate::support::{
    administrator, another, complains, conflict, not_found, register_manager, set_up, token_of,
    too_many,
};
use actions::accounts::{
    make::{self, NewAccountForm, SetUpForm},
    one_time_links::first_set_up,
    register::RegisterForm,
    sms_codes::{CodeUse, send},
};
use domain::{
    accounts::Role,
    time::{HOUR_MS, MINUTE_MS},
};
use std::sync::Arc;
use testkit::{PASSWORD, TestHouse};

fn form(phone: &str, sms_code: &str) -> RegisterForm {
    RegisterForm {
        name: "韩梅".to_owned(),
        phone: phone.to_owned(),
        sms_code: sms_code.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

fn set_up_form(t: &TestHouse) -> SetUpForm {
    SetUpForm {
        name: "李雷".to_owned(),
        phone: t.fresh_phone(),
        password: PASSWORD.to_owned(),
        ..SetUpForm::default()
    }
}

async fn invited(t: &TestHouse, role: &str, county: &str) -> String {
    let form = NewAccountForm { role: role.to_owned(), county: county.to_owned() };
    make::invite(t, &administrator(t).await, &form).await.unwrap()
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_the_right_one_still_works() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let code = t.sms_code(CodeUse::Account, &phone).await;
    complains("sms_code", register_manager(&t, &form(&phone, &another(&code))).await);
    complains("sms_code", register_manager(&t, &form(&phone, "")).await);
    complains("sms_code", register_manager(&t, &form(&phone, "验证码")).await);
    assert!(register_manager(&t, &form(&phone, &code)).await.is_ok());
}

#[tokio::test]
async fn a_code_works_for_five_minutes_and_not_longer() {
    let t = TestHouse::new().await;
    let (early, late) = (t.fresh_phone(), t.fresh_phone());
    let early_code = t.sms_code(CodeUse::Account, &early).await;
    let late_code = t.sms_code(CodeUse::Account, &late).await;
    t.clock.advance_ms(5 * MINUTE_MS - 1);
    assert!(register_manager(&t, &form(&early, &early_code)).await.is_ok());
    t.clock.advance_ms(1);
    complains("sms_code", register_manager(&t, &form(&late, &late_code)).await);
}

#[tokio::test]
async fn after_five_wrong_tries_the_right_code_is_refused_and_a_new_one_works() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let code = t.sms_code(CodeUse::Account, &phone).await;
    for _ in 0..5 {
        complains("sms_code", register_manager(&t, &form(&phone, &another(&code))).await);
    }
    complains("sms_code", register_manager(&t, &form(&phone, &code)).await);
    t.clock.advance_ms(MINUTE_MS);
    let fresh = t.sms_code(CodeUse::Account, &phone).await;
    assert!(register_manager(&t, &form(&phone, &fresh)).await.is_ok());
}

#[tokio::test]
async fn a_code_works_once() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let code = t.sms_code(CodeUse::Account, &phone).await;
    assert!(register_manager(&t, &form(&phone, &code)).await.is_ok());
    complains("sms_code", register_manager(&t, &form(&phone, &code)).await);
}

#[tokio::test]
async fn a_code_sent_to_a_visitor_makes_no_account_and_one_of_another_phone_neither() {
    let t = TestHouse::new().await;
    let (phone, other) = (t.fresh_phone(), t.fresh_phone());
    let visitors = t.sms_code(CodeUse::Visitor, &phone).await;
    complains("sms_code", register_manager(&t, &form(&phone, &visitors)).await);
    let _ = t.sms_code(CodeUse::Account, &phone).await;
    let others = t.sms_code(CodeUse::Account, &other).await;
    complains("sms_code", register_manager(&t, &form(&phone, &others)).await);
}

#[tokio::test]
async fn a_code_is_sent_again_after_a_minute_and_replaces_the_one_before() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let first = t.sms_code(CodeUse::Account, &phone).await;
    t.clock.advance_ms(MINUTE_MS - 1);
    assert_eq!(too_many(send(&t, CodeUse::Account, &phone, None).await), 60);
    t.clock.advance_ms(1);
    let second = t.sms_code(CodeUse::Account, &phone).await;
    assert_ne!(first, second);
    complains("sms_code", register_manager(&t, &form(&phone, &first)).await);
    complains("phone", send(&t, CodeUse::Account, "0558-2222222", None).await);
}

#[tokio::test]
async fn one_phone_has_one_account_however_it_is_written() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let code = t.sms_code(CodeUse::Account, &phone).await;
    assert!(register_manager(&t, &form(&phone, &code)).await.is_ok());
    t.clock.advance_ms(MINUTE_MS);
    let code = t.sms_code(CodeUse::Account, &phone).await;
    let shouted = form(&format!("+86 {} {}", &phone[..3], &phone[3..]), &code);
    complains("phone", register_manager(&t, &shouted).await);
}

#[tokio::test]
async fn a_weak_password_is_named_beside_everything_else_and_spends_no_try() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let code = t.sms_code(CodeUse::Account, &phone).await;
    for weak in ["", "short1", "onlyletterslong", "12345678901234"] {
        for _ in 0..2 {
            let weak = RegisterForm { password: weak.to_owned(), ..form(&phone, &code) };
            complains("password", register_manager(&t, &weak).await);
        }
    }
    let with_phone = RegisterForm { password: format!("pass-{phone}"), ..form(&phone, &code) };
    complains("password", register_manager(&t, &with_phone).await);
    let empty = || register_manager(&t, EMPTY);
    complains("name", empty().await);
    complains("phone", empty().await);
    complains("sms_code", empty().await);
    assert!(register_manager(&t, &form(&phone, &code)).await.is_ok());
}

static EMPTY: &RegisterForm = &RegisterForm {
    name: String::new(),
    phone: String::new(),
    sms_code: String::new(),
    password: String::new(),
};

#[tokio::test]
async fn a_registered_manager_is_signed_in_as_one_and_shown_by_a_masked_name() {
    let t = TestHouse::new().await;
    let staff = t.staff(&t.manager().await).await;
    assert_eq!((staff.role(), staff.masked_name()), (Role::Manager, "韩*"));
}

#[tokio::test]
async fn a_form_that_fails_leaves_the_set_up_link_usable_and_the_second_use_finds_nothing() {
    let t = TestHouse::new().await;
    let url = invited(&t, "reviewer", "341202").await;
    let link = token_of(&url);
    let shown = make::look(&t, link).await.unwrap();
    assert_eq!(shown.role, Role::Reviewer);
    assert_eq!(shown.county.unwrap().name, "颍州区");
    let weak = SetUpForm { password: "weak".to_owned(), ..set_up_form(&t) };
    complains("password", set_up(&t, link, &weak).await);
    let taken = SetUpForm { phone: manager_phone(&t).await, ..set_up_form(&t) };
    complains("phone", set_up(&t, link, &taken).await);
    let (token, role) = set_up(&t, link, &set_up_form(&t)).await.unwrap();
    assert_eq!((role, t.staff(&token.0).await.role()), (Role::Reviewer, Role::Reviewer));
    not_found(set_up(&t, link, &set_up_form(&t)).await);
    not_found(make::look(&t, link).await);
}

async fn manager_phone(t: &TestHouse) -> String {
    let phone = t.fresh_phone();
    let code = t.sms_code(CodeUse::Account, &phone).await;
    assert!(register_manager(t, &form(&phone, &code)).await.is_ok());
    phone
}

#[tokio::test]
async fn a_set_up_link_works_for_a_day() {
    let t = TestHouse::new().await;
    let (early, late) = (invited(&t, "auditor", "").await, invited(&t, "auditor", "").await);
    t.clock.advance_ms(24 * HOUR_MS - 1);
    assert!(set_up(&t, token_of(&early), &set_up_form(&t)).await.is_ok());
    t.clock.advance_ms(1);
    not_found(set_up(&t, token_of(&late), &set_up_form(&t)).await);
    not_found(make::look(&t, token_of(&late)).await);
    not_found(make::look(&t, "no such link").await);
}

#[tokio::test]
async fn two_people_following_one_set_up_link_at_once_get_one_account() {
    let t = TestHouse::new().await;
    let url = invited(&t, "investigator", "").await;
    let before = t.registry.staff_accounts().await.unwrap().len();
    let (one, other) = (set_up_form(&t), set_up_form(&t));
    let link = token_of(&url);
    let (one, other) = tokio::join!(set_up(&t, link, &one), set_up(&t, link, &other));
    assert_eq!(t.registry.staff_accounts().await.unwrap().len(), before + 1);
    not_found(if one.is_ok() { other } else { one });
}

#[tokio::test]
async fn the_first_administrator_is_set_up_once() {
    let t = TestHouse::new().await;
    let _ = t.manager().await;
    let url = first_set_up(&t).await.expect("managers do not count");
    assert!(url.starts_with("http://127.0.0.1:8080/set-up/"));
    let (_, role) = set_up(&t, token_of(&url), &set_up_form(&t)).await.unwrap();
    assert_eq!(role, Role::Administrator);
    conflict(first_set_up(&t).await);
}

#[tokio::test]
async fn a_later_start_voids_the_first_link_of_an_earlier_one() {
    let t = TestHouse::new().await;
    let earlier = first_set_up(&t).await.unwrap();
    let later = first_set_up(&t).await.unwrap();
    not_found(set_up(&t, token_of(&earlier), &set_up_form(&t)).await);
    set_up(&t, token_of(&later), &set_up_form(&t)).await.unwrap();
}

#[tokio::test]
async fn a_code_that_could_not_be_sent_can_be_asked_for_again_at_once() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    t.outbox.fail(true);
    complains("sms_code", send(&t, CodeUse::Account, &phone, None).await);
    t.outbox.fail(false);
    send(&t, CodeUse::Account, &phone, None).await.unwrap();
    assert!(t.outbox.code(&phone).is_some());
}

#[tokio::test]
async fn only_a_reviewer_is_narrowed_to_a_county() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    for role in ["investigator", "auditor", "administrator"] {
        let form = NewAccountForm { role: role.to_owned(), county: "341202".to_owned() };
        complains("county", make::invite(&t, &caller, &form).await);
    }
}

#[tokio::test]
async fn an_administrator_invites_every_role_but_a_manager() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let form = |role: &str, county: &str| NewAccountForm {
        role: role.to_owned(),
        county: county.to_owned(),
    };
    for role in ["manager", "", "king"] {
        complains("role", make::invite(&t, &caller, &form(role, "")).await);
    }
    for county in ["999999", "341202999", "颍州区"] {
        complains("county", make::invite(&t, &caller, &form("reviewer", county)).await);
    }
    complains("county", make::invite(&t, &caller, &form("", "999999")).await);
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Manager) {
        let url = make::invite(&t, &caller, &form(role.code(), "")).await.unwrap();
        assert_eq!(make::look(&t, token_of(&url)).await.unwrap().role, role);
    }
}

#[tokio::test]
async fn the_list_of_accounts_shows_masked_names_and_phones_and_no_managers() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let _ = t.manager().await;
    let _ = t.staff_token(Role::Reviewer, "341203").await;
    let rows = make::list(&t, &caller).await.unwrap();
    assert!(rows.iter().all(|row| row.role != Role::Manager));
    assert!(rows.iter().all(|row| row.name == "李*" && row.phone.contains("****")));
    let reviewer = rows.iter().find(|row| row.role == Role::Reviewer).unwrap();
    assert_eq!(reviewer.county.as_ref().unwrap().name, "颍东区");
}

#[tokio::test]
async fn a_house_too_busy_to_hash_spends_no_try_of_a_code() {
    let t = Arc::new(TestHouse::new().await);
    let crowd = tokio::task::LocalSet::new();
    let mut people = Vec::new();
    for _ in 0..24 {
        let phone = t.fresh_phone();
        let code = t.sms_code(CodeUse::Account, &phone).await;
        let t = Arc::clone(&t);
        people.push(
            crowd.spawn_local(
                async move { register_manager(&t, &form(&phone, &code)).await.is_ok() },
            ),
        );
    }
    crowd.await;
    for person in people {
        assert!(person.await.unwrap(), "everybody gets in by trying again");
    }
}
