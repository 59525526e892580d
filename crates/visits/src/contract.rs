//! What every visit store must do, as a suite that each adapter's tests run.
//!
//! Not for production: a promise that does not hold panics with the sentence that was broken.

use crate::{
    AppendError, Appended, BATCH_VISITS_MAX, Cursor, InvalidVisit, READ_KEYS_MAX, ReadError,
    StoreHealth, TIME_MS_MAX, TIME_MS_MIN, Visit, VisitStore, Window,
};

/// A Monday in 2026 at 16:00 UTC, midnight at UTC+8.
const MIDNIGHT_MS: i64 = 1_795_363_200_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// A store under test: `open` opens the same data each time it is called on one maker, and a new
/// maker has no data.
pub trait Maker: Send {
    /// The adapter.
    type Store: VisitStore;

    /// Opens the store, which is closed or was never opened.
    fn open(&mut self) -> impl Future<Output = Self::Store> + Send;
}

/// Runs every promise, each on a new store.
pub async fn suite<M: Maker>(mut new_maker: impl FnMut() -> M) {
    a_new_store_is_empty_and_healthy(&new_maker().open().await).await;
    a_visit_is_read_in_both_orders(&new_maker().open().await).await;
    the_same_visit_is_stored_once(&new_maker().open().await).await;
    a_batch_is_answered_in_its_order(&new_maker().open().await).await;
    stretches_are_half_open(&new_maker().open().await).await;
    answers_are_in_order_of_time(&new_maker().open().await).await;
    pages_join_to_the_whole_answer(&new_maker().open().await).await;
    batched_questions_equal_single_ones(&new_maker().open().await).await;
    persons_of_a_stretch_are_those_with_a_visit_in_it(&new_maker().open().await).await;
    what_cannot_be_kept_is_refused(&new_maker().open().await).await;
    limits_are_named(&new_maker().open().await).await;
    every_field_survives_at_its_edges(&new_maker().open().await).await;
    many_at_once_are_all_stored(&new_maker().open().await).await;
    deleted_days_are_gone_for_good(new_maker()).await;
    a_tidied_store_answers_as_before(&new_maker().open().await).await;
    a_closed_store_refuses_and_keeps(new_maker()).await;
}

/// A visit whose small numbers tell it from others.
fn visit(person: u64, checkpoint: u32, entered_ms: i64) -> Visit {
    Visit {
        person,
        checkpoint,
        entered_ms,
        recorded_ms: entered_ms + 250,
        method: 2,
        operator: checkpoint + 1,
        verdict: 1,
        status: 3,
        flags: 0x0102,
    }
}

fn all_day(checkpoint: u32) -> Window {
    Window { checkpoint, from_ms: MIDNIGHT_MS, to_ms: MIDNIGHT_MS + DAY_MS }
}

/// A few hundred visits of 20 persons at 5 checkpoints over three days, some at the same moment.
fn sample() -> Vec<Visit> {
    let moment = |n: i64| MIDNIGHT_MS + (n * 7_919 % 4_000) / 2 * 2 * MINUTE_MS;
    (0..400_u32).map(|n| visit(u64::from(n * 13 % 20), n % 5, moment(i64::from(n)))).collect()
}

async fn store_all(store: &impl VisitStore, visits: &[Visit]) {
    let stored = store.append_all(visits.to_vec()).await;
    assert!(stored.is_ok(), "a batch is stored: {stored:?}");
}

async fn a_new_store_is_empty_and_healthy(store: &impl VisitStore) {
    assert_eq!(store.health(), StoreHealth::Writing);
    assert_eq!(store.visits_of(1, i64::MIN, i64::MAX).await, Ok(vec![]));
    assert_eq!(store.visits_at(all_day(1)).await, Ok(vec![]));
    assert_eq!(store.visits_of_many(&[], 0, i64::MAX).await, Ok(vec![]));
    assert_eq!(store.visits_at_windows(&[]).await, Ok(vec![]));
    assert_eq!(store.append_all(vec![]).await, Ok(vec![]));
}

async fn a_visit_is_read_in_both_orders(store: &impl VisitStore) {
    let one = visit(7, 3, MIDNIGHT_MS);
    assert_eq!(store.append(one).await, Ok(Appended::New));
    assert_eq!(store.visits_of(7, MIDNIGHT_MS, MIDNIGHT_MS + 1).await, Ok(vec![one]));
    assert_eq!(store.visits_at(all_day(3)).await, Ok(vec![one]));
    assert_eq!(store.visits_of(3, i64::MIN, i64::MAX).await, Ok(vec![]), "another person");
    assert_eq!(store.visits_at(all_day(7)).await, Ok(vec![]), "another checkpoint");
}

async fn the_same_visit_is_stored_once(store: &impl VisitStore) {
    let first = visit(7, 3, MIDNIGHT_MS);
    let again = Visit { recorded_ms: first.recorded_ms + 2 * DAY_MS, verdict: 9, ..first };
    assert_eq!(store.append(first).await, Ok(Appended::New));
    assert_eq!(store.append(again).await, Ok(Appended::AlreadyThere));
    let others = [visit(8, 3, MIDNIGHT_MS), visit(7, 4, MIDNIGHT_MS), visit(7, 3, MIDNIGHT_MS + 1)];
    for other in others {
        assert_eq!(store.append(other).await, Ok(Appended::New), "another identity");
    }
    let kept = store.visits_of(7, MIDNIGHT_MS, MIDNIGHT_MS + 1).await;
    assert_eq!(kept, Ok(vec![first, others[1]]), "the first content stays");
}

async fn a_batch_is_answered_in_its_order(store: &impl VisitStore) {
    let (a, b) = (visit(1, 1, MIDNIGHT_MS), visit(2, 1, MIDNIGHT_MS));
    assert_eq!(store.append(b).await, Ok(Appended::New));
    let answers = store.append_all(vec![a, b, a]).await;
    let expected = vec![Appended::New, Appended::AlreadyThere, Appended::AlreadyThere];
    assert_eq!(answers, Ok(expected));
    assert_eq!(store.visits_at(all_day(1)).await, Ok(vec![a, b]));
}

async fn stretches_are_half_open(store: &impl VisitStore) {
    let (from_ms, to_ms) = (MIDNIGHT_MS + DAY_MS - 5, MIDNIGHT_MS + DAY_MS + 5);
    let times = [from_ms - 1, from_ms, from_ms + 4, from_ms + 5, to_ms - 1, to_ms];
    store_all(store, &times.map(|ms| visit(1, 1, ms))).await;
    let inside: Vec<_> = times[1..5].iter().map(|ms| visit(1, 1, *ms)).collect();
    let window = Window { checkpoint: 1, from_ms, to_ms };
    assert_eq!(store.visits_of(1, from_ms, to_ms).await, Ok(inside.clone()));
    assert_eq!(store.visits_at(window).await, Ok(inside));
    assert_eq!(store.visits_of(1, from_ms, from_ms).await, Ok(vec![]), "an empty stretch");
    assert_eq!(store.visits_of(1, to_ms, from_ms).await, Ok(vec![]), "a backward stretch");
}

async fn answers_are_in_order_of_time(store: &impl VisitStore) {
    let mut visits = sample();
    store_all(store, &visits).await;
    visits.sort_by_key(|v| (v.entered_ms, v.checkpoint));
    let of: Vec<_> = visits.iter().copied().filter(|v| v.person == 4).collect();
    assert_eq!(store.visits_of(4, i64::MIN, i64::MAX).await, Ok(of));
    visits.sort_by_key(|v| (v.entered_ms, v.person));
    let window = Window { checkpoint: 2, from_ms: i64::MIN, to_ms: i64::MAX };
    let at: Vec<_> = visits.iter().copied().filter(|v| v.checkpoint == 2).collect();
    assert_eq!(store.visits_at(window).await, Ok(at));
}

async fn pages_join_to_the_whole_answer(store: &impl VisitStore) {
    store_all(store, &sample()).await;
    let window = Window { checkpoint: 2, from_ms: i64::MIN, to_ms: i64::MAX };
    for limit in [0, 1, 7, 10_000] {
        let (mut of, mut at) = (Vec::new(), Vec::new());
        let mut after: Option<Cursor> = None;
        loop {
            let page = store.visits_of_page(4, i64::MIN, i64::MAX, after, limit).await;
            let Ok(page) = page else { panic!("a page is read: {page:?}") };
            assert!(page.visits.len() <= limit.max(1), "a page keeps to its limit");
            of.extend(page.visits);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        loop {
            let page = store.visits_at_page(window, after, limit).await;
            let Ok(page) = page else { panic!("a page is read: {page:?}") };
            at.extend(page.visits);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(store.visits_of(4, i64::MIN, i64::MAX).await, Ok(of), "pages of {limit}");
        assert_eq!(store.visits_at(window).await, Ok(at), "pages of {limit}");
    }
}

async fn batched_questions_equal_single_ones(store: &impl VisitStore) {
    store_all(store, &sample()).await;
    let persons = [4, 19, 4, 1_000];
    let windows = [(1, 0, 900), (4, 800, 2_000), (1, 0, 900), (77, 0, 9_000)].map(|w| Window {
        checkpoint: w.0,
        from_ms: MIDNIGHT_MS + w.1 * MINUTE_MS,
        to_ms: MIDNIGHT_MS + w.2 * MINUTE_MS,
    });
    let (from_ms, to_ms) = (MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS);
    let (mut of, mut at) = (Vec::new(), Vec::new());
    for person in persons {
        of.extend(store.visits_of(person, from_ms, to_ms).await);
    }
    for window in windows {
        at.extend(store.visits_at(window).await);
    }
    assert!(of.iter().any(|visits| !visits.is_empty()) && at.iter().any(|v| !v.is_empty()));
    assert_eq!(store.visits_of_many(&persons, from_ms, to_ms).await, Ok(of));
    assert_eq!(store.visits_at_windows(&windows).await, Ok(at));
}

async fn persons_of_a_stretch_are_those_with_a_visit_in_it(store: &impl VisitStore) {
    let mut visits = sample();
    visits.push(visit(u64::MAX, 1, MIDNIGHT_MS + DAY_MS));
    store_all(store, &visits).await;
    for tidied in [false, true] {
        let stretches = [
            (i64::MIN, i64::MAX),
            (MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS),
            (MIDNIGHT_MS + DAY_MS, MIDNIGHT_MS + DAY_MS + 1),
            (MIDNIGHT_MS + 600_000, MIDNIGHT_MS + 1_200_000),
            (MIDNIGHT_MS + 40 * DAY_MS, i64::MAX),
            (MIDNIGHT_MS + 1, MIDNIGHT_MS + 1),
        ];
        for (from_ms, to_ms) in stretches {
            let there = visits.iter().filter(|v| (from_ms..to_ms).contains(&v.entered_ms));
            let mut wanted: Vec<u64> = there.map(|v| v.person).collect();
            wanted.sort_unstable();
            wanted.dedup();
            let found = store.persons_between(from_ms, to_ms).await;
            let found = found.map(|persons| persons.iter().collect::<Vec<_>>());
            assert_eq!(found, Ok(wanted), "{from_ms}..{to_ms}, tidied: {tidied}");
        }
        assert_eq!(store.tidy().await, Ok(()));
    }
}

async fn what_cannot_be_kept_is_refused(store: &impl VisitStore) {
    let good = visit(1, 1, MIDNIGHT_MS);
    let early = Visit { entered_ms: TIME_MS_MIN - 1, ..good };
    let late = Visit { recorded_ms: TIME_MS_MAX, ..good };
    let too_early = AppendError::Invalid(InvalidVisit::EnteredOutOfRange(TIME_MS_MIN - 1));
    let too_late = AppendError::Invalid(InvalidVisit::RecordedOutOfRange(TIME_MS_MAX));
    assert_eq!(store.append(early).await, Err(too_early));
    assert_eq!(store.append_all(vec![good, late]).await, Err(too_late));
    assert_eq!(store.visits_at(all_day(1)).await, Ok(vec![]), "none of a refused batch");
    assert_eq!(store.append(good).await, Ok(Appended::New), "the store goes on");
}

async fn limits_are_named(store: &impl VisitStore) {
    let visits = BATCH_VISITS_MAX + 1;
    let batch = vec![visit(1, 1, MIDNIGHT_MS); visits];
    let limit = BATCH_VISITS_MAX;
    assert_eq!(store.append_all(batch).await, Err(AppendError::BatchTooLarge { visits, limit }));
    let (keys, limit) = (READ_KEYS_MAX + 1, READ_KEYS_MAX);
    let too_large = ReadError::QuestionTooLarge { keys, limit };
    assert_eq!(store.visits_of_many(&vec![1; keys], 0, 1).await, Err(too_large.clone()));
    assert_eq!(store.visits_at_windows(&vec![all_day(1); keys]).await, Err(too_large));
}

async fn every_field_survives_at_its_edges(store: &impl VisitStore) {
    let least = Visit {
        person: 0,
        checkpoint: 0,
        entered_ms: TIME_MS_MIN,
        recorded_ms: TIME_MS_MAX - 1,
        method: 0,
        operator: 0,
        verdict: 0,
        status: 0,
        flags: 0,
    };
    let most = Visit {
        // Databases count persons in signed 64 bits and the rest in no less than they need.
        person: i64::MAX as u64,
        checkpoint: u32::MAX,
        entered_ms: TIME_MS_MAX - 1,
        recorded_ms: TIME_MS_MIN,
        method: u8::MAX,
        operator: u32::MAX,
        verdict: u8::MAX,
        status: u8::MAX,
        flags: u16::MAX,
    };
    store_all(store, &[least, most]).await;
    assert_eq!(store.visits_of(0, i64::MIN, i64::MAX).await, Ok(vec![least]));
    let window = Window { checkpoint: u32::MAX, from_ms: i64::MIN, to_ms: i64::MAX };
    assert_eq!(store.visits_at(window).await, Ok(vec![most]));
}

async fn many_at_once_are_all_stored(store: &impl VisitStore) {
    let visits: Vec<_> = (0..500).map(|n| visit(n, 1, MIDNIGHT_MS)).collect();
    let both = visits.iter().chain(&visits);
    let mut waiting: Vec<_> = both.map(|visit| store.append(*visit)).collect();
    let mut new = 0;
    // Polled together, so that they meet in the queue.
    std::future::poll_fn(|context| {
        waiting.retain_mut(|append| match append.as_mut().poll(context) {
            std::task::Poll::Pending => true,
            std::task::Poll::Ready(outcome) => {
                assert!(outcome.is_ok(), "stored under load: {outcome:?}");
                new += usize::from(outcome == Ok(Appended::New));
                false
            }
        });
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    assert_eq!(new, visits.len(), "each identity is new once");
    assert_eq!(store.visits_at(all_day(1)).await, Ok(visits));
}

async fn deleted_days_are_gone_for_good(mut maker: impl Maker) {
    let store = maker.open().await;
    let (old, new) = (visit(1, 1, MIDNIGHT_MS - 1), visit(1, 1, MIDNIGHT_MS));
    store_all(&store, &[old, new, visit(1, 2, MIDNIGHT_MS - 5 * DAY_MS)]).await;
    let day = store.day_of(MIDNIGHT_MS);
    assert_eq!(store.day_of(MIDNIGHT_MS - 1), day - 1, "midnight begins a day");
    assert_eq!(store.drop_before(day).await, Ok(()));
    assert_eq!(store.drop_before(day).await, Ok(()), "deleting twice is harmless");
    assert_eq!(store.visits_of(1, i64::MIN, i64::MAX).await, Ok(vec![new]));
    let deleted =
        InvalidVisit::DayDeleted { entered_ms: old.entered_ms, kept_from_ms: MIDNIGHT_MS };
    assert_eq!(store.append(old).await, Err(AppendError::Invalid(deleted)), "it stays deleted");
    assert_eq!(store.append(new).await, Ok(Appended::AlreadyThere));
    assert_eq!(store.close().await, Ok(()));
    drop(store);
    let store = maker.open().await;
    assert_eq!(store.visits_of(1, i64::MIN, i64::MAX).await, Ok(vec![new]), "over a restart");
    assert_eq!(store.append(old).await, Err(AppendError::Invalid(deleted)));
    assert_eq!(store.close().await, Ok(()));
}

async fn a_tidied_store_answers_as_before(store: &impl VisitStore) {
    store_all(store, &sample()[..200]).await;
    assert_eq!(store.tidy().await, Ok(()));
    store_all(store, &sample()).await;
    let window = Window { checkpoint: 2, from_ms: i64::MIN, to_ms: i64::MAX };
    let before = (store.visits_of(4, 0, i64::MAX).await, store.visits_at(window).await);
    assert!(before.0.as_ref().is_ok_and(|visits| !visits.is_empty()));
    assert_eq!(store.tidy().await, Ok(()));
    let after = (store.visits_of(4, 0, i64::MAX).await, store.visits_at(window).await);
    assert_eq!(before, after);
    assert_eq!(store.append(sample()[17]).await, Ok(Appended::AlreadyThere), "known when tidied");
}

async fn a_closed_store_refuses_and_keeps(mut maker: impl Maker) {
    let store = maker.open().await;
    store_all(&store, &sample()).await;
    let before = store.visits_of(4, i64::MIN, i64::MAX).await;
    assert_eq!(store.close().await, Ok(()));
    assert_eq!(store.close().await, Ok(()), "closing twice is harmless");
    let refused = store.append(visit(1, 1, MIDNIGHT_MS)).await;
    assert!(matches!(refused, Err(AppendError::Stopped(_))), "closed: {refused:?}");
    assert!(matches!(store.health(), StoreHealth::Stopped(_)));
    drop(store);
    let store = maker.open().await;
    assert_eq!(store.health(), StoreHealth::Writing);
    assert_eq!(store.visits_of(4, i64::MIN, i64::MAX).await, before, "kept over a restart");
    let again = store.append(sample()[17]).await;
    assert_eq!(again, Ok(Appended::AlreadyThere), "known over a restart");
    assert_eq!(store.close().await, Ok(()));
}
