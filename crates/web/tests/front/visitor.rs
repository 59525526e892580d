//! A visitor's way: scan, register once, enter, look back.

use crate::client::{Client, Seen};
use axum::http::StatusCode;
use domain::{
    entry_policy::Decision,
    health_status::{Colour, HealthStatus, Itinerary},
    people::{PersonForm, PersonNumber},
    time::MINUTE_MS,
};
use testkit::{Door, TestHouse};

fn fields<'a>(form: &'a PersonForm, sms_code: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("name", &form.name),
        ("id_kind", &form.id_kind),
        ("id_number", &form.id_number),
        ("phone", &form.phone),
        ("sms_code", sms_code),
        ("consent", "1"),
    ]
}

/// A known visitor at a door.
pub(crate) async fn known(t: &TestHouse) -> (Client, Door) {
    let door = t.door().await;
    let (_, token) = t.visitor().await;
    (Client::with(t, "vc_visitor", &token).await, door)
}

/// Enters and opens the result.
pub(crate) async fn enter(client: &mut Client, door: &Door) -> (String, Seen) {
    let aim = client.post(&format!("/c/{}", door.code), &[]).await.aim();
    let seen = client.get(&aim).await;
    (aim, seen)
}

/// Sets what the city's own register says of everybody registered so far.
pub(crate) async fn everybody_is(t: &TestHouse, colour: Colour) {
    let confirmed = t.now();
    let status =
        HealthStatus { colour, itinerary: Itinerary::Clear, ..HealthStatus::unknown(confirmed) };
    for n in 1..=8 {
        let _ = t.registry.set_health_status(PersonNumber(n), &status).await;
    }
    t.catch_up().await.unwrap();
}

#[tokio::test]
async fn the_first_scan_registers_and_enters_in_one_submission() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut phone = Client::new(&t).await;
    let page = format!("/c/{}", door.code);
    let seen = phone.get(&page).await;
    seen.says(StatusCode::OK, &["首次登记", "阜阳市人民医院（南区）", "三清路 501 号", "28 天"]);

    let form = t.person_form();
    let seen = phone.post(&format!("{page}/sms-code"), &fields(&form, "")).await;
    let id = format!("value=\"{}\"", form.id_number);
    seen.says(StatusCode::OK, &["验证码已发送", "value=\"王小明\"", &id, "checked"]);

    let code = t.outbox.code(&form.phone).unwrap();
    let aim = phone.post(&format!("{page}/register"), &fields(&form, &code)).await.aim();
    let seen = phone.get(&aim).await;
    seen.says(StatusCode::OK, &["<h1>登记成功</h1>", "王*明", "14:32:07", "绿码", "11 小时前"]);
    seen.says_not("小明");
    phone.get("/me").await.says(StatusCode::OK, &["阜阳市人民医院（南区）", "12-20 删除"]);
}

#[tokio::test]
async fn looking_at_a_code_registers_nothing() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    for purpose in ["", "prefetch", "prefetch;prerender"] {
        let seen = phone.get_with(&format!("/c/{}", door.code), &[("sec-purpose", purpose)]).await;
        seen.says(StatusCode::OK, &["登记进入", "王*明"]);
    }
    phone.get("/me").await.says(StatusCode::OK, &["还没有记录"]);
}

#[tokio::test]
async fn scanning_again_within_a_minute_shows_the_same_entry() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let (first, _) = enter(&mut phone, &door).await;
    t.clock.advance_ms(MINUTE_MS - 1);
    assert_eq!(enter(&mut phone, &door).await.0, first);
    t.clock.advance_ms(MINUTE_MS);
    assert_ne!(enter(&mut phone, &door).await.0, first);
}

#[tokio::test]
async fn an_old_result_says_its_age_and_loses_the_green_head() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let (aim, seen) = enter(&mut phone, &door).await;
    seen.says(StatusCode::OK, &["class=\"top pass\"", "class=\"sweep\""]);
    t.clock.advance_ms(11 * MINUTE_MS);
    let seen = phone.get(&aim).await;
    seen.says(StatusCode::OK, &["class=\"top old\"", "已过 11 分钟，进门请重新扫码"]);
    seen.says_not("<h1>登记成功");
    seen.says_not("top pass");
    seen.says_not("class=\"sweep\"");
}

#[tokio::test]
async fn the_head_follows_the_decision() {
    let cases = [
        (Colour::Green, "recheck", Decision::Recheck),
        (Colour::Yellow, "recheck", Decision::Recheck),
        (Colour::Red, "stop", Decision::Stop),
        (Colour::Gray, "unknown", Decision::Recheck),
        (Colour::None, "unknown", Decision::Recheck),
    ];
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    // Nobody outside knows of a test.
    *t.health.silent.lock() = true;
    for (colour, look, decision) in cases {
        everybody_is(&t, colour).await;
        let (_, seen) = enter(&mut phone, &door).await;
        let head = format!("class=\"top {look}\"");
        let told = if decision == Decision::Stop { "请勿进入" } else { "请等候复核" };
        seen.says(StatusCode::OK, &[&head, colour.label(), told, "role=\"alert\""]);
        seen.says_not("top pass");
        t.clock.advance_ms(2 * MINUTE_MS);
    }
}

#[tokio::test]
async fn nothing_typed_is_lost_and_nothing_typed_is_run() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut phone = Client::new(&t).await;
    let form = PersonForm { name: "<script>alert(1)</script>".to_owned(), ..t.person_form() };
    let seen = phone.post(&format!("/c/{}/register", door.code), &fields(&form, "123456")).await;
    let number = format!("value=\"{}\"", form.phone);
    seen.says(
        StatusCode::UNPROCESSABLE_ENTITY,
        &["姓名只能有文字", "aria-invalid=\"true\"", "autofocus", &number, "&#60;script&#62;"],
    );
    seen.says_not("<script>alert");
}

#[tokio::test]
async fn a_code_that_leads_nowhere_says_why_and_asks_for_nothing() {
    let t = TestHouse::new().await;
    let mut phone = Client::new(&t).await;
    for (code, says) in [("xyz", "这不是场所码"), ("aaaaaaaaaaaaaaaa", "没有这个场所码")]
    {
        for seen in [
            phone.get(&format!("/c/{code}")).await,
            phone.post(&format!("/c/{code}"), &[]).await,
            phone.post(&format!("/c/{code}/register"), &[]).await,
            phone.post(&format!("/c/{code}/sms-code"), &[("phone", "13800138000")]).await,
        ] {
            seen.says(StatusCode::NOT_FOUND, &[says, "没有登记任何信息"]);
            seen.says_not("name=\"id_number\"");
        }
    }
    assert_eq!(t.outbox.code("13800138000"), None, "a dead code sends no text message");
}

#[tokio::test]
async fn a_result_is_its_persons_own() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let (aim, _) = enter(&mut phone, &door).await;
    let (_, other) = t.visitor().await;
    let mut other = Client::with(&t, "vc_visitor", &other).await;
    other.get(&aim).await.says(StatusCode::NOT_FOUND, &[]);
    Client::new(&t).await.get(&aim).await.says(StatusCode::UNAUTHORIZED, &[]);
}

#[tokio::test]
async fn signing_out_ends_every_phones_session() {
    let t = TestHouse::new().await;
    let (mut phone, door) = known(&t).await;
    let mut other = phone.clone();
    assert_eq!(phone.post("/me/sign-out", &[]).await.aim(), "/");
    other.get("/me").await.says(StatusCode::UNAUTHORIZED, &[]);
    other.get(&format!("/c/{}", door.code)).await.says(StatusCode::OK, &["首次登记"]);
}

#[tokio::test]
async fn switches_are_remembered_and_lead_nowhere_else() {
    let t = TestHouse::new().await;
    let mut phone = Client::new(&t).await;
    assert_eq!(phone.get("/large?on=1&next=/privacy").await.aim(), "/privacy");
    phone.get("/privacy").await.says(StatusCode::OK, &["class=\"large\"", "标准版"]);
    assert_eq!(phone.get("/lang?to=en&next=/").await.aim(), "/");
    phone.get("/").await.says(StatusCode::OK, &["lang=\"en\"", "My entries"]);
    for next in ["https://elsewhere.example/", "//elsewhere.example", "/%5Celsewhere.example"] {
        assert_eq!(phone.get(&format!("/large?on=0&next={next}")).await.aim(), "/", "{next}");
    }
}

#[tokio::test]
async fn every_answer_forbids_what_it_does_not_need() {
    let t = TestHouse::new().await;
    let mut phone = Client::new(&t).await;
    for path in ["/", "/c/xyz", "/me", "/duty", "/nowhere", "/login"] {
        let seen = phone.get(path).await;
        let policy = seen.header("content-security-policy").to_owned();
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(seen.header("cache-control"), "no-store", "{path}");
        assert_eq!(seen.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(seen.header("referrer-policy"), "same-origin", "{path}");
    }
}
