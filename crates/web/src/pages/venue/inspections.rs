//! What inspections found at the manager's doors, and what was done about it.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::{
        authority::inspections::narrowing::shown as which,
        desk::{
            Asked, Marks, Said, asked, failed, number, page as page_number, query_text, said,
            searched, show, to,
        },
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    inspections::{self, Detail, Filter, List, Show},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::{checkpoints::CheckpointNumber, fields::Complaints};
use serde::Deserialize;
use std::sync::Arc;

/// What is asked for in the address; what makes no sense narrows nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: String,
    door: String,
    q: String,
    page: String,
}

#[derive(Template)]
#[template(path = "venue/inspections.html")]
pub(super) struct InspectionsPage {
    pub(super) p: Page,
    pub(super) list: List,
    pub(super) filter: Filter,
    pub(super) door: Option<CheckpointNumber>,
}

impl InspectionsPage {
    fn show_link(&self, show: &Show) -> String {
        self.link(*show, 0)
    }

    fn page_link(&self, page: i64) -> String {
        self.link(self.filter.show, page)
    }

    fn link(&self, show: Show, page: i64) -> String {
        let (page, door) = (page.to_string(), self.door.map(|door| door.0.to_string()));
        let mut parts = vec![("state", show.code())];
        parts.extend(door.as_ref().map(|door| ("door", door.as_str())));
        parts.push(("q", self.filter.text.as_str()));
        parts.push(("page", page.as_str()));
        parts.retain(|(_, value)| !value.is_empty() && *value != "0");
        query_text("/venue/inspections", &parts)
    }
}

#[derive(Template)]
#[template(path = "venue/inspection.html")]
pub(super) struct InspectionPage {
    pub(super) p: Page,
    pub(super) one: Detail,
    pub(super) words: String,
    pub(super) done: Option<&'static str>,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// What has just been done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    done: String,
}

/// What was done about it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    round: String,
    words: String,
}

/// `GET /venue/inspections`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    query: Asked<Wanted>,
) -> Shown {
    let wanted = asked(query);
    let mut complaints = Complaints::default();
    let filter = Filter {
        show: which(&wanted.state, &mut complaints),
        region: None,
        text: searched(&wanted.q, &mut complaints),
        page: page_number(&wanted.page, &mut complaints),
    };
    let door = wanted.door.parse().ok().map(CheckpointNumber);
    let list = inspections::my_list(&house, &caller, door, &filter).await.map_err(failed(&p))?;
    show(&p.clone(), StatusCode::OK, &InspectionsPage { p, list, filter, door })
}

/// `GET /venue/inspections/{id}`
pub async fn one_page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    query: Asked<From>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let done = (asked(query).done == "answered").then_some("已答复，等待巡查员复查。");
    shown(&house, p, &caller, id, (String::new(), done), Said::default()).await
}

/// `POST /venue/inspections/{id}/answer`
pub async fn answer(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    // Without the round that was seen it counts as changed meanwhile.
    let round = typed.round.parse().unwrap_or(-1);
    match inspections::answer(&house, &caller, (id, round), &typed.words).await {
        Ok(()) => Ok(to(&format!("/venue/inspections/{id}?done=answered"))),
        Err(failure) => {
            let said = said(&p, failure)?;
            shown(&house, p, &caller, id, (typed.words, None), said).await
        }
    }
}

async fn shown(
    house: &House,
    p: Page,
    caller: &Manager,
    id: i64,
    (words, done): (String, Option<&'static str>),
    said: Said,
) -> Shown {
    let one = inspections::my_one(house, caller, id).await.map_err(failed(&p))?;
    let (marks, notice) = (said.marks, said.notice);
    let page = InspectionPage { p: p.clone(), one, words, done, marks, notice };
    show(&p, said.status, &page)
}
