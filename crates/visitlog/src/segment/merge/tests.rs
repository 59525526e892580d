//! Merging loses nothing, doubles nothing and keeps both orders.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{format::segment::DAY_MS, segment::Builder, visit::VisitKey};

const DAY: i64 = 20_780;

/// A few sources with few identities, so that several have the same one with other contents.
fn any_sources() -> impl Strategy<Value = Vec<Vec<Visit>>> {
    let key = (0..20_u64, 0..5_u32, 0..400_i64);
    let source = prop::collection::btree_set(key, 1..1_300);
    prop::collection::vec(source, 1..5).prop_map(|sources| {
        let sources = sources.into_iter().enumerate();
        let visit = |source: usize, (person, checkpoint, moment): (u64, u32, i64)| Visit {
            person,
            checkpoint,
            entered_ms: DAY * DAY_MS + moment * 200_000,
            recorded_ms: DAY * DAY_MS + moment * 200_000 + source as i64,
            method: 1,
            operator: source as u32,
            verdict: 1,
            status: 1,
            flags: 0,
        };
        sources.map(|(n, keys)| keys.into_iter().map(|key| visit(n, key)).collect()).collect()
    })
}

fn all_of(segment: &Segment, order: Order) -> Vec<Visit> {
    let mut pages = Pages::new(segment, order);
    let mut visits = Vec::new();
    while let page @ [_, ..] = pages.next_page().unwrap() {
        visits.extend_from_slice(page);
    }
    visits
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn merged_is_each_kept_identity_once_as_the_earliest_source_has_it_in_both_orders(
        sources in any_sources(),
        gone in 0..20_u64,
    ) {
        let segments: Vec<_> = sources.iter().map(|some| Builder::default().build(DAY, 0, some, &|| {}).unwrap()).collect();
        let plain: Vec<&Segment> = segments.iter().collect();
        let mut writer = SegmentWriter::new(Vec::new(), 0, DAY, 0).unwrap();
        merge(&plain, &|visit| visit.person != gone, &mut writer).unwrap();
        let merged = writer.into_memory().unwrap();
        let mut expected: BTreeMap<VisitKey, Visit> = BTreeMap::new();
        for visit in sources.concat().iter().filter(|visit| visit.person != gone) {
            expected.entry(visit.key()).or_insert(*visit);
        }
        prop_assert_eq!(merged.visits(), expected.len() as u64);
        for order in Order::ALL {
            let mut expected: Vec<Visit> = expected.values().copied().collect();
            expected.sort_by_key(|visit| order.key(visit));
            prop_assert_eq!(all_of(&merged, order), expected);
        }
    }
}

#[test]
fn a_merged_segment_is_the_one_that_is_built_of_the_same_visits() {
    let visit = |n: u64| Visit {
        person: n * 7_919 % 500,
        checkpoint: (n % 40) as u32,
        entered_ms: DAY * DAY_MS + n as i64 * 9_000,
        recorded_ms: DAY * DAY_MS + n as i64 * 9_000 + 100,
        method: 2,
        operator: 0,
        verdict: 1,
        status: 1,
        flags: 0,
    };
    let visits: Vec<_> = (0..5_000).map(visit).collect();
    let whole = Builder::default().build(DAY, 0, &visits, &|| {}).unwrap();
    let (odd, even): (Vec<_>, Vec<_>) = visits.iter().partition(|v| v.entered_ms % 2_000 == 0);
    let halves = [
        Builder::default().build(DAY, 0, &odd, &|| {}).unwrap(),
        Builder::default().build(DAY, 0, &even, &|| {}).unwrap(),
    ];
    let mut writer = SegmentWriter::new(Vec::new(), 0, DAY, 0).unwrap();
    merge(&[&halves[0], &halves[1]], &|_| true, &mut writer).unwrap();
    let merged = writer.into_memory().unwrap();
    assert_eq!(merged.footer(), whole.footer(), "with the same digest");
    assert_eq!(merged.bytes(), whole.bytes());
}
