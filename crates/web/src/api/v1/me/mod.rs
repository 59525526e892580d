//! The visitor's own side, for apps: codes, entries, consent, data, requests.

pub mod consent;
pub mod data;
pub mod offline_codes;
pub mod requests;
pub mod visits;

use crate::{
    answer,
    api::v1::problems::SignedIn,
    routes::{Route, Who},
    seat::As,
};
use actions::{House, accounts::principals::Visitor, people::my_code};
use axum::{
    Json,
    extract::State,
    http::Method,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let visitor = Who::Visitor;
    let consent = "/api/v1/me/consent";
    let withdrawal = "/api/v1/me/consent/withdrawal";
    let (codes, one) = ("/api/v1/me/offline-codes", "/api/v1/me/offline-codes/{number}");
    vec![
        Route::api(Method::GET, "/api/v1/me/code", visitor, get(code)),
        Route::api(Method::GET, "/api/v1/me/looks", visitor, get(data::all_looks)),
        Route::api(Method::POST, "/api/v1/me/data", visitor, post(data::read)),
        Route::api(Method::POST, "/api/v1/me/data/sms-codes", visitor, post(data::send_code)),
        Route::api(Method::GET, "/api/v1/me/requests", visitor, get(requests::all)),
        Route::api(Method::POST, "/api/v1/me/requests", visitor, post(requests::create)),
        Route::api(Method::GET, "/api/v1/me/visits", visitor, get(visits::list)),
        Route::api(Method::GET, consent, visitor, get(self::consent::read)),
        Route::api(Method::POST, consent, visitor, post(self::consent::agree)),
        Route::api(Method::POST, withdrawal, visitor, post(self::consent::withdraw)),
        Route::api(Method::GET, codes, visitor, get(offline_codes::all)),
        Route::api(Method::POST, codes, visitor, post(offline_codes::create)),
        Route::api(Method::GET, one, visitor, get(offline_codes::one)),
        Route::api(Method::DELETE, one, visitor, delete(offline_codes::end)),
    ]
}

/// A code to show on a screen.
#[derive(Serialize, ToSchema)]
pub struct MyCode {
    /// The text of the QR code; 96 characters at most.
    text: String,
    /// When it ends, milliseconds since 1970 UTC. Ask for the next one some time before.
    ends_ms: i64,
}

/// A fresh code for whoever scans the caller at a door: it works once and for a minute.
#[utoipa::path(
    get, path = "/api/v1/me/code", tag = "visitors", security(("visitor" = [])),
    responses((status = 200, description = "the code", body = MyCode), SignedIn)
)]
pub async fn code(State(house): State<Arc<House>>, As(visitor): As<Visitor>) -> Response {
    match my_code::my_code(&house, &visitor) {
        Ok(code) => Json(MyCode { text: code.text, ends_ms: code.ends.0 }).into_response(),
        Err(failure) => answer::problem(failure),
    }
}
