//! Applications: decisions that are made once.

use super::{
    made::{AWKWARD, NOON, line},
    support::{BackEnd, on_both},
};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
    venue_codes,
};

on_both!(
    approving_opens_the_door_and_gives_it_its_code,
    an_application_is_sent_back_with_its_reason,
    two_reviewers_deciding_at_once_decide_once,
    two_reviewers_approving_at_once_give_one_code,
    a_taken_code_leaves_everything_as_it_was,
    a_taken_short_number_leaves_everything_as_it_was,
    a_decided_application_is_not_decided_again,
    unknown_applications_are_none,
);

async fn approving_opens_the_door_and_gives_it_its_code(at: &BackEnd) {
    let door = at.a_door("万达").await;
    let neighbour = at.a_door("万象").await;
    assert!(at.approve(at.application(door).await, "code").await);
    let at_one = NOON.plus(3_600_000);
    let opened = at.registry.checkpoint(door).await.unwrap().unwrap();
    assert_eq!((opened.standing, opened.changed), (Standing::Open, at_one));
    let code = at.registry.code_of(door).await.unwrap().unwrap();
    assert_eq!((code.code.as_str(), code.short_number.as_str()), ("code", "FY-code"));
    assert_eq!((code.standing, code.since), (venue_codes::Standing::Current, at_one));
    assert_eq!(at.registry.application_of(door).await.unwrap(), Some((1, State::Approved)));
    let events = at.registry.application_events(1).await.unwrap();
    let told: Vec<_> = events.iter().map(|e| (e.at, e.state, e.reason.as_str())).collect();
    assert_eq!(told, [(NOON, State::Submitted, ""), (at_one, State::Approved, "")]);
    assert_eq!(at.lines_of(Deed::ApplicationApproved).await, 1);
    let other = at.registry.checkpoint(neighbour).await.unwrap().unwrap();
    assert_eq!(other.standing, Standing::Applying);
}

async fn an_application_is_sent_back_with_its_reason(at: &BackEnd) {
    let door = at.a_door("万达").await;
    let back = line(Deed::ApplicationReturned, NOON.plus(1));
    assert!(at.registry.return_application((1, 1), AWKWARD, &back).await.unwrap());
    assert_eq!(at.registry.application_of(door).await.unwrap(), Some((1, State::Returned)));
    let events = at.registry.application_events(1).await.unwrap();
    assert_eq!((events[1].at, events[1].state), (NOON.plus(1), State::Returned));
    assert_eq!(events[1].reason, AWKWARD);
    assert!(!at.registry.return_application((1, 1), "again", &back).await.unwrap());
    assert!(!at.approve(1, "code").await);
    assert_eq!(at.registry.application_events(1).await.unwrap().len(), 2);
    assert_eq!(at.lines_of(Deed::ApplicationReturned).await, 1);
    assert_eq!(at.lines_of(Deed::ApplicationApproved).await, 0);
}

async fn two_reviewers_deciding_at_once_decide_once(at: &BackEnd) {
    for round in 0..10 {
        let door = at.a_door(&format!("{round}")).await;
        let application = at.application(door).await;
        let back = line(Deed::ApplicationReturned, NOON);
        let code = format!("code {round}");
        let (approved, returned) = tokio::join!(
            at.approve(application, &code),
            at.registry.return_application((application, 1), "不清", &back),
        );
        let returned = returned.unwrap();
        assert!(approved ^ returned, "approved {approved}, returned {returned}");
        let (_, state) = at.registry.application_of(door).await.unwrap().unwrap();
        assert_eq!(state, if approved { State::Approved } else { State::Returned });
        assert_eq!(at.registry.code_of(door).await.unwrap().is_some(), approved);
        assert_eq!(at.registry.application_events(application).await.unwrap().len(), 2);
    }
    at.assert_dense("application_events", "id", 20).await;
    at.assert_dense("audit", "seq", 20).await;
}

async fn two_reviewers_approving_at_once_give_one_code(at: &BackEnd) {
    let door = at.a_door("万达").await;
    let (one, other) = tokio::join!(at.approve(1, "one"), at.approve(1, "two"));
    assert!(one ^ other);
    let kept = at.registry.code_of(door).await.unwrap().unwrap().code;
    assert_eq!(kept, if one { "one" } else { "two" });
    assert_eq!(at.number("select count(*) from venue_codes").await, 1);
    assert_eq!(at.lines_of(Deed::ApplicationApproved).await, 1);
}

/// Approving the second door with this code and short number is refused, and leaves no trace.
async fn refused_without_a_trace(at: &BackEnd, code: &str, short: &str) {
    at.an_open_door("万达", "taken").await;
    let door = at.a_door("万象").await;
    let line = line(Deed::ApplicationApproved, NOON.plus(9));
    assert!(
        !at.registry
            .approve_application((2, 1), State::Submitted, code, short, &line)
            .await
            .unwrap()
    );
    assert_eq!(at.registry.application_of(door).await.unwrap(), Some((2, State::Submitted)));
    let kept = at.registry.checkpoint(door).await.unwrap().unwrap();
    assert_eq!((kept.standing, kept.changed), (Standing::Applying, NOON));
    assert!(at.registry.code_of(door).await.unwrap().is_none());
    assert_eq!(at.registry.application_events(2).await.unwrap().len(), 1);
    assert_eq!(at.lines_of(Deed::ApplicationApproved).await, 1);
    at.assert_dense("audit", "seq", 3).await;
    at.assert_dense("application_events", "id", 3).await;
    let first = at.registry.venue_code("taken").await.unwrap().unwrap();
    assert_eq!(first.checkpoint, CheckpointNumber(1));
    assert!(at.approve(2, "free").await, "another roll is taken");
}

async fn a_taken_code_leaves_everything_as_it_was(at: &BackEnd) {
    refused_without_a_trace(at, "taken", "FY-other").await;
}

async fn a_taken_short_number_leaves_everything_as_it_was(at: &BackEnd) {
    refused_without_a_trace(at, "other", "FY-taken").await;
}

async fn a_decided_application_is_not_decided_again(at: &BackEnd) {
    let door = at.an_open_door("万达", "code").await;
    assert!(!at.approve(1, "other").await);
    let back = line(Deed::ApplicationReturned, NOON);
    assert!(!at.registry.return_application((1, 1), "不清", &back).await.unwrap());
    assert_eq!(at.registry.application_of(door).await.unwrap(), Some((1, State::Approved)));
    assert_eq!(at.registry.code_of(door).await.unwrap().unwrap().code, "code");
    assert_eq!(at.lines_of(Deed::ApplicationReturned).await, 0);
}

async fn unknown_applications_are_none(at: &BackEnd) {
    at.a_door("万达").await;
    for id in [0, 2, -1, i64::MAX] {
        assert!(at.registry.application(id).await.unwrap().is_none());
        assert!(at.registry.application_events(id).await.unwrap().is_empty());
        assert!(!at.approve(id, "code").await);
        let back = line(Deed::ApplicationReturned, NOON);
        assert!(!at.registry.return_application((id, 1), "", &back).await.unwrap());
    }
    assert_eq!(at.registry.application_of(CheckpointNumber(2)).await.unwrap(), None);
}
