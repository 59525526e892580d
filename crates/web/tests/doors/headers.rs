//! Whatever is answered stays where it belongs.

use crate::{
    browser::Seen,
    support::{ask, callers, filled, router},
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    routing::get,
};
use std::{collections::HashSet, sync::Arc};
use testkit::TestHouse;
use web::{
    front::Front,
    routes::{Kind, Who, table},
};

const POLICY: [&str; 8] = [
    "default-src 'none'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "media-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
];

/// What is no page loads and runs nothing.
const NO_PAGE: &str =
    "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

fn is_for_programs(at: &str) -> bool {
    let path = at.split(' ').nth(1).unwrap_or_default();
    let programs = ["/api/", "/assets/", "/healthz", "/readyz", "/metrics", "/openapi.json"];
    programs.iter().any(|program| path.starts_with(program))
}

/// Checks the headers; the nonce of this answer, which only a page has.
fn nonce(headers: &HeaderMap, at: &str) -> Option<String> {
    let text = |name: &str| headers.get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
    let policy = text("content-security-policy");
    let nonce = if is_for_programs(at) {
        assert_eq!(policy, NO_PAGE, "{at}");
        None
    } else {
        let parts: Vec<&str> = policy.split("; ").collect();
        for part in POLICY {
            assert!(parts.contains(&part), "{at}: {policy}");
        }
        let nonce = policy.split("style-src 'self' 'nonce-").nth(1).expect(at).split('\'').next();
        let nonce = nonce.unwrap().to_owned();
        assert!(nonce.len() >= 22, "{at}: {nonce}");
        assert!(parts.contains(&&*format!("script-src 'self' 'nonce-{nonce}'")), "{at}: {policy}");
        assert_eq!(parts.len(), POLICY.len() + 2, "{at}: {policy}");
        Some(nonce)
    };
    assert_eq!(text("x-content-type-options"), "nosniff", "{at}");
    assert_eq!(text("referrer-policy"), "same-origin", "{at}");
    assert!(text("permissions-policy").contains("camera=(self)"), "{at}");
    let kept = text("cache-control");
    let asset = at.contains("/assets/") && kept.contains("immutable");
    // Server-sent events say no-cache: they cannot be kept either.
    assert!(asset || matches!(&*kept, "no-store" | "no-cache"), "{at}: {kept}");
    nonce
}

/// Checks what stands in a page.
fn is_guarded(seen: &Seen, at: &str) -> Option<String> {
    let nonce = nonce(&seen.headers, at);
    if !seen.kind().starts_with("text/html") {
        return nonce;
    }
    let own = format!("nonce=\"{}\"", nonce.as_ref().expect(at));
    let html = seen.text();
    for tag in ["<style", "<script"] {
        for rest in html.split(tag).skip(1) {
            let inside = rest.split('>').next().unwrap();
            assert!(
                inside.contains(&own) || inside.contains("src=\"/assets/"),
                "{at}: {tag}{inside}>"
            );
        }
    }
    for (at_char, _) in html.match_indices('<') {
        let tag = html[at_char..].split('>').next().unwrap();
        assert!(!tag.contains(" style=") && !tag.contains(" on"), "{at}: {tag}>");
        for link in ["src=\"", "href=\"", "action=\""].iter().flat_map(|a| tag.split(a).skip(1)) {
            let own = link.starts_with('/') && !link.starts_with("//");
            let inner =
                link.starts_with('#') || link.starts_with("data:,") || link.starts_with('?');
            assert!(own || inner, "{at}: {tag}>");
        }
    }
    nonce
}

#[tokio::test]
async fn every_answer_of_every_address_is_guarded() {
    let t = TestHouse::new().await;
    let mut callers = callers(&t).await;
    let mut routes = table();
    routes.sort_by_key(|route| route.path.ends_with("out"));
    let mut nonces = HashSet::new();
    let (mut answers, mut pages) = (0, 0);
    for route in routes.iter().filter(|route| route.kind != Kind::Live) {
        let path = filled(route.path);
        let own = callers.iter().position(|(who, _)| *who == Some(route.who)).unwrap_or(0);
        for caller in HashSet::from([0, own]) {
            let browser = &mut callers[caller].1;
            let seen = match route.method {
                Method::GET => browser.get(&path).await,
                _ => browser.post(&path, &[]).await,
            };
            let nonce = is_guarded(&seen, &format!("{} {path}", route.method));
            pages += usize::from(nonce.is_some());
            nonces.extend(nonce);
            answers += 1;
        }
    }
    assert!(answers > 80, "{answers}");
    assert!(pages > 60, "{pages}");
    assert_eq!(nonces.len(), pages, "a nonce came twice");
}

#[tokio::test]
async fn a_live_stream_is_guarded() {
    let t = TestHouse::new().await;
    let callers = callers(&t).await;
    let duty = callers.iter().find(|(who, _)| *who == Some(Who::Duty)).unwrap();
    let cookie = [("cookie", &*duty.1.cookie())];
    let answer = crate::support::answer(&duty.1.router, &Method::GET, "/duty/events", &cookie, "");
    let answer = answer.await;
    assert_eq!(answer.status(), StatusCode::OK);
    nonce(answer.headers(), "GET /duty/events");
}

#[tokio::test]
async fn what_no_address_takes_is_said_in_words_and_guarded() {
    let t = TestHouse::new().await;
    let router = router(&t);
    for (method, path, status) in [
        (Method::GET, "/nowhere", StatusCode::NOT_FOUND),
        (Method::GET, "/c", StatusCode::NOT_FOUND),
        (Method::DELETE, "/login", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/c/%FF", StatusCode::BAD_REQUEST),
    ] {
        let at = format!("{method} {path}");
        let seen = ask(&router, &method, path, &[], "").await;
        assert_eq!(seen.status, status, "{at}");
        assert!(seen.kind().starts_with("text/html"), "{at}: {}", seen.kind());
        is_guarded(&seen, &at);
    }
    for (method, path, status) in [
        (Method::GET, "/api/v1/nowhere", StatusCode::NOT_FOUND),
        (Method::PUT, "/api/v1/checkins", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/assets/nothing.css", StatusCode::NOT_FOUND),
        (Method::POST, "/healthz", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let at = format!("{method} {path}");
        let seen = ask(&router, &method, path, &[], "").await;
        assert_eq!((seen.status, seen.kind()), (status, "application/problem+json"), "{at}");
        assert_eq!(seen.json()["status"], status.as_u16(), "{at}");
        is_guarded(&seen, &at);
    }
    let refused = ask(&router, &Method::DELETE, "/login", &[], "").await;
    let mut methods: Vec<&str> = refused.header(header::ALLOW).split(',').collect();
    methods.sort_unstable();
    assert_eq!(methods, ["GET", "HEAD", "POST"]);
}

async fn breaks(State(_): State<Arc<actions::House>>) -> &'static str {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_is_a_calm_page_and_the_house_goes_on() {
    let t = TestHouse::new().await;
    let routes = Router::new()
        .route("/breaks", get(breaks))
        .route("/api/v1/breaks", get(breaks))
        .route("/works", get(async || "works"));
    let router = Front::around(routes, Arc::clone(&t.house));
    let page = ask(&router, &Method::GET, "/breaks", &[], "").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    page.says("<h1>系统出错了</h1>");
    page.says_not("on purpose");
    is_guarded(&page, "GET /breaks");
    let english = [("accept-language", "en")];
    let page = ask(&router, &Method::GET, "/breaks", &english, "").await;
    page.says("Something broke on our side");
    let api = ask(&router, &Method::GET, "/api/v1/breaks", &[], "").await;
    assert_eq!(api.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(api.json()["status"], 500);
    is_guarded(&api, "GET /api/v1/breaks");
    assert_eq!(ask(&router, &Method::GET, "/works", &[], "").await.text(), "works");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_told_to_come_again() {
    let t = TestHouse::new().await;
    let never = || std::future::pending::<&'static str>();
    let routes = Router::new().route("/slow", get(never)).route("/api/v1/slow", get(never));
    let router = Front::around(routes, Arc::clone(&t.house));
    tokio::time::pause();
    let page = ask(&router, &Method::GET, "/slow", &[], "").await;
    assert_eq!(
        (page.status, page.header(header::RETRY_AFTER)),
        (StatusCode::SERVICE_UNAVAILABLE, "1")
    );
    page.says("<h1>现在人多</h1>");
    is_guarded(&page, "GET /slow");
    let api = ask(&router, &Method::GET, "/api/v1/slow", &[], "").await;
    assert_eq!((api.json()["status"].as_u64(), api.header(header::RETRY_AFTER)), (Some(503), "1"));
}

#[tokio::test]
async fn what_is_broken_inside_is_a_calm_page_with_a_number() {
    let t = TestHouse::new().await;
    let router = router(&t);
    t.registry.close().await;
    let path = format!("/duty/enrol/{}", "a".repeat(32));
    let page = ask(&router, &Method::GET, &path, &[], "").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    page.says("需要帮助时请报编号：");
    page.says_not("sql");
    page.says_not("pool");
    is_guarded(&page, "a broken registry");
}
