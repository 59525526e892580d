//! Entry policies by API: one officer's program proposes, another's agrees, and a door follows.

use crate::program::Program;
use domain::accounts::Role;
use serde_json::{Value, json};
use testkit::TestHouse;

const ALL: &str = "/api/v1/entry-policies";

async fn officer(t: &TestHouse, region: &str) -> Program {
    Program::new(t, &t.staff_token(Role::PolicyOfficer, region).await)
}

fn rules(hours: Value) -> Value {
    json!({
        "red": "stop", "yellow": "recheck", "gray": "recheck", "none": "recheck",
        "unknown": "recheck", "nucleic_acid_hours_max": hours, "untested": "stop",
        "test_free_under_years": 3, "test_free_from_years": null,
        "risk": "recheck", "no_itinerary": "pass",
    })
}

#[tokio::test]
async fn a_policy_is_compared_proposed_agreed_on_and_holds() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (one, other) = (officer(&t, "").await, officer(&t, "").await);
    let new = json!({ "category": "105", "rules": rules(json!(10)), "note": "第 9 号通告" });
    let seen = one.post(&format!("{ALL}/preview"), &new).await.told(200);
    assert_eq!(seen["people"][0]["before"], "pass");
    assert_eq!(seen["people"][0]["after"], "stop");
    let made = one.post(ALL, &new).await;
    let place = made.place().to_owned();
    let policy = made.json();
    assert_eq!((&policy["standing"], &policy["own"]), (&json!("waits"), &json!(true)));
    assert_eq!(policy["rules"], rules(json!(10)));
    one.press(&format!("{place}/approve")).await.refuses(409);
    other.press(&format!("{place}/withdraw")).await.refuses(409);
    let visitor = Program::new(&t, &t.visitor().await.1);
    let entry = json!({ "code": door.code });
    assert_eq!(visitor.post("/api/v1/checkins", &entry).await.told(201)["verdict"], "pass");
    other.press(&format!("{place}/approve")).await.told(204);
    other.press(&format!("{place}/approve")).await.refuses(409);
    t.clock.advance_ms(120_000);
    assert_eq!(visitor.post("/api/v1/checkins", &entry).await.told(201)["verdict"], "stop");
    let list = one.get(ALL).await.told(200);
    assert_eq!((&list["total"], &list["holding"][0]["category"]), (&json!(1), &json!("105")));

    let back = json!({ "category": "105", "rules": null, "note": "疫情平稳" });
    let place = one.post(ALL, &back).await.place().to_owned();
    other
        .post(&format!("{place}/refuse"), &json!({ "reason": " " }))
        .await
        .refuses_fields(&["reason"]);
    other.post(&format!("{place}/refuse"), &json!({ "reason": "还早" })).await.told(204);
    let refused = one.get(&place).await.told(200);
    assert_eq!((&refused["standing"], &refused["reason"]), (&json!("refused"), &json!("还早")));
}

#[tokio::test]
async fn what_is_wrong_with_a_policy_is_told_by_field_and_scope() {
    let t = TestHouse::new().await;
    let county = officer(&t, "341202").await;
    let wrong = json!({ "region": "341203", "begins_ms": 5, "rules": rules(json!(0)) });
    county.post(ALL, &wrong).await.refuses_fields(&[
        "region",
        "begins_ms",
        "nucleic_acid_hours_max",
        "note",
    ]);
    let mut passing = rules(json!(48));
    passing["yellow"] = json!("pass");
    let none = json!({ "region": "341202", "rules": passing, "note": "依据" });
    county.post(ALL, &none).await.refuses_fields(&["yellow"]);
    let mut aged = rules(json!(48));
    (aged["test_free_under_years"], aged["test_free_from_years"]) = (json!(30), json!(20));
    let none = json!({ "region": "341202", "rules": aged, "note": "依据" });
    let ages = ["test_free_under_years", "test_free_from_years"];
    county.post(ALL, &none).await.refuses_fields(&ages);
    let nowhere = json!({ "door": "FY-0000-00000", "rules": null, "note": "依据" });
    county.post(ALL, &nowhere).await.refuses_fields(&["door"]);
    county.get(&format!("{ALL}/99")).await.refuses(404);
    let city = officer(&t, "").await;
    let begins = t.now().0 + 3_600_000;
    let ahead = json!({ "begins_ms": begins, "rules": rules(json!(null)), "note": "依据" });
    let made = city.post(ALL, &ahead).await;
    assert_eq!(made.json()["begins_ms"], begins);
    let place = made.place().to_owned();
    county.press(&format!("{place}/approve")).await.refuses(404);
    city.press(&format!("{place}/withdraw")).await.told(204);
}
