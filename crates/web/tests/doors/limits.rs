//! Limits of one address, one person and one door: calm words, when to come again, nobody else hurt.

use crate::{browser::Browser, support::known_visitor};
use actions::limits::{LimitSettings, Limits, PerMinute};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
    response::Response,
};
use domain::networks::Network;
use std::{net::IpAddr, sync::Arc};
use testkit::TestHouse;
use web::{address::Peer, front::Front};

const NONE: LimitSettings =
    LimitSettings { address: PerMinute(0), person: PerMinute(0), checkpoint: PerMinute(0) };

async fn house(settings: LimitSettings, proxies: &[&str]) -> TestHouse {
    let mut t = TestHouse::new().await;
    let house = Arc::get_mut(&mut t.house).unwrap();
    house.limits = Limits::new(settings);
    house.settings.trusted_proxies =
        proxies.iter().map(|text| Network::parse(text).unwrap()).collect();
    t
}

async fn ask(router: &Front, path: &str, peer: &str, forwarded: &[&str]) -> Response {
    let mut request = Request::get(path);
    for value in forwarded {
        request = request.header("x-forwarded-for", *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer(peer.parse::<IpAddr>().unwrap()));
    router.answer(request).await
}

async fn status(router: &Front, path: &str, peer: &str, forwarded: &[&str]) -> u16 {
    ask(router, path, peer, forwarded).await.status().as_u16()
}

#[tokio::test]
async fn an_address_that_asks_too_much_is_told_when_to_come_again_and_others_are_answered() {
    let t = house(LimitSettings { address: PerMinute(3), ..NONE }, &[]).await;
    let router = Front::new(t.house.clone());
    for _ in 0..3 {
        assert_eq!(status(&router, "/", "203.0.113.7", &[]).await, 200);
    }
    let page = ask(&router, "/c/abcdefghijklmnop", "203.0.113.7", &[]).await;
    assert_eq!(page.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.headers()[header::RETRY_AFTER], "20");
    assert!(page.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    let api = ask(&router, "/api/v1/checkins/1-1", "203.0.113.7", &[]).await;
    assert_eq!(api.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(api.headers()[header::CONTENT_TYPE], "application/problem+json");
    for open in ["/healthz", "/assets/icon.svg", "/duty/enrol/x"] {
        assert_ne!(status(&router, open, "203.0.113.7", &[]).await, 429, "{open}");
    }
    assert_eq!(status(&router, "/", "203.0.113.8", &[]).await, 200);
    t.clock.advance_ms(20_000);
    assert_eq!(status(&router, "/", "203.0.113.7", &[]).await, 200);
}

#[tokio::test]
async fn a_subscriber_of_ipv6_has_one_bucket_and_this_machine_none() {
    let t = house(LimitSettings { address: PerMinute(1), ..NONE }, &[]).await;
    let router = Front::new(t.house.clone());
    assert_eq!(status(&router, "/", "2001:db8::1", &[]).await, 200);
    assert_eq!(status(&router, "/", "2001:db8::2", &[]).await, 429);
    for _ in 0..3 {
        assert_eq!(status(&router, "/", "127.0.0.1", &["198.51.100.1"]).await, 200);
    }
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_and_what_a_client_claims_is_not() {
    let t = house(LimitSettings { address: PerMinute(1), ..NONE }, &["10.0.0.0/8"]).await;
    let router = Front::new(t.house.clone());
    let by_proxy = async |forwarded: &[&str]| status(&router, "/", "10.0.0.1", forwarded).await;
    assert_eq!(by_proxy(&["203.0.113.1"]).await, 200);
    assert_eq!(by_proxy(&["203.0.113.2, 10.9.9.9"]).await, 200, "through two proxies");
    // The client may write into the head of the list; the proxy adds at its end.
    assert_eq!(by_proxy(&["8.8.8.8, 203.0.113.1"]).await, 429);
    assert_eq!(by_proxy(&["8.8.8.8", "203.0.113.2"]).await, 429, "in two headers");
    for _ in 0..3 {
        assert_eq!(by_proxy(&[]).await, 200, "the proxy's own checks");
    }
    assert_eq!(status(&router, "/", "203.0.113.9", &["198.51.100.1"]).await, 200);
    assert_eq!(status(&router, "/", "203.0.113.9", &["198.51.100.2"]).await, 429, "no proxy");
}

#[tokio::test]
async fn a_person_who_scans_too_often_waits_on_a_calm_page_and_the_next_one_enters() {
    let t = house(LimitSettings { person: PerMinute(2), ..NONE }, &[]).await;
    let door = t.door().await;
    let path = format!("/c/{}", door.code);
    let (mut hasty, mut next) = (known(&t).await, known(&t).await);
    for _ in 0..2 {
        hasty.post(&path, &[]).await.aim();
    }
    let seen = hasty.post(&path, &[]).await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(seen.header(header::RETRY_AFTER), "30");
    seen.says("扫码太频繁，请稍等片刻，页面会自动再试");
    seen.says("data-wait=\"30\"");
    next.post(&path, &[]).await.aim();
    t.clock.advance_ms(30_000);
    hasty.post(&path, &[]).await.aim();
}

#[tokio::test]
async fn a_flooded_door_slows_no_other() {
    let t = house(LimitSettings { checkpoint: PerMinute(2), ..NONE }, &[]).await;
    let (hot, calm) = (t.door().await, t.door().await);
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(known(&t).await);
    }
    let mut answers = Vec::new();
    for somebody in &mut people {
        answers.push(somebody.post(&format!("/c/{}", hot.code), &[]).await.status);
    }
    let (sent_on, refused) = (StatusCode::SEE_OTHER, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answers, [sent_on, sent_on, refused]);
    people[2].post(&format!("/c/{}", calm.code), &[]).await.aim();
}

async fn known(t: &TestHouse) -> Browser {
    known_visitor(t).await
}
