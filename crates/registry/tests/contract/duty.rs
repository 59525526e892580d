//! Duty devices and head counts.

use super::{
    made::{AWKWARD, NOON, line},
    support::{BackEnd, on_both},
};
use domain::{audit::Deed, checkpoints::CheckpointNumber, duty::DeviceKind};
use registry::LinkUse;

on_both!(
    an_enrolled_device_comes_back,
    a_link_enrols_one_device,
    a_refused_device_leaves_the_link_good,
    a_revoked_device_is_listed_but_not_let_in,
    a_device_is_revoked_once_and_by_its_own_door,
    devices_are_listed_newest_first_by_door,
    heads_are_counted_by_door_and_day,
    heads_counted_at_once_are_all_counted,
    heads_need_a_door,
);

const DOOR: CheckpointNumber = CheckpointNumber(1);

async fn enrol(at: &BackEnd, mac: &[u8], token: &[u8], door: CheckpointNumber) -> Option<i64> {
    let line = line(Deed::DutyDeviceEnrolled, NOON);
    at.registry.enrol_device(mac, token, door, (AWKWARD, DeviceKind::Duty), &line).await.unwrap()
}

/// Two doors, and a link at the first.
async fn scene(at: &BackEnd) {
    at.an_open_door("万达", "one").await;
    at.an_open_door("万象", "two").await;
    at.a_link(b"link", LinkUse::EnrolDuty { checkpoint: 1 }).await;
}

async fn an_enrolled_device_comes_back(at: &BackEnd) {
    scene(at).await;
    assert_eq!(enrol(at, b"link", b"token", DOOR).await, Some(1));
    let device = at.registry.device(b"token").await.unwrap().unwrap();
    assert_eq!((device.id, device.checkpoint), (1, DOOR));
    assert_eq!((device.label.as_str(), device.enrolled), (AWKWARD, NOON));
    assert_eq!(device.revoked, None);
    assert!(at.registry.device(b"other").await.unwrap().is_none());
    assert_eq!(at.lines_of(Deed::DutyDeviceEnrolled).await, 1);
}

async fn a_link_enrols_one_device(at: &BackEnd) {
    scene(at).await;
    let (one, other) = tokio::join!(enrol(at, b"link", b"a", DOOR), enrol(at, b"link", b"b", DOOR));
    assert_eq!([one, other].iter().flatten().collect::<Vec<_>>(), [&1]);
    assert_eq!(enrol(at, b"link", b"c", DOOR).await, None);
    assert_eq!(enrol(at, b"none", b"c", DOOR).await, None);
    assert_eq!(at.registry.devices_at(DOOR).await.unwrap().len(), 1);
    assert_eq!(at.lines_of(Deed::DutyDeviceEnrolled).await, 1);
    at.assert_dense("duty_devices", "id", 1).await;
}

async fn a_refused_device_leaves_the_link_good(at: &BackEnd) {
    scene(at).await;
    let line = line(Deed::DutyDeviceEnrolled, NOON);
    let nowhere = CheckpointNumber(99);
    assert!(
        at.registry
            .enrol_device(b"link", b"a", nowhere, ("x", DeviceKind::Duty), &line)
            .await
            .is_err()
    );
    assert_eq!(at.lines_of(Deed::DutyDeviceEnrolled).await, 0);
    assert_eq!(enrol(at, b"link", b"a", DOOR).await, Some(1));
    at.a_link(b"second", LinkUse::EnrolDuty { checkpoint: 1 }).await;
    assert!(
        at.registry
            .enrol_device(b"second", b"a", DOOR, ("x", DeviceKind::Duty), &line)
            .await
            .is_err()
    );
    assert_eq!(enrol(at, b"second", b"b", DOOR).await, Some(2));
}

async fn revoke(at: &BackEnd, id: i64, door: u32) -> bool {
    let line = line(Deed::DutyDeviceRevoked, NOON.plus(5));
    at.registry.revoke_device(id, CheckpointNumber(door), &line).await.unwrap()
}

async fn a_revoked_device_is_listed_but_not_let_in(at: &BackEnd) {
    scene(at).await;
    enrol(at, b"link", b"token", DOOR).await;
    assert!(revoke(at, 1, 1).await);
    assert!(at.registry.device(b"token").await.unwrap().is_none());
    let listed = at.registry.devices_at(DOOR).await.unwrap().remove(0);
    assert_eq!((listed.id, listed.revoked), (1, Some(NOON.plus(5))));
}

async fn a_device_is_revoked_once_and_by_its_own_door(at: &BackEnd) {
    scene(at).await;
    enrol(at, b"link", b"token", DOOR).await;
    assert!(!revoke(at, 1, 2).await);
    assert!(!revoke(at, 2, 1).await);
    assert!(at.registry.device(b"token").await.unwrap().is_some());
    assert_eq!(at.lines_of(Deed::DutyDeviceRevoked).await, 0);
    let (one, other) = tokio::join!(revoke(at, 1, 1), revoke(at, 1, 1));
    assert!(one ^ other);
    assert_eq!(at.lines_of(Deed::DutyDeviceRevoked).await, 1);
}

async fn devices_are_listed_newest_first_by_door(at: &BackEnd) {
    scene(at).await;
    for (n, door) in [(1u8, 1), (2, 2), (3, 1)] {
        at.a_link(&[n], LinkUse::EnrolDuty { checkpoint: door }).await;
        enrol(at, &[n], &[n, 0], CheckpointNumber(door)).await;
    }
    let listed = async |door| {
        let devices = at.registry.devices_at(CheckpointNumber(door)).await.unwrap();
        devices.iter().map(|device| device.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(1).await, [3, 1]);
    assert_eq!(listed(2).await, [2]);
    assert!(listed(3).await.is_empty());
}

async fn heads_are_counted_by_door_and_day(at: &BackEnd) {
    scene(at).await;
    let count =
        async |door, day| at.registry.count_head(CheckpointNumber(door), day).await.unwrap();
    assert_eq!(at.registry.heads(DOOR, "2026-11-22").await.unwrap(), 0);
    assert_eq!(count(1, "2026-11-22").await, 1);
    assert_eq!(count(1, "2026-11-22").await, 2);
    assert_eq!(count(1, "2026-11-23").await, 1);
    assert_eq!(count(2, "2026-11-22").await, 1);
    assert_eq!(at.registry.heads(DOOR, "2026-11-22").await.unwrap(), 2);
    assert_eq!(at.registry.heads(DOOR, "2026-11-24").await.unwrap(), 0);
}

async fn heads_counted_at_once_are_all_counted(at: &BackEnd) {
    scene(at).await;
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            let registry = at.registry.clone();
            tokio::spawn(async move { registry.count_head(DOOR, "2026-11-22").await.unwrap() })
        })
        .collect();
    let mut counted = Vec::new();
    for task in tasks {
        counted.push(task.await.unwrap());
    }
    counted.sort_unstable();
    assert_eq!(counted, (1..=30).collect::<Vec<_>>());
}

async fn heads_need_a_door(at: &BackEnd) {
    assert!(at.registry.count_head(DOOR, "2026-11-22").await.is_err());
    assert_eq!(at.registry.heads(DOOR, "2026-11-22").await.unwrap(), 0);
}
