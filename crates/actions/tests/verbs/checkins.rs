//! Check-ins: durable, once a minute, judged, and told to the door after they are on disk.

use crate::support::{
    Hangs, Refuses, Says, colour, device, green, not_found, number, parts, refused, visitor,
    visits_at,
};
use actions::{
    Failure,
    alerts::raised,
    checkins::{
        gate::{Gate, remember},
        receipt::receipt,
        record::record,
        stored::Recorded,
    },
    duty::{announce::Announcement, screen},
    people,
};
use domain::{
    checkins::Method,
    entry_policy::Decision,
    health_status::{Colour, HealthStatus, NucleicAcid},
    people::PersonForm,
    time::{DAY_MS, HOUR_MS},
    venue_codes::Standing,
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use testkit::{Door, TestHouse};
use tokio::{sync::broadcast::Receiver, time::timeout};
use visits::{AppendError, VisitStore, Window, embedded::EmbeddedVisits, embedded::Options};

#[tokio::test]
async fn an_entry_says_where_when_and_that_one_may_pass() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(receipt.door.checkpoint, door.number);
    assert_eq!((receipt.entered, receipt.now), (t.now(), t.now()));
    assert_eq!((receipt.decision, receipt.colour), (Decision::Pass, Colour::Green));
    assert_eq!(receipt.advice, "请进入");
    assert_eq!((receipt.negative_hours, receipt.again), (Some(11), false));
    assert_eq!(receipt.deleted_on, t.now().day_start().plus(28 * DAY_MS));
}

#[tokio::test]
async fn an_entry_is_on_disk_when_it_is_answered() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    let receipt = record(&t, &person, &door.code, Method::UnionPay).await.unwrap();
    let who = number(&t, &form).await;
    t.visits.close().await.unwrap();
    let reopened = EmbeddedVisits::open(t.data().join("visits"), Options::default()).unwrap();
    let window = Window { checkpoint: door.number.0, from_ms: 0, to_ms: i64::MAX };
    let stored = reopened.visits_at(window).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!((stored[0].person, stored[0].entered_ms), (who.0, receipt.entered.0));
    assert_eq!(stored[0].method, Method::UnionPay.number());
    assert_eq!(stored[0].operator, 0);
}

#[tokio::test]
async fn a_second_scan_within_a_minute_shows_the_same_entry() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    let first = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(59_999);
    let second = record(&t, &person, &door.code, Method::Alipay).await.unwrap();
    assert!(second.again && !first.again);
    assert_eq!((second.id, second.entered), (first.id, first.entered));
    assert_eq!(second.method, Method::Wechat, "as it was recorded");
    t.clock.advance_ms(1);
    let third = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert!(!third.again);
    assert_eq!(third.entered, t.now());
    assert_eq!(visits_at(&t, &door).await.len(), 2);
}

#[tokio::test]
async fn a_restart_and_a_clock_set_back_do_not_double_an_entry() {
    let mut t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    parts(&mut t).gate = Gate::default();
    t.clock.advance_ms(59_999);
    assert!(record(&t, &person, &door.code, Method::Wechat).await.unwrap().again);
    parts(&mut t).gate = Gate::default();
    t.clock.advance_ms(-100_000);
    assert!(record(&t, &person, &door.code, Method::Wechat).await.unwrap().again);
    assert_eq!(visits_at(&t, &door).await.len(), 1);
}

#[tokio::test]
async fn a_memory_filled_at_a_start_keeps_a_second_scan_one_entry_without_asking_the_store() {
    let mut t = TestHouse::new().await;
    let door = t.door().await;
    let ((person, _), (other, _)) = (visitor(&t).await, visitor(&t).await);
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    parts(&mut t).gate = Gate::default();
    remember(&t).await;
    t.clock.advance_ms(59_999);
    let inside = Arc::clone(&t.visits);
    knows_nobody(&mut t, &inside);
    let failure = refused(record(&t, &other, &door.code, Method::Wechat).await);
    assert!(matches!(failure, Failure::Busy), "it came as far as being written: {failure}");
    parts(&mut t).visits = inside;
    assert!(record(&t, &person, &door.code, Method::Wechat).await.unwrap().again);
    assert_eq!(visits_at(&t, &door).await.len(), 1);
}

/// A store that takes no visit and does not say what anybody did.
fn knows_nobody(t: &mut TestHouse, inside: &Arc<dyn VisitStore>) {
    let refuses = Refuses { knows_people: false, ..Refuses::new(inside, AppendError::Full) };
    parts(t).visits = Arc::new(refuses);
}

/// As `remember` finds a store none of whose answers holds more visits than this.
async fn remembered(t: &mut TestHouse, holds_max: usize) {
    let inside = Arc::clone(&t.visits);
    parts(t).gate = Gate::default();
    parts(t).visits = Arc::new(Refuses { holds_max, ..Refuses::new(&inside, AppendError::Full) });
    remember(t).await;
    parts(t).visits = inside;
}

#[tokio::test]
async fn a_minute_that_brought_more_than_one_answer_holds_is_remembered_all_the_same() {
    let mut t = TestHouse::new().await;
    let ((person, _), (other, _)) = (visitor(&t).await, visitor(&t).await);
    let mut doors = Vec::new();
    for _ in 0..7 {
        doors.push(t.door().await);
    }
    for door in &doors {
        record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    }
    remembered(&mut t, 2).await;
    let inside = Arc::clone(&t.visits);
    knows_nobody(&mut t, &inside);
    let failure = refused(record(&t, &other, &doors[0].code, Method::Wechat).await);
    assert!(matches!(failure, Failure::Busy), "it came as far as being written: {failure}");
    parts(&mut t).visits = inside;
    for door in &doors {
        assert!(record(&t, &person, &door.code, Method::Wechat).await.unwrap().again);
    }
}

#[tokio::test]
async fn what_cannot_be_remembered_at_a_start_is_looked_up_and_keeps_nobody_out() {
    let mut t = TestHouse::new().await;
    let (door, full) = (t.door().await, t.door().await);
    let ((person, _), (other, _)) = (visitor(&t).await, visitor(&t).await);
    for (person, door) in [(&person, &door), (&person, &full), (&other, &full)] {
        record(&t, person, &door.code, Method::Wechat).await.unwrap();
    }
    remembered(&mut t, 1).await;
    t.clock.advance_ms(10_000);
    for door in [&door, &full] {
        assert!(record(&t, &person, &door.code, Method::Wechat).await.unwrap().again);
    }
    assert!(!record(&t, &other, &door.code, Method::Wechat).await.unwrap().again);
    assert_eq!(visits_at(&t, &door).await.len(), 2);
}

#[tokio::test]
async fn other_doors_and_other_people_are_other_entries() {
    let t = TestHouse::new().await;
    let (door, next) = (t.door().await, t.door().await);
    let ((one, _), (other, _)) = (visitor(&t).await, visitor(&t).await);
    for person in [&one, &other] {
        for code in [&door.code, &next.code] {
            assert!(!record(&t, person, code, Method::Wechat).await.unwrap().again);
        }
    }
    assert_eq!(visits_at(&t, &door).await.len(), 2);
    assert_eq!(visits_at(&t, &next).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_scans_at_once_are_one_entry() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    let guard = device(&t, &door).await;
    let mut listener = screen::listen(&t, &guard);
    let mut scans = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (house, code) = (Arc::clone(&t.house), door.code.clone());
        scans.spawn(async move { record(&house, &person, &code, Method::Wechat).await });
    }
    let receipts: Vec<_> = scans.join_all().await.into_iter().map(Result::unwrap).collect();
    assert_eq!(receipts.iter().filter(|receipt| !receipt.again).count(), 1);
    assert!(receipts.iter().all(|receipt| receipt.id == receipts[0].id));
    assert_eq!(visits_at(&t, &door).await.len(), 1);
    assert!(matches!(listener.try_recv(), Ok(Announcement::Entry(_))));
    assert!(listener.try_recv().is_err(), "told once");
}

#[tokio::test]
async fn a_red_code_stops_and_raises_an_alert() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    colour(&t, &form, Colour::Red).await;
    let guard = device(&t, &door).await;
    let mut listener = screen::listen(&t, &guard);
    let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!((receipt.decision, receipt.colour), (Decision::Stop, Colour::Red));
    let Ok(Announcement::Entry(shown)) = listener.try_recv() else { panic!("nobody was told") };
    assert_eq!((shown.decision, shown.colour), (Decision::Stop, Colour::Red));
    assert_eq!(shown.alert, None, "the door hears of it before the registry does");
    let open = screen::open(&t, &guard).await.unwrap();
    assert_eq!((open.abnormal, open.open_alerts.len()), (1, 1));
    assert_eq!(alert_told(&mut listener), Some(open.open_alerts[0].id));
    assert!(record(&t, &person, &door.code, Method::Wechat).await.unwrap().again);
    assert_eq!(
        screen::open(&t, &guard).await.unwrap().open_alerts.len(),
        1,
        "one entry, one alert"
    );
}

#[tokio::test]
async fn what_turns_red_within_the_minute_is_an_entry_of_its_own_and_shown_red() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    *t.health.silent.lock() = true;
    let guard = device(&t, &door).await;
    let mut listener = screen::listen(&t, &guard);
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert!(matches!(listener.try_recv(), Ok(Announcement::Entry(shown)) if shown.alert.is_none()));
    colour(&t, &form, Colour::Red).await;
    for again in [false, true, true] {
        let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
        assert_eq!(receipt.again, again);
        assert_eq!((receipt.decision, receipt.colour), (Decision::Stop, Colour::Red));
    }
    assert_eq!(visits_at(&t, &door).await.len(), 2);
    let alert = screen::open(&t, &guard).await.unwrap().open_alerts[0].id;
    let told = listener.try_recv();
    let Ok(Announcement::Entry(shown)) = told else { panic!("an entry that nobody sees") };
    assert_eq!((shown.decision, shown.colour), (Decision::Stop, Colour::Red));
    assert_eq!(alert_told(&mut listener), Some(alert));
    assert!(listener.try_recv().is_err(), "told once");
}

fn alert_told(listener: &mut Receiver<Announcement>) -> Option<i64> {
    match listener.try_recv() {
        Ok(Announcement::Alert { alert }) => Some(alert),
        _ => None,
    }
}

#[tokio::test]
async fn alerts_of_a_storm_are_opened_by_themselves_and_each_is_told_once() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let mut listener = screen::listen(&t, &guard);
    let opening = tokio::spawn(raised::run(Arc::clone(&t.house)));
    for _ in 0..20 {
        let (person, form) = visitor(&t).await;
        colour(&t, &form, Colour::Red).await;
        for _ in 0..2 {
            record(&t, &person, &door.code, Method::Wechat).await.unwrap();
        }
    }
    let mut alerts = HashSet::new();
    while alerts.len() < 20 {
        let told = timeout(Duration::from_secs(20), listener.recv());
        match told.await.expect("every alert is told") {
            Ok(Announcement::Alert { alert }) => assert!(alerts.insert(alert), "told twice"),
            Ok(Announcement::Entry(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    opening.abort();
    let open = screen::open(&t, &guard).await.unwrap();
    assert_eq!(open.open_alerts.iter().map(|open| open.id).collect::<HashSet<_>>(), alerts);
    assert!(listener.try_recv().is_err(), "and then nothing more");
}

#[tokio::test]
async fn a_screen_that_goes_away_while_alerts_are_opened_takes_none_with_it() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    // From here on the day is in memory, and no look reads it from the store again.
    screen::open(&t, &guard).await.unwrap();
    for round in 0..40 {
        let (person, form) = visitor(&t).await;
        colour(&t, &form, Colour::Red).await;
        record(&t, &person, &door.code, Method::Wechat).await.unwrap();
        let patience = Duration::from_micros(round * 150);
        let _gone_or_not = timeout(patience, screen::open(&t, &guard)).await;
    }
    assert_eq!(screen::open(&t, &guard).await.unwrap().open_alerts.len(), 40);
}

#[tokio::test]
async fn a_red_code_stops_and_is_told_although_the_registry_is_gone() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    colour(&t, &form, Colour::Red).await;
    let guard = device(&t, &door).await;
    let mut listener = screen::listen(&t, &guard);
    t.registry.close().await;
    let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(receipt.decision, Decision::Stop);
    assert!(matches!(listener.try_recv(), Ok(Announcement::Entry(_))));
    let opening = tokio::spawn(raised::run(Arc::clone(&t.house)));
    assert!(timeout(Duration::from_millis(300), listener.recv()).await.is_err(), "no alert stands");
    assert!(!opening.is_finished(), "it is tried again");
    opening.abort();
}

#[tokio::test]
async fn a_scan_again_tells_the_door_of_an_entry_that_a_crash_kept_from_it() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (person, form) = visitor(&t).await;
    colour(&t, &form, Colour::Red).await;
    t.visits.append(red_visit(&t, &form, &door).await).await.unwrap();
    t.clock.advance_ms(1_000);
    let mut listener = screen::listen(&t, &guard);
    assert!(record(&t, &person, &door.code, Method::Wechat).await.unwrap().again);
    assert!(listener.try_recv().is_err(), "whether it stands already is known to the registry");
    let opening = tokio::spawn(raised::run(Arc::clone(&t.house)));
    let told = timeout(Duration::from_secs(20), listener.recv()).await.expect("it is told");
    let Ok(Announcement::Entry(shown)) = told else { panic!("{told:?}") };
    assert_eq!(shown.decision, Decision::Stop);
    opening.abort();
    let open = screen::open(&t, &guard).await.unwrap();
    assert_eq!(shown.alert, Some(open.open_alerts[0].id));
}

#[tokio::test]
async fn a_silent_source_is_unknown_and_recorded_without_an_alert() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    *t.health.silent.lock() = true;
    let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!((receipt.decision, receipt.colour), (Decision::Recheck, Colour::Unknown));
    assert_eq!(visits_at(&t, &door).await.len(), 1);
    let guard = device(&t, &door).await;
    let open = screen::open(&t, &guard).await.unwrap();
    assert_eq!((open.entries, open.abnormal, open.open_alerts.len()), (1, 0, 0));
}

#[tokio::test]
async fn a_source_that_hangs_holds_nobody_up() {
    let mut t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    parts(&mut t).health = Arc::new(Hangs);
    let scan = record(&t, &person, &door.code, Method::Wechat);
    let receipt = tokio::time::timeout(std::time::Duration::from_secs(20), scan).await;
    let receipt = receipt.expect("within a bounded time").unwrap();
    assert_eq!((receipt.decision, receipt.colour), (Decision::Recheck, Colour::Unknown));
}

#[tokio::test]
async fn nothing_but_fresh_green_is_shown_green_and_passes() {
    let mut t = TestHouse::new().await;
    let door = t.door().await;
    let now = t.now();
    let fresh = green(now);
    let stale = HealthStatus { confirmed: now.plus(-HOUR_MS), ..fresh };
    let tested = |hours: i64, negative| Some(NucleicAcid::of(now.plus(-hours * HOUR_MS), negative));
    let cases = [
        (fresh, Decision::Pass, Colour::Green),
        (stale, Decision::Recheck, Colour::Unknown),
        (HealthStatus { colour: Colour::Yellow, ..fresh }, Decision::Recheck, Colour::Yellow),
        (HealthStatus { colour: Colour::Gray, ..fresh }, Decision::Recheck, Colour::Gray),
        (HealthStatus { colour: Colour::None, ..fresh }, Decision::Recheck, Colour::None),
        (HealthStatus { colour: Colour::Unknown, ..fresh }, Decision::Recheck, Colour::Unknown),
        (HealthStatus { nucleic_acid: tested(1, false), ..fresh }, Decision::Stop, Colour::Gray),
    ];
    for (mut status, decision, colour) in cases {
        let (person, _) = visitor(&t).await;
        // Registering moves the clock on.
        status.confirmed = t.now().plus(status.confirmed.since(now));
        parts(&mut t).health = Arc::new(Says(status));
        let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
        assert_eq!((receipt.decision, receipt.colour), (decision, colour), "{status:?}");
        let stored = visits_at(&t, &door).await.pop().unwrap();
        let stored = Recorded::from(&stored);
        assert_eq!((stored.decision, stored.colour), (decision, colour));
    }
}

#[tokio::test]
async fn a_receipt_is_ones_own_and_nobody_elses() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let ((person, _), (other, _)) = (visitor(&t).await, visitor(&t).await);
    let recorded = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    let again = receipt(&t, &person, &recorded.id).await.unwrap();
    assert_eq!((again.id.as_str(), again.entered), (recorded.id.as_str(), recorded.entered));
    assert_eq!(again.proof_word, recorded.proof_word);
    assert!(again.again);
    not_found(receipt(&t, &other, &recorded.id).await);
    for garbage in ["", "1", "场所码", "1-1", "4294967296-1", "1--9223372036854775808"] {
        not_found(receipt(&t, &person, garbage).await);
    }
    not_found(receipt(&t, &person, &format!("{}-{}", door.number.0, i64::MAX)).await);
    not_found(receipt(&t, &person, &format!("{}-{}", door.number.0, i64::MIN)).await);
}

#[tokio::test]
async fn a_receipt_stays_when_its_door_is_closed_for_good() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    let recorded = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    t.set_standing(&door.code, Standing::Closed).await;
    let again = receipt(&t, &person, &recorded.id).await.unwrap();
    assert_eq!(again.door, recorded.door);
}

#[tokio::test]
async fn an_entry_is_told_at_its_own_door_and_at_no_other() {
    let t = TestHouse::new().await;
    let (door, other) = (t.door().await, t.door().await);
    let (here, there) = (device(&t, &door).await, device(&t, &other).await);
    let (mut here, mut there) = (screen::listen(&t, &here), screen::listen(&t, &there));
    let (person, _) = visitor(&t).await;
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    let Ok(Announcement::Entry(shown)) = here.try_recv() else { panic!("nobody was told") };
    assert_eq!((shown.masked_name.as_str(), shown.colour), ("王*明", Colour::Green));
    assert_eq!(shown.negative_hours, Some(11));
    assert!(here.try_recv().is_err() && there.try_recv().is_err());
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    assert!(here.try_recv().is_err(), "the same entry is told once");
}

#[tokio::test]
async fn a_store_that_takes_nothing_announces_nothing_and_the_next_try_is_recorded() {
    let mut t = TestHouse::new().await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    colour(&t, &form, Colour::Red).await;
    let guard = device(&t, &door).await;
    let mut listener = screen::listen(&t, &guard);
    let inside = Arc::clone(&t.visits);
    let busy = [AppendError::Full, AppendError::NoRoom("disk full".to_owned())];
    for reason in busy {
        parts(&mut t).visits = Arc::new(Refuses::new(&inside, reason));
        let failure = refused(record(&t, &person, &door.code, Method::Wechat).await);
        assert!(matches!(failure, Failure::Busy), "{failure}");
    }
    let reason = AppendError::Stopped("input/output error".to_owned());
    parts(&mut t).visits = Arc::new(Refuses::new(&inside, reason));
    let failure = refused(record(&t, &person, &door.code, Method::Wechat).await);
    assert!(matches!(failure, Failure::Broken(_)), "{failure}");
    assert!(listener.try_recv().is_err(), "nothing is told");
    assert!(screen::open(&t, &guard).await.unwrap().open_alerts.is_empty());

    parts(&mut t).visits = inside;
    t.clock.advance_ms(10_000);
    assert!(!record(&t, &person, &door.code, Method::Wechat).await.unwrap().again);
    assert!(matches!(listener.try_recv(), Ok(Announcement::Entry(_))));
    assert_eq!(visits_at(&t, &door).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_a_queue_of_one_every_answer_is_kept_and_nothing_else() {
    let options = Options { queue_visits_max: 1, group_visits_max: 1, ..Options::default() };
    let t = TestHouse::with_visits(options).await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let mut listener = screen::listen(&t, &guard);
    let mut scans = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (person, _) = visitor(&t).await;
        let (house, code) = (Arc::clone(&t.house), door.code.clone());
        scans.spawn(async move { record(&house, &person, &code, Method::Wechat).await });
    }
    let answers = scans.join_all().await;
    let kept = answers.iter().filter(|answer| answer.is_ok()).count();
    let busy = answers.iter().filter(|answer| matches!(answer, Err(Failure::Busy))).count();
    assert_eq!(kept + busy, 40, "kept or busy, nothing between");
    assert_eq!(visits_at(&t, &door).await.len(), kept);
    let told = std::iter::from_fn(|| listener.try_recv().ok()).count();
    assert_eq!(told, kept);
}

#[tokio::test]
async fn ones_own_page_lists_the_entries_that_are_kept() {
    let t = TestHouse::new().await;
    let (door, next) = (t.door().await, t.door().await);
    let ((person, _), (other, _)) = (visitor(&t).await, visitor(&t).await);
    record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(DAY_MS);
    let last = record(&t, &person, &next.code, Method::Alipay).await.unwrap();
    record(&t, &other, &next.code, Method::Alipay).await.unwrap();
    let me = people::mine::me(&t, &person, 0).await.unwrap();
    assert_eq!((me.masked_name.as_str(), me.kept_days, me.entries.len()), ("王*明", 28, 2));
    assert_eq!(me.entries[0].entered, last.entered);
    assert_eq!(me.entries[0].deleted_on, last.entered.day_start().plus(28 * DAY_MS));
    t.clock.advance_ms(27 * DAY_MS + HOUR_MS);
    assert_eq!(people::mine::me(&t, &person, 0).await.unwrap().entries.len(), 1);
}

#[tokio::test]
async fn a_result_looked_at_again_shows_what_holds_now_when_that_is_worse() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, form) = visitor(&t).await;
    let made = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    colour(&t, &form, Colour::Red).await;
    let seen = receipt(&t, &person, &made.id).await.unwrap();
    assert_eq!((seen.decision, seen.colour), (Decision::Stop, Colour::Red));
    t.clock.advance_ms(HOUR_MS);
    let old = receipt(&t, &person, &made.id).await.unwrap();
    assert_eq!((old.decision, old.colour), (Decision::Pass, Colour::Green), "as it was then");
}

#[tokio::test]
async fn a_green_of_the_register_counts_for_a_day_and_a_red_until_it_is_changed() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    *t.health.silent.lock() = true;
    let (one, one_form) = visitor(&t).await;
    let (other, other_form) = visitor(&t).await;
    colour(&t, &one_form, Colour::Green).await;
    colour(&t, &other_form, Colour::Red).await;
    let at_door = async |person| record(&t, person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(at_door(&one).await.colour, Colour::Green);
    t.clock.advance_ms(DAY_MS + 1);
    assert_eq!(at_door(&one).await.colour, Colour::Unknown);
    assert_eq!(at_door(&other).await.colour, Colour::Red);
}

/// As it stands in the store when the process ended right after the commit.
async fn red_visit(t: &TestHouse, form: &PersonForm, door: &Door) -> visits::Visit {
    visits::Visit {
        person: number(t, form).await.0,
        checkpoint: door.number.0,
        entered_ms: t.now().0,
        recorded_ms: t.now().0,
        method: Method::Wechat.number(),
        operator: 0,
        verdict: Decision::Stop.number(),
        status: Colour::Red.number(),
        flags: 0,
    }
}

#[tokio::test]
async fn an_alert_that_a_crash_left_out_is_opened_when_the_screen_looks() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (_, form) = visitor(&t).await;
    t.visits.append(red_visit(&t, &form, &door).await).await.unwrap();
    t.clock.advance_ms(1);
    for _ in 0..2 {
        let screen = screen::open(&t, &guard).await.unwrap();
        assert_eq!((screen.open_alerts.len(), screen.abnormal), (1, 1));
    }
}
