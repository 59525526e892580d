//! Somebody invited by the administrator sets up the account: name, phone, password.

use super::sign_in_link::dead_link;
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Marks, Said, failed, said, show, to},
    seat,
};
use actions::{
    Failure, House,
    accounts::make::{self, SetUp, SetUpForm},
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
    pub(super) form: SetUpForm,
    pub(super) marks: Marks,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    name: String,
    phone: String,
    password: String,
}

/// `GET /set-up/{link}`
pub async fn page(State(house): State<Arc<House>>, p: Page, Path(link): Path<String>) -> Shown {
    form(&house, p, &link, SetUpForm::default(), Said::default()).await
}

/// `POST /set-up/{link}`
pub async fn set_up(
    State(house): State<Arc<House>>,
    p: Page,
    Path(link): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = SetUpForm { name: typed.name, phone: typed.phone, password: typed.password };
    match make::set_up(&house, &link, &typed).await {
        Ok((token, role)) => {
            Ok((seat::staff_cookie(&house, &token), to(role.home())).into_response())
        }
        Err(Failure::NotFound) => dead_link(p),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, &link, typed, said).await
        }
    }
}

async fn form(house: &House, p: Page, link: &str, form: SetUpForm, said: Said) -> Shown {
    let for_what = match make::look(house, link).await {
        Ok(for_what) => for_what,
        Err(Failure::NotFound) => return dead_link(p),
        Err(failure) => return Err(failed(&p)(failure)),
    };
    let page = SetUpPage { p: p.clone(), for_what, form, marks: said.marks };
    show(&p, said.status, &page)
}
