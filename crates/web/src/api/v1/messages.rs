//! What a manager is told.

use super::{
    problems::{Asked, Guarded},
    told::{Told, read},
};
use crate::{
    api::json::QueryOf,
    pages::desk::{Words, page},
    routes::{Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    messages::{self, PAGE_ROWS},
};
use axum::{extract::State, http::Method, routing::get};
use domain::fields::Complaints;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    vec![Route::api(Method::GET, "/api/v1/messages", Who::Manager, get(list))]
}

/// Which page.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Page {
    /// From 0; one beyond the last is the last.
    #[param(required = false, value_type = i64)]
    pub(super) page: String,
}

/// A page of messages.
#[derive(Serialize, ToSchema)]
pub struct Messages {
    /// Newest first.
    messages: Vec<Message>,
    /// How many there are in all.
    total: i64,
    /// The page, from 0.
    page: i64,
    /// How many pages there are, at least one.
    pages: i64,
    /// Most rows of a page.
    page_size_max: i64,
}

/// A message.
#[derive(Serialize, ToSchema)]
pub struct Message {
    /// Its number.
    id: i64,
    /// When, milliseconds since 1970 UTC.
    at_ms: i64,
    /// `approved`, `returned`, `change_approved`, `change_returned`, `suspended`, `resumed`,
    /// `code_replaced`, `password_reset`, `door_taken`, `door_left`, `door_withdrawn`, `unit_taken`,
    /// `unit_declined`, `inspection_findings`, `inspection_due`, `inspection_overdue`,
    /// `inspection_accepted`, `inspection_sent_back`.
    kind: &'static str,
    /// The checkpoint it is about.
    checkpoint: Option<u32>,
    /// What that, or the unit, was called then.
    about: String,
    /// The reason, where there is one.
    reason: String,
    /// The inspection it is about.
    inspection: Option<i64>,
    /// The last millisecond of the day until which something is to be done.
    deadline_ms: Option<i64>,
    /// When it was first shown, milliseconds since 1970 UTC; none for one that is new.
    read_ms: Option<i64>,
}

impl From<messages::Message> for Message {
    fn from(message: messages::Message) -> Self {
        Self {
            id: message.id,
            at_ms: message.at.0,
            kind: message.kind.code(),
            checkpoint: message.checkpoint.map(|number| number.0),
            about: message.about,
            reason: message.detail,
            inspection: message.inspection,
            deadline_ms: message.deadline.map(|at| at.0),
            read_ms: message.read.map(|at| at.0),
        }
    }
}

/// A page of the caller's messages. What the first page shows counts as read.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "messages",
    security(("staff" = [])), params(Page),
    responses((status = 200, description = "a page of them", body = Messages), Guarded, Asked)
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    QueryOf(wanted): QueryOf<Page>,
) -> Told {
    let mut complaints = Complaints::default();
    let page = page(&wanted.page, &mut complaints);
    let page = Words(page, complaints).whole()?;
    let list = messages::list(&house, &caller, page).await?;
    read(Messages {
        total: list.total,
        page: list.page,
        pages: list.pages,
        page_size_max: PAGE_ROWS,
        messages: list.messages.into_iter().map(Message::from).collect(),
    })
}
