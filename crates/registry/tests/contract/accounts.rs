//! Accounts and sessions: phones, wrong tries, idle sessions.

use super::{
    made::{AWKWARD, NOON, account, line},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    audit::Deed,
    time::{MINUTE_MS, UnixMs},
};
use registry::{Account, LinkUse, NewAccount};

on_both!(
    everything_stored_comes_back,
    a_phone_has_one_account,
    two_registering_one_phone_at_once_make_one_account,
    a_set_up_link_makes_one_account,
    a_set_up_link_stays_good_when_the_phone_is_taken,
    staff_are_everybody_but_managers_in_order,
    wrong_tries_are_noted_and_forgotten_by_signing_in,
    wrong_tries_side_by_side_are_all_counted,
    a_session_ends_when_idle_too_long,
    an_older_sight_does_not_set_a_session_back,
    an_ended_session_is_gone,
    idle_sessions_are_swept_and_counted,
    the_other_sessions_of_an_account_are_ended,
    another_password_ends_sessions_and_opens_a_locked_account,
    a_password_link_sets_one_password,
    a_manager_is_told_of_another_password_and_nobody_else,
    forgiven_tries_are_forgotten,
    a_sign_in_link_starts_one_session,
    a_session_needs_an_account,
    a_county_must_exist,
);

async fn everything_stored_comes_back(at: &BackEnd) {
    for (number, role) in (1..).zip(Role::ALL) {
        let new = NewAccount {
            county: (number % 2 == 0).then(|| "341203".to_owned()),
            name_sealed: vec![0, 255],
            password_hash: AWKWARD.to_owned(),
            ..account(role, &format!("phone {number}"))
        };
        let line = line(Deed::AccountMade, NOON);
        let id = at.registry.insert_account(&new, None, &line).await.unwrap().unwrap();
        assert_eq!(id, number);
        let by_phone = at.registry.account_by_phone(&new.phone_index).await.unwrap().unwrap();
        let by_id = at.registry.account(id).await.unwrap().unwrap();
        for Account { id, new: old, failed_tries, locked_until } in [by_phone, by_id] {
            assert_eq!((id, failed_tries, locked_until), (number, 0, UnixMs(0)));
            assert_eq!((old.role, old.county), (role, new.county.clone()));
            assert_eq!((old.name_sealed, old.masked_sealed), (vec![0, 255], b"masked".to_vec()));
            assert_eq!(old.phone_sealed, b"phone");
            assert_eq!(old.phone_index, new.phone_index);
            assert_eq!((old.password_hash.as_str(), old.made), (AWKWARD, NOON));
        }
    }
    assert!(at.registry.account(99).await.unwrap().is_none());
    assert!(at.registry.account_by_phone(b"nobody").await.unwrap().is_none());
}

async fn a_phone_has_one_account(at: &BackEnd) {
    at.an_account(Role::Manager, "139").await;
    let line = line(Deed::AccountRegistered, NOON);
    let second = account(Role::Reviewer, "139");
    assert_eq!(at.registry.insert_account(&second, None, &line).await.unwrap(), None);
    let kept = at.registry.account_by_phone(b"139").await.unwrap().unwrap();
    assert_eq!((kept.id, kept.new.role), (1, Role::Manager));
    assert_eq!(at.lines_of(Deed::AccountRegistered).await, 0);
    assert_eq!(at.an_account(Role::Manager, "138").await, 2);
    at.assert_dense("accounts", "id", 2).await;
}

async fn two_registering_one_phone_at_once_make_one_account(at: &BackEnd) {
    let new = account(Role::Manager, "139");
    let line = line(Deed::AccountRegistered, NOON);
    let (one, other) = tokio::join!(
        at.registry.insert_account(&new, None, &line),
        at.registry.insert_account(&new, None, &line),
    );
    assert_eq!([one.unwrap(), other.unwrap()].iter().flatten().collect::<Vec<_>>(), [&1]);
    assert_eq!(at.lines_of(Deed::AccountRegistered).await, 1);
    at.assert_dense("accounts", "id", 1).await;
}

async fn a_set_up_link_makes_one_account(at: &BackEnd) {
    at.a_link(b"link", LinkUse::SetUp { role: Role::Auditor, county: None }).await;
    let line = line(Deed::AccountRegistered, NOON);
    let (a, b) = (account(Role::Auditor, "1"), account(Role::Auditor, "2"));
    let (one, other) = tokio::join!(
        at.registry.insert_account(&a, Some(b"link"), &line),
        at.registry.insert_account(&b, Some(b"link"), &line),
    );
    assert_eq!([one.unwrap(), other.unwrap()].iter().flatten().count(), 1);
    let c = account(Role::Auditor, "3");
    assert_eq!(at.registry.insert_account(&c, Some(b"link"), &line).await.unwrap(), None);
    assert_eq!(at.registry.insert_account(&c, Some(b"none"), &line).await.unwrap(), None);
    assert_eq!(at.lines_of(Deed::AccountRegistered).await, 1);
    at.assert_dense("accounts", "id", 1).await;
}

async fn a_set_up_link_stays_good_when_the_phone_is_taken(at: &BackEnd) {
    at.an_account(Role::Manager, "139").await;
    at.a_link(b"link", LinkUse::SetUp { role: Role::Auditor, county: None }).await;
    let line = line(Deed::AccountRegistered, NOON);
    let taken = account(Role::Auditor, "139");
    assert_eq!(at.registry.insert_account(&taken, Some(b"link"), &line).await.unwrap(), None);
    assert!(at.registry.link(b"link", NOON).await.unwrap().is_some());
    let free = account(Role::Auditor, "138");
    assert_eq!(at.registry.insert_account(&free, Some(b"link"), &line).await.unwrap(), Some(2));
}

async fn staff_are_everybody_but_managers_in_order(at: &BackEnd) {
    let roles = [Role::Reviewer, Role::Manager, Role::Administrator, Role::Auditor];
    for (n, role) in roles.into_iter().enumerate() {
        at.an_account(role, &format!("{n}")).await;
    }
    let staff = at.registry.staff_accounts().await.unwrap();
    assert_eq!(staff.iter().map(|a| a.id).collect::<Vec<_>>(), [1, 3, 4]);
}

async fn wrong_tries_are_noted_and_forgotten_by_signing_in(at: &BackEnd) {
    let id = at.an_account(Role::Manager, "139").await;
    let neighbour = at.an_account(Role::Manager, "138").await;
    let refused = line(Deed::SignInRefused, NOON);
    at.registry.note_failed_try(id, 5, NOON.plus(MINUTE_MS), &refused).await.unwrap();
    let locked = at.registry.account(id).await.unwrap().unwrap();
    assert_eq!((locked.failed_tries, locked.locked_until), (5, NOON.plus(MINUTE_MS)));
    assert_eq!(at.lines_of(Deed::SignInRefused).await, 1);
    assert_eq!(at.registry.account(neighbour).await.unwrap().unwrap().failed_tries, 0);

    let line = line(Deed::SignIn, NOON);
    assert!(at.registry.start_session(b"t", id, NOON, None, &line).await.unwrap());
    let free = at.registry.account(id).await.unwrap().unwrap();
    assert_eq!((free.failed_tries, free.locked_until), (0, UnixMs(0)));
}

async fn wrong_tries_side_by_side_are_all_counted(at: &BackEnd) {
    let id = at.an_account(Role::Manager, "139").await;
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let registry = at.registry.clone();
            tokio::spawn(async move { registry.count_failed_try(id, NOON, 5).await.unwrap() })
        })
        .collect();
    let mut counted = Vec::new();
    for one in tries {
        counted.extend(one.await.unwrap());
    }
    counted.sort_unstable();
    assert_eq!(counted, [1, 2, 3, 4, 5], "no more than five may even look at the password");
    assert_eq!(at.registry.account(id).await.unwrap().unwrap().failed_tries, 5);
    assert_eq!(at.registry.count_failed_try(99, NOON, 5).await.unwrap(), None);

    let until = NOON.plus(MINUTE_MS);
    at.registry.note_failed_try(id, 0, until, &line(Deed::SignInRefused, NOON)).await.unwrap();
    assert_eq!(at.registry.count_failed_try(id, until.plus(-1), 5).await.unwrap(), None);
    assert_eq!(at.registry.count_failed_try(id, until, 5).await.unwrap(), Some(1));
}

async fn a_signed_in(at: &BackEnd, mac: &[u8], now: UnixMs) {
    let line = line(Deed::SignIn, now);
    assert!(at.registry.start_session(mac, 1, now, None, &line).await.unwrap());
}

async fn a_session_ends_when_idle_too_long(at: &BackEnd) {
    at.an_account(Role::Manager, "139").await;
    a_signed_in(at, b"t", NOON).await;
    let later = NOON.plus(10);
    assert_eq!(at.registry.session(b"t", NOON).await.unwrap(), Some((1, NOON)));
    assert_eq!(at.registry.session(b"t", NOON.plus(1)).await.unwrap(), None);
    assert_eq!(at.registry.session(b"u", UnixMs(0)).await.unwrap(), None);
    at.registry.touch_session(b"t", later).await.unwrap();
    assert_eq!(at.registry.session(b"t", later).await.unwrap(), Some((1, later)));
    assert_eq!(at.registry.session(b"t", later.plus(1)).await.unwrap(), None);
    assert_eq!(at.lines_of(Deed::SignIn).await, 1);
}

async fn an_older_sight_does_not_set_a_session_back(at: &BackEnd) {
    at.an_account(Role::Manager, "139").await;
    a_signed_in(at, b"t", NOON).await;
    at.registry.touch_session(b"t", NOON.plus(-1)).await.unwrap();
    assert_eq!(at.registry.session(b"t", NOON).await.unwrap(), Some((1, NOON)));
}

async fn an_ended_session_is_gone(at: &BackEnd) {
    at.an_account(Role::Manager, "139").await;
    a_signed_in(at, b"t", NOON).await;
    a_signed_in(at, b"u", NOON).await;
    at.registry.end_session(b"t").await.unwrap();
    at.registry.end_session(b"t").await.unwrap();
    at.registry.touch_session(b"t", NOON.plus(1)).await.unwrap();
    assert_eq!(at.registry.session(b"t", UnixMs(0)).await.unwrap(), None);
    assert!(at.registry.session(b"u", UnixMs(0)).await.unwrap().is_some());
}

async fn idle_sessions_are_swept_and_counted(at: &BackEnd) {
    at.an_account(Role::Manager, "139").await;
    for (mac, now) in [(b"a", NOON), (b"b", NOON.plus(1)), (b"c", NOON.plus(2))] {
        a_signed_in(at, mac, now).await;
    }
    assert_eq!(at.registry.sweep_sessions(NOON.plus(2)).await.unwrap(), 2);
    assert_eq!(at.registry.sweep_sessions(NOON.plus(2)).await.unwrap(), 0);
    assert_eq!(at.number("select count(*) from sessions").await, 1);
    assert!(at.registry.session(b"c", UnixMs(0)).await.unwrap().is_some());
}

async fn the_other_sessions_of_an_account_are_ended(at: &BackEnd) {
    at.an_account(Role::Manager, "139").await;
    at.an_account(Role::Manager, "138").await;
    for mac in [b"t", b"u", b"v"] {
        a_signed_in(at, mac, NOON).await;
    }
    let line = line(Deed::SignIn, NOON);
    assert!(at.registry.start_session(b"w", 2, NOON, None, &line).await.unwrap());
    assert_eq!(at.registry.end_other_sessions(1, b"u").await.unwrap(), 2);
    let left = [b"t", b"u", b"v", b"w"];
    let mut there = Vec::new();
    for mac in left {
        there.push(at.registry.session(mac, UnixMs(0)).await.unwrap().is_some());
    }
    assert_eq!(there, [false, true, false, true], "another account's goes on");
}

async fn another_password_ends_sessions_and_opens_a_locked_account(at: &BackEnd) {
    let id = at.an_account(Role::Reviewer, "139").await;
    for mac in [b"t", b"u"] {
        a_signed_in(at, mac, NOON).await;
    }
    let until = NOON.plus(MINUTE_MS);
    at.registry.note_failed_try(id, 3, until, &line(Deed::SignInRefused, NOON)).await.unwrap();
    let line = line(Deed::PasswordReset, NOON);
    assert!(at.registry.set_password(id, "new", None, Some(b"u"), &line).await.unwrap());
    let account = at.registry.account(id).await.unwrap().unwrap();
    assert_eq!((account.failed_tries, account.locked_until), (0, UnixMs(0)));
    assert_eq!(account.new.password_hash, "new");
    assert!(at.registry.session(b"t", UnixMs(0)).await.unwrap().is_none());
    assert!(at.registry.session(b"u", UnixMs(0)).await.unwrap().is_some());
    assert!(at.registry.set_password(id, "newer", None, None, &line).await.unwrap());
    assert!(at.registry.session(b"u", UnixMs(0)).await.unwrap().is_none());
    assert_eq!(at.lines_of(Deed::PasswordReset).await, 2);
}

async fn a_password_link_sets_one_password(at: &BackEnd) {
    let account = at.an_account(Role::Reviewer, "139").await;
    at.a_link(b"link", LinkUse::Password { account }).await;
    let line = line(Deed::PasswordReset, NOON);
    let (one, other) = tokio::join!(
        at.registry.set_password(account, "one", Some(b"link"), None, &line),
        at.registry.set_password(account, "other", Some(b"link"), None, &line),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(one ^ other);
    let set = at.registry.account(account).await.unwrap().unwrap().new.password_hash;
    assert_eq!(set, if one { "one" } else { "other" });
    assert_eq!(at.lines_of(Deed::PasswordReset).await, 1);
}

async fn a_manager_is_told_of_another_password_and_nobody_else(at: &BackEnd) {
    let line = line(Deed::PasswordReset, NOON);
    for (role, told) in [(Role::Reviewer, 0), (Role::Manager, 1)] {
        let id = at.an_account(role, role.code()).await;
        assert!(at.registry.set_password(id, "new", None, None, &line).await.unwrap());
        assert_eq!(at.registry.count_messages_of(id).await.unwrap(), (told, told), "{role:?}");
    }
    assert_eq!(at.registry.sms_due(NOON, 9).await.unwrap(), [2], "at once");
}

async fn forgiven_tries_are_forgotten(at: &BackEnd) {
    let id = at.an_account(Role::Manager, "139").await;
    for count in 1..=3 {
        assert_eq!(at.registry.count_failed_try(id, NOON, 5).await.unwrap(), Some(count));
    }
    at.registry.forgive_tries(id).await.unwrap();
    assert_eq!(at.registry.count_failed_try(id, NOON, 5).await.unwrap(), Some(1));
}

async fn a_sign_in_link_starts_one_session(at: &BackEnd) {
    at.an_account(Role::Reviewer, "139").await;
    at.a_link(b"link", LinkUse::SignIn { account: 1 }).await;
    let line = line(Deed::SignIn, NOON);
    let (one, other) = tokio::join!(
        at.registry.start_session(b"a", 1, NOON, Some(b"link"), &line),
        at.registry.start_session(b"b", 1, NOON, Some(b"link"), &line),
    );
    assert!(one.unwrap() ^ other.unwrap());
    assert!(!at.registry.start_session(b"c", 1, NOON, Some(b"link"), &line).await.unwrap());
    assert_eq!(at.number("select count(*) from sessions").await, 1);
    assert_eq!(at.lines_of(Deed::SignIn).await, 1);
}

async fn a_session_needs_an_account(at: &BackEnd) {
    at.an_account(Role::Reviewer, "139").await;
    at.a_link(b"link", LinkUse::SignIn { account: 1 }).await;
    let line = line(Deed::SignIn, NOON);
    assert!(at.registry.start_session(b"a", 99, NOON, Some(b"link"), &line).await.is_err());
    assert_eq!(at.lines_of(Deed::SignIn).await, 0);
    assert!(at.registry.link(b"link", NOON).await.unwrap().is_some(), "the link was not used");
}

async fn a_county_must_exist(at: &BackEnd) {
    let new = NewAccount { county: Some("999999".to_owned()), ..account(Role::Reviewer, "139") };
    let line = line(Deed::AccountMade, NOON);
    assert!(at.registry.insert_account(&new, None, &line).await.is_err());
    at.assert_dense("accounts", "id", 0).await;
    at.assert_dense("audit", "seq", 0).await;
}
