//! A venue manager registers. The code is asked for with the same form, so nothing typed is lost.

use crate::{
    address::Client,
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Marks, Said, said, show, to},
    seat,
};
use actions::{
    House,
    accounts::{
        register::{RegisterForm, register_manager},
        sms_codes::{self, CodeUse},
    },
};
use askama::Template;
use axum::{extract::State, response::IntoResponse};
use domain::accounts::Role;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "accounts/register.html")]
pub(super) struct Register {
    pub(super) p: Page,
    pub(super) form: RegisterForm,
    pub(super) sent: bool,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    name: String,
    phone: String,
    sms_code: String,
    password: String,
}

impl From<Fields> for RegisterForm {
    fn from(f: Fields) -> Self {
        Self { name: f.name, phone: f.phone, sms_code: f.sms_code, password: f.password }
    }
}

/// `GET /register`
pub async fn page(p: Page) -> Shown {
    form(p, RegisterForm::default(), false, Said::default())
}

/// `POST /register/code`
pub async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = RegisterForm::from(typed);
    match sms_codes::send(&house, CodeUse::Account, &typed.phone, from).await {
        Ok(()) => form(p, typed, true, Said::default()),
        Err(failure) => form(p.clone(), typed, false, said(&p, failure)?),
    }
}

/// `POST /register`
pub async fn register(
    State(house): State<Arc<House>>,
    p: Page,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = RegisterForm::from(typed);
    match register_manager(&house, &typed).await {
        Ok(token) => {
            Ok((seat::staff_cookie(&house, &token), to(Role::Manager.home())).into_response())
        }
        Err(failure) => form(p.clone(), typed, false, said(&p, failure)?),
    }
}

fn form(p: Page, form: RegisterForm, sent: bool, said: Said) -> Shown {
    let page = Register { p: p.clone(), form, sent, marks: said.marks, notice: said.notice };
    show(&p, said.status, &page)
}
