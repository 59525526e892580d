//! The API: what it records, how it refuses, and that its description names exactly what there is.

use crate::{
    client::{Client, Seen},
    visitor::known,
};
use axum::http::{Method, StatusCode};
use std::collections::BTreeSet;
use testkit::{TestHouse, id_number};
use utoipa::OpenApi;
use web::{
    api::openapi::Description,
    routes::{BODY_BYTES_MAX, Kind, table},
};

const CHECKINS: &str = "/api/v1/checkins";

#[track_caller]
fn problem(seen: &Seen, status: StatusCode, field: Option<&str>) {
    assert_eq!(seen.status, status, "{}", seen.text());
    assert_eq!(seen.header("content-type"), "application/problem+json");
    let body = seen.json();
    assert_eq!(body["status"], status.as_u16());
    assert!(body["type"].is_string() && body["title"].is_string(), "{body}");
    if let Some(field) = field {
        assert_eq!(body["errors"][0]["field"], field, "{body}");
        assert!(body["errors"][0]["detail"].is_string(), "{body}");
    }
}

#[tokio::test]
async fn an_entry_is_recorded_and_read_back() {
    let t = TestHouse::new().await;
    let (mut program, door) = known(&t).await;
    let body = format!("{{\"code\":\"{}\"}}", door.code);
    let seen = program.json(CHECKINS, &body, &[]).await;
    assert_eq!(seen.status, StatusCode::CREATED, "{}", seen.text());
    let made = seen.json();
    assert_eq!(made["verdict"], "pass");
    assert_eq!(made["health_status"], "green");
    assert_eq!(made["again"], false);
    let again = program.get(seen.header("location")).await;
    again.says(StatusCode::OK, &[]);
    assert_eq!(again.json()["id"], made["id"]);
    assert_eq!(program.json(CHECKINS, &body, &[]).await.json()["again"], true);
    seen.says_not("王小明");
}

#[tokio::test]
async fn a_bearer_token_is_as_good_as_a_cookie() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (_, token) = t.visitor().await;
    let body = format!("{{\"code\":\"{}\"}}", door.code);
    let mut program = Client::new(&t).await;
    let bearer = format!("Bearer {token}");
    let seen = program.json(CHECKINS, &body, &[("authorization", &bearer)]).await;
    assert_eq!(seen.status, StatusCode::CREATED, "{}", seen.text());

    let duty = format!("Bearer {}", t.duty(&door).await);
    let id = id_number(901);
    let scan = |name: &str| {
        format!("{{\"id_kind\":\"resident_id\",\"id_number\":\"{id}\",\"name\":\"{name}\"}}")
    };
    let path = "/api/v1/reverse-scans";
    let seen = program.json(path, &scan(""), &[("authorization", &duty)]).await;
    problem(&seen, StatusCode::UNPROCESSABLE_ENTITY, Some("name"));
    let seen = program.json(path, &scan("陈秀英"), &[("authorization", &duty)]).await;
    assert_eq!(seen.status, StatusCode::CREATED, "{}", seen.text());
    assert_eq!(seen.json()["masked_name"], "陈*英");
    let seen = program.json(path, &scan(""), &[("authorization", &bearer)]).await;
    problem(&seen, StatusCode::UNAUTHORIZED, None);
}

#[tokio::test]
async fn a_forged_session_is_nobody() {
    let t = TestHouse::new().await;
    let (client, door) = known(&t).await;
    let body = format!("{{\"code\":\"{}\"}}", door.code);
    let real = client.cookies["vc_visitor"].clone();
    let mut flipped = real.clone().into_bytes();
    flipped[20] = if flipped[20] == b'a' { b'b' } else { b'a' };
    let flipped = String::from_utf8(flipped).unwrap();
    let long = "a".repeat(4000);
    for forged in ["", "x", &flipped, &real[..real.len() - 1], &long, "%00", "Bearer", "../.."] {
        let mut program = Client::with(&t, "vc_visitor", forged).await;
        let seen = program.json(CHECKINS, &body, &[]).await;
        problem(&seen, StatusCode::UNAUTHORIZED, None);
        let bearer = format!("Bearer {forged}");
        let seen = program.json(CHECKINS, &body, &[("authorization", &bearer)]).await;
        problem(&seen, StatusCode::UNAUTHORIZED, None);
        program.get("/me").await.says(StatusCode::UNAUTHORIZED, &[]);
    }
}

#[tokio::test]
async fn each_bad_request_is_refused_by_name() {
    let t = TestHouse::new().await;
    let (mut program, _) = known(&t).await;
    for (body, status, field) in [
        ("", StatusCode::BAD_REQUEST, None),
        ("{\"code\":", StatusCode::BAD_REQUEST, None),
        ("{\"code\":\"a\"} x", StatusCode::BAD_REQUEST, None),
        ("{}", StatusCode::UNPROCESSABLE_ENTITY, Some("code")),
        ("{\"code\":7}", StatusCode::UNPROCESSABLE_ENTITY, Some("code")),
        ("{\"code\":null}", StatusCode::UNPROCESSABLE_ENTITY, Some("code")),
        ("{\"code\":\"short\"}", StatusCode::UNPROCESSABLE_ENTITY, Some("code")),
        ("{\"code\":\"aaaaaaaaaaaaaaaa\"}", StatusCode::NOT_FOUND, None),
    ] {
        let seen = program.json(CHECKINS, body, &[]).await;
        problem(&seen, status, field);
    }
    let long = format!("{{\"code\":\"{}\"}}", "a".repeat(BODY_BYTES_MAX));
    problem(&program.json(CHECKINS, &long, &[]).await, StatusCode::PAYLOAD_TOO_LARGE, None);
    let form = [("content-type", "text/plain")];
    let seen = program.read(Method::POST, CHECKINS, &form, "{}".to_owned()).await;
    problem(&seen, StatusCode::UNSUPPORTED_MEDIA_TYPE, None);
    let seen = program.json(CHECKINS, "{}", &[("sec-fetch-site", "cross-site")]).await;
    problem(&seen, StatusCode::FORBIDDEN, None);
    let seen = program.json(CHECKINS, "{}", &[("origin", "https://elsewhere.example")]).await;
    problem(&seen, StatusCode::FORBIDDEN, None);
    problem(&program.get("/api/v1/nothing").await, StatusCode::NOT_FOUND, None);
    problem(&program.get(CHECKINS).await, StatusCode::METHOD_NOT_ALLOWED, None);
    problem(&program.get("/api/v1/checkins/nothing").await, StatusCode::NOT_FOUND, None);
}

#[tokio::test]
async fn the_description_names_exactly_the_endpoints_there_are() {
    let described = Description::openapi().paths.paths;
    let described: BTreeSet<(String, &str)> = described
        .iter()
        .flat_map(|(path, item)| {
            [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("DELETE", &item.delete)]
                .into_iter()
                .filter(|(_, there)| there.is_some())
                .map(|(method, _)| (path.clone(), method))
        })
        .collect();
    let table = table();
    let there: BTreeSet<(String, &str)> = table
        .iter()
        .filter(|route| route.kind == Kind::Api && route.path.starts_with("/api/"))
        .map(|route| (route.path.to_owned(), route.method.as_str()))
        .collect();
    assert_eq!(described, there);
    let t = TestHouse::new().await;
    let seen = Client::new(&t).await.get("/openapi.json").await;
    assert_eq!(seen.json()["openapi"].as_str().unwrap().get(..3), Some("3.1"));
}

#[tokio::test]
async fn the_house_says_that_it_lives_and_that_it_can_serve() {
    let t = TestHouse::new().await;
    let mut probe = Client::new(&t).await;
    probe.get("/healthz").await.says(StatusCode::OK, &["ok"]);
    probe.get("/readyz").await.says(StatusCode::OK, &["ready"]);
    t.visits.close().await.unwrap();
    let seen = probe.get("/readyz").await;
    problem(&seen, StatusCode::SERVICE_UNAVAILABLE, None);
    probe.get("/healthz").await.says(StatusCode::OK, &["ok"]);
}
