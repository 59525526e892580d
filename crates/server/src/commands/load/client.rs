//! One connection of a load run, and how each kind of request is answered rightly.

use super::tokens::{Tokens, kept};
use crate::config::Requests;
use anyhow::{Context, bail};
use data_encoding::BASE32_NOPAD;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header, request::Builder};
use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpStream;

/// Least bytes of the compressed page; less is not a page.
const PAGE_BYTES_MIN: usize = 1_000;

const CHECKINS: &str = "/api/v1/checkins";

/// A server on this machine.
#[derive(Clone)]
pub(super) struct Target {
    address: SocketAddr,
    host: HeaderValue,
}

/// An entry that was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) person: u64,
    pub(super) checkpoint: u32,
    pub(super) entered_ms: i64,
}

/// How a request ended.
pub(super) enum Outcome {
    /// Answered as it should be; for an entry, what was acknowledged.
    Done(Option<Entry>),
    /// 503, as a full gate answers: come again after so long.
    Busy(Duration),
    /// 429: one source's limit.
    Limited,
    /// An answer that should not be.
    Wrong(String),
    /// No answer: the connection is gone.
    Broken,
    /// Everything that can be sent once has been sent.
    UsedUp,
}

impl Target {
    /// Takes `http://127.0.0.1:PORT` and the like: load goes to this machine only.
    pub(super) fn parse(url: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix("http://").context("the URL must begin with http://")?;
        let address: SocketAddr = rest
            .trim_end_matches('/')
            .replace("localhost", "127.0.0.1")
            .parse()
            .context("the URL must be an address with a port, such as http://127.0.0.1:8080")?;
        if !address.ip().is_loopback() {
            bail!("load is sent to this machine only, {address} is another one");
        }
        let host = HeaderValue::from_maybe_shared(kept(address.to_string()))?;
        Ok(Self { address, host })
    }

    pub(super) async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (send, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut connection = Connection { send, host: self.host.clone() };
        // The system says connected before the server has taken the connection. What is measured
        // begins when it has.
        match connection.get(Uri::from_static("/healthz"), None).await {
            Some(answer) if answer.status == StatusCode::OK => Ok(connection),
            Some(answer) => bail!("{} answered {}", self.address, answer.status),
            None => bail!("{} closed the connection", self.address),
        }
    }
}

/// One connection with one request under way.
pub(super) struct Connection {
    send: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

impl Connection {
    /// Sends the n-th request of its kind and checks the answer.
    pub(super) async fn ask(&mut self, requests: Requests, tokens: &Tokens, at: u64) -> Outcome {
        match requests {
            Requests::Hello => {
                let asked = self.get(Uri::from_static("/healthz"), None).await;
                right(asked, StatusCode::OK, |_| Some(None))
            }
            Requests::Checkins => self.check_in(tokens, at).await,
            Requests::Page => self.page(tokens, at).await,
            Requests::ReverseScans => self.reverse_scan(tokens, at).await,
            Requests::UnknownCodes => self.unknown_code(tokens, at).await,
        }
    }

    async fn check_in(&mut self, tokens: &Tokens, at: u64) -> Outcome {
        let Some((visitor, code)) = tokens.scan(at) else { return Outcome::UsedUp };
        let asked = self.post(CHECKINS, &visitor.bearer, code.body.clone()).await;
        right(asked, StatusCode::CREATED, |body| {
            let (checkpoint, entered) = id(body)?.split_once('-')?;
            Some(Some(Entry {
                person: visitor.person,
                checkpoint: checkpoint.parse().ok()?,
                entered_ms: entered.parse().ok()?,
            }))
        })
    }

    async fn page(&mut self, tokens: &Tokens, at: u64) -> Outcome {
        let pairs = (tokens.visitors.len() * tokens.codes.len()) as u64;
        let Some((visitor, code)) = tokens.scan(at % pairs) else { return Outcome::UsedUp };
        let asked = self.get(code.page.clone(), Some(&visitor.cookies)).await;
        right(asked, StatusCode::OK, |body| (body.len() >= PAGE_BYTES_MIN).then_some(None))
    }

    async fn reverse_scan(&mut self, tokens: &Tokens, at: u64) -> Outcome {
        let Some(scan) = tokens.reverse_scan(at) else { return Outcome::UsedUp };
        let body = format!("{{\"id_kind\":\"resident_id\",\"id_number\":\"{}\"}}", scan.id_number);
        let asked = self.post("/api/v1/reverse-scans", scan.bearer, body.into()).await;
        right(asked, StatusCode::CREATED, |body| {
            let seen: Seen = serde_json::from_slice(body).ok()?;
            let (person, checkpoint) = (scan.person, scan.checkpoint);
            Some(Some(Entry { person, checkpoint, entered_ms: seen.entered_ms }))
        })
    }

    /// A code of the right form; that one of 80 random bits exists will not happen.
    async fn unknown_code(&mut self, tokens: &Tokens, at: u64) -> Outcome {
        let visitors = tokens.visitors.len() as u64;
        let visitor = usize::try_from(at % visitors).ok().and_then(|at| tokens.visitors.get(at));
        let Some(visitor) = visitor else { return Outcome::UsedUp };
        let code = BASE32_NOPAD.encode(&[&at.to_be_bytes()[..], &[0x5a, 0xa5]].concat());
        let body = format!("{{\"code\":\"{}\"}}", code.to_ascii_lowercase());
        let asked = self.post(CHECKINS, &visitor.bearer, body.into()).await;
        right(asked, StatusCode::NOT_FOUND, |_| Some(None))
    }

    async fn get(&mut self, path: Uri, cookies: Option<&HeaderValue>) -> Option<Answer> {
        let mut request = Request::builder().method(Method::GET).uri(path);
        if let Some(cookies) = cookies {
            request = request
                .header(header::COOKIE, cookies)
                .header(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        self.send(request, Bytes::new()).await
    }

    async fn post(
        &mut self,
        path: &'static str,
        bearer: &HeaderValue,
        body: Bytes,
    ) -> Option<Answer> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(Uri::from_static(path))
            .header(header::AUTHORIZATION, bearer)
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.send(request, body).await
    }

    async fn send(&mut self, request: Builder, body: Bytes) -> Option<Answer> {
        let request = request.header(header::HOST, &self.host).body(Full::new(body)).ok()?;
        self.send.ready().await.ok()?;
        let answer = self.send.send_request(request).await.ok()?;
        let (head, body) = answer.into_parts();
        let retry_after =
            head.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        Some(Answer {
            status: head.status,
            retry_after: Duration::from_secs(retry_after.and_then(|s| s.parse().ok()).unwrap_or(0)),
            body: body.collect().await.ok()?.to_bytes(),
        })
    }
}

struct Answer {
    status: StatusCode,
    /// Nothing when it does not say.
    retry_after: Duration,
    body: Bytes,
}

#[derive(Deserialize)]
struct Receipt<'a> {
    id: &'a str,
}

#[derive(Deserialize)]
struct Seen {
    entered_ms: i64,
}

/// The id of a receipt. It stands first and is read there, since this is done for every check-in on the
/// processors that the server needs as well; anything else is read as the JSON it should be.
fn id(body: &[u8]) -> Option<&str> {
    let first = body.strip_prefix(br#"{"id":""#).filter(|_| body.ends_with(b"}"));
    let first = first.and_then(|rest| rest.split(|byte| *byte == b'"').next());
    match first {
        Some(id) => std::str::from_utf8(id).ok(),
        None => serde_json::from_slice::<Receipt<'_>>(body).ok().map(|receipt| receipt.id),
    }
}

/// Holds an answer against what it should be; `read` gives `None` when the body is something else.
fn right(
    asked: Option<Answer>,
    wanted: StatusCode,
    read: impl FnOnce(&[u8]) -> Option<Option<Entry>>,
) -> Outcome {
    let Some(Answer { status, retry_after, body }) = asked else { return Outcome::Broken };
    match status {
        StatusCode::SERVICE_UNAVAILABLE if retry_after.is_zero() => {
            Outcome::Wrong("busy, without a word when to come again".to_owned())
        }
        StatusCode::SERVICE_UNAVAILABLE => Outcome::Busy(retry_after),
        StatusCode::TOO_MANY_REQUESTS => Outcome::Limited,
        status if status == wanted => match read(&body) {
            Some(entry) => Outcome::Done(entry),
            None => Outcome::Wrong(format!("{status} with something else in it")),
        },
        status => Outcome::Wrong(format!("{status}: {}", String::from_utf8_lossy(&body))),
    }
}

/// The person number at the head of a visitor's token.
pub(super) fn person_of(token: &str) -> Option<u64> {
    let bytes = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).ok()?;
    Some(u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_goes_to_this_machine_only() {
        assert!(Target::parse("http://127.0.0.1:8080/").is_ok());
        assert!(Target::parse("http://localhost:8080").is_ok());
        for wrong in ["http://10.0.0.1:80", "https://127.0.0.1:443", "http://example", "8080"] {
            assert!(Target::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_id_of_a_receipt_is_found_wherever_it_stands() {
        assert_eq!(id(br#"{"id":"7-3","place":"x"}"#), Some("7-3"));
        assert_eq!(id(br#"{"place":"x","id":"7-3"}"#), Some("7-3"));
        assert_eq!(id(br#"{ "id": "7-3" }"#), Some("7-3"));
        for wrong in ["", "{", r#"{"id":"7-3","place":"#, r#"{"place":"x"}"#] {
            assert_eq!(id(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn an_answer_is_held_against_what_it_should_be() {
        let none = |_: &[u8]| None;
        let entry = Entry { person: 1, checkpoint: 2, entered_ms: 3 };
        let some = |_: &[u8]| Some(Some(entry));
        let retry_after = Duration::from_secs(2);
        let answer = |status| Some(Answer { status, retry_after, body: Bytes::from_static(b"{}") });
        let created = StatusCode::CREATED;
        assert!(
            matches!(right(answer(created), created, some), Outcome::Done(Some(e)) if e == entry)
        );
        assert!(matches!(right(answer(created), created, none), Outcome::Wrong(_)));
        assert!(matches!(right(answer(StatusCode::OK), created, some), Outcome::Wrong(_)));
        let busy = answer(StatusCode::SERVICE_UNAVAILABLE);
        assert!(matches!(right(busy, created, some), Outcome::Busy(wait) if wait == retry_after));
        let wordless = Answer {
            retry_after: Duration::ZERO,
            ..answer(StatusCode::SERVICE_UNAVAILABLE).unwrap()
        };
        assert!(matches!(right(Some(wordless), created, some), Outcome::Wrong(_)));
        let limited = answer(StatusCode::TOO_MANY_REQUESTS);
        assert!(matches!(right(limited, created, some), Outcome::Limited));
        assert!(matches!(right(None, created, some), Outcome::Broken));
    }
}
