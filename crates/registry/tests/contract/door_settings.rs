//! How doors are set up: kept whole, told to who keeps doors in memory, and which ways out are whose.

use super::{
    made::{NOON, line},
    support::{BackEnd, on_both},
};
use domain::{
    audit::Deed,
    checkpoints::{CheckpointNumber, DoorSettings},
    presence::{Point, Spot},
};
use registry::Change;

on_both!(
    settings_come_back_and_their_codes_are_read_again,
    a_way_out_belongs_to_the_doors_of_its_own_place,
);

const OUT: DoorSettings = DoorSettings { is_exit: true, spot: None, has_sign: false };

async fn set(at: &BackEnd, door: CheckpointNumber, settings: &DoorSettings) {
    let line = line(Deed::DoorSetUp, NOON);
    at.registry.set_door_settings(door, settings, &line).await.unwrap();
}

async fn settings_come_back_and_their_codes_are_read_again(at: &BackEnd) {
    let door = at.an_open_door("医院", "code").await;
    assert_eq!(at.registry.door_settings(door).await.unwrap(), DoorSettings::default());
    let point = Point { latitude_e6: -90_000_000, longitude_e6: 115_814_000 };
    let asks = DoorSettings {
        is_exit: false,
        spot: Some(Spot { point, radius_m: 2_000 }),
        has_sign: true,
    };
    for settings in [asks, OUT, DoorSettings::default(), asks] {
        let before = at.registry.last_change().await.unwrap();
        set(at, door, &settings).await;
        assert_eq!(at.registry.door_settings(door).await.unwrap(), settings);
        let row = at.registry.venue_code("code").await.unwrap().unwrap();
        assert_eq!(row.settings, settings);
        assert_eq!(at.registry.code_of(door).await.unwrap().unwrap().settings, settings);
        let mut all = Vec::new();
        at.registry.venue_codes(|row| all.push(row.settings)).await.unwrap();
        assert_eq!(all, [settings]);
        let changes = at.registry.changes_after(before, 9).await.unwrap().unwrap();
        let told: Vec<_> = changes.into_iter().map(|(_, change)| change).collect();
        assert_eq!(told, [Change::VenueCode("code".to_owned())]);
    }
    let told = at.registry.audit_page(Some(Deed::DoorSetUp), 9, 0).await.unwrap();
    assert_eq!(told.len(), 4);
}

async fn a_way_out_belongs_to_the_doors_of_its_own_place(at: &BackEnd) {
    let one = at.an_open_door("医院", "one").await;
    let other = at.an_open_door("商场", "other").await;
    assert_eq!(at.registry.ways_out(&[one, other]).await.unwrap(), []);
    set(at, one, &OUT).await;
    assert_eq!(at.registry.ways_out(&[one, other]).await.unwrap(), [(one, one)]);
    assert_eq!(at.registry.ways_out(&[other]).await.unwrap(), []);
    assert_eq!(at.registry.ways_out(&[]).await.unwrap(), []);
}
