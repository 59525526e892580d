//! Signing a question: a step of its own, since how the gateway wants it signed is settled between it and
//! the city.

use crate::https::encoded;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use domain::{
    outside::{Dice, roll},
    time::UnixMs,
};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper::{Method, Request};
use sha2::Sha256;
use std::{collections::BTreeMap, sync::Arc};

/// A question before it is sent.
pub struct Asked {
    /// Path at the gateway.
    pub path: &'static str,
    /// Parameters of the query string.
    pub parameters: BTreeMap<String, String>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Asked {
    /// The query string, names sorted and everything encoded (RFC 3986).
    #[must_use]
    pub fn query(&self) -> String {
        let pair =
            |(name, value): (&String, &String)| format!("{}={}", encoded(name), encoded(value));
        self.parameters.iter().map(pair).collect::<Vec<_>>().join("&")
    }

    /// The request; what is wrong with it never repeats it.
    pub(super) fn request(&self, url: &str) -> Result<Request<Full<Bytes>>, String> {
        let address = format!("{url}{}?{}", self.path, self.query());
        let mut request = Request::builder().method(Method::POST).uri(address);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(Full::default()).map_err(|_| "a question that cannot be sent".to_owned())
    }
}

/// Adds what shows the gateway who asks.
pub trait Sign: Send + Sync + 'static {
    /// Adds parameters or headers.
    ///
    /// # Errors
    /// Why it cannot be signed, without what was to be signed.
    fn sign(&self, asked: &mut Asked, now: UnixMs) -> Result<(), String>;
}

/// The `authToken` alone.
pub struct Unsigned;

impl Sign for Unsigned {
    fn sign(&self, _: &mut Asked, _: UnixMs) -> Result<(), String> {
        Ok(())
    }
}

/// HMAC-SHA256 over method, path, query, time and nonce, in headers: for a relay of the city's own in
/// front of the gateway.
pub struct HmacSha256 {
    secret: String,
    dice: Arc<dyn Dice>,
}

impl HmacSha256 {
    /// With this secret.
    #[must_use]
    pub fn new(secret: String, dice: Arc<dyn Dice>) -> Self {
        Self { secret, dice }
    }
}

/// The signature of a question, in hexadecimal digits.
pub(super) fn signature(
    secret: &str,
    path: &str,
    query: &str,
    time: &str,
    nonce: &str,
) -> Result<String, String> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(format!("POST\n{path}\n{query}\n{time}\n{nonce}").as_bytes());
    Ok(HEXLOWER.encode(&mac.finalize().into_bytes()))
}

impl Sign for HmacSha256 {
    fn sign(&self, asked: &mut Asked, now: UnixMs) -> Result<(), String> {
        let (time, nonce) = (now.0.to_string(), HEXLOWER.encode(&roll::<16>(&*self.dice)));
        let signature = signature(&self.secret, asked.path, &asked.query(), &time, &nonce)?;
        asked.headers.extend([
            ("x-timestamp", time),
            ("x-nonce", nonce),
            ("x-signature", signature),
        ]);
        Ok(())
    }
}
