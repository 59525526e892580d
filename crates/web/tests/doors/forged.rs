//! No form is taken that this house's own page did not send for this browser.

use crate::{
    browser::Browser,
    support::{FORM, ask, callers, filled, written},
};
use axum::{
    Router,
    http::{Method, StatusCode},
    routing::post,
};
use std::{collections::HashMap, sync::Arc};
use testkit::TestHouse;
use web::{
    SEAT_COOKIE,
    forms::Checked,
    front::Front,
    routes::{Kind, Route, Who, body_bytes_max, table},
};

/// How, with which headers, with which body.
type Try<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

fn forms() -> impl Iterator<Item = Route> {
    table().into_iter().filter(|route| matches!(route.kind, Kind::Form | Kind::Upload))
}

const FILE_FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=x");

/// A form of this kind with these guards: its header and its body.
fn form(kind: Kind, guards: &[&str]) -> ((&'static str, &'static str), String) {
    if kind == Kind::Form {
        let body: Vec<String> = guards.iter().map(|guard| format!("csrf={guard}")).collect();
        return (FORM, body.join("&"));
    }
    let part = |name: &str, text: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let guards: String = guards.iter().map(|guard| part("csrf", guard)).collect();
    (FILE_FORM, format!("{guards}{}--x--\r\n", part("file", "门\n东门")))
}

/// The browser of somebody who may send this form.
fn sender(all: &mut [(Option<Who>, Browser)], route: &Route) -> usize {
    let who = match route.who {
        Who::Anyone => None,
        Who::Staff => Some(Who::Auditor),
        other => Some(other),
    };
    all.iter().position(|(caller, _)| *caller == who).unwrap()
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_and_changes_nothing() {
    let t = TestHouse::new().await;
    let mut all = callers(&t).await;
    let strange = Browser::new(&t).await.guard;
    // Whatever looking writes down (the last time a session was used) is written before.
    for (_, browser) in &mut all {
        browser.get("/").await;
    }
    let before = written(&t);
    assert!(
        before.iter().any(|(path, bytes)| path.ends_with("registry.sqlite") && !bytes.is_empty())
    );
    let mut tried = 0;
    for route in forms() {
        let at = sender(&mut all, &route);
        let browser = &mut all[at].1;
        let path = filled(route.path);
        let guard = browser.guard.as_str();
        let (how, own) = form(route.kind, &[guard]);
        let (_, none) = form(route.kind, &[]);
        let (_, wrong) = form(route.kind, &[strange.as_str()]);
        let (_, twice) = form(route.kind, &[guard, guard]);
        let tries: [Try<'_>; 8] = [
            ("no guard", &[how], &none),
            ("another browser's guard", &[how], &wrong),
            ("two guards", &[how], &twice),
            ("from another site", &[how, ("sec-fetch-site", "cross-site")], &own),
            ("from a sister site", &[how, ("sec-fetch-site", "same-site")], &own),
            ("from another origin", &[how, ("origin", "https://elsewhere.example")], &own),
            ("from nowhere", &[how, ("origin", "null")], &own),
            ("from another port", &[how, ("origin", "http://127.0.0.1:9999")], &own),
        ];
        for (how, headers, body) in tries {
            let seen = browser.ask(&Method::POST, &path, headers, body.to_owned()).await;
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path} {how}");
            seen.says("页面已过期");
            tried += 1;
        }
        let bare = match route.kind {
            Kind::Upload => browser.post_file(&path, none).await,
            _ => browser.post_without_guard(&path).await,
        };
        assert_eq!(bare.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(tried >= 8 * 20, "{tried}");
    let changed: Vec<String> = written(&t)
        .into_iter()
        .zip(&before)
        .filter(|(now, before)| now != *before)
        .map(|((path, _), _)| path)
        .collect();
    assert_eq!(changed, Vec::<String>::new());
    // The comparison would have seen a change.
    let (_, duty) = all.iter_mut().find(|(who, _)| *who == Some(Who::Duty)).unwrap();
    assert_eq!(duty.post("/duty/heads", &[]).await.aim(), "/duty");
    assert_ne!(written(&t), before);
}

#[tokio::test]
async fn what_is_no_form_or_too_long_is_refused() {
    let t = TestHouse::new().await;
    let mut all = callers(&t).await;
    for route in forms() {
        let at = sender(&mut all, &route);
        let browser = &all[at].1;
        let path = filled(route.path);
        let ((_, how), own) = form(route.kind, &[browser.guard.as_str()]);
        let kinds = ["text/plain", "application/json", FORM.1, FILE_FORM.1];
        for kind in kinds.into_iter().filter(|kind| *kind != how) {
            let seen =
                browser.ask(&Method::POST, &path, &[("content-type", kind)], own.clone()).await;
            assert_eq!(seen.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {kind}");
        }
        let long = format!("{own}&name={}", "a".repeat(body_bytes_max(route.path)));
        // A file goes on until its end is found.
        let long = if route.kind == Kind::Form { long } else { long.replace("--x--", "") };
        let seen = browser.ask(&Method::POST, &path, &[("content-type", how)], long).await;
        assert_eq!(seen.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        seen.says("提交的内容太长");
    }
}

async fn taken(_: Checked<HashMap<String, String>>) -> &'static str {
    "taken"
}

#[tokio::test]
async fn an_empty_guard_is_nobodys() {
    let t = TestHouse::new().await;
    let routes = Router::new().route("/form", post(taken)).route("/api/v1/form", post(taken));
    let front = Front::around(routes, Arc::clone(&t.house));
    let seat = "a".repeat(32);
    let cookie = format!("{SEAT_COOKIE}={seat}");
    let own = [FORM, ("cookie", cookie.as_str())];
    let page = ask(&front, &Method::POST, "/form", &own, format!("csrf={seat}")).await;
    assert_eq!(page.text(), "taken");
    for guard in ["", "a", &seat] {
        let body = format!("csrf={guard}");
        for path in ["/form", "/api/v1/form"] {
            // No cookie: the empty one is nobody's.
            let seen = ask(&front, &Method::POST, path, &[FORM], body.clone()).await;
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path} {guard}");
        }
    }
}
