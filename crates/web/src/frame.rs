//! What surrounds every request: this browser's random cookie, the nonce of this answer, language
//! and large mode, and the headers that keep an answer where it belongs.

use crate::{cookies, i18n::Lang, packed};
use actions::House;
use axum::http::{HeaderMap, HeaderValue, header};

/// Length of the random cookie: 160 bits in base32.
const SEAT_CHARS: usize = 32;
/// How long a browser keeps what it was told, in seconds.
pub(crate) const YEAR_S: i64 = 365 * 24 * 3600;

/// What is known of a request before anybody looks at its address.
#[derive(Clone, Debug)]
pub struct Frame {
    /// This browser's random cookie; forms are guarded by it. Empty where no page is.
    pub seat: String,
    /// For `nonce="…"` of this answer. Empty where no page is.
    pub nonce: String,
    /// Language.
    pub lang: Lang,
    /// Large mode.
    pub large: bool,
    /// Whether this browser takes gzip.
    pub gzip: bool,
}

impl Frame {
    /// The frame of a request, and whether its cookie is new. What programs ask for carries no page:
    /// no cookie is made for it, and no nonce.
    pub(crate) fn of(house: &House, headers: &HeaderMap, path: &str) -> (Self, bool) {
        let known = cookies::get(headers, cookies::SEAT).filter(|seat| {
            seat.len() == SEAT_CHARS && seat.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        let page = !is_bare(path);
        let fresh = page && known.is_none();
        let token = |wanted: bool| if wanted { house.fresh_token() } else { String::new() };
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        let lang = match cookies::get(headers, cookies::LANG) {
            Some("en") => Lang::En,
            Some("zh") => Lang::Zh,
            _ => Lang::from_header(accept.unwrap_or_default()),
        };
        let frame = Self {
            seat: known.map_or_else(|| token(fresh), str::to_owned),
            nonce: token(page),
            lang,
            large: cookies::get(headers, cookies::LARGE) == Some("1"),
            gzip: packed::is_taken(headers),
        };
        (frame, fresh)
    }
}

/// Addresses that programs ask for.
pub(crate) fn is_bare(path: &str) -> bool {
    path.starts_with("/api/")
        || path.starts_with("/assets/")
        || matches!(path, "/healthz" | "/readyz" | "/metrics" | "/openapi.json")
}

/// Nothing from elsewhere is loaded, nothing inline runs without this answer's nonce, nobody
/// frames us, one-time links do not leak in a referrer, and pages are not kept. What has no nonce is
/// no page, and loads and runs nothing.
pub(crate) fn guard(headers: &mut HeaderMap, nonce: &str) {
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(nonce));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        header::HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(self), microphone=(), geolocation=(self)"),
    );
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

const NO_PAGE: &str =
    "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

fn policy(nonce: &str) -> HeaderValue {
    if nonce.is_empty() {
        return HeaderValue::from_static(NO_PAGE);
    }
    let policy = format!(
        "default-src 'none'; style-src 'self' 'nonce-{nonce}'; script-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; connect-src 'self'; media-src 'self'; manifest-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(NO_PAGE))
}
