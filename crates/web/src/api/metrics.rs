//! Figures for Prometheus: for this machine itself, or for whoever has the token, as configured.

use crate::address::Peer;
use actions::{House, house::MetricsAccess};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// `GET /metrics`; not there for anybody else.
pub(super) async fn metrics(
    State(house): State<Arc<House>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    let allowed = match &house.settings.metrics {
        MetricsAccess::Off => false,
        // A request that a proxy on this machine passes on is somebody else's.
        MetricsAccess::Loopback => {
            let here = peer.is_some_and(|Extension(Peer(peer))| peer.to_canonical().is_loopback());
            here && !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded")
        }
        MetricsAccess::Token(token) => house.same_secret(token, bearer),
    };
    if !allowed {
        return StatusCode::NOT_FOUND.into_response();
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, house.figures()).into_response()
}
