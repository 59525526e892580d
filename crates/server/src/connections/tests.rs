//! One caller against the server: what it may send, how slowly, and what the next one finds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{DefaultBodyLimit, State},
    routing::{get, post},
};
use hyper::body::Frame;
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
    time::{Sleep, sleep, timeout},
};
use tower::ServiceExt;
use web::routes::BODY_BYTES_MAX;

const SOON: Duration = Duration::from_secs(5);
const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";

/// More than the system keeps for a caller that reads nothing.
const LONG: usize = 32 * 1024 * 1024;
/// How often, and how far apart, the live answer says something.
const LIVE: (usize, Duration) = (12, Duration::from_millis(100));

struct Running {
    at: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    /// How often the long answer was asked for.
    asked: Arc<AtomicUsize>,
}

async fn long(State(asked): State<Arc<AtomicUsize>>) -> Bytes {
    asked.fetch_add(1, Ordering::SeqCst);
    Bytes::from_static(&[b'a'; LONG])
}

async fn slow() -> &'static str {
    sleep(Duration::from_millis(300)).await;
    "slow"
}

/// An answer that says something now and then.
struct Live {
    left: usize,
    next: Pin<Box<Sleep>>,
}

impl Live {
    fn new(left: usize) -> Self {
        Self { left, next: Box::pin(sleep(LIVE.1)) }
    }
}

impl HttpBody for Live {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        std::task::ready!(self.next.as_mut().poll(context));
        let Some(left) = self.left.checked_sub(1) else { return Poll::Ready(None) };
        *self = Self::new(left);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"data: 1\n\n")))))
    }
}

async fn running(limits: Limits) -> Running {
    let asked = Arc::new(AtomicUsize::new(0));
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/slow", get(slow))
        .route("/long", get(long))
        .route("/live", get(|| async { Body::new(Live::new(LIVE.0)) }))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Arc::clone(&asked));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let answers: Answers = Arc::new(move |request| Box::pin(router.clone().oneshot(request)));
    let server = tokio::spawn(serve(listener, answers, limits, stopping));
    Running { at, stop, server, asked }
}

/// Sends this and gives what comes until the server closes the connection.
async fn said(running: &Running, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(running.at).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    rest(&mut stream).await
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
        said(&running, half).await;
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
            sleep(Duration::from_millis(50)).await;
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
        if third.write_all(ASK).await.is_ok() && third.read(&mut [0]).await.is_ok_and(|n| n > 0) {
            return;
        }
        sleep(Duration::from_millis(20)).await;
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
    sleep(Duration::from_millis(100)).await;
    running.stop.send_replace(true);
    assert!(rest(&mut busy).await.ends_with("slow"));
    rest(&mut idle).await;
    timeout(SOON, running.server).await.expect("it ends").unwrap();
    assert!(TcpStream::connect(running.at).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn half_a_body_is_not_waited_for_longer_than_the_limit() {
    let body_wait = Duration::from_millis(200);
    let running = running(Limits { body_wait, ..Limits::default() }).await;
    let halves = ["content-length: 10\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n4\r\nhalf"];
    for half in halves {
        let ask = format!("POST / HTTP/1.1\r\nhost: here\r\n{half}");
        assert!(said(&running, ask.as_bytes()).await.starts_with("HTTP/1.1 400"), "{half}");
    }
}

#[tokio::test]
async fn a_body_a_byte_at_a_time_does_not_start_the_wait_afresh() {
    let body_wait = Duration::from_millis(400);
    let running = running(Limits { body_wait, ..Limits::default() }).await;
    let mut stream = TcpStream::connect(running.at).await.unwrap();
    let head = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let slowly = async {
        for _ in 0..1_000 {
            if stream.write_all(b"a").await.is_err() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(SOON, slowly).await.expect("the server hangs up");
}

#[tokio::test]
async fn a_body_that_comes_slowly_but_in_time_is_whole() {
    let running = running(Limits::default()).await;
    let mut stream = TcpStream::connect(running.at).await.unwrap();
    let head = b"POST / HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: 20\r\n\r\n";
    stream.write_all(head).await.unwrap();
    for _ in 0..20 {
        stream.write_all(b"a").await.unwrap();
        sleep(Duration::from_millis(10)).await;
    }
    assert!(rest(&mut stream).await.ends_with("\r\n\r\n20"));
}

#[tokio::test]
async fn who_sends_all_of_a_body_that_is_too_long_can_read_why_it_is_refused() {
    let running = running(Limits::default()).await;
    let mut stream = TcpStream::connect(running.at).await.unwrap();
    let pieces = 32;
    let length = pieces * BODY_BYTES_MAX;
    let head = format!("POST / HTTP/1.1\r\nhost: here\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..pieces {
        stream.write_all(&[b'a'; BODY_BYTES_MAX]).await.expect("it is taken");
        // Most of it is sent after the answer, as over a line that is slower than this one.
        sleep(Duration::from_millis(5)).await;
    }
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn who_sends_a_body_without_end_is_hung_up_on() {
    let running = running(Limits::default()).await;
    let mut stream = TcpStream::connect(running.at).await.unwrap();
    let head = b"POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let endless = async {
        let chunk = [&b"8000\r\n"[..], &[b'a'; 0x8000], b"\r\n"].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    };
    timeout(SOON, endless).await.expect("the server hangs up");
}

#[tokio::test]
async fn a_head_that_is_too_long_or_has_too_many_lines_is_refused_by_its_status() {
    let running = running(Limits::default()).await;
    let long = format!("GET / HTTP/1.1\r\nhost: here\r\nx: {}\r\n\r\n", "a".repeat(15 * 1024));
    let mut stream = TcpStream::connect(running.at).await.unwrap();
    stream.write_all(long.as_bytes()).await.unwrap();
    assert!(answered(&mut stream).await, "as long as a head may be");
    let longer = format!("GET / HTTP/1.1\r\nx: {}", "a".repeat(16 * 1024));
    assert!(said(&running, longer.as_bytes()).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(101));
    assert!(said(&running, many.as_bytes()).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn who_reads_nothing_of_an_answer_loses_the_connection() {
    let answer_wait = Duration::from_millis(300);
    let limits = Limits { answer_wait, connections_max: 1, ..Limits::default() };
    let running = running(limits).await;
    let mut deaf = TcpStream::connect(running.at).await.unwrap();
    deaf.write_all(b"GET /long HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    for _ in 0..100 {
        let mut next = TcpStream::connect(running.at).await.unwrap();
        if next.write_all(ASK).await.is_ok() && next.read(&mut [0]).await.is_ok_and(|n| n > 0) {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("the seat is kept by somebody who reads nothing");
}

#[tokio::test]
async fn who_reads_an_answer_slowly_gets_all_of_it() {
    let answer_wait = Duration::from_millis(300);
    let running = running(Limits { answer_wait, ..Limits::default() }).await;
    let mut stream = TcpStream::connect(running.at).await.unwrap();
    stream
        .write_all(b"GET /long HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let (mut read, mut piece) = (0, vec![0; 2 * 1024 * 1024]);
    let began = instant();
    loop {
        let some = timeout(SOON, stream.read(&mut piece)).await.unwrap().unwrap();
        if some == 0 {
            break;
        }
        read += some;
        sleep(Duration::from_millis(some as u64 / 30_000)).await;
    }
    assert!(read > LONG, "{read}");
    assert!(began.elapsed() > 2 * answer_wait, "slower than it may be silent");
}

#[tokio::test]
async fn a_live_answer_that_is_silent_for_longer_than_an_answer_may_wait_goes_on() {
    let limits = Limits {
        answer_wait: Duration::from_millis(20),
        head_wait: Duration::from_millis(200),
        ..Limits::default()
    };
    let running = running(limits).await;
    let ask = b"GET /live HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    let answer = said(&running, ask).await;
    assert_eq!(answer.matches("data: 1").count(), LIVE.0);
}

#[tokio::test]
async fn requests_in_one_go_are_answered_one_after_the_other() {
    let running = running(Limits::default()).await;
    let mut stream = TcpStream::connect(running.at).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let last = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    let ask = [ASK.repeat(2_000), last.to_vec()].concat();
    let mut answers = String::new();
    let (sent, read) =
        tokio::join!(writing.write_all(&ask), timeout(SOON, reading.read_to_string(&mut answers)));
    sent.unwrap();
    read.expect("it is closed").unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2_001);
}

#[tokio::test]
async fn requests_in_one_go_are_not_worked_on_while_nobody_reads_their_answers() {
    let running = running(Limits::default()).await;
    let stream = TcpStream::connect(running.at).await.unwrap();
    let ask = b"GET /long HTTP/1.1\r\nhost: here\r\n\r\n".repeat(100);
    let mut sent = 0;
    while let Ok(some) = timeout(Duration::from_millis(300), async {
        stream.writable().await.unwrap();
        stream.try_write(&ask).unwrap_or(0)
    })
    .await
    {
        sent += some;
        assert!(sent < LONG, "the server reads on and on");
    }
    assert_eq!(running.asked.load(Ordering::SeqCst), 1, "of {sent} bytes of requests");
}

/// HTTP/2 is not spoken here, so none of its ways to make a server work exists: no streams, no
/// resets of them, no tables of headers.
#[tokio::test]
async fn a_caller_that_speaks_http2_is_sent_away_at_once() {
    let running = running(Limits::default()).await;
    let settings = b"\0\0\0\x04\0\0\0\0\0";
    let reset = b"\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08";
    let preface = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], settings, &reset.repeat(100)].concat();
    assert_eq!(said(&running, &preface).await, "");
    let first_line = said(&running, b"PRI * HTTP/2.0\r\n\r\n").await;
    assert!(first_line.starts_with("HTTP/1.1 400"), "{first_line}");
}

#[tokio::test]
async fn an_upgrade_to_http2_is_not_taken() {
    let running = running(Limits::default()).await;
    let ask = "GET / HTTP/1.1\r\nhost: here\r\nconnection: Upgrade, HTTP2-Settings\r\n\
               upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n";
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let answers = said(&running, format!("{ask}{preface}").as_bytes()).await;
    assert!(
        answers.starts_with("HTTP/1.1 200 OK") && answers.contains("\r\n\r\nhere"),
        "{answers}"
    );
    assert!(!answers.contains("101"), "{answers}");
}
