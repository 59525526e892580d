//! A visitor's family, phone and registration on pages and by API: whole ways, and what stays typed.

use crate::{
    browser::Browser,
    support::{signed_up, visits_at},
};
use actions::{accounts::sms_codes::CodeUse, checkpoints::settings};
use axum::http::{Method, StatusCode};
use domain::{
    checkpoints::SettingsForm,
    people::resident_id_check,
    time::{DAY_MS, MINUTE_MS},
};
use serde_json::json;
use testkit::TestHouse;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

fn child() -> String {
    let body = "34999920200101007";
    format!("{body}{}", char::from(resident_id_check(body.as_bytes()).unwrap()))
}

#[tokio::test]
async fn a_child_is_added_on_a_page_and_enters_by_a_press_of_its_own() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let token = signed_up(&t, &t.person_form()).await;
    let mut browser = Browser::holding(&t, "vc_visitor", &token).await;
    browser.get("/me/family").await.says("还没有家人");
    let number = child();
    let mut typed = vec![
        ("relation", "child"),
        ("name", "李小小"),
        ("id_kind", "resident_id"),
        ("id_number", &number),
    ];
    let seen = browser.post("/me/family", &typed).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    seen.says("请先阅读说明并勾选同意");
    seen.says("value=\"李小小\"");
    typed.push(("consent", "1"));
    assert_eq!(browser.post("/me/family", &typed).await.aim(), "/me/family");
    let seen = browser.get("/me/family").await;
    seen.says("李*小");
    let month = t.now().plus(180 * DAY_MS).month_text();
    seen.says(&format!("一直不进门，登记在 {month} 自动删除"));
    let at_door = format!("/c/{}/family", door.code);
    browser.get(&at_door).await.says("登记 李*小");
    assert_eq!(visits_at(&t, &door).await, [], "looking registers nobody");
    let aim = browser.post(&format!("{at_door}/1"), &[]).await.aim().to_owned();
    let result = browser.get(&aim).await;
    result.says("登记成功");
    result.says("李*小");
    assert_eq!(visits_at(&t, &door).await.len(), 1);
    let other = signed_up(&t, &t.person_form()).await;
    let mut stranger = Browser::holding(&t, "vc_visitor", &other).await;
    assert_eq!(stranger.get(&aim).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&format!("{at_door}/1"), &[]).await.status, StatusCode::NOT_FOUND);
    browser.post("/me/family/1/remove", &[]).await.aim();
    browser.get(&at_door).await.says("还没有可以登记的家人");
}

#[tokio::test]
async fn where_a_door_asks_for_the_position_a_member_is_asked_too_and_may_refuse() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let manager = t.staff(&door.manager).await.as_manager().unwrap();
    let form = SettingsForm {
        asks_position: "1".to_owned(),
        latitude: "32.89".to_owned(),
        longitude: "115.814".to_owned(),
        radius_m: "200".to_owned(),
        ..SettingsForm::default()
    };
    settings::set(&t, &manager, door.number, &form).await.unwrap();
    let token = signed_up(&t, &t.person_form()).await;
    let mut browser = Browser::holding(&t, "vc_visitor", &token).await;
    let at_door = format!("/c/{}/family", door.code);
    assert!(!browser.get(&at_door).await.text().contains("核对位置"), "nobody to be asked for");
    let number = child();
    let typed = [
        ("relation", "child"),
        ("name", "李小小"),
        ("id_kind", "resident_id"),
        ("id_number", &number),
        ("consent", "1"),
    ];
    browser.post("/me/family", &typed).await.aim();
    let own = browser.get(&format!("/c/{}", door.code)).await;
    let seen = browser.get(&at_door).await;
    for says in
        ["这个门要核对位置", "位置只当场比对，不保存", "name=\"position\"", "getCurrentPosition"]
    {
        own.says(says);
        seen.says(says);
    }
    let press = format!("{at_door}/1");
    let near = [("position", "32.8905,115.814,20")];
    let enter = async |browser: &mut Browser, told: &[(&str, &str)]| {
        t.clock.advance_ms(2 * MINUTE_MS);
        let aim = browser.post(&press, told).await.aim().to_owned();
        browser.get(&aim).await
    };
    assert!(!enter(&mut browser, &near).await.text().contains("请值守人员复核"));
    let far = [("position", "33.3,115.814,20")];
    enter(&mut browser, &far).await.says("扫码的位置离这个门较远，请值守人员复核");
    enter(&mut browser, &[("position", "")]).await.says("没有得到位置，请值守人员复核");
    enter(&mut browser, &[]).await.says("没有得到位置，请值守人员复核");

    t.clock.advance_ms(2 * MINUTE_MS);
    let told = json!({ "code": door.code, "position": {
        "latitude": 32.8905, "longitude": 115.814, "accuracy_m": 20.0 } });
    let address = "/api/v1/family/1/checkins";
    let entered = browser.ask(&Method::POST, address, &JSON, told.to_string()).await.json();
    assert_eq!((&entered["position"], &entered["verdict"]), (&json!("near"), &json!("pass")));
    t.clock.advance_ms(2 * MINUTE_MS);
    let untold = json!({ "code": door.code }).to_string();
    let entered = browser.ask(&Method::POST, address, &JSON, untold).await.json();
    assert_eq!((&entered["position"], &entered["verdict"]), (&json!("untold"), &json!("recheck")));
}

#[tokio::test]
async fn the_same_by_api() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let token = signed_up(&t, &t.person_form()).await;
    let browser = Browser::holding(&t, "vc_visitor", &token).await;
    let ask = async |method: &Method, path: &str, body: serde_json::Value| {
        browser.ask(method, path, &JSON, body.to_string()).await
    };
    let new = json!({
        "relation": "child", "name": "李小小", "id_kind": "resident_id",
        "id_number": child(), "consent": true,
    });
    let added = ask(&Method::POST, "/api/v1/family", new.clone()).await;
    assert_eq!((added.status, added.json()["waits"].as_bool()), (StatusCode::CREATED, Some(false)));
    let again = ask(&Method::POST, "/api/v1/family", new).await;
    assert_eq!(again.json()["errors"][0]["field"], "id_number");
    let listed = browser.ask(&Method::GET, "/api/v1/family", &[], String::new()).await.json();
    assert_eq!(listed["members"][0]["masked_name"], "李*小");
    let month = t.now().plus(180 * DAY_MS).month_text();
    assert_eq!(listed["members"][0]["erased_month"], month);
    assert_eq!(added.json()["erased_month"], month);
    let entry = json!({ "code": door.code });
    let entered = ask(&Method::POST, "/api/v1/family/1/checkins", entry).await;
    assert_eq!(
        (entered.status, entered.json()["method"].as_str()),
        (StatusCode::CREATED, Some("family"))
    );
    let place = entered.header(axum::http::header::LOCATION).to_owned();
    let read = browser.ask(&Method::GET, &place, &[], String::new()).await;
    assert_eq!(read.json()["id"], entered.json()["id"]);
    let gone = ask(&Method::DELETE, "/api/v1/family/1", json!({})).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let request =
        ask(&Method::POST, "/api/v1/family-requests/1/answer", json!({"agree": true})).await;
    assert_eq!(request.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_phone_is_changed_on_a_page_and_every_other_browser_is_signed_out() {
    let t = TestHouse::new().await;
    let form = t.person_form();
    let token = signed_up(&t, &form).await;
    let mut browser = Browser::holding(&t, "vc_visitor", &token).await;
    let mut other = Browser::holding(&t, "vc_visitor", &token).await;
    let phone = t.fresh_phone();
    let sent = browser.post("/me/phone/code", &[("phone", &phone)]).await;
    sent.says("验证码已发到新手机");
    sent.says(&format!("value=\"{phone}\""));
    let code = t.outbox.code(&phone).unwrap();
    let typed = [("phone", phone.as_str()), ("sms_code", &code)];
    let missing = browser.post("/me/phone", &typed).await;
    missing.says("请填写原手机收到的验证码，或填写您的证件号码");
    missing.says(&format!("value=\"{code}\""));
    let typed = [typed[0], typed[1], ("id_number", &form.id_number)];
    assert_eq!(browser.post("/me/phone", &typed).await.aim(), "/me/details");
    browser.get("/me/details").await.says("199****");
    assert_eq!(other.get("/me/details").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_lost_phone_and_an_objection_have_their_pages() {
    let t = TestHouse::new().await;
    t.police.say(domain::people::CheckOutcome::Agrees);
    let form = t.person_form();
    signed_up(&t, &form).await;
    let mut browser = Browser::new(&t).await;
    browser.get("/lost-phone").await.says("申请换成新手机号");
    let phone = t.fresh_phone();
    browser.post("/lost-phone/code", &[("phone", &phone)]).await.says("验证码已发送");
    let code = t.outbox.code(&phone).unwrap();
    let typed = [
        ("name", form.name.as_str()),
        ("id_kind", &form.id_kind),
        ("id_number", &form.id_number),
        ("phone", &phone),
        ("sms_code", &code),
    ];
    let wrong = browser.post("/lost-phone", &typed[1..]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says(&format!("value=\"{code}\""));
    browser.post("/lost-phone", &typed).await.says("申请已收到");
    let known = t.sms_code(CodeUse::Objection, &form.phone).await;
    let stop = [("phone", form.phone.as_str()), ("sms_code", &known)];
    browser.get("/lost-phone/stop").await.says("阻止换号");
    browser.post("/lost-phone/stop", &stop).await.says("已阻止");
}
