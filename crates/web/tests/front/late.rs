//! A verdict that comes after its entry: the page says that it waits, looks again by itself, and ends
//! as if it had been known at once.

use crate::{
    client::Seen,
    visitor::{enter, known},
};
use actions::{
    checkins::follow_up,
    health_status::{HealthSource, Subject},
    sms::BoxFuture,
};
use axum::http::StatusCode;
use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid},
    time::{HOUR_MS, UnixMs},
};
use std::{sync::Arc, time::Duration};
use testkit::TestHouse;
use tokio::sync::Semaphore;

/// A source over a network that says this of everybody, when the test lets it.
struct Slow {
    may: Arc<Semaphore>,
    colour: Colour,
}

impl HealthSource for Slow {
    fn ask<'a>(&'a self, _: &'a Subject, now: UnixMs) -> BoxFuture<'a, Option<HealthStatus>> {
        Box::pin(async move {
            self.may.acquire().await.ok()?.forget();
            let sampled = now.plus(-11 * HOUR_MS);
            Some(HealthStatus {
                colour: self.colour,
                confirmed: now,
                nucleic_acid: Some(NucleicAcid::of(sampled, true)),
                itinerary: Itinerary::Clear,
                ..HealthStatus::unknown(now)
            })
        })
    }
}

/// What a visitor's result page shows before the answer and after it.
async fn before_and_after(colour: Colour) -> (Seen, Seen) {
    let mut t = TestHouse::new().await;
    let may = Arc::new(Semaphore::new(0));
    Arc::get_mut(&mut t.house).unwrap().health = Arc::new(Slow { may: Arc::clone(&may), colour });
    tokio::spawn(follow_up::run(Arc::clone(&t.house)));
    let (mut phone, door) = known(&t).await;
    let (aim, before) = enter(&mut phone, &door).await;
    may.add_permits(1);
    for _ in 0..500 {
        let after = phone.get(&aim).await;
        if after.header("refresh").is_empty() {
            return (before, after);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the verdict does not come");
}

#[tokio::test]
async fn a_page_that_waits_for_green_says_so_and_is_green_afterwards() {
    let (before, after) = before_and_after(Colour::Green).await;
    before.says(StatusCode::OK, &["登记成功", "查询中", "正在查询健康码", "class=\"top unknown\""]);
    for early in ["绿码", "查询失败", "没有查到", "值守人员", "role=\"alert\""] {
        before.says_not(early);
    }
    let again_s: u32 = before.header("refresh").parse().unwrap();
    assert!((2..=4).contains(&again_s), "{again_s}");
    after.says(StatusCode::OK, &["登记成功", "绿码", "11 小时前", "class=\"top pass\""]);
    after.says_not("正在查询健康码");
}

#[tokio::test]
async fn a_page_that_waits_for_red_ends_with_what_to_do() {
    let (before, after) = before_and_after(Colour::Red).await;
    before.says_not("红码");
    after.says(StatusCode::OK, &["红码", "class=\"top stop\"", "role=\"alert\""]);
}
