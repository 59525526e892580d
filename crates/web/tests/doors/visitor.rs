//! A visitor's way: a code, registering once, entering, the receipt, and the switches.

use crate::{
    browser::{Browser, Seen},
    support::{known_visitor, typed, visits_at},
};
use actions::checkins::follow_up;
use axum::http::{StatusCode, header};
use domain::{people::PersonForm, venue_codes::Standing};
use std::{sync::Arc, time::Duration};
use testkit::TestHouse;
use visits::embedded::Options;

#[tokio::test]
async fn a_code_out_of_use_says_what_became_of_it_and_records_nothing() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut known = known_visitor(&t).await;
    let form = t.person_form();
    for (standing, says, aim) in [
        (Standing::Suspended, "已暂停使用", "请找门口值守人员登记"),
        (Standing::Replaced(t.now()), "已更换", "自 2026-11-22 起"),
        (Standing::Closed, "已关闭", "请走其他入口"),
    ] {
        t.set_standing(&door.code, standing).await;
        let path = format!("/c/{}", door.code);
        let registering = format!("{path}/register");
        let mut new = Browser::new(&t).await;
        for seen in [
            known.get(&path).await,
            known.post(&path, &[]).await,
            new.get(&path).await,
            new.post(&registering, &typed(&form, "123456")).await,
            new.post(&format!("{path}/sms-code"), &typed(&form, "")).await,
        ] {
            assert_eq!(seen.status, StatusCode::GONE, "{standing:?}");
            seen.says(says);
            seen.says(aim);
            seen.says("阜阳市人民医院");
            seen.says_not("method=\"post\"");
        }
    }
    assert_eq!(visits_at(&t, &door).await, []);
    assert_eq!(t.registry.count_people().await.unwrap(), 1);
    assert_eq!(t.outbox.code(&form.phone), None);
}

/// The complaint stands inside of the field's own block.
fn complains_at(seen: &Seen, field: &str) {
    let text = seen.text();
    let block = text.split(&format!("id=\"{field}\"")).nth(1).unwrap_or_else(|| panic!("{field}"));
    let block = block.split("<label").next().unwrap();
    assert!(
        block.contains(&format!("id=\"{field}-wrong\"")),
        "no complaint beside {field}: {text}"
    );
    seen.says(&format!("href=\"#{field}\""));
}

#[tokio::test]
async fn wrong_input_is_said_beside_its_field_and_what_was_typed_stays() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let path = format!("/c/{}", door.code);
    let mut browser = Browser::new(&t).await;
    browser.get(&path).await.says("首次登记");
    let wrong = [
        ("name", "<script>alert(1)</script>"),
        ("id_kind", "library_card"),
        ("id_number", "11010519491231002<"),
        ("phone", "1380013"),
        ("sms_code", "12"),
    ];
    let seen = browser.post(&format!("{path}/register"), &wrong).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "id_kind", "phone", "consent"] {
        complains_at(&seen, field);
    }
    let places: Vec<_> = ["name", "id_kind", "phone", "consent"]
        .map(|field| seen.text().find(&format!("href=\"#{field}\"")))
        .into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "as on the form");
    for kept in ["11010519491231002&#60;", "1380013", "12", "&#60;script&#62;alert(1)"] {
        seen.says(&format!("value=\"{kept}"));
    }
    seen.says_not("<script>alert");
    let wrong = [&wrong[..1], &[("id_kind", "passport"), ("consent", "1")], &wrong[2..]].concat();
    let seen = browser.post(&format!("{path}/register"), &wrong).await;
    complains_at(&seen, "id_number");
    seen.says("<option value=\"passport\" selected>");
    seen.says("value=\"1\" checked");

    let form = t.person_form();
    let sent = browser.post(&format!("{path}/sms-code"), &typed(&form, "314159")).await;
    sent.says("验证码已发送");
    // Of an earlier code: it does not work any more.
    sent.says_not("314159");
    sent.says(&format!("value=\"{}\"", form.id_number));
    let again = browser.post(&format!("{path}/sms-code"), &typed(&form, "271828")).await;
    again.says("value=\"271828\"");
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    again.says(&format!("value=\"{}\"", form.name));
    let seen = browser.post(&format!("{path}/register"), &typed(&form, "000000x")).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    complains_at(&seen, "sms_code");
    assert_eq!(visits_at(&t, &door).await, []);
    assert_eq!(t.registry.count_people().await.unwrap(), 0);
}

#[tokio::test]
async fn a_form_half_filled_in_keeps_it_in_large_mode_and_in_the_other_language() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut browser = Browser::new(&t).await;
    let (path, form) = (format!("/c/{}", door.code), t.person_form());
    browser.get(&path).await;
    for (pressed, says) in
        [("1", "class=\"large\""), ("en", "lang=\"en\""), ("0", "lang=\"en\""), ("zh", "首次登记")]
    {
        let fields = [typed(&form, "314159"), vec![("look", pressed)]].concat();
        let seen = browser.post(&format!("{path}/look"), &fields).await;
        assert_eq!(seen.status, StatusCode::OK);
        for kept in [&form.name, &form.id_number, &form.phone, "314159"] {
            seen.says(&format!("value=\"{kept}\""));
        }
        seen.says(says);
        // The next page looks alike, and the way back is the form.
        browser.get(&path).await.says(says);
        seen.says(&format!("next={path}\""));
    }
    browser.get(&path).await.says_not("class=\"large\"");
    assert_eq!(t.registry.count_people().await.unwrap(), 0);
    assert_eq!(t.outbox.code(&form.phone), None);
}

/// Registers and enters in one submission; the receipt's address.
async fn register_at(
    t: &TestHouse,
    browser: &mut Browser,
    code: &str,
    form: &PersonForm,
) -> String {
    browser.get(&format!("/c/{code}")).await;
    browser.post(&format!("/c/{code}/sms-code"), &typed(form, "")).await.says("验证码已发送");
    let sms_code = t.outbox.code(&form.phone).unwrap();
    let done = browser.post(&format!("/c/{code}/register"), &typed(form, &sms_code)).await;
    done.aim().to_owned()
}

#[tokio::test]
async fn a_receipt_that_never_was_is_not_found() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut owner = known_visitor(&t).await;
    let receipt = owner.post(&format!("/c/{}", door.code), &[]).await.aim().to_owned();
    assert_eq!(owner.get(&receipt).await.status, StatusCode::OK);
    for odd in ["1", "1-1", "-", "x-y", "99999999999999999999-1", "1--1", "1-99999999999999999999"]
    {
        let seen = owner.get(&format!("/c/{}/r/{odd}", door.code)).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{odd}");
    }
}

/// The proof word on a result page.
fn proof_word(seen: &Seen) -> String {
    let text = seen.text();
    let rest = text.split("class=\"card word\"").nth(1).expect("a proof word");
    rest.split("<b>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn after_ten_minutes_a_receipt_is_an_old_record_without_the_word() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut browser = known_visitor(&t).await;
    let receipt = browser.post(&format!("/c/{}", door.code), &[]).await.aim().to_owned();
    t.clock.advance_ms(600_000);
    let fresh = browser.get(&receipt).await;
    let word = proof_word(&fresh);
    assert_eq!(word.chars().count(), 2);
    t.clock.advance_ms(1);
    let old = browser.get(&receipt).await;
    old.says("class=\"top old\"");
    old.says("<h1>这是旧记录</h1>");
    old.says("已过 10 分钟，进门请重新扫码");
    for gone in ["登记成功", "class=\"top pass\"", word.as_str(), "本时口令"] {
        old.says_not(gone);
    }
}

#[tokio::test]
async fn a_status_that_cannot_be_found_out_is_gray_and_recorded() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    *t.health.silent.lock() = true;
    let mut browser = known_visitor(&t).await;
    let receipt = browser.post(&format!("/c/{}", door.code), &[]).await.aim().to_owned();
    browser.get(&receipt).await.says_not("查不到");
    tokio::spawn(follow_up::run(Arc::clone(&t.house)));
    let mut seen = browser.get(&receipt).await;
    while !seen.header(header::REFRESH).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        seen = browser.get(&receipt).await;
    }
    for word in ["class=\"top unknown\"", "待核验", "复核", "查询失败", "暂时查不到健康码状态"]
    {
        seen.says(word);
    }
    seen.says_not("绿码");
    assert_eq!(visits_at(&t, &door).await.len(), 1);
}

/// A house whose visit store is full after one visit.
async fn tiny() -> TestHouse {
    TestHouse::with_visits(Options { head_visits_max: 1, ..Options::default() }).await
}

#[tokio::test]
async fn a_full_house_says_so_and_the_page_keeps_trying() {
    let t = tiny().await;
    let door = t.door().await;
    let path = format!("/c/{}", door.code);
    known_visitor(&t).await.post(&path, &[]).await.aim();
    let mut browser = known_visitor(&t).await;
    let seen = browser.post(&path, &[]).await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(seen.header(header::RETRY_AFTER), "1");
    seen.says("现在人多，正在自动重试，请不要关闭页面。");
    seen.says(&format!("action=\"{path}\" id=\"enter\" data-wait=\"1\""));
    seen.says("form.dataset.wait");
    assert_eq!(seen.header(header::REFRESH), format!("13; url={path}"), "without scripts");
    seen.says("<noscript>");

    // Somebody new is registered all the same and goes on as a known visitor.
    let mut new = Browser::new(&t).await;
    let form = t.person_form();
    assert_eq!(register_at(&t, &mut new, &door.code, &form).await, path);
    new.get(&path).await.says("id=\"enter\"");
    assert_eq!(visits_at(&t, &door).await.len(), 1);
}

#[tokio::test]
async fn no_switch_leads_out_of_the_house() {
    let t = TestHouse::new().await;
    let mut browser = Browser::new(&t).await;
    for out in [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/%09/elsewhere.example",
        "/%0D%0ALocation:%20https://elsewhere.example",
        "javascript:alert(1)",
        "",
        "%FF",
    ] {
        for switch in ["/large?on=1", "/lang?to=en"] {
            assert_eq!(browser.get(&format!("{switch}&next={out}")).await.aim(), "/", "{out}");
        }
    }
    browser.get("/privacy").await.says("<html lang=\"en\" class=\"large\">");
}

#[tokio::test]
async fn a_result_that_waits_for_its_verdict_looks_again_by_itself_without_scripts() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut browser = known_visitor(&t).await;
    let path = format!("/c/{}", door.code);
    let judged = browser.post(&path, &[]).await.aim().to_owned();
    let seen = browser.get(&judged).await;
    assert_eq!(seen.header(axum::http::header::REFRESH), "", "judged at once");
    *t.health.silent.lock() = true;
    t.clock.advance_ms(60_000);
    let waiting = browser.post(&path, &[]).await.aim().to_owned();
    let seen = browser.get(&waiting).await;
    seen.says("登记成功");
    seen.says("正在查询健康码");
    seen.says_not("绿码");
    let seconds: u32 = seen.header(axum::http::header::REFRESH).parse().unwrap();
    assert!((2..=4).contains(&seconds));
    t.clock.advance_ms(11 * 60_000);
    assert_eq!(
        browser.get(&waiting).await.header(axum::http::header::REFRESH),
        "",
        "an old record waits for nothing"
    );
}
