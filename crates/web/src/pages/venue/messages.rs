//! What the manager is told: approved, sent back, stopped, handed over.

use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{Asked, asked, failed, query_text, show},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    messages::{self, List},
};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use std::sync::Arc;

/// Which page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    page: String,
}

#[derive(Template)]
#[template(path = "venue/messages.html")]
pub(super) struct Messages {
    pub(super) p: Page,
    pub(super) list: List,
}

impl Messages {
    fn page_link(&self, page: i64) -> String {
        query_text("/venue/messages", &[("page", &page.to_string())])
    }
}

/// `GET /venue/messages`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    query: Asked<Wanted>,
) -> Shown {
    let page = asked(query).page.parse().unwrap_or(0);
    let list = messages::list(&house, &caller, page).await.map_err(failed(&p))?;
    show(&p.clone(), StatusCode::OK, &Messages { p, list })
}
