//! What managers are told, in the platform and by text message.

use crate::support::{manager, reviewer};
use actions::{
    applications::{review, submit::submit},
    messages::{
        self,
        send::{Round, send_due},
    },
    sms::TextMessage,
};
use domain::{
    applications::State,
    checkpoints::CheckpointForm,
    messages::{GATHER_MS, MessageKind},
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use testkit::TestHouse;

/// A unit whose manager has this phone, with so many doors waiting.
async fn a_unit(t: &TestHouse, doors: usize) -> (String, actions::accounts::principals::Manager) {
    let phone = t.fresh_phone();
    let token = t.manager_of(&phone).await;
    let caller = manager(t, &token).await;
    let form = domain::organisations::OrganisationForm {
        name: "青禾超市".to_owned(),
        credit_code: String::new(),
        county: "341202".to_owned(),
        township: "341202001".to_owned(),
    };
    actions::organisations::create(t, &caller, &form).await.unwrap();
    for n in 0..doors {
        let form = CheckpointForm {
            name: "青禾超市".to_owned(),
            door: format!("{n} 门"),
            ..t.checkpoint_form()
        };
        submit(t, &caller, &form).await.unwrap();
    }
    (phone, caller)
}

/// Approves everything that waits.
async fn approve_all(t: &TestHouse) {
    let reviewer = reviewer(t, "").await;
    let waiting = review::Filter::all(State::Submitted);
    for row in review::queue(t, &reviewer, &waiting).await.unwrap().rows {
        review::approve(t, &reviewer, row.id, 1).await.unwrap();
    }
}

#[tokio::test]
async fn one_decision_is_told_by_name() {
    let t = TestHouse::new().await;
    let (phone, caller) = a_unit(&t, 1).await;
    approve_all(&t).await;
    assert_eq!(send_due(&t, || true).await.unwrap(), Round::default(), "others may follow");
    t.clock.advance_ms(GATHER_MS);
    assert_eq!(send_due(&t, || true).await.unwrap(), Round { sent: 1, failed: 0 });
    let about = "青禾超市 0 门".to_owned();
    let what = MessageKind::Approved.label().to_owned();
    assert_eq!(t.outbox.notices(&phone), [TextMessage::Notice { about, what }]);
    t.clock.advance_ms(DAY_MS);
    assert_eq!(send_due(&t, || true).await.unwrap(), Round::default(), "once");
    assert_eq!(messages::unseen(&t, &caller).await.unwrap(), 1);
    let list = messages::list(&t, &caller, 7).await.unwrap();
    assert_eq!((list.total, list.page, list.pages), (1, 0, 1));
    assert!(list.messages[0].read.is_none(), "new to whoever looks now");
    assert_eq!(messages::unseen(&t, &caller).await.unwrap(), 0);
    assert!(messages::list(&t, &caller, 0).await.unwrap().messages[0].read.is_some());
}

#[tokio::test]
async fn many_decisions_are_one_text_message() {
    let t = TestHouse::new().await;
    let (phone, _) = a_unit(&t, 5).await;
    approve_all(&t).await;
    t.clock.advance_ms(GATHER_MS);
    send_due(&t, || true).await.unwrap();
    assert_eq!(t.outbox.notices(&phone), [TextMessage::Several { count: 5 }]);
}

#[tokio::test]
async fn a_provider_that_fails_is_tried_again_later_and_later() {
    let t = TestHouse::new().await;
    let (phone, _) = a_unit(&t, 1).await;
    approve_all(&t).await;
    t.clock.advance_ms(GATHER_MS);
    t.outbox.fail(true);
    assert_eq!(send_due(&t, || true).await.unwrap(), Round { sent: 0, failed: 1 });
    assert_eq!(send_due(&t, || true).await.unwrap(), Round::default(), "not at once");
    t.clock.advance_ms(MINUTE_MS);
    assert_eq!(send_due(&t, || true).await.unwrap(), Round { sent: 0, failed: 1 });
    t.clock.advance_ms(MINUTE_MS);
    assert_eq!(
        send_due(&t, || true).await.unwrap(),
        Round::default(),
        "five minutes after the second"
    );
    t.outbox.fail(false);
    t.clock.advance_ms(4 * MINUTE_MS);
    assert_eq!(send_due(&t, || true).await.unwrap(), Round { sent: 1, failed: 0 });
    assert_eq!(t.outbox.notices(&phone).len(), 1);
}

#[tokio::test]
async fn whoever_says_stop_is_heard_before_the_next_account() {
    let t = TestHouse::new().await;
    let (one, _) = a_unit(&t, 1).await;
    let (other, caller) = a_unit(&t, 0).await;
    let form = CheckpointForm { door: "1 门".to_owned(), ..t.checkpoint_form() };
    submit(&t, &caller, &form).await.unwrap();
    approve_all(&t).await;
    t.clock.advance_ms(GATHER_MS);
    let sent = || t.outbox.notices(&one).len() + t.outbox.notices(&other).len();
    assert_eq!(send_due(&t, || false).await.unwrap(), Round::default());
    assert_eq!(sent(), 0);
    let round = send_due(&t, || sent() == 0).await.unwrap();
    assert_eq!((round.sent, sent()), (1, 1));
    assert_eq!(send_due(&t, || true).await.unwrap().sent, 1, "nothing is lost");
}

#[tokio::test]
async fn after_six_tries_there_is_no_other() {
    let t = TestHouse::new().await;
    a_unit(&t, 1).await;
    approve_all(&t).await;
    t.outbox.fail(true);
    let mut failed = 0;
    for _ in 0..200 {
        t.clock.advance_ms(30 * MINUTE_MS);
        failed += send_due(&t, || true).await.unwrap().failed;
    }
    assert_eq!(failed, 6);
}

#[tokio::test]
async fn nobody_is_sent_more_than_six_a_day() {
    let t = TestHouse::new().await;
    let (phone, caller) = a_unit(&t, 0).await;
    for n in 0..8 {
        let form = CheckpointForm { door: format!("{n} 门"), ..t.checkpoint_form() };
        submit(&t, &caller, &form).await.unwrap();
        approve_all(&t).await;
        t.clock.advance_ms(GATHER_MS);
        send_due(&t, || true).await.unwrap();
    }
    assert_eq!(t.outbox.notices(&phone).len(), 6);
    // At 14:32 it began; the rest comes in the morning, in one.
    t.clock.advance_ms(20 * HOUR_MS);
    send_due(&t, || true).await.unwrap();
    assert_eq!(t.outbox.notices(&phone)[6..], [TextMessage::Several { count: 2 }]);
}

#[tokio::test]
async fn what_no_provider_was_there_for_is_no_news_a_day_later() {
    let t = TestHouse::new().await;
    let (phone, _) = a_unit(&t, 1).await;
    approve_all(&t).await;
    t.clock.advance_ms(2 * DAY_MS);
    assert_eq!(send_due(&t, || true).await.unwrap(), Round::default());
    assert!(t.outbox.notices(&phone).is_empty());
}
