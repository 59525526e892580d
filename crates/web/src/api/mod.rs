//! Doors for programs: the versioned API, its description, and health checks.

mod health;
pub mod json;
mod metrics;
pub mod openapi;
pub mod v1;

use crate::{
    routes::{Route, Who},
    seat,
};
use axum::{
    http::{Method, request::Parts},
    routing::get,
};

/// Whether another site's page has a browser ask the API for more than to read: a cookie must not
/// work for it. A program sends a token and no origin.
pub(crate) fn is_forged(parts: &Parts) -> bool {
    !parts.method.is_safe()
        && parts.uri.path().starts_with("/api/")
        && seat::is_cross_site(&parts.headers)
}

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::api(Method::GET, "/healthz", Who::Anyone, get(health::healthz)),
        Route::api(Method::GET, "/readyz", Who::Anyone, get(health::readyz)),
        Route::api(Method::GET, "/metrics", Who::Anyone, get(metrics::metrics)),
        Route::api(Method::GET, "/openapi.json", Who::Anyone, get(openapi::document)),
    ];
    all.extend(v1::routes());
    all
}
