//! A person's own pages: the code on the screen.

use crate::{
    client::Client,
    visitor::{enter, known},
};
use actions::{accounts::sms_codes::CodeUse, people::register::register, retention::daily};
use axum::http::StatusCode;
use domain::{
    accounts::Role,
    people::PersonNumber,
    privacy::CURRENT,
    time::{DAY_MS, MINUTE_MS},
};
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
    seen.says(StatusCode::OK, &["12-20 删除", "1 / 2", "href=\"/me?page=1\"", "较早"]);
    assert_eq!(seen.text().matches("12-20 删除").count(), 20);
    for odd in ["/me?page=1", "/me?page=99"] {
        let seen = phone.get(odd).await;
        seen.says(StatusCode::OK, &["2 / 2", "href=\"/me?page=0\"", "较新"]);
        assert_eq!(seen.text().matches("12-20 删除").count(), 1);
    }
    phone.get("/me?page=x&page=y").await.says(StatusCode::OK, &["1 / 2"]);
}

#[tokio::test]
async fn the_day_of_an_unused_registration_is_shown_and_on_it_an_old_cookie_leads_to_registering() {
    let t = TestHouse::new().await;
    daily(&t, || true).await.unwrap();
    let (mut phone, door) = known(&t).await;
    phone.get("/me").await.says(StatusCode::OK, &["登记的资料自动删除：", ">2027-05-21<"]);
    let door = format!("/c/{}", door.code);
    for day in 1..=180 {
        t.clock.advance_ms(DAY_MS);
        if day % 12 == 0 || day == 179 {
            phone.get(&door).await.says_not("首次登记");
            daily(&t, || true).await.unwrap();
        }
    }
    assert_eq!(t.now().date_text(), "2027-05-21");
    phone.get(&door).await.says(StatusCode::OK, &["首次登记", "我已阅读并同意上面的说明"]);
    let seen = phone.post(&door, &[]).await;
    assert!(seen.status.is_success() || seen.status.is_redirection(), "{}", seen.status);
    phone.get("/me").await.says(StatusCode::UNAUTHORIZED, &["还没有登录"]);
}

#[tokio::test]
async fn a_new_notice_is_asked_about_after_the_entry_and_old_versions_stay_readable() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let (now, next) = (format!("第 {CURRENT} 版"), format!("/privacy/{}", CURRENT + 1));
    phone
        .get("/privacy")
        .await
        .says(StatusCode::OK, &[&now, "下载全部数据", "进门记录 28 天后", "连续 180 天没有进门"]);
    let old = phone.get("/privacy/1").await;
    old.says(StatusCode::OK, &["第 1 版", "这是旧版", "2026-11-20"]);
    old.says_not("应用给的账号编号");
    for none in ["/privacy/0", &next, "/privacy/x"] {
        phone.get(none).await.says(StatusCode::NOT_FOUND, &[]);
    }
    let (aim, seen) = enter(&mut phone, &door).await;
    seen.says_not("同意新版说明");
    let step = ConsentStep { version: 2, at: t.now(), how: ConsentHow::Form };
    t.registry.consent(PersonNumber(1), &step).await.unwrap();
    t.catch_up().await.unwrap();
    phone.get(&format!("/c/{}", door.code)).await.says_not("同意新版说明");
    phone.get(&aim).await.says(StatusCode::OK, &["登记成功", "同意新版说明", "不影响这次进门"]);
    let version = CURRENT.to_string();
    let agree = [("version", version.as_str()), ("next", aim.as_str())];
    assert_eq!(phone.post("/me/consent", &agree).await.aim(), aim);
    phone.get(&aim).await.says_not("同意新版说明");
    let away = [("version", version.as_str()), ("next", "https://elsewhere.example")];
    assert_eq!(phone.post("/me/consent", &away).await.aim(), "/me/consent");
    phone.post("/me/consent", &[("version", "2")]).await.says(StatusCode::CONFLICT, &["已经更新"]);
    let seen = phone.get("/me/consent").await;
    seen.says(StatusCode::OK, &[&format!("您同意的是{now}说明"), "点击同意", "登记时勾选同意"]);
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

#[tokio::test]
async fn requests_are_filed_by_the_person_and_answered_at_the_desk() {
    let t = TestHouse::new().await;
    let (mut phone, _) = known(&t).await;
    phone.get("/me/requests").await.says(StatusCode::OK, &["15 个工作日内答复", "要求删除"]);
    let wrong = [("kind", "correction"), ("id_kind", "resident_id"), ("id_number", "12")];
    let seen = phone.post("/me/requests", &wrong).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["id_number-wrong", "value=\"12\""]);
    let right = [("kind", "correction"), ("name", "王晓明"), ("words", "写错了")];
    assert_eq!(phone.post("/me/requests", &right).await.aim(), "/me/requests");
    phone.get("/me/requests").await.says(StatusCode::OK, &["办理中", "最迟 2026-12-11 答复"]);
    let seen = phone.post("/me/requests", &right).await;
    seen.says(StatusCode::CONFLICT, &["已经提过同样的要求"]);

    let token = t.staff_token(Role::PrivacyOfficer, "").await;
    let mut desk = Client::with(&t, "vc_staff", &token).await;
    let queue = desk.get("/requests").await;
    queue.says(StatusCode::OK, &["更正 · 王*明", "2026-12-11", "办理中 1"]);
    queue.says_not("王小明");
    desk.get("/requests?state=done&page=7").await.says(StatusCode::OK, &["已办结 0"]);
    let one = desk.get("/requests/1").await;
    one.says(StatusCode::OK, &["王小明", "王晓明", "写错了", "此次查看已记入审计"]);
    desk.get("/requests/9").await.says(StatusCode::NOT_FOUND, &[]);
    let seen = desk.post("/requests/1/decision", &[("outcome", "refuse")]).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["请写明办理结果", "checked"]);
    let answer = [("outcome", "carry_out"), ("reason", "已核对证件")];
    assert_eq!(desk.post("/requests/1/decision", &answer).await.aim(), "/requests?done=1");
    desk.post("/requests/1/decision", &answer).await.says(StatusCode::CONFLICT, &["已经办过"]);
    phone.get("/me/requests").await.says(StatusCode::OK, &["已办结", "答复：已核对证件"]);
    let seen = phone.get("/me/looks").await;
    seen.says(StatusCode::OK, &["个人信息保护专员 · 全市", "为办理您的要求查看了资料"]);
}

#[tokio::test]
async fn a_late_request_is_said_loudly_to_the_desk_and_to_the_person() {
    let t = TestHouse::new().await;
    let (mut phone, _) = known(&t).await;
    phone.post("/me/requests", &[("kind", "erasure")]).await.aim();
    t.clock.advance_ms(20 * 24 * 60 * MINUTE_MS);
    let token = t.staff_token(Role::PrivacyOfficer, "").await;
    let mut desk = Client::with(&t, "vc_staff", &token).await;
    let seen = desk.get("/requests").await;
    seen.says(StatusCode::OK, &["有 1 个要求已超过答复期限", "超期 1 天"]);
    phone.get("/me/requests").await.says(StatusCode::OK, &["已超过答复期限"]);
}

#[tokio::test]
async fn ones_data_come_as_a_table_or_as_json_after_a_code() {
    let t = TestHouse::new().await;
    let form = t.person_form();
    let code = t.sms_code(CodeUse::Visitor, &form.phone).await;
    let (_, token) = register(&t.house, &form, &code).await.unwrap();
    let door = t.door().await;
    let mut phone = Client::with(&t, "vc_visitor", &token).await;
    enter(&mut phone, &door).await;
    let born = format!("{}-{}", &form.id_number[6..10], &form.id_number[10..12]);
    let masked = format!("{}****{}", &form.phone[..3], &form.phone[7..]);
    phone.get("/me/data").await.says(StatusCode::OK, &[&masked, "下载表格（CSV）"]);
    let seen = phone.post("/me/data", &[("sms_code", ""), ("form", "csv")]).await;
    seen.says(StatusCode::UNPROCESSABLE_ENTITY, &["sms_code-wrong"]);
    for (kind, holds) in [
        ("csv", "一直不用时删除登记,2027-05-21"),
        ("csv", "阜阳市人民医院（南区） · "),
        ("csv", &format!("出生年月,,{born}")),
        ("csv", "行程,,未见风险"),
        ("csv", "疫苗接种,,3 剂"),
        ("json", &format!("\"born\": \"{born}\"")),
        ("json", "\"itinerary\": \"clear\""),
        ("json", "\"erased_ms\": 18108288"),
    ] {
        t.clock.advance_ms(61_000);
        phone.post("/me/data/code", &[]).await.says(StatusCode::OK, &["验证码已发送"]);
        let seen = phone.post("/me/data/code", &[]).await;
        assert_eq!(
            (seen.status, seen.header("retry-after")),
            (StatusCode::TOO_MANY_REQUESTS, "60")
        );
        let code = t.outbox.code(&form.phone).unwrap();
        let file = phone.post("/me/data", &[("sms_code", &code), ("form", kind)]).await;
        file.says(StatusCode::OK, &[&form.name, &form.id_number, &form.phone, holds]);
        assert!(file.header("content-disposition").contains(kind));
    }
    phone.get("/me/looks").await.says(StatusCode::OK, &["没有人看过"]);
}
