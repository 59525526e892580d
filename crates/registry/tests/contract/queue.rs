//! The review queue: narrowed, in the order of waiting, and approved many at once.

use super::{
    made::{AWKWARD, NOON, line, organisation, record},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    applications::State,
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
    sorting::Sort,
    time::UnixMs,
};
use registry::{CheckpointRecord, NewOrganisation, QueueFilter, ToApprove};

on_both!(
    a_row_shows_the_door_and_its_organisation,
    the_queue_is_longest_waiting_first_and_paged,
    the_queue_is_sorted_as_wanted,
    the_queue_is_narrowed_to_a_state,
    the_queue_is_narrowed_to_a_county,
    the_queue_is_searched_by_name_door_address_and_organisation,
    typed_wildcards_quotes_and_nul_mean_themselves,
    a_text_longer_than_any_pattern_finds_nothing,
    limits_below_zero_are_zero,
    the_queue_is_narrowed_to_a_township_and_a_kind_of_place,
    the_queue_is_narrowed_to_what_has_waited_long,
    a_name_like_that_of_another_unit_is_doubtful,
    a_credit_code_that_differs_or_is_anothers_is_doubtful,
    a_corrected_door_moves_to_its_new_township,
    rows_of_an_earlier_version_get_their_forms,
    a_first_yes_is_noted_once_and_a_second_opens_the_door,
    what_came_back_needs_both_again,
    many_are_endorsed_at_once,
    many_are_approved_at_once_and_each_is_whole,
    what_is_doubtful_decided_or_submitted_anew_is_left,
    a_row_whose_codes_are_taken_is_left_and_the_others_go_on,
    two_who_approve_many_at_once_approve_each_once,
);

fn waiting() -> QueueFilter {
    QueueFilter {
        sort: Sort::Usual,
        state: State::Submitted,
        county: None,
        township: None,
        category: None,
        submitted_until: None,
        doubtful: None,
        except_endorsed_by: None,
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
        credit_code: Some("91350100M000100Y43".to_owned()),
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
        assert_eq!(row.credit_code.as_deref(), Some("91350100M000100Y43"));
        assert!(!row.doubtful);
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

async fn the_queue_is_sorted_as_wanted(at: &BackEnd) {
    let unit = at.an_organisation("万达").await;
    for (n, (name, address)) in [("B", "1"), ("C", "3"), ("A", "2")].into_iter().enumerate() {
        let door =
            CheckpointRecord { address: address.to_owned(), ..record(unit, name, &format!("{n}")) };
        at.applied(&door, NOON).await;
    }
    let sorted = |sort| QueueFilter { sort, ..waiting() };
    assert_eq!(queue(at, sorted(Sort::Usual)).await, [1, 2, 3]);
    assert_eq!(queue(at, sorted(Sort::Name)).await, [3, 1, 2]);
    assert_eq!(queue(at, sorted(Sort::Address)).await, [1, 3, 2]);
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

async fn the_queue_is_narrowed_to_a_township_and_a_kind_of_place(at: &BackEnd) {
    let unit = at.an_organisation("万达").await;
    for (door, township, category) in
        [("甲", "341202001", "105"), ("乙", "341202002", "101"), ("丙", "341202001", "204")]
    {
        let there = CheckpointRecord {
            township: township.to_owned(),
            category: category.to_owned(),
            ..record(unit, "万达", door)
        };
        at.applied(&there, NOON).await;
    }
    let some = |text: &str| Some(text.to_owned());
    let township = async |code| queue(at, QueueFilter { township: some(code), ..waiting() }).await;
    assert_eq!(township("341202001").await, [1, 3]);
    assert_eq!(township("341202002").await, [2]);
    assert!(township("341202003").await.is_empty());
    let kind = async |code| queue(at, QueueFilter { category: some(code), ..waiting() }).await;
    assert_eq!(kind("1").await, [1, 2], "a group");
    assert_eq!(kind("204").await, [3]);
    assert!(kind("%").await.is_empty(), "a wildcard means itself");
    let both = QueueFilter { township: some("341202001"), category: some("1"), ..waiting() };
    assert_eq!(queue(at, both).await, [1]);
}

async fn the_queue_is_narrowed_to_what_has_waited_long(at: &BackEnd) {
    let unit = at.an_organisation("万达").await;
    at.applied(&record(unit, "万达", "甲"), NOON).await;
    at.applied(&record(unit, "万达", "乙"), NOON.plus(1)).await;
    let until = async |time: UnixMs| {
        queue(at, QueueFilter { submitted_until: Some(time), ..waiting() }).await
    };
    assert!(until(NOON.plus(-1)).await.is_empty());
    assert_eq!(until(NOON).await, [1]);
    assert_eq!(until(NOON.plus(1)).await, [1, 2]);
}

/// The doors that are doubtful, after holding that each row, the filter and the application alone
/// say the same.
async fn doubtful(at: &BackEnd) -> Vec<u32> {
    let rows = at.registry.queue(&waiting()).await.unwrap();
    let (mut bad, mut good) = (Vec::new(), Vec::new());
    for row in rows {
        let alone = at.registry.application(row.id).await.unwrap().unwrap();
        assert_eq!(alone.doubtful, row.doubtful);
        if row.doubtful { &mut bad } else { &mut good }.push(row.checkpoint.0);
    }
    assert_eq!(queue(at, QueueFilter { doubtful: Some(true), ..waiting() }).await, bad);
    assert_eq!(queue(at, QueueFilter { doubtful: Some(false), ..waiting() }).await, good);
    bad
}

async fn a_name_like_that_of_another_unit_is_doubtful(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    at.applied(&record(one, "阜阳市百姓缘大药房有限公司", "甲"), NOON).await;
    at.applied(&record(one, "百姓缘大药房", "乙"), NOON).await;
    at.applied(&record(one, "万达", "丁"), NOON).await;
    assert!(doubtful(at).await.is_empty(), "a unit may name its doors alike");
    at.applied(&record(other, "百姓缘 大药房", "丙"), NOON).await;
    assert_eq!(doubtful(at).await, [1, 2, 4], "both sides, below and above");
    let names = async |door, limit| {
        let rows = at.registry.similar_named(CheckpointNumber(door), limit).await.unwrap();
        rows.into_iter().map(|row| row.door).collect::<Vec<_>>()
    };
    assert_eq!(names(4, 9).await, ["甲", "乙"]);
    assert_eq!(names(4, 1).await, ["甲"]);
    assert_eq!(names(1, 9).await, ["丙"]);
    assert!(names(3, 9).await.is_empty());
    assert!(names(99, 9).await.is_empty());
}

async fn a_credit_code_that_differs_or_is_anothers_is_doubtful(at: &BackEnd) {
    let unit = async |name: &str, code: Option<&str>| {
        let new = NewOrganisation { credit_code: code.map(str::to_owned), ..organisation(name) };
        let id = at.registry.insert_organisation(&new).await.unwrap().unwrap();
        at.applied(&record(id, name, "东门"), NOON).await;
        id
    };
    unit("没有代码", None).await;
    unit("也没有代码", None).await;
    unit("相符", Some("91350100M000100Y43")).await;
    assert!(doubtful(at).await.is_empty());
    unit("不符", Some("91350100M000100Y44")).await;
    assert_eq!(doubtful(at).await, [4]);
    let last = unit("同一代码", Some("91350100M000100Y43")).await;
    assert_eq!(doubtful(at).await, [3, 4, 5]);
    let same = async |id| at.registry.same_credit_code(id, 9).await.unwrap();
    assert_eq!(same(last).await, ["相符"]);
    assert!(same(1).await.is_empty(), "no code is not a code in common");
    assert!(at.registry.same_credit_code(last, 0).await.unwrap().is_empty());
}

async fn a_corrected_door_moves_to_its_new_township(at: &BackEnd) {
    let door = at.a_door("万达").await;
    let back = line(Deed::ApplicationReturned, NOON);
    assert!(at.registry.return_application((1, 1), "不清", &back).await.unwrap());
    let there = CheckpointRecord {
        county: "341203".to_owned(),
        township: "341203001".to_owned(),
        ..record(1, "万达广场", "南门")
    };
    let again = line(Deed::ApplicationSubmitted, NOON.plus(1));
    assert!(at.registry.correct_checkpoint(at.as_read(door).await, &there, &again).await.unwrap());
    let county = async |code: &str| {
        queue(at, QueueFilter { county: Some(code.to_owned()), ..waiting() }).await
    };
    assert!(county("341202").await.is_empty());
    assert_eq!(county("341203").await, [1]);
    let town = QueueFilter { township: Some("341203001".to_owned()), ..waiting() };
    assert_eq!(queue(at, town).await, [1]);
    let other = at.an_organisation("二").await;
    at.applied(&record(other, "万达广场有限公司", "东门"), NOON).await;
    assert_eq!(doubtful(at).await, [2, 1], "its new name is the one compared");
}

async fn rows_of_an_earlier_version_get_their_forms(at: &BackEnd) {
    let code = Some("91350100M000100Y44".to_owned());
    let wrong = NewOrganisation { credit_code: code, ..organisation("一") };
    let one = at.registry.insert_organisation(&wrong).await.unwrap().unwrap();
    let (other, third) = (at.an_organisation("二").await, at.an_organisation("三").await);
    at.applied(&record(one, "金鹰", "甲"), NOON).await;
    at.applied(&record(other, "万达有限公司", "乙"), NOON).await;
    at.applied(&record(third, "万达", "丙"), NOON).await;
    at.run("update checkpoints set similar_name = '', near_address = ''").await.unwrap();
    at.run("update organisations set credit_differs = -1").await.unwrap();
    at.open_again().await.unwrap().close().await;
    assert_eq!(doubtful(at).await, [1, 2, 3]);
    assert_eq!(at.registry.near_by(CheckpointNumber(1), 9).await.unwrap().len(), 2);
}

/// An application as somebody approves it among others.
fn to_approve(id: i64, codes: &[&str]) -> ToApprove {
    let codes = codes.iter().map(|code| ((*code).to_owned(), format!("FY-{code}"))).collect();
    let line = line(Deed::ApplicationApproved, NOON.plus(1));
    ToApprove { id, round: 1, from: State::Submitted, to: State::Approved, codes, line }
}

async fn endorse(at: &BackEnd, seen: (i64, i64)) -> bool {
    at.registry.endorse_application(seen, &line(Deed::ApplicationEndorsed, NOON)).await.unwrap()
}

async fn a_first_yes_is_noted_once_and_a_second_opens_the_door(at: &BackEnd) {
    at.an_account(Role::Reviewer, "138").await;
    let door = at.a_door("万达").await;
    assert!(!endorse(at, (1, 2)).await, "another submission");
    let (one, other) = tokio::join!(endorse(at, (1, 1)), endorse(at, (1, 1)));
    assert!(one ^ other);
    let seen = at.registry.application(1).await.unwrap().unwrap();
    assert_eq!((seen.state, seen.endorsed_by), (State::Endorsed, Some(1)));
    assert!(queue(at, waiting()).await.is_empty());
    let endorsed = QueueFilter { state: State::Endorsed, ..waiting() };
    assert_eq!(queue(at, endorsed.clone()).await, [1]);
    let not_mine = |account| QueueFilter { except_endorsed_by: Some(account), ..endorsed.clone() };
    assert!(queue(at, not_mine(1)).await.is_empty());
    assert_eq!(queue(at, not_mine(2)).await, [1]);
    let yes = line(Deed::ApplicationApproved, NOON);
    let approve = async |from| {
        at.registry.approve_application((1, 1), from, "code", "FY-code", &yes).await.unwrap()
    };
    assert!(!approve(State::Submitted).await, "it is not what it was seen as");
    assert!(approve(State::Endorsed).await);
    let opened = at.registry.checkpoint(door).await.unwrap().unwrap();
    assert_eq!(opened.standing, Standing::Open);
    let events = at.registry.application_events(1).await.unwrap();
    let states: Vec<State> = events.iter().map(|event| event.state).collect();
    assert_eq!(states, [State::Submitted, State::Endorsed, State::Approved]);
    assert_eq!(at.lines_of(Deed::ApplicationEndorsed).await, 1);
}

async fn what_came_back_needs_both_again(at: &BackEnd) {
    at.an_account(Role::Reviewer, "138").await;
    let door = at.a_door("万达").await;
    assert!(endorse(at, (1, 1)).await);
    let back = line(Deed::ApplicationReturned, NOON);
    assert!(at.registry.return_application((1, 1), "不清", &back).await.unwrap());
    let again = line(Deed::ApplicationSubmitted, NOON);
    assert!(
        at.registry
            .correct_checkpoint(at.as_read(door).await, &record(1, "万达", "东门"), &again)
            .await
            .unwrap()
    );
    let seen = at.registry.application(1).await.unwrap().unwrap();
    assert_eq!((seen.state, seen.endorsed_by), (State::Submitted, None));
}

async fn many_are_endorsed_at_once(at: &BackEnd) {
    at.an_account(Role::Reviewer, "138").await;
    let unit = at.an_organisation("万达").await;
    for door in ["甲", "乙"] {
        at.applied(&record(unit, "万达", door), NOON).await;
    }
    let row = |id| ToApprove { to: State::Endorsed, ..to_approve(id, &[]) };
    let rows = [row(1), ToApprove { round: 2, ..row(2) }];
    assert_eq!(at.registry.approve_many(&rows).await.unwrap(), [true, false]);
    let endorsed = QueueFilter { state: State::Endorsed, ..waiting() };
    assert_eq!(queue(at, endorsed).await, [1]);
    let second = ToApprove { from: State::Endorsed, ..to_approve(1, &["one"]) };
    assert_eq!(at.registry.approve_many(&[second]).await.unwrap(), [true]);
    assert_eq!(at.registry.code_of(CheckpointNumber(1)).await.unwrap().unwrap().code, "one");
}

async fn many_are_approved_at_once_and_each_is_whole(at: &BackEnd) {
    let unit = at.an_organisation("万达").await;
    for door in ["甲", "乙", "丙"] {
        at.applied(&record(unit, "万达", door), NOON).await;
    }
    let rows = [to_approve(1, &["one"]), to_approve(3, &["three"])];
    assert_eq!(at.registry.approve_many(&rows).await.unwrap(), [true, true]);
    assert_eq!(queue(at, waiting()).await, [2]);
    for (door, code) in [(1, "one"), (3, "three")] {
        let door = CheckpointNumber(door);
        let opened = at.registry.checkpoint(door).await.unwrap().unwrap();
        assert_eq!(opened.standing, Standing::Open);
        assert_eq!(at.registry.code_of(door).await.unwrap().unwrap().code, code);
        let events = at.registry.application_events(i64::from(door.0)).await.unwrap();
        assert_eq!(events.len(), 2);
    }
    assert_eq!(at.lines_of(Deed::ApplicationApproved).await, 2);
    assert!(at.registry.approve_many(&[]).await.unwrap().is_empty());
}

async fn what_is_doubtful_decided_or_submitted_anew_is_left(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    at.applied(&record(one, "百姓缘", "甲"), NOON).await;
    at.applied(&record(other, "百姓缘有限公司", "乙"), NOON).await;
    at.applied(&record(one, "万达", "丙"), NOON).await;
    at.applied(&record(one, "万象", "丁"), NOON).await;
    assert!(at.approve(3, "three").await);
    let stale = ToApprove { round: 2, ..to_approve(4, &["four"]) };
    let rows = [
        to_approve(1, &["one"]),
        to_approve(2, &["two"]),
        to_approve(3, &["again"]),
        stale,
        to_approve(99, &["none"]),
    ];
    assert_eq!(at.registry.approve_many(&rows).await.unwrap(), [false; 5]);
    assert_eq!(queue(at, waiting()).await, [1, 2, 4]);
    assert_eq!(at.lines_of(Deed::ApplicationApproved).await, 1);
    assert_eq!(at.number("select count(*) from venue_codes").await, 1);
}

async fn a_row_whose_codes_are_taken_is_left_and_the_others_go_on(at: &BackEnd) {
    at.an_open_door("万达", "taken").await;
    for name in ["万象", "吾悦"] {
        at.a_door(name).await;
    }
    let rows = [to_approve(2, &["taken"]), to_approve(3, &["taken", "free"])];
    assert_eq!(at.registry.approve_many(&rows).await.unwrap(), [false, true]);
    assert_eq!(queue(at, waiting()).await, [2]);
    let code = at.registry.code_of(CheckpointNumber(3)).await.unwrap().unwrap();
    assert_eq!(code.code, "free");
    at.assert_dense("application_events", "id", 5).await;
}

async fn two_who_approve_many_at_once_approve_each_once(at: &BackEnd) {
    let unit = at.an_organisation("万达").await;
    for n in 1..=20 {
        at.applied(&record(unit, "万达", &format!("{n}")), NOON).await;
    }
    let rows = |who: &str| -> Vec<ToApprove> {
        (1..=20).map(|id| to_approve(id, &[&format!("{who}{id}")])).collect()
    };
    let (one, other) = (rows("a"), rows("b"));
    let alone = async {
        let mut approved = 0;
        for id in 1..=20 {
            approved += usize::from(at.approve(id, &format!("c{id}")).await);
        }
        approved
    };
    let (one, other, alone) =
        tokio::join!(at.registry.approve_many(&one), at.registry.approve_many(&other), alone);
    let count = |done: Vec<bool>| done.into_iter().filter(|done| *done).count();
    assert_eq!(count(one.unwrap()) + count(other.unwrap()) + alone, 20);
    assert_eq!(at.lines_of(Deed::ApplicationApproved).await, 20, "a line for each and no more");
    assert_eq!(at.number("select count(*) from venue_codes").await, 20);
    at.assert_dense("audit", "seq", 40).await;
}
