//! From the manager to the reviewer and back.

use crate::{
    browser::{Browser, Seen},
    venue::{door_fields, written},
};
use axum::http::StatusCode;
use domain::accounts::Role;
use testkit::TestHouse;

async fn reviewer(t: &TestHouse, county: &str) -> Browser {
    Browser::of(t, &t.staff_token(Role::Reviewer, county).await).await
}

/// The number of the application whose decision is offered.
fn offered(seen: &Seen) -> i64 {
    let text = seen.text();
    let rest = text.split("action=\"/review/").nth(1).expect("a decision is offered");
    rest.split('/').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_application_comes_back_once_is_corrected_and_approved() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    let sent = manager.post("/venue/checkpoints/new", &door_fields("东门")).await;
    let page = sent.aim().split('?').next().unwrap().to_owned();

    let mut reviewer = reviewer(&t, "341202").await;
    let queue = reviewer.get("/review").await;
    queue.says("东门");
    queue.says("赵*");
    queue.says_not("13800138000");
    let id = offered(&queue);
    let silent =
        reviewer.post(&format!("/review/{id}/return"), &[("round", "1"), ("reason", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    silent.says("id=\"reason-wrong\"");
    let reason = [("round", "1"), ("reason", "<script>alert(1)</script> 门牌不符")];
    let back = reviewer.post(&format!("/review/{id}/return"), &reason).await;
    assert!(back.aim().starts_with("/review?state=submitted"));
    reviewer.get(back.aim()).await.says("已退回上一件");

    let seen = manager.get(&page).await;
    seen.says("申请被退回");
    seen.says("门牌不符");
    seen.says_not("<script>alert");
    let form = manager.get(&format!("{page}/edit")).await;
    form.says("退回原因");
    form.says("value=\"东门\"");
    let wrong = manager.post(&format!("{page}/edit"), &[("name", "改名")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("门牌不符");
    let again = manager.post(&format!("{page}/edit"), &written("1", "南门")).await;
    assert_eq!(again.aim(), format!("{page}?done=sent"));
    let late = manager.post(&format!("{page}/edit"), &written("1", "北门")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);

    let second = reviewer.get(&format!("/review?id={id}")).await;
    second.says("南门");
    second.says("第 2 次");
    second.says("name=\"round\" value=\"2\"");
    let stale = reviewer.post(&format!("/review/{id}/approve"), &[("round", "1")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    stale.says("对方刚重新提交过");
    let done = reviewer.post(&format!("/review/{id}/approve"), &[("round", "2")]).await;
    reviewer.get(done.aim()).await.says("都审完了");
    reviewer.get("/review?state=approved").await.says("南门");
    let approved = manager.get(&page).await;
    approved.says("A4（210×297 毫米）");
    approved.says("FY-1202-");
}

#[tokio::test]
async fn another_countys_reviewer_sees_and_decides_nothing() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    manager.post("/venue/checkpoints/new", &door_fields("东门")).await;
    let id = offered(&reviewer(&t, "341202").await.get("/review").await);

    let mut other = reviewer(&t, "341203").await;
    let queue = other.get("/review").await;
    queue.says("都审完了");
    queue.says_not("东门");
    assert_eq!(other.get(&format!("/review?id={id}")).await.status, StatusCode::NOT_FOUND);
    for deed in ["approve", "return"] {
        let path = format!("/review/{id}/{deed}");
        let seen = other.post(&path, &[("reason", "地址不详细")]).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{deed}");
    }
    offered(&reviewer(&t, "").await.get("/review").await);
}

#[tokio::test]
async fn a_decision_taken_meanwhile_is_said_and_changes_nothing() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    manager.post("/venue/checkpoints/new", &door_fields("东门")).await;
    let (mut one, mut two) = (reviewer(&t, "341202").await, reviewer(&t, "").await);
    let id = offered(&one.get("/review").await);
    two.get("/review").await;
    one.post(&format!("/review/{id}/approve"), &[("round", "1")]).await.aim();
    for (path, reason) in [("approve", ""), ("return", "场所类别选错，请重新选择")] {
        let late = two.post(&format!("/review/{id}/{path}"), &[("reason", reason)]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{path}");
        late.says("这件申请已有人处理");
        late.says("已通过");
        late.says_not(&format!("action=\"/review/{id}/approve\""));
    }
}

#[tokio::test]
async fn after_a_decision_the_next_one_is_open_and_the_search_stays() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    for door in ["东门", "南门", "西门"] {
        manager.post("/venue/checkpoints/new", &door_fields(door)).await.aim();
        t.clock.advance_ms(60_000);
    }
    let mut reviewer = reviewer(&t, "341202").await;
    let queue = reviewer.get("/review?q=三清路").await;
    queue.says("<h2>阜阳市人民医院（南区） · 东门</h2>");
    let text = queue.text();
    let next = text.split("name=\"next\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let kept = [("round", "1"), ("q", "三清路"), ("page", "0"), ("next", next)];
    let done = reviewer.post(&format!("/review/{}/approve", offered(&queue)), &kept).await;
    let seen = reviewer.get(done.aim()).await;
    seen.says("<h2>阜阳市人民医院（南区） · 南门</h2>");
    seen.says("value=\"三清路\"");
    reviewer.get("/review?q=没有这样的地方").await.says("没有找到");
    for odd in
        ["/review?page=x&id=y", "/review?page=999999999999999999999", "/review?state=%ff&q=%00"]
    {
        assert_eq!(reviewer.get(odd).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn an_approved_door_is_suspended_with_a_reason_and_let_go_on() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut reviewer = Browser::of(&t, &t.staff_token(Role::Reviewer, "341202").await).await;
    let list = reviewer.get("/review?state=approved").await;
    list.says("暂停这个检查点");
    let refused = reviewer.post("/review/1/suspend", &[("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("id=\"reason-wrong\"");
    let early = reviewer.post("/review/1/resume", &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    let done = reviewer.post("/review/1/suspend", &[("reason", "核实场所")]).await;
    assert_eq!(done.aim(), "/review?state=approved&id=1&done=suspended");
    let seen = reviewer.get("/review?state=approved&id=1&done=suspended").await;
    seen.says("已暂停");
    seen.says("核实场所");
    let mut visitor = Browser::new(&t).await;
    let stopped = visitor.get(&format!("/c/{}", door.code)).await;
    stopped.says("暂停");
    stopped.says_not("核实场所");
    let mut manager = Browser::of(&t, &door.manager).await;
    manager.get(&format!("/venue/checkpoints/{}", door.number.0)).await.says("核实场所");
    let mut elsewhere = Browser::of(&t, &t.staff_token(Role::Reviewer, "341203").await).await;
    elsewhere.get("/review").await;
    for path in ["/review/1/suspend", "/review/1/resume"] {
        let seen = elsewhere.post(path, &[("reason", "越界")]).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}");
    }
    let done = reviewer.post("/review/1/resume", &[]).await;
    assert_eq!(done.aim(), "/review?state=approved&id=1&done=resumed");
    assert_eq!(visitor.get(&format!("/c/{}", door.code)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_queue_is_narrowed_and_keeps_that_over_a_decision() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    for door in ["东门", "南门"] {
        manager.post("/venue/checkpoints/new", &door_fields(door)).await.aim();
    }
    let mut reviewer = reviewer(&t, "341202").await;
    let narrowed = "/review?region=341202001&category=1&doubt=no";
    let queue = reviewer.get(narrowed).await;
    queue.says("待审核 · 鼓楼街道");
    queue.says("<option value=\"341202001\" selected>");
    queue.says("<option value=\"1\" selected>");
    queue.says_not("颍东区");
    let id = offered(&queue);
    let kept = [("region", "341202001"), ("category", "1"), ("doubt", "no"), ("round", "1")];
    let done = reviewer.post(&format!("/review/{id}/approve"), &kept).await;
    let aim = "/review?state=submitted&region=341202001&category=1&doubt=no&done=approved";
    assert_eq!(done.aim(), aim);
    reviewer.get("/review?region=341202004").await.says("没有符合条件的申请");
    reviewer.get("/review?doubt=yes").await.says("没有符合条件的申请");
    reviewer.get("/review?days=1").await.says("没有符合条件的申请");
}

#[tokio::test]
async fn what_is_not_doubtful_is_approved_with_one_decision() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    for door in ["东门", "南门"] {
        manager.post("/venue/checkpoints/new", &door_fields(door)).await.aim();
    }
    let mut elsewhere = reviewer(&t, "341203").await;
    elsewhere.get("/review/many").await.says("没有可以一次通过的申请");
    let mut reviewer = reviewer(&t, "341202").await;
    reviewer.get("/review").await.says("href=\"/review/many?state=submitted\"");
    reviewer.get("/review?doubt=yes&state=submitted").await.says_not("/review/many");
    let page = reviewer.get("/review/many?q=东门").await;
    page.says("通过这 1 件");
    page.says_not("南门");
    let text = page.text();
    let seen = text.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let seen = seen.to_owned();
    let foreign = elsewhere.post("/review/many/approve", &[("seen", &seen)]).await;
    assert_eq!(foreign.aim(), "/review?state=submitted&done=many&count=0");
    for odd in ["", "x", "-5"] {
        let none = reviewer.post("/review/many/approve", &[("seen", odd)]).await;
        assert_eq!(none.aim(), "/review?state=submitted&done=many&count=0", "{odd}");
    }
    let done = reviewer.post("/review/many/approve", &[("seen", &seen), ("q", "东门")]).await;
    let after = reviewer.get(done.aim()).await;
    after.says("已通过 1 件。");
    reviewer.get("/review?state=approved").await.says("东门");
    reviewer.get("/review").await.says("南门");
}

#[tokio::test]
async fn a_page_of_the_queue_that_was_emptied_is_the_one_before() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    for n in 0..51 {
        manager.post("/venue/checkpoints/new", &door_fields(&format!("{n} 号门"))).await.aim();
        t.clock.advance_ms(1);
    }
    let mut reviewer = reviewer(&t, "341202").await;
    let last = reviewer.get("/review?page=1").await;
    last.says("2 / 2");
    let id = offered(&last);
    let kept = [("round", "1"), ("page", "1")];
    let done = reviewer.post(&format!("/review/{id}/approve"), &kept).await;
    let seen = reviewer.get(done.aim()).await;
    seen.says("<h2>阜阳市人民医院（南区） · 0 号门</h2>");
    seen.says_not("都审完了");
}
