//! Accounts of entry apps: bound once, found by app and index, gone when sessions are revoked; what
//! was used is used once.

use super::{
    made::NOON,
    support::{BackEnd, on_both},
};
use domain::people::PersonNumber;

on_both!(
    an_account_is_bound_once_and_stays_whose_it_is,
    the_same_account_name_in_another_app_is_another_account,
    two_that_bind_one_account_at_once_do_not_both_have_it,
    a_persons_apps_are_told_by_when_they_were_bound,
    unbinding_an_app_leaves_the_others_and_other_people,
    revoking_sessions_unbinds_every_app_of_that_person,
    what_is_used_at_once_from_many_sides_is_used_once,
    what_is_over_is_swept_and_counted,
);

async fn bind(at: &BackEnd, app: &'static str, index: &[u8], person: PersonNumber) -> bool {
    at.registry.bind_entry_identity(app, index, person, NOON).await.unwrap()
}

async fn whose(at: &BackEnd, app: &'static str, index: &[u8]) -> Option<PersonNumber> {
    let found = at.registry.person_by_entry_identity(app, index).await.unwrap();
    found.map(|person| person.number)
}

async fn an_account_is_bound_once_and_stays_whose_it_is(at: &BackEnd) {
    let (one, two) = (at.a_person("a").await, at.a_person("b").await);
    assert_eq!(whose(at, "wechat", b"openid").await, None);
    assert!(bind(at, "wechat", b"openid", one).await);
    assert!(!bind(at, "wechat", b"openid", two).await);
    assert!(!bind(at, "wechat", b"openid", one).await);
    assert_eq!(whose(at, "wechat", b"openid").await, Some(one));
    let found = at.registry.person_by_entry_identity("wechat", b"openid").await.unwrap().unwrap();
    assert_eq!(found.new.id_index, b"a", "the whole person comes");
    assert!(at.registry.bind_entry_identity("wechat", b"x", PersonNumber(99), NOON).await.is_err());
}

async fn the_same_account_name_in_another_app_is_another_account(at: &BackEnd) {
    let (one, two) = (at.a_person("a").await, at.a_person("b").await);
    assert!(bind(at, "wechat", b"same", one).await);
    assert!(bind(at, "alipay", b"same", two).await);
    assert_eq!(whose(at, "wechat", b"same").await, Some(one));
    assert_eq!(whose(at, "alipay", b"same").await, Some(two));
    assert_eq!(whose(at, "unionpay", b"same").await, None);
}

async fn two_that_bind_one_account_at_once_do_not_both_have_it(at: &BackEnd) {
    let (one, two) = (at.a_person("a").await, at.a_person("b").await);
    let (first, second) = tokio::join!(bind(at, "oidc", b"x", one), bind(at, "oidc", b"x", two));
    assert!(first != second);
    assert_eq!(whose(at, "oidc", b"x").await, Some(if first { one } else { two }));
}

async fn a_persons_apps_are_told_by_when_they_were_bound(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    for (app, index, later) in
        [("wechat", b"1", 2), ("wechat", b"2", 9), ("alipay", b"1", 1), ("oidc", b"1", 3)]
    {
        let when = NOON.plus(later);
        assert!(at.registry.bind_entry_identity(app, index, one, when).await.unwrap());
    }
    let told = at.registry.entry_apps_of(one).await.unwrap();
    let expected = [("alipay", 1), ("wechat", 2), ("oidc", 3)];
    assert_eq!(told, expected.map(|(app, later)| (app.to_owned(), NOON.plus(later))));
    assert_eq!(at.registry.entry_apps_of(other).await.unwrap(), []);
}

async fn unbinding_an_app_leaves_the_others_and_other_people(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    bind(at, "wechat", b"1", one).await;
    bind(at, "wechat", b"2", one).await;
    bind(at, "alipay", b"1", one).await;
    bind(at, "wechat", b"3", other).await;
    assert_eq!(at.registry.unbind_entry_app("wechat", one).await.unwrap(), 2);
    assert_eq!(at.registry.unbind_entry_app("wechat", one).await.unwrap(), 0);
    assert_eq!(whose(at, "wechat", b"1").await, None);
    assert_eq!(whose(at, "alipay", b"1").await, Some(one));
    assert_eq!(whose(at, "wechat", b"3").await, Some(other));
    assert!(bind(at, "wechat", b"1", other).await, "it may be somebody else's now");
}

async fn revoking_sessions_unbinds_every_app_of_that_person(at: &BackEnd) {
    let (one, other) = (at.a_person("a").await, at.a_person("b").await);
    bind(at, "wechat", b"1", one).await;
    bind(at, "oidc", b"1", one).await;
    bind(at, "wechat", b"2", other).await;
    at.registry.next_session_epoch(one).await.unwrap();
    assert_eq!(at.registry.entry_apps_of(one).await.unwrap(), []);
    assert_eq!(whose(at, "wechat", b"2").await, Some(other));
}

async fn what_is_used_at_once_from_many_sides_is_used_once(at: &BackEnd) {
    let using = || at.registry.use_entry_state(b"mac", NOON);
    let (a, b, c) = tokio::join!(using(), using(), using());
    let used = [a, b, c].into_iter().filter(|used| *used.as_ref().unwrap()).count();
    assert_eq!(used, 1);
    assert!(at.registry.use_entry_state(b"other", NOON).await.unwrap());
}

async fn what_is_over_is_swept_and_counted(at: &BackEnd) {
    for (mac, later) in [(b"a", -1), (b"b", 0), (b"c", 1)] {
        at.registry.use_entry_state(mac, NOON.plus(later)).await.unwrap();
    }
    assert_eq!(at.registry.sweep_entry_states(NOON).await.unwrap(), 1);
    assert_eq!(at.registry.sweep_entry_states(NOON).await.unwrap(), 0);
    assert!(!at.registry.use_entry_state(b"b", NOON).await.unwrap(), "still remembered");
}
