//! One's own account, whatever the role: the password changed, other sessions ended; and the
//! password set by a link from the administrator.

use super::sign_in_link::dead_link;
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, said, show, to},
    seat::{As, StaffToken},
};
use actions::{
    Failure, House,
    accounts::{
        own::{self, Own, PasswordForm},
        principals::Staff,
        session::Token,
    },
};
use askama::Template;
use axum::extract::{Path, State};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "accounts/own.html")]
pub(super) struct OwnPage {
    pub(super) p: Page,
    pub(super) own: Own,
    pub(super) done: Option<&'static str>,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
pub(super) struct PasswordPage {
    pub(super) p: Page,
    pub(super) phone: String,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// What has just been done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    done: String,
}

/// The form of another password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    current: String,
    password: String,
}

/// `GET /account`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Staff>,
    query: Asked<From>,
) -> Shown {
    let done = match asked(query).done.as_str() {
        "password" => Some("密码已修改，其他地方的登录已退出。"),
        "elsewhere" => Some("其他地方的登录已退出。"),
        _ => None,
    };
    shown(&house, p, &caller, done, Said::default()).await
}

/// `POST /account/password`
pub async fn change_password(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Staff>,
    token: Option<StaffToken>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let form = PasswordForm { current: typed.current, password: typed.password };
    let token = token.map(|StaffToken(token)| token).unwrap_or_default();
    match own::change_password(&house, &caller, &token, &form).await {
        Ok(()) => Ok(to("/account?done=password")),
        Err(failure) => {
            let said = said(&p, failure)?;
            shown(&house, p, &caller, None, said).await
        }
    }
}

/// `POST /account/sign-out-elsewhere`
pub async fn sign_out_elsewhere(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Staff>,
    token: Option<StaffToken>,
    Checked(()): Checked<()>,
) -> Shown {
    let token = Token(token.map(|StaffToken(token)| token).unwrap_or_default());
    own::sign_out_elsewhere(&house, &caller, &token).await.map_err(failed(&p))?;
    Ok(to("/account?done=elsewhere"))
}

async fn shown(
    house: &House,
    p: Page,
    caller: &Staff,
    done: Option<&'static str>,
    said: Said,
) -> Shown {
    let own = own::own(house, caller).await.map_err(failed(&p))?;
    let page = OwnPage { p: p.clone(), own, done, marks: said.marks, notice: said.notice };
    show(&p, said.status, &page)
}

/// `GET /password/{link}`
pub async fn by_link(State(house): State<Arc<House>>, p: Page, Path(link): Path<String>) -> Shown {
    link_form(&house, p, &link, Said::default()).await
}

/// `POST /password/{link}`
pub async fn set_by_link(
    State(house): State<Arc<House>>,
    p: Page,
    Path(link): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    match own::set_by_link(&house, &link, &typed.password).await {
        Ok(()) => Ok(to("/login?done=password")),
        Err(Failure::NotFound) => dead_link(p),
        Err(failure) => {
            let said = said(&p, failure)?;
            link_form(&house, p, &link, said).await
        }
    }
}

async fn link_form(house: &House, p: Page, link: &str, said: Said) -> Shown {
    let phone = match own::look(house, link).await {
        Ok(phone) => phone,
        Err(Failure::NotFound) => return dead_link(p),
        Err(failure) => return Err(failed(&p)(failure)),
    };
    let page = PasswordPage { p: p.clone(), phone, marks: said.marks, notice: said.notice };
    show(&p, said.status, &page)
}
