//! Venue codes: from what is printed to its door.

use super::{
    made::{AWKWARD, NOON, line, record},
    support::{BackEnd, on_both},
};
use domain::{
    applications::State, audit::Deed, checkpoints::CheckpointNumber, venue_codes::Standing,
};
use registry::CheckpointRecord;

on_both!(
    a_code_shows_its_door,
    a_code_is_exactly_itself,
    every_standing_comes_back,
    a_door_shows_the_code_in_use_and_not_those_before,
    a_door_without_a_code_has_none,
);

async fn a_code_shows_its_door(at: &BackEnd) {
    let organisation = at.an_organisation("万达").await;
    let new = CheckpointRecord {
        name: AWKWARD.to_owned(),
        county: "341282".to_owned(),
        township: "341282001".to_owned(),
        ..record(organisation, "万达", "东门")
    };
    let door = at.applied(&new, NOON).await;
    let approved = line(Deed::ApplicationApproved, NOON);
    let code = "abcdefghjkmnpqrs";
    let done = at
        .registry
        .approve_application((1, 1), State::Submitted, code, "FY-1202-7K3QD", &approved)
        .await;
    assert!(done.unwrap());
    let row = at.registry.venue_code(code).await.unwrap().unwrap();
    assert_eq!((row.code.as_str(), row.short_number.as_str()), (code, "FY-1202-7K3QD"));
    assert_eq!((row.checkpoint, row.standing, row.since), (door, Standing::Current, NOON));
    assert_eq!((row.name.as_str(), row.door.as_str()), (AWKWARD, "东门"));
    assert_eq!((row.address.as_str(), row.county_name.as_str()), ("颍州中路 1 号", "界首市"));
}

async fn a_code_is_exactly_itself(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    for other in ["", "CODE", "cod", "code ", "%", "____", "code'"] {
        assert!(at.registry.venue_code(other).await.unwrap().is_none(), "{other}");
        let set = at.registry.set_code_standing(other, Standing::Closed, NOON).await.unwrap();
        assert!(!set, "{other}");
    }
    let kept = at.registry.venue_code("code").await.unwrap().unwrap();
    assert_eq!(kept.standing, Standing::Current);
}

async fn every_standing_comes_back(at: &BackEnd) {
    let door = at.an_open_door("万达", "code").await;
    at.an_open_door("万象", "neighbour").await;
    let since = NOON.plus(99);
    let standings =
        [Standing::Suspended, Standing::Replaced(since), Standing::Closed, Standing::Current];
    for standing in standings {
        assert!(at.registry.set_code_standing("code", standing, since).await.unwrap());
        let row = at.registry.venue_code("code").await.unwrap().unwrap();
        assert_eq!((row.standing, row.since), (standing, since));
        let shown = !matches!(standing, Standing::Replaced(_));
        assert_eq!(at.registry.code_of(door).await.unwrap().is_some(), shown, "{standing:?}");
    }
    let neighbour = at.registry.venue_code("neighbour").await.unwrap().unwrap();
    assert_eq!(neighbour.standing, Standing::Current);
}

async fn a_door_shows_the_code_in_use_and_not_those_before(at: &BackEnd) {
    let door = at.an_open_door("万达", "old").await;
    let since = NOON.plus(99);
    assert!(at.registry.set_code_standing("old", Standing::Replaced(since), since).await.unwrap());
    let new = format!("insert into venue_codes values ('new', {}, 'FY-new', 'current', 1)", door.0);
    at.run(&new).await.unwrap();
    assert_eq!(at.registry.code_of(door).await.unwrap().unwrap().code, "new");
    let old = at.registry.venue_code("old").await.unwrap().unwrap();
    assert_eq!((old.checkpoint, old.standing), (door, Standing::Replaced(since)));
}

async fn a_door_without_a_code_has_none(at: &BackEnd) {
    let door = at.a_door("万达").await;
    assert!(at.registry.code_of(door).await.unwrap().is_none());
    assert!(at.registry.code_of(CheckpointNumber(9)).await.unwrap().is_none());
}
