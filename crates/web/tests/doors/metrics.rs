//! Figures for Prometheus: for whom they are meant, and nobody in them.

use crate::support::known_visitor;
use actions::house::MetricsAccess;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt;
use std::{net::IpAddr, sync::Arc};
use testkit::TestHouse;
use web::{address::Peer, front::Front};

async fn house(access: MetricsAccess) -> TestHouse {
    let mut t = TestHouse::new().await;
    Arc::get_mut(&mut t.house).unwrap().settings.metrics = access;
    t
}

async fn ask(t: &TestHouse, peer: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let mut request = Request::get("/metrics");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer(peer.parse::<IpAddr>().unwrap()));
    let response = Front::new(t.house.clone()).answer(request).await;
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn status(t: &TestHouse, peer: &str, headers: &[(&str, &str)]) -> u16 {
    ask(t, peer, headers).await.0.as_u16()
}

#[tokio::test]
async fn figures_are_for_whom_they_are_configured_and_not_there_for_anybody_else() {
    let off = house(MetricsAccess::Off).await;
    assert_eq!(status(&off, "127.0.0.1", &[]).await, 404);
    let here = house(MetricsAccess::Loopback).await;
    assert_eq!(status(&here, "127.0.0.1", &[]).await, 200);
    assert_eq!(status(&here, "::1", &[]).await, 200);
    assert_eq!(status(&here, "203.0.113.7", &[]).await, 404);
    let passed_on = [("x-forwarded-for", "203.0.113.7")];
    assert_eq!(status(&here, "127.0.0.1", &passed_on).await, 404, "by a proxy on this machine");
    let token = house(MetricsAccess::Token("a-token-of-16-or-more".to_owned())).await;
    let with = |token: &'static str| [("authorization", token)];
    assert_eq!(status(&token, "203.0.113.7", &with("Bearer a-token-of-16-or-more")).await, 200);
    for wrong in ["Bearer a-token-of-16-or-mor", "Bearer ", "a-token-of-16-or-more"] {
        assert_eq!(status(&token, "127.0.0.1", &with(wrong)).await, 404, "{wrong}");
    }
}

#[tokio::test]
async fn scans_are_counted_by_verdict_and_nobody_can_be_read_out_of_it() {
    let t = house(MetricsAccess::Loopback).await;
    let door = t.door().await;
    let mut phone = known_visitor(&t).await;
    let path = format!("/c/{}", door.code);
    phone.post(&path, &[]).await.aim();
    phone.post(&path, &[]).await.aim();
    t.set_standing(&door.code, domain::venue_codes::Standing::Suspended).await;
    let (_, text) = ask(&t, "127.0.0.1", &[]).await;
    assert!(text.contains("venuecode_scans_total{verdict=\"pass\"} 2\n"), "{text}");
    assert!(text.contains("venuecode_scans_again_total 1\n"), "{text}");
    for told in [door.code.as_str(), "王", "阜阳", "三清路"] {
        assert!(!text.contains(told), "{told}");
    }
}
