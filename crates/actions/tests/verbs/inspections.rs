//! Inspections from the door to the end: found, recorded, told, answered, sent back, accepted, reminded of.

use crate::support::{complains, conflict, lines, manager, not_found};
use actions::{
    accounts::principals::{Inspector, Manager},
    inspections::{
        Filter, Found, Show, accept, answer, door, earlier, export, find_door, list, my_list,
        my_one, one, record, remind_due, send_back, waiting,
    },
    messages::{self, send::send_due},
    sms::TextMessage,
    venue_codes,
};
use domain::{
    accounts::Role,
    audit::{Actor, Deed},
    checkpoints::CheckpointNumber,
    inspections::{InspectionForm, State},
    messages::{GATHER_MS, MessageKind, sms_words},
    time::{DAY_MS, MINUTE_MS},
};
use testkit::{Door, TestHouse};
use vault::Field;

async fn inspector(t: &TestHouse, region: &str) -> Inspector {
    t.staff(&t.staff_token(Role::Inspector, region).await).await.as_inspector().unwrap()
}

fn found(findings: &[&str], days: &str) -> InspectionForm {
    InspectionForm {
        outcome: if findings.is_empty() { "in_order" } else { "findings" }.to_owned(),
        findings: findings.iter().map(|code| (*code).to_owned()).collect(),
        note: String::new(),
        days: days.to_owned(),
    }
}

/// A door in 颍州区 with its manager and an inspector of that county.
async fn a_door(t: &TestHouse) -> (Door, Manager, Inspector) {
    let door = t.door().await;
    let manager = manager(t, &door.manager).await;
    (door, manager, inspector(t, "341202").await)
}

async fn kinds(t: &TestHouse, caller: &Manager) -> Vec<MessageKind> {
    let list = messages::list(t, caller, 0).await.unwrap();
    let about = |kind: &MessageKind| kind.code().starts_with("inspection");
    list.messages.iter().map(|message| message.kind).filter(about).collect()
}

async fn phone_of(t: &TestHouse, caller: &Manager) -> String {
    let Actor::Account(account) = caller.actor() else { panic!("no account") };
    let account = t.registry.account(account).await.unwrap().unwrap();
    t.vault.open(Field::Phone, &account.new.phone_sealed).unwrap().to_string()
}

async fn only(t: &TestHouse, caller: &Inspector, typed: &str) -> (CheckpointNumber, bool) {
    match find_door(t, caller, typed).await.unwrap() {
        Found::Door(door, replaced) => (door.number, replaced),
        Found::Doors(doors) => panic!("{} doors for {typed}", doors.len()),
    }
}

async fn many(t: &TestHouse, caller: &Inspector, typed: &str) -> usize {
    match find_door(t, caller, typed).await.unwrap() {
        Found::Doors(doors) => doors.len(),
        Found::Door(..) => panic!("one door for {typed}"),
    }
}

/// An inspection of this door from the findings to the end.
pub(crate) async fn one_settled(t: &TestHouse, at: &Door) {
    let (manager, county) = (manager(t, &at.manager).await, inspector(t, "341202").await);
    let form = InspectionForm { note: "东门".to_owned(), ..found(&["badly_hung"], "2") };
    let id = record(t, &county, (at.number, 0), &form).await.unwrap();
    t.clock.advance_ms(MINUTE_MS);
    answer(t, &manager, (id, 0), "重新贴过").await.unwrap();
    send_back(t, &county, (id, 1), ("还是太高", "1")).await.unwrap();
    accept(t, &county, (id, 2)).await.unwrap();
    export(t, &county, &Filter::default()).await.unwrap();
}

#[tokio::test]
async fn a_door_is_found_by_its_poster_and_its_name_within_the_own_region() {
    let t = TestHouse::new().await;
    let (at, manager, county) = a_door(&t).await;
    let elsewhere = inspector(&t, "341203").await;
    let shown = door(&t, &county, at.number).await.unwrap();
    let url = format!("https://cs.example.gov.cn/c/{}", at.code);
    for typed in [url.as_str(), &at.code, &shown.short_number, &shown.short_number[3..]] {
        assert_eq!(only(&t, &county, typed).await, (at.number, false), "{typed}");
        assert_eq!(many(&t, &elsewhere, typed).await, 0, "{typed}");
    }
    assert_eq!(many(&t, &county, &shown.name).await, 1);
    assert_eq!(many(&t, &elsewhere, &shown.name).await, 0);
    assert_eq!(many(&t, &county, " ").await, 0);
    not_found(door(&t, &elsewhere, at.number).await);
    not_found(door(&t, &county, CheckpointNumber(99)).await);
    // Whoever scans an old poster is told so.
    let number = shown.short_number.clone();
    assert!(venue_codes::report_poster(&t, &manager, at.number, &number, "lost").await.unwrap());
    assert_eq!(only(&t, &county, &at.code).await, (at.number, true));
    assert_eq!(only(&t, &county, &number).await, (at.number, true));
}

#[tokio::test]
async fn from_findings_to_the_end_with_everybody_told() {
    let t = TestHouse::new().await;
    let (at, manager, county) = a_door(&t).await;
    let form = found(&["not_posted", "nobody_checks"], "3");
    let id = record(&t, &county, (at.number, 0), &form).await.unwrap();
    let seen = my_one(&t, &manager, id).await.unwrap();
    assert_eq!(seen.row.findings.len(), 2);
    assert_eq!(seen.past.len(), 1);
    assert!(seen.past[0].who.is_empty(), "a manager is not told who it was");
    assert!(!one(&t, &county, id).await.unwrap().past[0].who.is_empty());
    assert_eq!(waiting(&t, &manager, Some(at.number)).await.unwrap().wait_for_manager, 1);

    complains("words", answer(&t, &manager, (id, 0), " ").await);
    answer(&t, &manager, (id, 0), "东门贴好了").await.unwrap();
    conflict(answer(&t, &manager, (id, 0), "东门贴好了").await);
    conflict(answer(&t, &manager, (id, 1), "再答一次").await);
    complains("reason", send_back(&t, &county, (id, 1), ("", "2")).await);
    complains("days", send_back(&t, &county, (id, 1), ("歪了", "31")).await);
    conflict(send_back(&t, &county, (id, 0), ("歪了", "2")).await);
    send_back(&t, &county, (id, 1), ("歪了", "2")).await.unwrap();
    conflict(accept(&t, &county, (id, 1)).await);
    answer(&t, &manager, (id, 2), "扶正了").await.unwrap();
    accept(&t, &county, (id, 3)).await.unwrap();
    conflict(accept(&t, &county, (id, 3)).await);
    conflict(accept(&t, &county, (id, 4)).await);
    conflict(send_back(&t, &county, (id, 4), ("又歪了", "2")).await);

    let seen = one(&t, &county, id).await.unwrap();
    let states: Vec<&str> = seen.past.iter().map(|past| past.state.code()).collect();
    assert_eq!(states, ["open", "answered", "sent_back", "answered", "accepted"]);
    assert_eq!(seen.past[3].state.words(), "扶正了");
    let told = [
        MessageKind::InspectionAccepted,
        MessageKind::InspectionSentBack,
        MessageKind::InspectionFindings,
    ];
    assert_eq!(kinds(&t, &manager).await, told);
    for (deed, count) in [
        (Deed::InspectionRecorded, 1),
        (Deed::InspectionAnswered, 2),
        (Deed::InspectionSentBack, 1),
        (Deed::InspectionAccepted, 1),
    ] {
        assert_eq!(lines(&t, deed).await.len(), count, "{deed:?}");
    }
}

#[tokio::test]
async fn a_text_message_says_what_and_until_when() {
    let t = TestHouse::new().await;
    let (at, manager, county) = a_door(&t).await;
    let phone = phone_of(&t, &manager).await;
    t.clock.advance_ms(GATHER_MS);
    send_due(&t, || true).await.unwrap();
    let id = record(&t, &county, (at.number, 0), &found(&["no_reminder"], "3")).await.unwrap();
    t.clock.advance_ms(GATHER_MS);
    send_due(&t, || true).await.unwrap();
    let deadline = one(&t, &county, id).await.unwrap().row.state.deadline();
    let what = sms_words(MessageKind::InspectionFindings, deadline);
    assert!(what.ends_with("（期限11月25日）"), "{what}");
    let Some(TextMessage::Notice { what: sent, .. }) = t.outbox.notices(&phone).pop() else {
        panic!("no notice")
    };
    assert_eq!(sent, what);
}

#[tokio::test]
async fn nothing_found_is_in_order_and_nobody_is_troubled() {
    let t = TestHouse::new().await;
    let (at, manager, county) = a_door(&t).await;
    let id = record(&t, &county, (at.number, 0), &found(&[], "")).await.unwrap();
    assert_eq!(one(&t, &county, id).await.unwrap().row.state, State::InOrder);
    assert!(kinds(&t, &manager).await.is_empty());
    conflict(answer(&t, &manager, (id, 0), "好").await);
    conflict(accept(&t, &county, (id, 0)).await);
    assert_eq!(my_list(&t, &manager, None, &Filter::default()).await.unwrap().total, 1);
}

#[tokio::test]
async fn a_second_press_and_a_second_inspector_record_nothing_unseen() {
    let t = TestHouse::new().await;
    let (at, _, county) = a_door(&t).await;
    let form = found(&["unreadable"], "5");
    let id = record(&t, &county, (at.number, 0), &form).await.unwrap();
    conflict(record(&t, &county, (at.number, 0), &form).await);
    let other = inspector(&t, "").await;
    conflict(record(&t, &other, (at.number, 0), &form).await);
    let newest = door(&t, &other, at.number).await.unwrap().newest;
    assert_eq!(newest, id);
    record(&t, &other, (at.number, newest), &form).await.unwrap();
    assert_eq!(earlier(&t, &county, at.number).await.unwrap().len(), 2);
    complains("outcome", record(&t, &county, (at.number, 2), &InspectionForm::default()).await);
    complains("note", record(&t, &county, (at.number, 2), &found(&["other"], "1")).await);
}

#[tokio::test]
async fn other_regions_and_other_managers_find_nothing() {
    let t = TestHouse::new().await;
    let (at, _, county) = a_door(&t).await;
    let form = found(&["not_posted"], "3");
    let id = record(&t, &county, (at.number, 0), &form).await.unwrap();
    let elsewhere = inspector(&t, "341203").await;
    let town = inspector(&t, "341202004").await;
    for other in [&elsewhere, &town] {
        not_found(record(&t, other, (at.number, id), &form).await);
        not_found(one(&t, other, id).await);
        not_found(accept(&t, other, (id, 0)).await);
        not_found(send_back(&t, other, (id, 0), ("歪了", "2")).await);
        assert_eq!(list(&t, other, &Filter::default()).await.unwrap().total, 0);
        assert!(export(&t, other, &Filter::default()).await.unwrap().is_empty());
        assert!(earlier(&t, other, at.number).await.unwrap().is_empty());
    }
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    not_found(my_one(&t, &stranger, id).await);
    not_found(answer(&t, &stranger, (id, 0), "好了").await);
    let all = Filter::default();
    assert_eq!(my_list(&t, &stranger, None, &all).await.unwrap().total, 0);
    assert_eq!(my_list(&t, &stranger, Some(at.number), &all).await.unwrap().total, 0);
    assert_eq!(waiting(&t, &stranger, Some(at.number)).await.unwrap().all, 0);
    // A wider wish does not widen the scope.
    let wish = Filter { region: Some("341202".to_owned()), ..Filter::default() };
    assert_eq!(list(&t, &elsewhere, &wish).await.unwrap().total, 0);
    assert_eq!(list(&t, &county, &wish).await.unwrap().total, 1);
}

#[tokio::test]
async fn the_list_knows_who_is_late() {
    let t = TestHouse::new().await;
    let (at, manager, county) = a_door(&t).await;
    let id = record(&t, &county, (at.number, 0), &found(&["not_posted"], "1")).await.unwrap();
    let overdue = Filter { show: Show::Overdue, ..Filter::default() };
    assert_eq!(list(&t, &county, &overdue).await.unwrap().total, 0);
    t.clock.advance_ms(2 * DAY_MS);
    let late = list(&t, &county, &overdue).await.unwrap();
    assert_eq!((late.total, late.rows[0].overdue, late.tally.wait_for_manager), (1, true, 1));
    assert_eq!(waiting(&t, &manager, None).await.unwrap().overdue, 1);
    answer(&t, &manager, (id, 0), "贴好了").await.unwrap();
    assert_eq!(list(&t, &county, &overdue).await.unwrap().total, 0);
    let to_check = Filter { show: Show::ToCheck, page: 7, ..Filter::default() };
    let list = list(&t, &county, &to_check).await.unwrap();
    assert_eq!((list.rows.len(), list.page, list.pages), (1, 0, 1));
}

#[tokio::test]
async fn managers_are_reminded_on_the_day_before_and_when_it_is_over_and_no_more() {
    let t = TestHouse::new().await;
    let (at, manager, county) = a_door(&t).await;
    let id = record(&t, &county, (at.number, 0), &found(&["not_posted"], "3")).await.unwrap();
    let mut reminded = Vec::new();
    for _ in 0..12 {
        reminded.push(remind_due(&t, || true).await.unwrap());
        assert_eq!(remind_due(&t, || true).await.unwrap(), 0, "again");
        t.clock.advance_ms(DAY_MS / 2);
    }
    assert_eq!(reminded.iter().sum::<usize>(), 2);
    let told = [
        MessageKind::InspectionOverdue,
        MessageKind::InspectionDue,
        MessageKind::InspectionFindings,
    ];
    assert_eq!(kinds(&t, &manager).await, told);
    // A new deadline is reminded of anew; what was answered is not.
    send_back(&t, &county, (id, 0), ("还没有", "3")).await.unwrap();
    t.clock.advance_ms(2 * DAY_MS);
    assert_eq!(remind_due(&t, || false).await.unwrap(), 0, "told to stop");
    assert_eq!(remind_due(&t, || true).await.unwrap(), 1);
    answer(&t, &manager, (id, 1), "贴好了").await.unwrap();
    t.clock.advance_ms(30 * DAY_MS);
    assert_eq!(remind_due(&t, || true).await.unwrap(), 0);
}

#[tokio::test]
async fn a_program_that_was_not_running_reminds_of_what_is_true_then() {
    let t = TestHouse::new().await;
    let (at, manager, county) = a_door(&t).await;
    record(&t, &county, (at.number, 0), &found(&["not_posted"], "3")).await.unwrap();
    t.clock.advance_ms(9 * DAY_MS);
    assert_eq!(remind_due(&t, || true).await.unwrap(), 1);
    assert_eq!(remind_due(&t, || true).await.unwrap(), 0);
    assert_eq!(
        kinds(&t, &manager).await,
        [MessageKind::InspectionOverdue, MessageKind::InspectionFindings]
    );
}
