//! People through the API: the second factor, passwords, doors and units handed over, what managers
//! are told, a review in two steps.

use crate::program::Program;
use axum::http::Method;
use domain::{accounts::Role, time::MINUTE_MS};
use serde_json::{Value, json};
use testkit::{PASSWORD, TestHouse};

const OTHER: &str = "another-Secret-42";

/// A manager with this phone, signed in; a minute later, so that codes can be sent again.
async fn manager_of(t: &TestHouse, phone: &str) -> Program {
    let program = Program::new(t, &t.manager_of(phone).await);
    t.clock.advance_ms(MINUTE_MS);
    program
}

/// Tries a password.
async fn sign_in(t: &TestHouse, phone: &str, password: &str) -> crate::browser::Seen {
    let session = json!({ "phone": phone, "password": password });
    Program::new(t, "").post_patiently("/api/v1/sessions", &session).await
}

fn masked(phone: &str) -> String {
    format!("{}****{}", &phone[..3], &phone[7..])
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn a_password_is_followed_by_a_code() {
    let t = TestHouse::with_second_factor().await;
    let phone = t.fresh_phone();
    manager_of(&t, &phone).await;
    let waits = sign_in(&t, &phone, PASSWORD).await.told(202);
    assert_eq!(waits["masked_phone"], masked(&phone));
    let nobody = Program::new(&t, "");
    Program::new(&t, text(&waits["waiting"])).get("/api/v1/sessions/current").await.refuses(401);
    let again = json!({ "waiting": waits["waiting"] });
    nobody.post("/api/v1/sessions/second-factor/codes", &again).await.refuses(429);
    t.clock.advance_ms(MINUTE_MS);
    let old = t.outbox.code(&phone).unwrap();
    nobody.post("/api/v1/sessions/second-factor/codes", &again).await.told(204);
    let step = "/api/v1/sessions/second-factor";
    let with = |code: &str| json!({ "waiting": waits["waiting"], "sms_code": code });
    nobody.post(step, &with(&old)).await.refuses_fields(&["sms_code"]);
    let code = with(&t.outbox.code(&phone).unwrap());
    let session = nobody.post(step, &code).await.told(201);
    assert_eq!(session["role"], "manager");
    Program::new(&t, text(&session["token"])).get("/api/v1/sessions/current").await.told(200);
    nobody.post(step, &code).await.refuses_fields(&["waiting"]);
}

#[tokio::test]
async fn a_password_is_changed_and_other_sessions_end() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    let here = manager_of(&t, &phone).await;
    let there = sign_in(&t, &phone, PASSWORD).await.told(201)["token"].clone();
    let there = Program::new(&t, text(&there));
    assert_eq!(here.delete("/api/v1/sessions/others").await.told(200), json!({ "ended": 1 }));
    there.get("/api/v1/sessions/current").await.refuses(401);
    let path = "/api/v1/account/password";
    let change =
        |current: &str, password: &str| json!({ "current": current, "password": password });
    let wrong = here.patiently(Method::PUT, path, &change("not this one", OTHER)).await;
    wrong.refuses_fields(&["current"]);
    here.put(path, &change(PASSWORD, "short")).await.refuses_fields(&["password"]);
    here.patiently(Method::PUT, path, &change(PASSWORD, OTHER)).await.told(204);
    here.get("/api/v1/sessions/current").await.told(200);
    sign_in(&t, &phone, PASSWORD).await.refuses(422);
    sign_in(&t, &phone, OTHER).await.told(201);
}

#[tokio::test]
async fn a_forgotten_password_is_recovered_by_phone_and_the_authoritys_by_a_link() {
    let t = TestHouse::new().await;
    let (phone, nobody) = (t.fresh_phone(), Program::new(&t, ""));
    let before = manager_of(&t, &phone).await;
    let registered = t.outbox.code(&phone).unwrap();
    let codes = "/api/v1/recoveries/sms-codes";
    nobody.post(codes, &json!({ "phone": t.fresh_phone() })).await.told(204);
    nobody.post(codes, &json!({ "phone": phone })).await.told(204);
    let code = loop {
        // Nobody waits for the provider, this answer neither.
        match t.outbox.code(&phone).filter(|code| *code != registered) {
            Some(code) => break code,
            None => tokio::task::yield_now().await,
        }
    };
    let recovery = json!({ "phone": phone, "sms_code": code, "password": OTHER });
    let session = nobody.post_patiently("/api/v1/recoveries", &recovery).await.told(201);
    assert_eq!(session["role"], "manager");
    before.get("/api/v1/sessions/current").await.refuses(401);
    nobody.post_patiently("/api/v1/recoveries", &recovery).await.refuses_fields(&["sms_code"]);

    let administrator = Program::new(&t, &t.staff_token(Role::Administrator, "").await);
    let auditor = Program::new(&t, &t.staff_token(Role::Auditor, "").await);
    let accounts = administrator.get("/api/v1/accounts").await.told(200)["accounts"].clone();
    let account = accounts.as_array().unwrap().iter().find(|a| a["role"] == "auditor").unwrap();
    let links = format!("/api/v1/accounts/{}/password-links", account["id"]);
    auditor.post(&links, &json!({})).await.refuses(403);
    let url = administrator.press(&links).await.told(201)["url"].clone();
    let link = format!("/api/v1/password-links/{}", text(&url).rsplit('/').next().unwrap());
    assert_eq!(nobody.get(&link).await.told(200)["masked_phone"], account["masked_phone"]);
    let set = format!("{link}/password");
    nobody.put(&set, &json!({ "password": "short" })).await.refuses_fields(&["password"]);
    let other = json!({ "password": OTHER });
    nobody.patiently(Method::PUT, &set, &other).await.told(204);
    auditor.get("/api/v1/sessions/current").await.refuses(401);
    nobody.patiently(Method::PUT, &set, &other).await.refuses(404);
}

#[tokio::test]
async fn a_door_is_taken_over_managed_and_laid_down_and_both_are_told() {
    let t = TestHouse::new().await;
    let form = t.checkpoint_form();
    let door = t.door_of(&form).await;
    let owner = Program::new(&t, &door.manager);
    let place = format!("/api/v1/checkpoints/{}", door.number.0);
    assert_eq!(owner.get(&place).await.told(200)["manager"], Value::Null);
    let asked = owner.press(&format!("{place}/manager")).await.told(200);
    assert_eq!(asked, json!({ "text_message": "yes" }));
    let manager = owner.get(&place).await.told(200)["manager"].clone();
    assert_eq!(manager["masked_phone"], masked(&form.responsible_phone));
    assert!(manager["until_ms"].is_i64() && manager["masked_name"].is_null());

    let guest = manager_of(&t, &form.responsible_phone).await;
    guest.get(&place).await.refuses(404);
    let offers = guest.get("/api/v1/offers").await.told(200)["offers"].clone();
    assert_eq!(offers[0]["organisation"], "阜阳市人民医院");
    let accept = format!("/api/v1/offers/{}/accept", offers[0]["id"]);
    owner.press(&accept).await.refuses(404);
    guest.press(&accept).await.told(204);
    let entrusted = guest.get("/api/v1/entrusted-checkpoints").await.told(200);
    assert_eq!(entrusted["checkpoints"][0]["id"], door.number.0);
    assert_eq!(guest.get(&place).await.told(200)["own"], false);
    let owners = owner.get(&place).await.told(200);
    assert_eq!((&owners["own"], &owners["manager"]["until_ms"]), (&json!(true), &Value::Null));
    assert!(owners["manager"]["masked_name"].is_string());
    owner.press(&format!("{place}/manager")).await.refuses(409);
    guest.press(&format!("{place}/lay-down")).await.told(204);
    guest.get(&place).await.refuses(404);
    guest.press(&format!("{place}/lay-down")).await.refuses(404);

    let told = owner.get("/api/v1/messages").await.told(200);
    let kinds: Vec<&str> =
        told["messages"].as_array().unwrap().iter().map(|m| text(&m["kind"])).collect();
    assert_eq!(kinds, ["door_left", "door_taken", "approved"]);
    assert!(told["messages"][0]["read_ms"].is_null(), "new when it was first read");
    let again = owner.get("/api/v1/messages?page=0").await.told(200);
    assert!(again["messages"][0]["read_ms"].is_i64());
    owner.get("/api/v1/messages?page=x").await.refuses_fields(&["page"]);
}

#[tokio::test]
async fn a_unit_is_handed_over_with_all_its_doors() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (owner, phone) = (Program::new(&t, &door.manager), t.fresh_phone());
    let transfer = "/api/v1/organisation/transfer";
    let none = json!({ "masked_phone": null, "until_ms": null });
    assert_eq!(owner.get(transfer).await.told(200), none);
    owner.delete(transfer).await.refuses(409);
    owner.post(transfer, &json!({ "phone": "1" })).await.refuses_fields(&["phone"]);
    owner.post(transfer, &json!({ "phone": phone })).await.told(200);
    assert_eq!(owner.get(transfer).await.told(200)["masked_phone"], masked(&phone));
    owner.delete(transfer).await.told(204);
    let again = owner.post(transfer, &json!({ "phone": phone })).await.told(200);
    assert_eq!(again["text_message"], "not_again");
    let guest = manager_of(&t, &phone).await;
    let offers = guest.get("/api/v1/offers").await.told(200)["offers"].clone();
    assert_eq!((offers.as_array().unwrap().len(), &offers[0]["door"]), (1, &Value::Null));
    guest.press(&format!("/api/v1/offers/{}/decline", offers[0]["id"])).await.told(204);
    owner.post(transfer, &json!({ "phone": phone })).await.told(200);
    let offers = guest.get("/api/v1/offers").await.told(200)["offers"].clone();
    guest.press(&format!("/api/v1/offers/{}/accept", offers[0]["id"])).await.told(204);
    let list = guest.get("/api/v1/checkpoints").await.told(200);
    assert_eq!(list["checkpoints"][0]["id"], door.number.0);
    owner.get("/api/v1/organisation").await.refuses(404);
}

#[tokio::test]
async fn two_reviewers_say_yes_and_the_second_is_the_countys() {
    let t = TestHouse::with_two_steps().await;
    let manager = Program::new(&t, &t.manager_with_organisation().await);
    let form = crate::program::door_form(&t);
    let made = manager.post("/api/v1/checkpoints", &form).await;
    let place = made.place().to_owned();
    let township = Program::new(&t, &t.staff_token(Role::Reviewer, "341202001").await);
    let elsewhere = Program::new(&t, &t.staff_token(Role::Reviewer, "341202004").await);
    let county = Program::new(&t, &t.staff_token(Role::Reviewer, "341202").await);
    let queue = township.get("/api/v1/applications").await.told(200);
    assert_eq!((&queue["total"], &queue["region"]), (&json!(1), &json!("341202001")));
    let row = &queue["applications"][0];
    let approve = format!("/api/v1/applications/{}/approve", row["id"]);
    let round = json!({ "round": row["round"] });
    elsewhere.post(&approve, &round).await.refuses(404);
    let many = json!({ "seen_ms": queue["seen_ms"] });
    let came = township.post("/api/v1/applications/approve", &many).await.told(200);
    assert_eq!(came, json!({ "approved": 1, "to": "endorsed", "left": 0 }));
    assert_eq!(manager.get(&place).await.told(200)["state"], "endorsed");
    let counts = manager.get("/api/v1/checkpoints").await.told(200)["counts"].clone();
    assert_eq!(counts, json!({ "submitted": 0, "endorsed": 1, "returned": 0, "approved": 0 }));
    township.post(&approve, &round).await.refuses(409);
    county.post(&approve, &round).await.told(204);
    assert_eq!(manager.get(&place).await.told(200)["state"], "approved");
}
