//! No form is taken that this house's own page did not send for this browser.

use crate::{
    browser::Browser,
    support::{FORM, callers, filled, written},
};
use axum::http::{Method, StatusCode};
use testkit::TestHouse;
use web::routes::{Kind, Route, Who, table};

/// How, with which headers, with which body.
type Try<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

fn forms() -> impl Iterator<Item = Route> {
    table().into_iter().filter(|route| route.kind == Kind::Form)
}

/// The browser of somebody who may send this form.
fn sender(all: &mut [(Option<Who>, Browser)], route: &Route) -> usize {
    let who = (route.who != Who::Anyone).then_some(route.who);
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
        let (own, none) = (format!("csrf={}", browser.guard), String::new());
        let wrong = format!("csrf={strange}");
        let twice = format!("{own}&{own}");
        let tries: [Try<'_>; 8] = [
            ("no guard", &[FORM], &none),
            ("another browser's guard", &[FORM], &wrong),
            ("two guards", &[FORM], &twice),
            ("from another site", &[FORM, ("sec-fetch-site", "cross-site")], &own),
            ("from a sister site", &[FORM, ("sec-fetch-site", "same-site")], &own),
            ("from another origin", &[FORM, ("origin", "https://elsewhere.example")], &own),
            ("from nowhere", &[FORM, ("origin", "null")], &own),
            ("from another port", &[FORM, ("origin", "http://127.0.0.1:9999")], &own),
        ];
        for (how, headers, body) in tries {
            let seen = browser.ask(&Method::POST, &path, headers, body.to_owned()).await;
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path} {how}");
            seen.says("页面已过期");
            tried += 1;
        }
        assert_eq!(browser.post_without_guard(&path).await.status, StatusCode::FORBIDDEN, "{path}");
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
        let own = format!("csrf={}", browser.guard);
        for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
            let seen =
                browser.ask(&Method::POST, &path, &[("content-type", kind)], own.clone()).await;
            assert_eq!(seen.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {kind}");
        }
        let long = format!("{own}&name={}", "a".repeat(64 * 1024));
        let seen = browser.ask(&Method::POST, &path, &[FORM], long).await;
        assert_eq!(seen.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        seen.says("提交的内容太长");
    }
}
