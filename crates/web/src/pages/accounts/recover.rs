//! A manager has forgotten the password: a code by text message, and a new one.

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
    accounts::recover::{self, RecoverForm},
};
use askama::Template;
use axum::{extract::State, response::IntoResponse};
use domain::accounts::Role;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "accounts/recover.html")]
pub(super) struct Recover {
    pub(super) p: Page,
    pub(super) form: RecoverForm,
    pub(super) sent: bool,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    phone: String,
    sms_code: String,
    password: String,
}

impl From<Fields> for RecoverForm {
    fn from(f: Fields) -> Self {
        Self { phone: f.phone, sms_code: f.sms_code, password: f.password }
    }
}

/// `GET /forgotten`
pub async fn page(p: Page) -> Shown {
    form(p, RecoverForm::default(), false, Said::default())
}

/// `POST /forgotten/code`
pub async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = RecoverForm::from(typed);
    match recover::send_code(&house, &typed.phone, from).await {
        Ok(()) => form(p, typed, true, Said::default()),
        Err(failure) => form(p.clone(), typed, false, said(&p, failure)?),
    }
}

/// `POST /forgotten`
pub async fn recover(
    State(house): State<Arc<House>>,
    p: Page,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = RecoverForm::from(typed);
    match recover::recover(&house, &typed).await {
        Ok(token) => {
            Ok((seat::staff_cookie(&house, &token), to(Role::Manager.home())).into_response())
        }
        Err(failure) => form(p.clone(), typed, false, said(&p, failure)?),
    }
}

fn form(p: Page, form: RecoverForm, sent: bool, said: Said) -> Shown {
    let page = Recover { p: p.clone(), form, sent, marks: said.marks, notice: said.notice };
    show(&p, said.status, &page)
}
