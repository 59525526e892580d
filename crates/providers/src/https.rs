//! Asking other people's servers: over TLS with the certificates this machine trusts, within a time
//! and a number of bytes.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, StatusCode, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{io, time::Duration};

/// How long a whole answer may take.
const ANSWER_WAIT: Duration = Duration::from_secs(8);
/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Asks servers; keeps connections for the next question.
pub(crate) struct Https(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Https {
    /// Plain HTTP is spoken only where the address says so; what says so is checked by whoever
    /// reads settings.
    ///
    /// # Errors
    /// When the machine's own certificates cannot be read.
    pub(crate) fn new() -> io::Result<Self> {
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Sends a request; the answer's status and bytes.
    ///
    /// # Errors
    /// What went wrong, without what was asked: no connection, too slow, too long.
    pub(crate) async fn ask(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), String> {
        let asked = async {
            let answer = self.0.request(request).await.map_err(|error| error.to_string())?;
            let (parts, body) = answer.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
            let bytes = body.map_err(|error| error.to_string())?.to_bytes();
            Ok((parts.status, bytes))
        };
        match tokio::time::timeout(ANSWER_WAIT, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", ANSWER_WAIT.as_secs())),
        }
    }

    /// Fetches an address, with a bearer token where there is one.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(crate) async fn get(
        &self,
        address: &str,
        bearer: Option<&str>,
    ) -> Result<(StatusCode, Bytes), String> {
        let mut request = Request::get(address);
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Full::default());
        self.ask(request.map_err(|_| UNUSABLE.to_owned())?).await
    }

    /// Posts a body, with headers besides its type.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(crate) async fn post(
        &self,
        address: &str,
        kind: &str,
        headers: &[(header::HeaderName, &str)],
        body: String,
    ) -> Result<(StatusCode, Bytes), String> {
        let mut request = Request::builder().method(Method::POST).uri(address);
        request = request.header(header::CONTENT_TYPE, kind);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = request.body(Full::from(body));
        self.ask(request.map_err(|_| UNUSABLE.to_owned())?).await
    }
}

/// Everything but letters, digits, `-`, `_`, `.` and `~` as `%XY` (RFC 3986, 2.3).
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
/// Said in place of an address, which may hold a code.
const UNUSABLE: &str = "the address or a header cannot be sent";
