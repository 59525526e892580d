//! Checkpoints: doors, their keys, corrections and positions.

use super::{
    made::{AWKWARD, NOON, line, record},
    support::{BackEnd, on_both},
};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
    time::UnixMs,
};
use registry::{Checkpoint, CheckpointRecord};

on_both!(
    everything_stored_comes_back,
    a_position_may_be_missing_before_and_after_one_that_is_not,
    a_door_is_applied_for_once,
    one_door_applied_for_by_two_at_once_is_one_checkpoint,
    a_returned_application_takes_its_correction,
    only_a_returned_application_can_be_corrected,
    a_correction_onto_another_door_changes_nothing,
    a_correction_may_keep_its_own_key,
    a_correction_without_a_position_keeps_the_one_known,
    a_taken_door_is_told_from_ones_own,
    the_doors_of_a_unit_are_counted,
    doors_of_others_in_the_same_house_are_near_by,
    only_open_doors_are_open,
    unknown_numbers_are_no_door,
    an_organisation_nobody_knows_has_no_doors,
);

async fn stored(at: &BackEnd, door: CheckpointNumber) -> Checkpoint {
    at.registry.checkpoint(door).await.unwrap().unwrap()
}

async fn everything_stored_comes_back(at: &BackEnd) {
    let organisation = at.an_organisation("万达").await;
    let new = CheckpointRecord {
        name: AWKWARD.to_owned(),
        door: "东门 \"A\"".to_owned(),
        position: Some((115.814_205_123_456_7, 32.890_000_000_000_1)),
        responsible_phone_sealed: vec![0, 1, 255],
        ..record(organisation, "万达", "东门")
    };
    let door = at.applied(&new, NOON).await;
    assert_eq!(door, CheckpointNumber(1));
    let Checkpoint { number, record: old, standing, changed, manager } = stored(at, door).await;
    assert_eq!((number, standing, changed), (door, Standing::Applying, NOON));
    assert_eq!(manager, None);
    assert_eq!(old.organisation, organisation);
    assert_eq!(old.name, AWKWARD);
    assert_eq!((old.door, old.address), (new.door, new.address));
    assert_eq!(old.same_key, "万达|东门");
    assert_eq!((old.county.as_str(), old.township.as_str()), ("341202", "341202001"));
    assert_eq!(old.category, "mall");
    assert_eq!(old.responsible_name_sealed, b"name");
    assert_eq!(old.responsible_phone_sealed, [0, 1, 255]);
    assert_eq!(old.position, Some((115.814_205_123_456_7, 32.890_000_000_000_1)));
}

async fn a_position_may_be_missing_before_and_after_one_that_is_not(at: &BackEnd) {
    let organisation = at.an_organisation("万达").await;
    let positions = [None, Some((115.5, 32.0)), Some((0.0, -0.5)), None, Some((115.25, 32.75))];
    // More rounds than the pool has connections, so that each sees both.
    for round in 0..10 {
        for (n, position) in positions.into_iter().enumerate() {
            let one = CheckpointRecord {
                position,
                ..record(organisation, &format!("{round}-{n}"), "门")
            };
            let door = at.applied(&one, NOON).await;
            assert_eq!(stored(at, door).await.record.position, position, "round {round}");
        }
    }
}

async fn a_door_is_applied_for_once(at: &BackEnd) {
    let organisation = at.an_organisation("万达").await;
    let door = at.applied(&record(organisation, "万达", "东门"), NOON).await;
    let again = line(Deed::ApplicationSubmitted, NOON);
    let second = record(organisation, "万达", "东门");
    assert_eq!(at.registry.insert_checkpoint(&second, &again).await.unwrap(), None);
    assert_eq!(at.registry.count_checkpoints_of(organisation).await.unwrap(), 1);
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 1);
    assert_eq!(at.registry.application_of(door).await.unwrap(), Some((1, State::Submitted)));

    let next = at.applied(&record(organisation, "万达", "西门"), NOON).await;
    assert_eq!(next, CheckpointNumber(2));
    at.assert_dense("checkpoints", "number", 2).await;
    at.assert_dense("applications", "id", 2).await;
}

async fn one_door_applied_for_by_two_at_once_is_one_checkpoint(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    let (a, b) = (record(one, "万达", "东门"), record(other, "万达", "东门"));
    let line = line(Deed::ApplicationSubmitted, NOON);
    let (a, b) = tokio::join!(
        at.registry.insert_checkpoint(&a, &line),
        at.registry.insert_checkpoint(&b, &line)
    );
    assert_eq!([a.unwrap(), b.unwrap()].iter().flatten().count(), 1);
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 1);
}

async fn send_back(at: &BackEnd, door: CheckpointNumber) {
    let line = line(Deed::ApplicationReturned, NOON);
    let application = at.application(door).await;
    let round = at.registry.application(application).await.unwrap().unwrap().round;
    // A decision about another submission than the last decides nothing.
    let stale = (application, round + 1);
    assert!(!at.registry.return_application(stale, "门牌不清", &line).await.unwrap());
    assert!(at.registry.return_application((application, round), "门牌不清", &line).await.unwrap());
}

async fn correct(at: &BackEnd, door: CheckpointNumber, record: &CheckpointRecord) -> bool {
    let line = line(Deed::ApplicationSubmitted, LATER);
    at.registry.correct_checkpoint(at.as_read(door).await, record, &line).await.unwrap()
}

const LATER: UnixMs = UnixMs(NOON.0 + 5000);

async fn a_returned_application_takes_its_correction(at: &BackEnd) {
    let door = at.a_door("万达").await;
    let neighbour = at.a_door("万象").await;
    send_back(at, door).await;
    let new = CheckpointRecord {
        address: AWKWARD.to_owned(),
        county: "341203".to_owned(),
        township: "341203001".to_owned(),
        category: "school".to_owned(),
        responsible_name_sealed: b"other name".to_vec(),
        responsible_phone_sealed: b"other phone".to_vec(),
        position: Some((115.5, 32.5)),
        ..record(1, "万达广场", "南门")
    };
    assert!(correct(at, door, &new).await);
    let Checkpoint { record: old, standing, changed, .. } = stored(at, door).await;
    assert_eq!((standing, changed), (Standing::Applying, LATER));
    assert_eq!((old.name, old.door, old.address), (new.name, new.door, new.address));
    assert_eq!(old.same_key, new.same_key);
    assert_eq!((old.county, old.township, old.category), (new.county, new.township, new.category));
    assert_eq!(old.responsible_name_sealed, new.responsible_name_sealed);
    assert_eq!(old.responsible_phone_sealed, new.responsible_phone_sealed);
    assert_eq!(old.position, Some((115.5, 32.5)));
    let row = at.registry.application(at.application(door).await).await.unwrap().unwrap();
    assert_eq!((row.state, row.round, row.submitted), (State::Submitted, 2, LATER));
    assert_eq!(stored(at, neighbour).await.record.name, "万象");
}

async fn only_a_returned_application_can_be_corrected(at: &BackEnd) {
    let door = at.a_door("万达").await;
    let new = record(1, "万达", "北门");
    assert!(!correct(at, door, &new).await);
    assert!(at.approve(at.application(door).await, "code").await);
    assert!(!correct(at, door, &new).await);
    assert!(!correct(at, CheckpointNumber(77), &new).await);
    assert_eq!(stored(at, door).await.record.door, "东门");
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 1);
}

async fn a_correction_onto_another_door_changes_nothing(at: &BackEnd) {
    let door = at.a_door("万达").await;
    at.a_door("万象").await;
    send_back(at, door).await;
    let application = at.application(door).await;
    assert!(!correct(at, door, &record(1, "万象", "东门")).await);
    let row = at.registry.application(application).await.unwrap().unwrap();
    assert_eq!((row.state, row.round, row.submitted), (State::Returned, 1, NOON));
    let kept = stored(at, door).await;
    assert_eq!((kept.record.name.as_str(), kept.changed), ("万达", NOON));
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 2);
    assert_eq!(at.registry.application_events(application).await.unwrap().len(), 2);
    at.assert_dense("audit", "seq", 3).await;
}

async fn a_correction_may_keep_its_own_key(at: &BackEnd) {
    let door = at.a_door("万达").await;
    send_back(at, door).await;
    assert!(correct(at, door, &record(1, "万达", "东门")).await);
    assert!(!correct(at, door, &record(1, "万达", "东门")).await, "it waits again");
}

async fn a_correction_without_a_position_keeps_the_one_known(at: &BackEnd) {
    let organisation = at.an_organisation("万达").await;
    let listed = CheckpointRecord {
        position: Some((115.5, 32.5)),
        ..record(organisation, "万达", "东门")
    };
    let door = at.applied(&listed, NOON).await;
    for position in [None, Some((115.75, 32.25)), None] {
        send_back(at, door).await;
        let before = stored(at, door).await.record.position;
        let new = CheckpointRecord { position, ..record(organisation, "万达", "东门") };
        assert!(correct(at, door, &new).await);
        assert_eq!(stored(at, door).await.record.position, position.or(before));
    }
    assert_eq!(stored(at, door).await.record.position, Some((115.75, 32.25)));
}

async fn a_taken_door_is_told_from_ones_own(at: &BackEnd) {
    let door = at.a_door("万达").await;
    assert!(at.registry.door_taken("万达|东门", None).await.unwrap());
    assert!(!at.registry.door_taken("万达|东门", Some(door)).await.unwrap());
    assert!(at.registry.door_taken("万达|东门", Some(CheckpointNumber(9))).await.unwrap());
    assert!(!at.registry.door_taken("万达|西门", None).await.unwrap());
}

async fn the_doors_of_a_unit_are_counted(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    for door in ["甲", "乙"] {
        at.applied(&record(one, "一", door), NOON).await;
    }
    at.applied(&record(other, "二", "甲"), NOON).await;
    assert_eq!(at.registry.count_checkpoints_of(one).await.unwrap(), 2);
    assert_eq!(at.registry.count_checkpoints_of(other).await.unwrap(), 1);
    assert_eq!(at.registry.count_checkpoints_of(99).await.unwrap(), 0);
}

async fn doors_of_others_in_the_same_house_are_near_by(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    let door = async |organisation, name: &str, county: &str, address: &str| {
        let there = CheckpointRecord {
            address: address.to_owned(),
            county: county.to_owned(),
            township: format!("{county}001"),
            ..record(organisation, name, "东门")
        };
        at.applied(&there, NOON).await
    };
    let first = door(one, "甲", "341202", "阜阳市颍州区三清路 501 号").await;
    door(other, "乙", "341202", "三清路５０１号 2 楼").await;
    door(other, "丙", "341202", "三清路 502 号").await;
    door(other, "丁", "341203", "三清路 501 号").await;
    door(one, "戊", "341202", "三清路 501 号").await;
    let third = door(other, "己", "341202", "三清路 501 号").await;
    let nowhere = door(one, "庚", "341202", "阜阳市").await;
    door(other, "辛", "341202", "阜阳市").await;
    let near = async |door, limit| {
        let rows = at.registry.near_by(door, limit).await.unwrap();
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(near(first, 9).await, ["乙", "己"]);
    assert_eq!(near(first, 1).await, ["乙"]);
    assert_eq!(near(third, 9).await, ["甲", "戊"]);
    assert!(near(nowhere, 9).await.is_empty(), "no house is not a house in common");
}

async fn only_open_doors_are_open(at: &BackEnd) {
    assert!(at.registry.open_checkpoints().await.unwrap().is_empty());
    let first = at.an_open_door("万达", "one").await;
    at.a_door("万象").await;
    let third = at.an_open_door("吾悦", "two").await;
    assert_eq!(at.registry.open_checkpoints().await.unwrap(), [first, third]);
}

async fn unknown_numbers_are_no_door(at: &BackEnd) {
    at.a_door("万达").await;
    for number in [0, 2, u32::MAX] {
        assert!(at.registry.checkpoint(CheckpointNumber(number)).await.unwrap().is_none());
    }
}

async fn an_organisation_nobody_knows_has_no_doors(at: &BackEnd) {
    let line = line(Deed::ApplicationSubmitted, NOON);
    let refused = at.registry.insert_checkpoint(&record(99, "万达", "东门"), &line).await;
    assert!(refused.is_err());
    let organisation = at.an_organisation("万达").await;
    let elsewhere = CheckpointRecord {
        county: "999999".to_owned(),
        ..record(organisation, "万达", "东门")
    };
    assert!(at.registry.insert_checkpoint(&elsewhere, &line).await.is_err());
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 0);
    at.assert_dense("checkpoints", "number", 0).await;
}
