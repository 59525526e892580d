//! A clock that is set forward or back is reported, and costs nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use common::{MIDNIGHT_MS, all_of, script::TINY};
use visitlog::{Engine, Event, Visit, Watch, storage::simulated::Simulated};

const MINUTE_MS: i64 = 60_000;

/// An engine, the clock that never jumps (ms), and the jumps that were reported.
struct Lent {
    engine: Engine,
    elapsed_ms: Arc<AtomicU64>,
    jumps: mpsc::Receiver<i64>,
    count: u64,
}

impl Lent {
    fn on(storage: &Simulated) -> Self {
        let elapsed_ms = Arc::new(AtomicU64::new(0));
        let (sender, jumps) = mpsc::channel();
        let lent = Arc::clone(&elapsed_ms);
        let watch = Watch {
            elapsed: Some(Box::new(move || Duration::from_millis(lent.load(Ordering::Relaxed)))),
            report: Some(Box::new(move |event| {
                if let Event::ClockJumped { by_ms } = event {
                    sender.send(by_ms).unwrap();
                }
            })),
        };
        let engine = Engine::open_on(Arc::new(storage.clone()), TINY, watch).unwrap();
        Self { engine, elapsed_ms, jumps, count: 0 }
    }

    /// So many minutes pass, and somebody enters when the wall clock shows `clock_min`.
    fn enter_after(&mut self, minutes: u64, clock_min: i64) -> Vec<i64> {
        self.elapsed_ms.fetch_add(minutes * 60_000, Ordering::Relaxed);
        let recorded_ms = MIDNIGHT_MS + clock_min * MINUTE_MS;
        let visit = Visit { entered_ms: recorded_ms, recorded_ms, ..common::visit(self.count) };
        let visit = Visit { checkpoint: 1, ..visit };
        self.count += 1;
        assert!(!self.engine.append(visit).unwrap().already_there);
        self.jumps.try_iter().collect()
    }
}

#[test]
fn jumps_over_five_minutes_are_reported_once_and_nothing_is_lost_or_out_of_order() {
    let storage = Simulated::new();
    let mut lent = Lent::on(&storage);
    assert_eq!(lent.enter_after(0, 600), []);
    assert_eq!(lent.enter_after(10, 610), [], "time passes");
    assert_eq!(lent.enter_after(1, 616), [], "five minutes ahead are no jump");
    assert_eq!(lent.enter_after(1, 677), [60 * MINUTE_MS], "summer time, so to speak");
    assert_eq!(lent.enter_after(1, 678), []);
    assert_eq!(lent.enter_after(1, 79), [-600 * MINUTE_MS], "and ten hours back");
    assert_eq!(lent.enter_after(1, 80), []);
    assert_eq!(lent.enter_after(480, 560), [], "a quiet night is no jump");
    assert_eq!(lent.enter_after(1, 561 + 3 * 1_440), [3 * 1_440 * MINUTE_MS], "three days ahead");
    assert_eq!(lent.engine.stats().clock_jumps, 3);
    lent.engine.seal().unwrap();
    for engine in [
        lent.engine,
        Engine::open_on(Arc::new(storage.after_kill()), TINY, Watch::default()).unwrap(),
    ] {
        assert_eq!(all_of(&engine).len(), 9, "nothing is lost");
        let window = visitlog::Window { checkpoint: 1, from_ms: i64::MIN, to_ms: i64::MAX };
        let entered: Vec<_> =
            engine.visits_at(window, None, 99).unwrap().iter().map(|v| v.entered_ms).collect();
        assert!(entered.is_sorted() && entered.len() == 9, "by entry time");
        assert_eq!(entered[0], MIDNIGHT_MS + 79 * MINUTE_MS, "though it came late");
    }
}

#[test]
fn a_late_upload_is_no_jump() {
    let storage = Simulated::new();
    let mut lent = Lent::on(&storage);
    assert_eq!(lent.enter_after(0, 3_000), []);
    // Entered two days ago, recorded now.
    let late = Visit {
        entered_ms: MIDNIGHT_MS + 120 * MINUTE_MS,
        recorded_ms: MIDNIGHT_MS + 3_000 * MINUTE_MS,
        ..common::visit(200)
    };
    lent.engine.append(late).unwrap();
    assert_eq!(lent.enter_after(1, 3_001), []);
    assert_eq!(lent.engine.stats().clock_jumps, 0);
}
