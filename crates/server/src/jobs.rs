//! Timed jobs: forgetting sessions and links that have ended.

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
    match (sessions, links) {
        (Ok(sessions), Ok(links)) => tracing::debug!(sessions, links, "forgot what has ended"),
        (sessions, links) => {
            for error in [sessions.err(), links.err()].into_iter().flatten() {
                tracing::error!(%error, "could not forget what has ended");
            }
        }
    }
}
