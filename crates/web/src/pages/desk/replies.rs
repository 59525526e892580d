//! Small replies: a page, a way on, a file; and reading what an address asks for.

use crate::{
    answer::{PageFailure, Shown},
    page::Page,
};
use actions::{Answer, Failure};
use askama::Template;
use axum::{
    body::Body,
    extract::{Query, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use std::{fmt::Write, str::FromStr};

/// What an address asks for; a query that cannot be read asks for nothing.
pub type Asked<T> = Result<Query<T>, QueryRejection>;

/// What was asked for, or the defaults.
pub fn asked<T: Default>(query: Asked<T>) -> T {
    query.map(|Query(wanted)| wanted).unwrap_or_default()
}

/// Turns a failure into its page.
pub fn failed(p: &Page) -> impl Fn(Failure) -> PageFailure {
    let p = p.clone();
    move |failure| PageFailure(p.clone(), failure)
}

/// A number out of a path.
///
/// # Errors
/// `NotFound`, because nothing can have such a number.
pub fn number<T: FromStr>(text: &str) -> Answer<T> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// The name of a file without its end, `.pdf`.
///
/// # Errors
/// `NotFound` for one that ends otherwise.
pub fn stem<'a>(file: &'a str, end: &str) -> Answer<&'a str> {
    file.strip_suffix(end).ok_or(Failure::NotFound)
}

/// On to another page by GET.
#[must_use]
pub fn to(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// A page.
///
/// # Errors
/// When the template cannot be drawn.
pub fn show(p: &Page, status: StatusCode, page: &impl Template) -> Shown {
    let html = page.render().map_err(|e| failed(p)(Failure::broken(e)))?;
    Ok((status, Html(html)).into_response())
}

/// A path with its query, encoded.
#[must_use]
pub fn query_text(path: &str, parts: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parts).finish();
    format!("{path}?{query}")
}

/// A file to save under a name that may be Chinese (RFC 6266, with `filename*` of RFC 8187 and a
/// plain name for programs that do not read it).
#[must_use]
pub fn attachment(name: &str, kind: &'static str, body: impl Into<Body>) -> Response {
    let disposition = disposition(name);
    (
        [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)],
        body.into(),
    )
        .into_response()
}

fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_file_name_goes_both_ways() {
        assert_eq!(
            disposition("东门 A4.pdf"),
            "attachment; filename=\"___A4.pdf\"; filename*=UTF-8''%E4%B8%9C%E9%97%A8%20A4.pdf"
        );
        assert!(!disposition("a\"\r\nx: y").contains(['\r', '\n']));
    }

    #[test]
    fn a_query_is_encoded() {
        assert_eq!(
            query_text("/review", &[("q", "东门&x=1")]),
            "/review?q=%E4%B8%9C%E9%97%A8%26x%3D1"
        );
    }
}
