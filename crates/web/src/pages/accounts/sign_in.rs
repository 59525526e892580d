//! Signing in by phone and password, and signing out.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, said, show, to},
    pages::local,
    seat::{self, StaffToken},
};
use actions::{House, accounts};
use askama::Template;
use axum::{extract::State, response::IntoResponse};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "accounts/login.html")]
pub(super) struct Login {
    pub(super) p: Page,
    pub(super) phone: String,
    pub(super) next: String,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// Where to go on to.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Next {
    next: String,
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
    let next = local(&asked(query).next).unwrap_or_default().to_owned();
    form(p, String::new(), next, Said::default())
}

/// `POST /login`
pub async fn sign_in(
    State(house): State<Arc<House>>,
    p: Page,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let next = local(&typed.next).unwrap_or_default().to_owned();
    match accounts::sign_in::by_password(&house, &typed.phone, &typed.password).await {
        Ok((token, staff)) => {
            let aim = local(&next).unwrap_or(staff.role().home());
            Ok((seat::staff_cookie(&house, &token), to(aim)).into_response())
        }
        Err(failure) => form(p.clone(), typed.phone, next, said(&p, failure)?),
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
        accounts::session::sign_out(&house, &token).await.map_err(failed(&p))?;
    }
    Ok((seat::no_staff_cookie(&house), to("/login")).into_response())
}

fn form(p: Page, phone: String, next: String, said: Said) -> Shown {
    let p2 = p.clone();
    show(&p2, said.status, &Login { p, phone, next, marks: said.marks, notice: said.notice })
}
