//! The landing page, and how pages look: language and large mode.

use super::show;
use crate::{answer::Shown, cookies, page::Page, seat};
use actions::House;
use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/home.html")]
struct HomePage<'a> {
    p: &'a Page,
}

/// `GET /`
pub(super) async fn home(p: Page) -> Shown {
    show(&p, StatusCode::OK, &HomePage { p: &p })
}

/// What a switch asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    on: String,
    to: String,
    next: String,
}

/// `GET /large?on=1&next=/c/…`
pub(super) async fn large(
    State(house): State<Arc<House>>,
    choice: Result<Query<Choice>, QueryRejection>,
) -> Response {
    let choice = choice.map(|Query(choice)| choice).unwrap_or_default();
    let value = if choice.on == "1" { "1" } else { "0" };
    (seat::choice_cookie(&house, cookies::LARGE, value), back(&choice.next)).into_response()
}

/// `GET /lang?to=en&next=/c/…`
pub(super) async fn lang(
    State(house): State<Arc<House>>,
    choice: Result<Query<Choice>, QueryRejection>,
) -> Response {
    let choice = choice.map(|Query(choice)| choice).unwrap_or_default();
    let value = if choice.to == "en" { "en" } else { "zh" };
    (seat::choice_cookie(&house, cookies::LANG, value), back(&choice.next)).into_response()
}

/// Back to a page of this house, never out of it.
fn back(next: &str) -> Redirect {
    Redirect::to(crate::pages::local(next).unwrap_or("/"))
}
