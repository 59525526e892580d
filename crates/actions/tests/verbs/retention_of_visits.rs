//! Visits are deleted when their days are over; not before, and not later.

use crate::support::{visitor, visits_at};
use actions::{checkins::record::record, retention::delete_old_visits};
use domain::{checkins::Method, time::DAY_MS};
use testkit::TestHouse;

#[tokio::test]
async fn an_entry_is_gone_on_the_day_that_its_page_names() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let (person, _) = visitor(&t).await;
    let receipt = record(&t, &person, &door.code, Method::Wechat).await.unwrap();
    let mut seen = Vec::new();
    while t.now() < receipt.deleted_on {
        delete_old_visits(&t).await.unwrap();
        seen.push(visits_at(&t, &door).await.len());
        t.clock.advance_ms(DAY_MS / 2);
    }
    assert!(
        seen.len() >= 55 && seen.iter().all(|visits| *visits == 1),
        "kept until then: {seen:?}"
    );
    delete_old_visits(&t).await.unwrap();
    assert_eq!(visits_at(&t, &door).await, []);
    let files = |dir: &str| std::fs::read_dir(t.data().join("visits").join(dir)).unwrap().count();
    assert_eq!(files("segments"), 0, "not on the disk either");
    let log: u64 = std::fs::read_dir(t.data().join("visits/log"))
        .unwrap()
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert_eq!(log, 40, "the log has its header and nothing else");
}
