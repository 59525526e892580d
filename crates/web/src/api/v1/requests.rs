//! Requests of people about their own data, for a privacy officer.

use super::{
    me::requests::Request,
    problems::{Asked, Elsewhere, Guarded, Named, Typed},
    told::{Told, done, read},
};
use crate::{
    api::json::{JsonBody, QueryOf},
    pages::desk::{Words, number, page},
    routes::{Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::PrivacyOfficer,
    requests::{decide::decide, queue},
};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{get, post},
};
use domain::{fields::Complaints, requests::RequestState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let who = Who::PrivacyOfficer;
    vec![
        Route::api(Method::GET, "/api/v1/requests", who, get(list)),
        Route::api(Method::GET, "/api/v1/requests/{id}", who, get(one)),
        Route::api(Method::POST, "/api/v1/requests/{id}/decision", who, post(answer)),
    ]
}

/// Which of them.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Wanted {
    /// `open`, `done` or `refused`; `open` when it is left out.
    #[param(required = false)]
    state: String,
    /// From 0.
    #[param(required = false, value_type = i64)]
    page: String,
}

/// A request with who asks.
#[derive(Serialize, ToSchema)]
pub struct QueuedRequest {
    /// Masked name of who asks.
    masked_name: String,
    /// The request.
    request: Request,
}

/// A page of requests.
#[derive(Serialize, ToSchema)]
pub struct Requests {
    /// Those due first at the front.
    requests: Vec<QueuedRequest>,
    /// How many there are in this state.
    total: i64,
    /// How many open ones are late.
    late: i64,
    /// The page, from 0.
    page: i64,
    /// How many pages there are, at least one.
    pages: i64,
    /// Most rows of a page.
    page_size_max: i64,
}

/// Requests in one state, those due first at the front.
#[utoipa::path(
    get, path = "/api/v1/requests", tag = "requests", security(("staff" = [])), params(Wanted),
    responses((status = 200, description = "a page of them", body = Requests), Guarded, Asked)
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(caller): As<PrivacyOfficer>,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Told {
    let mut complaints = Complaints::default();
    let at = page(&wanted.page, &mut complaints);
    let state = match wanted.state.as_str() {
        "" => Some(RequestState::Open),
        state => complaints.take(
            "state",
            RequestState::from_code(state).ok_or("要求的状态只能是 open、done 或 refused"),
        ),
    };
    let (at, state) = Words((at, state), complaints).whole()?;
    let state = state.unwrap_or(RequestState::Open);
    let queue = queue::queue(&house, &caller, state, at).await?;
    let requests = queue
        .rows
        .into_iter()
        .map(|row| QueuedRequest { masked_name: row.masked_name, request: row.request.into() });
    read(Requests {
        requests: requests.collect(),
        total: queue.total,
        late: queue.late,
        page: queue.page,
        pages: queue.pages,
        page_size_max: queue::PAGE_ROWS,
    })
}

/// A request with everything that deciding needs.
#[derive(Serialize, ToSchema)]
pub struct OpenedRequest {
    /// The request.
    request: Request,
    /// Name as it is.
    name: String,
    /// Kind of document as it is.
    id_kind: &'static str,
    /// Masked number of the document as it is.
    masked_id: String,
    /// Phone, to call.
    phone: Option<String>,
    /// The name as it should be.
    wanted_name: Option<String>,
    /// The kind of document as it should be.
    wanted_id_kind: Option<&'static str>,
    /// Its number as it should be.
    wanted_id_number: Option<String>,
    /// What the person wrote.
    words: String,
}

/// One request with the identity of who asks. In the audit first; the person sees that it happened.
#[utoipa::path(
    get, path = "/api/v1/requests/{id}", tag = "requests",
    params(("id" = i64, Path, description = "The request's number")),
    security(("staff" = [])),
    responses((status = 200, description = "the request", body = OpenedRequest), Guarded, Named)
)]
pub async fn one(
    State(house): State<Arc<House>>,
    As(caller): As<PrivacyOfficer>,
    Path(id): Path<String>,
) -> Told {
    let one = queue::open(&house, &caller, number(&id)?).await?;
    let (wanted_id_kind, wanted_id_number) = match one.document {
        Some((kind, number)) => (Some(kind.code()), Some(number)),
        None => (None, None),
    };
    read(OpenedRequest {
        request: one.request.into(),
        name: one.identity.name,
        id_kind: one.identity.id_kind.code(),
        masked_id: one.identity.masked_id,
        phone: one.identity.phone,
        wanted_name: one.name,
        wanted_id_kind,
        wanted_id_number,
        words: one.words,
    })
}

/// What is answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    /// `carry_out` or `refuse`.
    outcome: String,
    /// What the person is told; 300 characters at most.
    reason: String,
}

/// Answers a request: carries it out, or turns it down.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/decision", tag = "requests", request_body = NewDecision,
    params(("id" = i64, Path, description = "The request's number")),
    security(("staff" = [])),
    responses((status = 204, description = "answered"), Guarded, Typed, Named, Elsewhere)
)]
pub async fn answer(
    State(house): State<Arc<House>>,
    As(caller): As<PrivacyOfficer>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewDecision>,
) -> Told {
    decide(&house, &caller, number(&id)?, &new.outcome, &new.reason).await?;
    done()
}
