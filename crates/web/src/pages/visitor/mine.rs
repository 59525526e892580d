//! 我的记录: one's own entries, and signing out everywhere.

use super::show;
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    seat::{self, As},
};
use actions::{
    House,
    accounts::principals::Visitor,
    people::{
        mine::{Me, me},
        session::revoke_all,
    },
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/me.html")]
struct MePage<'a> {
    p: &'a Page,
    me: Me,
}

/// `GET /me`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    let me = me(&house, &visitor).await.map_err(|failure| PageFailure(p.clone(), failure))?;
    show(&p, StatusCode::OK, &MePage { p: &p, me })
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
