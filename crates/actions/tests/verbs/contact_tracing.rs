//! Contact tracing: a case, its places, the people near, and nothing opened unseen.

use crate::support::{audit_rows, complains, investigator, lines, not_found, number, visitor};
use actions::{
    accounts::principals::Investigator,
    checkins::record::record,
    contact_tracing::{
        cases, export, identity,
        view::{self, Chosen, Desk},
    },
};
use domain::{
    audit::Deed,
    checkins::Method,
    contact_tracing::CaseForm,
    people::{IdKind, PersonForm, PersonNumber},
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use testkit::{Door, TestHouse, id_number};

fn case_form(form: &PersonForm) -> CaseForm {
    CaseForm {
        case_number: "FY-2026-0117".to_owned(),
        reason: "核酸检测阳性，追踪密切接触者".to_owned(),
        id_kind: form.id_kind.clone(),
        id_number: form.id_number.clone(),
    }
}

async fn open_case(t: &TestHouse, caller: &Investigator, form: &PersonForm) -> i64 {
    cases::open(t, caller, &case_form(form)).await.unwrap()
}

async fn desk(t: &TestHouse, caller: &Investigator, case: i64, minutes: i64) -> Desk {
    view::desk(t, caller, case, Some(minutes), None).await.unwrap()
}

fn people(desk: &Desk) -> Vec<PersonNumber> {
    desk.contacts.iter().map(|contact| contact.person).collect()
}

/// A case who entered one door, with people exactly at the edges of an hour and just outside.
struct Edges {
    door: Door,
    case: PersonForm,
    /// Entered 60 min and 1 ms before, 60 min before, 60 min after, 60 min and 1 ms after.
    others: [PersonForm; 4],
}

async fn edges(t: &TestHouse) -> Edges {
    let door = t.door().await;
    let (case, case_form) = visitor(t).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(visitor(t).await);
    }
    let steps = [0, 1, 2 * HOUR_MS, 1];
    for (at, ((person, _), step)) in people.iter().zip(steps).enumerate() {
        if at == 2 {
            t.clock.advance_ms(HOUR_MS);
            record(t, &case, &door.code, Method::Wechat).await.unwrap();
            t.clock.advance_ms(step - HOUR_MS);
        } else {
            t.clock.advance_ms(step);
        }
        record(t, person, &door.code, Method::Wechat).await.unwrap();
    }
    let others: Vec<PersonForm> = people.into_iter().map(|(_, form)| form).collect();
    Edges { door, case: case_form, others: others.try_into().unwrap() }
}

#[tokio::test]
async fn a_window_includes_its_edges_and_not_a_millisecond_more() {
    let t = TestHouse::new().await;
    let story = edges(&t).await;
    let caller = investigator(&t).await;
    let case = open_case(&t, &caller, &story.case).await;
    let [early, first, last, late] = &story.others;
    let at_edges = [number(&t, first).await, number(&t, last).await];
    let shown = desk(&t, &caller, case, 60).await;
    assert_eq!(people(&shown), at_edges);
    assert_eq!((shown.contacts_total, shown.visits[0].people), (2, 2));
    assert!(shown.contacts.iter().all(|c| c.nearest_minutes == 60 && c.meetings == 1));
    assert!(desk(&t, &caller, case, 59).await.contacts.is_empty());
    let wider = people(&desk(&t, &caller, case, 61).await);
    assert!(wider.contains(&number(&t, early).await) && wider.contains(&number(&t, late).await));
    let capped = desk(&t, &caller, case, i64::MAX).await;
    assert_eq!(capped.window_minutes, 240);
    assert_eq!(desk(&t, &caller, case, i64::MIN).await.window_minutes, 1);
}

#[tokio::test]
async fn the_visits_of_the_last_fourteen_days_come_in_order() {
    let t = TestHouse::new().await;
    let (door, next) = (t.door().await, t.door().await);
    let (person, form) = visitor(&t).await;
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(HOUR_MS);
    let kept_from = record(&t, &person, &next.code, Method::Alipay).await.unwrap();
    t.clock.advance_ms(7 * DAY_MS);
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(7 * DAY_MS);
    let caller = investigator(&t).await;
    let case = open_case(&t, &caller, &form).await;
    let shown = view::desk(&t, &caller, case, None, None).await.unwrap();
    let order: Vec<_> = shown.visits.iter().map(|visit| visit.checkpoint).collect();
    assert_eq!(order, [next.number, door.number]);
    assert_eq!(shown.visits[0].entered, kept_from.entered);
    assert_eq!(shown.visits[0].method, Method::Alipay);
    assert_eq!(shown.from, t.now().plus(-14 * DAY_MS));
    assert_eq!((shown.window_minutes, shown.person), (60, number(&t, &form).await));
    assert_eq!(shown.case.masked_name, "王*明");
    assert_eq!(shown.case.case_number, "FY-2026-0117");
    t.clock.advance_ms(1);
    let later = view::desk(&t, &caller, case, None, None).await.unwrap();
    assert_eq!(later.visits.len(), 1, "fourteen days to the millisecond");
}

#[tokio::test]
async fn whoever_was_met_more_often_comes_first_and_one_entry_can_be_chosen() {
    let t = TestHouse::new().await;
    let (door, next) = (t.door().await, t.door().await);
    let ((case, form), (once, once_form)) = (visitor(&t).await, visitor(&t).await);
    let (twice, twice_form) = visitor(&t).await;
    record(&t, &case, &door.code, Method::Wechat).await.unwrap();
    record(&t, &once, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(10 * MINUTE_MS);
    record(&t, &twice, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(5 * HOUR_MS);
    let chosen = record(&t, &case, &next.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(20 * MINUTE_MS);
    record(&t, &twice, &next.code, Method::Wechat).await.unwrap();
    let caller = investigator(&t).await;
    let id = open_case(&t, &caller, &form).await;
    let (once, twice) = (number(&t, &once_form).await, number(&t, &twice_form).await);
    let shown = desk(&t, &caller, id, 60).await;
    assert_eq!(people(&shown), [twice, once]);
    assert_eq!((shown.contacts[0].meetings, shown.contacts[0].nearest_minutes), (2, 10));
    assert_eq!(shown.contacts[0].masked_name, "王*明");
    assert_eq!(shown.contacts[0].last_entered, chosen.entered.plus(20 * MINUTE_MS));
    assert_ne!(shown.contacts[0].last_place, shown.contacts[0].nearest_place);
    let only = Chosen { checkpoint: next.number, entered: chosen.entered };
    let table = export::contacts(&t, &caller, id, Some(60), Some(only)).await.unwrap();
    let exported: Vec<_> = table.rows.iter().map(|row| row.contact.person).collect();
    assert_eq!(exported, [twice], "no identity is opened of whoever was near another entry");
    assert_eq!(lines(&t, Deed::IdentityOpened).await.len(), 1);
    let (_, says) = lines(&t, Deed::ContactsExported).await.remove(0);
    let at = chosen.entered.date_time_text();
    assert_eq!(says, format!("检查点 {} {at}，前后 60 分钟，1 人", next.number.0));
    let narrowed = view::desk(&t, &caller, id, None, Some(only)).await.unwrap();
    assert_eq!((people(&narrowed), narrowed.contacts_total), (vec![twice], 1));
    assert_eq!(narrowed.visits.len(), 2, "the other entries stay in the list");
}

#[tokio::test]
async fn a_case_is_its_investigators_and_nobody_elses() {
    let t = TestHouse::new().await;
    let story = edges(&t).await;
    let (owner, other) = (investigator(&t).await, investigator(&t).await);
    let case = open_case(&t, &owner, &story.case).await;
    let met = number(&t, &story.others[1]).await;
    let before = lines(&t, Deed::IdentityOpened).await.len();
    not_found(view::desk(&t, &other, case, None, None).await);
    not_found(identity::open(&t, &other, case, met).await);
    not_found(export::contacts(&t, &other, case, None, None).await);
    not_found(view::desk(&t, &owner, case + 1, None, None).await);
    assert_eq!(lines(&t, Deed::IdentityOpened).await.len(), before);
    assert_eq!(cases::list(&t, &owner).await.unwrap().len(), 1);
    assert!(cases::list(&t, &other).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_identity_is_opened_of_the_case_and_of_whoever_was_met() {
    let t = TestHouse::new().await;
    let story = edges(&t).await;
    let caller = investigator(&t).await;
    let case = open_case(&t, &caller, &story.case).await;
    for form in [&story.case, &story.others[0], &story.others[1]] {
        let person = number(&t, form).await;
        let opened = identity::open(&t, &caller, case, person).await.unwrap();
        assert_eq!((opened.name.as_str(), opened.id_kind), ("王小明", IdKind::ResidentId));
        assert_eq!(opened.phone.as_deref(), Some(form.phone.as_str()));
        assert!(opened.masked_id.contains("***********"));
        let newest = lines(&t, Deed::IdentityOpened).await.swap_remove(0);
        assert_eq!(newest, (format!("人员 {}", person.0), format!("病例 {case}")));
    }
}

#[tokio::test]
async fn an_identity_of_somebody_who_was_not_met_is_not_found() {
    let t = TestHouse::new().await;
    let story = edges(&t).await;
    let (stranger, stranger_form) = visitor(&t).await;
    t.clock.advance_ms(5 * HOUR_MS);
    record(&t, &stranger, &story.door.code, Method::Wechat).await.unwrap();
    let caller = investigator(&t).await;
    let case = open_case(&t, &caller, &story.case).await;
    let person = number(&t, &stranger_form).await;
    not_found(identity::open(&t, &caller, case, person).await);
    not_found(identity::open(&t, &caller, case, PersonNumber(0)).await);
    not_found(identity::open(&t, &caller, case, PersonNumber(u64::MAX)).await);
    assert!(lines(&t, Deed::IdentityOpened).await.is_empty());
}

#[tokio::test]
async fn an_audit_that_cannot_be_written_opens_nothing() {
    let t = TestHouse::new().await;
    let story = edges(&t).await;
    let caller = investigator(&t).await;
    let case = open_case(&t, &caller, &story.case).await;
    let met = number(&t, &story.others[1]).await;
    assert!(identity::open(&t, &caller, case, met).await.is_ok());
    t.spoil_audit().await;
    assert!(identity::open(&t, &caller, case, met).await.is_err());
    assert!(view::desk(&t, &caller, case, None, None).await.is_err());
    assert!(export::contacts(&t, &caller, case, None, None).await.is_err());
    assert!(cases::open(&t, &caller, &case_form(&story.others[0])).await.is_err());
    assert_eq!(cases::list(&t, &caller).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_registry_that_is_gone_opens_nothing() {
    let t = TestHouse::new().await;
    let story = edges(&t).await;
    let caller = investigator(&t).await;
    let case = open_case(&t, &caller, &story.case).await;
    let person = number(&t, &story.case).await;
    t.registry.close().await;
    assert!(identity::open(&t, &caller, case, person).await.is_err());
}

#[tokio::test]
async fn an_export_has_a_line_in_the_audit_for_every_row() {
    let t = TestHouse::new().await;
    let story = edges(&t).await;
    let caller = investigator(&t).await;
    let case = open_case(&t, &caller, &story.case).await;
    let table = export::contacts(&t, &caller, case, Some(240), None).await.unwrap();
    assert_eq!(table.rows.len(), 4);
    assert_eq!(table.name, "FY-2026-0117-关联人员-2026-11-22");
    let mut written: Vec<String> =
        lines(&t, Deed::IdentityOpened).await.into_iter().map(|(subject, _)| subject).collect();
    let mut rows: Vec<String> =
        table.rows.iter().map(|row| format!("人员 {}", row.contact.person.0)).collect();
    written.sort();
    rows.sort();
    assert_eq!(written, rows);
    let exported = lines(&t, Deed::ContactsExported).await;
    assert_eq!(exported, [(format!("病例 {case}"), "前后 240 分钟，4 人".to_owned())]);
    let phones: Vec<_> = table.rows.iter().map(|row| row.identity.phone.clone().unwrap()).collect();
    assert!(story.others.iter().all(|form| phones.contains(&form.phone)));
}

#[tokio::test]
async fn seeking_and_opening_are_written_down_also_when_nobody_is_found() {
    let t = TestHouse::new().await;
    let (_, form) = visitor(&t).await;
    let caller = investigator(&t).await;
    let stranger = PersonForm { id_number: id_number(5000), ..form.clone() };
    complains("id_number", cases::open(&t, &caller, &case_form(&stranger)).await);
    let sought = lines(&t, Deed::PersonSought).await;
    assert_eq!(sought.len(), 1);
    assert!(sought[0].0.contains("***********"));
    assert!(lines(&t, Deed::CaseOpened).await.is_empty());
    let case = open_case(&t, &caller, &form).await;
    desk(&t, &caller, case, 60).await;
    let order: Vec<Deed> = audit_rows(&t, None).await.into_iter().map(|row| row.deed).collect();
    let at = |deed| order.iter().position(|found| *found == deed).unwrap();
    assert!(at(Deed::CaseViewed) < at(Deed::CaseOpened), "newest first");
    assert!(at(Deed::CaseOpened) < at(Deed::PersonSought));
}

#[tokio::test]
async fn nobody_is_sought_without_a_number_and_a_reason() {
    let t = TestHouse::new().await;
    let (_, form) = visitor(&t).await;
    let caller = investigator(&t).await;
    let good = case_form(&form);
    let wrong = [
        ("case_number", CaseForm { case_number: " ".to_owned(), ..good.clone() }),
        ("reason", CaseForm { reason: String::new(), ..good.clone() }),
        ("id_kind", CaseForm { id_kind: "card".to_owned(), ..good.clone() }),
        ("id_number", CaseForm { id_number: "341202".to_owned(), ..good }),
    ];
    for (field, form) in wrong {
        complains(field, cases::open(&t, &caller, &form).await);
    }
    assert!(lines(&t, Deed::PersonSought).await.is_empty());
}
