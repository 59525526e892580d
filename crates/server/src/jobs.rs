//! Timed jobs: forgetting sessions, links and SMS codes that have ended, changing the key of
//! visitors' sessions once a year, following what another process changes in the registry, and
//! asking about those who entered with their status unknown.

use actions::{
    House, accounts::session::IDLE_MS_MAX, checkins::follow_up,
    people::session::change_key_when_due,
};
use domain::time::DAY_MS;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

const EVERY: Duration = Duration::from_secs(600);
/// How often the registry is asked for changes: what another process writes is in force within a
/// second.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// Runs until told to stop.
pub(crate) async fn run(house: Arc<House>, mut stopping: watch::Receiver<bool>) {
    let others = stopping.clone();
    tokio::join!(sweep_on(&house, others.clone()), follow(&house, others), async {
        tokio::select! {
            _ = stopping.changed() => {}
            () = follow_up::run(Arc::clone(&house)) => {}
        }
    });
}

async fn sweep_on(house: &House, mut stopping: watch::Receiver<bool>) {
    loop {
        sweep(house).await;
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn follow(house: &House, mut stopping: watch::Receiver<bool>) {
    let mut failing = false;
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
        }
        let followed = house.catch_up().await;
        if let (Err(error), false) = (&followed, failing) {
            // Scans go on with what is in memory; said once, not twice a second.
            tracing::error!(%error, "the registry's changes cannot be read");
        }
        failing = followed.is_err();
    }
}

async fn sweep(house: &House) {
    let now = house.now();
    let sessions = house.registry.sweep_sessions(now.plus(-IDLE_MS_MAX)).await;
    let links = house.registry.sweep_links(now.plus(-DAY_MS)).await;
    let codes = house.registry.sweep_sms_codes(now).await;
    let changes = house.registry.sweep_changes().await;
    if let Err(error) = change_key_when_due(house).await {
        tracing::error!(%error, "the key of visitors' sessions could not be changed");
    }
    let swept =
        [("sessions", sessions), ("links", links), ("SMS codes", codes), ("changes", changes)];
    for (what, swept) in swept {
        match swept {
            Ok(count) => tracing::debug!(what, count, "forgot what has ended"),
            Err(error) => tracing::error!(what, %error, "could not forget what has ended"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use registry::SmsCode;
    use testkit::TestHouse;

    #[tokio::test]
    async fn codes_by_text_message_are_forgotten_once_they_have_expired() {
        let house = TestHouse::new().await;
        let now = house.now();
        for (phone, expires) in [(b"138", now.plus(-1)), (b"139", now.plus(1))] {
            let code = SmsCode { code_mac: vec![7], sent: now, expires, tries: 0 };
            assert!(house.registry.put_sms_code(phone, "register", &code, now).await.unwrap());
        }
        sweep(&house).await;
        assert!(!house.registry.use_sms_code(b"138", "register").await.unwrap(), "forgotten");
        assert!(house.registry.use_sms_code(b"139", "register").await.unwrap(), "still there");
    }
}
