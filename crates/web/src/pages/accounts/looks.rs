//! How the account pages look with sample data.

#![allow(clippy::unwrap_used)]

use super::{
    register::Register,
    set_up::SetUpPage,
    sign_in::Login,
    sign_in_link::{DeadLink, LinkPage},
};
use crate::pages::desk::{
    Marks,
    samples::{MARKUP, drawn, frame},
};
use actions::accounts::{
    make::{SetUp, SetUpForm},
    register::RegisterForm,
};
use domain::{
    accounts::Role,
    fields::Complaints,
    regions::{Region, RegionCode},
};

#[test]
fn signing_in_keeps_the_phone_and_never_the_password() {
    let html = drawn(
        "login",
        &Login {
            p: frame(None, "/login"),
            phone: "13800138000".into(),
            next: "/review".into(),
            marks: Marks(Complaints::one("password", "手机号码或密码不对")),
            notice: None,
        },
    );
    assert!(
        html.contains("value=\"13800138000\"") && html.contains("name=\"next\" value=\"/review\"")
    );
    assert!(html.contains("手机号码或密码不对") && html.contains("href=\"#password\""));
    assert!(html.contains("aria-invalid=\"true\" autofocus"));
    assert!(html.contains("演示系统 · 人物与场所均为虚构"));
}

#[test]
fn registering_says_the_password_rule_first_and_keeps_what_was_typed() {
    let mut complaints = Complaints::one("phone", "请填写 11 位手机号码，例如 13800138000");
    complaints.add("sms_code", "验证码不对或已过期");
    let form = RegisterForm {
        name: MARKUP.into(),
        phone: "1380013".into(),
        sms_code: "123".into(),
        password: "secret-0000".into(),
    };
    let page = |marks, sent| Register {
        p: frame(None, "/register"),
        form: form.clone(),
        sent,
        marks,
        notice: None,
    };
    let html = drawn("register-wrong", &page(Marks(complaints), false));
    assert!(html.contains("有 2 处需要改正") && html.contains("formaction=\"/register/code\""));
    assert!(html.contains("value=\"1380013\"") && !html.contains("secret-0000"));
    assert!(html.contains("至少 10 位，要有字母和数字，不能含手机号码。"));
    let html = drawn("register-sent", &page(Marks::default(), true));
    assert!(html.contains("验证码已发送"));
}

#[test]
fn links_show_a_button_or_say_that_they_are_dead() {
    let html = drawn("sign-in-link", &LinkPage { p: frame(None, "/sign-in/abc") });
    assert!(html.contains("action=\"/sign-in/abc\"") && html.contains("登录</button>"));
    let html = drawn("dead-link", &DeadLink { p: frame(None, "/sign-in/abc") });
    assert!(html.contains("链接已失效"));
}

#[test]
fn setting_up_shows_role_and_county() {
    let county =
        Region {
            code: RegionCode::parse("341202").unwrap(), name: "颍州区".into(), parent: None
        };
    let html = drawn(
        "set-up",
        &SetUpPage {
            p: frame(None, "/set-up/abc"),
            for_what: SetUp { role: Role::Reviewer, county: Some(county) },
            form: SetUpForm::default(),
            marks: Marks::default(),
        },
    );
    assert!(html.contains("审核员") && html.contains("颍州区"));
}
