//! Is the process there, and can it serve?

use crate::answer;
use actions::House;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// `GET /healthz`: the process answers. Also the bare answer that load runs compare with.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the registry answers and visits are taken.
pub(super) async fn readyz(State(house): State<Arc<House>>) -> Response {
    match house.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(failure) => {
            tracing::error!(error = %failure, "not ready");
            let body = serde_json::json!({
                "type": "urn:venuecode:not-ready", "title": "Service Unavailable", "status": 503,
            });
            answer::problem_json(StatusCode::SERVICE_UNAVAILABLE, body)
        }
    }
}
