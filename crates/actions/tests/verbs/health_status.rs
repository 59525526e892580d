//! The register of health status as the authority sets it, and asking an outside source about people.

use crate::support::{
    complains, green, investigator, lines, number, parts, sign_up, visitor, visits_at,
};
use actions::{
    checkins::{follow_up, receipt::receipt, record::record},
    health_status::{
        self, HealthSource, OPENINGS_MAX, OPENINGS_MS, Subject, TakenStatus,
        import::{Judge, save, sort},
    },
    sms::BoxFuture,
    tables::{Cell, TableRow, find_header_of_statuses},
};
use domain::{
    audit::Deed,
    checkins::Method,
    entry_policy::Decision,
    health_status::{Colour, HealthStatus, Source, StatusForm},
    people::PersonForm,
    time::{HOUR_MS, UnixMs},
};
use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};
use testkit::{TestHouse, id_number};

const REASON: &str = "疾控中心通知";

fn says(id_number: &str, colour: &str) -> StatusForm {
    StatusForm {
        id_kind: "resident_id".to_owned(),
        id_number: id_number.to_owned(),
        colour: colour.to_owned(),
        ..StatusForm::default()
    }
}

#[tokio::test]
async fn what_the_authority_says_of_one_person_holds_at_the_next_scan() {
    let t = TestHouse::new().await;
    let (door, caller) = (t.door().await, investigator(&t).await);
    let (person, form) = visitor(&t).await;
    let red = says(&form.id_number, "red");
    let (taken, now) = health_status::set(&t, &caller, &red, REASON, false).await.unwrap();
    assert_eq!((taken, now.status.unwrap().colour), (TakenStatus::Set, Colour::Red));
    assert!(now.masked_id.contains('*') && now.masked_name.unwrap().contains('*'));
    let entered = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!((entered.decision, entered.source), (Decision::Stop, Source::Register));
    let line = &lines(&t, Deed::HealthStatusSet).await[0];
    assert!(line.1.starts_with(&format!("{REASON}：红码，")), "{line:?}");
    assert!(line.1.contains("生效 1"), "{line:?}");
    assert!(line.0.starts_with("人员 ") && !line.0.contains(&form.id_number), "{line:?}");
    let nobody = says(&t.person_form().id_number, "red");
    health_status::set(&t, &caller, &nobody, REASON, false).await.unwrap();
    let line = &lines(&t, Deed::HealthStatusSet).await[0];
    assert!(line.0.contains('*') && !line.0.contains(&nobody.id_number), "{line:?}");
}

#[tokio::test]
async fn a_test_and_its_organisation_are_shown_to_the_person() {
    let t = TestHouse::new().await;
    let (door, caller) = (t.door().await, investigator(&t).await);
    let (person, form) = visitor(&t).await;
    let tested = StatusForm {
        sampled: t.now().plus(-HOUR_MS).date_time_text(),
        result: "阴性".to_owned(),
        organisation: "阜阳市人民医院".to_owned(),
        doses: "3".to_owned(),
        ..says(&form.id_number, "green")
    };
    health_status::set(&t, &caller, &tested, REASON, false).await.unwrap();
    let entered = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(entered.decision, Decision::Pass);
    assert_eq!(entered.tested_by.as_deref(), Some("阜阳市人民医院"));
    assert_eq!((entered.negative_hours, entered.doses), (Some(1), Some(3)));
}

#[tokio::test]
async fn a_status_waits_for_its_person_and_holds_from_their_first_scan() {
    let t = TestHouse::new().await;
    let (door, caller) = (t.door().await, investigator(&t).await);
    let form = t.person_form();
    let yellow = says(&form.id_number, "yellow");
    let (taken, now) = health_status::set(&t, &caller, &yellow, REASON, false).await.unwrap();
    assert_eq!((taken, now.masked_name), (TakenStatus::Waits, None));
    let (person, _) = sign_up(&t, &form).await.unwrap();
    let entered = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(entered.colour, Colour::Yellow);
}

#[tokio::test]
async fn a_green_for_another_name_lets_nobody_in() {
    let mut t = TestHouse::new().await;
    parts(&mut t).health = Arc::new(actions::health_status::NoSource);
    let (door, caller) = (t.door().await, investigator(&t).await);
    let form = t.person_form();
    let other = StatusForm { name: "王五".to_owned(), ..says(&form.id_number, "green") };
    health_status::set(&t, &caller, &other, REASON, false).await.unwrap();
    let (person, _) = sign_up(&t, &form).await.unwrap();
    let entered = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!((entered.decision, entered.colour), (Decision::Recheck, Colour::Unknown));
    let (taken, _) = health_status::set(&t, &caller, &other, REASON, false).await.unwrap();
    assert_eq!(taken, TakenStatus::OtherName);
    let right = StatusForm { name: form.name.clone(), ..says(&form.id_number, "green") };
    let (taken, _) = health_status::set(&t, &caller, &right, REASON, false).await.unwrap();
    assert_eq!(taken, TakenStatus::Set);
}

#[tokio::test]
async fn looking_leaves_its_line_first_and_nothing_goes_without_a_reason() {
    let t = TestHouse::new().await;
    let caller = investigator(&t).await;
    let (_, form) = visitor(&t).await;
    let look = async |reason| {
        health_status::look(&t, &caller, "resident_id", &form.id_number, reason).await
    };
    complains("reason", look(" ").await);
    assert!(look(REASON).await.unwrap().status.is_none());
    assert_eq!(lines(&t, Deed::HealthStatusSought).await.len(), 1);
    let green = says(&form.id_number, "green");
    complains("reason", health_status::set(&t, &caller, &green, "", false).await);
    let half = StatusForm { id_number: "3412".to_owned(), ..green.clone() };
    let Err(actions::Failure::Invalid(wrong)) =
        health_status::set(&t, &caller, &half, "", false).await
    else {
        panic!("both are wrong");
    };
    assert!(wrong.first_is("id_number") && wrong.about("reason").is_some(), "as on the form");
    let nothing = says(&form.id_number, "");
    complains("colour", health_status::set(&t, &caller, &nothing, REASON, false).await);
    t.spoil_audit().await;
    assert!(look(REASON).await.is_err());
    assert!(health_status::set(&t, &caller, &green, REASON, false).await.is_err());
}

#[tokio::test]
async fn many_are_taken_together_or_not_at_all() {
    let t = TestHouse::new().await;
    let caller = investigator(&t).await;
    let (_, form) = visitor(&t).await;
    let forms = [says(&form.id_number, "gray"), says(&id_number(8_000), "red")];
    let taken = health_status::take(&t, &caller, &forms, REASON).await.unwrap().unwrap();
    assert_eq!(taken, [TakenStatus::Set, TakenStatus::Waits]);
    let wrong = [says(&form.id_number, "red"), says("123", "red"), says(&id_number(8_001), "蓝")];
    let faults = health_status::take(&t, &caller, &wrong, REASON).await.unwrap().unwrap_err();
    let at: Vec<_> = faults.iter().map(|(at, wrong)| (*at, wrong.0[0].field)).collect();
    assert_eq!(at, [(1, "id_number"), (2, "colour")]);
    let person = number(&t, &form).await;
    let kept = t.registry.health_status(person).await.unwrap().unwrap();
    assert_eq!(kept.colour, Colour::Gray, "nothing of what was refused");
}

fn row(number: u32, cells: &[&str]) -> TableRow {
    let cells = cells.iter().map(|text| Cell::Text((*text).to_owned())).collect();
    TableRow { number, cells }
}

#[tokio::test]
async fn a_list_is_judged_row_by_row_and_its_good_rows_hold() {
    let t = TestHouse::new().await;
    let (_, form) = visitor(&t).await;
    let wide: String = form.id_number.chars().map(wide).collect();
    let rows = [
        row(1, &["姓名", "身份证号", "健康码", "采样时间", "检测结果"]),
        row(2, &[&form.name, &wide, "绿码", "2026-11-22 08:00", "阴性"]),
        row(3, &["", "110105194902310021", "绿码", "", ""]),
        row(4, &["", &id_number(8_002), "红码", "2026/11/23", "阳性"]),
        row(5, &["", &id_number(8_003), "红码", "", ""]),
    ];
    let header = find_header_of_statuses(&rows).unwrap();
    let mut judge = Judge::new(&t, &header, t.now());
    rows[1..].iter().for_each(|row| judge.row(row, &[]));
    let checked = judge.end();
    assert_eq!((checked.rows, checked.good.len(), checked.bad), (4, 2, 2));
    let said: Vec<_> = checked.findings.iter().map(|f| (f.row, f.says.as_str())).collect();
    assert_eq!(said[0], (3, "身份证号码中的出生日期不存在，请核对第 7 至 14 位"));
    assert_eq!(said[1], (4, "时间在现在之后，请核对"));
    let mut taken = save(&t, &checked.good).await.unwrap();
    taken.sort_by_key(|taken| format!("{taken:?}"));
    assert_eq!(taken, [TakenStatus::Set, TakenStatus::Waits]);
    let status = t.registry.health_status(number(&t, &form).await).await.unwrap().unwrap();
    assert!(status.colour == Colour::Green && status.nucleic_acid.unwrap().negative);
}

#[tokio::test]
async fn rows_about_the_registered_come_first_when_sorted_and_of_one_document_as_in_the_list() {
    let t = TestHouse::new().await;
    let (_, form) = visitor(&t).await;
    let mut rows = vec![row(1, &["身份证号", "健康码"])];
    rows.extend((2..=20).map(|at| row(at, &[&id_number(8_000 + at), "绿码"])));
    rows.insert(11, row(21, &[&form.id_number, "红码"]));
    rows.push(row(22, &[&form.id_number, "黄码"]));
    let header = find_header_of_statuses(&rows).unwrap();
    let mut judge = Judge::new(&t, &header, t.now());
    rows[1..].iter().for_each(|row| judge.row(row, &[]));
    let mut good = judge.end().good;
    sort(&t, &mut good).await.unwrap();
    let taken = save(&t, &good).await.unwrap();
    assert_eq!(taken[..2], [TakenStatus::Set; 2]);
    assert_eq!(taken[2..], [TakenStatus::Waits; 19]);
    let status = t.registry.health_status(number(&t, &form).await).await.unwrap().unwrap();
    assert_eq!(status.colour, Colour::Yellow, "the later row");
}

/// As a keyboard for Chinese has it.
fn wide(c: char) -> char {
    char::from_u32(c.to_ascii_lowercase() as u32 + 0xfee0).unwrap()
}

/// A source that wants to know who somebody is, and remembers whom it was asked about.
#[derive(Default)]
struct Gateway {
    asked: Mutex<Vec<(String, String)>>,
    says: Mutex<Option<Colour>>,
}

impl HealthSource for Gateway {
    fn ask<'a>(&'a self, about: &'a Subject, now: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(async move {
            let who = about.identity.as_ref()?;
            self.asked.lock().push((who.name.clone(), who.id_number.clone()));
            let colour = (*self.says.lock())?;
            Some(HealthStatus { colour, source: Source::Province, ..HealthStatus::unknown(now) })
        })
    }

    fn needs_identity(&self) -> bool {
        true
    }
}

/// A house that asks a gateway, with a person whose test is in the register.
async fn city(says: Colour) -> (TestHouse, Arc<Gateway>) {
    let mut t = TestHouse::new().await;
    let gateway = Arc::new(Gateway { says: Mutex::new(Some(says)), ..Gateway::default() });
    parts(&mut t).health = Arc::clone(&gateway) as Arc<dyn HealthSource>;
    tokio::spawn(follow_up::run(Arc::clone(&t.house)));
    (t, gateway)
}

async fn tested(t: &TestHouse, form: &PersonForm) {
    let status =
        HealthStatus { colour: Colour::Unknown, source: Source::Register, ..green(t.now()) };
    t.set_status(number(t, form).await, &status).await;
}

async fn settled(
    t: &TestHouse,
    person: &actions::accounts::principals::Visitor,
    id: &str,
) -> actions::checkins::receipt::Receipt {
    let looking = async {
        loop {
            let seen = receipt(t, person, id).await.unwrap();
            if !seen.pending {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), looking).await.expect("an end")
}

#[tokio::test]
async fn a_colour_from_outside_and_a_test_in_the_register_make_one_verdict() {
    let (t, gateway) = city(Colour::Green).await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    tested(&t, &form).await;
    let made = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert!(made.pending && made.colour == Colour::Unknown, "recorded first");
    let seen = settled(&t, &person, &made.id).await;
    assert_eq!((seen.decision, seen.source), (Decision::Pass, Source::Province));
    assert_eq!(*gateway.asked.lock(), [(form.name.clone(), form.id_number.clone())]);
    let opened = lines(&t, Deed::HealthStatusAsked).await;
    assert_eq!(opened.len(), 1);
    assert!(!opened[0].1.contains(&form.name) && !opened[0].1.contains(&form.id_number));
}

#[tokio::test]
async fn an_identity_is_opened_only_under_a_line_that_is_on_disk() {
    let (t, gateway) = city(Colour::Green).await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    t.spoil_audit().await;
    let made = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    let seen = settled(&t, &person, &made.id).await;
    assert_eq!((seen.decision, seen.colour), (Decision::Recheck, Colour::Unknown));
    assert!(gateway.asked.lock().is_empty(), "nothing was opened");
    assert_eq!(visits_at(&t, &door).await.len(), 1, "and the entry is there");
}

#[tokio::test]
async fn one_line_covers_an_hour_and_the_next_says_how_many_it_was() {
    let (t, _) = city(Colour::Green).await;
    for hour in 0..2 {
        for _ in 0..2 {
            let door = t.door().await;
            let (person, _) = visitor(&t).await;
            let made = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
            settled(&t, &person, &made.id).await;
        }
        assert_eq!(lines(&t, Deed::HealthStatusAsked).await.len(), hour + 1);
        t.clock.advance_ms(OPENINGS_MS);
    }
    let newest = &lines(&t, Deed::HealthStatusAsked).await[0].1;
    assert!(newest.contains("打开 2 次") && newest.contains(&OPENINGS_MAX.to_string()), "{newest}");
}

#[tokio::test]
async fn while_the_source_fails_its_last_answer_is_shown_with_its_age_and_never_as_green() {
    let (t, gateway) = city(Colour::Green).await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    tested(&t, &form).await;
    let made = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(settled(&t, &person, &made.id).await.colour, Colour::Green);
    *gateway.says.lock() = None;
    t.clock.advance_ms(8 * 60_000);
    let made = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert!(made.pending);
    let seen = settled(&t, &person, &made.id).await;
    assert_eq!((seen.decision, seen.colour), (Decision::Recheck, Colour::Unknown));
    assert_eq!((seen.stale, seen.age_minutes), (true, Some(8)));
    let stored = visits_at(&t, &door).await.pop().unwrap();
    assert_ne!(actions::checkins::stored::Recorded::from(&stored).colour, Colour::Green);
    // Red is not forgotten with the connection.
    *gateway.says.lock() = Some(Colour::Red);
    t.clock.advance_ms(61_000);
    let made = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(settled(&t, &person, &made.id).await.decision, Decision::Stop);
    *gateway.says.lock() = None;
    t.clock.advance_ms(8 * 60_000);
    let made = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(settled(&t, &person, &made.id).await.decision, Decision::Stop);
}
