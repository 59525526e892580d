//! Drafts: kept as typed, changed once, submitted whole.

use super::{
    made::{AWKWARD, NOON, line, record},
    support::{BackEnd, on_both},
};
use domain::{applications::State, audit::Deed, checkpoints::CheckpointNumber};
use registry::{NewDraft, ToSubmit};

on_both!(
    drafts_are_kept_as_they_were_typed,
    no_more_are_kept_than_allowed,
    a_draft_is_changed_by_its_own_unit_and_once,
    drafts_of_doors_that_somebody_has_are_named,
    drafts_are_thrown_away_one_or_all,
    what_is_submitted_is_a_whole_application_and_no_draft,
    what_was_changed_taken_or_is_gone_stays,
    no_more_are_submitted_than_there_is_room_for,
    a_table_uploaded_again_takes_the_place_of_its_rows,
    untouched_drafts_are_swept,
);

fn draft(door: &str) -> NewDraft {
    NewDraft {
        line: 7,
        name: "万达".to_owned(),
        door: door.to_owned(),
        address: "颍州中路 1 号".to_owned(),
        same_key: format!("万达|{door}"),
        county: "颍洲区".to_owned(),
        township: "341202001".to_owned(),
        category: "商场".to_owned(),
        responsible_name_sealed: b"name".to_vec(),
        responsible_phone_sealed: vec![0, 255],
        troubles: "responsible_phone=formula".to_owned(),
    }
}

async fn keep(at: &BackEnd, unit: i64, doors: &[&str]) -> Vec<i64> {
    let new: Vec<NewDraft> = doors.iter().map(|door| draft(door)).collect();
    at.registry.insert_drafts(unit, &new, 100, NOON).await.unwrap().unwrap()
}

async fn ids(at: &BackEnd, unit: i64) -> Vec<i64> {
    let drafts = at.registry.drafts_of(unit).await.unwrap();
    let count = i64::try_from(drafts.len()).unwrap();
    assert_eq!(at.registry.count_drafts_of(unit).await.unwrap(), count);
    drafts.into_iter().map(|draft| draft.id).collect()
}

async fn drafts_are_kept_as_they_were_typed(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    let odd = NewDraft { name: AWKWARD.to_owned(), line: 0, ..draft("") };
    let kept = at.registry.insert_drafts(one, &[odd.clone(), draft("东门")], 2, NOON).await;
    assert_eq!(kept.unwrap(), Some(vec![1, 2]));
    let drafts = at.registry.drafts_of(one).await.unwrap();
    assert_eq!((drafts[0].id, drafts[0].round, drafts[0].changed), (1, 1, NOON));
    assert_eq!((&drafts[0].new, &drafts[1].new), (&odd, &draft("东门")));
    assert!(ids(at, other).await.is_empty());
    assert!(ids(at, 99).await.is_empty());
    assert!(at.registry.insert_drafts(99, &[draft("东门")], 9, NOON).await.is_err());
}

async fn no_more_are_kept_than_allowed(at: &BackEnd) {
    let unit = at.an_organisation("一").await;
    keep(at, unit, &["甲"]).await;
    let two = [draft("乙"), draft("丙")];
    assert_eq!(at.registry.insert_drafts(unit, &two, 2, NOON).await.unwrap(), None);
    assert_eq!(ids(at, unit).await, [1], "none of them");
    assert_eq!(at.registry.insert_drafts(unit, &two, 3, NOON).await.unwrap(), Some(vec![2, 3]));
}

async fn a_draft_is_changed_by_its_own_unit_and_once(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    keep(at, one, &["甲", "乙"]).await;
    let new = NewDraft { troubles: String::new(), line: 7, ..draft("西门") };
    let change =
        async |unit, seen| at.registry.change_draft(unit, seen, &new, NOON.plus(5)).await.unwrap();
    assert!(!change(other, (1, 1)).await);
    assert!(!change(one, (9, 1)).await);
    assert!(change(one, (1, 1)).await);
    assert!(!change(one, (1, 1)).await, "two people editing one draft");
    let drafts = at.registry.drafts_of(one).await.unwrap();
    assert_eq!((drafts[0].round, drafts[0].changed, &drafts[0].new), (2, NOON.plus(5), &new));
    assert_eq!(drafts[1].new, draft("乙"));
}

async fn drafts_of_doors_that_somebody_has_are_named(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    keep(at, one, &["甲", "乙", "丙"]).await;
    keep(at, other, &["乙"]).await;
    assert!(at.registry.taken_drafts(one).await.unwrap().is_empty());
    at.applied(&record(other, "万达", "乙"), NOON).await;
    assert_eq!(at.registry.taken_drafts(one).await.unwrap(), [2]);
    assert_eq!(at.registry.taken_drafts(other).await.unwrap(), [4]);
}

async fn drafts_are_thrown_away_one_or_all(at: &BackEnd) {
    let (one, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    keep(at, one, &["甲", "乙", "丙"]).await;
    keep(at, other, &["丁"]).await;
    let delete = async |unit, only| at.registry.delete_drafts(unit, only).await.unwrap();
    assert_eq!(delete(other, Some(1)).await, 0);
    assert_eq!(delete(one, Some(1)).await, 1);
    assert_eq!(ids(at, one).await, [2, 3]);
    assert_eq!(delete(one, None).await, 2);
    assert_eq!(delete(one, None).await, 0);
    assert_eq!(ids(at, other).await, [4]);
    assert_eq!(keep(at, one, &["戊"]).await, [5], "a number is never given again");
}

/// Submits drafts as they were first written.
async fn submit(at: &BackEnd, unit: i64, rows: &[(i64, &str)]) -> Vec<Option<u32>> {
    let rows: Vec<ToSubmit> = rows
        .iter()
        .map(|(id, door)| ToSubmit { id: *id, round: 1, record: record(unit, "万达", door) })
        .collect();
    let line = line(Deed::ApplicationSubmitted, NOON.plus(9));
    let made = at.registry.submit_drafts(unit, &rows, 3, &line).await.unwrap();
    made.into_iter().map(|number| number.map(|number| number.0)).collect()
}

async fn what_is_submitted_is_a_whole_application_and_no_draft(at: &BackEnd) {
    let unit = at.an_organisation("一").await;
    keep(at, unit, &["甲", "乙", "丙"]).await;
    assert_eq!(submit(at, unit, &[(1, "甲"), (3, "丙")]).await, [Some(1), Some(2)]);
    assert_eq!(ids(at, unit).await, [2]);
    for number in [1, 2].map(CheckpointNumber) {
        let (application, state) = at.registry.application_of(number).await.unwrap().unwrap();
        assert_eq!(state, State::Submitted);
        let events = at.registry.application_events(application).await.unwrap();
        assert_eq!((events.len(), events[0].at), (1, NOON.plus(9)));
    }
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 2);
    at.assert_dense("checkpoints", "number", 2).await;
}

async fn what_was_changed_taken_or_is_gone_stays(at: &BackEnd) {
    let (unit, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    keep(at, unit, &["甲", "乙", "丙"]).await;
    keep(at, other, &["丁"]).await;
    at.applied(&record(other, "万达", "乙"), NOON).await;
    let new = draft("戊");
    assert!(at.registry.change_draft(unit, (3, 1), &new, NOON).await.unwrap());
    let rows = [(2, "乙"), (3, "丙"), (4, "丁"), (9, "己"), (1, "甲"), (1, "甲")];
    let made = submit(at, unit, &rows).await;
    assert_eq!(made, [None, None, None, None, Some(2), None], "a draft is submitted once");
    assert_eq!((ids(at, unit).await, ids(at, other).await), (vec![2, 3], vec![4]));
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 2);
}

async fn no_more_are_submitted_than_there_is_room_for(at: &BackEnd) {
    let unit = at.an_organisation("一").await;
    keep(at, unit, &["甲", "乙", "丙", "丁"]).await;
    at.applied(&record(unit, "万达", "正门"), NOON).await;
    let all = [(1, "甲"), (9, "己"), (2, "乙"), (3, "丙")];
    assert_eq!(submit(at, unit, &all).await, [Some(2), None, Some(3), None]);
    assert_eq!(ids(at, unit).await, [3, 4], "what has no room stays a draft");
    assert_eq!(at.registry.count_checkpoints_of(unit).await.unwrap(), 3);
    assert_eq!(at.lines_of(Deed::ApplicationSubmitted).await, 3);
}

async fn a_table_uploaded_again_takes_the_place_of_its_rows(at: &BackEnd) {
    let (unit, other) = (at.an_organisation("一").await, at.an_organisation("二").await);
    let typed = NewDraft { line: 0, ..draft("丙") };
    at.registry
        .insert_drafts(unit, std::slice::from_ref(&typed), 100, NOON)
        .await
        .unwrap()
        .unwrap();
    keep(at, unit, &["甲", "乙", "丙"]).await;
    keep(at, other, &["甲"]).await;
    let nameless = NewDraft { name: String::new(), same_key: "|甲|x".to_owned(), ..draft("甲") };
    at.registry
        .insert_drafts(unit, std::slice::from_ref(&nameless), 100, NOON)
        .await
        .unwrap()
        .unwrap();
    let doors: Vec<String> = (0..40).map(|n| format!("{n}")).collect();
    let mut again: Vec<NewDraft> = doors.iter().map(|door| draft(door)).collect();
    again.extend([draft("甲"), draft("丙"), nameless]);
    let kept = at.registry.insert_drafts(unit, &again, 46, NOON).await.unwrap().unwrap();
    assert_eq!(kept, (7..50).collect::<Vec<i64>>());
    let mut wanted = vec![1, 3, 6];
    wanted.extend(kept);
    assert_eq!(ids(at, unit).await, wanted, "what was typed, other doors and no doors stay");
    assert_eq!(ids(at, other).await, [5]);
    let typed = NewDraft { line: 0, ..draft("甲") };
    at.registry.insert_drafts(unit, &[typed], 100, NOON).await.unwrap().unwrap();
    assert_eq!(at.registry.count_drafts_of(unit).await.unwrap(), 47, "a form replaces nothing");
}

async fn untouched_drafts_are_swept(at: &BackEnd) {
    let unit = at.an_organisation("一").await;
    keep(at, unit, &["甲", "乙"]).await;
    assert!(at.registry.change_draft(unit, (2, 1), &draft("乙"), NOON.plus(1)).await.unwrap());
    assert_eq!(at.registry.sweep_drafts(NOON).await.unwrap(), 0);
    assert_eq!(at.registry.sweep_drafts(NOON.plus(1)).await.unwrap(), 1);
    assert_eq!(ids(at, unit).await, [2]);
}
