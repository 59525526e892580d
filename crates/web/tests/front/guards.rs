//! Every address of the table: who may use it, and that no form works without its guard.

use crate::client::{Client, Seen};
use axum::http::{Method, StatusCode};
use domain::accounts::Role;
use std::sync::Arc;
use testkit::TestHouse;
use web::routes::{Kind, Route, Who, table};

/// Everybody there is, each with a browser of their own.
async fn everybody(t: &TestHouse) -> Vec<(Who, Client)> {
    let (_, visitor) = t.visitor().await;
    let duty = t.duty(&t.door().await).await;
    let mut all = vec![
        (Who::Anyone, Client::new(t).await),
        (Who::Visitor, Client::with(t, "vc_visitor", &visitor).await),
        (Who::Duty, Client::with(t, "vc_duty", &duty).await),
    ];
    for (who, role) in [
        (Who::Manager, Role::Manager),
        (Who::Reviewer, Role::Reviewer),
        (Who::Investigator, Role::Investigator),
        (Who::Auditor, Role::Auditor),
        (Who::Administrator, Role::Administrator),
    ] {
        let token = t.staff_token(role, "").await;
        all.push((who, Client::with(t, "vc_staff", &token).await));
    }
    all
}

/// The path with a number at every variable.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// What a browser or a program gets at an address; a live stream's body is not read.
async fn try_it(client: &mut Client, route: &Route) -> (StatusCode, String) {
    let path = filled(route.path);
    let seen: Seen = match route.kind {
        Kind::Form => client.post(&path, &[]).await,
        Kind::Api if route.method == Method::POST => client.json(&path, "{}", &[]).await,
        Kind::Page | Kind::Api => client.get(&path).await,
        Kind::Live => {
            let response = client.send(Method::GET, &path, &[], String::new()).await;
            return (response.status(), String::new());
        }
    };
    (seen.status, seen.header("location").to_owned())
}

/// Whether an answer turns somebody away because of who they are.
fn turned_away(status: StatusCode, location: &str) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        || (status == StatusCode::SEE_OTHER && location.starts_with("/login"))
}

#[tokio::test]
async fn each_address_takes_its_own_people_and_turns_the_others_away() {
    let t = TestHouse::new().await;
    let everybody = everybody(&t).await;
    let mut tried = 0;
    for route in table() {
        for (who, client) in &everybody {
            // Signing out and the like must not reach the next address.
            let mut client = client.clone();
            if route.path.contains("sign-out") || route.path.contains("logout") {
                client = Client::new(&t).await;
            }
            let (status, location) = try_it(&mut client, &route).await;
            assert!(!status.is_server_error(), "{} {}: {status}", route.method, route.path);
            let signs_out = route.path.contains("sign-out") || route.path.contains("logout");
            if signs_out {
                continue;
            }
            let ours = route.who == *who || route.who == Who::Anyone;
            let turned = turned_away(status, &location);
            let what = format!("{} {} as {who:?}: {status}", route.method, route.path);
            // Anyone's own refusals (a wrong password) are not about who somebody is.
            if route.who != Who::Anyone {
                assert_eq!(turned, !ours, "{what}");
            } else {
                assert_ne!(status, StatusCode::UNAUTHORIZED, "{what}");
            }
            tried += 1;
        }
    }
    assert!(tried > 8 * 40, "{tried}");
}

#[tokio::test]
async fn no_form_works_without_the_guard_of_its_own_browser() {
    let t = TestHouse::new().await;
    let everybody = everybody(&t).await;
    let foreign = Client::new(&t).await.guard;
    let mut tried = 0;
    for route in table().iter().filter(|route| route.kind == Kind::Form) {
        let (_, client) = everybody.iter().find(|(who, _)| *who == route.who).unwrap();
        let path = filled(route.path);
        let own = client.guard.clone();
        let twice = [("csrf", own.as_str())];
        for (guard, extra, headers) in [
            ("", [].as_slice(), [].as_slice()),
            (foreign.as_str(), &[], &[]),
            ("not-hex", &[], &[]),
            (own.as_str(), &twice, &[]),
            (own.as_str(), &[], &[("sec-fetch-site", "cross-site")]),
            (own.as_str(), &[], &[("origin", "https://elsewhere.example")]),
            (own.as_str(), &[], &[("origin", "null")]),
        ] {
            let mut client = client.clone();
            client.guard = guard.to_owned();
            let seen = client.post_with(&path, extra, headers).await;
            let what = format!("{path} with “{guard}” and {headers:?}: {}", seen.status);
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{what}");
            assert!(seen.text().contains("页面已过期"), "{what}");
            tried += 1;
        }
    }
    assert!(tried >= 7 * 15, "{tried}");
}

#[tokio::test]
async fn every_post_of_the_table_is_a_guarded_form_or_json() {
    for route in table().iter().filter(|route| !route.method.is_safe()) {
        let guarded = matches!(route.kind, Kind::Form | Kind::Api);
        assert!(guarded, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn the_session_cookies_are_out_of_reach_of_scripts_and_of_plain_http() {
    let mut t = TestHouse::new().await;
    let house = Arc::get_mut(&mut t.house).expect("nobody else has the house yet");
    house.settings.public_url = "https://cs.fy.gov.cn".to_owned();
    let door = t.door().await;
    let mut phone = Client::new(&t).await;
    let form = t.person_form();
    let code = t.sms_code(actions::accounts::sms_codes::CodeUse::Visitor, &form.phone).await;
    let path = format!("/c/{}/register", door.code);
    let fields = [
        ("name", &*form.name),
        ("id_kind", &form.id_kind),
        ("id_number", &form.id_number),
        ("phone", &form.phone),
        ("sms_code", &code),
        ("consent", "1"),
    ];
    let seen = phone.post(&path, &fields).await;
    seen.aim();
    let cookie = seen.header("set-cookie");
    for part in ["vc_visitor=", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
}
