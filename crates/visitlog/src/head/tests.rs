//! The head against a plain list of visits.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;

const START_MS: i64 = 1_800_000_000_000;
const HOUR_MS: i64 = 3_600_000;

fn visit(person: u64, checkpoint: u32, entered_ms: i64) -> Visit {
    Visit {
        person,
        checkpoint,
        entered_ms,
        recorded_ms: entered_ms + 5,
        method: 1,
        operator: 2,
        verdict: 3,
        status: 4,
        flags: 5,
    }
}

fn head_of(visits: &[Visit]) -> Head {
    let mut head = Head::new(8 * 3600);
    for visit in visits {
        if !head.contains(visit) {
            head.push(visit);
        }
    }
    head
}

fn few_visits() -> impl Strategy<Value = Vec<Visit>> {
    let one = (0..5_u64, 0..4_u32, 0..300_i64).prop_map(|(person, checkpoint, tick)| {
        visit(person, checkpoint, START_MS + tick * HOUR_MS / 3)
    });
    prop::collection::vec(one, 0..300)
}

proptest! {
    #[test]
    fn answers_are_those_of_a_plain_list(
        visits in few_visits(),
        from in 0..300_i64,
        hours in 0..100_i64,
    ) {
        let head = head_of(&visits);
        let (from_ms, to_ms) = (START_MS + from * HOUR_MS / 3, START_MS + (from / 3 + hours) * HOUR_MS);
        let mut model = visits.clone();
        model.retain(|visit| (from_ms..to_ms).contains(&visit.entered_ms));
        model.sort_by_key(|v| (v.entered_ms, v.checkpoint, v.person));
        model.dedup();
        let marks = head.marks(from_ms, to_ms);
        for person in 0..5 {
            let expected: Vec<_> = model.iter().copied().filter(|v| v.person == person).collect();
            prop_assert_eq!(head.visits_of(&marks, person, (from_ms, to_ms), None, usize::MAX), expected);
        }
        model.sort_by_key(|v| (v.entered_ms, v.person));
        for checkpoint in 0..4 {
            let window = Window { checkpoint, from_ms, to_ms };
            let expected: Vec<_> = model.iter().copied().filter(|v| v.checkpoint == checkpoint).collect();
            let mut paged = Vec::new();
            while let page = head.visits_at(&marks, window, paged.last().map(|v: &Visit| (v.entered_ms, v.person)), 7)
                && !page.is_empty() {
                paged.extend(page);
            }
            prop_assert_eq!(paged, expected);
        }
    }
}

proptest! {
    #[test]
    fn a_loaded_head_answers_as_a_grown_one(visits in few_visits(), more in few_visits()) {
        let mut grown = head_of(&visits);
        let mut loaded = Head::new(8 * 3600);
        visits.iter().for_each(|visit| loaded.load(visit));
        loaded.index();
        for visit in &more {
            prop_assert_eq!(grown.contains(visit), loaded.contains(visit));
            if !grown.contains(visit) {
                grown.push(visit);
                loaded.push(visit);
            }
        }
        let all = (i64::MIN, i64::MAX);
        prop_assert_eq!(grown.visits(), loaded.visits());
        for number in 0..5_u32 {
            let window = Window { checkpoint: number, from_ms: all.0, to_ms: all.1 };
            let person = u64::from(number);
            prop_assert_eq!(
                grown.visits_of(&grown.marks(all.0, all.1), person, all, None, usize::MAX),
                loaded.visits_of(&loaded.marks(all.0, all.1), person, all, None, usize::MAX)
            );
            prop_assert_eq!(
                grown.visits_at(&grown.marks(all.0, all.1), window, None, usize::MAX),
                loaded.visits_at(&loaded.marks(all.0, all.1), window, None, usize::MAX)
            );
        }
    }
}

#[test]
fn a_reader_does_not_see_what_came_after_its_mark() {
    let mut head = head_of(&[visit(1, 1, START_MS)]);
    let marks = head.marks(i64::MIN, i64::MAX);
    head.push(&visit(1, 1, START_MS + 1));
    head.push(&visit(1, 1, START_MS + 40 * HOUR_MS));
    let all = (i64::MIN, i64::MAX);
    assert_eq!(head.visits_of(&marks, 1, all, None, 10).len(), 1);
    assert_eq!(head.visits_of(&head.marks(all.0, all.1), 1, all, None, 10).len(), 3);
}

#[test]
fn the_edges_of_time_are_kept_and_found() {
    let (first, last) = (visit(1, 1, TIME_MS_MIN), visit(1, 1, TIME_MS_MAX - 1));
    let head = head_of(&[last, first]);
    let marks = head.marks(i64::MIN, i64::MAX);
    assert_eq!(head.visits_of(&marks, 1, (i64::MIN, i64::MAX), None, 10), [first, last]);
    let backwards = head.marks(i64::MAX, i64::MIN);
    assert!(head.visits_of(&backwards, 1, (i64::MAX, i64::MIN), None, 10).is_empty());
}

#[test]
fn a_visit_takes_at_most_64_bytes() {
    let mut head = Head::new(0);
    for n in 0..200_000_u64 {
        head.push(&visit(n % 50_000, (n % 700) as u32, START_MS + (n * 300) as i64));
    }
    assert!(head.bytes() as u64 / head.visits() <= 64, "{} bytes", head.bytes());
}

#[test]
fn one_person_with_very_many_visits_in_one_day_is_not_quadratic() {
    // A million steps of a chain for each of these would take hours.
    let visits: Vec<_> = (0..100_000).map(|n| visit(7, 7, START_MS + n)).collect();
    let head = head_of(&visits);
    assert!(visits.iter().all(|visit| head.contains(visit)));
    assert_eq!(head.visits(), 100_000);
}
