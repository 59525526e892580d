//! The caller's requests about their own data.

use crate::{
    answer,
    api::{
        json::JsonBody,
        v1::problems::{Elsewhere, FromElsewhere, SignedIn, Typed},
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::Visitor,
    requests::{RequestRow, file, mine},
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::requests::RequestForm;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A request.
#[derive(Serialize, ToSchema)]
pub struct Request {
    /// Its number.
    id: i64,
    /// `correction` or `erasure`.
    kind: &'static str,
    /// `open`, `done` or `refused`.
    state: &'static str,
    /// When it was filed, milliseconds since 1970 UTC.
    filed_ms: i64,
    /// The last millisecond of the day until which it is answered.
    due_ms: i64,
    /// Whole days that it is late.
    late_days: Option<i64>,
    /// When it was answered.
    decided_ms: Option<i64>,
    /// What was answered.
    reason: Option<String>,
}

impl From<RequestRow> for Request {
    fn from(row: RequestRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind.code(),
            state: row.state.code(),
            filed_ms: row.filed.0,
            due_ms: row.due.0,
            late_days: row.late_days,
            decided_ms: row.decided.map(|at| at.0),
            reason: row.reason,
        }
    }
}

/// The caller's requests.
#[derive(Serialize, ToSchema)]
pub struct MyRequests {
    /// The newest first.
    requests: Vec<Request>,
}

/// The caller's requests for correction and erasure.
#[utoipa::path(
    get, path = "/api/v1/me/requests", tag = "visitors", security(("visitor" = [])),
    responses((status = 200, description = "the requests", body = MyRequests), SignedIn)
)]
pub async fn all(State(house): State<Arc<House>>, As(visitor): As<Visitor>) -> Response {
    match mine::mine(&house, &visitor).await {
        Ok(rows) => {
            let requests = rows.into_iter().map(Request::from).collect();
            Json(MyRequests { requests }).into_response()
        }
        Err(failure) => answer::problem(failure),
    }
}

/// What is asked for.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewRequest {
    /// `correction` or `erasure`.
    kind: String,
    /// The name as it should be, when it is wrong.
    name: String,
    /// Kind of the document as it should be.
    id_kind: String,
    /// Its number, when that is wrong.
    id_number: String,
    /// Why; 500 characters at most.
    words: String,
}

/// The number of a request that was filed.
#[derive(Serialize, ToSchema)]
pub struct FiledRequest {
    /// Its number in `requests`.
    id: i64,
}

/// Files a request for correction or erasure.
#[utoipa::path(
    post, path = "/api/v1/me/requests", tag = "visitors", request_body = NewRequest,
    security(("visitor" = [])),
    responses(
        (status = 201, description = "filed", body = FiledRequest),
        SignedIn, FromElsewhere, Typed, Elsewhere,
    )
)]
pub async fn create(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    JsonBody(new): JsonBody<NewRequest>,
) -> Response {
    let form = RequestForm {
        kind: new.kind,
        name: new.name,
        id_kind: new.id_kind,
        id_number: new.id_number,
        words: new.words,
    };
    match file::file(&house, &visitor, &form).await {
        Ok(id) => (StatusCode::CREATED, Json(FiledRequest { id })).into_response(),
        Err(failure) => answer::problem(failure),
    }
}
