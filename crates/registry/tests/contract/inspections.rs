//! Inspections: recorded once, settled as they were seen, told and reminded of in the same transaction.

use super::{
    made::{AWKWARD, NOON, line, organisation, record},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    audit::{Actor, Deed},
    checkpoints::CheckpointNumber,
    inspections::{Finding, InspectionForm, NewInspection, State, next_reminder},
    messages::MessageKind,
    time::{DAY_MS, UnixMs},
};
use registry::{
    AuditLine, InspectionFilter, InspectionStep, InspectionTally, NewOrganisation,
    RecordedInspection, Reminder, Which,
};

on_both!(
    what_is_found_is_told_and_read_as_it_was_written,
    a_door_that_was_inspected_meanwhile_is_not_recorded_twice,
    of_many_at_once_one_is_recorded,
    each_step_is_taken_once_as_it_was_seen,
    lists_are_narrowed_and_counted,
    a_manager_sees_the_own_doors,
    reminders_come_once_also_after_another_start,
    what_ended_long_ago_is_swept,
    a_door_is_found_by_what_is_printed_and_by_its_name,
);

const DOOR: CheckpointNumber = CheckpointNumber(1);
const MANAGER: i64 = 1;
const INSPECTOR: i64 = 2;

fn by_inspector(deed: Deed, at: UnixMs) -> AuditLine {
    AuditLine { actor: Actor::Account(INSPECTOR), ..line(deed, at) }
}

/// Nothing, or these findings with three days.
fn new(findings: &[Finding], note: &str) -> NewInspection {
    let form = InspectionForm {
        outcome: if findings.is_empty() { "in_order" } else { "findings" }.to_owned(),
        findings: findings.iter().map(|finding| finding.code().to_owned()).collect(),
        note: note.to_owned(),
        days: "3".to_owned(),
    };
    form.check(NOON).unwrap()
}

/// An open door of a unit that account 1 manages, and account 2 who inspects.
async fn a_managed_door(at: &BackEnd) {
    assert_eq!(at.an_account(Role::Manager, "138").await, MANAGER);
    assert_eq!(at.an_account(Role::Inspector, "139").await, INSPECTOR);
    let unit = NewOrganisation { account: Some(MANAGER), ..organisation("万达") };
    let unit = at.registry.insert_organisation(&unit).await.unwrap().unwrap();
    let door = at.applied(&record(unit, "万达", "东门"), NOON).await;
    assert_eq!(door, DOOR);
    assert!(at.approve(at.application(DOOR).await, "code").await);
}

async fn recorded(at: &BackEnd, door: CheckpointNumber, seen: i64, new: &NewInspection) -> i64 {
    let deadline = new.state().deadline();
    let inspection = RecordedInspection {
        checkpoint: door,
        inspector: INSPECTOR,
        new,
        seen,
        remind: deadline.and_then(|deadline| next_reminder(deadline, NOON)),
    };
    let line = by_inspector(Deed::InspectionRecorded, NOON);
    at.registry.record_inspection(&inspection, &line).await.unwrap().unwrap()
}

async fn told(at: &BackEnd) -> Vec<MessageKind> {
    let messages = at.registry.messages_of(MANAGER, 99, 0).await.unwrap();
    let about = |kind: &MessageKind| kind.code().starts_with("inspection");
    messages.iter().map(|message| message.kind).filter(about).collect()
}

async fn step(at: &BackEnd, (round, from): (i64, &State), to: &State, when: UnixMs) -> bool {
    let step = InspectionStep { id: 1, round, from, to, remind: None };
    let line = by_inspector(Deed::InspectionAccepted, when);
    at.registry.step_inspection(&step, &line).await.unwrap()
}

fn all() -> InspectionFilter {
    InspectionFilter {
        which: Which::All,
        county: None,
        township: None,
        manager: None,
        checkpoint: None,
        text: String::new(),
        limit: 99,
        offset: 0,
    }
}

async fn ids(at: &BackEnd, filter: &InspectionFilter) -> Vec<i64> {
    let rows = at.registry.inspections(filter).await.unwrap();
    rows.iter().map(|row| row.id).collect()
}

async fn what_is_found_is_told_and_read_as_it_was_written(at: &BackEnd) {
    a_managed_door(at).await;
    let findings = [Finding::NotPosted, Finding::NoReminder];
    let found = new(&findings, AWKWARD);
    assert_eq!(recorded(at, DOOR, 0, &found).await, 1);
    let one = at.registry.inspection(1).await.unwrap().unwrap();
    assert_eq!((one.name.as_str(), one.door.as_str()), ("万达", "东门"));
    assert_eq!((&one.findings[..], one.note.as_str()), (&findings[..], AWKWARD));
    assert_eq!((&one.state, one.round, one.inspector), (found.state(), 0, INSPECTOR));
    assert_eq!((one.at, one.changed), (NOON, NOON));
    let message = at.registry.messages_of(MANAGER, 1, 0).await.unwrap().remove(0);
    assert_eq!(message.kind, MessageKind::InspectionFindings);
    assert_eq!((message.inspection, message.deadline), (Some(1), found.state().deadline()));
    assert_eq!((message.about.as_str(), message.detail.as_str()), ("万达 东门", AWKWARD));
    // Nothing found is nobody's news.
    assert_eq!(recorded(at, DOOR, 1, &new(&[], "")).await, 2);
    assert_eq!(told(at).await, [MessageKind::InspectionFindings]);
    let two = at.registry.inspection(2).await.unwrap().unwrap();
    assert_eq!((two.state, two.findings), (State::InOrder, Vec::new()));
    assert!(at.registry.inspection(3).await.unwrap().is_none());
    let lines = at.registry.audit_page(Some(Deed::InspectionRecorded), 9, 0).await.unwrap();
    assert_eq!(lines.len(), 2);
    at.assert_dense("inspections", "id", 2).await;
    at.assert_dense("inspection_events", "id", 2).await;
}

async fn a_door_that_was_inspected_meanwhile_is_not_recorded_twice(at: &BackEnd) {
    a_managed_door(at).await;
    let found = new(&[Finding::NotPosted], "");
    recorded(at, DOOR, 0, &found).await;
    let again = RecordedInspection {
        checkpoint: DOOR,
        inspector: INSPECTOR,
        new: &found,
        seen: 0,
        remind: None,
    };
    let line = by_inspector(Deed::InspectionRecorded, NOON);
    assert_eq!(at.registry.record_inspection(&again, &line).await.unwrap(), None);
    assert_eq!(told(at).await.len(), 1);
    let lines = at.registry.audit_page(Some(Deed::InspectionRecorded), 9, 0).await.unwrap();
    assert_eq!(lines.len(), 1, "what was not done is not written down");
}

async fn of_many_at_once_one_is_recorded(at: &BackEnd) {
    a_managed_door(at).await;
    let found = new(&[Finding::NotPosted], "");
    let one = async || {
        let inspection = RecordedInspection {
            checkpoint: DOOR,
            inspector: INSPECTOR,
            new: &found,
            seen: 0,
            remind: None,
        };
        let line = by_inspector(Deed::InspectionRecorded, NOON);
        at.registry.record_inspection(&inspection, &line).await.unwrap()
    };
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    assert_eq!([a, b, c, d].into_iter().flatten().count(), 1);
    assert_eq!(told(at).await.len(), 1);
}

async fn each_step_is_taken_once_as_it_was_seen(at: &BackEnd) {
    a_managed_door(at).await;
    let found = new(&[Finding::Unreadable], "");
    recorded(at, DOOR, 0, &found).await;
    let open = found.state();
    let answered = open.answered(AWKWARD.to_owned()).unwrap();
    assert!(!step(at, (7, open), &answered, NOON).await, "another round");
    assert!(!step(at, (0, &State::Accepted), &answered, NOON).await, "another state");
    assert!(step(at, (0, open), &answered, NOON.plus(1)).await);
    assert!(!step(at, (0, open), &answered, NOON.plus(1)).await, "pressed twice");
    assert_eq!(told(at).await, [MessageKind::InspectionFindings], "who answers knows it");
    let later = open.deadline().unwrap().plus(DAY_MS);
    let back = answered.sent_back("还歪".to_owned(), later).unwrap();
    let (a, b) = tokio::join!(
        step(at, (1, &answered), &back, NOON.plus(2)),
        step(at, (1, &answered), &State::Accepted, NOON.plus(2)),
    );
    assert!(a != b, "of two inspectors one is told that it has changed");
    let one = at.registry.inspection(1).await.unwrap().unwrap();
    if one.state != State::Accepted {
        assert!(step(at, (2, &back), &State::Accepted, NOON.plus(3)).await);
    }
    let one = at.registry.inspection(1).await.unwrap().unwrap();
    assert_eq!(one.state, State::Accepted);
    let events = at.registry.inspection_events(1).await.unwrap();
    assert_eq!(events.len() as i64, one.round + 1);
    assert_eq!((&events[0].state, &events[1].state), (open, &answered));
    assert_eq!(told(at).await[0], MessageKind::InspectionAccepted);
}

async fn lists_are_narrowed_and_counted(at: &BackEnd) {
    a_managed_door(at).await;
    let other = at.an_open_door("青禾超市", "other").await;
    at.run("update checkpoints set township = '341202004' where number = 2").await.unwrap();
    let found = new(&[Finding::NotPosted], "");
    recorded(at, DOOR, 0, &found).await;
    recorded(at, other, 0, &found).await;
    recorded(at, other, 2, &new(&[], "")).await;
    let open = found.state();
    assert!(step(at, (0, open), &open.answered("好".to_owned()).unwrap(), NOON.plus(5)).await);
    assert_eq!(ids(at, &all()).await, [1, 3, 2], "newest change first");
    let late = open.deadline().unwrap().plus(1);
    for (which, expected) in [
        (Which::WaitForManager, &[2][..]),
        (Which::Overdue(late), &[2]),
        (Which::Overdue(NOON), &[]),
        (Which::WaitForInspector, &[1]),
        (Which::Accepted, &[]),
        (Which::InOrder, &[3]),
    ] {
        assert_eq!(ids(at, &InspectionFilter { which, ..all() }).await, expected, "{which:?}");
    }
    let text = InspectionFilter { text: "青禾".to_owned(), ..all() };
    assert_eq!(ids(at, &text).await, [3, 2]);
    assert!(ids(at, &InspectionFilter { text: AWKWARD.to_owned(), ..all() }).await.is_empty());
    let town = InspectionFilter { township: Some("341202004".to_owned()), ..all() };
    assert_eq!(ids(at, &town).await, [3, 2]);
    let county = InspectionFilter { county: Some("341203".to_owned()), ..all() };
    assert!(ids(at, &county).await.is_empty());
    assert_eq!(ids(at, &InspectionFilter { checkpoint: Some(DOOR), ..all() }).await, [1]);
    assert_eq!(ids(at, &InspectionFilter { limit: 1, offset: 1, ..all() }).await, [3]);
    let tally = at.registry.tally_inspections(&all(), late).await.unwrap();
    let expected = InspectionTally {
        all: 3,
        wait_for_manager: 1,
        overdue: 1,
        wait_for_inspector: 1,
        accepted: 0,
        in_order: 1,
    };
    assert_eq!(tally, expected);
    assert_eq!(at.registry.tally_inspections(&all(), NOON).await.unwrap().overdue, 0);
}

async fn a_manager_sees_the_own_doors(at: &BackEnd) {
    a_managed_door(at).await;
    let other = at.an_open_door("青禾超市", "other").await;
    let third = at.an_account(Role::Manager, "137").await;
    let found = new(&[Finding::NotPosted], "");
    recorded(at, DOOR, 0, &found).await;
    recorded(at, other, 0, &found).await;
    let of = |account| InspectionFilter { manager: Some(account), ..all() };
    assert_eq!(ids(at, &of(MANAGER)).await, [1]);
    assert!(ids(at, &of(third)).await.is_empty());
    // A door that was taken over is of both.
    at.run(&format!("update checkpoints set manager_id = {third} where number = 1")).await.unwrap();
    assert_eq!((ids(at, &of(MANAGER)).await, ids(at, &of(third)).await), (vec![1], vec![1]));
}

async fn reminders_come_once_also_after_another_start(at: &BackEnd) {
    a_managed_door(at).await;
    let found = new(&[Finding::NotPosted], "");
    recorded(at, DOOR, 0, &found).await;
    let deadline = found.state().deadline().unwrap();
    let eve = next_reminder(deadline, NOON).unwrap();
    assert!(at.registry.reminders_due(eve.plus(-1), 9).await.unwrap().is_empty());
    let due = at.registry.reminders_due(eve, 9).await.unwrap();
    assert_eq!(due, [Reminder { id: 1, due: eve, deadline }]);
    let next = next_reminder(deadline, eve);
    let again = at.open_again().await.unwrap();
    let kind = MessageKind::InspectionDue;
    let (a, b) = tokio::join!(
        at.registry.remind_of_inspection(&due[0], kind, (eve, next)),
        again.remind_of_inspection(&due[0], kind, (eve, next)),
    );
    assert!(a.unwrap() != b.unwrap(), "two processes remind once");
    assert!(again.reminders_due(eve, 9).await.unwrap().is_empty());
    let due = again.reminders_due(deadline.plus(1), 9).await.unwrap();
    let late = MessageKind::InspectionOverdue;
    assert!(again.remind_of_inspection(&due[0], late, (deadline.plus(1), None)).await.unwrap());
    again.close().await;
    assert!(at.registry.reminders_due(UnixMs(i64::MAX), 9).await.unwrap().is_empty());
    assert_eq!(told(at).await, [late, kind, MessageKind::InspectionFindings]);
    let message = at.registry.messages_of(MANAGER, 1, 0).await.unwrap().remove(0);
    assert_eq!((message.inspection, message.deadline), (Some(1), Some(deadline)));
}

async fn what_ended_long_ago_is_swept(at: &BackEnd) {
    a_managed_door(at).await;
    recorded(at, DOOR, 0, &new(&[Finding::NotPosted], "")).await;
    recorded(at, DOOR, 1, &new(&[], "")).await;
    assert_eq!(at.registry.sweep_inspections(NOON).await.unwrap(), 0);
    assert_eq!(at.registry.sweep_inspections(NOON.plus(1)).await.unwrap(), 1);
    assert_eq!(ids(at, &all()).await, [1], "what is open stays");
    assert_eq!(at.registry.inspection_events(1).await.unwrap().len(), 1);
    assert!(at.registry.inspection_events(2).await.unwrap().is_empty());
}

async fn a_door_is_found_by_what_is_printed_and_by_its_name(at: &BackEnd) {
    a_managed_door(at).await;
    let waiting = at.a_door("青禾超市").await;
    let (of_code, of_number) = (
        at.registry.door_of_code("code").await.unwrap(),
        at.registry.door_of_short_number("FY-code").await.unwrap(),
    );
    assert_eq!((of_code, of_number), (Some((DOOR, false)), Some((DOOR, false))));
    assert_eq!(at.registry.door_of_code("nothing").await.unwrap(), None);
    at.run("update venue_codes set standing = 'replaced'").await.unwrap();
    assert_eq!(at.registry.door_of_code("code").await.unwrap(), Some((DOOR, true)));
    assert!(at.registry.inspected_door(DOOR).await.unwrap().is_none(), "no code in use");
    at.run("update venue_codes set standing = 'current'").await.unwrap();
    let door = at.registry.inspected_door(DOOR).await.unwrap().unwrap();
    assert_eq!((door.short_number.as_str(), door.has_manager, door.newest), ("FY-code", true, 0));
    assert!(at.registry.inspected_door(waiting).await.unwrap().is_none(), "no code yet");
    let found = async |county, town, text| {
        let doors = at.registry.doors_to_inspect((county, town), text, 9).await.unwrap();
        doors.iter().map(|door| door.number).collect::<Vec<_>>()
    };
    assert_eq!(found(None, None, "万达").await, [DOOR]);
    assert_eq!(found(Some("341202"), Some("341202001"), "东门").await, [DOOR]);
    assert!(found(Some("341203"), None, "万达").await.is_empty());
    assert!(found(None, None, "青禾").await.is_empty(), "no code yet");
    recorded(at, DOOR, 0, &new(&[], "")).await;
    assert_eq!(at.registry.inspected_door(DOOR).await.unwrap().unwrap().newest, 1);
}
