//! The verdict that follows: a slow source holds no scan, and what it says reaches page and door.

use crate::{
    entry_policy::{agreed, form},
    support::{device, green, parts, visitor, visits_at},
};
use actions::{
    checkins::{follow_up, receipt::receipt, record::record},
    duty::{announce::Announcement, screen},
    health_status::{HealthSource, Subject},
    sms::BoxFuture,
};
use domain::{
    checkins::Method,
    entry_policy::{Decision, FIRST_RULES, Otherwise, PolicyForm, Rules},
    health_status::{Colour, HealthStatus},
    time::UnixMs,
};
use std::{sync::Arc, time::Duration};
use testkit::TestHouse;
use tokio::{
    sync::{Mutex, broadcast::Receiver},
    time::timeout,
};

/// A source over a network that answers when the test lets it.
struct Slow {
    open: Arc<tokio::sync::Semaphore>,
    says: Arc<Mutex<Option<HealthStatus>>>,
}

impl HealthSource for Slow {
    fn ask<'a>(&'a self, _: &'a Subject, _: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(async {
            self.open.acquire().await.unwrap().forget();
            *self.says.lock().await
        })
    }
}

struct Scene {
    t: TestHouse,
    answers: Arc<tokio::sync::Semaphore>,
    says: Arc<Mutex<Option<HealthStatus>>>,
}

/// A house whose source is slow, with somebody at work on the questions.
async fn scene(colour: Colour) -> Scene {
    let mut t = TestHouse::new().await;
    let answers = Arc::new(tokio::sync::Semaphore::new(0));
    let says = Arc::new(Mutex::new(Some(HealthStatus { colour, ..green(t.now()) })));
    parts(&mut t).health = Arc::new(Slow { open: Arc::clone(&answers), says: Arc::clone(&says) });
    tokio::spawn(follow_up::run(Arc::clone(&t.house)));
    Scene { t, answers, says }
}

impl Scene {
    /// The source answers one question, as of now.
    async fn answer(&self) {
        if let Some(status) = &mut *self.says.lock().await {
            *status = HealthStatus { colour: status.colour, ..green(self.t.now()) };
        }
        self.answers.add_permits(1);
    }
}

async fn told(listener: &mut Receiver<Announcement>) -> Announcement {
    timeout(Duration::from_secs(20), listener.recv()).await.expect("something is told").unwrap()
}

#[tokio::test]
async fn an_entry_is_recorded_at_once_and_its_verdict_follows_to_page_and_door() {
    let s = scene(Colour::Green).await;
    let (t, door) = (&s.t, s.t.door().await);
    let guard = device(t, &door).await;
    let (person, _) = visitor(t).await;
    let mut listener = screen::listen(t, &guard);
    let made = record(t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!((made.decision, made.colour), (Decision::Recheck, Colour::Unknown));
    assert!(made.pending && receipt(t, &person, &made.id).await.unwrap().pending);
    let Announcement::Entry(shown) = told(&mut listener).await else { panic!("no entry") };
    assert_eq!((shown.colour, shown.alert), (Colour::Unknown, None));

    s.answer().await;
    let Announcement::Verdict(shown) = told(&mut listener).await else { panic!("no verdict") };
    assert_eq!((shown.decision, shown.colour), (Decision::Pass, Colour::Green));
    assert_eq!((shown.entered, shown.negative_hours), (made.entered, Some(11)));
    let seen = receipt(t, &person, &made.id).await.unwrap();
    assert_eq!((seen.decision, seen.colour, seen.pending), (Decision::Pass, Colour::Green, false));
    let open = screen::open(t, &guard).await.unwrap();
    assert_eq!((open.entries, open.recent[0].colour), (1, Colour::Green));

    let stored = visits_at(t, &door).await;
    assert_eq!(stored.len(), 1, "one entry is one record");
    let kept = actions::checkins::stored::Recorded::from(&stored[0]);
    assert_eq!(kept.colour, Colour::Unknown, "as it was known then");
}

#[tokio::test]
async fn a_red_that_comes_later_raises_its_alert_at_the_door_and_is_shown() {
    let s = scene(Colour::Red).await;
    let (t, door) = (&s.t, s.t.door().await);
    let guard = device(t, &door).await;
    let (person, _) = visitor(t).await;
    let mut listener = screen::listen(t, &guard);
    let made = record(t, &person, &door.code, Method::Wechat).await.unwrap();
    told(&mut listener).await;
    s.answer().await;
    let Announcement::Verdict(shown) = told(&mut listener).await else { panic!("no verdict") };
    assert_eq!(shown.decision, Decision::Stop);
    let open = screen::open(t, &guard).await.unwrap();
    assert_eq!((open.open_alerts.len(), open.abnormal), (1, 1));
    let Announcement::Alert { alert } = told(&mut listener).await else { panic!("no alert") };
    assert_eq!(alert, open.open_alerts[0].id);
    assert_eq!(open.open_alerts[0].shown.colour, Colour::Red);
    assert_eq!(receipt(t, &person, &made.id).await.unwrap().decision, Decision::Stop);
}

#[tokio::test]
async fn a_verdict_that_follows_is_made_by_the_policy_of_its_door() {
    let s = scene(Colour::Yellow).await;
    let (t, door) = (&s.t, s.t.door().await);
    let guard = device(t, &door).await;
    let (person, _) = visitor(t).await;
    let stop = Rules { yellow: Otherwise::Stop, ..FIRST_RULES };
    agreed(t, &PolicyForm { category: "105".to_owned(), ..form(&stop) }).await;
    let mut listener = screen::listen(t, &guard);
    let made = record(t, &person, &door.code, Method::Wechat).await.unwrap();
    assert_eq!(made.decision, Decision::Recheck, "not known yet");
    told(&mut listener).await;
    s.answer().await;
    let Announcement::Verdict(shown) = told(&mut listener).await else { panic!("no verdict") };
    assert_eq!((shown.decision, shown.colour), (Decision::Stop, Colour::Yellow));
    assert_eq!(receipt(t, &person, &made.id).await.unwrap().decision, Decision::Stop);
}

#[tokio::test]
async fn an_answer_that_is_fresh_is_used_for_the_next_scan_and_an_old_one_is_asked_for_again() {
    let s = scene(Colour::Green).await;
    let t = &s.t;
    let (door, next) = (t.door().await, t.door().await);
    let (person, _) = visitor(t).await;
    let guard = device(t, &door).await;
    let mut listener = screen::listen(t, &guard);
    let made = record(t, &person, &door.code, Method::Wechat).await.unwrap();
    told(&mut listener).await;
    s.answer().await;
    told(&mut listener).await;
    let second = record(t, &person, &next.code, Method::Wechat).await.unwrap();
    assert_eq!((second.colour, second.pending), (Colour::Green, false));
    t.clock.advance_ms(60_001);
    let seen = receipt(t, &person, &made.id).await.unwrap();
    assert_eq!(seen.colour, Colour::Unknown, "not confirmed within the minute is not shown green");
    assert!(seen.pending, "and is being asked for");
}

#[tokio::test]
async fn a_source_that_knows_nothing_leaves_the_entry_to_be_checked_and_is_not_asked_for_a_while() {
    let s = scene(Colour::Green).await;
    let (t, door) = (&s.t, s.t.door().await);
    *s.says.lock().await = None;
    let (person, _) = visitor(t).await;
    let made = record(t, &person, &door.code, Method::Wechat).await.unwrap();
    assert!(made.pending);
    s.answer().await;
    let settled = async {
        while receipt(t, &person, &made.id).await.unwrap().pending {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), settled).await.expect("nobody waits for ever");
    let seen = receipt(t, &person, &made.id).await.unwrap();
    assert_eq!((seen.decision, seen.colour), (Decision::Recheck, Colour::Unknown));
}
