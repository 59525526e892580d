//! Posters by the thousand as a manager's and a reviewer's browser see them.

use crate::browser::{Browser, Seen};
use actions::posters::jobs::run;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::accounts::Role;
use http_body_util::BodyExt;
use std::{sync::Arc, time::Duration};
use testkit::TestHouse;
use tokio::task::JoinHandle;

fn drawing(t: &TestHouse) -> JoinHandle<()> {
    let house = Arc::clone(&t.house);
    tokio::spawn(async move { run(&house).await })
}

async fn stopped(t: &TestHouse, drawing: JoinHandle<()>) {
    t.poster_jobs.stop();
    drawing.await.unwrap();
}

/// The page once this stands on it.
async fn until(browser: &mut Browser, path: &str, word: &str) -> Seen {
    for _ in 0..1_000 {
        let seen = browser.get(path).await;
        if seen.text().contains(word) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("“{word}” never came");
}

/// Asks for a part of a file.
async fn part(browser: &Browser, path: &str, headers: &[(&str, &str)]) -> Seen {
    let cookies: Vec<String> = browser.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let mut request = Request::get(path).header(header::COOKIE, cookies.join("; "));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = browser.router.answer(request.body(Body::empty()).unwrap()).await;
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    Seen { status: parts.status, headers: parts.headers, bytes }
}

#[tokio::test]
async fn a_manager_orders_waits_downloads_in_parts_and_deletes() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut browser = Browser::of(&t, &door.manager).await;
    let base = "/venue/poster-jobs";
    browser.get("/venue").await.says(base);
    browser.get(base).await.says("还没有生成过");
    let wrong = browser.post(base, &[("size", "A9"), ("form", "zip"), ("bleed", "1")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("id=\"size-wrong\"");
    wrong.says("value=\"1\" checked");
    let ordered = browser.post(base, &[("size", "A4"), ("form", "pdf")]).await;
    assert_eq!(ordered.aim(), "/venue/poster-jobs?done=ordered");
    let waiting = browser.get(ordered.aim()).await;
    waiting.says("已排队");
    waiting.says("http-equiv=\"refresh\"");
    let file = "/venue/poster-jobs/1/file";
    assert_eq!(browser.get(file).await.status, StatusCode::NOT_FOUND);
    let drawing = drawing(&t);
    until(&mut browser, base, "已完成").await.says(file);
    let whole = browser.get(file).await;
    assert!(whole.bytes.starts_with(b"%PDF"));
    assert_eq!(whole.header(header::CONTENT_LENGTH), whole.bytes.len().to_string());
    assert_eq!(whole.header(header::ACCEPT_RANGES), "bytes");
    assert!(whole.header(header::CONTENT_DISPOSITION).starts_with("attachment"));
    let tag = whole.header(header::ETAG);
    let length = whole.bytes.len();
    let rest = part(&browser, file, &[("range", "bytes=100-"), ("if-range", tag)]).await;
    assert_eq!(rest.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(rest.bytes, whole.bytes[100..]);
    let range = format!("bytes 100-{}/{length}", length - 1);
    assert_eq!(rest.header(header::CONTENT_RANGE), range);
    let other = part(&browser, file, &[("range", "bytes=100-"), ("if-range", "\"x\"")]).await;
    assert_eq!((other.status, other.bytes.len()), (StatusCode::OK, length));
    let over = part(&browser, file, &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!(over.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(over.header(header::CONTENT_RANGE), format!("bytes */{length}"));
    over.says("文件没有这一段");
    let deleted = browser.post("/venue/poster-jobs/1/cancel", &[]).await;
    assert_eq!(deleted.aim(), "/venue/poster-jobs?done=deleted");
    browser.get(base).await.says("还没有生成过");
    assert_eq!(browser.get(file).await.status, StatusCode::NOT_FOUND);
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn a_reviewer_chooses_in_the_own_county_and_cancels() {
    let t = TestHouse::new().await;
    t.door().await;
    let mut browser = Browser::of(&t, &t.staff_token(Role::Reviewer, "341202").await).await;
    let page = browser.get("/posters").await;
    page.says("<option value=\"341202\"");
    page.says_not("<option value=\"341203\"");
    let typed = |region| [("region", region), ("size", "A4"), ("form", "zip")];
    let foreign = browser.post("/posters", &typed("341203")).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
    foreign.says("id=\"region-wrong\"");
    assert_eq!(browser.post("/posters", &typed("341202")).await.aim(), "/posters?done=ordered");
    browser.get("/posters").await.says("排队中");
    let mut other = Browser::of(&t, &t.staff_token(Role::Reviewer, "341202").await).await;
    other.get("/posters").await.says("还没有生成过");
    assert_eq!(other.post("/posters/1/cancel", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.get("/posters/1/file").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post("/posters/1/cancel", &[]).await.aim(), "/posters?done=cancelled");
    browser.get("/posters").await.says("已取消");
    for _ in 0..3 {
        assert_eq!(browser.post("/posters", &typed("341202")).await.status, StatusCode::SEE_OTHER);
    }
    let full = browser.post("/posters", &typed("341202")).await;
    assert_eq!(full.status, StatusCode::CONFLICT);
    full.says("已有 3 个任务");
    full.says("value=\"341202\" selected");
}
