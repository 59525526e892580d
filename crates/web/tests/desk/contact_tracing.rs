//! The tracing desk and its trace in the audit.

use crate::browser::Browser;
use actions::checkins::record;
use axum::http::{StatusCode, header};
use domain::{accounts::Role, checkins::Method, people::PersonForm};
use testkit::{Door, TestHouse};

/// Somebody registered who enters a door now.
async fn enters(t: &TestHouse, door: &Door) -> PersonForm {
    let form = t.person_form();
    let code = t.sms_code(actions::accounts::sms_codes::CodeUse::Visitor, &form.phone).await;
    let (visitor, _) = actions::people::register::register(&t.house, &form, &code).await.unwrap();
    record::record(&t.house, &visitor, &door.code, Method::Wechat).await.unwrap();
    form
}

/// A case of somebody who entered, with one other person twenty minutes later.
async fn case(t: &TestHouse, investigator: &mut Browser) -> (String, PersonForm, PersonForm) {
    let door = t.door().await;
    let sick = enters(t, &door).await;
    t.clock.advance_ms(20 * 60_000);
    let near = enters(t, &door).await;
    investigator.get("/cases").await.says("还没有病例");
    let fields = [
        ("case_number", "2026-1122-003"),
        ("reason", "疾控中心流调通知"),
        ("id_kind", "resident_id"),
        ("id_number", sick.id_number.as_str()),
    ];
    let opened = investigator.post("/cases", &fields).await;
    (opened.aim().to_owned(), sick, near)
}

async fn investigator(t: &TestHouse) -> Browser {
    Browser::of(t, &t.staff_token(Role::Investigator, "").await).await
}

#[tokio::test]
async fn a_case_shows_the_way_and_who_was_near_masked() {
    let t = TestHouse::new().await;
    let mut investigator = investigator(&t).await;
    let (desk, sick, near) = case(&t, &mut investigator).await;
    let seen = investigator.get(&desk).await;
    seen.says("2026-1122-003");
    seen.says("14 天 1 次");
    seen.says("同时段 1 人");
    seen.says("20 分钟");
    for secret in [&sick.id_number, &near.id_number, &near.phone, &near.name] {
        seen.says_not(secret);
    }
    investigator.get(&format!("{desk}?window=15")).await.says("这段时间没有别人进入");
    let text = seen.text();
    let narrowed = text.split("class=\"v\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let narrowed = narrowed.replace("&#38;", "&").replace("#met", "");
    investigator.get(&narrowed).await.says("看全部各次");
    investigator.get("/cases").await.says("疾控中心流调通知");
    for odd in ["?window=x", "?checkpoint=1&entered=x", "?window=-99999999999"] {
        assert_eq!(investigator.get(&format!("{desk}{odd}")).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn nobody_is_found_without_a_reason_or_under_a_wrong_number() {
    let t = TestHouse::new().await;
    let mut investigator = investigator(&t).await;
    investigator.get("/cases").await;
    let refused = investigator.post("/cases", &[("id_number", "123")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("id=\"case_number-wrong\"");
    refused.says("id=\"reason-wrong\"");
    let unknown = [
        ("case_number", "1"),
        ("reason", "流调"),
        ("id_kind", "resident_id"),
        ("id_number", &testkit::id_number(9999)),
    ];
    let refused = investigator.post("/cases", &unknown).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("id=\"id_number-wrong\"");
}

#[tokio::test]
async fn an_identity_and_the_table_are_opened_by_a_guarded_post_alone() {
    let t = TestHouse::new().await;
    let mut investigator = investigator(&t).await;
    let (desk, _, near) = case(&t, &mut investigator).await;
    let seen = investigator.get(&format!("{desk}?window=30")).await.text();
    let identity = seen.split(&format!("action=\"{desk}/identities/")).nth(2).unwrap();
    let identity = format!("{desk}/identities/{}", identity.split('"').next().unwrap());
    let table = format!("{desk}/contacts.csv");

    for path in [&identity, &table] {
        assert_eq!(investigator.get(path).await.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let unguarded = investigator.post_without_guard(path).await;
        assert_eq!(unguarded.status, StatusCode::FORBIDDEN, "{path}");
    }
    let back = format!("{desk}?window=30");
    let opened = investigator.post(&identity, &[("back", &back)]).await;
    opened.says(&near.name);
    opened.says(&near.phone);
    opened.says_not(&near.id_number);
    opened.says("此次查看已记入审计");
    opened.says(&format!("href=\"{back}\""));

    let file = investigator.post(&table, &[("window", "60")]).await;
    assert_eq!(file.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
    assert!(file.header(header::CONTENT_DISPOSITION).contains("filename*=UTF-8''"));
    let text = file.text();
    let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap().split("\r\n").collect();
    assert_eq!(
        lines[0],
        "序号,姓名,证件类型,证件号码(隐去),手机号,相遇次数,最近一次地点,最近一次进入时间,\
         最小间隔(分钟),最小间隔地点,最小间隔进入时间"
    );
    assert!(lines[1].starts_with(&format!("1,{},", near.name)), "{}", lines[1]);
    assert!(lines[1].contains(&format!(",{},1,", near.phone)), "{}", lines[1]);
    assert!(lines[1].contains(",20,"), "{}", lines[1]);
    let visit = seen.split("href=\"/cases/").find(|link| link.contains("checkpoint=")).unwrap();
    let link = visit.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let chosen =
        investigator.get(&format!("/cases/{}", link.trim_end_matches("#met"))).await.text();
    let hidden = |name: &str| {
        let field = chosen.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    };
    let (checkpoint, entered) = (hidden("checkpoint"), hidden("entered"));
    let elsewhere = [("checkpoint", checkpoint.as_str()), ("entered", "1")];
    let none =
        investigator.post(&table, &[&[("window", "60")], &elsewhere[..]].concat()).await.text();
    assert_eq!(none.matches("\r\n").count(), 1, "the head alone: {none}");
    let this = [("checkpoint", checkpoint.as_str()), ("entered", entered.as_str())];
    let same = investigator.post(&table, &[&[("window", "60")], &this[..]].concat()).await.text();
    assert_eq!(same, text, "all of it was near this entry");
    assert_eq!(lines.len(), 3, "one contact and the end: {text}");

    let mut auditor = Browser::of(&t, &t.staff_token(Role::Auditor, "").await).await;
    let audit = auditor.get("/audit").await;
    for deed in ["建立病例", "查看病例轨迹", "查看身份信息", "导出关联人员"] {
        audit.says(&format!("<b>{deed}</b>"));
    }
    audit.says_not(&near.name);
    let narrowed = auditor.get("/audit?deed=case_opened").await;
    narrowed.says("<b>建立病例</b>");
    narrowed.says_not("<b>导出关联人员</b>");
}

#[tokio::test]
async fn a_case_belongs_to_who_opened_it() {
    let t = TestHouse::new().await;
    let mut owner = investigator(&t).await;
    let (desk, _, _) = case(&t, &mut owner).await;
    let mut other = investigator(&t).await;
    other.get("/cases").await.says_not("2026-1122-003");
    assert_eq!(other.get(&desk).await.status, StatusCode::NOT_FOUND);
    for path in [format!("{desk}/identities/1"), format!("{desk}/contacts.csv")] {
        assert_eq!(other.post(&path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
