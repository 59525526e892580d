//! Callers who hang up half way: whatever became durable was told to the door.

use actions::duty::{announce::Announcement, devices, screen};
use axum::{body::Body, http::Request};
use std::{collections::HashSet, time::Duration};
use testkit::TestHouse;
use visits::Window;
use web::front::Front;

/// Callers, each gone a little later than the one before.
const CALLERS: u64 = 40;

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_whose_caller_is_gone_is_at_the_door_all_the_same() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = devices::device(&t, &t.duty(&door).await).unwrap();
    let mut listener = screen::listen(&t, &guard);
    let router = Front::new(t.house.clone());
    for n in 0..CALLERS {
        t.clock.advance_ms(61_000);
        let (_, token) = t.visitor().await;
        let request = Request::post("/api/v1/checkins")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(format!("{{\"code\":\"{}\"}}", door.code)))
            .unwrap();
        let call = router.answer(request);
        // The last one waits, so that the store has something even on a slow machine.
        let patience =
            if n + 1 == CALLERS { Duration::from_secs(30) } else { Duration::from_micros(n * 400) };
        let _gone = tokio::time::timeout(patience, call).await;
    }
    // What was begun ends by itself; nobody waits for its answer.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let window = Window { checkpoint: door.number.0, from_ms: 0, to_ms: i64::MAX };
    let stored = t.visits.visits_at(window).await.unwrap();
    assert!(!stored.is_empty(), "nobody got as far as the store");
    let mut told = HashSet::new();
    while let Ok(heard) = listener.try_recv() {
        if let Announcement::Entry(shown) = heard {
            told.insert(shown.entered.0);
        }
    }
    for visit in &stored {
        assert!(told.contains(&visit.entered_ms), "an entry the door has not heard of");
    }
}
