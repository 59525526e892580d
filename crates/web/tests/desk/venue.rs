//! A manager's way: organisation, application, files, devices.

use crate::browser::{Browser, Seen};
use axum::http::{StatusCode, header};
use testkit::TestHouse;

/// The fields of a door that nobody has applied for.
pub(crate) fn door_fields(door: &str) -> Vec<(&str, &str)> {
    vec![
        ("name", "阜阳市人民医院（南区）"),
        ("door", door),
        ("address", "三清路 501 号"),
        ("county", "341202"),
        ("township", "341202001"),
        ("category", "105"),
        ("responsible_name", "赵敏"),
        ("responsible_phone", "13800138000"),
    ]
}

#[tokio::test]
async fn the_organisation_is_registered_once_and_wrong_input_is_marked() {
    let t = TestHouse::new().await;
    let token = t.manager().await;
    let mut browser = Browser::of(&t, &token).await;
    assert_eq!(browser.get("/venue/checkpoints/new").await.aim(), "/venue/organisation/new");
    browser.get("/venue/organisation/new").await.says("<optgroup label=\"颍州区\"");
    let wrong = [
        ("name", "<script>alert(1)</script>"),
        ("credit_code", "123"),
        ("county", "341203"),
        ("township", "341202001"),
    ];
    let refused = browser.post("/venue/organisation/new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("id=\"credit_code-wrong\"");
    refused.says("id=\"township-wrong\"");
    refused.says("value=\"123\"");
    refused.says_not("<script>alert");
    let right = [("name", "阜阳市人民医院"), ("county", "341202"), ("township", "341202001")];
    let created = browser.post("/venue/organisation/new", &right).await;
    assert_eq!(created.aim(), "/venue/checkpoints/new");
    let again = browser.post("/venue/organisation/new", &right).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    again.says("不用重复登记");
    let form = browser.get("/venue/checkpoints/new").await;
    form.says("value=\"阜阳市人民医院\"");
    form.says("<option value=\"341202001\" selected>");
}

#[tokio::test]
async fn a_door_is_applied_for_once() {
    let t = TestHouse::new().await;
    let token = t.manager_with_organisation().await;
    let mut browser = Browser::of(&t, &token).await;
    browser.get("/venue").await.says("还没有检查点");
    let empty = browser.post("/venue/checkpoints/new", &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "door", "address", "township", "category", "responsible_name"] {
        empty.says(&format!("id=\"{field}-wrong\""));
    }
    let sent = browser.post("/venue/checkpoints/new", &door_fields("东门")).await;
    let page = sent.aim().to_owned();
    browser.get(&page).await.says("申请已提交");
    let twice = browser.post("/venue/checkpoints/new", &door_fields("东门")).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    twice.says("id=\"door-wrong\"");
    let home = browser.get("/venue").await;
    home.says("东门");
    home.says("待审核");
}

fn is_file(seen: &Seen, kind: &str, ending: &str) {
    assert_eq!(seen.status, StatusCode::OK);
    assert_eq!(seen.header(header::CONTENT_TYPE), kind);
    let disposition = seen.header(header::CONTENT_DISPOSITION);
    assert!(disposition.starts_with("attachment; ") && disposition.is_ascii(), "{disposition}");
    assert!(disposition.contains("filename*=UTF-8''%"), "{disposition}");
    assert!(disposition.ends_with(ending), "{disposition}");
}

#[tokio::test]
async fn an_approved_door_has_files_and_devices_and_nobody_elses_manager_sees_it() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    t.duty(&door).await;
    let page = format!("/venue/checkpoints/{}", door.number.0);
    let mut browser = Browser::of(&t, &door.manager).await;
    let seen = browser.get(&page).await;
    seen.says(&format!("http://127.0.0.1:8080/c/{}", door.code));
    seen.says("值守屏");
    let poster = browser.get(&format!("{page}/poster-a4.pdf")).await;
    is_file(&poster, "application/pdf", ".pdf");
    assert!(poster.bytes.starts_with(b"%PDF-"));
    let code = browser.get(&format!("{page}/code.svg")).await;
    is_file(&code, "image/svg+xml", ".svg");
    code.says("<svg");

    let link = browser.post(&format!("{page}/duty-links"), &[]).await;
    link.says("分钟内有效");
    link.says("<svg");
    let revoked = browser.post(&format!("{page}/devices/1/revoke"), &[]).await;
    assert_eq!(revoked.aim(), page);
    browser.get(&page).await.says("已停用");

    let mut other = Browser::of(&t, &t.manager_with_organisation().await).await;
    for path in [&page, &format!("{page}/edit"), &format!("{page}/poster-a4.pdf")] {
        assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [format!("{page}/duty-links"), format!("{page}/devices/1/revoke")] {
        assert_eq!(other.post(&path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn before_approval_there_is_nothing_to_download_and_the_page_says_so() {
    let t = TestHouse::new().await;
    let token = t.manager_with_organisation().await;
    let mut browser = Browser::of(&t, &token).await;
    browser.get("/venue").await;
    let sent = browser.post("/venue/checkpoints/new", &door_fields("东门")).await;
    let page = sent.aim().split('?').next().unwrap().to_owned();
    for path in [format!("{page}/poster-a4.pdf"), format!("{page}/code.svg")] {
        let early = browser.get(&path).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "{path}");
        early.says("审核通过后才能下载海报");
    }
    let early = browser.post(&format!("{page}/duty-links"), &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    early.says("审核通过后才能绑定值守设备");
    assert_eq!(browser.get(&format!("{page}/edit")).await.aim(), page);
    for wrong in ["/venue/checkpoints/999", "/venue/checkpoints/-1", "/venue/checkpoints/x%ff"] {
        let status = browser.get(wrong).await.status;
        assert!(status.is_client_error(), "{wrong}: {status}");
    }
}
