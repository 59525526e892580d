//! Cookies: reading them and writing them with the right attributes.

use actions::House;
use axum::http::{HeaderMap, HeaderValue, header};

/// This browser's random cookie.
pub const SEAT: &str = "vc_seat";
/// A signed-in account.
pub(crate) const STAFF: &str = "vc_staff";
/// A sign-in that waits for its second factor.
pub(crate) const SIGN_IN: &str = "vc_sign_in";
/// The account that this browser has given a second factor for.
pub(crate) const TRUSTED: &str = "vc_trusted";
/// An enrolled duty device.
pub(crate) const DUTY: &str = "vc_duty";
/// A registered visitor.
pub const VISITOR: &str = "vc_visitor";
/// What a sign-in by an app left for the form.
pub(crate) const APP: &str = "vc_app";
/// The app that this browser is inside of, where it does not say so itself.
pub(crate) const INSIDE: &str = "vc_inside";
/// That this browser opened the code of a door's sign in time.
pub(crate) const SIGN: &str = "vc_sign";
/// Large mode.
pub(crate) const LARGE: &str = "vc_large";
/// Language.
pub(crate) const LANG: &str = "vc_lang";

/// The value of a cookie.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(header::COOKIE).iter();
    let value = all.find_map(|pairs| find(pairs.as_bytes(), name.as_bytes()))?;
    std::str::from_utf8(value).ok().filter(|value| value.is_ascii())
}

/// Several are looked for in every request, so the header is not taken apart for each of them.
fn find<'a>(pairs: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut pairs = pairs.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="))
}

/// A `Set-Cookie` value: out of reach of scripts, not sent along from other sites, only over TLS
/// when the house is reached over TLS. `lasts_s` of 0 deletes it.
pub(crate) fn set(house: &House, name: &str, value: &str, lasts_s: i64) -> HeaderValue {
    let secure = if house.settings.public_url.starts_with("https") { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_is_found_among_many() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; vc_staff=abc;b = 2"));
        assert_eq!(get(&headers, STAFF), Some("abc"));
        assert_eq!(get(&headers, "vc_sta"), None);
        assert_eq!(get(&HeaderMap::new(), STAFF), None);
    }
}
