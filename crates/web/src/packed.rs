//! A visitor's page as gzip, assembled: its style and its scripts were compressed when the program
//! started, the few kilobytes that differ from page to page go in as they are.
//!
//! Compressing a page anew for each of tens of thousands of phones a second would take longer than
//! everything else that is done for it. The result is one ordinary gzip member (RFC 1952) of deflate
//! blocks (RFC 1951): a part compressed beforehand ends at a byte's edge and refers to nothing before
//! it, what lies between is in stored blocks.

use axum::{
    body::{HttpBody, to_bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compress, Compression, FlushCompress, write::GzEncoder};
use memchr::memmem::Finder;
use std::{io::Write, sync::OnceLock};

/// Texts that are in many pages, in no particular order.
const STATIC: [&str; 3] = [
    include_str!("../templates/visitor/style.css"),
    include_str!("../templates/visitor/enter.js"),
    include_str!("../templates/visitor/register.js"),
];

/// No name, no time, an unknown system (RFC 1952, 2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// A last block that is stored and empty.
const LAST: [u8; 5] = [1, 0, 0, 0xff, 0xff];
/// Bytes of a text that it is looked for by; no other part of a page begins like this.
const HEAD_BYTES: usize = 48;
/// Most bytes of a stored block (RFC 1951, 3.2.4).
const STORED_MAX: usize = 0xffff;

/// A text and its deflate blocks.
struct Part {
    text: &'static str,
    /// Looks for its first bytes.
    head: Finder<'static>,
    deflated: Vec<u8>,
}

impl Part {
    /// Where the text is. Its first bytes are looked for and the rest compared.
    fn find(&self, html: &str) -> Option<usize> {
        let at = self.head.find(html.as_bytes())?;
        html.get(at..)?.starts_with(self.text).then_some(at)
    }
}

/// The static texts, compressed; one that cannot be is left out and goes in as it is.
fn parts() -> &'static [Part] {
    static PARTS: OnceLock<Vec<Part>> = OnceLock::new();
    PARTS.get_or_init(|| STATIC.iter().filter_map(|text| part(text.trim_end())).collect())
}

fn part(text: &'static str) -> Option<Part> {
    let mut deflated = Vec::with_capacity(text.len() + 64);
    let mut compress = Compress::new(Compression::best(), false);
    compress.compress_vec(text.as_bytes(), &mut deflated, FlushCompress::Full).ok()?;
    let head = Finder::new(text.as_bytes().get(..HEAD_BYTES)?);
    (compress.total_in() == text.len() as u64).then_some(Part { text, head, deflated })
}

/// Whether a browser takes gzip: it is named, and not with a weight of nothing.
pub(crate) fn is_taken(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT_ENCODING).iter();
    accept.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).any(|one| {
        let mut words = one.split(';').map(str::trim);
        let named = words.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        named && !words.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// The page as an answer.
pub(crate) fn answer(html: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    (headers, pack(html)).into_response()
}

/// Least and most bytes of an answer that is compressed here: less gains nothing, and more would keep
/// a thread that others wait for.
const WORTH_BYTES: std::ops::RangeInclusive<u64> = 1_024..=1024 * 1024;

/// Compresses an answer that is text, in one piece and not short, for a browser that takes gzip.
pub(crate) async fn when_worth_it(response: Response) -> Response {
    let whole = response.body().size_hint().exact();
    if !whole.is_some_and(|bytes| WORTH_BYTES.contains(&bytes)) || !is_text(response.headers()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let packed = match to_bytes(body, usize::MAX).await {
        Ok(text) => gzip(&text),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    // The length was that of the text.
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(head, packed.into())
}

/// Text of some kind that is not compressed yet.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| {
        kind.starts_with("text/") || ["json", "javascript", "xml"].iter().any(|k| kind.contains(k))
    }) && !headers.contains_key(header::CONTENT_ENCODING)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _written = packed.write_all(text);
    packed.finish().unwrap_or_default()
}

fn pack(html: &str) -> Vec<u8> {
    let mut packed = Vec::with_capacity(html.len() + 64);
    packed.extend_from_slice(&HEAD);
    let mut rest = html;
    let mut found: Vec<(usize, &Part)> =
        parts().iter().filter_map(|part| Some((part.find(html)?, part))).collect();
    found.sort_unstable_by_key(|(at, _)| *at);
    for (at, part) in found {
        let start = html.len() - rest.len();
        let Some((between, after)) = at
            .checked_sub(start)
            .and_then(|at| rest.split_at_checked(at))
            .and_then(|(between, after)| Some((between, after.strip_prefix(part.text)?)))
        else {
            continue;
        };
        store(&mut packed, between);
        packed.extend_from_slice(&part.deflated);
        rest = after;
    }
    store(&mut packed, rest);
    packed.extend_from_slice(&LAST);
    packed.extend_from_slice(&crc32fast::hash(html.as_bytes()).to_le_bytes());
    // The length modulo 2^32, as the format has it.
    let bytes = u32::try_from(html.len() % (1 << 32)).unwrap_or(0);
    packed.extend_from_slice(&bytes.to_le_bytes());
    packed
}

/// Adds a text in stored blocks.
fn store(packed: &mut Vec<u8>, text: &str) {
    for chunk in text.as_bytes().chunks(STORED_MAX) {
        let length = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        packed.push(0);
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&(!length).to_le_bytes());
        packed.extend_from_slice(chunk);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use axum::body::Body;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn unpacked(packed: &[u8]) -> String {
        let mut text = String::new();
        GzDecoder::new(packed).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn what_was_packed_comes_back_as_it_was() {
        let [css, enter, register] = STATIC;
        let long = "场所码".repeat(30_000);
        for page in [
            String::new(),
            "<p>plain</p>".to_owned(),
            format!("<style>{css}</style><p>x</p><script>{enter}</script>"),
            format!("<script>{register}</script><style>{css}</style>"),
            format!("{css}{css}"),
            css.to_owned(),
            format!("{long}{css}{long}"),
        ] {
            assert!(unpacked(&pack(&page)) == page, "{} bytes", page.len());
        }
    }

    #[test]
    fn style_and_scripts_are_compressed_beforehand() {
        assert_eq!(parts().len(), STATIC.len());
        let whole: usize = STATIC.iter().map(|text| text.len()).sum();
        let page = STATIC.concat();
        assert!(pack(&page).len() < whole / 2, "{} of {whole}", pack(&page).len());
    }

    #[test]
    fn gzip_goes_to_whoever_takes_it() {
        let taken = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            is_taken(&headers)
        };
        assert!(taken("gzip") && taken("br, gzip;q=0.5") && taken("deflate, GZIP"));
        assert!(!taken("br") && !taken("gzip;q=0, br") && !taken("xgzip") && !taken(""));
        assert!(!is_taken(&HeaderMap::new()));
    }

    async fn sent(kind: &'static str, text: &str) -> (HeaderMap, Vec<u8>) {
        let length = (header::CONTENT_LENGTH, HeaderValue::from(text.len()));
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let response = when_worth_it(([kind, length], text.to_owned()).into_response()).await;
        let (head, body) = response.into_parts();
        (head.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }

    #[tokio::test]
    async fn a_long_text_is_compressed_and_says_so() {
        let text = "一行字，又一行字。".repeat(400);
        for kind in ["text/html; charset=utf-8", "application/problem+json", "text/css"] {
            let (headers, bytes) = sent(kind, &text).await;
            assert_eq!(headers[header::CONTENT_ENCODING], "gzip", "{kind}");
            assert_eq!(headers[header::VARY], "accept-encoding", "{kind}");
            assert!(!headers.contains_key(header::CONTENT_LENGTH), "that was the text's");
            assert!(bytes.len() < text.len() / 10 && unpacked(&bytes) == text, "{kind}");
        }
    }

    #[tokio::test]
    async fn what_is_short_or_huge_or_no_text_or_streams_goes_as_it_is() {
        let text = |bytes| "a".repeat(bytes);
        let long = text(2_000);
        for (kind, text) in [
            ("text/html", text(1_023)),
            ("text/csv", text(1024 * 1024 + 1)),
            ("application/pdf", long.clone()),
            ("image/png", long.clone()),
        ] {
            let (headers, bytes) = sent(kind, &text).await;
            assert!(!headers.contains_key(header::CONTENT_ENCODING), "{kind}");
            assert_eq!(bytes, text.as_bytes(), "{kind}");
        }
        let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(long.clone())]);
        let stream = ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces));
        let stream = when_worth_it(stream.into_response()).await;
        assert!(!stream.headers().contains_key(header::CONTENT_ENCODING));
        let packed = when_worth_it(answer(&long)).await;
        assert_eq!(unpacked(&to_bytes(packed.into_body(), usize::MAX).await.unwrap()), long);
    }
}
