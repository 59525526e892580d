//! Serving until told to stop, then draining: no new requests, waiting ones answered, store closed.

use crate::{
    backups::{self, Backups},
    connections::{self, Answers, Limits},
    jobs,
    outside::instant,
    wiring,
};
use actions::{House, checkins::gate};
use anyhow::Context;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket},
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use web::front::Front;

/// How long requests under way may take after the signal.
const DRAIN_MAX: Duration = Duration::from_secs(15);

/// Connections that the system keeps until they are accepted, as far as it lets us: whoever finds no
/// place waits a second before the phone tries again.
const BACKLOG: u32 = 4_096;

/// Takes the address, so that a taken port is said before anything else happens.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    listening(listen)
        .with_context(|| format!("{listen} cannot be listened on; choose another with --listen"))
}

fn listening(listen: SocketAddr) -> io::Result<TcpListener> {
    let socket = if listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait for the connections of the process before.
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    socket.listen(BACKLOG)
}

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn serve(
    house: Arc<House>,
    listener: TcpListener,
    daily: Option<Backups>,
) -> anyhow::Result<()> {
    // From here on a polite stop is one, also while there is still something to prepare.
    let mut signals = Signals::new()?;
    gate::remember(&house).await;
    let (stop, stopping) = watch::channel(false);
    let answers = measured(Front::new(Arc::clone(&house)), &house);
    let jobs = tokio::spawn(jobs::run(Arc::clone(&house), stopping.clone()));
    let backups = tokio::spawn(backups::run(Arc::clone(&house), daily, stopping.clone()));
    let limits = Limits::of_this_process(house.settings.trusted_proxies.clone());
    let server = tokio::spawn(connections::serve(listener, answers, limits, stopping));
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

/// The house's answers, and how long each takes.
fn measured(front: Front, house: &Arc<House>) -> Answers {
    let house = Arc::clone(house);
    Arc::new(move |request| {
        let (house, began) = (Arc::clone(&house), instant());
        let answer = front.answer(request);
        Box::pin(async move {
            let response = answer.await;
            house.metrics.request(began.elapsed());
            Ok(response)
        })
    })
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
