//! Doors from the authority's own list: whole or not at all, once, and in order of their keys.

use super::{
    made::{NOON, line, organisation, record},
    support::{BackEnd, on_both},
};
use domain::{applications::State, audit::Deed, checkpoints::Standing};
use registry::{Change, ListedCheckpoint};

on_both!(
    a_listed_door_is_open_with_its_code_and_its_line,
    a_door_that_is_there_is_left_alone,
    a_door_twice_in_a_list_is_taken_once,
    an_organisation_is_found_by_name_and_county,
    an_organisation_with_a_manager_is_passed_over,
    more_doors_than_one_statement_asks_about,
    codes_in_use_are_passed_over,
    two_rows_with_the_same_first_code_get_different_ones,
    every_new_code_is_on_the_trail,
    without_a_free_code_nothing_is_saved,
    doors_come_in_pages_in_order_of_their_keys,
    voided_links_make_no_administrator,
);

fn listed(name: &str, door: &str, codes: &[&str]) -> ListedCheckpoint {
    ListedCheckpoint {
        organisation: organisation(name),
        record: record(0, name, door),
        codes: codes.iter().map(|c| ((*c).to_owned(), format!("FY-{c}"))).collect(),
        line: line(Deed::ApplicationApproved, NOON),
    }
}

async fn a_listed_door_is_open_with_its_code_and_its_line(at: &BackEnd) {
    let rows = [listed("学校", "正门", &["a"]), listed("学校", "后门", &["b"])];
    let taken = at.registry.import_checkpoints(&rows).await.unwrap();
    assert_eq!(taken, Some(vec![true, true]));
    at.assert_dense("organisations", "id", 1).await;
    at.assert_dense("checkpoints", "number", 2).await;
    at.assert_dense("audit", "seq", 2).await;
    for code in ["a", "b"] {
        let row = at.registry.venue_code(code).await.unwrap().unwrap();
        let door = at.registry.checkpoint(row.checkpoint).await.unwrap().unwrap();
        assert_eq!((door.standing, row.short_number), (Standing::Open, format!("FY-{code}")));
        let (_, state) = at.registry.application_of(row.checkpoint).await.unwrap().unwrap();
        assert_eq!(state, State::Approved);
    }
}

async fn a_door_that_is_there_is_left_alone(at: &BackEnd) {
    let first = [listed("学校", "正门", &["a"])];
    at.registry.import_checkpoints(&first).await.unwrap();
    let again = [listed("学校", "正门", &["c"]), listed("学校", "后门", &["d"])];
    let taken = at.registry.import_checkpoints(&again).await.unwrap();
    assert_eq!(taken, Some(vec![false, true]));
    assert!(at.registry.venue_code("c").await.unwrap().is_none());
    at.assert_dense("checkpoints", "number", 2).await;
}

async fn a_door_twice_in_a_list_is_taken_once(at: &BackEnd) {
    let rows = [listed("学校", "正门", &["a"]), listed("学校", "正门", &["b"])];
    assert_eq!(at.registry.import_checkpoints(&rows).await.unwrap(), Some(vec![true, false]));
    at.assert_dense("checkpoints", "number", 1).await;
    assert_eq!(at.registry.import_checkpoints(&[]).await.unwrap(), Some(vec![]));
}

/// The organisation of the door with this code.
async fn owner(at: &BackEnd, code: &str) -> i64 {
    let row = at.registry.venue_code(code).await.unwrap().unwrap();
    at.registry.checkpoint(row.checkpoint).await.unwrap().unwrap().record.organisation
}

async fn an_organisation_is_found_by_name_and_county(at: &BackEnd) {
    let first = at.an_organisation("学校").await;
    at.an_organisation("学校").await;
    let mut elsewhere = listed("学校", "后门", &["b"]);
    elsewhere.organisation.county = "341203".to_owned();
    elsewhere.organisation.township = "341203001".to_owned();
    let rows = [listed("学校", "正门", &["a"]), elsewhere.clone()];
    assert_eq!(at.registry.import_checkpoints(&rows).await.unwrap(), Some(vec![true, true]));
    assert_eq!(owner(at, "a").await, first, "the oldest");
    assert_eq!(owner(at, "b").await, 3, "another county, another unit");
    let next = ListedCheckpoint { record: record(0, "学校", "侧门"), ..elsewhere };
    let next = ListedCheckpoint { codes: vec![("c".to_owned(), "FY-c".to_owned())], ..next };
    at.registry.import_checkpoints(&[next]).await.unwrap();
    assert_eq!(owner(at, "c").await, 3);
    at.assert_dense("organisations", "id", 3).await;
}

async fn an_organisation_with_a_manager_is_passed_over(at: &BackEnd) {
    use domain::accounts::Role;
    use registry::NewOrganisation;
    let account = Some(at.an_account(Role::Manager, "139").await);
    let managed = NewOrganisation { account, ..organisation("学校") };
    let managed = at.registry.insert_organisation(&managed).await.unwrap().unwrap();
    at.registry.import_checkpoints(&[listed("学校", "正门", &["a"])]).await.unwrap();
    assert_ne!(owner(at, "a").await, managed);
    at.registry.import_checkpoints(&[listed("学校", "后门", &["b"])]).await.unwrap();
    assert_eq!(owner(at, "b").await, owner(at, "a").await);
}

async fn more_doors_than_one_statement_asks_about(at: &BackEnd) {
    let row = |n: usize| listed(&format!("学校 {}", n / 2), &format!("{n}"), &[&format!("c{n}")]);
    let some: Vec<_> = (0..150).step_by(3).map(row).collect();
    at.registry.import_checkpoints(&some).await.unwrap().unwrap();
    let all: Vec<_> = (0..150)
        .map(|n| listed(&format!("学校 {}", n / 2), &format!("{n}"), &[&format!("d{n}")]))
        .collect();
    let taken = at.registry.import_checkpoints(&all).await.unwrap().unwrap();
    assert!(taken.iter().enumerate().all(|(n, taken)| *taken == (n % 3 != 0)));
    at.assert_dense("organisations", "id", 75).await;
    at.assert_dense("checkpoints", "number", 150).await;
    at.assert_dense("applications", "id", 150).await;
    at.assert_dense("application_events", "id", 300).await;
    at.assert_dense("audit", "seq", 150).await;
    assert_eq!(owner(at, "c0").await, owner(at, "d1").await);
}

async fn codes_in_use_are_passed_over(at: &BackEnd) {
    at.registry.import_checkpoints(&[listed("学校", "正门", &["a"])]).await.unwrap();
    let taken =
        at.registry.import_checkpoints(&[listed("学校", "后门", &["a", "e"])]).await.unwrap();
    assert_eq!(taken, Some(vec![true]));
    assert!(at.registry.venue_code("e").await.unwrap().is_some());
}

async fn two_rows_with_the_same_first_code_get_different_ones(at: &BackEnd) {
    let rows = [listed("学校", "正门", &["a"]), listed("学校", "后门", &["a", "b"])];
    assert_eq!(at.registry.import_checkpoints(&rows).await.unwrap(), Some(vec![true, true]));
    for code in ["a", "b"] {
        assert!(at.registry.venue_code(code).await.unwrap().is_some(), "{code}");
    }
    let rows = [listed("学校", "东门", &["c"]), listed("学校", "西门", &["c"])];
    assert_eq!(at.registry.import_checkpoints(&rows).await.unwrap(), None);
}

async fn every_new_code_is_on_the_trail(at: &BackEnd) {
    let rows: Vec<_> =
        (0..70).map(|n| listed("学校", &format!("{n}"), &[&format!("c{n}")])).collect();
    at.registry.import_checkpoints(&rows).await.unwrap().unwrap();
    let changes = at.registry.changes_after(0, 1_000).await.unwrap().expect("none is left out");
    let codes: Vec<_> = changes.into_iter().map(|(_, change)| change).collect();
    let wanted: Vec<_> = (0..70).map(|n| Change::VenueCode(format!("c{n}"))).collect();
    assert_eq!(codes, wanted);
}

async fn without_a_free_code_nothing_is_saved(at: &BackEnd) {
    at.registry.import_checkpoints(&[listed("学校", "正门", &["a"])]).await.unwrap();
    let rows = [listed("医院", "东门", &["f"]), listed("医院", "西门", &["a"])];
    assert_eq!(at.registry.import_checkpoints(&rows).await.unwrap(), None);
    assert!(at.registry.venue_code("f").await.unwrap().is_none());
    at.assert_dense("checkpoints", "number", 1).await;
    at.assert_dense("audit", "seq", 1).await;
}

async fn doors_come_in_pages_in_order_of_their_keys(at: &BackEnd) {
    let rows: Vec<_> =
        ["b", "a", "c"].iter().map(|d| listed("x", d, &[&format!("code-{d}")])).collect();
    at.registry.import_checkpoints(&rows).await.unwrap();
    let mut after = String::new();
    let mut seen = Vec::new();
    loop {
        let page = at.registry.doors_after(&after, 2).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        seen.extend(page.into_iter().map(|(key, _)| key));
    }
    assert_eq!(seen, ["x|a", "x|b", "x|c"]);
    assert!(at.registry.doors_after("", -1).await.unwrap().is_empty());
}

async fn voided_links_make_no_administrator(at: &BackEnd) {
    use domain::accounts::Role;
    use registry::{Link, LinkUse};
    let link = |role, county: Option<&str>| Link {
        link_use: LinkUse::SetUp { role, county: county.map(str::to_owned) },
        expires: NOON.plus(1000),
    };
    at.registry.insert_link(b"first", &link(Role::Administrator, None), None).await.unwrap();
    at.registry.insert_link(b"other", &link(Role::Reviewer, Some("341202")), None).await.unwrap();
    assert_eq!(at.registry.void_first_links().await.unwrap(), 1);
    assert!(at.registry.link(b"first", NOON).await.unwrap().is_none());
    assert!(at.registry.link(b"other", NOON).await.unwrap().is_some());
}
