//! Is the process there, and can it serve?

use crate::support::{ask, router};
use axum::http::{Method, StatusCode};
use testkit::TestHouse;

#[tokio::test]
async fn a_house_without_its_registry_lives_and_is_not_ready() {
    let t = TestHouse::new().await;
    let router = router(&t);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(ask(&router, &Method::GET, path, &[], "").await.status, StatusCode::OK);
    }
    t.registry.close().await;
    let ready = ask(&router, &Method::GET, "/readyz", &[], "").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.kind(), "application/problem+json");
    assert_eq!(ask(&router, &Method::GET, "/healthz", &[], "").await.status, StatusCode::OK);
}
