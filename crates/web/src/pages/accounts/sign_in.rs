//! Signing in by phone and password, and signing out.

use super::second_factor;
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, said, show, to},
    pages::local,
    seat::{self, StaffToken},
};
use actions::{
    House,
    accounts::{
        session,
        sign_in::{self, SignedIn},
    },
};
use askama::Template;
use axum::{extract::State, http::HeaderMap, response::IntoResponse};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "accounts/login.html")]
pub(super) struct Login {
    pub(super) p: Page,
    pub(super) phone: String,
    pub(super) next: String,
    pub(super) done: Option<&'static str>,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// Where to go on to.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Next {
    pub(super) next: String,
    done: String,
    /// `1` when a form was sent by somebody who was signed in no more.
    lost: String,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    phone: String,
    password: String,
    next: String,
}

/// `GET /login`
pub async fn page(p: Page, query: Asked<Next>) -> Shown {
    if let Some(seat) = &p.seat {
        return Ok(to(seat.role.home()));
    }
    let asked = asked(query);
    let next = local(&asked.next).unwrap_or_default().to_owned();
    let done = (asked.done == "password").then_some("密码已设置，请用新密码登录。");
    let lost = "登录已到期，刚才填的没有提交。登录后请再填一次。";
    let said = Said { notice: (asked.lost == "1").then_some(lost), ..Said::default() };
    form(p, String::new(), next, done, said)
}

/// `POST /login`
pub async fn sign_in(
    State(house): State<Arc<House>>,
    p: Page,
    headers: HeaderMap,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let next = local(&typed.next).unwrap_or_default().to_owned();
    let trusted = seat::trusted(&headers);
    let signed_in = sign_in::by_password(&house, &typed.phone, &typed.password, trusted).await;
    match signed_in {
        Ok(SignedIn::CodeSent(begun)) => {
            let waits = seat::sign_in_cookie(&house, &begun.token);
            Ok((waits, to(&second_factor::step(&next))).into_response())
        }
        Ok(SignedIn::In(token, staff)) => {
            let aim = local(&next).unwrap_or(staff.role().home());
            Ok((seat::staff_cookie(&house, &token), to(aim)).into_response())
        }
        Err(failure) => form(p.clone(), typed.phone, next, None, said(&p, failure)?),
    }
}

/// `POST /logout`
pub async fn sign_out(
    State(house): State<Arc<House>>,
    p: Page,
    token: Option<StaffToken>,
    Checked(()): Checked<()>,
) -> Shown {
    if let Some(StaffToken(token)) = token {
        session::sign_out(&house, &token).await.map_err(failed(&p))?;
    }
    Ok((seat::no_staff_cookie(&house), to("/login")).into_response())
}

fn form(p: Page, phone: String, next: String, done: Option<&'static str>, said: Said) -> Shown {
    let (marks, notice) = (said.marks, said.notice);
    show(&p.clone(), said.status, &Login { p, phone, next, done, marks, notice })
}
