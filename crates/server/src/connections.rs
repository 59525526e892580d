//! Connections: taken up to a limit, closed when a caller does not say what it wants or does not take
//! what it asked for, drained. What one caller can take is said in
//! `docs/operations/hostile-callers.md`.

mod arriving;
mod files;
mod seats;
mod stream;

use crate::outside::instant;
use arriving::{Bodies, Left};
use axum::{body::Body, response::Response};
use domain::networks::Network;
use http::Request;
use hyper::{body::Incoming, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use seats::{Seat, Seats};
use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};
use stream::Stream;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use web::address::Peer;

/// How long to wait before accepting again when the system has nothing left to accept with.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// The same trouble is logged this often at most: a flood of connections is no flood of lines.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// What a caller may take.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// How long a request's head may take, from the connection's start or the answer before.
    pub(crate) head_wait: Duration,
    /// Most bytes of a head, and of what is read ahead of the request that is being answered.
    pub(crate) head_bytes_max: usize,
    /// How long a request's body may take, from when it is wanted.
    pub(crate) body_wait: Duration,
    /// Most bytes of all long bodies on their way in.
    pub(crate) long_bodies_bytes_max: usize,
    /// How long a caller may take nothing of an answer that waits for it.
    pub(crate) answer_wait: Duration,
    /// Most open connections; further ones are closed at once.
    pub(crate) connections_max: usize,
    /// Proxies: many people stand behind each, so they may hold all connections.
    pub(crate) proxies: Vec<Network>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_wait: Duration::from_secs(10),
            head_bytes_max: 16 * 1024,
            body_wait: Duration::from_secs(10),
            long_bodies_bytes_max: 64 * 1024 * 1024,
            answer_wait: Duration::from_secs(30),
            connections_max: 20_000,
            proxies: Vec::new(),
        }
    }
}

impl Limits {
    /// What this process can keep: a connection is a file, and other files are needed as well.
    pub(crate) fn of_this_process(proxies: Vec<Network>) -> Self {
        let limits = Self { proxies, ..Self::default() };
        let openable = files::openable();
        let connections_max = limits.connections_max.min(files::for_connections(openable));
        if connections_max < limits.connections_max {
            tracing::warn!(
                "{connections_max} connections at most, because this process may open {openable} \
                 files; {} need a higher limit (ulimit -n, LimitNOFILE)",
                limits.connections_max
            );
        }
        Self { connections_max, ..limits }
    }
}

/// Answers every connection until told to stop, and then those requests that are under way.
pub(crate) async fn serve(
    listener: TcpListener,
    answers: Answers,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let bodies = Bodies::new(limits.body_wait, limits.long_bodies_bytes_max);
    let seats = Seats::new(limits.connections_max, limits.proxies.clone());
    let draining = GracefulShutdown::new();
    let (mut crowded, mut failing) = (Complaint::default(), Complaint::default());
    loop {
        let accepted = tokio::select! {
            _told = stopping.wait_for(|stop| *stop) => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok((stream, peer)) => (stream, peer.ip()),
            Err(error) => {
                not_accepted(&error, &mut failing).await;
                continue;
            }
        };
        let seat = match seats.take(peer) {
            Ok(seat) => seat,
            Err(refused) => {
                crowded.say(|| tracing::warn!("connections are closed at once: {refused}"));
                continue;
            }
        };
        let answers = Arc::clone(&answers);
        let (bodies, left) = (bodies.clone(), Left::default());
        let called = Called { answers, bodies, peer: Peer(peer), left };
        answer(stream, called, &limits, &draining, seat);
    }
    drop(listener);
    draining.shutdown().await;
}

/// What answers requests.
pub(crate) type Answers = Arc<dyn Fn(Request<Body>) -> Answer + Send + Sync>;
/// An answer on its way.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// The house as one connection calls it: every request says who is at the other end, and its body
/// comes in within its limits.
struct Called {
    answers: Answers,
    bodies: Bodies,
    peer: Peer,
    left: Left,
}

impl Service<Request<Incoming>> for Called {
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        let (parts, body) = request.into_parts();
        let body = self.bodies.watched(parts.uri.path(), body, &self.left);
        (self.answers)(Request::from_parts(parts, body))
    }
}

/// Answers one connection on a task of its own.
fn answer(
    stream: TcpStream,
    called: Called,
    limits: &Limits,
    draining: &GracefulShutdown,
    seat: Seat,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let stream = Stream::new(stream, limits.answer_wait, called.left.clone());
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_wait)
        .max_buf_size(limits.head_bytes_max)
        .serve_connection(TokioIo::new(stream), called);
    let connection = draining.watch(connection);
    tokio::spawn(async move {
        // A caller that goes away in the middle is nothing to report.
        if let Err(error) = connection.await {
            tracing::trace!(%error, "a connection ended early");
        }
        drop(seat);
    });
}

/// A caller that is gone already costs nothing; anything else, such as too many open files, is
/// given a moment to pass.
async fn not_accepted(error: &io::Error, failing: &mut Complaint) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        failing.say(|| tracing::error!(%error, "no connection could be accepted"));
        tokio::time::sleep(ACCEPT_AGAIN).await;
    }
}

/// A trouble that may come thousands of times a second.
#[derive(Default)]
struct Complaint {
    said: Option<Instant>,
}

impl Complaint {
    fn say(&mut self, words: impl FnOnce()) {
        if self.said.is_none_or(|said| said.elapsed() >= SAY_AGAIN) {
            words();
            self.said = Some(instant());
        }
    }
}

#[cfg(test)]
mod tests;
