//! Links that work once, for a while.

use super::{
    made::{NOON, line},
    support::{BackEnd, on_both},
};
use domain::{accounts::Role, audit::Deed, time::UnixMs};
use registry::{Link, LinkUse};

on_both!(
    every_use_comes_back,
    a_link_works_until_it_expires,
    a_used_link_is_not_shown,
    a_link_and_its_line_are_stored_together,
    a_mac_is_stored_once,
    expired_links_are_swept_and_counted,
    unused_ways_in_are_voided_and_nothing_else,
);

async fn every_use_comes_back(at: &BackEnd) {
    let account = at.an_account(Role::Reviewer, "139").await;
    let mut uses = vec![
        LinkUse::SignIn { account },
        LinkUse::SecondFactor { account },
        LinkUse::Password { account },
        LinkUse::EnrolDuty { checkpoint: u32::MAX },
    ];
    for role in Role::ALL {
        uses.push(LinkUse::SetUp { role, county: None });
        uses.push(LinkUse::SetUp { role, county: Some("341203".to_owned()) });
    }
    for (n, link_use) in (0u8..).zip(uses) {
        at.a_link(&[n, 0, 255], link_use.clone()).await;
        let link = at.registry.link(&[n, 0, 255], NOON).await.unwrap().unwrap();
        assert_eq!((link.link_use, link.expires), (link_use, NOON.plus(60_000)));
    }
}

async fn a_link_works_until_it_expires(at: &BackEnd) {
    at.a_link(b"link", LinkUse::EnrolDuty { checkpoint: 1 }).await;
    assert!(at.registry.link(b"link", NOON.plus(59_999)).await.unwrap().is_some());
    assert!(at.registry.link(b"link", NOON.plus(60_000)).await.unwrap().is_none());
    assert!(at.registry.link(b"other", NOON).await.unwrap().is_none());
    at.an_account(Role::Reviewer, "139").await;
    let late = NOON.plus(60_000);
    let line = line(Deed::SignIn, late);
    assert!(!at.registry.start_session(b"t", 1, late, Some(b"link"), &line).await.unwrap());
}

async fn a_used_link_is_not_shown(at: &BackEnd) {
    let account = at.an_account(Role::Reviewer, "139").await;
    at.a_link(b"link", LinkUse::SignIn { account }).await;
    let line = line(Deed::SignIn, NOON);
    assert!(at.registry.start_session(b"t", 1, NOON, Some(b"link"), &line).await.unwrap());
    assert!(at.registry.link(b"link", NOON).await.unwrap().is_none());
    assert!(at.registry.link(b"link", UnixMs(0)).await.unwrap().is_none());
}

async fn a_link_and_its_line_are_stored_together(at: &BackEnd) {
    let made = line(Deed::DutyLinkMade, NOON);
    let link = |link_use| Link { link_use, expires: NOON.plus(1) };
    let good = link(LinkUse::EnrolDuty { checkpoint: 1 });
    at.registry.insert_link(b"good", &good, Some(&made)).await.unwrap();
    assert_eq!(at.lines_of(Deed::DutyLinkMade).await, 1);
    let bad = link(LinkUse::SignIn { account: 99 });
    assert!(at.registry.insert_link(b"bad", &bad, Some(&made)).await.is_err());
    assert_eq!(at.lines_of(Deed::DutyLinkMade).await, 1);
    assert!(at.registry.link(b"bad", NOON).await.unwrap().is_none());
}

async fn a_mac_is_stored_once(at: &BackEnd) {
    at.a_link(b"link", LinkUse::EnrolDuty { checkpoint: 1 }).await;
    let other = Link { link_use: LinkUse::EnrolDuty { checkpoint: 2 }, expires: NOON.plus(1) };
    assert!(at.registry.insert_link(b"link", &other, None).await.is_err());
    let kept = at.registry.link(b"link", NOON).await.unwrap().unwrap();
    assert_eq!(kept.link_use, LinkUse::EnrolDuty { checkpoint: 1 });
}

async fn expired_links_are_swept_and_counted(at: &BackEnd) {
    for (mac, expires) in [(b"a", NOON), (b"b", NOON.plus(1)), (b"c", NOON.plus(2))] {
        let link = Link { link_use: LinkUse::EnrolDuty { checkpoint: 1 }, expires };
        at.registry.insert_link(mac, &link, None).await.unwrap();
    }
    assert_eq!(at.registry.sweep_links(NOON.plus(1)).await.unwrap(), 1);
    assert_eq!(at.registry.sweep_links(NOON.plus(1)).await.unwrap(), 0);
    assert!(at.registry.link(b"a", UnixMs(0)).await.unwrap().is_none());
    assert!(at.registry.link(b"b", UnixMs(0)).await.unwrap().is_some());
}

async fn unused_ways_in_are_voided_and_nothing_else(at: &BackEnd) {
    let account = at.an_account(Role::Reviewer, "139").await;
    at.a_link(b"used", LinkUse::SignIn { account }).await;
    let line = line(Deed::SignIn, NOON);
    let started = at.registry.start_session(b"t", account, NOON, Some(b"used"), &line).await;
    assert!(started.unwrap());
    at.a_link(b"sign in", LinkUse::SignIn { account }).await;
    at.a_link(b"second", LinkUse::SecondFactor { account }).await;
    at.a_link(b"password", LinkUse::Password { account }).await;
    at.a_link(b"duty", LinkUse::EnrolDuty { checkpoint: 1 }).await;
    at.a_link(b"set up", LinkUse::SetUp { role: Role::Auditor, county: None }).await;
    assert_eq!(at.registry.void_entry_links().await.unwrap(), 4);
    assert_eq!(at.registry.void_entry_links().await.unwrap(), 0);
    for mac in [&b"sign in"[..], b"second", b"password", b"duty"] {
        assert!(at.registry.link(mac, NOON).await.unwrap().is_none());
    }
    assert!(at.registry.link(b"set up", NOON).await.unwrap().is_some());
    let used = "select count(*) from one_time_links where used_ms is not null";
    assert_eq!(at.number(used).await, 1, "what was used stays until it is swept");
}
