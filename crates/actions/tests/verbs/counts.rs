//! What a manager sees of the entries at a door: numbers by day and hour.

use crate::support::{manager, not_found, visitor};
use actions::{
    checkins::record::record,
    checkpoints::counts::{DAYS, counts},
};
use domain::{
    checkins::Method,
    time::{DAY_MS, HOUR_MS},
};
use testkit::TestHouse;

#[tokio::test]
async fn entries_are_counted_in_the_hour_and_day_of_fuyang() {
    let t = TestHouse::new().await;
    let (door, other) = (t.door().await, t.door().await);
    let caller = manager(&t, &door.manager).await;
    let (person, _) = visitor(&t).await;
    // 23:32 on one day, 00:32 on the next.
    let to_midnight = DAY_MS - t.now().since(t.now().day_start());
    t.clock.advance_ms(to_midnight - HOUR_MS / 2);
    record(&t, &person, &door.code, Method::Browser).await.unwrap();
    t.clock.advance_ms(HOUR_MS);
    record(&t, &person, &door.code, Method::Browser).await.unwrap();
    record(&t, &person, &other.code, Method::Browser).await.unwrap();
    let days = counts(&t, &caller, door.number).await.unwrap();
    assert_eq!(days.len(), DAYS);
    assert_eq!(days[0].start, t.now().day_start());
    assert_eq!((days[0].hours[0], days[0].total()), (1, 1));
    assert_eq!((days[1].hours[23], days[1].total()), (1, 1));
    assert_eq!(days[1].start, t.now().day_start().plus(-DAY_MS));
    assert!(days[2..].iter().all(|day| day.total() == 0));
}

#[tokio::test]
async fn what_is_older_than_the_days_shown_is_not_counted() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let (person, _) = visitor(&t).await;
    record(&t, &person, &door.code, Method::Browser).await.unwrap();
    t.clock.advance_ms((DAYS as i64 - 1) * DAY_MS);
    let last = |days: Vec<actions::checkpoints::counts::Day>| days[DAYS - 1].total();
    assert_eq!(last(counts(&t, &caller, door.number).await.unwrap()), 1);
    t.clock.advance_ms(DAY_MS);
    let days = counts(&t, &caller, door.number).await.unwrap();
    assert_eq!(days.iter().map(|day| day.total()).sum::<u64>(), 0);
}

#[tokio::test]
async fn nobody_counts_at_somebody_elses_door() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    not_found(counts(&t, &stranger, door.number).await);
}
