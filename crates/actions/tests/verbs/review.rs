//! The review queue narrowed, and many applications approved with one decision.

use crate::support::{manager, reviewer};
use actions::{
    accounts::principals::{Manager, Reviewer},
    applications::{
        review::{self, Approved, Filter},
        submit::submit,
    },
    checkins::look::{Looked, look},
    organisations,
};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::CheckpointForm,
    organisations::OrganisationForm,
    time::{DAY_MS, UnixMs},
};
use testkit::TestHouse;

fn waiting() -> Filter {
    Filter::all(State::Submitted)
}

/// A manager of an organisation of this name.
async fn manager_of(t: &TestHouse, name: &str) -> Manager {
    let caller = manager(t, &t.manager().await).await;
    let form = OrganisationForm {
        name: name.to_owned(),
        county: "341202".to_owned(),
        township: "341202001".to_owned(),
        ..OrganisationForm::default()
    };
    organisations::create(t, &caller, &form).await.unwrap();
    caller
}

async fn apply(t: &TestHouse, caller: &Manager, name: &str, township: &str, category: &str) {
    let form = CheckpointForm {
        name: name.to_owned(),
        county: township[..6].to_owned(),
        township: township.to_owned(),
        category: category.to_owned(),
        ..t.checkpoint_form()
    };
    submit(t, caller, &form).await.unwrap();
}

/// The names that a filter shows, after holding that its total is right.
async fn names(t: &TestHouse, caller: &Reviewer, filter: &Filter) -> Vec<String> {
    let queue = review::queue(t, caller, filter).await.unwrap();
    assert_eq!(queue.total, i64::try_from(queue.rows.len()).unwrap());
    queue.rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn a_queue_is_narrowed_within_the_reviewers_county() {
    let t = TestHouse::new().await;
    let unit = manager_of(&t, "一").await;
    apply(&t, &unit, "甲医院", "341202001", "105").await;
    t.clock.advance_ms(DAY_MS + 1);
    apply(&t, &unit, "乙学校", "341202004", "103").await;
    apply(&t, &unit, "丙药店", "341203001", "204").await;
    let (city, county) = (reviewer(&t, "").await, reviewer(&t, "341202").await);
    let some = |code: &str| Some(code.to_owned());
    for (filter, all, own) in [
        (waiting(), vec!["甲医院", "乙学校", "丙药店"], vec!["甲医院", "乙学校"]),
        (Filter { region: some("341203"), ..waiting() }, vec!["丙药店"], vec![]),
        (Filter { region: some("341202004"), ..waiting() }, vec!["乙学校"], vec!["乙学校"]),
        (Filter { region: some("341203001"), ..waiting() }, vec!["丙药店"], vec![]),
        (
            Filter { category: some("1"), ..waiting() },
            vec!["甲医院", "乙学校"],
            vec!["甲医院", "乙学校"],
        ),
        (Filter { category: some("204"), ..waiting() }, vec!["丙药店"], vec![]),
        (Filter { days: Some(1), ..waiting() }, vec!["甲医院"], vec!["甲医院"]),
        (Filter { doubtful: Some(true), ..waiting() }, vec![], vec![]),
    ] {
        assert_eq!(names(&t, &city, &filter).await, all, "{filter:?}");
        assert_eq!(names(&t, &county, &filter).await, own, "{filter:?}");
    }
    let queue = review::queue(&t, &city, &Filter { days: Some(7), ..waiting() }).await.unwrap();
    assert_eq!(queue.counts[0], (State::Submitted, 3), "the tabs count all of a state");
}

#[tokio::test]
async fn many_are_approved_and_what_is_doubtful_late_or_elsewhere_still_waits() {
    let t = TestHouse::new().await;
    let (one, other) = (manager_of(&t, "一").await, manager_of(&t, "二").await);
    apply(&t, &one, "百姓缘大药房", "341202001", "204").await;
    apply(&t, &other, "百姓缘大药房有限公司", "341202001", "204").await;
    apply(&t, &one, "甲医院", "341202001", "105").await;
    apply(&t, &one, "乙医院", "341203001", "105").await;
    let seen = t.now();
    t.clock.advance_ms(1);
    apply(&t, &one, "丁医院", "341202001", "105").await;
    let (city, county) = (reviewer(&t, "").await, reviewer(&t, "341202").await);
    // What becomes a day old after the page was opened was not on it.
    t.clock.advance_ms(DAY_MS);
    let old = Filter { days: Some(1), ..waiting() };
    assert_eq!(review::approve_many(&t, &city, &old, seen).await.unwrap().approved, 0);

    let done = review::approve_many(&t, &county, &waiting(), seen).await.unwrap();
    assert_eq!(done, Approved { approved: 1, to: State::Approved, left: 3 });
    assert_eq!(names(&t, &city, &Filter::all(State::Approved)).await, ["甲医院"]);
    let again = review::approve_many(&t, &county, &waiting(), seen).await.unwrap();
    assert_eq!(again.approved, 0);
    let never = review::approve_many(&t, &city, &waiting(), UnixMs(0)).await.unwrap();
    assert_eq!(never.approved, 0);
    // Nobody has looked a week from now, when these will have waited for a week.
    let (week, old) = (t.now().plus(7 * DAY_MS), Filter { days: Some(7), ..waiting() });
    assert_eq!(review::approve_many(&t, &city, &old, week).await.unwrap().approved, 0);

    // Asking for doubtful ones, another state or a far page approves none of them.
    let odd = Filter {
        doubtful: Some(true),
        page: 9,
        category: Some("105".to_owned()),
        ..Filter::all(State::Approved)
    };
    let done = review::approve_many(&t, &city, &odd, t.now()).await.unwrap();
    assert_eq!(done, Approved { approved: 2, to: State::Approved, left: 0 });
    let left = names(&t, &city, &waiting()).await;
    assert_eq!(left, ["百姓缘大药房", "百姓缘大药房有限公司"]);
}

#[tokio::test]
async fn each_of_many_has_its_code_and_its_line_and_opens_at_once() {
    let t = TestHouse::new().await;
    let unit = manager_of(&t, "一").await;
    // More than one batch.
    for n in 0..103 {
        apply(&t, &unit, &format!("第{n}店"), "341202001", "207").await;
    }
    let city = reviewer(&t, "").await;
    let done = review::approve_many(&t, &city, &waiting(), t.now()).await.unwrap();
    assert_eq!(done, Approved { approved: 103, to: State::Approved, left: 0 });
    let lines = t.registry.audit_page(Some(Deed::ApplicationApproved), 200, 0).await.unwrap();
    assert_eq!(lines.len(), 103);
    assert!(lines.iter().all(|line| line.line.actor == city.actor()));
    let mut codes = std::collections::HashSet::new();
    for door in t.registry.open_checkpoints().await.unwrap() {
        let code = t.registry.code_of(door).await.unwrap().unwrap().code;
        assert!(matches!(look(&t, &code), Looked::Door(_)), "a visitor can scan it at once");
        codes.insert(code);
    }
    assert_eq!(codes.len(), 103);
}
