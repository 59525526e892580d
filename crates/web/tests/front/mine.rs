//! A person's own pages: the code on the screen.

use crate::{client::Client, visitor::known};
use axum::http::StatusCode;
use testkit::TestHouse;

#[tokio::test]
async fn my_code_is_shown_with_its_end_renewed_by_part_and_scanned_at_a_door() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let page = phone.get("/me/code").await;
    page.says(
        StatusCode::OK,
        &["<svg", "有效至 14:33:07", "王*明", "<noscript>", "href=\"/me/code\""],
    );
    page.says_not("小明");
    let part = phone.get_with("/me/code", &[("x-part", "1")]).await;
    part.says(StatusCode::OK, &["<svg", "data-left=\"60000\""]);
    part.says_not("<!doctype");
    Client::new(&t).await.get("/me/code").await.says(StatusCode::UNAUTHORIZED, &["还没有登录"]);

    let text = phone.get("/api/v1/me/code").await.json()["text"].as_str().unwrap().to_owned();
    let mut tablet = Client::with(&t, "vc_duty", &t.duty(&door).await).await;
    tablet
        .get("/duty/reverse-scan")
        .await
        .says(StatusCode::OK, &["我的码或离线码", "按证件号登记"]);
    // A scanner types wherever the cursor is.
    for (field, aim) in [("code", true), ("id_number", false)] {
        let fields = [("id_kind", "resident_id"), (field, text.as_str())];
        let seen = tablet.post("/duty/reverse-scans", &fields).await;
        if aim {
            assert_eq!(seen.aim(), "/duty");
        } else {
            seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["已经用过", "code-wrong"]);
        }
    }
    tablet.get("/duty").await.says(StatusCode::OK, &["王*明", "我的码登记"]);
    let seen = tablet.post("/duty/reverse-scans", &[("code", "x")]).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["不是本系统的码"]);
    phone.get("/me").await.says(StatusCode::OK, &["我的码登记"]);
}

#[tokio::test]
async fn an_offline_code_is_made_printed_scanned_and_revoked() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let list = phone.get("/me/offline-codes").await;
    list.says(StatusCode::OK, &["给本人打印离线码", "还没有"]);
    let person = list.text().split("name=\"person\" value=\"").nth(1).unwrap().to_owned();
    let person = person.split('"').next().unwrap();
    let card = phone.post("/me/offline-codes", &[("person", person)]).await.aim();
    let seen = phone.get(&card).await;
    seen.says(
        StatusCode::OK,
        &["<svg", "王*明", "身份证", "尾号", "有效至 2027-05-21", "card.pdf"],
    );
    let pdf = phone.get(&format!("{card}/card.pdf")).await;
    assert!(pdf.bytes.starts_with(b"%PDF") && pdf.header("content-type") == "application/pdf");
    phone.post("/me/offline-codes", &[("person", "x")]).await.says(StatusCode::NOT_FOUND, &[]);
    phone.get("/me/offline-codes/0").await.says(StatusCode::NOT_FOUND, &[]);

    let number = card.rsplit('/').next().unwrap();
    let text = phone.get(&format!("/api/v1/me/offline-codes/{number}")).await.json();
    let text = text["text"].as_str().unwrap().to_owned();
    let mut tablet = Client::with(&t, "vc_duty", &t.duty(&door).await).await;
    assert_eq!(tablet.post("/duty/reverse-scans", &[("code", &text)]).await.aim(), "/duty");
    tablet.get("/duty").await.says(StatusCode::OK, &["王*明", "离线码登记"]);
    for _ in 0..2 {
        assert_eq!(phone.post(&format!("{card}/revoke"), &[]).await.aim(), "/me/offline-codes");
    }
    phone.get("/me/offline-codes").await.says(StatusCode::OK, &["已作废", "2026-11-22 作废"]);
    let seen = phone.get(&card).await;
    seen.says(StatusCode::OK, &["这个离线码不能用了"]);
    seen.says_not("<div class=\"qr\">");
    phone.get(&format!("{card}/card.pdf")).await.says(StatusCode::CONFLICT, &["重新打印"]);
    let seen = tablet.post("/duty/reverse-scans", &[("code", &text)]).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["离线码已作废"]);
}
