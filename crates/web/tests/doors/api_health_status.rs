//! The register of health status through the API: what programs of the authority know first.

use crate::program::Program;
use domain::accounts::Role;
use serde_json::{Value, json};
use testkit::{TestHouse, id_number};

const STATUS: &str = "/api/v1/health-status";

async fn investigator(t: &TestHouse) -> Program {
    Program::new(t, &t.staff_token(Role::Investigator, "").await)
}

fn sent(people: &[Value]) -> Value {
    json!({ "reason": "疾控中心通知", "people": people })
}

#[tokio::test]
async fn what_is_sent_is_there_and_one_fault_keeps_all_out() {
    let t = TestHouse::new().await;
    let program = investigator(&t).await;
    let (first, second) = (id_number(8_200), id_number(8_201));
    let people = [
        json!({ "id_number": first, "health_status": "red", "doses": 2 }),
        json!({
            "id_number": second, "sampled": "2026-11-22 08:30", "result": "negative",
            "tested_by": "市医院", "itinerary": "clear",
        }),
    ];
    let told = program.post(STATUS, &sent(&people)).await.told(200);
    assert_eq!(told, json!({ "outcomes": ["waits", "waits"] }));
    let look = |number: &str| {
        let wanted = json!({ "reason": "核对", "id_kind": "resident_id", "id_number": number });
        let program = &program;
        async move { program.post(&format!("{STATUS}/look"), &wanted).await }
    };
    let seen = look(&first).await.told(200);
    assert_eq!((&seen["health_status"], &seen["doses"]), (&json!("red"), &json!(2)));
    assert_eq!(seen["masked_name"], Value::Null);
    assert!(seen["masked_id"].as_str().unwrap().contains("****"));
    let seen = look(&second).await.told(200);
    assert_eq!((&seen["health_status"], &seen["result"]), (&Value::Null, &json!("negative")));
    assert_eq!(seen["tested_by"], "市医院");

    let wrong = [
        json!({ "id_number": first, "health_status": "green" }),
        json!({ "id_number": "1", "health_status": "blue", "result": "negative" }),
    ];
    program.post(STATUS, &sent(&wrong)).await.refuses_fields(&[
        "people[1].id_number",
        "people[1].health_status",
        "people[1].sampled",
    ]);
    assert_eq!(look(&first).await.told(200)["health_status"], "red");
    let many = vec![people[0].clone(); 501];
    program.post(STATUS, &sent(&many)).await.refuses_fields(&["people"]);
    let without = json!({ "reason": " ", "people": people });
    program.post(STATUS, &without).await.refuses_fields(&["reason"]);
    let odd = json!({ "reason": "x", "people": [{ "id_number": first, "colour": "red" }] });
    program.post(STATUS, &odd).await.refuses(422);
}
