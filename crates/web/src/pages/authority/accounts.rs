//! The administrator's accounts: the list, and a one-time link for a new one.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{County, Marks, Said, counties, failed, number, said, show},
    seat::As,
};
use actions::{
    House,
    accounts::{
        make::{self, AccountRow, NewAccountForm},
        principals::Administrator,
    },
    regions,
};
use askama::Template;
use axum::extract::{Path, State};
use domain::accounts::Role;
use serde::Deserialize;
use std::sync::Arc;

/// Roles that are made by invitation; managers register by themselves.
pub const ROLES: [Role; 7] = [
    Role::Reviewer,
    Role::Inspector,
    Role::Investigator,
    Role::PolicyOfficer,
    Role::PrivacyOfficer,
    Role::Auditor,
    Role::Administrator,
];

#[derive(Template)]
#[template(path = "authority/accounts.html")]
pub(super) struct AccountsPage {
    pub(super) p: Page,
    pub(super) rows: Vec<AccountRow>,
    pub(super) counties: Vec<County>,
    pub(super) form: NewAccountForm,
    /// The link just made; shown this once.
    pub(super) made: Option<Made>,
    pub(super) marks: Marks,
}

/// A link just made.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// What it is for.
    pub(super) what: &'static str,
    /// The whole URL.
    pub(super) url: String,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    role: String,
    county: String,
}

/// `GET /accounts`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
) -> Shown {
    list(&house, p, &caller, NewAccountForm::default(), None, Said::default()).await
}

/// `POST /accounts`
pub async fn invite(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = NewAccountForm { role: typed.role, county: typed.county };
    let (form, made, said) = match make::invite(&house, &caller, &typed).await {
        Ok(url) => {
            let made = Made { what: "设置链接已生成，只显示这一次", url };
            (NewAccountForm::default(), Some(made), Said::default())
        }
        Err(failure) => (typed, None, said(&p, failure)?),
    };
    list(&house, p, &caller, form, made, said).await
}

/// `POST /accounts/{id}/password-link`
pub async fn password_link(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let url = make::password_link(&house, &caller, id).await.map_err(failed(&p))?;
    let made = Made { what: "重设密码的链接已生成，只显示这一次", url };
    list(&house, p, &caller, NewAccountForm::default(), Some(made), Said::default()).await
}

async fn list(
    house: &House,
    p: Page,
    caller: &Administrator,
    form: NewAccountForm,
    made: Option<Made>,
    said: Said,
) -> Shown {
    let rows = make::list(house, caller).await.map_err(failed(&p))?;
    let counties = counties(&regions::all(house).await.map_err(failed(&p))?);
    let marks = said.marks;
    show(&p.clone(), said.status, &AccountsPage { p, rows, counties, form, made, marks })
}
