//! The tree of categories: the notice's at the start, changed by one at a time, nothing deleted.

use super::{
    made::{AWKWARD, NOON, line},
    support::{BackEnd, on_both},
};
use domain::{
    audit::{Actor, Deed},
    categories::{CategoryText, Tree},
    time::UnixMs,
};
use registry::{AuditLine, TreeChange};

on_both!(
    the_notices_tree_is_there_at_the_start,
    a_category_is_added_with_the_next_code,
    two_added_at_once_have_codes_of_their_own,
    a_category_is_changed_by_who_saw_what_it_is,
    a_name_stands_once,
    groups_are_added_and_renamed,
    a_tree_that_was_changed_is_not_planted_again,
);

fn text(name: &str) -> CategoryText {
    CategoryText { name: name.to_owned(), usual_stay_minutes: 90 }
}

fn by(at: UnixMs) -> AuditLine {
    AuditLine { actor: Actor::Account(1), ..line(Deed::CategoryChanged, at) }
}

async fn add(at: &BackEnd, group: &str, name: &str) -> TreeChange {
    at.registry.add_category(group, &text(name), &by(NOON)).await.unwrap()
}

async fn tree(at: &BackEnd) -> Tree {
    at.registry.categories().await.unwrap()
}

async fn the_notices_tree_is_there_at_the_start(at: &BackEnd) {
    assert_eq!(tree(at).await, Tree::start());
}

async fn a_category_is_added_with_the_next_code(at: &BackEnd) {
    assert_eq!(add(at, "2", AWKWARD).await, TreeChange::Done);
    let added = tree(at).await.category("208").cloned().unwrap();
    assert_eq!((added.name.as_str(), added.usual_stay_minutes), (AWKWARD, 90));
    assert!(added.in_use && added.changed == NOON);
    assert_eq!(add(at, "9", "没有这一组").await, TreeChange::Elsewhere);
    for n in 9..=99 {
        assert_eq!(add(at, "2", &format!("第 {n} 个")).await, TreeChange::Done);
    }
    assert_eq!(add(at, "2", "再来一个").await, TreeChange::Full);
    assert_eq!(tree(at).await.groups[1].members.len(), 99);
    assert_eq!(at.lines_of(Deed::CategoryChanged).await, 92, "refused ones leave none");
}

async fn two_added_at_once_have_codes_of_their_own(at: &BackEnd) {
    let (one, other) = tokio::join!(add(at, "3", "甲"), add(at, "3", "乙"));
    assert_eq!((one, other), (TreeChange::Done, TreeChange::Done));
    let tree = tree(at).await;
    let mut added: Vec<&str> = tree.groups[2].members[8..].iter().map(|m| &*m.code).collect();
    added.sort_unstable();
    assert_eq!(added, ["309", "310"]);
}

async fn a_category_is_changed_by_who_saw_what_it_is(at: &BackEnd) {
    let change = async |code: &str, seen: UnixMs, name: &str, now: UnixMs| {
        let new = CategoryText { usual_stay_minutes: 45, ..text(name) };
        at.registry.change_category((code, seen), &new, false, &by(now)).await.unwrap()
    };
    assert_eq!(change("105", UnixMs(0), "各级医院", NOON).await, TreeChange::Done);
    let changed = tree(at).await.category("105").cloned().unwrap();
    assert_eq!((changed.name.as_str(), changed.usual_stay_minutes), ("各级医院", 45));
    assert!(!changed.in_use && changed.changed == NOON);
    assert_eq!(change("105", UnixMs(0), "别的", NOON.plus(1)).await, TreeChange::Elsewhere);
    assert_eq!(change("999", UnixMs(0), "别的", NOON.plus(1)).await, TreeChange::Elsewhere);
    assert_eq!(tree(at).await.name_of("105"), "各级医院");
    assert_eq!(
        change("105", NOON, "各级医院", NOON.plus(1)).await,
        TreeChange::Done,
        "its own name"
    );
}

async fn a_name_stands_once(at: &BackEnd) {
    assert_eq!(add(at, "2", "医院").await, TreeChange::NameTaken);
    let (new, line) = (text("医院"), by(NOON));
    let taken = at.registry.change_category(("104", UnixMs(0)), &new, true, &line).await.unwrap();
    assert_eq!(taken, TreeChange::NameTaken);
    let taken = at.registry.add_category_group("各类经营场所", &by(NOON)).await.unwrap();
    assert_eq!(taken, TreeChange::NameTaken);
    assert_eq!(tree(at).await, Tree::start());
}

async fn groups_are_added_and_renamed(at: &BackEnd) {
    let add = async |name: &str| at.registry.add_category_group(name, &by(NOON)).await.unwrap();
    assert_eq!(add("其他场所").await, TreeChange::Done);
    let rename = async |code: &str, seen: UnixMs, name: &str| {
        at.registry.rename_category_group((code, seen), name, &by(NOON.plus(1))).await.unwrap()
    };
    assert_eq!(rename("6", NOON, "其余场所").await, TreeChange::Done);
    assert_eq!(rename("6", NOON, "又一个").await, TreeChange::Elsewhere, "changed meanwhile");
    assert_eq!(rename("1", UnixMs(0), "其余场所").await, TreeChange::NameTaken);
    let tree = tree(at).await;
    assert_eq!((tree.groups[5].code.as_str(), tree.groups[5].name.as_str()), ("6", "其余场所"));
    for n in 7..=9 {
        assert_eq!(add(&format!("第 {n} 组")).await, TreeChange::Done);
    }
    assert_eq!(add("再来一组").await, TreeChange::Full);
}

async fn a_tree_that_was_changed_is_not_planted_again(at: &BackEnd) {
    assert_eq!(add(at, "2", "棋牌室").await, TreeChange::Done);
    let before = tree(at).await;
    at.open_again().await.unwrap().close().await;
    assert_eq!(tree(at).await, before);
}
