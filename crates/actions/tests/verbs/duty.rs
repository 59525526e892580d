//! Duty: devices enrolled, revoked, and what their screen shows.

use crate::support::{
    complains, conflict, device, manager, not_found, not_signed_in, token_of, visitor,
};
use actions::{
    accounts::sign_in::by_link,
    applications::{mine, submit::submit},
    checkins::record::record,
    duty::{announce::Announcement, devices, screen},
};
use domain::duty::DeviceKind;
use domain::{
    checkins::Method,
    entry_policy::Decision,
    time::{DAY_MS, HOUR_MS, MINUTE_MS},
};
use testkit::TestHouse;

#[tokio::test]
async fn a_link_enrols_one_device_at_one_door() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let link = devices::make_link(&t, &caller, door.number).await.unwrap();
    assert!(link.url.starts_with("http://127.0.0.1:8080/duty/enrol/") && link.minutes == 30);
    assert!(link.svg.contains("<svg"));
    let link = token_of(&link.url);
    assert_eq!(devices::look(&t, link).await.unwrap().name, "阜阳市人民医院（南区）");
    complains("label", devices::enrol(&t, link, " ", DeviceKind::Duty).await);
    complains("label", devices::enrol(&t, link, &"长".repeat(21), DeviceKind::Duty).await);
    not_found(by_link(&t, link).await);
    let token = devices::enrol(&t, link, "东门 平板", DeviceKind::Duty).await.unwrap();
    assert_eq!(devices::device(&t, &token).unwrap().checkpoint(), door.number);
    not_found(devices::enrol(&t, link, "第二台", DeviceKind::Duty).await);
    not_found(devices::look(&t, link).await);
    let mine = mine::one(&t, &caller, door.number).await.unwrap();
    assert_eq!(mine.devices.len(), 1);
    assert_eq!(mine.devices[0].label, "东门 平板");
}

#[tokio::test]
async fn a_link_enrols_for_half_an_hour() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let caller = manager(&t, &door.manager).await;
    let early = devices::make_link(&t, &caller, door.number).await.unwrap();
    let late = devices::make_link(&t, &caller, door.number).await.unwrap();
    t.clock.advance_ms(30 * MINUTE_MS - 1);
    assert!(devices::enrol(&t, token_of(&early.url), "值守屏", DeviceKind::Duty).await.is_ok());
    t.clock.advance_ms(1);
    not_found(devices::enrol(&t, token_of(&late.url), "值守屏", DeviceKind::Duty).await);
}

#[tokio::test]
async fn a_door_that_is_not_open_or_not_ones_own_gets_no_link() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    not_found(devices::make_link(&t, &stranger, door.number).await);
    let waiting = submit(&t, &stranger, &t.checkpoint_form()).await.unwrap();
    conflict(devices::make_link(&t, &stranger, waiting).await);
}

#[tokio::test]
async fn a_revoked_device_is_nobody_at_once() {
    let t = TestHouse::new().await;
    let (door, other) = (t.door().await, t.door().await);
    let caller = manager(&t, &door.manager).await;
    let stranger = manager(&t, &other.manager).await;
    let (token, kept) = (t.duty(&door).await, t.duty(&door).await);
    let id = mine::one(&t, &caller, door.number).await.unwrap().devices[1].id;
    not_found(devices::revoke(&t, &stranger, door.number, id).await);
    not_found(devices::revoke(&t, &stranger, other.number, id).await);
    assert!(devices::device(&t, &token).is_ok());
    devices::revoke(&t, &caller, door.number, id).await.unwrap();
    not_signed_in(devices::device(&t, &token));
    not_signed_in(devices::device(&t, "no such device"));
    assert!(devices::device(&t, &kept).is_ok());
    not_found(devices::revoke(&t, &caller, door.number, id).await);
    let mine = mine::one(&t, &caller, door.number).await.unwrap();
    assert!(mine.devices[1].revoked.is_some() && mine.devices[0].revoked.is_none());
}

#[tokio::test]
async fn the_screen_shows_the_last_twenty_of_today_masked_and_newest_first() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (yesterday, _) = visitor(&t).await;
    record(&t, &yesterday, &door.code, Method::Wechat).await.unwrap();
    t.clock.advance_ms(DAY_MS);
    let (today, _) = visitor(&t).await;
    for _ in 0..22 {
        t.clock.advance_ms(MINUTE_MS);
        record(&t, &today, &door.code, Method::Alipay).await.unwrap();
    }
    let shown = screen::open(&t, &guard).await.unwrap();
    assert_eq!((shown.entries, shown.recent.len()), (22, 20));
    assert!(shown.recent.is_sorted_by(|a, b| a.entered > b.entered));
    assert!(shown.recent.iter().all(|entry| {
        entry.masked_name == "王*明"
            && entry.method == Method::Alipay
            && entry.decision == Decision::Pass
    }));
    assert_eq!((shown.abnormal, shown.open_alerts.len()), (0, 0));
    assert_eq!(shown.now, t.now());
}

#[tokio::test]
async fn heads_are_counted_per_day_and_told_to_the_door() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let mut listener = screen::listen(&t, &guard);
    assert_eq!(screen::count_head(&t, &guard).await.unwrap(), 1);
    assert_eq!(screen::count_head(&t, &guard).await.unwrap(), 2);
    assert!(matches!(listener.try_recv(), Ok(Announcement::Head)));
    assert_eq!(screen::open(&t, &guard).await.unwrap().heads, 2);
    t.clock.advance_ms(DAY_MS);
    assert_eq!(screen::open(&t, &guard).await.unwrap().heads, 0);
}

#[tokio::test]
async fn the_proof_word_on_the_phone_is_the_one_at_the_door() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let guard = device(&t, &door).await;
    let (person, _) = visitor(&t).await;
    let mut words = std::collections::HashSet::new();
    for _ in 0..5 {
        let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
        assert_eq!(receipt.proof_word, screen::open(&t, &guard).await.unwrap().proof_word);
        words.insert(receipt.proof_word);
        t.clock.advance_ms(HOUR_MS);
    }
    assert!(words.len() > 1, "the word changes with the hour");
}
