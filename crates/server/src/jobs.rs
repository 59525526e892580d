//! Timed jobs: forgetting sessions, links and SMS codes that have ended.

use actions::{House, accounts::session::IDLE_MS_MAX};
use domain::time::DAY_MS;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

const EVERY: Duration = Duration::from_secs(600);

/// Runs until told to stop.
pub(crate) async fn run(house: Arc<House>, mut stopping: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(EVERY) => sweep(&house).await,
        }
    }
}

async fn sweep(house: &House) {
    let now = house.now();
    let sessions = house.registry.sweep_sessions(now.plus(-IDLE_MS_MAX)).await;
    let links = house.registry.sweep_links(now.plus(-DAY_MS)).await;
    let codes = house.registry.sweep_sms_codes(now).await;
    for (what, swept) in [("sessions", sessions), ("links", links), ("SMS codes", codes)] {
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
