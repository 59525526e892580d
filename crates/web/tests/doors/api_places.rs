//! The register of places through the API: taken, listed, settled one by one and together.

use crate::program::{Program, door_form, with};
use domain::accounts::Role;
use serde_json::{Value, json};
use testkit::TestHouse;

const PLACES: &str = "/api/v1/places";

async fn reviewer(t: &TestHouse, region: &str) -> Program {
    Program::new(t, &t.staff_token(Role::Reviewer, region).await)
}

fn place(name: &str, address: &str, county: &str) -> Value {
    json!({ "name": name, "address": address, "county": county })
}

async fn take(t: &TestHouse, places: &[Value]) {
    let administrator = Program::new(t, &t.staff_token(Role::Administrator, "").await);
    let taken = administrator.post(PLACES, &json!({ "places": places })).await.told(200);
    assert_eq!(taken["new"], places.len());
}

async fn names(reviewer: &Program, query: &str) -> Vec<String> {
    let list = reviewer.get(&format!("{PLACES}?{query}")).await.told(200);
    let rows = list["places"].as_array().unwrap();
    assert_eq!(list["total"], rows.len());
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_sent_again_is_the_same_and_one_fault_keeps_all_out() {
    let t = TestHouse::new().await;
    let administrator = Program::new(&t, &t.staff_token(Role::Administrator, "").await);
    let mut places = vec![
        place("鼓楼公厕", "鼓楼巷 3 号", "341202"),
        json!({
            "name": "百姓缘大药房", "address": "河东路 9 号", "county": "341203",
            "township": "341203001", "category": "204", "credit_code": "91350100m000100y43",
        }),
    ];
    let send = |places: &[Value]| {
        let (administrator, body) = (&administrator, json!({ "places": places }));
        async move { administrator.post(PLACES, &body).await }
    };
    let counts = |new, changed, same| json!({ "new": new, "changed": changed, "same": same });
    assert_eq!(send(&places).await.told(200), counts(2, 0, 0));
    assert_eq!(send(&places).await.told(200), counts(0, 0, 2));
    places[1]["category"] = "101".into();
    assert_eq!(send(&places).await.told(200), counts(0, 1, 1));

    let mut wrong = vec![place("新药店", "河东路 11 号", "341203"), place(" ", "", "341299")];
    wrong.push(json!({
        "name": "甲", "address": "乙", "county": "341202", "township": "341203001",
        "category": "999", "credit_code": "1",
    }));
    send(&wrong).await.refuses_fields(&[
        "places[1].name",
        "places[1].address",
        "places[1].county",
        "places[2].credit_code",
        "places[2].township",
        "places[2].category",
    ]);
    let long = vec![place("甲", "乙", "341202"); 101];
    send(&long).await.refuses_fields(&["places"]);
    let odd = json!({ "places": [{ "name": "甲", "address": "乙", "county": "341202", "x": 1 }] });
    administrator.post(PLACES, &odd).await.refuses(422);
    assert_eq!(send(&[]).await.told(200), counts(0, 0, 0));
    // Nothing of what was refused is there.
    let city = reviewer(&t, "").await;
    assert_eq!(names(&city, "").await, ["鼓楼公厕", "百姓缘大药房"]);
    let listed = city.get(&format!("{PLACES}/2")).await.told(200);
    assert_eq!(listed["credit_code"], "91350100M000100Y43");
    assert!(listed["category_name"].is_string() && listed["state"] == "open");
}

#[tokio::test]
async fn the_list_is_narrowed_and_ends_at_the_county() {
    let t = TestHouse::new().await;
    let mut other = place("丙药店", "河东路 9 号", "341203");
    other["category"] = "204".into();
    take(&t, &[place("甲医院", "三清路 1 号", "341202"), other]).await;
    let (city, county) = (reviewer(&t, "").await, reviewer(&t, "341202").await);
    assert_eq!(names(&city, "").await, ["甲医院", "丙药店"]);
    assert_eq!(names(&county, "").await, ["甲医院"]);
    assert_eq!(names(&city, "region=341203").await, ["丙药店"]);
    assert_eq!(names(&city, "category=2").await, ["丙药店"]);
    assert_eq!(names(&city, "q=%E4%B8%89%E6%B8%85").await, ["甲医院"]);
    assert_eq!(names(&city, "hint=no").await, ["甲医院", "丙药店"]);
    assert!(names(&city, "hint=yes").await.is_empty());
    for state in ["confirmed", "no_unit", "gone"] {
        assert!(names(&city, &format!("state={state}")).await.is_empty(), "{state}");
    }
    let list = county.get(PLACES).await.told(200);
    assert_eq!((&list["region"], &list["counts"]["open"]), (&json!("341202"), &json!(1)));
    let odd = "state=x&region=34120a&category=10&hint=perhaps&page=-1";
    let fields = ["state", "region", "category", "hint", "page"];
    city.get(&format!("{PLACES}?{odd}")).await.refuses_fields(&fields);
    city.get(&format!("{PLACES}?x=1")).await.refuses(400);
    county.get(&format!("{PLACES}/2")).await.refuses(404);
    for path in ["99", "x", "-1"] {
        city.get(&format!("{PLACES}/{path}")).await.refuses(404);
    }
    let long = "a".repeat(61);
    city.get(&format!("{PLACES}/1?unit={long}")).await.refuses_fields(&["unit"]);
}

#[tokio::test]
async fn a_place_is_settled_as_it_was_seen() {
    let t = TestHouse::new().await;
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    let form = with(&door_form(&t), "name", "颍淮便民药店");
    manager.post("/api/v1/checkpoints", &form).await.place();
    take(&t, &[place("颍淮便民药店", form["address"].as_str().unwrap(), "341202")]).await;
    let county = reviewer(&t, "341202").await;
    let one = format!("{PLACES}/1");
    let seen = county.get(&one).await.told(200);
    assert_eq!(
        (&seen["state"], &seen["hinted"], &seen["round"]),
        (&json!("open"), &json!(true), &json!(0))
    );
    let candidate = seen["candidates"][0].clone();
    assert_eq!((&candidate["points"], &candidate["same_house"]), (&json!(100), &json!(true)));
    assert_eq!(seen["found"], json!([]));
    let unit = candidate["organisation"].clone();
    let name = candidate["name"].as_str().unwrap();
    let part: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let found = county.get(&format!("{one}?unit={part}")).await.told(200);
    assert_eq!(found["found"][0]["organisation"], unit);

    let decide = |body: Value| {
        let (county, path) = (&county, format!("{one}/match"));
        async move { county.post(&path, &body).await }
    };
    for (body, field) in [
        (json!({ "round": 0, "state": "confirmed" }), "organisation"),
        (json!({ "round": 0, "state": "open", "organisation": 1 }), "organisation"),
        (json!({ "round": 0, "state": "confirmed", "organisation": 999 }), "organisation"),
        (json!({ "round": 0, "state": "x" }), "state"),
        (json!({ "state": "open" }), "round"),
    ] {
        decide(body).await.refuses_fields(&[field]);
    }
    decide(json!({ "round": 0, "state": "confirmed", "organisation": unit })).await.told(204);
    decide(json!({ "round": 0, "state": "no_unit" })).await.refuses(409);
    let seen = county.get(&one).await.told(200);
    assert_eq!((&seen["state"], &seen["organisation"]), (&json!("confirmed"), &unit));
    decide(json!({ "round": 1, "state": "open" })).await.told(204);
    decide(json!({ "round": 2, "state": "no_unit" })).await.told(204);
    let list = county.get(&format!("{PLACES}?state=no_unit")).await.told(200);
    assert_eq!(list["places"][0]["round"], 3);
    assert!(list["places"][0]["organisation"].is_null());
}

#[tokio::test]
async fn many_are_confirmed_as_they_were_seen() {
    let t = TestHouse::new().await;
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    let address = door_form(&t)["address"].as_str().unwrap().to_owned();
    for name in ["甲药店", "乙药店"] {
        let form = with(&door_form(&t), "name", name);
        manager.post("/api/v1/checkpoints", &form).await.place();
    }
    take(&t, &[place("甲药店", &address, "341202"), place("鼓楼公厕", "鼓楼巷 3 号", "341202")])
        .await;
    let county = reviewer(&t, "341202").await;
    let list = county.get(PLACES).await.told(200);
    assert_eq!((&list["likely"], &list["total"]), (&json!(1), &json!(2)));
    t.clock.advance_ms(1);
    take(&t, &[place("乙药店", &address, "341202")]).await;
    let many = format!("{PLACES}/confirm");
    let odd = json!({ "seen_ms": list["seen_ms"], "region": "x" });
    county.post(&many, &odd).await.refuses_fields(&["region"]);
    county.post(&many, &json!({})).await.refuses_fields(&["seen_ms"]);
    let told = |confirmed, left| json!({ "confirmed": confirmed, "doubted": 0, "left": left });
    let elsewhere = json!({ "seen_ms": list["seen_ms"], "region": "341202004" });
    assert_eq!(county.post(&many, &elsewhere).await.told(200), told(0, 0));
    let all = json!({ "seen_ms": list["seen_ms"] });
    assert_eq!(county.post(&many, &all).await.told(200), told(1, 2));
    assert_eq!(names(&county, "state=confirmed").await, ["甲药店"]);
}
