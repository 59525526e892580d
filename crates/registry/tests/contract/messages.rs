//! Messages: told in the transaction of what happened, seen once, sent by one sender at a time.

use super::{
    made::{AWKWARD, NOON, line, organisation, record},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    applications::State,
    audit::Deed,
    checkpoints::{CheckpointNumber, Happening},
    messages::{GATHER_MS, MessageKind},
    time::{DAY_MS, MINUTE_MS, UnixMs},
};
use registry::{NewCode, NewOrganisation, Step};

on_both!(
    a_decision_tells_the_units_manager,
    what_happens_to_a_door_tells_its_managers,
    a_unit_without_an_account_is_told_nothing,
    messages_are_seen_once,
    one_sender_at_a_time_has_what_is_due,
    what_failed_is_tried_again_and_what_is_old_is_not,
    what_is_put_off_is_due_later,
    text_messages_of_a_day_are_counted,
    old_messages_are_swept,
);

const DOOR: CheckpointNumber = CheckpointNumber(1);
const MANAGER: i64 = 1;

/// A door that waits for a decision, of a unit that account 1 manages.
async fn a_managed_door(at: &BackEnd) -> CheckpointNumber {
    assert_eq!(at.an_account(Role::Manager, "138").await, MANAGER);
    let unit = NewOrganisation { account: Some(MANAGER), ..organisation("万达") };
    let unit = at.registry.insert_organisation(&unit).await.unwrap().unwrap();
    at.applied(&record(unit, "万达", "东门"), NOON).await
}

async fn approved(at: &BackEnd) {
    let line = line(Deed::ApplicationApproved, NOON);
    assert!(
        at.registry
            .approve_application((1, 1), State::Submitted, "code", "FY-1", &line)
            .await
            .unwrap()
    );
}

async fn told(at: &BackEnd, account: i64) -> Vec<MessageKind> {
    let messages = at.registry.messages_of(account, 99, 0).await.unwrap();
    messages.iter().map(|message| message.kind).collect()
}

async fn a_decision_tells_the_units_manager(at: &BackEnd) {
    a_managed_door(at).await;
    let back = line(Deed::ApplicationReturned, NOON);
    assert!(!at.registry.return_application((1, 7), "不清", &back).await.unwrap());
    assert_eq!(told(at, MANAGER).await, [], "nothing happened");
    assert!(at.registry.return_application((1, 1), AWKWARD, &back).await.unwrap());
    let told = at.registry.messages_of(MANAGER, 9, 0).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, told[0].checkpoint), (MessageKind::Returned, Some(DOOR)));
    assert_eq!((told[0].about.as_str(), told[0].detail.as_str()), ("万达 东门", AWKWARD));
    assert_eq!((told[0].at, told[0].read), (NOON, None));
    let again = line(Deed::ApplicationSubmitted, NOON);
    assert!(
        at.registry
            .correct_checkpoint(at.as_read(DOOR).await, &record(1, "万达", "东门"), &again)
            .await
            .unwrap()
    );
    let yes = line(Deed::ApplicationApproved, NOON);
    assert!(
        at.registry
            .approve_application((1, 2), State::Submitted, "code", "FY-1", &yes)
            .await
            .unwrap()
    );
    assert_eq!(self::told(at, MANAGER).await, [MessageKind::Approved, MessageKind::Returned]);
}

async fn what_happens_to_a_door_tells_its_managers(at: &BackEnd) {
    a_managed_door(at).await;
    approved(at).await;
    let own = at.an_account(Role::Manager, "139").await;
    at.run("update checkpoints set manager_id = 2").await.unwrap();
    let line = line(Deed::CheckpointSuspended, NOON);
    for happening in [
        Happening::Suspended,
        Happening::Resumed,
        Happening::PosterDamaged,
        Happening::Closed,
        Happening::Reopened,
    ] {
        let step = Step { checkpoint: DOOR, happening, reason: "原因" };
        assert!(at.registry.change_checkpoint(&step, &line).await.unwrap());
    }
    let step = Step { checkpoint: DOOR, happening: Happening::CodeReplaced, reason: "丢失" };
    let new = NewCode { replaces: "FY-1", code: "other", short_number: "FY-2" };
    assert!(at.registry.replace_code(&step, &new, &line).await.unwrap());
    let both = [MessageKind::CodeReplaced, MessageKind::Resumed, MessageKind::Suspended];
    assert_eq!(told(at, own).await, both);
    assert_eq!(told(at, MANAGER).await[..3], both);
}

async fn a_unit_without_an_account_is_told_nothing(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    assert_eq!(at.number("select count(*) from messages").await, 0);
}

async fn messages_are_seen_once(at: &BackEnd) {
    a_managed_door(at).await;
    approved(at).await;
    assert_eq!(at.registry.count_messages_of(MANAGER).await.unwrap(), (1, 1));
    assert_eq!(at.registry.note_read(2, 1, NOON).await.unwrap(), 0, "another account's");
    assert_eq!(at.registry.note_read(MANAGER, 0, NOON).await.unwrap(), 0, "before it");
    assert_eq!(at.registry.note_read(MANAGER, 1, NOON.plus(5)).await.unwrap(), 1);
    assert_eq!(at.registry.note_read(MANAGER, 1, NOON.plus(9)).await.unwrap(), 0);
    let seen = at.registry.messages_of(MANAGER, 9, 0).await.unwrap();
    assert_eq!(seen[0].read, Some(NOON.plus(5)));
    assert_eq!(at.registry.count_messages_of(MANAGER).await.unwrap(), (1, 0));
    assert_eq!(at.registry.messages_of(MANAGER, 9, 1).await.unwrap().len(), 0, "a page on");
}

const DUE: UnixMs = UnixMs(NOON.0 + GATHER_MS);
const LEASE: UnixMs = UnixMs(DUE.0 + 5 * MINUTE_MS);

async fn one_sender_at_a_time_has_what_is_due(at: &BackEnd) {
    a_managed_door(at).await;
    approved(at).await;
    assert!(at.registry.sms_due(DUE.plus(-1), 9).await.unwrap().is_empty(), "still gathering");
    assert_eq!(at.registry.sms_due(DUE, 9).await.unwrap(), [MANAGER]);
    let (one, other) = tokio::join!(
        at.registry.take_to_send(MANAGER, DUE, LEASE),
        at.registry.take_to_send(MANAGER, DUE, LEASE),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(one.is_some() != other.is_some(), "one of them has it");
    let taken = one.or(other).unwrap();
    assert_eq!((taken.messages.len(), taken.tries), (1, 1));
    assert_eq!(taken.phone_sealed, b"phone");
    assert!(at.registry.sms_due(DUE.plus(1), 9).await.unwrap().is_empty());
    assert_eq!(at.registry.sms_due(LEASE, 9).await.unwrap(), [MANAGER], "its sender is gone");
    at.registry.note_sent(&taken, Some(DUE.plus(2)), None).await.unwrap();
    assert!(at.registry.sms_due(LEASE, 9).await.unwrap().is_empty());
    assert_eq!(at.registry.count_sms_since(MANAGER, DUE).await.unwrap(), 1);
}

async fn what_failed_is_tried_again_and_what_is_old_is_not(at: &BackEnd) {
    a_managed_door(at).await;
    approved(at).await;
    let taken = at.registry.take_to_send(MANAGER, DUE, LEASE).await.unwrap().unwrap();
    let next = DUE.plus(MINUTE_MS);
    at.registry.note_sent(&taken, None, Some(next)).await.unwrap();
    assert!(at.registry.sms_due(next.plus(-1), 9).await.unwrap().is_empty());
    let taken = at.registry.take_to_send(MANAGER, next, LEASE.plus(1)).await.unwrap().unwrap();
    assert_eq!(taken.tries, 2);
    at.registry.note_sent(&taken, None, Some(next)).await.unwrap();
    assert_eq!(at.registry.drop_old_sms(next).await.unwrap(), 0);
    assert_eq!(at.registry.drop_old_sms(next.plus(1)).await.unwrap(), 1);
    assert!(at.registry.sms_due(next.plus(DAY_MS), 9).await.unwrap().is_empty());
    assert_eq!(told(at, MANAGER).await, [MessageKind::Approved], "in the platform it stands");
}

async fn what_is_put_off_is_due_later(at: &BackEnd) {
    a_managed_door(at).await;
    approved(at).await;
    at.registry.put_off_sms(MANAGER, DUE, DUE.plus(DAY_MS)).await.unwrap();
    assert!(at.registry.sms_due(DUE, 9).await.unwrap().is_empty());
    let taken = at.registry.take_to_send(MANAGER, DUE.plus(DAY_MS), LEASE).await.unwrap();
    assert_eq!(taken.unwrap().tries, 1, "putting off is no try");
}

async fn text_messages_of_a_day_are_counted(at: &BackEnd) {
    a_managed_door(at).await;
    approved(at).await;
    let line = line(Deed::CheckpointSuspended, NOON);
    let step = Step { checkpoint: DOOR, happening: Happening::Suspended, reason: "原因" };
    assert!(at.registry.change_checkpoint(&step, &line).await.unwrap());
    let taken = at.registry.take_to_send(MANAGER, DUE, LEASE).await.unwrap().unwrap();
    assert_eq!(taken.messages.len(), 2);
    assert_eq!(taken.messages[0].kind, MessageKind::Approved, "oldest first");
    at.registry.note_sent(&taken, Some(DUE), None).await.unwrap();
    assert_eq!(at.registry.count_sms_since(MANAGER, DUE).await.unwrap(), 1, "one told of both");
    assert_eq!(at.registry.count_sms_since(MANAGER, DUE.plus(1)).await.unwrap(), 0);
    assert_eq!(at.registry.count_sms_since(2, DUE).await.unwrap(), 0);
}

async fn old_messages_are_swept(at: &BackEnd) {
    a_managed_door(at).await;
    approved(at).await;
    assert_eq!(at.registry.sweep_messages(NOON).await.unwrap(), 0);
    assert_eq!(at.registry.sweep_messages(NOON.plus(1)).await.unwrap(), 1);
}
