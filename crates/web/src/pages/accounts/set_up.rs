//! Somebody invited by the administrator sets up the account: name, phone, password.

use super::sign_in_link::dead_link;
use crate::{
    address::Client,
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Marks, Said, failed, said, show, to},
    seat,
};
use actions::{
    Failure, House,
    accounts::{
        make::{self, SetUp, SetUpForm},
        sms_codes::{self, CodeUse},
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "accounts/set_up.html")]
pub(super) struct SetUpPage {
    pub(super) p: Page,
    pub(super) for_what: SetUp,
    pub(super) link: String,
    pub(super) form: SetUpForm,
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

impl From<Fields> for SetUpForm {
    fn from(f: Fields) -> Self {
        Self { name: f.name, phone: f.phone, sms_code: f.sms_code, password: f.password }
    }
}

/// `GET /set-up/{link}`
pub async fn page(State(house): State<Arc<House>>, p: Page, Path(link): Path<String>) -> Shown {
    form(&house, p, &link, SetUpForm::default(), false, Said::default()).await
}

/// `POST /set-up/{link}`
pub async fn set_up(
    State(house): State<Arc<House>>,
    p: Page,
    Path(link): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = SetUpForm::from(typed);
    match make::set_up(&house, &link, &typed).await {
        Ok((token, role)) => {
            Ok((seat::staff_cookie(&house, &token), to(role.home())).into_response())
        }
        Err(Failure::NotFound) => dead_link(p),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, &link, typed, false, said).await
        }
    }
}

/// `POST /set-up/{link}/code`: for the phone typed into the form, and only with a link that works.
pub async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    Path(link): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = SetUpForm::from(typed);
    match make::look(&house, &link).await {
        Ok(_) => {}
        Err(Failure::NotFound) => return dead_link(p),
        Err(failure) => return Err(failed(&p)(failure)),
    }
    match sms_codes::send(&house, CodeUse::Account, &typed.phone, from).await {
        Ok(()) => form(&house, p, &link, typed, true, Said::default()).await,
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, &link, typed, false, said).await
        }
    }
}

async fn form(
    house: &House,
    p: Page,
    link: &str,
    form: SetUpForm,
    sent: bool,
    said: Said,
) -> Shown {
    let for_what = match make::look(house, link).await {
        Ok(for_what) => for_what,
        Err(Failure::NotFound) => return dead_link(p),
        Err(failure) => return Err(failed(&p)(failure)),
    };
    let link = link.to_owned();
    let (marks, notice) = (said.marks, said.notice);
    let page = SetUpPage { p: p.clone(), link, for_what, form, sent, marks, notice };
    show(&p, said.status, &page)
}
