//! A door in use is changed by an application, and stays what it is until that is approved.

use crate::support::{as_read, complains, conflict, manager, not_found, reviewer};
use actions::{
    applications::{
        mine,
        review::{self, Filter},
        submit::{change, resubmit, submit, withdraw},
    },
    checkins::look::{Looked, look},
};
use domain::{applications::State, checkpoints::CheckpointForm};
use testkit::{Door, TestHouse};

fn name_seen(t: &TestHouse, door: &Door) -> String {
    match look(t, &door.code) {
        Looked::Door(found) => found.words().name.to_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_change_is_reviewed_and_then_seen_at_once_under_the_same_code() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let city = reviewer(&t, "").await;
    let before = mine::one(&t, &caller, door.number).await.unwrap();
    let old = before.row.name.clone();
    let wanted = CheckpointForm {
        name: "清河新楼".to_owned(),
        responsible_name: "李红".to_owned(),
        ..before.form.clone()
    };
    change(&t, &caller, as_read(&t, door.number).await, &wanted).await.unwrap();
    conflict(change(&t, &caller, as_read(&t, door.number).await, &wanted).await);
    let waiting = mine::one(&t, &caller, door.number).await.unwrap();
    assert_eq!((waiting.row.state, waiting.row.name), (State::Submitted, old.clone()));
    assert_eq!(waiting.proposed, Some(wanted.clone()));
    assert_eq!(waiting.code.unwrap().url, before.code.unwrap().url);
    assert_eq!(name_seen(&t, &door), old);

    let queue = review::queue(&t, &city, &Filter::all(State::Submitted)).await.unwrap();
    let id = queue.rows[0].id;
    assert!(queue.rows[0].doubtful, "it is looked at one by one");
    let detail = review::one(&t, &city, id).await.unwrap();
    let told: Vec<_> = detail.changes.iter().map(|c| (c.what, c.after.as_str())).collect();
    assert_eq!(told[0], ("场所名称", "清河新楼"));
    assert_eq!(told[1].0, "负责人");
    assert!(told[1].1.starts_with("李* · ") && told.len() == 2, "{told:?}");

    review::send_back(&t, &city, id, 2, "请写全名").await.unwrap();
    let better = CheckpointForm { name: "清河新楼（北区）".to_owned(), ..wanted };
    resubmit(&t, &caller, as_read(&t, door.number).await, &better).await.unwrap();
    assert_eq!(name_seen(&t, &door), old, "an open door is not changed past the review");
    review::approve(&t, &city, id, 3).await.unwrap();
    assert_eq!(name_seen(&t, &door), "清河新楼（北区）", "visitors see it at once");
    let after = mine::one(&t, &caller, door.number).await.unwrap();
    assert_eq!((after.row.state, after.proposed), (State::Approved, None));
    assert_eq!(after.form.responsible_name, "李红");
}

#[tokio::test]
async fn a_change_to_another_county_is_decided_there() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let (here, there) = (reviewer(&t, "341202").await, reviewer(&t, "341203").await);
    let form = mine::one(&t, &caller, door.number).await.unwrap().form;
    let moved =
        CheckpointForm { county: "341203".to_owned(), township: "341203001".to_owned(), ..form };
    change(&t, &caller, as_read(&t, door.number).await, &moved).await.unwrap();
    let queue = review::queue(&t, &there, &Filter::all(State::Submitted)).await.unwrap();
    let id = queue.rows[0].id;
    not_found(review::approve(&t, &here, id, 2).await);
    review::approve(&t, &there, id, 2).await.unwrap();
    let moved = mine::one(&t, &caller, door.number).await.unwrap();
    assert_eq!(moved.county_name, "颍东区");
}

#[tokio::test]
async fn what_cannot_be_changed_says_why_and_nothing_is_taken_from_others() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let form = mine::one(&t, &caller, door.number).await.unwrap().form;
    conflict(change(&t, &caller, as_read(&t, door.number).await, &form).await);
    let spaced = CheckpointForm { name: format!(" {} ", form.name), ..form.clone() };
    conflict(change(&t, &caller, as_read(&t, door.number).await, &spaced).await);
    let wrong = CheckpointForm { door: String::new(), ..form.clone() };
    complains("door", change(&t, &caller, as_read(&t, door.number).await, &wrong).await);
    conflict(withdraw(&t, &caller, door.number).await);
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    let other = CheckpointForm { name: "别人".to_owned(), ..form.clone() };
    not_found(change(&t, &stranger, as_read(&t, door.number).await, &other).await);
    not_found(withdraw(&t, &stranger, door.number).await);
    let taken = t.checkpoint_form();
    submit(&t, &stranger, &taken).await.unwrap();
    complains("door", change(&t, &caller, as_read(&t, door.number).await, &taken).await);

    let other = CheckpointForm { name: "清河新楼".to_owned(), ..form.clone() };
    change(&t, &caller, as_read(&t, door.number).await, &other).await.unwrap();
    not_found(withdraw(&t, &stranger, door.number).await);
    withdraw(&t, &caller, door.number).await.unwrap();
    let kept = mine::one(&t, &caller, door.number).await.unwrap();
    assert_eq!((kept.row.state, &kept.form, kept.proposed), (State::Approved, &form, None));
    let fresh = submit(&t, &stranger, &t.checkpoint_form()).await.unwrap();
    let typed = mine::one(&t, &stranger, fresh).await.unwrap().form;
    let typed = CheckpointForm { name: "还没有码".to_owned(), ..typed };
    conflict(change(&t, &stranger, as_read(&t, fresh).await, &typed).await);
}
