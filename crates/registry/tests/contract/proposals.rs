//! A door in use is changed by an application, and stays what it is until that is approved.

use super::{
    made::{NOON, line, record},
    support::{BackEnd, on_both},
};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
    time::UnixMs,
};
use registry::{Change, CheckpointRecord, QueueFilter, ToApprove};

on_both!(
    a_change_waits_while_the_door_stays_what_it_is,
    an_approved_change_keeps_the_code,
    a_change_comes_back_and_is_corrected,
    a_change_is_taken_back,
    a_door_that_somebody_has_by_now_is_not_taken_over,
    only_an_approved_door_can_be_changed,
    a_change_is_never_approved_among_many,
);

const DOOR: CheckpointNumber = CheckpointNumber(1);

fn wanted() -> CheckpointRecord {
    CheckpointRecord {
        address: "清河路 9 号".to_owned(),
        county: "341203".to_owned(),
        township: "341203001".to_owned(),
        category: "204".to_owned(),
        responsible_name_sealed: b"new name".to_vec(),
        ..record(1, "万象", "南门")
    }
}

async fn propose(at: &BackEnd, new: &CheckpointRecord, time: UnixMs) -> bool {
    at.registry
        .propose(at.as_read(DOOR).await, new, b"138", &line(Deed::ApplicationSubmitted, time))
        .await
        .unwrap()
}

async fn withdraw(at: &BackEnd) -> bool {
    let line = line(Deed::ApplicationSubmitted, NOON.plus(8));
    at.registry.withdraw(DOOR, "撤回变更", &line).await.unwrap()
}

async fn state(at: &BackEnd) -> State {
    at.registry.application_of(DOOR).await.unwrap().unwrap().1
}

/// Name and county of the door as visitors see it.
async fn seen(at: &BackEnd) -> (String, String) {
    let row = at.registry.venue_code("code").await.unwrap().unwrap();
    (row.name, row.county)
}

async fn county_of_queue(at: &BackEnd, county: &str, state: State) -> usize {
    let filter = QueueFilter {
        sort: domain::sorting::Sort::Usual,
        state,
        county: Some(county.to_owned()),
        township: None,
        category: None,
        submitted_until: None,
        doubtful: None,
        except_endorsed_by: None,
        text: String::new(),
        limit: 9,
        offset: 0,
    };
    let rows = at.registry.queue(&filter).await.unwrap();
    assert!(
        rows.iter().all(|row| row.county == county && row.doubtful == (state == State::Submitted))
    );
    rows.len()
}

async fn a_change_waits_while_the_door_stays_what_it_is(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    assert!(at.registry.proposal(DOOR).await.unwrap().is_none());
    assert!(propose(at, &wanted(), NOON.plus(5)).await);
    assert_eq!(state(at).await, State::Submitted);
    let door = at.registry.checkpoint(DOOR).await.unwrap().unwrap();
    assert_eq!((door.standing, door.record.name.as_str()), (Standing::Open, "万达"));
    assert_eq!(door.changed, NOON.plus(5));
    assert_eq!(seen(at).await, ("万达".to_owned(), "341202".to_owned()));
    let proposal = at.registry.proposal(DOOR).await.unwrap().unwrap();
    assert_eq!((proposal.name.as_str(), proposal.door.as_str()), ("万象", "南门"));
    assert_eq!((proposal.address.as_str(), proposal.category.as_str()), ("清河路 9 号", "204"));
    assert_eq!((proposal.organisation, proposal.position), (1, None));
    assert_eq!(proposal.responsible_name_sealed, b"new name");
    assert_eq!(county_of_queue(at, "341203", State::Submitted).await, 1, "the new county decides");
    assert_eq!(county_of_queue(at, "341202", State::Submitted).await, 0);
    assert!(!propose(at, &wanted(), NOON).await, "one at a time");
}

async fn an_approved_change_keeps_the_code(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    assert!(propose(at, &wanted(), NOON).await);
    let before = at.registry.last_change().await.unwrap();
    let line = line(Deed::ApplicationApproved, NOON.plus(7));
    assert!(
        !at.registry
            .approve_application((1, 1), State::Submitted, "new", "FY-new", &line)
            .await
            .unwrap()
    );
    assert!(
        at.registry
            .approve_application((1, 2), State::Submitted, "new", "FY-new", &line)
            .await
            .unwrap()
    );
    assert_eq!(seen(at).await, ("万象".to_owned(), "341203".to_owned()));
    assert!(at.registry.venue_code("new").await.unwrap().is_none());
    let door = at.registry.checkpoint(DOOR).await.unwrap().unwrap();
    assert_eq!((door.standing, door.record.same_key.as_str()), (Standing::Open, "万象|南门"));
    assert_eq!(door.record.responsible_name_sealed, b"new name");
    assert!(at.registry.proposal(DOOR).await.unwrap().is_none());
    let changes = at.registry.changes_after(before, 9).await.unwrap().unwrap();
    assert_eq!(changes[0].1, Change::VenueCode("code".to_owned()), "whoever remembers it is told");
    assert_eq!(at.registry.application_events(1).await.unwrap().len(), 4);
    assert_eq!(county_of_queue(at, "341203", State::Approved).await, 1);
}

async fn a_change_comes_back_and_is_corrected(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    assert!(propose(at, &wanted(), NOON).await);
    let back = line(Deed::ApplicationReturned, NOON.plus(6));
    assert!(at.registry.return_application((1, 2), "不清", &back).await.unwrap());
    let again = line(Deed::ApplicationSubmitted, NOON.plus(7));
    let past =
        at.registry.correct_checkpoint(at.as_read(DOOR).await, &wanted(), &again).await.unwrap();
    assert!(!past, "an open door is not changed past the review");
    assert_eq!(seen(at).await.0, "万达");
    let other = CheckpointRecord { name: "金鹰".to_owned(), ..wanted() };
    assert!(propose(at, &other, NOON.plus(7)).await);
    assert_eq!(at.registry.proposal(DOOR).await.unwrap().unwrap().name, "金鹰");
    let yes = line(Deed::ApplicationApproved, NOON.plus(8));
    assert!(
        at.registry
            .approve_application((1, 3), State::Submitted, "new", "FY-new", &yes)
            .await
            .unwrap()
    );
    assert_eq!(seen(at).await.0, "金鹰");
}

async fn a_change_is_taken_back(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    assert!(!withdraw(at).await, "there is none");
    for returned in [false, true] {
        assert!(propose(at, &wanted(), NOON).await);
        if returned {
            let round = at.registry.application(1).await.unwrap().unwrap().round;
            let back = line(Deed::ApplicationReturned, NOON);
            assert!(at.registry.return_application((1, round), "不清", &back).await.unwrap());
        }
        let round = at.registry.application(1).await.unwrap().unwrap().round;
        assert!(withdraw(at).await);
        assert_eq!(state(at).await, State::Approved);
        assert_eq!(seen(at).await.0, "万达");
        assert!(at.registry.proposal(DOOR).await.unwrap().is_none());
        let late = line(Deed::ApplicationApproved, NOON);
        let late = at
            .registry
            .approve_application((1, round), State::Submitted, "new", "FY-new", &late)
            .await;
        assert!(!late.unwrap(), "whoever still looks at it decides nothing");
    }
    assert_eq!(county_of_queue(at, "341202", State::Approved).await, 1);
    let last = at.registry.application_events(1).await.unwrap().pop().unwrap();
    assert_eq!((last.state, last.reason.as_str()), (State::Approved, "撤回变更"));
}

async fn a_door_that_somebody_has_by_now_is_not_taken_over(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    assert!(propose(at, &wanted(), NOON).await);
    let other = at.an_organisation("二").await;
    at.applied(&record(other, "万象", "南门"), NOON).await;
    let line = line(Deed::ApplicationApproved, NOON.plus(7));
    assert!(
        !at.registry
            .approve_application((1, 2), State::Submitted, "new", "FY-new", &line)
            .await
            .unwrap()
    );
    assert_eq!((state(at).await, seen(at).await.0.as_str()), (State::Submitted, "万达"));
    assert!(at.registry.proposal(DOOR).await.unwrap().is_some(), "nothing is lost");
}

async fn only_an_approved_door_can_be_changed(at: &BackEnd) {
    at.a_door("万达").await;
    assert!(!propose(at, &wanted(), NOON).await, "it waits for its first review");
    let back = line(Deed::ApplicationReturned, NOON);
    assert!(at.registry.return_application((1, 1), "不清", &back).await.unwrap());
    assert!(!propose(at, &wanted(), NOON).await, "it is corrected itself");
    assert!(!withdraw(at).await);
    assert_eq!(state(at).await, State::Returned);
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 1);
}

async fn a_change_is_never_approved_among_many(at: &BackEnd) {
    at.an_open_door("万达", "code").await;
    assert!(propose(at, &wanted(), NOON).await);
    let codes = vec![("new".to_owned(), "FY-new".to_owned())];
    let line = line(Deed::ApplicationApproved, NOON);
    let row =
        ToApprove { id: 1, round: 2, from: State::Submitted, to: State::Approved, codes, line };
    assert_eq!(at.registry.approve_many(&[row]).await.unwrap(), [false]);
    assert_eq!(seen(at).await.0, "万达");
}
