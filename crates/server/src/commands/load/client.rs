//! One connection of a load run.

use anyhow::{Context, bail};
use data_encoding::BASE32_NOPAD;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// A server on this machine.
#[derive(Clone)]
pub(crate) struct Target {
    address: SocketAddr,
}

/// How a request ended.
pub(crate) enum Outcome {
    /// Answered as it should be; for a check-in, the line to keep.
    Done(Option<String>),
    /// 503, as a full gate answers.
    Busy,
    /// An answer that should not be.
    Wrong(String),
    /// No answer: the connection is gone.
    Broken,
}

impl Target {
    /// Takes `http://127.0.0.1:PORT` and the like: load goes to this machine only.
    pub(crate) fn parse(url: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix("http://").context("the URL must begin with http://")?;
        let address: SocketAddr = rest
            .trim_end_matches('/')
            .replace("localhost", "127.0.0.1")
            .parse()
            .context("the URL must be an address with a port, such as http://127.0.0.1:8080")?;
        if !address.ip().is_loopback() {
            bail!("load is sent to this machine only, {address} is another one");
        }
        Ok(Self { address })
    }

    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (send, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Connection { send, host: self.address.to_string() })
    }
}

/// One connection with one request under way.
pub(crate) struct Connection {
    send: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    pub(crate) async fn hello(&mut self) -> Outcome {
        match self.ask(Method::GET, "/healthz", None, Bytes::new()).await {
            Some((StatusCode::OK, _)) => Outcome::Done(None),
            Some((status, _)) => Outcome::Wrong(format!("hello answered {status}")),
            None => Outcome::Broken,
        }
    }

    pub(crate) async fn check_in(&mut self, token: &str, code: &str) -> Outcome {
        let body = Bytes::from(format!("{{\"code\":\"{code}\"}}"));
        match self.ask(Method::POST, "/api/v1/checkins", Some(token), body).await {
            Some((StatusCode::CREATED, body)) => acknowledged(token, &body),
            Some((StatusCode::SERVICE_UNAVAILABLE, _)) => Outcome::Busy,
            Some((status, body)) => {
                Outcome::Wrong(format!("{status}: {}", String::from_utf8_lossy(&body)))
            }
            None => Outcome::Broken,
        }
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Bytes,
    ) -> Option<(StatusCode, Bytes)> {
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if let Some(token) = token {
            request = request
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::new(body)).ok()?;
        self.send.ready().await.ok()?;
        let answer = self.send.send_request(request).await.ok()?;
        let status = answer.status();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        Some((status, body))
    }
}

/// `person checkpoint entered`, from the token and the receipt's id.
fn acknowledged(token: &str, body: &[u8]) -> Outcome {
    let line = (|| {
        let receipt: serde_json::Value = serde_json::from_slice(body).ok()?;
        let (checkpoint, entered) = receipt.get("id")?.as_str()?.split_once('-')?;
        Some(format!("{} {checkpoint} {entered}", person_of(token)?))
    })();
    match line {
        Some(line) => Outcome::Done(Some(line)),
        None => Outcome::Wrong("an acknowledgement without an id".to_owned()),
    }
}

/// The person number at the head of a visitor's token.
fn person_of(token: &str) -> Option<u64> {
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
}
