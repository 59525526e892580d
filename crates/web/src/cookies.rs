//! Cookies: reading them and writing them with the right attributes.

use actions::House;
use axum::http::{HeaderMap, HeaderValue, header};
use memchr::memchr;

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
    let [value] = get_all(headers, [name]);
    value
}

/// The values of several cookies, of each the first. Every request is looked through for some, so that
/// it is done once for all of them, and not byte by byte.
pub(crate) fn get_all<'a, const N: usize>(
    headers: &'a HeaderMap,
    names: [&str; N],
) -> [Option<&'a str>; N] {
    let mut values = [None; N];
    for pairs in headers.get_all(header::COOKIE) {
        find(pairs.as_bytes(), &names, &mut values);
    }
    values.map(|value| std::str::from_utf8(value?).ok().filter(|value| value.is_ascii()))
}

/// Notes the values that are not noted yet.
fn find<'a>(mut pairs: &'a [u8], names: &[&str], values: &mut [Option<&'a [u8]>]) {
    loop {
        let (pair, rest) = match memchr(b';', pairs).and_then(|end| pairs.split_at_checked(end)) {
            Some((pair, rest)) => (pair, rest.get(1..)),
            None => (pairs, None),
        };
        if let Some((name, value)) = memchr(b'=', pair).and_then(|end| pair.split_at_checked(end)) {
            for (known, noted) in names.iter().zip(&mut *values) {
                if noted.is_none() && known.as_bytes() == name.trim_ascii_start() {
                    *noted = value.get(1..).map(<[u8]>::trim_ascii_end);
                }
            }
        }
        match rest {
            Some(rest) => pairs = rest,
            None => return,
        }
    }
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

    #[test]
    fn a_cookie_is_found_wherever_it_stands() {
        let found = |pairs: &'static str, name: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(pairs));
            get(&headers, name).map(str::to_owned)
        };
        for pairs in ["a=1;b=2;c=", " a=1 ;\tb=2; c= ", ";;c=;b=2;a=1;", "a=1; a=3; b=2; b=; c="] {
            assert_eq!(found(pairs, "a").as_deref(), Some("1"), "{pairs}");
            assert_eq!(found(pairs, "b").as_deref(), Some("2"), "{pairs}");
            assert_eq!(found(pairs, "c").as_deref(), Some(""), "{pairs}");
        }
        let mut headers = HeaderMap::new();
        headers
            .append(header::COOKIE, HeaderValue::from_bytes("c=3; a=1; x=é".as_bytes()).unwrap());
        headers.append(header::COOKIE, HeaderValue::from_static("a=2;b=2"));
        assert_eq!(
            get_all(&headers, ["b", "a", "d", "c"]),
            [Some("2"), Some("1"), None, Some("3")]
        );
        assert_eq!(get_all(&headers, ["x"]), [None], "not of ASCII");
        for pairs in ["", ";", "a", "aa=1", "b=a=1", "xa=1;", "A=1"] {
            assert_eq!(found(pairs, "a"), None, "{pairs}");
        }
    }
}
