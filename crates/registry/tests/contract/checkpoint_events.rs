//! The life of an approved checkpoint and of its code.

use super::{
    made::{NOON, line},
    support::{BackEnd, on_both},
};
use domain::{
    audit::{Actor, Deed},
    checkpoints::{CheckpointNumber, Happening, Standing},
    venue_codes,
};
use registry::{Change, CheckpointEvent, NewCode, Step};

on_both!(
    a_door_and_its_code_close_and_open_together,
    a_step_from_elsewhere_changes_nothing,
    a_replaced_code_is_known_as_such_and_the_new_one_is_in_use,
    only_the_code_that_was_seen_is_replaced_and_no_code_comes_twice,
    a_damaged_poster_leaves_the_code_alone,
    the_codes_in_use_of_a_unit_are_its_open_doors,
);

fn step(checkpoint: CheckpointNumber, happening: Happening) -> Step<'static> {
    Step { checkpoint, happening, reason: "原因" }
}

async fn take(at: &BackEnd, door: CheckpointNumber, happening: Happening) -> bool {
    let line = line(Deed::CheckpointClosed, NOON.plus(5));
    at.registry.change_checkpoint(&step(door, happening), &line).await.unwrap()
}

async fn standing(at: &BackEnd, door: CheckpointNumber) -> Standing {
    at.registry.checkpoint(door).await.unwrap().unwrap().standing
}

async fn a_door_and_its_code_close_and_open_together(at: &BackEnd) {
    let door = at.an_open_door("万达", "code").await;
    at.an_open_door("万象", "neighbour").await;
    let way = [
        (Happening::Closed, Standing::Closed, venue_codes::Standing::Closed),
        (Happening::Reopened, Standing::Open, venue_codes::Standing::Current),
        (Happening::Suspended, Standing::Suspended, venue_codes::Standing::Suspended),
        (Happening::Resumed, Standing::Open, venue_codes::Standing::Current),
    ];
    let issued = at.registry.venue_code("code").await.unwrap().unwrap().since;
    for (happening, of_door, of_code) in way {
        let before = at.registry.last_change().await.unwrap();
        assert!(take(at, door, happening).await, "{happening:?}");
        let code = at.registry.code_of(door).await.unwrap().unwrap();
        assert_eq!((standing(at, door).await, code.standing), (of_door, of_code));
        assert_eq!(code.since, issued, "the day of issue on the poster stays");
        let changes = at.registry.changes_after(before, 9).await.unwrap().unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].1, Change::VenueCode("code".to_owned()));
    }
    let events = at.registry.checkpoint_events(door).await.unwrap();
    assert!(events.iter().map(|e| e.happening).eq(way.map(|(happening, ..)| happening)));
    let first = CheckpointEvent {
        at: NOON.plus(5),
        happening: Happening::Closed,
        reason: "原因".to_owned(),
        actor: Actor::Account(1),
    };
    assert_eq!(events[0], first);
    let neighbour = at.registry.venue_code("neighbour").await.unwrap().unwrap();
    assert_eq!(neighbour.standing, venue_codes::Standing::Current);
}

async fn a_step_from_elsewhere_changes_nothing(at: &BackEnd) {
    let applying = at.a_door("万象").await;
    let door = at.an_open_door("万达", "code").await;
    for happening in Happening::ALL {
        assert!(!take(at, applying, happening).await, "{happening:?}");
        assert!(!take(at, CheckpointNumber(99), happening).await, "{happening:?}");
    }
    assert!(!take(at, door, Happening::Reopened).await);
    assert!(!take(at, door, Happening::Resumed).await);
    assert!(take(at, door, Happening::Closed).await);
    for happening in Happening::ALL.into_iter().filter(|h| *h != Happening::Reopened) {
        assert!(!take(at, door, happening).await, "{happening:?}");
    }
    assert_eq!(standing(at, door).await, Standing::Closed);
    assert_eq!(at.registry.checkpoint_events(door).await.unwrap().len(), 1);
    assert!(at.registry.checkpoint_events(applying).await.unwrap().is_empty());
    let audited = at.registry.audit_page(None, 50, 0).await.unwrap();
    let closed = audited.iter().filter(|stored| stored.line.deed == Deed::CheckpointClosed).count();
    assert_eq!(closed, 1, "what was not done is not written down");
}

async fn a_replaced_code_is_known_as_such_and_the_new_one_is_in_use(at: &BackEnd) {
    let door = at.an_open_door("万达", "old").await;
    let old = at.registry.code_of(door).await.unwrap().unwrap();
    let new = NewCode { replaces: &old.short_number, code: "new", short_number: "FY-1202-00002" };
    let line = line(Deed::CodeReplaced, NOON.plus(7));
    let before = at.registry.last_change().await.unwrap();
    let step = step(door, Happening::CodeReplaced);
    assert!(at.registry.replace_code(&step, &new, &line).await.unwrap());
    let old = at.registry.venue_code("old").await.unwrap().unwrap();
    assert_eq!(old.standing, venue_codes::Standing::Replaced(NOON.plus(7)));
    let code = at.registry.code_of(door).await.unwrap().unwrap();
    assert_eq!((code.code.as_str(), code.standing), ("new", venue_codes::Standing::Current));
    assert_eq!((code.short_number.as_str(), code.since), ("FY-1202-00002", NOON.plus(7)));
    let changes = at.registry.changes_after(before, 9).await.unwrap().unwrap();
    let changed: Vec<_> = changes.into_iter().map(|(_, change)| change).collect();
    assert_eq!(changed, ["old", "new"].map(|code| Change::VenueCode(code.to_owned())));
    // Closing and opening again leaves the replaced one replaced.
    assert!(take(at, door, Happening::Closed).await && take(at, door, Happening::Reopened).await);
    let old = at.registry.venue_code("old").await.unwrap().unwrap();
    assert_eq!(old.standing, venue_codes::Standing::Replaced(NOON.plus(7)));
}

async fn only_the_code_that_was_seen_is_replaced_and_no_code_comes_twice(at: &BackEnd) {
    let door = at.an_open_door("万达", "code").await;
    at.an_open_door("万象", "taken").await;
    let seen = at.registry.code_of(door).await.unwrap().unwrap().short_number;
    let taken = at.registry.venue_code("taken").await.unwrap().unwrap().short_number;
    let line = line(Deed::CodeReplaced, NOON);
    let step = step(door, Happening::CodeReplaced);
    let tries = [
        NewCode { replaces: &taken, code: "new", short_number: "FY-1202-00002" },
        NewCode { replaces: &seen, code: "taken", short_number: "FY-1202-00002" },
        NewCode { replaces: &seen, code: "code", short_number: "FY-1202-00002" },
        NewCode { replaces: &seen, code: "new", short_number: &taken },
    ];
    for new in &tries {
        assert!(!at.registry.replace_code(&step, new, &line).await.unwrap(), "{new:?}");
    }
    let kept = at.registry.code_of(door).await.unwrap().unwrap();
    assert_eq!((kept.code.as_str(), kept.standing), ("code", venue_codes::Standing::Current));
    assert!(at.registry.checkpoint_events(door).await.unwrap().is_empty());
    assert!(take(at, door, Happening::Suspended).await);
    let new = NewCode { replaces: &seen, code: "new", short_number: "FY-1202-00002" };
    assert!(!at.registry.replace_code(&step, &new, &line).await.unwrap(), "not while suspended");
}

async fn a_damaged_poster_leaves_the_code_alone(at: &BackEnd) {
    let door = at.an_open_door("万达", "code").await;
    let before = at.registry.last_change().await.unwrap();
    assert!(take(at, door, Happening::PosterDamaged).await);
    assert_eq!(at.registry.last_change().await.unwrap(), before);
    assert_eq!(standing(at, door).await, Standing::Open);
    assert_eq!(at.registry.checkpoint_events(door).await.unwrap().len(), 1);
}

async fn the_codes_in_use_of_a_unit_are_its_open_doors(at: &BackEnd) {
    let open = at.an_open_door("万达", "open").await;
    let closed = at.an_open_door("万象", "closed").await;
    let unit = |door: CheckpointNumber| async move {
        at.registry.checkpoint(door).await.unwrap().unwrap().record.organisation
    };
    let codes = at.registry.codes_in_use_of(unit(open).await).await.unwrap();
    assert!(codes.iter().any(|code| code.code == "open"));
    assert!(take(at, closed, Happening::Closed).await);
    let codes = at.registry.codes_in_use_of(unit(closed).await).await.unwrap();
    assert!(!codes.iter().any(|code| code.code == "closed"));
    assert!(at.registry.codes_in_use_of(999).await.unwrap().is_empty());
}
