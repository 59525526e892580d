//! A unit's list of doors: narrowed, in the order of change, paged.

use super::{
    made::{NOON, line, record},
    support::{BackEnd, on_both},
};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
    sorting::Sort,
};
use registry::{CheckpointRecord, DoorFilter};

on_both!(
    a_unit_sees_its_own_doors_newest_change_first,
    doors_are_sorted_as_wanted,
    a_row_says_where_the_door_and_its_application_stand,
    the_list_is_narrowed_and_paged,
);

fn all_of(organisation: i64) -> DoorFilter {
    let (state, text, sort) = (None, String::new(), Sort::Usual);
    DoorFilter { organisation, state, text, sort, limit: 100, offset: 0 }
}

async fn doors(at: &BackEnd, filter: DoorFilter) -> Vec<u32> {
    let rows = at.registry.doors_of(&filter).await.unwrap();
    if filter.limit == 100 && filter.offset == 0 {
        let total = at.registry.doors_total(&filter).await.unwrap();
        assert_eq!(total, i64::try_from(rows.len()).unwrap());
    }
    rows.into_iter().map(|row| row.number.0).collect()
}

async fn a_unit_sees_its_own_doors_newest_change_first(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    at.applied(&record(one, "一", "甲"), NOON).await;
    at.applied(&record(one, "一", "乙"), NOON.plus(1)).await;
    at.applied(&record(one, "一", "丙"), NOON.plus(1)).await;
    at.applied(&record(other, "二", "甲"), NOON.plus(2)).await;
    assert_eq!(doors(at, all_of(one)).await, [2, 3, 1]);
    assert_eq!(doors(at, all_of(other)).await, [4]);
    assert!(doors(at, all_of(99)).await.is_empty());
    let back = line(Deed::ApplicationReturned, NOON.plus(5));
    let application = at.application(CheckpointNumber(1)).await;
    assert!(at.registry.return_application((application, 1), "不清", &back).await.unwrap());
    assert_eq!(doors(at, all_of(one)).await, [1, 2, 3], "what came back stands on top");
}

async fn doors_are_sorted_as_wanted(at: &BackEnd) {
    let unit = at.an_organisation("一").await;
    for (name, address) in [("B", "1"), ("C", "3"), ("A", "2")] {
        let door = CheckpointRecord { address: address.to_owned(), ..record(unit, name, "东门") };
        at.applied(&door, NOON).await;
    }
    let sorted = |sort| DoorFilter { sort, ..all_of(unit) };
    assert_eq!(doors(at, sorted(Sort::Name)).await, [3, 1, 2]);
    assert_eq!(doors(at, sorted(Sort::Address)).await, [1, 3, 2]);
    assert_eq!(doors(at, DoorFilter { limit: 1, offset: 1, ..sorted(Sort::Name) }).await, [1]);
}

async fn a_row_says_where_the_door_and_its_application_stand(at: &BackEnd) {
    let unit = at.an_organisation("一").await;
    let door =
        CheckpointRecord { address: "清河路 9 号".to_owned(), ..record(unit, "一", "甲") };
    at.applied(&door, NOON).await;
    let row = at.registry.doors_of(&all_of(unit)).await.unwrap().remove(0);
    assert_eq!((row.name.as_str(), row.door.as_str()), ("一", "甲"));
    assert_eq!((row.address.as_str(), row.reason.as_str()), ("清河路 9 号", ""));
    assert_eq!((row.standing, row.state), (Standing::Applying, State::Submitted));
    assert_eq!(row.changed, NOON);
    for (round, reason) in [(1, "甲"), (2, "乙")] {
        let back = line(Deed::ApplicationReturned, NOON.plus(round));
        assert!(at.registry.return_application((1, round), reason, &back).await.unwrap());
        let row = at.registry.doors_of(&all_of(unit)).await.unwrap().remove(0);
        assert_eq!((row.state, row.reason.as_str()), (State::Returned, reason), "the last one");
        assert_eq!(row.changed, NOON.plus(round));
        let again = line(Deed::ApplicationSubmitted, NOON.plus(round));
        let number = CheckpointNumber(1);
        assert!(
            at.registry.correct_checkpoint(at.as_read(number).await, &door, &again).await.unwrap()
        );
    }
    let yes = line(Deed::ApplicationApproved, NOON.plus(9));
    assert!(
        at.registry
            .approve_application((1, 3), State::Submitted, "code", "FY-code", &yes)
            .await
            .unwrap()
    );
    let row = at.registry.doors_of(&all_of(unit)).await.unwrap().remove(0);
    assert_eq!((row.standing, row.state), (Standing::Open, State::Approved));
}

async fn the_list_is_narrowed_and_paged(at: &BackEnd) {
    let unit = at.an_organisation("一").await;
    for (n, (name, door)) in
        [("万达", "东门"), ("万象", "西门"), ("万达", "50% 门")].into_iter().enumerate()
    {
        at.applied(&record(unit, name, door), NOON.plus(-(n as i64))).await;
    }
    assert!(at.approve(2, "code").await);
    let text =
        async |text: &str| doors(at, DoorFilter { text: text.to_owned(), ..all_of(unit) }).await;
    assert_eq!(text("万达").await, [1, 3]);
    assert_eq!(text("%").await, [3]);
    assert_eq!(text("颍州中路").await, [2, 1, 3]);
    let state = async |state| doors(at, DoorFilter { state: Some(state), ..all_of(unit) }).await;
    assert_eq!(state(State::Approved).await, [2]);
    assert_eq!(state(State::Submitted).await, [1, 3]);
    assert!(state(State::Returned).await.is_empty());
    let page = async |limit, offset| doors(at, DoorFilter { limit, offset, ..all_of(unit) }).await;
    assert_eq!(page(2, 0).await, [2, 1]);
    assert_eq!(page(2, 2).await, [3]);
    assert!(page(-1, i64::MIN).await.is_empty());
}
