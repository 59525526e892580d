//! Applications: submitted, sent back, corrected, approved, and by whom.

use crate::support::{as_read, complains, conflict, manager, not_found, reviewer};
use actions::{
    accounts::principals::{Manager, Reviewer},
    applications::{
        mine,
        review::{self, Filter},
        submit::{CHECKPOINTS_MAX, resubmit, submit},
    },
    organisations,
};
use domain::{
    applications::State,
    checkpoints::{CheckpointForm, Standing},
    organisations::{CreditCheck, OrganisationForm},
    time::MINUTE_MS,
};
use testkit::TestHouse;

fn all(state: State) -> Filter {
    Filter::all(state)
}

/// The ids of the applications that this reviewer sees in this state.
async fn seen(t: &TestHouse, caller: &Reviewer, state: State) -> Vec<i64> {
    let queue = review::queue(t, caller, &all(state)).await.unwrap();
    assert_eq!(queue.total, i64::try_from(queue.rows.len()).unwrap());
    queue.rows.iter().map(|row| row.id).collect()
}

/// All doors of a manager.
async fn list(t: &TestHouse, caller: &Manager) -> Vec<mine::Row> {
    let list = mine::list(t, caller, &mine::Filter::default()).await.unwrap();
    assert_eq!((list.total, list.all), (list.rows.len() as i64, list.total));
    list.rows
}

/// A manager of an organisation with this name and credit code.
async fn manager_of(t: &TestHouse, name: &str, credit_code: &str) -> Manager {
    let caller = manager(t, &t.manager().await).await;
    let form = OrganisationForm {
        name: name.to_owned(),
        credit_code: credit_code.to_owned(),
        county: "341202".to_owned(),
        township: "341202001".to_owned(),
    };
    organisations::create(t, &caller, &form).await.unwrap();
    caller
}

#[tokio::test]
async fn wrong_input_is_marked_at_its_field() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let good = t.checkpoint_form();
    let with = |change: &dyn Fn(&mut CheckpointForm)| {
        let mut form = good.clone();
        change(&mut form);
        form
    };
    let wrong = [
        ("name", with(&|f| f.name.clear())),
        ("door", with(&|f| f.door = " ".to_owned())),
        ("door", with(&|f| f.door = "门".repeat(31))),
        ("address", with(&|f| f.address.clear())),
        ("township", with(&|f| f.township = "341203001".to_owned())),
        ("township", with(&|f| f.township = "341202999".to_owned())),
        ("category", with(&|f| f.category = "999".to_owned())),
        ("responsible_name", with(&|f| f.responsible_name = "赵3".to_owned())),
        ("responsible_phone", with(&|f| f.responsible_phone = "12345".to_owned())),
    ];
    for (field, form) in wrong {
        complains(field, submit(&t, &caller, &form).await);
    }
    assert!(list(&t, &caller).await.is_empty(), "nothing was stored");
    submit(&t, &caller, &good).await.unwrap();
}

#[tokio::test]
async fn without_an_organisation_there_is_nothing_to_apply_for() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager().await).await;
    conflict(submit(&t, &caller, &t.checkpoint_form()).await);
    assert!(list(&t, &caller).await.is_empty());
}

#[tokio::test]
async fn the_same_door_in_other_spelling_is_refused_at_the_door() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let form = t.checkpoint_form();
    submit(&t, &caller, &form).await.unwrap();
    let spelled = CheckpointForm {
        name: "阜阳市人民医院(南区) ".to_owned(),
        address: "三清路５０１号".to_owned(),
        ..form.clone()
    };
    complains("door", submit(&t, &caller, &spelled).await);
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    complains("door", submit(&t, &stranger, &form).await);
    let next = CheckpointForm { door: "另一个门".to_owned(), ..form };
    submit(&t, &caller, &next).await.unwrap();
}

#[tokio::test]
async fn one_door_applied_for_twice_at_once_is_one_checkpoint() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let form = t.checkpoint_form();
    let (one, other) = tokio::join!(submit(&t, &caller, &form), submit(&t, &caller, &form));
    complains("door", if one.is_ok() { other } else { one });
    assert_eq!(list(&t, &caller).await.len(), 1);
}

#[tokio::test]
async fn another_manager_finds_nothing_of_mine() {
    let t = TestHouse::new().await;
    let owner = manager(&t, &t.manager_with_organisation().await).await;
    let number = submit(&t, &owner, &t.checkpoint_form()).await.unwrap();
    let with_organisation = manager(&t, &t.manager_with_organisation().await).await;
    let without = manager(&t, &t.manager().await).await;
    for stranger in [with_organisation, without] {
        not_found(mine::one(&t, &stranger, number).await);
        not_found(resubmit(&t, &stranger, as_read(&t, number).await, &t.checkpoint_form()).await);
        assert!(list(&t, &stranger).await.is_empty());
    }
    assert!(mine::one(&t, &owner, number).await.is_ok());
}

#[tokio::test]
async fn returned_with_a_reason_corrected_and_approved() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let reviewer = reviewer(&t, "341202").await;
    let form = t.checkpoint_form();
    let number = submit(&t, &caller, &form).await.unwrap();
    conflict(resubmit(&t, &caller, as_read(&t, number).await, &form).await);
    let id = seen(&t, &reviewer, State::Submitted).await[0];

    t.clock.advance_ms(MINUTE_MS);
    complains("reason", review::send_back(&t, &reviewer, id, 1, "  ").await);
    complains("reason", review::send_back(&t, &reviewer, id, 1, &"长".repeat(201)).await);
    review::send_back(&t, &reviewer, id, 1, "名称与门牌不一致").await.unwrap();
    let row = &list(&t, &caller).await[0];
    assert_eq!((row.state, row.reason.as_str()), (State::Returned, "名称与门牌不一致"));
    assert_eq!(row.standing, Standing::Applying);
    conflict(review::approve(&t, &reviewer, id, 1).await);

    t.clock.advance_ms(MINUTE_MS);
    let corrected = CheckpointForm { name: "阜阳市人民医院".to_owned(), ..form };
    complains(
        "door",
        resubmit(&t, &caller, as_read(&t, number).await, &CheckpointForm::default()).await,
    );
    resubmit(&t, &caller, as_read(&t, number).await, &corrected).await.unwrap();
    let found = mine::one(&t, &caller, number).await.unwrap();
    assert_eq!((found.row.state, found.row.reason.as_str()), (State::Submitted, ""));
    assert_eq!(found.form, corrected);
    assert_eq!(review::one(&t, &reviewer, id).await.unwrap().row.round, 2);

    t.clock.advance_ms(MINUTE_MS);
    // Whoever still looks at the first submission decides about nothing.
    conflict(review::approve(&t, &reviewer, id, 1).await);
    conflict(review::send_back(&t, &reviewer, id, 1, "请核对").await);
    review::approve(&t, &reviewer, id, 2).await.unwrap();
    let found = mine::one(&t, &caller, number).await.unwrap();
    assert_eq!(found.row.standing, Standing::Open);
    let code = found.code.unwrap();
    assert!(code.url.starts_with("http://127.0.0.1:8080/c/") && code.url.len() == 40);
    assert!(code.short_number.starts_with("FY-1202-"));
    let states: Vec<_> = found.events.iter().map(|event| event.state).collect();
    assert_eq!(states, [State::Submitted, State::Returned, State::Submitted, State::Approved]);
    assert!(found.events.is_sorted_by(|a, b| a.at < b.at));
    assert_eq!(found.events[1].reason, "名称与门牌不一致");
    conflict(resubmit(&t, &caller, as_read(&t, number).await, &corrected).await);
    conflict(review::send_back(&t, &reviewer, id, 1, "太晚了").await);
}

#[tokio::test]
async fn a_form_that_was_read_before_somebody_elses_correction_corrects_nothing() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let reviewer = reviewer(&t, "").await;
    let form = t.checkpoint_form();
    let number = submit(&t, &caller, &form).await.unwrap();
    let id = seen(&t, &reviewer, State::Submitted).await[0];
    review::send_back(&t, &reviewer, id, 1, "请核对地址").await.unwrap();
    let both_read = as_read(&t, number).await;
    let newer = CheckpointForm { address: "三清路 502 号".to_owned(), ..form.clone() };
    resubmit(&t, &caller, both_read, &newer).await.unwrap();
    review::send_back(&t, &reviewer, id, 2, "还差门牌").await.unwrap();
    conflict(resubmit(&t, &caller, both_read, &form).await);
    assert_eq!(mine::one(&t, &caller, number).await.unwrap().form, newer);
    resubmit(&t, &caller, as_read(&t, number).await, &form).await.unwrap();
}

#[tokio::test]
async fn a_corrected_form_may_keep_its_door_and_not_take_anothers() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let reviewer = reviewer(&t, "").await;
    let (form, others) = (t.checkpoint_form(), t.checkpoint_form());
    let number = submit(&t, &caller, &form).await.unwrap();
    submit(&t, &caller, &others).await.unwrap();
    let id = review::queue(&t, &reviewer, &all(State::Submitted)).await.unwrap().rows[0].id;
    review::send_back(&t, &reviewer, id, 1, "请核对地址").await.unwrap();
    complains("door", resubmit(&t, &caller, as_read(&t, number).await, &others).await);
    resubmit(&t, &caller, as_read(&t, number).await, &form).await.unwrap();
}

#[tokio::test]
async fn another_countys_reviewer_sees_nothing_and_decides_nothing() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    submit(&t, &caller, &t.checkpoint_form()).await.unwrap();
    let (here, there) = (reviewer(&t, "341202").await, reviewer(&t, "341203").await);
    let city = reviewer(&t, "").await;
    let id = seen(&t, &here, State::Submitted).await[0];
    assert_eq!(seen(&t, &city, State::Submitted).await, [id]);

    let queue = review::queue(&t, &there, &all(State::Submitted)).await.unwrap();
    assert!(queue.rows.is_empty() && queue.total == 0);
    assert!(queue.counts.iter().all(|(_, count)| *count == 0));
    assert_eq!(queue.narrowed_to, Some(("341203".into(), "颍东区".into())));
    not_found(review::one(&t, &there, id).await);
    not_found(review::approve(&t, &there, id, 1).await);
    not_found(review::send_back(&t, &there, id, 1, "不归我管").await);
    assert_eq!(review::one(&t, &here, id).await.unwrap().state, State::Submitted);
    not_found(review::approve(&t, &city, id + 1, 1).await);
}

#[tokio::test]
async fn a_door_that_moves_to_another_county_changes_its_reviewer() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let form = t.checkpoint_form();
    let number = submit(&t, &caller, &form).await.unwrap();
    let (here, there) = (reviewer(&t, "341202").await, reviewer(&t, "341203").await);
    let id = seen(&t, &here, State::Submitted).await[0];
    review::send_back(&t, &here, id, 1, "这个地址在颍东区").await.unwrap();
    let moved =
        CheckpointForm { county: "341203".to_owned(), township: "341203001".to_owned(), ..form };
    resubmit(&t, &caller, as_read(&t, number).await, &moved).await.unwrap();
    assert!(seen(&t, &here, State::Submitted).await.is_empty());
    assert_eq!(seen(&t, &there, State::Submitted).await, [id]);
    not_found(review::approve(&t, &here, id, 1).await);
    review::approve(&t, &there, id, 2).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_reviewers_deciding_at_once_one_is_told_that_it_is_decided() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let (one, other) = (reviewer(&t, "341202").await, reviewer(&t, "").await);
    for round in 0..6 {
        submit(&t, &caller, &t.checkpoint_form()).await.unwrap();
        let id = seen(&t, &one, State::Submitted).await[0];
        let (first, second) = if round % 2 == 0 {
            let again = async { review::approve(&t, &other, id, 1).await.map(|_| ()) };
            tokio::join!(review::approve(&t, &one, id, 1), again)
        } else {
            let back = review::send_back(&t, &other, id, 1, "请核对名称");
            tokio::join!(review::approve(&t, &one, id, 1), back)
        };
        assert!(first.is_ok() != second.is_ok(), "exactly one decides");
        conflict(if first.is_ok() { second } else { first.map(|_| ()) });
        let events = review::one(&t, &one, id).await.unwrap().events;
        assert_eq!(events.len(), 2, "one decision is written down");
    }
}

#[tokio::test]
async fn a_wrong_credit_code_or_the_same_name_elsewhere_makes_it_doubtful() {
    let t = TestHouse::new().await;
    let city = reviewer(&t, "").await;
    let plain = manager_of(&t, "清河中学", "91350100M000100Y43").await;
    let wrong = manager_of(&t, "文峰商厦", "91350100M000100Y44").await;
    let named = |name: &str| CheckpointForm { name: name.to_owned(), ..t.checkpoint_form() };
    submit(&t, &plain, &named("清河中学")).await.unwrap();
    submit(&t, &plain, &named("清河中学")).await.unwrap();
    submit(&t, &wrong, &named("文峰商厦")).await.unwrap();
    let rows = review::queue(&t, &city, &all(State::Submitted)).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.doubtful).collect::<Vec<_>>(), [false, false, true]);
    let detail = review::one(&t, &city, rows[0].id).await.unwrap();
    assert_eq!((detail.siblings, detail.similar.len()), (1, 0));
    assert_eq!(detail.credit, Some(("91350100M000100Y43".to_owned(), CreditCheck::Agrees)));
    let detail = review::one(&t, &city, rows[2].id).await.unwrap();
    assert_eq!(detail.credit, Some(("91350100M000100Y44".to_owned(), CreditCheck::Differs)));

    let copy = manager_of(&t, "另一家", "").await;
    submit(&t, &copy, &named("清河 中学")).await.unwrap();
    let rows = review::queue(&t, &city, &all(State::Submitted)).await.unwrap().rows;
    assert_eq!(rows.iter().filter(|row| row.doubtful).count(), 4, "both sides are doubtful now");
    let detail = review::one(&t, &city, rows[3].id).await.unwrap();
    assert_eq!(detail.similar.len(), 2);
    assert_eq!(detail.similar[0].name, "清河中学");
}

#[tokio::test]
async fn the_reviewer_sees_masked_people_and_what_was_searched() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let form = t.checkpoint_form();
    submit(&t, &caller, &form).await.unwrap();
    let city = reviewer(&t, "").await;
    let id = seen(&t, &city, State::Submitted).await[0];
    let detail = review::one(&t, &city, id).await.unwrap();
    assert_eq!(detail.responsible_name, "赵*");
    assert!(detail.responsible_phone.contains("****"));
    let total = async |text: &str| {
        let filter = Filter { text: text.to_owned(), ..all(State::Submitted) };
        review::queue(&t, &city, &filter).await.unwrap().total
    };
    assert_eq!(total("人民医院").await, 1);
    assert_eq!(total(" 三清路 ").await, 1);
    assert_eq!(total("太和县").await, 0);
    assert_eq!(total("%").await, 0, "signs mean themselves");
    let far = Filter { page: i64::MAX, ..all(State::Submitted) };
    let last = review::queue(&t, &city, &far).await.unwrap();
    assert_eq!((last.rows.len(), last.page), (1, 0), "a page beyond the last is the last");
}

#[tokio::test]
async fn a_unit_with_many_doors_turns_pages_and_looks_for_one() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let city = reviewer(&t, "").await;
    for n in 0..53 {
        let form = CheckpointForm { door: format!("{n} 号门"), ..t.checkpoint_form() };
        submit(&t, &caller, &form).await.unwrap();
        t.clock.advance_ms(if n < 50 { 0 } else { MINUTE_MS });
    }
    let show = async |filter| mine::list(&t, &caller, &filter).await.unwrap();
    let first = show(mine::Filter::default()).await;
    assert_eq!((first.rows.len(), first.total, first.page, first.pages), (50, 53, 0, 2));
    let doors: Vec<&str> = first.rows.iter().map(|row| row.door.as_str()).collect();
    assert_eq!(doors[..4], ["52 号门", "51 号门", "0 号门", "1 号门"], "newest, then in order");
    let beyond = show(mine::Filter { page: i64::MAX, ..Default::default() }).await;
    assert_eq!((beyond.rows.len(), beyond.page), (3, 1));
    let found = show(mine::Filter { text: " 51 号 ".to_owned(), ..Default::default() }).await;
    assert_eq!((found.rows.len(), found.total, found.all), (1, 1, 53));
    let queue = review::queue(&t, &city, &all(State::Submitted)).await.unwrap();
    review::send_back(&t, &city, queue.rows[7].id, 1, "请核对").await.unwrap();
    let back = show(mine::Filter { state: Some(State::Returned), ..Default::default() }).await;
    assert_eq!((back.total, back.rows[0].reason.as_str()), (1, "请核对"));
    assert_eq!(show(mine::Filter::default()).await.rows[0].number, back.rows[0].number);
    assert_eq!(back.counts, [(State::Submitted, 52), (State::Returned, 1), (State::Approved, 0)]);
}

#[tokio::test]
async fn the_10001st_checkpoint_of_a_unit_is_refused_and_the_others_stay() {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    let door = |n: i64| CheckpointForm { door: format!("{n} 号门"), ..t.checkpoint_form() };
    for n in 1..=CHECKPOINTS_MAX {
        submit(&t, &caller, &door(n)).await.unwrap();
    }
    conflict(submit(&t, &caller, &door(CHECKPOINTS_MAX + 1)).await);
    let list = mine::list(&t, &caller, &mine::Filter::default()).await.unwrap();
    assert_eq!((list.all, list.total), (10_000, 10_000));
}
