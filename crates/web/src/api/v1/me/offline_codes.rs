//! Offline codes through the API.

use crate::{
    answer,
    api::{
        json::JsonBody,
        v1::problems::{Elsewhere, FromElsewhere, Named, SignedIn, Typed},
    },
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    offline_codes::{
        list::{self, MyOfflineCode},
        make, revoke,
    },
};
use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    offline_codes::{Standing, number_from_text, number_text},
    people::PersonNumber,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A code that was printed.
#[derive(Serialize, ToSchema)]
pub struct OfflineCode {
    /// Its number, sixteen hexadecimal digits in fours.
    #[schema(example = "0123-4567-89AB-CDEF")]
    number: String,
    /// Masked name of whoever carries it.
    masked_name: String,
    /// When it was made, milliseconds since 1970 UTC.
    issued_ms: i64,
    /// When it ends.
    expires_ms: i64,
    /// When it was revoked.
    revoked_ms: Option<i64>,
    /// Whether doors take it now.
    in_force: bool,
}

impl From<MyOfflineCode> for OfflineCode {
    fn from(code: MyOfflineCode) -> Self {
        let revoked_ms = match code.standing {
            Standing::Revoked(at) => Some(at.0),
            Standing::InForce | Standing::Over => None,
        };
        Self {
            number: number_text(code.number),
            masked_name: code.masked_name,
            issued_ms: code.issued.0,
            expires_ms: code.expires.0,
            revoked_ms,
            in_force: code.standing == Standing::InForce,
        }
    }
}

/// Somebody for whom codes can be made.
#[derive(Serialize, ToSchema)]
pub struct Bearer {
    /// Their number.
    person: u64,
    /// Masked name.
    masked_name: String,
    /// Whether it is the caller.
    myself: bool,
}

/// The caller's offline codes.
#[derive(Serialize, ToSchema)]
pub struct OfflineCodes {
    /// Newest first.
    codes: Vec<OfflineCode>,
    /// For whom codes can be made.
    bearers: Vec<Bearer>,
}

/// The offline codes of the caller and those they act for.
#[utoipa::path(
    get, path = "/api/v1/me/offline-codes", tag = "visitors", security(("visitor" = [])),
    responses((status = 200, description = "the codes", body = OfflineCodes), SignedIn)
)]
pub async fn all(State(house): State<Arc<House>>, As(visitor): As<Visitor>) -> Response {
    match list::list(&house, &visitor).await {
        Ok((codes, bearers)) => {
            let bearers = bearers.into_iter().map(|b| Bearer {
                person: b.person.0,
                masked_name: b.masked_name,
                myself: b.myself,
            });
            let codes = codes.into_iter().map(OfflineCode::from).collect();
            Json(OfflineCodes { codes, bearers: bearers.collect() }).into_response()
        }
        Err(failure) => answer::problem(failure),
    }
}

/// For whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOfflineCode {
    /// The number of one of the `bearers`; the caller when it is left out.
    person: Option<u64>,
}

/// A code to be printed.
#[derive(Serialize, ToSchema)]
pub struct PrintedCode {
    /// Its number.
    number: String,
    /// The text of the QR code, `FY1:…`; nothing of one that has ended.
    text: Option<String>,
    /// Masked name.
    masked_name: String,
    /// Kind of document: `resident_id`, …
    id_kind: &'static str,
    /// The last characters of its number.
    last_four: String,
    /// When it was made, milliseconds since 1970 UTC.
    issued_ms: i64,
    /// When it ends.
    expires_ms: i64,
}

async fn printed(house: &House, visitor: &Visitor, number: i64) -> Result<PrintedCode, Failure> {
    let code = list::one(house, visitor, number).await?;
    Ok(PrintedCode {
        number: number_text(number),
        text: Some(code.text).filter(|text| !text.is_empty()),
        masked_name: code.card.masked_name,
        id_kind: code.card.id_kind.code(),
        last_four: code.card.last_four,
        issued_ms: code.card.issued.0,
        expires_ms: code.card.expires.0,
    })
}

/// Makes an offline code.
#[utoipa::path(
    post, path = "/api/v1/me/offline-codes", tag = "visitors", request_body = NewOfflineCode,
    security(("visitor" = [])),
    responses(
        (status = 201, description = "made", body = PrintedCode),
        SignedIn, FromElsewhere, Typed, Named, Elsewhere,
    )
)]
pub async fn create(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    JsonBody(new): JsonBody<NewOfflineCode>,
) -> Response {
    let person = new.person.map_or(visitor.person(), PersonNumber);
    let made = async {
        let number = make::make(&house, &visitor, person).await?;
        printed(&house, &visitor, number).await
    };
    match made.await {
        Ok(code) => {
            let place = format!("/api/v1/me/offline-codes/{}", code.number);
            (StatusCode::CREATED, [(header::LOCATION, place)], Json(code)).into_response()
        }
        Err(failure) => answer::problem(failure),
    }
}

/// One offline code, to be printed again.
#[utoipa::path(
    get, path = "/api/v1/me/offline-codes/{number}", tag = "visitors",
    params(("number" = String, Path, description = "The code's number")),
    security(("visitor" = [])),
    responses((status = 200, description = "the code", body = PrintedCode), SignedIn, Named)
)]
pub async fn one(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    Path(number): Path<String>,
) -> Response {
    let Some(number) = number_from_text(&number) else {
        return answer::problem(Failure::NotFound);
    };
    match printed(&house, &visitor, number).await {
        Ok(code) => Json(code).into_response(),
        Err(failure) => answer::problem(failure),
    }
}

/// Revokes an offline code.
#[utoipa::path(
    delete, path = "/api/v1/me/offline-codes/{number}", tag = "visitors",
    params(("number" = String, Path, description = "The code's number")),
    security(("visitor" = [])),
    responses(
        (status = 204, description = "revoked"), SignedIn, FromElsewhere, Named, Elsewhere,
    )
)]
pub async fn end(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    Path(number): Path<String>,
) -> Response {
    let Some(number) = number_from_text(&number) else {
        return answer::problem(Failure::NotFound);
    };
    match revoke::revoke(&house, &visitor, number).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => answer::problem(failure),
    }
}
