//! Inspections in the browsers of an inspector and a manager.

use crate::browser::Browser;
use axum::http::{StatusCode, header};
use domain::accounts::Role;
use testkit::{Door, TestHouse};

async fn inspector(t: &TestHouse, region: &str) -> Browser {
    Browser::of(t, &t.staff_token(Role::Inspector, region).await).await
}

const FOUND: [(&str, &str); 5] = [
    ("seen", "0"),
    ("finding_not_posted", "1"),
    ("finding_no_reminder", "1"),
    ("note", "东门<b>没贴"),
    ("days", "3"),
];

/// A door, an inspector of its county, and the address of its form.
async fn at_a_door(t: &TestHouse) -> (Door, Browser, String) {
    let door = t.door().await;
    let form = format!("/inspections/doors/{}", door.number.0);
    let mut browser = inspector(t, "341202").await;
    browser.get("/inspections").await.says("还没有检查记录");
    (door, browser, form)
}

#[tokio::test]
async fn a_door_is_found_by_its_poster_and_leads_to_its_form() {
    let t = TestHouse::new().await;
    let (door, mut browser, form) = at_a_door(&t).await;
    browser.get("/inspections/new").await.says("要检查哪一个门？");
    let url = format!("/inspections/new?q=https%3A%2F%2Fcs.example.gov.cn%2Fc%2F{}", door.code);
    assert_eq!(browser.get(&url).await.aim(), form);
    let seen = browser.get("/inspections/new?q=%E4%BA%BA%E6%B0%91%E5%8C%BB%E9%99%A2").await;
    seen.says(&format!("href=\"{form}\""));
    browser.get("/inspections/new?q=%3Cscript%3E").await.says_not("<script>");
    let mut elsewhere = inspector(&t, "341203").await;
    elsewhere.get(&url).await.says("没有找到");
    assert_eq!(elsewhere.get(&form).await.status, StatusCode::NOT_FOUND);
    browser.get(&format!("{form}?code=old")).await.says("已作废的旧码");
}

#[tokio::test]
async fn findings_go_to_the_manager_and_come_back_answered() {
    let t = TestHouse::new().await;
    let (door, mut browser, form) = at_a_door(&t).await;
    browser.get(&form).await.says("name=\"seen\" value=\"0\"");
    let done = browser.post(&form, &FOUND).await;
    assert_eq!(done.aim(), "/inspections/1?done=recorded");
    let seen = browser.get(done.aim()).await;
    seen.says("已登记这次检查。");
    seen.says("没有张贴场所码");
    seen.says_not("<b>没贴");

    let mut manager = Browser::of(&t, &door.manager).await;
    manager.get("/venue").await.says("有 1 次检查等待整改");
    let checkpoint = format!("/venue/checkpoints/{}", door.number.0);
    let link = format!("/venue/inspections?door={}", door.number.0);
    manager.get(&checkpoint).await.says(&format!("href=\"{link}\""));
    manager.get(&link).await.says("href=\"/venue/inspections/1\"");
    let news = manager.get("/venue/messages").await;
    news.says("href=\"/venue/inspections/1\"");
    news.says("检查发现问题，请整改并答复");
    news.says("期限 2026-11-25");
    manager.get("/venue/inspections/1").await.says("整改后答复");
    let answer = "/venue/inspections/1/answer";
    let empty = manager.post(answer, &[("round", "0"), ("words", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = [("round", "0"), ("words", "东门已贴")];
    let done = manager.post(answer, &words).await;
    manager.get(done.aim()).await.says("已答复，等待巡查员复查。");
    let twice = manager.post(answer, &words).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    twice.says("这次检查刚有变动，请看最新状态");

    browser.get("/inspections?state=to_check").await.says("href=\"/inspections/1\"");
    browser.get("/inspections/1").await.says("东门已贴");
    let back = "/inspections/1/send-back";
    let wrong = browser.post(back, &[("round", "1"), ("reason", ""), ("days", "3")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.post(back, &[("round", "1"), ("reason", "还歪"), ("days", "2")]).await;
    assert_eq!(done.aim(), "/inspections/1?done=sent-back");
    let late = browser.post("/inspections/1/accept", &[("round", "1")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    manager.get("/venue/inspections/1").await.says("还歪");
    let done = browser.post("/inspections/1/accept", &[("round", "2")]).await;
    assert_eq!(done.aim(), "/inspections/1?done=accepted");
    browser.get(done.aim()).await.says_not("整改不合格");
    manager.get("/venue/messages").await.says("整改已通过复查");
    manager.get("/venue").await.says_not("次检查等待整改");
}

#[tokio::test]
async fn what_was_typed_is_kept_and_a_second_press_records_nothing() {
    let t = TestHouse::new().await;
    let (_, mut browser, form) = at_a_door(&t).await;
    let mut wrong = FOUND.to_vec();
    wrong.push(("finding_other", "1"));
    wrong[3] = ("note", " ");
    let seen = browser.post(&form, &wrong).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    seen.says("请写明是什么问题");
    seen.says("name=\"finding_not_posted\" value=\"1\" checked");
    let nothing = browser.post(&form, &[("seen", "0")]).await;
    nothing.says("请选择检查结果");
    browser.post(&form, &FOUND).await.aim();
    let twice = browser.post(&form, &FOUND).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    twice.says("这个门刚有了新的检查记录");
    twice.says("name=\"seen\" value=\"1\"");
    twice.says("href=\"/inspections/1\"");
    let in_order = browser.post(&form, &[("seen", "1"), ("outcome", "in_order")]).await;
    browser.get(in_order.aim()).await.says("未发现问题");
}

#[tokio::test]
async fn the_list_is_a_file_of_what_was_narrowed() {
    let t = TestHouse::new().await;
    let (_, mut browser, form) = at_a_door(&t).await;
    let mut fields = FOUND.to_vec();
    fields[3] = ("note", "=HYPERLINK(1)");
    browser.post(&form, &fields).await.aim();
    let file = browser.get("/inspections/table.csv").await;
    assert_eq!(file.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
    let text = file.text();
    assert!(text.contains(",'=HYPERLINK(1),待整改,2026-11-25,"), "{text}");
    assert_eq!(text.lines().count(), 2);
    let none = browser.get("/inspections/table.csv?state=accepted").await;
    assert_eq!(none.text().lines().count(), 1);
    let mut elsewhere = inspector(&t, "341203").await;
    assert_eq!(elsewhere.get("/inspections/table.csv").await.text().lines().count(), 1);
}

#[tokio::test]
async fn an_administrator_makes_an_inspector_of_a_township() {
    let t = TestHouse::new().await;
    let token = t.staff_token(Role::Administrator, "").await;
    let mut administrator = Browser::of(&t, &token).await;
    administrator.get("/accounts").await.says("<option value=\"inspector\"");
    let fields = [("role", "inspector"), ("county", "341202001")];
    administrator.post("/accounts", &fields).await.says("/set-up/");
    let fields = [("role", "investigator"), ("county", "341202001")];
    administrator.post("/accounts", &fields).await.says("只有审核员、巡查员和防控专员分县区和乡镇");
}
