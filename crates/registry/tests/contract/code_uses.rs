//! A code on a phone's screen is used once, whoever comes with it.

use super::{
    made::NOON,
    support::{BackEnd, on_both},
};

on_both!(
    a_code_is_used_once_also_from_many_sides,
    a_code_given_back_is_used_again,
    what_is_over_is_swept_and_counted,
);

async fn a_code_is_used_once_also_from_many_sides(at: &BackEnd) {
    let used = |mac: &'static [u8]| at.registry.use_code(mac, NOON);
    let (a, b, c) = tokio::join!(used(b"one"), used(b"one"), used(b"two"));
    assert!(a.unwrap() != b.unwrap());
    assert!(c.unwrap(), "another code is another code");
    assert!(!at.registry.use_code(b"one", NOON.plus(9)).await.unwrap());
}

async fn a_code_given_back_is_used_again(at: &BackEnd) {
    assert!(at.registry.use_code(b"one", NOON).await.unwrap());
    at.registry.give_code_back(b"one").await.unwrap();
    at.registry.give_code_back(b"never").await.unwrap();
    assert!(at.registry.use_code(b"one", NOON).await.unwrap());
}

async fn what_is_over_is_swept_and_counted(at: &BackEnd) {
    for (mac, later) in [(b"a", -1), (b"b", 0), (b"c", 1)] {
        assert!(at.registry.use_code(mac, NOON.plus(later)).await.unwrap());
    }
    assert_eq!(at.registry.sweep_code_uses(NOON).await.unwrap(), 1);
    assert!(at.registry.use_code(b"a", NOON).await.unwrap());
    assert!(!at.registry.use_code(b"b", NOON).await.unwrap());
}
