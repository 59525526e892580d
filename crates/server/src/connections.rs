//! Connections: taken up to a limit, closed when a caller does not say what it wants, drained.

use crate::outside::instant;
use axum::{Router, response::Response};
use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tower::Service;
use web::address::Peer;

/// How long to wait before accepting again when the system has nothing left to accept with.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// What a caller may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How long a request's head may take, from the connection's start or the answer before.
    pub(crate) head_wait: Duration,
    /// Most open connections; further ones are closed at once.
    pub(crate) connections_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head_wait: Duration::from_secs(10), connections_max: 20_000 }
    }
}

/// Answers every connection until told to stop, and then those requests that are under way.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    measure: Measure,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let draining = GracefulShutdown::new();
    let mut full = false;
    loop {
        let accepted = tokio::select! {
            _told = stopping.wait_for(|stop| *stop) => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok((stream, peer)) => (stream, Peer(peer.ip())),
            Err(error) => {
                not_accepted(&error).await;
                continue;
            }
        };
        let Ok(seat) = Arc::clone(&room).try_acquire_owned() else {
            if !full {
                tracing::warn!("{} connections are open: closing more", limits.connections_max);
            }
            full = true;
            continue;
        };
        full = false;
        let router = WithPeer { router: router.clone(), measure: Arc::clone(&measure), peer };
        answer(stream, router, limits, &draining, seat);
    }
    drop(listener);
    draining.shutdown().await;
}

/// Is told how long a request took.
pub(crate) type Measure = Arc<dyn Fn(Duration) + Send + Sync>;

/// Says in every request of a connection who is at its other end, and measures how long it takes.
#[derive(Clone)]
struct WithPeer {
    router: Router,
    measure: Measure,
    peer: Peer,
}

impl Service<Request<Incoming>> for WithPeer {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<Request<Incoming>>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        let (started, measure) = (instant(), Arc::clone(&self.measure));
        let answer = self.router.call(request);
        Box::pin(async move {
            let answer = answer.await;
            measure(started.elapsed());
            answer
        })
    }
}

/// Answers one connection on a task of its own.
fn answer(
    stream: TcpStream,
    router: WithPeer,
    limits: Limits,
    draining: &GracefulShutdown,
    seat: OwnedSemaphorePermit,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_wait)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
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
async fn not_accepted(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection could be accepted");
        tokio::time::sleep(ACCEPT_AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        task::JoinHandle,
        time::timeout,
    };

    const SOON: Duration = Duration::from_secs(5);
    const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";

    struct Running {
        at: SocketAddr,
        stop: watch::Sender<bool>,
        server: JoinHandle<()>,
    }

    async fn running(limits: Limits) -> Running {
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "slow"
        };
        let router = Router::new().route("/", get(|| async { "here" })).route("/slow", get(slow));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        let measure: Measure = Arc::new(|_| {});
        let server = tokio::spawn(serve(listener, router, measure, limits, stopping));
        Running { at, stop, server }
    }

    /// What comes until the server closes the connection.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut bytes = Vec::new();
        // A reset is a close, too.
        let _closed = timeout(SOON, stream.read_to_end(&mut bytes)).await.expect("it is closed");
        String::from_utf8(bytes).unwrap()
    }

    async fn answered(stream: &mut TcpStream) -> bool {
        stream.write_all(ASK).await.unwrap();
        let mut bytes = [0; 15];
        timeout(SOON, stream.read_exact(&mut bytes)).await.unwrap().is_ok()
            && &bytes == b"HTTP/1.1 200 OK"
    }

    #[tokio::test]
    async fn half_a_request_line_is_not_waited_for_longer_than_the_limit() {
        let head_wait = Duration::from_millis(200);
        let running = running(Limits { head_wait, ..Limits::default() }).await;
        for half in [&b""[..], b"GET /hea", b"GET / HTTP/1.1\r\nhost: he"] {
            let mut stream = TcpStream::connect(running.at).await.unwrap();
            stream.write_all(half).await.unwrap();
            rest(&mut stream).await;
        }
    }

    #[tokio::test]
    async fn a_header_a_byte_at_a_time_does_not_start_the_wait_afresh() {
        let head_wait = Duration::from_millis(400);
        let running = running(Limits { head_wait, ..Limits::default() }).await;
        let mut stream = TcpStream::connect(running.at).await.unwrap();
        let slowly = async {
            for byte in b"GET / HTTP/1.1\r\nx: ".iter().chain([b'a'; 1000].iter()) {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(SOON, slowly).await.expect("the server hangs up");
    }

    #[tokio::test]
    async fn a_connection_too_many_is_closed_and_the_next_is_answered_once_there_is_room() {
        let running = running(Limits { connections_max: 1, ..Limits::default() }).await;
        let mut first = TcpStream::connect(running.at).await.unwrap();
        assert!(answered(&mut first).await);
        let mut second = TcpStream::connect(running.at).await.unwrap();
        assert_eq!(rest(&mut second).await, "");
        drop(first);
        for _ in 0..100 {
            let mut third = TcpStream::connect(running.at).await.unwrap();
            // Until the server has seen the first one go, this one is closed as well.
            if third.write_all(ASK).await.is_ok() && third.read(&mut [0]).await.is_ok_and(|n| n > 0)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the first one's seat is not given back");
    }

    #[tokio::test]
    async fn a_stop_answers_what_is_under_way_and_lets_idle_connections_go() {
        let running = running(Limits::default()).await;
        let mut idle = TcpStream::connect(running.at).await.unwrap();
        assert!(answered(&mut idle).await);
        let mut busy = TcpStream::connect(running.at).await.unwrap();
        busy.write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        running.stop.send_replace(true);
        assert!(rest(&mut busy).await.ends_with("slow"));
        rest(&mut idle).await;
        timeout(SOON, running.server).await.expect("it ends").unwrap();
        assert!(TcpStream::connect(running.at).await.is_err(), "nobody listens any more");
    }
}
