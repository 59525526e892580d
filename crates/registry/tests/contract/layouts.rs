//! Layouts: kept whole, and of each size and region one in force at most.

use super::{
    made::{NOON, line},
    support::{BackEnd, on_both},
};
use domain::{audit::Deed, time::UnixMs};
use registry::NewLayout;

on_both!(
    a_layout_is_kept_whole_and_not_in_force,
    one_of_a_size_and_region_is_in_force,
    a_layout_is_taken_back_and_may_come_again,
    two_who_decide_at_once_leave_one_in_force,
);

async fn kept(at: &BackEnd, size: &str, region: &str) -> i64 {
    let new = NewLayout {
        size: size.to_owned(),
        region: region.to_owned(),
        svg: vec![0, 255, b'<'],
        note: "2026 年版".to_owned(),
    };
    at.registry.insert_layout(&new, &line(Deed::LayoutUploaded, NOON)).await.unwrap()
}

async fn begin(at: &BackEnd, version: i64, time: UnixMs) -> bool {
    at.registry.begin_layout(version, &line(Deed::LayoutBegun, time)).await.unwrap()
}

async fn end(at: &BackEnd, version: i64, time: UnixMs) -> bool {
    at.registry.end_layout(version, &line(Deed::LayoutEnded, time)).await.unwrap()
}

async fn in_force(at: &BackEnd, size: &str) -> Vec<i64> {
    let rows = at.registry.layouts_in_force(size).await.unwrap();
    assert!(rows.iter().all(|(row, svg)| row.in_force() && svg == &[0, 255, b'<']));
    rows.into_iter().map(|(row, _)| row.version).collect()
}

async fn a_layout_is_kept_whole_and_not_in_force(at: &BackEnd) {
    assert_eq!(kept(at, "A4", "341200").await, 2, "1 is the built-in one");
    let (row, svg) = at.registry.layout(2).await.unwrap().unwrap();
    assert_eq!((row.size.as_str(), row.region.as_str()), ("A4", "341200"));
    assert_eq!((row.note.as_str(), row.uploaded, row.begun), ("2026 年版", NOON, None));
    assert_eq!(svg, [0, 255, b'<']);
    assert!(!row.in_force() && in_force(at, "A4").await.is_empty());
    assert!(at.registry.layout(3).await.unwrap().is_none());
    assert_eq!(kept(at, "A4", "341202").await, 3);
    let list = at.registry.layouts(9).await.unwrap();
    assert_eq!(list.iter().map(|row| row.version).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(list[1], row);
    assert_eq!(at.registry.layouts(1).await.unwrap().len(), 1);
    assert_eq!(at.lines_of(Deed::LayoutUploaded).await, 2);
}

async fn one_of_a_size_and_region_is_in_force(at: &BackEnd) {
    for (size, region) in
        [("A4", "341200"), ("A4", "341200"), ("A4", "341202"), ("600x900", "341200")]
    {
        kept(at, size, region).await;
    }
    for version in [2, 4, 5] {
        assert!(begin(at, version, NOON).await);
    }
    assert_eq!(in_force(at, "A4").await, [2, 4]);
    assert!(begin(at, 3, NOON.plus(1)).await);
    assert_eq!(in_force(at, "A4").await, [3, 4], "the county's and the other size stay");
    assert_eq!(in_force(at, "600x900").await, [5]);
    let (old, _) = at.registry.layout(2).await.unwrap().unwrap();
    assert_eq!((old.begun, old.ended), (Some(NOON), Some(NOON.plus(1))));
    assert!(!begin(at, 3, NOON.plus(2)).await && !begin(at, 99, NOON).await);
    assert_eq!(at.lines_of(Deed::LayoutBegun).await, 4);
}

async fn a_layout_is_taken_back_and_may_come_again(at: &BackEnd) {
    kept(at, "A4", "341200").await;
    assert!(!end(at, 2, NOON).await && !end(at, 99, NOON).await);
    assert!(begin(at, 2, NOON).await);
    assert!(end(at, 2, NOON.plus(1)).await);
    assert!(in_force(at, "A4").await.is_empty());
    assert!(!end(at, 2, NOON.plus(2)).await);
    assert!(begin(at, 2, NOON.plus(3)).await);
    assert_eq!(in_force(at, "A4").await, [2]);
    assert_eq!(at.lines_of(Deed::LayoutEnded).await, 1);
}

async fn two_who_decide_at_once_leave_one_in_force(at: &BackEnd) {
    kept(at, "A4", "341200").await;
    kept(at, "A4", "341200").await;
    for round in 0..10 {
        let now = NOON.plus(round);
        tokio::join!(begin(at, 2, now), begin(at, 3, now));
        assert_eq!(in_force(at, "A4").await.len(), 1);
    }
}
