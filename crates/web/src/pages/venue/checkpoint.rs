//! One checkpoint of the manager's: where it stands, its code, its devices, its history.

use super::{invitations, life::done_text};
use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, number, show},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    applications::mine::{self, Mine},
    inspections::{self, Tally},
    invitations::DoorManager,
    posters::{Order, Print, Size},
    venue_codes::PosterFault,
};
use askama::Template;
use axum::extract::{Path, State};
use domain::checkpoints::{CheckpointNumber, Standing};
use serde::Deserialize;
use std::sync::Arc;

/// What the page shows beside the checkpoint itself.
#[derive(Default)]
pub(super) struct Kept {
    /// What has just been done.
    pub(super) done: Option<&'static str>,
    /// What was chosen in the report of the poster.
    pub(super) fault: String,
}

#[derive(Template)]
#[template(path = "venue/checkpoint.html")]
pub(super) struct CheckpointPage {
    pub(super) p: Page,
    pub(super) mine: Mine,
    /// How the inspections of this door stand.
    pub(super) inspections: Tally,
    pub(super) kept: Kept,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

impl CheckpointPage {
    fn inspections_link(&self) -> String {
        format!("/venue/inspections?door={}", self.mine.row.number.0)
    }

    fn open(&self) -> bool {
        self.mine.row.standing == Standing::Open
    }
}

/// What the manager has just done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    done: String,
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
    let done = asked(query).done;
    let done = done_text(&done).or_else(|| invitations::done_text(&done));
    let kept = Kept { done, ..Kept::default() };
    one(&house, p, &caller, id, kept, Said::default()).await
}

/// The page, with what there is to say about something that could not be done from here.
pub(super) async fn one(
    house: &House,
    p: Page,
    caller: &Manager,
    id: CheckpointNumber,
    kept: Kept,
    said: Said,
) -> Shown {
    let mine = mine::one(house, caller, id).await.map_err(failed(&p))?;
    let inspections = inspections::waiting(house, caller, Some(id)).await.map_err(failed(&p))?;
    let (marks, notice) = (said.marks, said.notice);
    let page = CheckpointPage { p: p.clone(), mine, inspections, kept, marks, notice };
    show(&p, said.status, &page)
}
