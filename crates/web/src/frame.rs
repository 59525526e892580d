//! What surrounds every request: this browser's random cookie, the nonce of this answer, language
//! and large mode, and the headers that keep an answer where it belongs.

use crate::{cookies, i18n::Lang, packed};
use actions::House;
use askama::{FastWritable, Values, filters::HtmlSafe};
use axum::http::{HeaderMap, HeaderValue, header};
use std::{fmt, ops::Deref};

/// How long a browser keeps what it was told, in seconds.
pub(crate) const YEAR_S: i64 = 365 * 24 * 3600;

/// Length of [`Letters`]: 160 bits in base32, 128 bits as hexadecimal digits.
const LETTERS: usize = 32;

/// 32 letters and digits of ASCII, or nothing: a browser's random cookie, a nonce, a form's guard. Every
/// request carries some, so they are copied and not allocated.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Letters([u8; LETTERS]);

impl Letters {
    /// The text, if it is 32 letters and digits.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::of(text.as_bytes().try_into().ok()?)
    }

    /// These, if they are letters and digits.
    pub(crate) fn of(letters: [u8; LETTERS]) -> Option<Self> {
        // All of them are looked at: that is one step for a processor, and stopping early is 32.
        let right =
            letters.iter().fold(true, |right, letter| right & letter.is_ascii_alphanumeric());
        right.then_some(Self(letters))
    }
}

impl Deref for Letters {
    type Target = str;

    fn deref(&self) -> &str {
        match self.0 {
            [0, ..] => "",
            _ => str::from_utf8(&self.0).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl FastWritable for Letters {
    fn write_into(&self, page: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(page.write_str(self)?)
    }
}

/// They are secrets.
impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "nothing" } else { "32 letters" })
    }
}

/// Letters and digits mean nothing else in HTML.
impl HtmlSafe for Letters {}

/// What is known of a request before anybody looks at its address.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// This browser's random cookie; forms are guarded by it. Empty where no page is and the browser
    /// has none yet.
    pub seat: Letters,
    /// For `nonce="…"` of this answer. Empty where no page is.
    pub nonce: Letters,
    /// Language.
    pub lang: Lang,
    /// Large mode.
    pub large: bool,
    /// Whether this browser takes gzip.
    pub gzip: bool,
    /// Whether it says that an account is signed in. Most browsers are a visitor's.
    pub staff: bool,
}

impl Frame {
    /// The frame of a request, and whether its cookie is new. What programs ask for carries no page:
    /// no cookie is made for it, and no nonce.
    pub(crate) fn of(house: &House, headers: &HeaderMap, path: &str) -> (Self, bool) {
        let names = [cookies::SEAT, cookies::LANG, cookies::LARGE, cookies::STAFF];
        let [seat, lang, large, staff] = cookies::get_all(headers, names);
        let known = seat.and_then(Letters::read);
        let page = !is_bare(path);
        let fresh = page && known.is_none();
        let made = fresh.then(|| Letters::read(&house.fresh_token())).flatten();
        let nonce = page.then(|| Letters::of(house.fresh_nonce())).flatten();
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        let lang = match lang {
            Some("en") => Lang::En,
            Some("zh") => Lang::Zh,
            _ => Lang::from_header(accept.unwrap_or_default()),
        };
        let frame = Self {
            seat: known.or(made).unwrap_or_default(),
            nonce: nonce.unwrap_or_default(),
            lang,
            large: large == Some("1"),
            gzip: packed::is_taken(headers),
            staff: staff.is_some(),
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
    let policy = [
        "default-src 'none'; style-src 'self' 'nonce-",
        nonce,
        "'; script-src 'self' 'nonce-",
        nonce,
        "'; img-src 'self' data:; connect-src 'self'; media-src 'self'; manifest-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ]
    .concat();
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(NO_PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_32_of_ascii_or_nothing_and_are_not_told() {
        let text = "abcdefghijklmnopABCDEFGHIJ012345";
        let letters = Letters::read(text).unwrap();
        assert_eq!((&*letters, letters.to_string().as_str()), (text, text));
        assert_eq!(format!("{letters:?}"), "32 letters");
        assert_eq!((&*Letters::default(), Letters::read("")), ("", None));
        for at in 0..text.len() {
            for other in ["<", "-", "\0", " "] {
                let mut wrong = text.to_owned();
                wrong.replace_range(at..=at, other);
                assert_eq!(Letters::read(&wrong), None, "{wrong}");
            }
        }
        for wrong in [&text[1..], "é234567890123456789012345678901", &"a".repeat(33)] {
            assert_eq!(Letters::read(wrong), None, "{wrong}");
        }
    }
}
