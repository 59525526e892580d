//! Serving until told to stop, then draining: no new requests, waiting ones answered, store closed.

use crate::{
    backups::{self, Backups},
    connections::{self, Limits, Measure},
    jobs, wiring,
};
use actions::{House, checkins::gate};
use anyhow::Context;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// How long requests under way may take after the signal.
const DRAIN_MAX: Duration = Duration::from_secs(15);

/// Takes the address, so that a taken port is said before anything else happens.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen)
        .await
        .with_context(|| format!("{listen} cannot be listened on; choose another with --listen"))
}

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn serve(
    house: Arc<House>,
    listener: TcpListener,
    daily: Option<Backups>,
) -> anyhow::Result<()> {
    // From here on a polite stop is one, also while there is still something to prepare.
    let mut signals = Signals::new()?;
    gate::remember(&house).await.context("reading the last minute's visits")?;
    let (stop, stopping) = watch::channel(false);
    let router = web::routes::router(Arc::clone(&house));
    let jobs = tokio::spawn(jobs::run(Arc::clone(&house), stopping.clone()));
    let backups = tokio::spawn(backups::run(Arc::clone(&house), daily, stopping.clone()));
    let limits = Limits::of_this_process(house.settings.trusted_proxies.clone());
    let measured = Arc::clone(&house);
    let measure: Measure = Arc::new(move |took| measured.metrics.request(took));
    let server = tokio::spawn(connections::serve(listener, router, measure, limits, stopping));
    signals.stop().await;
    tracing::info!("stopping: no new requests, waiting ones are answered");
    stop.send_replace(true);
    // Live screens would keep their connections open for ever.
    house.announcer.close();
    if tokio::time::timeout(DRAIN_MAX, server).await.is_err() {
        tracing::warn!("some requests did not end within {} s", DRAIN_MAX.as_secs());
    }
    let _ended = (jobs.await, backups.await);
    wiring::close(&house).await?;
    tracing::info!("stopped");
    Ok(())
}

/// What tells the program to stop. From the moment it is made on, a signal waits for whoever asks.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
