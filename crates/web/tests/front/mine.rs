//! A person's own pages: the code on the screen.

use crate::{
    client::Client,
    visitor::{enter, known},
};
use axum::http::StatusCode;
use domain::people::PersonNumber;
use registry::{ConsentHow, ConsentStep};
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

#[tokio::test]
async fn entries_are_shown_by_page_with_the_day_each_is_deleted() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    phone.get("/me").await.says(StatusCode::OK, &["还没有记录"]);
    for _ in 0..21 {
        enter(&mut phone, &door).await;
        t.clock.advance_ms(61_000);
    }
    let seen = phone.get("/me").await;
    seen.says(StatusCode::OK, &["2026-12-20 删除", "1 / 2", "href=\"/me?page=1\"", "较早"]);
    assert_eq!(seen.text().matches("2026-12-20 删除").count(), 20);
    for odd in ["/me?page=1", "/me?page=99"] {
        let seen = phone.get(odd).await;
        seen.says(StatusCode::OK, &["2 / 2", "href=\"/me?page=0\"", "较新"]);
        assert_eq!(seen.text().matches("2026-12-20 删除").count(), 1);
    }
    phone.get("/me?page=x&page=y").await.says(StatusCode::OK, &["1 / 2"]);
}

#[tokio::test]
async fn a_new_notice_is_asked_about_after_the_entry_and_old_versions_stay_readable() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    phone.get("/privacy").await.says(StatusCode::OK, &["第 3 版", "下载全部数据", "28 天"]);
    let old = phone.get("/privacy/1").await;
    old.says(StatusCode::OK, &["第 1 版", "这是旧版", "2026-11-20"]);
    old.says_not("应用给的账号编号");
    for none in ["/privacy/0", "/privacy/4", "/privacy/x"] {
        phone.get(none).await.says(StatusCode::NOT_FOUND, &[]);
    }
    let (aim, seen) = enter(&mut phone, &door).await;
    seen.says_not("同意新版说明");
    let step = ConsentStep { version: 2, at: t.now(), how: ConsentHow::Form };
    t.registry.consent(PersonNumber(1), &step).await.unwrap();
    t.catch_up().await.unwrap();
    phone.get(&format!("/c/{}", door.code)).await.says_not("同意新版说明");
    phone.get(&aim).await.says(StatusCode::OK, &["登记成功", "同意新版说明", "不影响这次进门"]);
    let agree = [("version", "3"), ("next", aim.as_str())];
    assert_eq!(phone.post("/me/consent", &agree).await.aim(), aim);
    phone.get(&aim).await.says_not("同意新版说明");
    let away = [("version", "3"), ("next", "https://elsewhere.example")];
    assert_eq!(phone.post("/me/consent", &away).await.aim(), "/me/consent");
    phone.post("/me/consent", &[("version", "2")]).await.says(StatusCode::CONFLICT, &["已经更新"]);
    let seen = phone.get("/me/consent").await;
    seen.says(StatusCode::OK, &["您同意的是第 3 版说明", "点击同意", "登记时勾选同意"]);
}

#[tokio::test]
async fn a_consent_is_taken_back_and_asked_for_again_at_the_next_scan() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let seen = phone.post("/me/consent/withdraw", &[]).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["请先勾选", "sure-wrong"]);
    let gone = phone.post("/me/consent/withdraw", &[("sure", "1")]).await;
    assert_eq!(gone.aim(), "/privacy");
    phone.get("/me").await.says(StatusCode::UNAUTHORIZED, &[]);
    let page = phone.get(&format!("/c/{}", door.code)).await;
    page.says(StatusCode::OK, &["首次登记", "我已阅读并同意上面的说明"]);
}
