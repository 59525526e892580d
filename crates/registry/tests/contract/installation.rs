//! What the first start settles, and what may change afterwards.

use super::support::{BackEnd, on_both};
use registry::Installation;

on_both!(
    a_fresh_registry_is_not_settled,
    what_was_settled_first_stays,
    two_first_starts_at_once_settle_one_whole,
    the_public_url_is_kept_and_replaced,
);

async fn a_fresh_registry_is_not_settled(at: &BackEnd) {
    assert_eq!(at.registry.installation().await.unwrap(), None);
    at.registry.set_public_url("https://cs.example.gov.cn").await.unwrap();
    assert_eq!(at.registry.installation().await.unwrap(), None, "an address alone is nothing");
}

async fn what_was_settled_first_stays(at: &BackEnd) {
    at.registry.settle_installation("real", "aa").await.unwrap();
    at.registry.settle_installation("demo", "bb").await.unwrap();
    let again = at.open_again().await.unwrap();
    let kept = Installation { kind: "real".into(), key_check: "aa".into(), public_url: None };
    assert_eq!(again.installation().await.unwrap(), Some(kept));
    again.close().await;
}

async fn two_first_starts_at_once_settle_one_whole(at: &BackEnd) {
    let (one, other) = tokio::join!(
        at.registry.settle_installation("real", "aa"),
        at.registry.settle_installation("demo", "bb"),
    );
    one.unwrap();
    other.unwrap();
    let kept = at.registry.installation().await.unwrap().unwrap();
    let pair = (kept.kind.as_str(), kept.key_check.as_str());
    assert!(pair == ("real", "aa") || pair == ("demo", "bb"), "{pair:?}");
}

async fn the_public_url_is_kept_and_replaced(at: &BackEnd) {
    at.registry.settle_installation("real", "aa").await.unwrap();
    for url in ["https://cs.example.gov.cn", "https://other.example.gov.cn"] {
        at.registry.set_public_url(url).await.unwrap();
        let kept = at.registry.installation().await.unwrap().unwrap();
        assert_eq!(kept.public_url.as_deref(), Some(url));
        assert_eq!((kept.kind.as_str(), kept.key_check.as_str()), ("real", "aa"));
    }
}
