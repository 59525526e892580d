//! Consent through the API.

use crate::{
    answer,
    api::{
        json::JsonBody,
        v1::problems::{Elsewhere, FromElsewhere, SignedIn, Typed},
    },
    seat::As,
};
use actions::{Failure, House, accounts::principals::Visitor, people::consent};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::privacy::CURRENT;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A step of a consent.
#[derive(Serialize, ToSchema)]
pub struct ConsentStep {
    /// Which version of the notice; nothing when it was taken back.
    version: Option<i64>,
    /// When, milliseconds since 1970 UTC.
    at_ms: i64,
    /// `form` (registering), `tap`, `door` (aloud, to staff) or `withdrawn`.
    how: &'static str,
}

/// How the caller's consent stands.
#[derive(Serialize, ToSchema)]
pub struct Consent {
    /// The version agreed to; nothing for somebody registered at a door.
    version: Option<i64>,
    /// The version in force; it is read at `/privacy/{version}`.
    current: i64,
    /// Whether to ask for the version in force.
    asks: bool,
    /// Every step, the newest first.
    steps: Vec<ConsentStep>,
}

/// The caller's consent to the privacy notice.
#[utoipa::path(
    get, path = "/api/v1/me/consent", tag = "visitors", security(("visitor" = [])),
    responses((status = 200, description = "how it stands", body = Consent), SignedIn)
)]
pub async fn read(State(house): State<Arc<House>>, As(visitor): As<Visitor>) -> Response {
    let given = |version: i64| Some(version).filter(|version| *version > 0);
    match consent::consent(&house, &visitor).await {
        Ok(consent) => {
            let steps = consent.steps.iter().map(|step| ConsentStep {
                version: given(step.version),
                at_ms: step.at.0,
                how: step.how,
            });
            let (version, asks) = (given(consent.agreed), consent.asks);
            Json(Consent { version, current: CURRENT, asks, steps: steps.collect() })
                .into_response()
        }
        Err(failure) => answer::problem(failure),
    }
}

/// What is agreed to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// The version that was shown.
    version: i64,
}

/// Agrees to the version in force.
#[utoipa::path(
    post, path = "/api/v1/me/consent", tag = "visitors", request_body = NewConsent,
    security(("visitor" = [])),
    responses(
        (status = 204, description = "agreed"), SignedIn, FromElsewhere, Typed, Elsewhere,
    )
)]
pub async fn agree(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    JsonBody(new): JsonBody<NewConsent>,
) -> Response {
    match consent::agree(&house, &visitor, new.version).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => answer::problem(failure),
    }
}

/// That it is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// `true`: every session ends with it, this one too.
    sure: bool,
}

/// Takes the consent back: every session ends, this one too.
#[utoipa::path(
    post, path = "/api/v1/me/consent/withdrawal", tag = "visitors", request_body = Withdrawal,
    security(("visitor" = [])),
    responses((status = 204, description = "taken back"), SignedIn, FromElsewhere, Typed)
)]
pub async fn withdraw(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    JsonBody(withdrawal): JsonBody<Withdrawal>,
) -> Response {
    if !withdrawal.sure {
        return answer::problem(Failure::field("sure", "请说明确定撤回"));
    }
    match consent::withdraw(&house, &visitor).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => answer::problem(failure),
    }
}
