//! The door's own screen: enrolling, live entries, reverse scans, alerts, heads.

use crate::{
    client::{Client, Seen},
    visitor::{enter, everybody_is, known},
};
use actions::duty::devices;
use axum::http::{Method, StatusCode};
use domain::{
    health_status::{Colour, HealthStatus, Itinerary},
    people::PersonNumber,
};
use http_body_util::BodyExt;
use std::time::Duration;
use testkit::{Door, TestHouse, id_number};

async fn screen(t: &TestHouse, door: &Door) -> Client {
    Client::with(t, "vc_duty", &t.duty(door).await).await
}

/// Reads a live stream until `word` comes; a minute is far more than it needs.
async fn hear(body: &mut axum::body::Body, word: &str) -> String {
    let mut heard = String::new();
    let reading = async {
        while !heard.contains(word) {
            let frame = body.frame().await.expect("the stream goes on").unwrap();
            heard.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.expect("heard in time");
    heard
}

async fn reverse(client: &mut Client, id: &str, name: &str) -> Seen {
    let fields = [("id_kind", "resident_id"), ("id_number", id), ("name", name)];
    client.post("/duty/reverse-scans", &fields).await
}

#[tokio::test]
async fn a_link_enrols_one_device_once() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let manager = t.staff(&door.manager).await.as_manager().unwrap();
    let link = devices::make_link(&t.house, &manager, door.number).await.unwrap();
    let path = link.url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    let mut tablet = Client::new(&t).await;
    tablet.get("/duty").await.says(StatusCode::UNAUTHORIZED, &["这台设备还没有绑定"]);
    for _ in 0..2 {
        let seen = tablet.get(&path).await;
        seen.says(StatusCode::OK, &["绑定并开始值守", "阜阳市人民医院（南区）"]);
    }
    tablet
        .post(&path, &[("label", "")])
        .await
        .says(StatusCode::UNPROCESSABLE_ENTITY, &["label-wrong"]);
    assert_eq!(tablet.post(&path, &[("label", "东门平板")]).await.aim(), "/duty");
    tablet.get("/duty").await.says(StatusCode::OK, &["等待扫码", "本时口令"]);
    let mut other = Client::new(&t).await;
    for seen in [other.get(&path).await, other.post(&path, &[("label", "假")]).await] {
        seen.says(StatusCode::NOT_FOUND, &["绑定链接已用过或已过期"]);
    }
    other.get("/duty").await.says(StatusCode::UNAUTHORIZED, &[]);
}

#[tokio::test]
async fn an_entry_is_heard_and_seen_at_its_own_door_only() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let mut tablet = screen(&t, &door).await;
    let mut elsewhere = screen(&t, &t.door().await).await;
    let live = tablet.send(Method::GET, "/duty/events", &[], String::new()).await;
    assert_eq!(live.headers()["content-type"], "text/event-stream");
    let mut body = live.into_body();
    hear(&mut body, "event: ping").await;
    let (_, result) = enter(&mut phone, &door).await;
    let heard = hear(&mut body, "event: entry").await + &hear(&mut body, "\n\n").await;
    for word in ["王*明", "放行", "核酸阴性 11 小时"] {
        assert!(heard.contains(word), "{word}: {heard}");
    }
    assert!(!heard.contains("王小明"), "{heard}");
    let seen = tablet.get("/duty").await;
    seen.says(StatusCode::OK, &["class=\"big pass\"", "王*明", "14:32:07"]);
    let state = tablet.get("/duty/state").await.json();
    let word = state["word"].as_str().unwrap();
    assert!(result.text().contains(word), "the phone shows the door's word {word}");
    elsewhere.get("/duty").await.says_not("王*明");
}

#[tokio::test]
async fn a_person_without_a_phone_is_registered_by_number() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut tablet = screen(&t, &door).await;
    let id = id_number(900);
    let mut wrong = id.clone();
    wrong.replace_range(16..17, if &id[16..17] == "1" { "2" } else { "1" });
    let kept = format!("value=\"{wrong}\"");
    let seen = reverse(&mut tablet, &wrong, "").await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["校验不符", &kept, "<!doctype html>"]);
    let seen = reverse(&mut tablet, &id, "").await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["name=\"name\"", "name-wrong"]);
    assert_eq!(reverse(&mut tablet, &id, "陈秀英").await.aim(), "/duty");
    tablet.get("/duty").await.says(StatusCode::OK, &["陈*英", "证件号登记"]);
    t.clock.advance_ms(120_000);
    let fields = [("id_kind", "resident_id"), ("id_number", id.as_str())];
    let script = [("x-part", "1")];
    let seen = tablet.post_with("/duty/reverse-scans", &fields, &script).await;
    assert_eq!(seen.status, StatusCode::NO_CONTENT, "known now, no name is asked for");
    let seen = tablet.post_with("/duty/reverse-scans", &[("id_number", &wrong)], &script).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["<form"]);
    seen.says_not("<!doctype");
}

#[tokio::test]
async fn somebody_registered_twice_is_shown_and_not_whoever_came_after_them() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let mut tablet = screen(&t, &door).await;
    let id = id_number(900);
    reverse(&mut tablet, &id, "陈秀英").await;
    t.clock.advance_ms(120_000);
    everybody_is(&t, Colour::Red).await;
    assert_eq!(reverse(&mut tablet, &id, "").await.aim(), "/duty");
    t.clock.advance_ms(1_000);
    let green = HealthStatus {
        colour: Colour::Green,
        itinerary: Itinerary::Clear,
        ..HealthStatus::unknown(t.now())
    };
    t.set_status(PersonNumber(1), &green).await;
    enter(&mut phone, &door).await;
    tablet.get("/duty").await.says(StatusCode::OK, &["class=\"big pass\""]);
    let card = ["class=\"big stop\"", "陈*英", "没有重复登记", "data-again=\"stop\""];
    let whole = reverse(&mut tablet, &id, "").await;
    whole.says(StatusCode::OK, &[&card[..], &["<!doctype html>", "href=\"/duty\""]].concat());
    let fields = [("id_kind", "resident_id"), ("id_number", id.as_str())];
    let part = tablet.post_with("/duty/reverse-scans", &fields, &[("x-part", "1")]).await;
    part.says(StatusCode::OK, &card);
    part.says_not("<!doctype");
    tablet.get("/duty").await.says_not("没有重复登记");
}

#[tokio::test]
async fn an_alert_stays_until_somebody_writes_down_what_was_done() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    everybody_is(&t, Colour::Red).await;
    let mut tablet = screen(&t, &door).await;
    enter(&mut phone, &door).await;
    let seen = tablet.get("/duty").await;
    seen.says(StatusCode::OK, &["data-alert=\"", "异常，待登记处置", "class=\"big stop\""]);
    let text = seen.text();
    let id = text.split("data-alert=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/duty/alerts/{id}/disposition");

    let seen = tablet.post(&path, &[("disposition", "cleared"), ("note", "")]).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["复核通过请写明依据", "data-alert"]);
    let seen = tablet.post(&path, &[("disposition", "nothing")]).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["data-alert"]);
    let mut elsewhere = screen(&t, &t.door().await).await;
    let done = [("disposition", "handed_over"), ("note", "已交清河社区")];
    elsewhere.post(&path, &done).await.says(StatusCode::NOT_FOUND, &[]);
    elsewhere.post("/duty/alerts/x/disposition", &done).await.says(StatusCode::NOT_FOUND, &[]);

    assert_eq!(tablet.post(&path, &done).await.aim(), "/duty");
    tablet.get("/duty").await.says_not("data-alert");
    assert_eq!(tablet.post(&path, &done).await.aim(), "/duty", "a second device was slower");
}

#[tokio::test]
async fn heads_are_counted_beside_entries() {
    let t = TestHouse::new().await;
    let mut tablet = screen(&t, &t.door().await).await;
    for _ in 0..3 {
        assert_eq!(tablet.post("/duty/heads", &[]).await.aim(), "/duty");
    }
    let counts = tablet.get("/duty/state").await.json()["counts"].as_str().unwrap().to_owned();
    assert!(counts.contains("<b class=\"num\">3</b><span>点数人数"), "{counts}");
}

#[tokio::test]
async fn a_revoked_device_sees_and_hears_nothing_more() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let mut tablet = screen(&t, &door).await;
    let mut body = tablet.send(Method::GET, "/duty/events", &[], String::new()).await.into_body();
    hear(&mut body, "event: ping").await;
    let manager = t.staff(&door.manager).await.as_manager().unwrap();
    let mine = actions::applications::mine::one(&t.house, &manager, door.number).await.unwrap();
    devices::revoke(&t.house, &manager, door.number, mine.devices[0].id).await.unwrap();
    enter(&mut phone, &door).await;
    let heard = hear(&mut body, "event: revoked").await;
    assert!(!heard.contains("王*明"), "{heard}");
    let rest = body.collect().await.unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&rest).contains("event: entry"));
    tablet.get("/duty").await.says(StatusCode::UNAUTHORIZED, &[]);
    tablet.get("/duty/state").await.says(StatusCode::UNAUTHORIZED, &[]);
}
