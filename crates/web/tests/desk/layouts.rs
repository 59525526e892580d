//! The administrator's layouts of posters.

use crate::browser::{Browser, Seen};
use axum::http::{StatusCode, header};
use domain::accounts::Role;
use testkit::TestHouse;

/// Uploads a layout with the guard of the page before.
async fn upload(browser: &mut Browser, size: &str, note: &str, svg: &str) -> Seen {
    let part = |head: &str, body: &str| {
        format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let body = [
        part("name=\"csrf\"", &browser.guard),
        part("name=\"size\"", size),
        part("name=\"county\"", ""),
        part("name=\"note\"", note),
        part("name=\"file\"; filename=\"a.svg\"", svg),
        "--x--\r\n".to_owned(),
    ];
    browser.post_file("/layouts/upload", body.concat()).await
}

#[tokio::test]
async fn a_layout_is_uploaded_looked_at_and_put_in_force() {
    let t = TestHouse::new().await;
    let token = t.staff_token(Role::Administrator, "").await;
    let mut browser = Browser::of(&t, &token).await;
    browser.get("/layouts").await.says("还没有自己的版式");
    let example = browser.get("/layouts/examples/A4.svg").await;
    assert!(example.header(header::CONTENT_DISPOSITION).starts_with("attachment"));
    assert_eq!(browser.get("/layouts/examples/A5.svg").await.status, StatusCode::NOT_FOUND);
    let svg = example.text();

    let hostile = svg.replacen("</svg>", "<script>alert(1)</script></svg>", 1);
    let refused = upload(&mut browser, "A4", "2026 年版", &hostile).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("这个文件不合格");
    refused.says("value=\"2026 年版\"");
    refused.says_not("<script>alert");
    let nameless = upload(&mut browser, "A4", "", &svg).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    nameless.says("id=\"note-wrong\"");

    let kept = upload(&mut browser, "A4", "2026 年版", &svg).await;
    assert_eq!(kept.aim(), "/layouts?done=kept");
    browser.get(kept.aim()).await.says("版式 2");
    assert!(browser.get("/layouts/2/preview.pdf").await.bytes.starts_with(b"%PDF"));
    assert_eq!(browser.get("/layouts/2/file.svg").await.text(), svg);
    assert_eq!(browser.get("/layouts/3/preview.pdf").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post("/layouts/2/begin", &[]).await.aim(), "/layouts?done=begun");
    let again = browser.post("/layouts/2/begin", &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    again.says("这个版式已经启用");
    assert_eq!(browser.post("/layouts/2/end", &[]).await.aim(), "/layouts?done=ended");
}
