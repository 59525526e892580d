//! Alerts: one for each entry, closed once, by the door they belong to.

use super::{
    made::{AWKWARD, NOON, line},
    support::{BackEnd, on_both},
};
use domain::{
    alerts::Disposition, audit::Deed, checkpoints::CheckpointNumber, duty::DeviceKind,
    people::PersonNumber,
};
use registry::{LinkUse, NewAlert};

on_both!(
    an_entry_has_one_alert,
    one_entry_reported_by_many_at_once_has_one_alert,
    several_are_opened_together_and_say_which_were_there,
    as_many_as_a_storm_brings_are_opened_together,
    several_are_opened_all_or_none,
    an_alert_is_closed_once,
    two_closing_at_once_close_once,
    another_door_neither_sees_nor_closes_it,
    every_disposition_is_stored_with_its_note,
    open_alerts_stay_and_closed_ones_go_by_their_opening,
    over_the_limit_open_and_newer_alerts_are_kept,
    an_alert_needs_its_person_its_door_and_a_real_device,
);

async fn several_are_opened_together_and_say_which_were_there(at: &BackEnd) {
    scene(at).await;
    let there = open(at, 1).await;
    let opened = at.registry.open_alerts(&[entry(2), entry(1), entry(3), entry(2)], NOON).await;
    let opened: Vec<_> = opened.unwrap().iter().map(|opened| (opened.id, opened.fresh)).collect();
    assert_eq!(opened, [(2, true), (there, false), (3, true), (2, false)]);
    assert_eq!(open(at, 4).await, 4, "no number is lost");
    assert!(at.registry.open_alerts(&[], NOON).await.unwrap().is_empty());
}

async fn as_many_as_a_storm_brings_are_opened_together(at: &BackEnd) {
    scene(at).await;
    for there in [30, 100] {
        open(at, there).await;
    }
    // More than a statement takes, some there already and some twice in a row.
    let entries: Vec<NewAlert> = (0..200).map(|number| entry(number / 2 * 2)).collect();
    let opened = at.registry.open_alerts(&entries, NOON).await.unwrap();
    let fresh = |number: &usize| !matches!(number, 30 | 100) && number.is_multiple_of(2);
    let expected: Vec<bool> = (0..200).map(|number| fresh(&number)).collect();
    assert_eq!(opened.iter().map(|opened| opened.fresh).collect::<Vec<_>>(), expected);
    let ids = opened.iter().filter(|opened| opened.fresh).map(|opened| opened.id);
    assert_eq!(ids.collect::<Vec<_>>(), (3..=100).collect::<Vec<_>>(), "in their order");
    assert!(opened.chunks(2).all(|both| both[0].id == both[1].id));
    let again = at.registry.open_alerts(&entries, NOON).await.unwrap();
    assert!(again.iter().zip(&opened).all(|(one, other)| one.id == other.id && !one.fresh));
    assert_eq!(open(at, 500).await, 101, "no number is lost");
}

async fn several_are_opened_all_or_none(at: &BackEnd) {
    scene(at).await;
    let nobody = NewAlert { person: PersonNumber(9), ..entry(2) };
    assert!(at.registry.open_alerts(&[entry(1), nobody], NOON).await.is_err());
    assert_eq!(seen(at, 0, 9).await, []);
    assert_eq!(open(at, 1).await, 1);
}

/// Two doors, a person and a device at the first door.
async fn scene(at: &BackEnd) {
    at.an_open_door("万达", "one").await;
    at.an_open_door("万象", "two").await;
    at.a_person("a").await;
    at.a_link(b"link", LinkUse::EnrolDuty { checkpoint: 1 }).await;
    let enrolled = line(Deed::DutyDeviceEnrolled, NOON);
    let device = at
        .registry
        .enrol_device(
            b"link",
            b"token",
            CheckpointNumber(1),
            ("东门平板", DeviceKind::Duty),
            &enrolled,
        )
        .await
        .unwrap();
    assert_eq!(device, Some(1));
}

fn entry(after: i64) -> NewAlert {
    NewAlert { checkpoint: CheckpointNumber(1), person: PersonNumber(1), entered: NOON.plus(after) }
}

async fn open(at: &BackEnd, after: i64) -> i64 {
    at.registry.open_alert(&entry(after), NOON.plus(after)).await.unwrap()
}

async fn close(at: &BackEnd, id: i64, door: u32) -> bool {
    let line = line(Deed::AlertDisposed, NOON.plus(100));
    let door = CheckpointNumber(door);
    at.registry
        .close_alert(id, door, 1, Disposition::HandedOver, AWKWARD.as_bytes(), &line)
        .await
        .unwrap()
}

/// Alerts at the first door: number, and whether it is closed.
async fn seen(at: &BackEnd, since: i64, limit: i64) -> Vec<(i64, bool)> {
    let alerts = at.registry.alerts_at(CheckpointNumber(1), NOON.plus(since), limit).await.unwrap();
    alerts.iter().map(|alert| (alert.id, alert.closed)).collect()
}

async fn an_entry_has_one_alert(at: &BackEnd) {
    scene(at).await;
    assert_eq!(open(at, 0).await, 1);
    assert_eq!(open(at, 0).await, 1);
    assert_eq!(open(at, 1).await, 2);
    assert_eq!(open(at, 0).await, 1);
    let alert = at.registry.alert(1, CheckpointNumber(1)).await.unwrap().unwrap();
    assert_eq!((alert.id, alert.new, alert.closed), (1, entry(0), false));
    at.assert_dense("alerts", "id", 2).await;
}

async fn one_entry_reported_by_many_at_once_has_one_alert(at: &BackEnd) {
    scene(at).await;
    let (a, b, c) = tokio::join!(open(at, 0), open(at, 0), open(at, 0));
    assert_eq!([a, b, c], [1; 3]);
    at.assert_dense("alerts", "id", 1).await;
}

async fn an_alert_is_closed_once(at: &BackEnd) {
    scene(at).await;
    let id = open(at, 0).await;
    assert!(close(at, id, 1).await);
    assert!(!close(at, id, 1).await);
    assert!(!close(at, 77, 1).await);
    assert!(at.registry.alert(id, CheckpointNumber(1)).await.unwrap().unwrap().closed);
    assert_eq!(at.lines_of(Deed::AlertDisposed).await, 1);
    assert_eq!(open(at, 0).await, id, "a closed alert is not opened again");
    assert!(at.registry.alert(id, CheckpointNumber(1)).await.unwrap().unwrap().closed);
}

async fn two_closing_at_once_close_once(at: &BackEnd) {
    scene(at).await;
    let id = open(at, 0).await;
    let (one, other) = tokio::join!(close(at, id, 1), close(at, id, 1));
    assert!(one ^ other);
    assert_eq!(at.lines_of(Deed::AlertDisposed).await, 1);
}

async fn another_door_neither_sees_nor_closes_it(at: &BackEnd) {
    scene(at).await;
    let id = open(at, 0).await;
    assert!(at.registry.alert(id, CheckpointNumber(2)).await.unwrap().is_none());
    assert!(at.registry.alert(2, CheckpointNumber(1)).await.unwrap().is_none());
    assert!(!close(at, id, 2).await);
    assert!(!at.registry.alert(id, CheckpointNumber(1)).await.unwrap().unwrap().closed);
    assert!(at.registry.alerts_at(CheckpointNumber(2), NOON, 9).await.unwrap().is_empty());
    assert_eq!(at.lines_of(Deed::AlertDisposed).await, 0);
}

async fn every_disposition_is_stored_with_its_note(at: &BackEnd) {
    scene(at).await;
    let line = line(Deed::AlertDisposed, NOON.plus(100));
    for (after, disposition) in (0..).zip(Disposition::ALL) {
        let id = open(at, after).await;
        let note = [0, 255];
        let door = CheckpointNumber(1);
        let closed = at.registry.close_alert(id, door, 1, disposition, &note, &line).await;
        assert!(closed.unwrap());
        let stored = format!(
            "select count(*) from alerts where id = {id} and disposition = '{}' \
             and closed_ms = {} and closed_by = 1 and length(note_sealed) = 2",
            disposition.code(),
            line.at.0
        );
        assert_eq!(at.number(&stored).await, 1, "{disposition:?}");
    }
}

async fn open_alerts_stay_and_closed_ones_go_by_their_opening(at: &BackEnd) {
    scene(at).await;
    for after in 0..4 {
        open(at, after).await;
    }
    assert!(close(at, 1, 1).await && close(at, 3, 1).await);
    assert_eq!(seen(at, 0, 9).await, [(1, true), (2, false), (3, true), (4, false)]);
    assert_eq!(seen(at, 2, 9).await, [(2, false), (3, true), (4, false)]);
    assert_eq!(seen(at, 3, 9).await, [(2, false), (4, false)]);
    assert_eq!(seen(at, 99, 9).await, [(2, false), (4, false)]);
}

async fn over_the_limit_open_and_newer_alerts_are_kept(at: &BackEnd) {
    scene(at).await;
    for after in 0..5 {
        open(at, after).await;
    }
    assert!(close(at, 4, 1).await && close(at, 2, 1).await);
    assert_eq!(seen(at, 0, 4).await, [(1, false), (3, false), (4, true), (5, false)]);
    assert_eq!(seen(at, 0, 3).await, [(1, false), (3, false), (5, false)]);
    assert_eq!(seen(at, 0, 2).await, [(3, false), (5, false)]);
    assert!(seen(at, 0, 0).await.is_empty());
}

async fn an_alert_needs_its_person_its_door_and_a_real_device(at: &BackEnd) {
    scene(at).await;
    let nobody = NewAlert { person: PersonNumber(u64::MAX), ..entry(0) };
    assert!(at.registry.open_alert(&nobody, NOON).await.is_err());
    let nowhere = NewAlert { checkpoint: CheckpointNumber(9), ..entry(0) };
    assert!(at.registry.open_alert(&nowhere, NOON).await.is_err());
    at.assert_dense("alerts", "id", 0).await;

    let id = open(at, 0).await;
    let line = line(Deed::AlertDisposed, NOON);
    let door = CheckpointNumber(1);
    let closed = at.registry.close_alert(id, door, 99, Disposition::Cleared, b"", &line).await;
    assert!(closed.is_err());
    assert!(!at.registry.alert(id, door).await.unwrap().unwrap().closed);
    assert_eq!(at.lines_of(Deed::AlertDisposed).await, 0);
}
