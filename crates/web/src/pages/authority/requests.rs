//! Requests of people about their own data: the queue, and one of them, answered with a reason.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, number, query_text, said, show, to},
    seat::As,
};
use actions::{
    House,
    accounts::principals::PrivacyOfficer,
    requests::{
        decide::{CASE_DAYS, decide},
        queue::{self, OpenedRequest, Queue},
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::requests::{RequestKind, RequestState};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "authority/requests.html")]
pub(super) struct QueuePage {
    pub(super) p: Page,
    pub(super) queue: Queue,
    pub(super) done: bool,
}

impl QueuePage {
    fn page_link(&self, page: i64) -> String {
        let page = page.to_string();
        query_text("/requests", &[("state", self.queue.state.code()), ("page", &page)])
    }
}

#[derive(Template)]
#[template(path = "authority/request.html")]
pub(super) struct RequestPage {
    pub(super) p: Page,
    pub(super) one: OpenedRequest,
    pub(super) reason: String,
    pub(super) outcome: String,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: String,
    page: String,
    done: String,
}

/// `GET /requests`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PrivacyOfficer>,
    query: Asked<Wanted>,
) -> Shown {
    let wanted = asked(query);
    let state = RequestState::from_code(&wanted.state).unwrap_or(RequestState::Open);
    let page = wanted.page.parse().unwrap_or(0);
    let queue = queue::queue(&house, &caller, state, page).await.map_err(failed(&p))?;
    let done = wanted.done == "1";
    show(&p.clone(), StatusCode::OK, &QueuePage { p, queue, done })
}

/// `GET /requests/{id}`
pub async fn one(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PrivacyOfficer>,
    Path(id): Path<String>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    draw(&house, p, &caller, id, Fields::default(), Said::default()).await
}

async fn draw(
    house: &House,
    p: Page,
    caller: &PrivacyOfficer,
    id: i64,
    typed: Fields,
    said: Said,
) -> Shown {
    let one = queue::open(house, caller, id).await.map_err(failed(&p))?;
    let Fields { outcome, reason } = typed;
    let Said { status, marks, notice } = said;
    show(&p.clone(), status, &RequestPage { p, one, reason, outcome, marks, notice })
}

/// What is answered.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    outcome: String,
    reason: String,
}

/// `POST /requests/{id}/decision`
pub async fn answer(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PrivacyOfficer>,
    Path(id): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    match decide(&house, &caller, id, &typed.outcome, &typed.reason).await {
        Ok(()) => Ok(to("/requests?done=1")),
        Err(failure) => {
            let said = said(&p, failure)?;
            draw(&house, p, &caller, id, typed, said).await
        }
    }
}
