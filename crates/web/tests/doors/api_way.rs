//! The whole way of a door with the API alone: a manager registers and applies, a reviewer is
//! invited and decides, the poster is downloaded, people enter, the door is closed.

use crate::program::{Program, door_form, with};
use domain::accounts::Role;
use serde_json::{Value, json};
use testkit::{PASSWORD, TestHouse};

/// The last part of a link.
fn link(url: &Value) -> String {
    url.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// A manager who has registered by API.
async fn manager(t: &TestHouse) -> Program {
    let mut program = Program::new(t, "");
    let phone = t.fresh_phone();
    let asked = json!({ "phone": phone });
    program.post("/api/v1/accounts/sms-codes", &asked).await.told(204);
    program.post("/api/v1/accounts/sms-codes", &asked).await.refuses(429);
    let code = t.outbox.code(&phone).unwrap();
    let form = json!({ "name": "韩梅", "phone": phone, "sms_code": code, "password": PASSWORD });
    let made = program.post_patiently("/api/v1/accounts", &form).await;
    assert_eq!(made.place(), "/api/v1/sessions/current");
    assert_eq!(made.json()["role"], "manager");
    program.token = made.json()["token"].as_str().unwrap().to_owned();
    program
}

/// A reviewer of 颍州区 whom an administrator has invited by API.
async fn reviewer(t: &TestHouse) -> Program {
    let administrator = Program::new(t, &t.staff_token(Role::Administrator, "").await);
    let wanted = json!({ "role": "reviewer", "county": "341202" });
    let url = administrator.post("/api/v1/invitations", &wanted).await.told(201)["url"].clone();
    let address = format!("/api/v1/invitations/{}", link(&url));
    let mut program = Program::new(t, "");
    let invitation = program.get(&address).await.told(200);
    assert_eq!(invitation["role"], "reviewer");
    assert_eq!(invitation["county_name"], "颍州区");
    let phone = t.fresh_phone();
    let form = json!({ "name": "李雷", "phone": phone, "password": PASSWORD });
    let account = format!("{address}/account");
    let made = program.post_patiently(&account, &form).await.told(201);
    assert_eq!(made["region"], "341202");
    program.get(&address).await.refuses(404);
    let listed = administrator.get("/api/v1/accounts").await.told(200);
    let newest = listed["accounts"].as_array().unwrap().iter().find(|a| a["role"] == "reviewer");
    assert_eq!(newest.unwrap()["masked_name"], made["masked_name"]);

    let session = json!({ "phone": phone, "password": PASSWORD });
    let session = program.post_patiently("/api/v1/sessions", &session).await;
    session.place();
    program.token = session.json()["token"].as_str().unwrap().to_owned();
    program
}

/// The manager's unit.
async fn unit(manager: &Program) {
    manager.get("/api/v1/organisation").await.refuses(404);
    let unit = json!({ "name": "阜阳市人民医院", "county": "341202", "township": "341202001" });
    let made = manager.put("/api/v1/organisation", &unit).await;
    let read = manager.get(made.place()).await.told(200);
    assert_eq!(
        (read["name"].clone(), read["credit_code"].clone()),
        (unit["name"].clone(), json!(null))
    );
    manager.put("/api/v1/organisation", &unit).await.refuses(409);
}

/// The only application that waits.
async fn waiting(reviewer: &Program) -> Value {
    let queue = reviewer.get("/api/v1/applications").await.told(200);
    assert_eq!(queue["total"], 1, "{queue}");
    queue["applications"][0].clone()
}

async fn approve(reviewer: &Program) {
    let row = waiting(reviewer).await;
    let path = format!("/api/v1/applications/{}/approve", row["id"]);
    reviewer.post(&path, &json!({ "round": row["round"] })).await.told(204);
}

/// An approved door: where it is read.
async fn door(t: &TestHouse, manager: &Program, reviewer: &Program) -> String {
    let made = manager.post("/api/v1/checkpoints", &door_form(t)).await;
    approve(reviewer).await;
    made.place().to_owned()
}

#[tokio::test]
async fn a_manager_applies_and_corrects_and_a_reviewer_decides() {
    let t = TestHouse::new().await;
    let (manager, reviewer) = (manager(&t).await, reviewer(&t).await);
    unit(&manager).await;
    let form = door_form(&t);
    let made = manager.post("/api/v1/checkpoints", &form).await;
    let place = made.place().to_owned();
    assert_eq!(made.json()["form"], form);
    manager.post("/api/v1/checkpoints", &form).await.refuses_fields(&["door"]);
    let written = |round: &Value, form: &Value| json!({ "round": round, "form": form });
    let mut seen = manager.get(&place).await.told(200);
    manager
        .put(&format!("{place}/application"), &written(&seen["round"], &form))
        .await
        .refuses(409);
    manager.get(&format!("{place}/posters/A4.pdf")).await.refuses(409);

    let row = waiting(&reviewer).await;
    let application = format!("/api/v1/applications/{}", row["id"]);
    let detail = reviewer.get(&application).await.told(200);
    assert_eq!(detail["masked_responsible_name"], "赵*");
    assert_eq!(detail["standing"], "applying");
    let back = json!({ "round": row["round"], "reason": "地址不详细，请写到门牌号" });
    reviewer.post(&format!("{application}/return"), &back).await.told(204);
    reviewer.post(&format!("{application}/return"), &back).await.refuses(409);

    seen = manager.get(&place).await.told(200);
    assert_eq!(
        (seen["state"].clone(), seen["reason"].clone()),
        (json!("returned"), back["reason"].clone())
    );
    let corrected = with(&form, "address", "三清路 503 号");
    let stale = written(&json!(seen["round"].as_i64().unwrap() - 1), &corrected);
    manager.put(&format!("{place}/application"), &stale).await.refuses(409);
    let corrected = written(&seen["round"], &corrected);
    manager.put(&format!("{place}/application"), &corrected).await.told(204);
    // A decision about what was on the screen before is none.
    let late = json!({ "round": row["round"] });
    reviewer.post(&format!("{application}/approve"), &late).await.refuses(409);
    approve(&reviewer).await;

    manager.get("/api/v1/checkpoints?sort=random").await.refuses_fields(&["sort"]);
    manager.get("/api/v1/checkpoints?sort=name").await.told(200);
    let list = manager.get("/api/v1/checkpoints?state=approved&q=503&sort=address").await.told(200);
    assert_eq!(list["total"], 1);
    assert_eq!(
        list["counts"],
        json!({ "submitted": 0, "endorsed": 0, "returned": 0, "approved": 1 })
    );
    assert_eq!(list["checkpoints"][0]["standing"], "open");
    let seen = manager.get(&place).await.told(200);
    let states: Vec<&Value> =
        seen["history"].as_array().unwrap().iter().map(|step| &step["state"]).collect();
    assert_eq!(states, ["submitted", "returned", "submitted", "approved"]);
    assert!(seen["code"]["url"].as_str().unwrap().contains("/c/"));
}

#[tokio::test]
async fn a_door_gets_its_poster_and_its_device_and_people_enter() {
    let t = TestHouse::new().await;
    let (manager, reviewer) = (manager(&t).await, reviewer(&t).await);
    unit(&manager).await;
    let place = door(&t, &manager, &reviewer).await;
    for name in ["A4", "600x900", "800x1800-bleed"] {
        let poster = manager.get(&format!("{place}/posters/{name}.pdf")).await;
        poster.is_file("application/pdf", b"%PDF");
    }
    manager.get(&format!("{place}/code.svg")).await.is_file("image/svg+xml", b"<svg");
    manager.get(&format!("{place}/code.png")).await.is_file("image/png", b"\x89PNG");
    manager.get("/api/v1/posters/A4.zip").await.is_file("application/zip", b"PK");
    manager.get("/api/v1/posting-guide.pdf").await.is_file("application/pdf", b"%PDF");
    manager.get("/api/v1/empty-layouts/A4.pdf").await.is_file("application/pdf", b"%PDF");
    for unknown in [format!("{place}/posters/A5.pdf"), format!("{place}/posters/A4.svg")] {
        manager.get(&unknown).await.refuses(404);
    }
    manager.get("/api/v1/posters/A4.pdf").await.refuses(404);
    manager.get("/api/v1/empty-layouts/A5.pdf").await.refuses(404);

    let made = manager.press(&format!("{place}/duty-links")).await.told(201);
    assert!(made["qr_svg"].as_str().unwrap().starts_with("<svg"));
    let enrol = format!("/api/v1/duty-links/{}/device", link(&made["url"]));
    let nobody = Program::new(&t, "");
    nobody.post(&enrol, &json!({ "label": "" })).await.refuses_fields(&["label"]);
    let device = nobody.post(&enrol, &json!({ "label": "东门平板" })).await.told(201);
    nobody.post(&enrol, &json!({ "label": "再来" })).await.refuses(404);
    let duty = Program::new(&t, device["token"].as_str().unwrap());
    let id = testkit::id_number(901);
    let scan = json!({ "id_kind": "resident_id", "id_number": id, "name": "陈秀英" });
    for again in [false, true] {
        let told = duty.post("/api/v1/reverse-scans", &scan).await.told(201);
        assert_eq!(told["again"], again);
    }

    let counts = manager.get(&format!("{place}/counts")).await.told(200);
    let days = counts["days"].as_array().unwrap();
    assert_eq!((days.len(), days[0]["total"].clone()), (14, json!(1)));
    assert_eq!(days[0]["hours"][14], 1, "at 14:32 in Fuyang");
    let devices = manager.get(&format!("{place}/devices")).await.told(200);
    assert_eq!(devices["devices"][0]["label"], "东门平板");
    let one = format!("{place}/devices/{}", devices["devices"][0]["id"]);
    manager.delete(&one).await.told(204);
    manager.delete(&one).await.refuses(404);
    duty.post("/api/v1/reverse-scans", &scan).await.refuses(401);
}

#[tokio::test]
async fn a_door_is_changed_stopped_closed_and_its_code_replaced() {
    let t = TestHouse::new().await;
    let (manager, reviewer) = (manager(&t).await, reviewer(&t).await);
    unit(&manager).await;
    let place = door(&t, &manager, &reviewer).await;
    let seen = manager.get(&place).await.told(200);
    let visitor = Program::new(&t, &t.visitor().await.1);
    let entry = json!({ "code": link(&seen["code"]["url"]) });
    visitor.post("/api/v1/checkins", &entry).await.told(201);

    let change = format!("{place}/change");
    let written = |form: &Value| json!({ "round": seen["round"], "form": form });
    manager.put(&change, &written(&seen["form"])).await.refuses(409);
    let wanted = with(&seen["form"], "name", "阜阳市人民医院（新区）");
    manager.put(&change, &json!({ "round": 0, "form": wanted })).await.refuses(409);
    manager.put(&change, &written(&wanted)).await.told(204);
    manager.put(&change, &written(&wanted)).await.refuses(409);
    let row = waiting(&reviewer).await;
    let detail = reviewer.get(&format!("/api/v1/applications/{}", row["id"])).await.told(200);
    assert_eq!(detail["changes"].as_array().unwrap().len(), 1);
    assert_eq!(detail["changes"][0]["field"], "name");
    assert_eq!(manager.get(&place).await.json()["proposed"], wanted);
    manager.delete(&change).await.told(204);
    manager.delete(&change).await.refuses(409);

    let suspend = format!("/api/v1/checkpoints/{}/suspend", detail["checkpoint"]);
    reviewer.post(&suspend, &json!({ "reason": "" })).await.refuses_fields(&["reason"]);
    reviewer.post(&suspend, &json!({ "reason": "海报贴错了门" })).await.told(204);
    reviewer.post(&suspend, &json!({ "reason": "再来一次" })).await.refuses(409);
    visitor.post("/api/v1/checkins", &entry).await.refuses(409);
    manager.press(&format!("{place}/close")).await.refuses(409);
    manager.press(&format!("{place}/duty-links")).await.refuses(409);
    let resume = suspend.replace("suspend", "resume");
    reviewer.press(&resume).await.told(204);
    reviewer.press(&resume).await.refuses(409);
    visitor.post("/api/v1/checkins", &entry).await.told(201);

    let report = format!("{place}/poster-reports");
    let number = &seen["code"]["number"];
    let fault = |fault: &str| json!({ "fault": fault, "code_number": number });
    manager.post(&report, &fault("stolen")).await.refuses_fields(&["fault"]);
    assert_eq!(manager.post(&report, &fault("damaged")).await.told(200)["replaced"], false);
    assert_eq!(manager.post(&report, &fault("lost")).await.told(200)["replaced"], true);
    manager.post(&report, &fault("lost")).await.refuses(409);
    visitor.post("/api/v1/checkins", &entry).await.refuses(409);
    let entry = json!({ "code": link(&manager.get(&place).await.json()["code"]["url"]) });
    visitor.post("/api/v1/checkins", &entry).await.told(201);

    manager.press(&format!("{place}/close")).await.told(204);
    visitor.post("/api/v1/checkins", &entry).await.refuses(409);
    manager.get(&format!("{place}/posters/A4.pdf")).await.refuses(409);
    manager.get(&format!("{place}/code.svg")).await.refuses(409);
    manager.get(&format!("{place}/code.png")).await.refuses(409);
    manager.get("/api/v1/posters/A4.zip").await.refuses(409);
    manager.press(&format!("{place}/reopen")).await.told(204);
    manager.press(&format!("{place}/reopen")).await.refuses(409);
    let life = manager.get(&place).await.json()["life"].clone();
    let life: Vec<&Value> = life.as_array().unwrap().iter().map(|s| &s["happening"]).collect();
    assert_eq!(
        life,
        ["suspended", "resumed", "poster_damaged", "code_replaced", "closed", "reopened"]
    );
}

#[tokio::test]
async fn a_token_is_nobodys_after_its_session_ended() {
    let t = TestHouse::new().await;
    let manager = manager(&t).await;
    let who = manager.get("/api/v1/sessions/current").await.told(200);
    assert_eq!((who["role"].clone(), who["masked_name"].clone()), (json!("manager"), json!("韩*")));
    manager.delete("/api/v1/sessions/current").await.told(204);
    for path in ["/api/v1/sessions/current", "/api/v1/checkpoints", "/api/v1/regions"] {
        manager.get(path).await.refuses(401);
    }
    manager.delete("/api/v1/sessions/current").await.refuses(401);
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_five_lock_the_account() {
    let t = TestHouse::new().await;
    let program = Program::new(&t, "");
    let wrong = json!({ "phone": "13800138000", "password": "nobody's" });
    let session = "/api/v1/sessions";
    program.post_patiently(session, &wrong).await.refuses_fields(&["password"]);
    let phone = t.fresh_phone();
    let code = t.sms_code(actions::accounts::sms_codes::CodeUse::Account, &phone).await;
    let form = json!({ "name": "韩梅", "phone": phone, "sms_code": code, "password": PASSWORD });
    program.post_patiently("/api/v1/accounts", &form).await.place();
    let wrong = json!({ "phone": phone, "password": "not this one, really" });
    for _ in 0..5 {
        program.post_patiently(session, &wrong).await.refuses_fields(&["password"]);
    }
    let right = json!({ "phone": phone, "password": PASSWORD });
    program.post_patiently(session, &right).await.refuses(429);
    t.clock.advance_ms(16 * 60_000);
    program.post_patiently(session, &right).await.place();
    // Nothing of a browser is given to a program.
    let seen = program.post_patiently(session, &right).await;
    assert!(!seen.headers.contains_key("set-cookie"));
}
