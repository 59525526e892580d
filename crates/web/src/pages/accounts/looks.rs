//! How the account pages look with sample data.

#![allow(clippy::unwrap_used)]

use super::{
    own::{OwnPage, PasswordPage},
    recover::Recover,
    register::Register,
    second_factor::SecondFactor,
    set_up::SetUpPage,
    sign_in::Login,
    sign_in_link::{DeadLink, LinkPage},
};
use crate::pages::desk::{
    Marks,
    samples::{MARKUP, NOW, drawn, frame},
};
use actions::accounts::{
    make::{SetUp, SetUpForm},
    own::Own,
    recover::RecoverForm,
    register::RegisterForm,
    second_factor::Waiting,
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
            done: None,
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

fn second_factor(may_trust: bool) -> SecondFactor {
    SecondFactor {
        p: frame(None, "/login/code"),
        waiting: Waiting { phone: "138****8000".into(), may_trust },
        next: "/review".into(),
        sent: false,
        marks: Marks(Complaints::one(
            "sms_code",
            "验证码不对或已失效（5 分钟内可试 5 次），请核对或重新获取",
        )),
        notice: None,
    }
}

#[test]
fn the_second_step_says_where_the_code_went_and_offers_trust_to_managers_alone() {
    let html = drawn("second-factor", &second_factor(true));
    assert!(html.contains("验证码已发到 138****8000") && html.contains("value=\"/review\""));
    assert!(html.contains("30 天内") && html.contains("formaction=\"/login/code/again\""));
    let html = drawn("second-factor-staff", &second_factor(false));
    assert!(!html.contains("name=\"trust\""));
}

#[test]
fn a_forgotten_password_is_asked_for_without_saying_who_is_known() {
    let form = RecoverForm {
        phone: "13800138000".into(),
        sms_code: "123".into(),
        password: "secret-0000".into(),
    };
    let page = Recover {
        p: frame(None, "/forgotten"),
        form,
        sent: true,
        marks: Marks::default(),
        notice: None,
    };
    let html = drawn("recover", &page);
    assert!(html.contains("如果这个手机号有场所管理员账号") && !html.contains("secret-0000"));
    let page = PasswordPage {
        p: frame(None, "/password/abc"),
        phone: "138****8000".into(),
        marks: Marks(Complaints::one("password", "密码至少 10 位")),
        notice: None,
    };
    let html = drawn("password-link", &page);
    assert!(html.contains("为手机号 138****8000 的账号") && html.contains("密码至少 10 位"));
}

#[test]
fn ones_own_account_shows_both_masked_and_says_what_was_done() {
    let page = OwnPage {
        p: frame(Some(Role::Reviewer), "/account"),
        own: Own {
            name: MARKUP.into(),
            phone: "138****8000".into(),
            role: Role::Reviewer,
            made: NOW,
        },
        done: Some("密码已修改，其他地方的登录已退出。"),
        marks: Marks::default(),
        notice: None,
    };
    let html = drawn("account", &page);
    assert!(html.contains("138****8000") && html.contains("密码已修改"));
    assert!(html.contains("action=\"/account/sign-out-elsewhere\""));
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
            link: "abc".into(),
            for_what: SetUp { role: Role::Reviewer, county: Some(county), by_code: true },
            form: SetUpForm { sms_code: "123456".into(), ..SetUpForm::default() },
            sent: true,
            marks: Marks::default(),
            notice: None,
        },
    );
    assert!(html.contains("审核员") && html.contains("颍州区"));
    assert!(html.contains("formaction=\"/set-up/abc/code\"") && html.contains("value=\"123456\""));
}
