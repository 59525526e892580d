//! What people typed is shown as they typed it, wherever it appears, and never becomes markup.

use crate::{
    browser::{Browser, Seen},
    support::{answer, door_of, known_visitor},
};
use axum::http::Method;
use domain::{accounts::Role, checkpoints::CheckpointForm};
use http_body_util::BodyExt;
use testkit::{Door, TestHouse};

const MARKUP: &str = "\"><script>alert(1)</script>&amp;'";
const ESCAPED: &str = "&#60;script&#62;alert(1)&#60;/script&#62;&#38;amp;&#39;";

/// A door whose every text tries to be markup.
async fn evil_door(t: &TestHouse) -> Door {
    let form = CheckpointForm {
        name: format!("名{MARKUP}"),
        door: "门<script>alert(1)</script>".to_owned(),
        address: format!("址{MARKUP}"),
        ..t.checkpoint_form()
    };
    door_of(t, &form).await
}

#[track_caller]
fn is_harmless(seen: &Seen, times: usize) {
    seen.says_not("<script>alert");
    let shown = seen.text().matches("&#60;script&#62;alert(1)").count();
    assert!(shown >= times, "shown {shown} times, not {times}: {}", seen.text());
}

#[tokio::test]
async fn at_the_door_no_name_becomes_markup() {
    let t = TestHouse::new().await;
    let door = evil_door(&t).await;
    let path = format!("/c/{}", door.code);
    let mut new = Browser::new(&t).await;
    let seen = new.get(&path).await;
    seen.says(&format!("名&#34;&#62;{ESCAPED}"));
    // Title, name, door, address.
    is_harmless(&seen, 5);
    let mut visitor = known_visitor(&t).await;
    is_harmless(&visitor.get(&path).await, 5);
    let receipt = visitor.post(&path, &[]).await.aim().to_owned();
    is_harmless(&visitor.get(&receipt).await, 3);
    is_harmless(&visitor.get("/me").await, 2);
    t.set_standing(&door.code, domain::venue_codes::Standing::Suspended).await;
    is_harmless(&visitor.get(&path).await, 2);
}

#[tokio::test]
async fn on_the_duty_screen_no_name_becomes_markup() {
    let t = TestHouse::new().await;
    let door = evil_door(&t).await;
    let token = t.duty(&door).await;
    let mut screen = Browser::holding(&t, "vc_duty", &token).await;
    is_harmless(&screen.get("/duty").await, 2);
    let typed = [("id_kind", "passport"), ("id_number", MARKUP), ("name", MARKUP)];
    is_harmless(&screen.post("/duty/reverse-scans", &typed).await, 2);
    is_harmless(&screen.get("/duty/state").await, 0);
    let manager = t.staff(&door.manager).await.as_manager().unwrap();
    let link = actions::duty::devices::make_link(&t.house, &manager, door.number).await.unwrap();
    let link = link.url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    is_harmless(&screen.get(&link).await, 2);
    let long = format!("{MARKUP} 太长的设备名字");
    is_harmless(&screen.post(&link, &[("label", &long)]).await, 3);
    let evil = "<script>alert(1)";
    screen.post(&link, &[("label", evil)]).await.aim();
    let mut manager = Browser::of(&t, &door.manager).await;
    let seen = manager.get(&format!("/venue/checkpoints/{}", door.number.0)).await;
    // Name, door, address, device.
    is_harmless(&seen, 4);
    is_harmless(&manager.get("/venue").await, 2);
}

#[tokio::test]
async fn at_the_desks_no_name_becomes_markup() {
    let t = TestHouse::new().await;
    let door = evil_door(&t).await;
    let mut visitor = known_visitor(&t).await;
    visitor.post(&format!("/c/{}", door.code), &[]).await.aim();
    let mut reviewer = Browser::of(&t, &t.staff_token(Role::Reviewer, "").await).await;
    let queue = reviewer.get("/review?state=approved").await;
    is_harmless(&queue, 2);
    let text = queue.text();
    let links = text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let address = links.filter(|link| link.starts_with("/review?")).find(|l| l.contains("id="));
    let address = address.unwrap().replace("&#38;", "&");
    is_harmless(&reviewer.get(&address).await, 4);
    let searched = form_urlencoded::byte_serialize(MARKUP.as_bytes()).collect::<String>();
    is_harmless(&reviewer.get(&format!("/review?q={searched}")).await, 1);

    let person = t.person_form();
    crate::support::signed_up(&t, &person).await;
    let mut desk = Browser::of(&t, &t.staff_token(Role::Investigator, "").await).await;
    let fields = [
        ("case_number", MARKUP),
        ("reason", MARKUP),
        ("id_kind", "resident_id"),
        ("id_number", person.id_number.as_str()),
    ];
    let case = desk.post("/cases", &fields).await.aim().to_owned();
    is_harmless(&desk.get(&case).await, 1);
    is_harmless(&desk.get("/cases").await, 2);
    let mut auditor = Browser::of(&t, &t.staff_token(Role::Auditor, "").await).await;
    is_harmless(&auditor.get("/audit").await, 1);
}

#[tokio::test]
async fn over_the_live_line_no_name_becomes_markup() {
    let t = TestHouse::new().await;
    let door = evil_door(&t).await;
    let screen = Browser::holding(&t, "vc_duty", &t.duty(&door).await).await;
    let cookie = [("cookie", &*screen.cookie())];
    let live = answer(&screen.router, &Method::GET, "/duty/events", &cookie, "").await;
    known_visitor(&t).await.post(&format!("/c/{}", door.code), &[]).await.aim();
    t.announcer.close();
    let heard = live.into_body().collect().await.unwrap().to_bytes();
    let heard = String::from_utf8_lossy(&heard);
    assert!(heard.contains("event: entry"), "{heard}");
    assert!(!heard.contains("<script"), "{heard}");
}
