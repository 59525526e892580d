//! One checkpoint of the manager's: where it stands, its code, its devices, its history.

use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{Asked, Said, asked, failed, number, show},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    applications::mine::{self, Mine},
};
use askama::Template;
use axum::extract::{Path, State};
use domain::checkpoints::CheckpointNumber;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "venue/checkpoint.html")]
pub(super) struct CheckpointPage {
    pub(super) p: Page,
    pub(super) mine: Mine,
    pub(super) just_sent: bool,
    pub(super) notice: Option<&'static str>,
}

/// Whether the manager comes straight from the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    sent: String,
}

/// `GET /venue/checkpoints/{id}`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    query: Asked<From>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let just_sent = !asked(query).sent.is_empty();
    one(&house, p, &caller, id, just_sent, Said::default()).await
}

/// The page, with what there is to say about something that could not be done from here.
pub(super) async fn one(
    house: &House,
    p: Page,
    caller: &Manager,
    id: CheckpointNumber,
    just_sent: bool,
    said: Said,
) -> Shown {
    let mine = mine::one(house, caller, id).await.map_err(failed(&p))?;
    let page = CheckpointPage { p: p.clone(), mine, just_sent, notice: said.notice };
    show(&p, said.status, &page)
}
