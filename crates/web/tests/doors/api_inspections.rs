//! Inspections through the API: found, recorded, listed, answered, settled.

use crate::program::Program;
use domain::accounts::Role;
use serde_json::{Value, json};
use testkit::TestHouse;

const ROOM: &str = "/api/v1/inspections";

async fn inspector(t: &TestHouse, region: &str) -> Program {
    Program::new(t, &t.staff_token(Role::Inspector, region).await)
}

async fn ids(caller: &Program, path: &str) -> Vec<Value> {
    let list = caller.get(path).await.told(200);
    let rows = list["inspections"].as_array().unwrap();
    assert_eq!(list["total"], rows.len());
    rows.iter().map(|row| row["id"].clone()).collect()
}

#[tokio::test]
async fn from_the_poster_to_the_end() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let manager = Program::new(&t, &door.manager);
    let county = inspector(&t, "341202").await;
    let found = county.get(&format!("{ROOM}/doors?q=https://x/c/{}", door.code)).await.told(200);
    assert_eq!(found["replaced_code"], false);
    let known = &found["doors"][0];
    assert_eq!((&known["checkpoint"], &known["newest"]), (&json!(door.number.0), &json!(0)));
    assert_eq!((&known["has_manager"], &known["standing"]), (&json!(true), &json!("open")));
    let number = known["code_number"].as_str().unwrap();
    let again = county.get(&format!("{ROOM}/doors?q={number}")).await.told(200);
    assert_eq!(again["doors"][0], *known);

    let form = format!("{ROOM}/doors/{}", door.number.0);
    for (body, field) in [
        (json!({ "newest": 0, "findings": ["not_posted"] }), "days"),
        (json!({ "newest": 0, "findings": ["not_posted"], "days": 31 }), "days"),
        (json!({ "newest": 0, "findings": ["x"], "days": 3 }), "findings"),
        (json!({ "newest": 0, "findings": ["other"], "days": 3 }), "note"),
        (json!({ "findings": [] }), "newest"),
    ] {
        county.post(&form, &body).await.refuses_fields(&[field]);
    }
    let body = json!({ "newest": 0, "findings": ["no_reminder", "not_posted"], "days": 3 });
    let made = county.post(&form, &body).await;
    assert_eq!(made.place(), format!("{ROOM}/1"));
    county.post(&form, &body).await.refuses(409);
    let one = county.get(&format!("{ROOM}/1")).await.told(200);
    assert_eq!(one["findings"], json!(["not_posted", "no_reminder"]));
    assert_eq!(
        (&one["state"], &one["overdue"], &one["round"]),
        (&json!("open"), &json!(false), &json!(0))
    );
    assert!(!one["events"][0]["masked_name"].as_str().unwrap().is_empty());
    assert_eq!(county.get(&form).await.told(200)["inspections"][0]["id"], 1);

    let news = manager.get("/api/v1/messages").await.told(200);
    let first = &news["messages"][0];
    assert_eq!((&first["kind"], &first["inspection"]), (&json!("inspection_findings"), &json!(1)));
    assert_eq!(first["deadline_ms"], one["deadline_ms"]);

    let mine = format!("{ROOM}/mine");
    assert_eq!(ids(&manager, &mine).await, [1]);
    assert_eq!(ids(&manager, &format!("{mine}?checkpoint={}", door.number.0)).await, [1]);
    assert!(ids(&manager, &format!("{mine}?checkpoint=99")).await.is_empty());
    assert!(ids(&manager, &format!("{mine}?state=to_check")).await.is_empty());
    let seen = manager.get(&format!("{mine}/1")).await.told(200);
    assert_eq!(seen["events"][0]["masked_name"], "");
    let answer = format!("{mine}/1/answer");
    manager.post(&answer, &json!({ "round": 0, "words": "" })).await.refuses_fields(&["words"]);
    manager.post(&answer, &json!({ "round": 0, "words": "贴好了" })).await.told(204);
    manager.post(&answer, &json!({ "round": 0, "words": "贴好了" })).await.refuses(409);

    let back = format!("{ROOM}/1/send-back");
    let odd = json!({ "round": 1, "reason": " ", "days": 0 });
    county.post(&back, &odd).await.refuses_fields(&["reason", "days"]);
    county.post(&back, &json!({ "round": 1, "reason": "还歪", "days": 2 })).await.told(204);
    let accept = format!("{ROOM}/1/accept");
    county.post(&accept, &json!({ "round": 1 })).await.refuses(409);
    county.post(&accept, &json!({ "round": 2 })).await.told(204);
    let end = county.get(&format!("{ROOM}/1")).await.told(200);
    assert_eq!((&end["state"], &end["deadline_ms"]), (&json!("accepted"), &Value::Null));
    assert_eq!(end["events"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_list_is_narrowed_and_ends_at_the_county() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (county, elsewhere) = (inspector(&t, "341202").await, inspector(&t, "341203").await);
    let form = format!("{ROOM}/doors/{}", door.number.0);
    county.post(&form, &json!({ "newest": 0, "findings": [] })).await.place();
    assert_eq!(ids(&county, ROOM).await, [1]);
    assert_eq!(ids(&county, &format!("{ROOM}?state=in_order&region=341202001")).await, [1]);
    for query in ["state=overdue", "region=341202004", "q=xyz"] {
        assert!(ids(&county, &format!("{ROOM}?{query}")).await.is_empty(), "{query}");
    }
    assert!(ids(&elsewhere, ROOM).await.is_empty());
    elsewhere.get(&format!("{ROOM}/1")).await.refuses(404);
    elsewhere.get(&form).await.refuses(404);
    let none = elsewhere.get(&format!("{ROOM}/doors?q={}", door.code)).await.told(200);
    assert_eq!(none["doors"], json!([]));
    let fields = ["state", "region", "page"];
    county.get(&format!("{ROOM}?state=x&region=1&page=-1")).await.refuses_fields(&fields);
    county.get(&format!("{ROOM}/doors")).await.refuses_fields(&["q"]);
    for path in ["99", "x", "-1"] {
        county.get(&format!("{ROOM}/{path}")).await.refuses(404);
    }
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    let odd = format!("{ROOM}/mine?checkpoint=x&state=x");
    manager.get(&odd).await.refuses_fields(&["state", "checkpoint"]);
    manager.get(&format!("{ROOM}/mine/1")).await.refuses(404);
}
