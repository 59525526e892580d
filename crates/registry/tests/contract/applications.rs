//! Applications: the queue, and decisions that are made once.

use super::{
    made::{AWKWARD, NOON, line, organisation, record},
    support::{BackEnd, on_both},
};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
    venue_codes,
};
use registry::{CheckpointRecord, NewOrganisation, QueueFilter};

on_both!(
    a_row_shows_the_door_and_its_organisation,
    the_queue_is_longest_waiting_first_and_paged,
    the_queue_is_narrowed_to_a_state,
    the_queue_is_narrowed_to_a_county,
    the_queue_is_searched_by_name_door_address_and_organisation,
    typed_wildcards_quotes_and_nul_mean_themselves,
    a_text_longer_than_any_pattern_finds_nothing,
    limits_below_zero_are_zero,
    same_named_counts_other_organisations_alone,
    approving_opens_the_door_and_gives_it_its_code,
    an_application_is_sent_back_with_its_reason,
    two_reviewers_deciding_at_once_decide_once,
    two_reviewers_approving_at_once_give_one_code,
    a_taken_code_leaves_everything_as_it_was,
    a_taken_short_number_leaves_everything_as_it_was,
    a_decided_application_is_not_decided_again,
    unknown_applications_are_none,
);

fn waiting() -> QueueFilter {
    QueueFilter {
        state: State::Submitted,
        county: None,
        text: String::new(),
        limit: 100,
        offset: 0,
    }
}

/// The doors' numbers in the queue, after holding that their total is right.
async fn queue(at: &BackEnd, filter: QueueFilter) -> Vec<u32> {
    let rows = at.registry.queue(&filter).await.unwrap();
    let numbers: Vec<u32> = rows.iter().map(|row| row.checkpoint.0).collect();
    if filter.limit == 100 && filter.offset == 0 {
        let total = at.registry.queue_total(&filter).await.unwrap();
        assert_eq!(total, i64::try_from(numbers.len()).unwrap());
    }
    numbers
}

async fn search(at: &BackEnd, text: &str) -> Vec<u32> {
    queue(at, QueueFilter { text: text.to_owned(), ..waiting() }).await
}

async fn a_row_shows_the_door_and_its_organisation(at: &BackEnd) {
    let new = NewOrganisation {
        name: AWKWARD.to_owned(),
        credit_code: Some("91341200MA2N00000X".to_owned()),
        ..organisation("万达")
    };
    let organisation = at.registry.insert_organisation(&new).await.unwrap().unwrap();
    let door = at.applied(&record(organisation, "万达", "东门"), NOON).await;
    let rows = at.registry.queue(&waiting()).await.unwrap();
    let alone = at.registry.application(rows[0].id).await.unwrap().unwrap();
    for row in [rows[0].clone(), alone] {
        assert_eq!((row.id, row.checkpoint, row.state), (1, door, State::Submitted));
        assert_eq!((row.round, row.submitted), (1, NOON));
        assert_eq!((row.name.as_str(), row.door.as_str()), ("万达", "东门"));
        assert_eq!(row.address, "颍州中路 1 号");
        assert_eq!((row.county.as_str(), row.township.as_str()), ("341202", "341202001"));
        assert_eq!((row.category.as_str(), row.organisation), ("mall", organisation));
        assert_eq!(row.organisation_name, AWKWARD);
        assert_eq!(row.credit_code.as_deref(), Some("91341200MA2N00000X"));
        assert_eq!(row.same_named, 0);
    }
    at.a_door("万象").await;
    let without = at.registry.application(2).await.unwrap().unwrap();
    assert_eq!(without.credit_code, None);
}

async fn the_queue_is_longest_waiting_first_and_paged(at: &BackEnd) {
    let organisation = at.an_organisation("万达").await;
    for (n, wait) in [3, 1, 2, 1].into_iter().enumerate() {
        at.applied(&record(organisation, "万达", &format!("{n}")), NOON.plus(wait)).await;
    }
    assert_eq!(queue(at, waiting()).await, [2, 4, 3, 1]);
    assert_eq!(queue(at, QueueFilter { limit: 2, ..waiting() }).await, [2, 4]);
    assert_eq!(queue(at, QueueFilter { limit: 2, offset: 1, ..waiting() }).await, [4, 3]);
    assert!(queue(at, QueueFilter { offset: 4, ..waiting() }).await.is_empty());
    let total = at.registry.queue_total(&QueueFilter { limit: 1, offset: 3, ..waiting() }).await;
    assert_eq!(total.unwrap(), 4, "a total counts all pages");
}

async fn the_queue_is_narrowed_to_a_state(at: &BackEnd) {
    at.a_door("万达").await;
    let approved = at.an_open_door("万象", "code").await;
    let returned = at.a_door("吾悦").await;
    let application = at.application(returned).await;
    let back = line(Deed::ApplicationReturned, NOON);
    at.registry.return_application((application, 1), "不清", &back).await.unwrap();
    let state = async |state| queue(at, QueueFilter { state, ..waiting() }).await;
    assert_eq!(state(State::Submitted).await, [1]);
    assert_eq!(state(State::Approved).await, [approved.0]);
    assert_eq!(state(State::Returned).await, [returned.0]);
}

async fn the_queue_is_narrowed_to_a_county(at: &BackEnd) {
    let organisation = at.an_organisation("万达").await;
    at.applied(&record(organisation, "万达", "东门"), NOON).await;
    let elsewhere = CheckpointRecord {
        county: "341203".to_owned(),
        township: "341203001".to_owned(),
        ..record(organisation, "万达", "西门")
    };
    at.applied(&elsewhere, NOON).await;
    let county = async |county: &str, text: &str| {
        let filter =
            QueueFilter { county: Some(county.to_owned()), text: text.to_owned(), ..waiting() };
        queue(at, filter).await
    };
    assert_eq!(county("341202", "").await, [1]);
    assert_eq!(county("341203", "").await, [2]);
    assert!(county("341204", "").await.is_empty());
    assert_eq!(county("341203", "门").await, [2]);
    assert!(county("341203", "东门").await.is_empty());
    assert_eq!(queue(at, waiting()).await, [1, 2]);
}

async fn the_queue_is_searched_by_name_door_address_and_organisation(at: &BackEnd) {
    let (one, other) = (at.an_organisation("商管 Group").await, at.an_organisation("药房").await);
    at.applied(&record(one, "万达 Plaza", "A 座东门"), NOON).await;
    let there = CheckpointRecord {
        address: "清河东路 𠮷 9 号".to_owned(),
        ..record(other, "百姓缘", "正门")
    };
    at.applied(&there, NOON).await;
    assert_eq!(search(at, "").await, [1, 2]);
    assert_eq!(search(at, "百姓").await, [2]);
    assert_eq!(search(at, "东门").await, [1]);
    assert_eq!(search(at, "东").await, [1, 2]);
    assert_eq!(search(at, "𠮷").await, [2]);
    assert_eq!(search(at, "药房").await, [2]);
    for shouted in ["plaza", "PLAZA", "a 座", "GROUP"] {
        assert_eq!(search(at, shouted).await, [1], "{shouted}");
    }
    assert!(search(at, "万象").await.is_empty());
}

async fn typed_wildcards_quotes_and_nul_mean_themselves(at: &BackEnd) {
    let organisation = at.an_organisation("万达").await;
    at.applied(&record(organisation, "折扣 50%", "A_B"), NOON).await;
    at.applied(&record(organisation, "折扣 500", "AxB!"), NOON).await;
    at.applied(&record(organisation, AWKWARD, r"C:\门"), NOON).await;
    assert_eq!(search(at, "50%").await, [1]);
    assert_eq!(search(at, "A_B").await, [1]);
    assert_eq!(search(at, "!").await, [2]);
    assert_eq!(search(at, r"C:\门").await, [3]);
    assert_eq!(search(at, AWKWARD).await, [3]);
    assert_eq!(search(at, "'; drop").await, [3]);
    assert_eq!(search(at, "%\0").await, [1, 3]);
    assert_eq!(search(at, "\0").await, [1, 2, 3]);
}

async fn a_text_longer_than_any_pattern_finds_nothing(at: &BackEnd) {
    at.a_door("门").await;
    assert!(search(at, &"门".repeat(100_000)).await.is_empty());
    assert!(search(at, &"%".repeat(100_000)).await.is_empty());
}

async fn limits_below_zero_are_zero(at: &BackEnd) {
    at.a_door("门").await;
    assert!(queue(at, QueueFilter { limit: -1, ..waiting() }).await.is_empty());
    assert_eq!(queue(at, QueueFilter { offset: i64::MIN, ..waiting() }).await, [1]);
}

async fn same_named_counts_other_organisations_alone(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    at.applied(&record(one, "百姓缘", "甲"), NOON).await;
    at.applied(&record(one, "百姓缘", "乙"), NOON).await;
    at.applied(&record(other, "百姓缘", "丙"), NOON).await;
    let rows = at.registry.queue(&waiting()).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.same_named).collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(at.registry.application(3).await.unwrap().unwrap().same_named, 2);
}

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
    assert!(!at.registry.approve_application((2, 1), code, short, &line).await.unwrap());
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
