//! What surrounds every request: this browser's random cookie, the nonce of this answer, language
//! and large mode, and the headers that keep an answer where it belongs.

use crate::{address, answer, cookies, i18n::Lang, packed, page::Page};
use actions::House;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// Length of the random cookie: 160 bits in base32.
const SEAT_CHARS: usize = 32;
/// How long a browser keeps what it was told, in seconds.
const YEAR_S: i64 = 365 * 24 * 3600;

/// What is known of a request before anybody looks at its address.
#[derive(Clone, Debug)]
pub struct Frame {
    /// This browser's random cookie; forms are guarded by it.
    pub seat: String,
    /// For `nonce="…"` of this answer.
    pub nonce: String,
    /// Language.
    pub lang: Lang,
    /// Large mode.
    pub large: bool,
    /// Whether this browser takes gzip.
    pub gzip: bool,
}

impl Frame {
    fn of(house: &House, headers: &HeaderMap) -> (Self, bool) {
        let known = cookies::get(headers, cookies::SEAT).filter(|seat| {
            seat.len() == SEAT_CHARS && seat.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        let fresh = known.is_none();
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        let lang = match cookies::get(headers, cookies::LANG) {
            Some("en") => Lang::En,
            Some("zh") => Lang::Zh,
            _ => Lang::from_header(accept.unwrap_or_default()),
        };
        let frame = Self {
            seat: known.map_or_else(|| house.fresh_token(), str::to_owned),
            nonce: house.fresh_token(),
            lang,
            large: cookies::get(headers, cookies::LARGE) == Some("1"),
            gzip: packed::is_taken(headers),
        };
        (frame, fresh)
    }
}

/// Puts the frame around a request.
pub(crate) async fn surround(
    State(house): State<Arc<House>>,
    mut request: Request,
    next: Next,
) -> Response {
    // The load-bearing answers carry no page: no cookie is made for them.
    let path = request.uri().path().to_owned();
    let bare = is_bare(&path);
    let (frame, fresh) = Frame::of(&house, request.headers());
    let nonce = frame.nonce.clone();
    let seat = (fresh && !bare).then(|| frame.seat.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(frame.clone());
    let (parts, body) = request.into_parts();
    let mut response = match address::admit(&house, &parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(retry_after_s) => {
            house.metrics.address_refused();
            let page = Page::of_stranger(&house, frame.clone(), path.clone());
            answer::too_many(page, retry_after_s)
        }
    };
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    tracing::debug!(%method, route, status = response.status().as_u16(), "answered");
    if answer::is_wordless(&response) {
        let page = Page::of_stranger(&house, frame, path.clone());
        let allow = response.headers_mut().remove(header::ALLOW);
        response = answer::in_words(&page, &path, response.status());
        response.headers_mut().extend(allow.map(|methods| (header::ALLOW, methods)));
    }
    guard(response.headers_mut(), &nonce);
    if let Some(seat) = seat {
        let cookie = cookies::set(&house, cookies::SEAT, &seat, YEAR_S);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Addresses that programs ask for.
pub(crate) fn is_bare(path: &str) -> bool {
    path.starts_with("/api/")
        || path.starts_with("/assets/")
        || matches!(path, "/healthz" | "/readyz" | "/metrics" | "/openapi.json")
}

/// Nothing from elsewhere is loaded, nothing inline runs without this answer's nonce, nobody
/// frames us, one-time links do not leak in a referrer, and pages are not kept.
fn guard(headers: &mut HeaderMap, nonce: &str) {
    let policy = format!(
        "default-src 'none'; style-src 'self' 'nonce-{nonce}'; script-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; connect-src 'self'; media-src 'self'; manifest-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        header::HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(self), microphone=(), geolocation=(self)"),
    );
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
