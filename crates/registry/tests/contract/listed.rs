//! Doors from the authority's own list: whole or not at all, once, and in order of their keys.

use super::{
    made::{NOON, line, organisation, record},
    support::{BackEnd, on_both},
};
use domain::{applications::State, audit::Deed, checkpoints::Standing};
use registry::ListedCheckpoint;

on_both!(
    a_listed_door_is_open_with_its_code_and_its_line,
    a_door_that_is_there_is_left_alone,
    codes_in_use_are_passed_over,
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

async fn codes_in_use_are_passed_over(at: &BackEnd) {
    at.registry.import_checkpoints(&[listed("学校", "正门", &["a"])]).await.unwrap();
    let taken =
        at.registry.import_checkpoints(&[listed("学校", "后门", &["a", "e"])]).await.unwrap();
    assert_eq!(taken, Some(vec![true]));
    assert!(at.registry.venue_code("e").await.unwrap().is_some());
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
