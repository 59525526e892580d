//! A large file as a download that can go on where it broke off (RFC 9110, 14).

use super::{attachment, failed};
use crate::{
    answer::{self, Shown, Trouble},
    page::Page,
};
use actions::{
    Answer, Failure, House,
    posters::jobs::{self, Caller},
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;

/// Which part of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// From one byte to another, both included, or to the end.
    From(u64, Option<u64>),
    /// So many bytes at the end.
    Last(u64),
}

impl Part {
    /// The part that a request asks for. What is not understood asks for all of it, and so does
    /// whoever has begun to read another file.
    fn of(headers: &HeaderMap, tag: &str) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let same = text(header::IF_RANGE).is_none_or(|known| known == tag);
        text(header::RANGE).filter(|_| same).and_then(Self::parse).unwrap_or(Self::Whole)
    }

    fn parse(range: &str) -> Option<Self> {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        let number = |text: &str| match text.trim() {
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse::<u64>().ok(),
            _ => None,
        };
        match (first.trim(), last.trim()) {
            ("", last) => number(last).map(Self::Last),
            (first, "") => Some(Self::From(number(first)?, None)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::From(first, Some(last)))
            }
        }
    }

    /// First byte and count in a file of this length; none when it lies outside.
    fn within(self, bytes: u64) -> Option<(u64, u64)> {
        match self {
            Self::Whole => Some((0, bytes)),
            Self::From(first, _) if first >= bytes => None,
            Self::From(first, last) => {
                let end = last.map_or(bytes, |last| last.saturating_add(1).min(bytes));
                Some((first, end - first))
            }
            Self::Last(0) => None,
            Self::Last(count) => Some((bytes.saturating_sub(count), count.min(bytes))),
        }
    }
}

const OUTSIDE: Trouble = Trouble {
    status: StatusCode::RANGE_NOT_SATISFIABLE,
    title: "文件没有这一段",
    says: "请回到上一页，重新下载。",
};

/// What there is of the part that is asked for.
pub enum FilePart {
    /// The part.
    There(Response),
    /// The file ends before it; the header that says where.
    Outside(HeaderMap),
}

/// The page's answer: what a job has made, or the part of it that is asked for.
///
/// # Errors
/// As [`part_of_file`].
pub async fn send(
    house: &House,
    p: Page,
    caller: Caller<'_>,
    id: i64,
    headers: &HeaderMap,
) -> Shown {
    match part_of_file(house, caller, id, headers).await.map_err(failed(&p))? {
        FilePart::There(response) => Ok(response),
        FilePart::Outside(range) => Ok((range, answer::trouble(&p, &OUTSIDE)).into_response()),
    }
}

/// What a job has made, or the part of it that is asked for.
///
/// # Errors
/// `NotFound` for somebody else's job, and for one without a file.
pub async fn part_of_file(
    house: &House,
    caller: Caller<'_>,
    id: i64,
    headers: &HeaderMap,
) -> Answer<FilePart> {
    // A number is never given to another file.
    let tag = format!("\"poster-job-{id}\"");
    let part = Part::of(headers, &tag);
    let begins = !matches!(part, Part::From(1.., _));
    let mut export = jobs::download(house, caller, id, begins).await?;
    let bytes = export.bytes;
    let Some((first, count)) = part.within(bytes) else {
        let mut range = HeaderMap::new();
        put(&mut range, header::CONTENT_RANGE, &format!("bytes */{bytes}"));
        return Ok(FilePart::Outside(range));
    };
    export.from(first, count).await.map_err(Failure::broken)?;
    let kind = if export.name.ends_with(".pdf") { "application/pdf" } else { "application/zip" };
    let name = export.name.clone();
    let chunks = stream::unfold(export, async |mut export| {
        let chunk = export.next().await?;
        Some((chunk, export))
    });
    let mut response = attachment(&name, kind, Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
    put(headers, header::ETAG, &tag);
    if part != Part::Whole {
        let last = (first + count).saturating_sub(1);
        put(headers, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{bytes}"));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(FilePart::There(response))
}

fn put(headers: &mut HeaderMap, name: header::HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn asked(range: &str, of: Option<&str>) -> Part {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::try_from(range).unwrap());
        if let Some(tag) = of {
            headers.insert(header::IF_RANGE, HeaderValue::try_from(tag).unwrap());
        }
        Part::of(&headers, "\"a\"")
    }

    #[test]
    fn a_part_is_cut_to_what_there_is() {
        for (range, within) in [
            ("bytes=0-", Some((0, 100))),
            ("bytes=10-19", Some((10, 10))),
            ("bytes=90-999", Some((90, 10))),
            ("bytes=99-99", Some((99, 1))),
            ("bytes=100-", None),
            ("bytes=-30", Some((70, 30))),
            ("bytes=-300", Some((0, 100))),
            ("bytes=-0", None),
            ("bytes=0-18446744073709551615", Some((0, 100))),
        ] {
            assert_eq!(asked(range, None).within(100), within, "{range}");
        }
    }

    #[test]
    fn what_is_not_understood_or_of_another_file_asks_for_all() {
        let odd = ["bytes=5-4", "bytes=1-2,4-5", "bytes=x-", "lines=1-2", "bytes=-", "bytes=--1"];
        for range in odd.into_iter().chain(["bytes=99999999999999999999999-", ""]) {
            assert_eq!(asked(range, None), Part::Whole, "{range}");
        }
        assert_eq!(asked("bytes=5-", Some("\"b\"")), Part::Whole);
        assert_eq!(asked("bytes=5-", Some("\"a\"")), Part::From(5, None));
        assert_eq!(Part::of(&HeaderMap::new(), "\"a\""), Part::Whole);
    }

    proptest! {
        #[test]
        fn a_part_lies_within_the_file(range in "bytes=[0-9]{0,4}-[0-9]{0,4}", bytes in 0_u64..5_000) {
            if let Some((first, count)) = asked(&range, None).within(bytes) {
                prop_assert!(first + count <= bytes);
            }
        }
    }
}
