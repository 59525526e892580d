//! Reverse scans: a duty device registers a person by document or code.

use crate::{answer, api::json::JsonBody, seat::As, whole::to_the_end};
use actions::{
    House,
    accounts::principals::DutyDevice,
    duty::announce::Shown,
    reverse_scans::{IdForm, by_code::by_code, by_id_number},
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What was held out: a document, or a code.
#[derive(Deserialize, ToSchema)]
pub struct NewReverseScan {
    /// What a scanner read off the person's screen (`FYM1:…`) or printed card (`FY1:…`). With it nothing
    /// else is needed.
    #[schema(max_length = 1000)]
    code: Option<String>,
    /// `resident_id`, `hk_macau_permit`, `taiwan_permit`, `foreign_resident` or `passport`.
    #[schema(example = "resident_id")]
    #[serde(default)]
    id_kind: String,
    /// The number as printed.
    #[schema(max_length = 40)]
    #[serde(default)]
    id_number: String,
    /// The name, needed when nobody with this document is registered yet.
    #[serde(default)]
    name: String,
    /// Whether the person, told of the privacy notice, agreed aloud; needed of somebody who took their
    /// consent back.
    #[serde(default)]
    consent: bool,
}

/// What the door sees.
#[derive(Serialize, ToSchema)]
pub struct ReverseScan {
    /// Masked name.
    masked_name: String,
    /// Entry time, milliseconds since 1970 UTC.
    entered_ms: i64,
    /// What the door does: `pass`, `recheck`, `stop`.
    verdict: &'static str,
    /// `green`, `yellow`, `red`, `gray`, `none` (not applied), `unknown` (query failed).
    health_status: &'static str,
    /// What to do, in Chinese.
    advice: &'static str,
    /// The alert it raised, which waits for a disposition.
    alert: Option<i64>,
    /// Whether they had entered within the minute already, and nothing was recorded anew.
    again: bool,
}

impl From<&Shown> for ReverseScan {
    fn from(shown: &Shown) -> Self {
        Self {
            masked_name: shown.masked_name.clone(),
            entered_ms: shown.entered.0,
            verdict: shown.decision.code(),
            health_status: shown.colour.code(),
            advice: shown.advice,
            alert: shown.alert,
            again: shown.again,
        }
    }
}

/// Records an entry by code or ID number; answered when it is durable.
#[utoipa::path(
    post, path = "/api/v1/reverse-scans", tag = "reverse scans", request_body = NewReverseScan,
    security(("duty" = [])),
    responses(
        (status = 201, description = "recorded, durably", body = ReverseScan),
        (status = 400, description = "not JSON", body = crate::api::openapi::Problem),
        (status = 401, description = "not an enrolled device", body = crate::api::openapi::Problem),
        (status = 403, description = "sent by another site's page", body = crate::api::openapi::Problem),
        (status = 409, description = "the door's code is not in use", body = crate::api::openapi::Problem),
        (status = 413, description = "larger than 64 KiB", body = crate::api::openapi::Problem),
        (status = 415, description = "not application/json", body = crate::api::openapi::Problem),
        (status = 422, description = "a field is missing or wrong", body = crate::api::openapi::Problem),
        (status = 503, description = "full at this moment; see Retry-After", body = crate::api::openapi::Problem),
    )
)]
pub async fn create(
    State(house): State<Arc<House>>,
    As(device): As<DutyDevice>,
    JsonBody(new): JsonBody<NewReverseScan>,
) -> Response {
    let form = IdForm {
        id_kind: new.id_kind,
        id_number: new.id_number,
        name: new.name,
        consent: new.consent,
    };
    let entry = async move {
        match new.code {
            Some(code) => by_code(&house, &device, &code).await,
            None => by_id_number(&house, &device, &form).await,
        }
    };
    match to_the_end(entry).await {
        Ok(shown) => (StatusCode::CREATED, Json(ReverseScan::from(&*shown))).into_response(),
        Err(failure) => answer::problem(failure),
    }
}
