//! The API's refusals, each as its description says, and sessions that are not the caller's.

use crate::{
    browser::Seen,
    support::{ask, router, signed_up},
};
use actions::{
    limits::{LimitSettings, Limits, PerMinute},
    people::session::issue,
};
use axum::http::{Method, StatusCode, header};
use domain::{people::PersonNumber, time::DAY_MS, venue_codes::Standing};
use std::{collections::BTreeSet, sync::Arc};
use testkit::{Door, TestHouse, id_number};
use vault::Vault;
use visits::embedded::Options;
use web::{front::Front, routes::BODY_BYTES_MAX};

const CHECKINS: &str = "/api/v1/checkins";
const SCANS: &str = "/api/v1/reverse-scans";

/// A program with a token of each kind.
struct Program {
    router: Front,
    visitor: String,
    duty: String,
    door: Door,
}

impl Program {
    async fn new(t: &TestHouse) -> Self {
        let door = t.door().await;
        let visitor = format!("Bearer {}", signed_up(t, &t.person_form()).await);
        let duty = format!("Bearer {}", t.duty(&door).await);
        Self { router: router(t), visitor, duty, door }
    }

    async fn post(&self, path: &str, token: &str, body: &str) -> Seen {
        self.post_with(path, &[("authorization", token)], body).await
    }

    async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Seen {
        let json = [("content-type", "application/json")];
        ask(&self.router, &Method::POST, path, &[&json, headers].concat(), body.to_owned()).await
    }

    async fn get(&self, path: &str, token: &str) -> Seen {
        ask(&self.router, &Method::GET, path, &[("authorization", token)], "").await
    }

    fn entry(&self) -> String {
        serde_json::json!({ "code": self.door.code }).to_string()
    }
}

fn scan(id: &str, name: &str) -> String {
    serde_json::json!({ "id_kind": "resident_id", "id_number": id, "name": name }).to_string()
}

/// Checks that a refusal is problem+json; its status.
#[track_caller]
fn refusal(seen: &Seen) -> u16 {
    let status = seen.status.as_u16();
    assert!(status >= 400, "{status}: {}", seen.text());
    assert_eq!(seen.kind(), "application/problem+json", "{}", seen.text());
    let problem = seen.json();
    assert_eq!(problem["status"], status, "{problem}");
    for part in ["type", "title", "detail"] {
        assert!(problem[part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {problem}");
    }
    if status == 422 {
        let errors = problem["errors"].as_array().unwrap();
        assert!(errors.iter().all(|e| e["field"].is_string() && e["detail"].is_string()));
        assert!(!errors.is_empty(), "{problem}");
    }
    if status == 503 {
        assert_eq!(seen.header(header::RETRY_AFTER), "1");
    }
    status
}

#[tokio::test]
async fn a_token_of_another_kind_or_house_or_year_is_nobodys() {
    let t = TestHouse::new().await;
    let program = Program::new(&t).await;
    let entry = program.entry();
    // The same person at the same second, signed with another house's key.
    let other_house = Vault::from_master_key([9; 32]);
    let token = issue(&other_house, &t.mirror.keys(), PersonNumber(1), 0, t.now());
    let foreign = format!("Bearer {token}");
    for token in [&program.duty, &foreign, &program.visitor.replace("Bearer", "bearer,")] {
        assert_eq!(refusal(&program.post(CHECKINS, token, &entry).await), 401, "{token}");
    }
    assert_eq!(refusal(&program.post(SCANS, &program.visitor, &entry).await), 401);
    // A bad token is not forgiven for a good cookie.
    let cookie = program.visitor.replace("Bearer ", "vc_visitor=");
    let both = [("authorization", "Bearer x"), ("cookie", cookie.as_str())];
    assert_eq!(refusal(&program.post_with(CHECKINS, &both, &entry).await), 401);
    let good = program.post(CHECKINS, &program.visitor, &entry).await;
    assert_eq!(good.status, StatusCode::CREATED, "{}", good.text());
    t.clock.advance_ms(366 * DAY_MS);
    assert_eq!(refusal(&program.post(CHECKINS, &program.visitor, &entry).await), 401);
}

#[tokio::test]
async fn anothers_entry_is_not_found() {
    let t = TestHouse::new().await;
    let program = Program::new(&t).await;
    let made = program.post(CHECKINS, &program.visitor, &program.entry()).await;
    let place = made.header(header::LOCATION);
    assert_eq!(place, format!("{CHECKINS}/{}", made.json()["id"].as_str().unwrap()));
    let other = format!("Bearer {}", signed_up(&t, &t.person_form()).await);
    assert_eq!(refusal(&program.get(place, &other).await), 404);
    assert_eq!(program.get(place, &program.visitor).await.status, StatusCode::OK);
}

/// Statuses of refusals that the description promises for an operation.
async fn promised(program: &Program, path: &str, method: &str) -> BTreeSet<u16> {
    let document = program.get("/openapi.json", "").await.json();
    let responses = document["paths"][path][method]["responses"].as_object().unwrap();
    let statuses = responses.keys().map(|status| status.parse().unwrap());
    statuses.filter(|status| *status >= 400).collect()
}

/// What every endpoint with a JSON body refuses.
async fn bad_bodies(program: &Program, path: &str, token: &str) -> BTreeSet<u16> {
    let long = format!("{{\"code\":\"{}\"}}", "a".repeat(BODY_BYTES_MAX));
    let cross = [("authorization", token), ("sec-fetch-site", "cross-site")];
    let text = [("authorization", token), ("content-type", "text/plain")];
    let other = ask(&program.router, &Method::POST, path, &text, "{}");
    BTreeSet::from([
        refusal(&program.post(path, token, "{").await),
        refusal(&program.post(path, "Bearer x", "{}").await),
        refusal(&program.post_with(path, &cross, "{}").await),
        refusal(&other.await),
        refusal(&program.post(path, token, &long).await),
        refusal(&program.post(path, token, "{\"code\":1,\"person\":\"x\"}").await),
    ])
}

#[tokio::test]
async fn check_ins_refuse_exactly_as_described() {
    let full = Options { head_visits_max: 1, ..Options::default() };
    let mut t = TestHouse::with_visits(full).await;
    let person = PerMinute(2);
    let limits = LimitSettings { person, address: PerMinute(0), checkpoint: PerMinute(0) };
    Arc::get_mut(&mut t.house).unwrap().limits = Limits::new(limits);
    let program = Program::new(&t).await;
    let (token, entry) = (&program.visitor, program.entry());
    let mut came = bad_bodies(&program, CHECKINS, token).await;
    came.insert(refusal(&program.post(CHECKINS, token, "{\"code\":\"aaaaaaaaaaaaaaaa\"}").await));
    let id = program.post(CHECKINS, token, &entry).await.json()["id"].as_str().unwrap().to_owned();
    t.clock.advance_ms(61_000);
    came.insert(refusal(&program.post(CHECKINS, token, &entry).await));
    t.set_standing(&program.door.code, Standing::Suspended).await;
    came.insert(refusal(&program.post(CHECKINS, token, &entry).await));
    t.set_standing(&program.door.code, Standing::Current).await;
    for _ in 0..2 {
        came.insert(refusal(&program.post(CHECKINS, token, &entry).await));
    }
    assert_eq!(came, promised(&program, CHECKINS, "post").await);

    let one = "/api/v1/checkins/{id}";
    let came = BTreeSet::from([
        refusal(&program.get(&format!("{CHECKINS}/{id}"), "Bearer x").await),
        refusal(&program.get(&format!("{CHECKINS}/1-1"), token).await),
    ]);
    assert_eq!(came, promised(&program, one, "get").await);
}

#[tokio::test]
async fn reverse_scans_refuse_exactly_as_described() {
    let full = Options { head_visits_max: 1, ..Options::default() };
    let t = TestHouse::with_visits(full).await;
    let program = Program::new(&t).await;
    let (token, entry) = (&program.duty, scan(&id_number(901), "陈秀英"));
    let mut came = bad_bodies(&program, SCANS, token).await;
    let made = program.post(SCANS, token, &entry).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    t.clock.advance_ms(61_000);
    came.insert(refusal(&program.post(SCANS, token, &entry).await));
    t.set_standing(&program.door.code, Standing::Closed).await;
    came.insert(refusal(&program.post(SCANS, token, &entry).await));
    assert_eq!(came, promised(&program, SCANS, "post").await);
}

#[tokio::test]
async fn a_code_on_a_screen_is_asked_for_and_scanned_once() {
    let t = TestHouse::new().await;
    let program = Program::new(&t).await;
    assert_eq!(refusal(&program.get("/api/v1/me/code", "Bearer x").await), 401);
    assert_eq!(promised(&program, "/api/v1/me/code", "get").await, BTreeSet::from([401]));
    let code = program.get("/api/v1/me/code", &program.visitor).await.json();
    assert_eq!(code["ends_ms"], t.now().0 + 60_000);
    let held_out = serde_json::json!({ "code": code["text"] }).to_string();
    let made = program.post(SCANS, &program.duty, &held_out).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let again = program.post(SCANS, &program.duty, &held_out).await;
    assert_eq!(refusal(&again), 422);
    assert_eq!(again.json()["errors"][0]["field"], "code");
}

#[tokio::test]
async fn offline_codes_are_made_listed_and_revoked_and_refused_as_described() {
    let t = TestHouse::new().await;
    let program = Program::new(&t).await;
    let (all, token) = ("/api/v1/me/offline-codes", &program.visitor);
    let made = program.post(all, token, "{}").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let place = made.header(header::LOCATION).to_owned();
    let text = made.json()["text"].as_str().unwrap().to_owned();
    let held_out = serde_json::json!({ "code": text }).to_string();
    assert_eq!(program.post(SCANS, &program.duty, &held_out).await.status, StatusCode::CREATED);
    let listed = program.get(all, token).await.json();
    assert_eq!(
        (&listed["codes"][0]["in_force"], &listed["bearers"][0]["myself"]),
        (&true.into(), &true.into())
    );
    let one = "/api/v1/me/offline-codes/{number}";
    let mut came = bad_bodies(&program, all, token).await;
    let person = listed["bearers"][0]["person"].as_u64().unwrap() + 1;
    let other = serde_json::json!({ "person": person }).to_string();
    came.insert(refusal(&program.post(all, token, &other).await));
    for _ in 0..4 {
        program.post(all, token, "{}").await;
    }
    came.insert(refusal(&program.post(all, token, "{}").await));
    assert_eq!(came, promised(&program, all, "post").await);
    assert_eq!(refusal(&program.get(all, "Bearer x").await), 401);
    let none = format!("{all}/0000-0000-0000-0001");
    let came = [
        refusal(&program.get(&place, "Bearer x").await),
        refusal(&program.get(&none, token).await),
    ];
    assert_eq!(BTreeSet::from(came), promised(&program, one, "get").await);
    let end = async |path: &str, headers: &[(&str, &str)]| {
        ask(&program.router, &Method::DELETE, path, headers, "").await
    };
    let own = [("authorization", token.as_str())];
    assert_eq!(end(&place, &own).await.status, StatusCode::NO_CONTENT);
    let came = [
        refusal(&end(&place, &[("authorization", "Bearer x")]).await),
        refusal(&end(&place, &[own[0], ("sec-fetch-site", "cross-site")]).await),
        refusal(&end(&none, &own).await),
        refusal(&end(&place, &own).await),
    ];
    assert_eq!(BTreeSet::from(came), promised(&program, one, "delete").await);
}

#[tokio::test]
async fn entries_and_consent_are_read_by_their_person_and_refused_as_described() {
    let t = TestHouse::new().await;
    let program = Program::new(&t).await;
    let (visits, consent, token) = ("/api/v1/me/visits", "/api/v1/me/consent", &program.visitor);
    program.post(CHECKINS, token, &program.entry()).await;
    let seen = program.get(visits, token).await.json();
    assert_eq!((&seen["total"], &seen["visits"][0]["method"]), (&1.into(), &"browser".into()));
    let came = BTreeSet::from([
        refusal(&program.get(visits, "Bearer x").await),
        refusal(&program.get(&format!("{visits}?nonsense=1"), token).await),
        refusal(&program.get(&format!("{visits}?page=x"), token).await),
    ]);
    assert_eq!(came, promised(&program, visits, "get").await);

    let seen = program.get(consent, token).await.json();
    assert_eq!((&seen["version"], &seen["asks"]), (&seen["current"], &false.into()));
    assert_eq!(refusal(&program.get(consent, "Bearer x").await), 401);
    let mut came = bad_bodies(&program, consent, token).await;
    came.insert(refusal(&program.post(consent, token, "{\"version\":1}").await));
    assert_eq!(came, promised(&program, consent, "post").await);
    let current = format!("{{\"version\":{}}}", seen["current"]);
    let agreed = program.post(consent, token, &current).await;
    assert_eq!(agreed.status, StatusCode::NO_CONTENT);
    let end = "/api/v1/me/consent/withdrawal";
    let mut came = bad_bodies(&program, end, token).await;
    came.insert(refusal(&program.post(end, token, "{\"sure\":false}").await));
    assert_eq!(came, promised(&program, end, "post").await);
    let gone = program.post(end, token, "{\"sure\":true}").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(refusal(&program.get(consent, token).await), 401, "the session has ended with it");
}

#[tokio::test]
async fn ones_data_looks_and_requests_are_told_and_refused_as_described() {
    let t = TestHouse::new().await;
    let program = Program::new(&t).await;
    let token = &program.visitor;
    let (data, codes) = ("/api/v1/me/data", "/api/v1/me/data/sms-codes");
    let (looks, requests) = ("/api/v1/me/looks", "/api/v1/me/requests");
    for path in [looks, requests] {
        assert_eq!(refusal(&program.get(path, "Bearer x").await), 401);
        assert_eq!(program.get(path, token).await.status, StatusCode::OK);
        assert_eq!(promised(&program, path, "get").await, BTreeSet::from([401]));
    }
    let erasure = "{\"kind\":\"erasure\"}";
    assert_eq!(program.post(requests, token, erasure).await.status, StatusCode::CREATED);
    let mut came = bad_bodies(&program, requests, token).await;
    came.insert(refusal(&program.post(requests, token, erasure).await));
    assert_eq!(came, promised(&program, requests, "post").await);
    let listed = program.get(requests, token).await.json();
    assert_eq!(listed["requests"][0]["state"], "open");

    t.clock.advance_ms(61_000);
    let cross = [("authorization", token.as_str()), ("sec-fetch-site", "cross-site")];
    let sent = program.post(codes, token, "").await;
    assert_eq!(sent.status, StatusCode::NO_CONTENT, "{}", sent.text());
    let came = [
        refusal(&program.post(codes, "Bearer x", "").await),
        refusal(&program.post_with(codes, &cross, "").await),
        refusal(&program.post(codes, token, "").await),
    ];
    assert_eq!(BTreeSet::from(came), promised(&program, codes, "post").await);
    let came = bad_bodies(&program, data, token).await;
    let by_state = BTreeSet::from([409, 503]);
    let wanted = promised(&program, data, "post").await;
    assert!(came.is_subset(&wanted) && wanted.difference(&came).all(|s| by_state.contains(s)));
}

#[tokio::test]
async fn each_wrong_field_of_a_reverse_scan_is_named() {
    let t = TestHouse::new().await;
    let program = Program::new(&t).await;
    let id = id_number(902);
    for (body, field) in [
        (scan("110105194912310020", "陈秀英"), "id_number"),
        (scan(&id, "<script>"), "name"),
        (scan(&id, ""), "name"),
        (format!("{{\"id_kind\":\"library_card\",\"id_number\":\"{id}\"}}"), "id_kind"),
        (format!("{{\"id_number\":\"{id}\"}}"), "id_kind"),
        ("{\"id_kind\":\"resident_id\"}".to_owned(), "id_number"),
        ("{\"id_kind\":\"resident_id\",\"id_number\":[]}".to_owned(), "id_number"),
    ] {
        let seen = program.post(SCANS, &program.duty, &body).await;
        assert_eq!(refusal(&seen), 422, "{body}");
        assert_eq!(seen.json()["errors"][0]["field"], field, "{body}");
    }
}
