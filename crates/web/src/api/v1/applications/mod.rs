//! The review: the queue, one application with the facts that decide it, the decisions.

mod wire;

pub use wire::{Application, ApplicationRow, Applications, ChangedField, ListedPlace, Neighbour};

use super::{
    problems::{Asked, Elsewhere, Guarded, Named, Typed},
    told::{Told, done, read},
};
use crate::{
    api::json::{JsonBody, QueryOf},
    pages::{authority::narrowing::Narrowing, desk::number},
    routes::{Route, Who},
    seat::As,
};
use actions::{House, accounts::principals::Reviewer, applications::review};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{get, post},
};
use domain::time::UnixMs;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let all = "/api/v1/applications";
    let reviewer = Who::Reviewer;
    vec![
        Route::api(Method::GET, all, reviewer, get(queue)),
        Route::api(Method::POST, "/api/v1/applications/approve", reviewer, post(approve_many)),
        Route::api(Method::GET, "/api/v1/applications/{id}", reviewer, get(one)),
        Route::api(Method::POST, "/api/v1/applications/{id}/approve", reviewer, post(approve)),
        Route::api(Method::POST, "/api/v1/applications/{id}/return", reviewer, post(send_back)),
        Route::api(Method::POST, "/api/v1/applications/{id}/place", reviewer, post(confirm_place)),
    ]
}

/// Approving what was seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApproval {
    /// The round that was read: when it was submitted again meanwhile, it is not decided.
    round: i64,
}

/// Sending back what was seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReturn {
    /// The round that was read: when it was submitted again meanwhile, it is not decided.
    round: i64,
    /// What the manager is to change; 200 characters.
    reason: String,
}

/// A place of the register, as it was read beside the application.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlaceMatch {
    /// Number of the place.
    place: i64,
    /// Its `round`: when somebody decided about it meanwhile, nothing is decided.
    round: i64,
}

/// Which applications are approved with one decision: those that wait, without doubt, and match all
/// that is given here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApprovals {
    /// `seen_ms` of the list that was read: what was submitted later is not decided.
    seen_ms: i64,
    /// Code of a county or township.
    #[serde(default)]
    region: Option<String>,
    /// Code of a category or group.
    #[serde(default)]
    category: Option<String>,
    /// Waiting for at least 1, 3 or 7 days.
    #[serde(default)]
    days: Option<i64>,
    /// Part of a name or address.
    #[serde(default)]
    q: Option<String>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct Approved {
    /// So many are said yes to; one decision takes at most 1,000.
    approved: i64,
    /// What they are now: `approved`, or `endorsed` where reviews take two steps.
    to: &'static str,
    /// So many that match still wait, doubtful or not.
    left: i64,
}

/// The queue, longest waiting first, within the reviewer's county or township.
#[utoipa::path(
    get, path = "/api/v1/applications", tag = "review", security(("staff" = [])),
    params(Narrowing),
    responses((status = 200, description = "a page of it", body = Applications), Guarded, Asked)
)]
pub async fn queue(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    QueryOf(wanted): QueryOf<Narrowing>,
) -> Told {
    let filter = wanted.strict(review::first_state(&house, &caller))?;
    // Before the queue is read: what comes in meanwhile has not been seen.
    let seen = house.now();
    read(Applications::new(review::queue(&house, &caller, &filter).await?, seen))
}

/// One application with the facts that decide it.
#[utoipa::path(
    get, path = "/api/v1/applications/{id}", tag = "review", security(("staff" = [])),
    params(("id" = i64, Path, description = "The application's number")),
    responses((status = 200, description = "the application", body = Application), Guarded, Named)
)]
pub async fn one(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
) -> Told {
    read(Application::from(review::one(&house, &caller, number(&id)?).await?))
}

/// Approves an application: its door gets its code, or becomes what was applied for.
#[utoipa::path(
    post, path = "/api/v1/applications/{id}/approve", tag = "review", request_body = NewApproval,
    security(("staff" = [])),
    params(("id" = i64, Path, description = "The application's number")),
    responses((status = 204, description = "approved, or endorsed where reviews take two steps"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn approve(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewApproval>,
) -> Told {
    review::approve(&house, &caller, number(&id)?, new.round).await?;
    done()
}

/// Sends an application back with a reason.
#[utoipa::path(
    post, path = "/api/v1/applications/{id}/return", tag = "review", request_body = NewReturn,
    security(("staff" = [])),
    params(("id" = i64, Path, description = "The application's number")),
    responses((status = 204, description = "sent back"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn send_back(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewReturn>,
) -> Told {
    review::send_back(&house, &caller, number(&id)?, new.round, &new.reason).await?;
    done()
}

/// Says that a place of the register is the organisation of this application.
#[utoipa::path(
    post, path = "/api/v1/applications/{id}/place", tag = "review", request_body = NewPlaceMatch,
    security(("staff" = [])),
    params(("id" = i64, Path, description = "The application's number")),
    responses((status = 204, description = "confirmed"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn confirm_place(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewPlaceMatch>,
) -> Told {
    review::confirm_place(&house, &caller, number(&id)?, (new.place, new.round)).await?;
    done()
}

/// Says yes to many with one decision.
#[utoipa::path(
    post, path = "/api/v1/applications/approve", tag = "review", request_body = NewApprovals,
    security(("staff" = [])),
    responses((status = 200, description = "how many", body = Approved), Guarded, Typed)
)]
pub async fn approve_many(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    JsonBody(new): JsonBody<NewApprovals>,
) -> Told {
    let wanted = Narrowing::of_waiting(new.region, new.category, new.days, new.q);
    let filter = wanted.strict(review::first_state(&house, &caller))?;
    let came = review::approve_many(&house, &caller, &filter, UnixMs(new.seen_ms)).await?;
    read(Approved { approved: came.approved, to: came.to.code(), left: came.left })
}
