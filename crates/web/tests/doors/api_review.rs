//! The review through the API: narrowed, within one's county, many with one decision.

use crate::program::{Program, door_form, with};
use domain::{accounts::Role, time::DAY_MS};
use serde_json::{Value, json};
use testkit::TestHouse;

const QUEUE: &str = "/api/v1/applications";

async fn reviewer(t: &TestHouse, county: &str) -> Program {
    Program::new(t, &t.staff_token(Role::Reviewer, county).await)
}

/// A unit applies for a door of this name in this township.
async fn apply(t: &TestHouse, manager: &Program, name: &str, township: &str) {
    let form = with(&with(&door_form(t), "name", name), "township", township);
    let form = with(&form, "county", &township[..6]);
    manager.post("/api/v1/checkpoints", &form).await.place();
}

async fn names(reviewer: &Program, query: &str) -> Vec<String> {
    let queue = reviewer.get(&format!("{QUEUE}?{query}")).await.told(200);
    let rows = queue["applications"].as_array().unwrap();
    assert_eq!(queue["total"], rows.len());
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_queue_is_narrowed_and_ends_at_the_county() {
    let t = TestHouse::new().await;
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    apply(&t, &manager, "甲医院", "341202001").await;
    t.clock.advance_ms(DAY_MS + 1);
    // A session has ended by then.
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    apply(&t, &manager, "乙学校", "341202004").await;
    apply(&t, &manager, "丙药店", "341203001").await;
    let (city, county) = (reviewer(&t, "").await, reviewer(&t, "341202").await);
    assert_eq!(names(&city, "").await, ["甲医院", "乙学校", "丙药店"]);
    assert_eq!(names(&county, "").await, ["甲医院", "乙学校"]);
    assert_eq!(names(&city, "region=341203").await, ["丙药店"]);
    assert_eq!(names(&city, "region=341202004&category=1").await, ["乙学校"]);
    assert_eq!(names(&city, "days=1&doubt=no").await, ["甲医院"]);
    assert_eq!(names(&city, "q=%E4%B8%99").await, ["丙药店"]);
    assert!(names(&city, "state=approved").await.is_empty());
    let queue = county.get(QUEUE).await.told(200);
    assert_eq!(
        (queue["region"].clone(), queue["page_size_max"].clone()),
        (json!("341202"), json!(50))
    );
    assert_eq!(queue["counts"]["submitted"], 2);

    let odd = "state=x&q=&region=34120a&category=10&days=2&doubt=perhaps&page=-1";
    let fields = ["state", "region", "category", "days", "doubt", "page"];
    city.get(&format!("{QUEUE}?{odd}")).await.refuses_fields(&fields);
    for query in ["stat=approved", "state=returned&state=approved", "%ff=1"] {
        city.get(&format!("{QUEUE}?{query}")).await.refuses(400);
    }
    let (path, odd) = ("/api/v1/checkpoints", "state=open&page=x");
    manager.get(&format!("{path}?{odd}")).await.refuses_fields(&["state", "page"]);
    let long = "a".repeat(61);
    manager.get(&format!("{path}?q={long}")).await.refuses_fields(&["q"]);
    let odd = "/api/v1/drafts?show=good&page=1.5";
    manager.get(odd).await.refuses_fields(&["show", "page"]);
}

#[tokio::test]
async fn another_countys_application_is_not_found() {
    let t = TestHouse::new().await;
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    apply(&t, &manager, "丙药店", "341203001").await;
    let (city, county) = (reviewer(&t, "").await, reviewer(&t, "341202").await);
    let row = city.get(QUEUE).await.told(200)["applications"][0].clone();
    let (one, round) = (format!("{QUEUE}/{}", row["id"]), &row["round"]);
    county.get(&one).await.refuses(404);
    county.post(&format!("{one}/approve"), &json!({ "round": round })).await.refuses(404);
    let back = json!({ "round": round, "reason": "x" });
    county.post(&format!("{one}/return"), &back).await.refuses(404);
    let door = &city.get(&one).await.told(200)["checkpoint"];
    let door = format!("/api/v1/checkpoints/{door}");
    county.post(&format!("{door}/suspend"), &json!({ "reason": "x" })).await.refuses(404);
    county.press(&format!("{door}/resume")).await.refuses(404);
    for path in [format!("{QUEUE}/99"), format!("{QUEUE}/x"), format!("{QUEUE}/-1")] {
        city.get(&path).await.refuses(404);
    }
}

#[tokio::test]
async fn many_are_approved_as_they_were_seen() {
    let t = TestHouse::new().await;
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    let other = Program::new(&t, &t.manager_with_organisation().await);
    apply(&t, &manager, "百姓缘大药房", "341202001").await;
    apply(&t, &other, "百姓缘大药房有限公司", "341202001").await;
    apply(&t, &manager, "甲医院", "341202001").await;
    let county = reviewer(&t, "341202").await;
    let seen = county.get(QUEUE).await.told(200)["seen_ms"].clone();
    t.clock.advance_ms(1);
    apply(&t, &manager, "乙医院", "341202001").await;
    let many = format!("{QUEUE}/approve");
    let none = json!({ "seen_ms": seen, "region": "341203", "doubt": "no" });
    county.post(&many, &none).await.refuses_fields(&["doubt"]);
    let odd = json!({ "seen_ms": seen, "region": "x", "days": 2 });
    county.post(&many, &odd).await.refuses_fields(&["region", "days"]);
    county.post(&many, &json!({})).await.refuses_fields(&["seen_ms"]);
    let narrow = json!({ "seen_ms": seen, "region": "341202004" });
    assert_eq!(county.post(&many, &narrow).await.told(200), approved(0, 0));
    for elsewhere in ["341203", "341203001"] {
        let foreign = json!({ "seen_ms": seen, "region": elsewhere });
        assert_eq!(county.post(&many, &foreign).await.told(200), approved(0, 0), "{elsewhere}");
    }
    let all = json!({ "seen_ms": seen });
    assert_eq!(county.post(&many, &all).await.told(200), approved(1, 3));
    assert_eq!(names(&county, "state=approved").await, ["甲医院"]);
}

fn approved(approved: i64, left: i64) -> Value {
    json!({ "approved": approved, "to": "approved", "left": left })
}
