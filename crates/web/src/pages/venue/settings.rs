//! How a door is scanned: a way in or out, whether a position is asked for, whether it has an electronic
//! sign; and the sheet of words for a door without a screen.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, number, said, show, to},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    checkpoints::settings::{self, SetUp, Words},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::checkpoints::{CheckpointNumber, SettingsForm};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "venue/settings.html")]
pub(super) struct SettingsPage {
    pub(super) p: Page,
    pub(super) set_up: SetUp,
    pub(super) form: SettingsForm,
    pub(super) done: bool,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    way: String,
    asks_position: String,
    latitude: String,
    longitude: String,
    radius_m: String,
    has_sign: String,
}

impl From<Fields> for SettingsForm {
    fn from(f: Fields) -> Self {
        Self {
            way: f.way,
            asks_position: f.asks_position,
            latitude: f.latitude,
            longitude: f.longitude,
            radius_m: f.radius_m,
            has_sign: f.has_sign,
        }
    }
}

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    done: String,
    day: String,
}

/// `GET /venue/checkpoints/{id}/settings`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    query: Asked<Wanted>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let set_up = settings::read(&house, &caller, id).await.map_err(failed(&p))?;
    let mut form = SettingsForm::of(&set_up.settings);
    if let (None, Some((north, east))) = (set_up.settings.spot, set_up.listed) {
        (form.latitude, form.longitude) = (north.to_string(), east.to_string());
    }
    let done = asked(query).done == "1";
    draw(p, set_up, form, done, Said::default())
}

fn draw(p: Page, set_up: SetUp, form: SettingsForm, done: bool, said: Said) -> Shown {
    let (marks, notice) = (said.marks, said.notice);
    let page = SettingsPage { p: p.clone(), set_up, form, done, marks, notice };
    show(&p, said.status, &page)
}

/// `POST /venue/checkpoints/{id}/settings`
pub async fn submit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let form = SettingsForm::from(fields);
    match settings::set(&house, &caller, id, &form).await {
        Ok(_) => Ok(to(&format!("/venue/checkpoints/{}/settings?done=1", id.0))),
        Err(failure) => {
            let said = said(&p, failure)?;
            let set_up = settings::read(&house, &caller, id).await.map_err(failed(&p))?;
            draw(p, set_up, form, false, said)
        }
    }
}

#[derive(Template)]
#[template(path = "venue/words.html")]
pub(super) struct WordsPage {
    pub(super) p: Page,
    pub(super) number: u32,
    pub(super) words: Words,
    pub(super) tomorrow: bool,
}

/// `POST /venue/checkpoints/{id}/words`: printing them leaves a line in the audit, so it takes a press.
pub async fn words(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(wanted): Checked<Wanted>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let tomorrow = wanted.day == "tomorrow";
    let words = settings::words(&house, &caller, id, tomorrow).await.map_err(failed(&p))?;
    show(&p.clone(), StatusCode::OK, &WordsPage { p, number: id.0, words, tomorrow })
}
