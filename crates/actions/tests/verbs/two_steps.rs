//! Review in two steps: two people, and the second of the county or the city.

use crate::support::{administrator, as_read, complains, conflict, manager, not_found, reviewer};
use actions::{
    accounts::{
        make::{self, NewAccountForm},
        principals::Reviewer,
    },
    applications::{
        mine,
        review::{self, Approved, Filter},
        submit::{change, resubmit, submit},
    },
    venue_codes::suspend,
};
use domain::{
    applications::{NotYours, State},
    audit::Deed,
    checkpoints::{CheckpointForm, CheckpointNumber},
};
use testkit::TestHouse;

const GULOU: &str = "341202001";

/// Doors of one unit in this township, each waiting.
async fn doors(
    t: &TestHouse,
    township: &str,
    count: usize,
) -> (actions::accounts::principals::Manager, Vec<(CheckpointNumber, CheckpointForm)>) {
    let caller = manager(t, &t.manager_with_organisation().await).await;
    let mut all = Vec::new();
    for _ in 0..count {
        let form = CheckpointForm { township: township.to_owned(), ..t.checkpoint_form() };
        all.push((submit(t, &caller, &form).await.unwrap(), form));
    }
    (caller, all)
}

/// The numbers of the applications in a state that this reviewer sees.
async fn seen(t: &TestHouse, caller: &Reviewer, state: State) -> Vec<i64> {
    let queue = review::queue(t, caller, &Filter::all(state)).await.unwrap();
    queue.rows.iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn a_township_endorses_and_the_county_approves() {
    let t = TestHouse::with_two_steps().await;
    let (owner, all) = doors(&t, GULOU, 1).await;
    let (town, county) = (reviewer(&t, GULOU).await, reviewer(&t, "341202").await);
    assert_eq!(review::first_state(&t, &town), State::Submitted);
    assert_eq!(review::first_state(&t, &county), State::Endorsed);
    assert_eq!(review::one(&t, &town, 1).await.unwrap().yes, Ok(State::Endorsed));
    assert_eq!(review::approve(&t, &town, 1, 1).await.unwrap(), State::Endorsed);
    conflict(review::approve(&t, &town, 1, 1).await);
    assert_eq!(review::one(&t, &town, 1).await.unwrap().yes, Err(NotYours::Countys));
    let mine = mine::one(&t, &owner, all[0].0).await.unwrap();
    assert_eq!((mine.row.state, mine.code.is_none()), (State::Endorsed, true), "no code yet");
    assert_eq!(seen(&t, &county, State::Endorsed).await, [1]);
    assert_eq!(review::one(&t, &county, 1).await.unwrap().yes, Ok(State::Approved));
    assert_eq!(review::approve(&t, &county, 1, 1).await.unwrap(), State::Approved);
    assert!(mine::one(&t, &owner, all[0].0).await.unwrap().code.is_some());
    for deed in [Deed::ApplicationEndorsed, Deed::ApplicationApproved] {
        assert_eq!(t.registry.audit_page(Some(deed), 9, 0).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_second_yes_is_somebody_elses() {
    let t = TestHouse::with_two_steps().await;
    doors(&t, GULOU, 1).await;
    let (one, other) = (reviewer(&t, "341202").await, reviewer(&t, "").await);
    assert_eq!(review::approve(&t, &one, 1, 1).await.unwrap(), State::Endorsed);
    conflict(review::approve(&t, &one, 1, 1).await);
    assert_eq!(review::one(&t, &one, 1).await.unwrap().yes, Err(NotYours::SamePerson));
    assert_eq!(review::approve(&t, &other, 1, 1).await.unwrap(), State::Approved);
}

#[tokio::test]
async fn what_was_endorsed_comes_back_and_needs_both_again() {
    let t = TestHouse::with_two_steps().await;
    let (owner, all) = doors(&t, GULOU, 1).await;
    let (town, county) = (reviewer(&t, GULOU).await, reviewer(&t, "341202").await);
    review::approve(&t, &town, 1, 1).await.unwrap();
    review::send_back(&t, &county, 1, 1, "请核对门牌").await.unwrap();
    resubmit(&t, &owner, as_read(&t, all[0].0).await, &all[0].1).await.unwrap();
    assert_eq!(review::approve(&t, &county, 1, 2).await.unwrap(), State::Endorsed);
    conflict(review::approve(&t, &county, 1, 2).await);
}

#[tokio::test]
async fn a_change_of_a_door_in_use_takes_two_steps_as_well() {
    let t = TestHouse::with_two_steps().await;
    let (owner, all) = doors(&t, GULOU, 1).await;
    let (town, county) = (reviewer(&t, GULOU).await, reviewer(&t, "341202").await);
    review::approve(&t, &town, 1, 1).await.unwrap();
    review::approve(&t, &county, 1, 1).await.unwrap();
    let renamed = CheckpointForm { door: "改了名的门".to_owned(), ..all[0].1.clone() };
    change(&t, &owner, as_read(&t, all[0].0).await, &renamed).await.unwrap();
    assert_eq!(review::approve(&t, &town, 1, 2).await.unwrap(), State::Endorsed);
    let door = async || mine::one(&t, &owner, all[0].0).await.unwrap().row.door;
    assert_ne!(door().await, "改了名的门");
    review::approve(&t, &county, 1, 2).await.unwrap();
    assert_eq!(door().await, "改了名的门");
}

#[tokio::test]
async fn many_are_endorsed_and_then_approved_but_never_by_the_same_person() {
    let t = TestHouse::with_two_steps().await;
    doors(&t, GULOU, 120).await;
    let (one, other) = (reviewer(&t, "341202").await, reviewer(&t, "341202").await);
    let (submitted, endorsed) = (Filter::all(State::Submitted), Filter::all(State::Endorsed));
    let many = async |caller: &Reviewer, filter: &Filter| {
        review::approve_many(&t, caller, filter, t.now()).await.unwrap()
    };
    assert_eq!(review::approve(&t, &other, 120, 1).await.unwrap(), State::Endorsed);
    let done = many(&one, &submitted).await;
    assert_eq!(done, Approved { approved: 119, to: State::Endorsed, left: 0 });
    let done = many(&one, &endorsed).await;
    assert_eq!(done, Approved { approved: 1, to: State::Approved, left: 119 }, "the other's one");
    let done = many(&other, &endorsed).await;
    assert_eq!(done, Approved { approved: 119, to: State::Approved, left: 0 });
}

#[tokio::test]
async fn a_township_sees_its_own_doors_and_no_others() {
    let t = TestHouse::new().await;
    let (_, own) = doors(&t, GULOU, 1).await;
    doors(&t, "341202004", 1).await;
    let town = reviewer(&t, GULOU).await;
    assert_eq!(seen(&t, &town, State::Submitted).await, [1]);
    let elsewhere =
        Filter { region: Some("341202004".to_owned()), ..Filter::all(State::Submitted) };
    let queue = review::queue(&t, &town, &elsewhere).await.unwrap();
    assert_eq!((queue.total, queue.rows.len()), (0, 0), "elsewhere is nothing, not its own");
    assert_eq!(queue.narrowed_to, Some((GULOU.to_owned(), "鼓楼街道".to_owned())));
    not_found(review::one(&t, &town, 2).await);
    not_found(review::approve(&t, &town, 2, 1).await);
    not_found(review::send_back(&t, &town, 2, 1, "请核对门牌").await);
    not_found(suspend(&t, &town, CheckpointNumber(2), "核实场所").await);
    assert_eq!(review::approve(&t, &town, 1, 1).await.unwrap(), State::Approved, "one step");
    suspend(&t, &town, own[0].0, "核实场所").await.unwrap();
}

#[tokio::test]
async fn one_step_is_enough_for_what_was_endorsed_before() {
    let t = TestHouse::new().await;
    doors(&t, GULOU, 1).await;
    let caller = reviewer(&t, "341202").await;
    t.run("update applications set state = 'endorsed', endorsed_by = 1").await;
    assert_eq!(seen(&t, &caller, State::Endorsed).await, [1]);
    assert_eq!(review::approve(&t, &caller, 1, 1).await.unwrap(), State::Approved);
}

#[tokio::test]
async fn only_reviewers_are_narrowed_and_only_to_what_there_is() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let invite = async |role: &str, county: &str| {
        let form = NewAccountForm { role: role.to_owned(), county: county.to_owned() };
        make::invite(&t, &caller, &form).await
    };
    assert!(invite("reviewer", GULOU).await.is_ok());
    complains("county", invite("reviewer", "341202999").await);
    complains("county", invite("auditor", GULOU).await);
}
