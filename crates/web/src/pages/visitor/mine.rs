//! 我的记录: one's own entries, and signing out everywhere.

use super::show;
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    seat::{self, As},
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    entry_apps::unbind,
    people::{
        mine::{Me, me},
        session::revoke_all,
    },
};
use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use domain::{entry_apps::App, time::UnixMs};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/me.html")]
struct MePage<'a> {
    p: &'a Page,
    me: Me,
    /// The apps that know them: code, words, since when.
    apps: Vec<(&'static str, String, UnixMs)>,
}

/// Which page of the entries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    page: String,
}

/// `GET /me`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Shown {
    let wanted = wanted.map(|Query(wanted)| wanted.page).unwrap_or_default();
    let me = me(&house, &visitor, wanted.parse().unwrap_or(0))
        .await
        .map_err(|failure| PageFailure(p.clone(), failure))?;
    let label = |app| p.t(house.entry_apps.label(app)).to_owned();
    let apps = me.apps.iter().map(|(app, since)| (app.code(), label(*app), *since)).collect();
    show(&p, StatusCode::OK, &MePage { p: &p, me, apps })
}

/// `POST /me/apps/{app}/forget`
pub(super) async fn forget_app(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path(app): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let fail = |failure| PageFailure(p.clone(), failure);
    let app = App::from_code(&app).ok_or_else(|| fail(Failure::NotFound))?;
    unbind(&house, &visitor, app).await.map_err(fail)?;
    Ok(Redirect::to("/me").into_response())
}

/// `POST /me/sign-out`
pub(super) async fn sign_out(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(()): Checked<()>,
) -> Shown {
    revoke_all(&house, &visitor).await.map_err(|failure| PageFailure(p, failure))?;
    Ok((seat::no_visitor_cookie(&house), Redirect::to("/")).into_response())
}
