//! Alerts: raised by an abnormal entry, standing until somebody writes down what was done.

use crate::support::{
    Refuses, colour, complains, conflict, device, lines, not_found, parts, refused, visitor,
};
use actions::{
    Failure,
    alerts::dispose,
    checkins::record::record,
    duty::{announce::Announcement, screen},
};
use domain::{audit::Deed, checkins::Method, health_status::Colour, time::DAY_MS};
use std::sync::Arc;
use testkit::{Door, TestHouse};
use visits::AppendError;

/// A door where somebody with a red code has just entered; the alert's number.
async fn abnormal(t: &TestHouse, door: &Door) -> i64 {
    let (person, form) = visitor(t).await;
    colour(t, &form, Colour::Red).await;
    record(t, &person, &door.code, Method::Wechat).await.unwrap();
    let guard = device(t, door).await;
    screen::open(t, &guard).await.unwrap().open_alerts.last().unwrap().id
}

#[tokio::test]
async fn an_alert_stands_until_it_is_dealt_with_even_after_midnight() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let alert = abnormal(&t, &door).await;
    let guard = device(&t, &door).await;
    t.clock.advance_ms(DAY_MS);
    let shown = screen::open(&t, &guard).await.unwrap();
    assert_eq!((shown.entries, shown.abnormal, shown.open_alerts.len()), (0, 0, 1));
    assert_eq!(shown.open_alerts[0].shown.colour, Colour::Red);
    assert_eq!(shown.open_alerts[0].shown.alert, Some(alert));
    let mut listener = screen::listen(&t, &guard);
    dispose(&t, &guard, alert, "turned_back", "").await.unwrap();
    let told = listener.try_recv().unwrap();
    assert!(matches!(told, Announcement::Disposed { alert: which } if which == alert));
    assert!(screen::open(&t, &guard).await.unwrap().open_alerts.is_empty());
    let written = lines(&t, Deed::AlertDisposed).await;
    assert_eq!(written, [(format!("异常 {alert}"), "劝返".to_owned())]);
}

#[tokio::test]
async fn another_doors_device_finds_no_alert() {
    let t = TestHouse::new().await;
    let (door, other) = (t.door().await, t.door().await);
    let alert = abnormal(&t, &door).await;
    let stranger = device(&t, &other).await;
    not_found(dispose(&t, &stranger, alert, "handed_over", "").await);
    not_found(dispose(&t, &stranger, 999, "handed_over", "").await);
    assert!(lines(&t, Deed::AlertDisposed).await.is_empty());
    let guard = device(&t, &door).await;
    dispose(&t, &guard, alert, "handed_over", "").await.unwrap();
}

#[tokio::test]
async fn letting_in_after_all_needs_a_note() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let alert = abnormal(&t, &door).await;
    let guard = device(&t, &door).await;
    complains("disposition", dispose(&t, &guard, alert, "", "").await);
    complains("disposition", dispose(&t, &guard, alert, "forgotten", "").await);
    complains("note", dispose(&t, &guard, alert, "cleared", " ").await);
    complains("note", dispose(&t, &guard, alert, "turned_back", &"长".repeat(201)).await);
    dispose(&t, &guard, alert, "cleared", "已出示 24 小时核酸报告").await.unwrap();
}

#[tokio::test]
async fn what_was_done_is_written_down_once() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let alert = abnormal(&t, &door).await;
    let (one, other) = (device(&t, &door).await, device(&t, &door).await);
    let (first, second) = tokio::join!(
        dispose(&t, &one, alert, "turned_back", ""),
        dispose(&t, &other, alert, "handed_over", "")
    );
    conflict(if first.is_ok() { second } else { first });
    conflict(dispose(&t, &one, alert, "turned_back", "").await);
    assert_eq!(lines(&t, Deed::AlertDisposed).await.len(), 1);
}

#[tokio::test]
async fn an_alert_whose_entry_cannot_be_read_is_not_passed_over() {
    let mut t = TestHouse::new().await;
    let door = t.door().await;
    abnormal(&t, &door).await;
    let guard = device(&t, &door).await;
    t.clock.advance_ms(DAY_MS);
    let (inside, reason) = (Arc::clone(&t.visits), AppendError::Full);
    let refuses = Refuses { knows_people: false, ..Refuses::new(&inside, reason) };
    parts(&mut t).visits = Arc::new(refuses);
    let failure = refused(screen::open(&t, &guard).await);
    assert!(matches!(failure, Failure::Broken(_)), "{failure}");
}
