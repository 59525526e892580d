//! A visitor's page as gzip, assembled: its style and its scripts were compressed when the program
//! started, the few kilobytes that differ from page to page go in as they are.
//!
//! Compressing a page anew for each of tens of thousands of phones a second would take longer than
//! everything else that is done for it. The page is written straight into the answer: one ordinary
//! gzip member (RFC 1952) of deflate blocks (RFC 1951). A part compressed beforehand ends at a byte's
//! edge and refers to nothing before it, what lies between is in stored blocks; the checksum of a part
//! is known, and is joined with that of what stands before it.

use askama::{FastWritable, Template, Values, filters::HtmlSafe};
use axum::{
    body::{HttpBody, to_bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, write::GzEncoder};
use std::{fmt, io::Write, ptr, sync::OnceLock};

/// A text that is in many pages as it is. Pages that contain one name it, so that it comes to
/// [`Packer`] in one piece and from its own place in memory.
pub(crate) struct Fixed(&'static str);

pub(crate) static STYLE: Fixed =
    Fixed(include_str!("../templates/visitor/style.css").trim_ascii_end());
/// What the page of a door does without.
pub(crate) static MORE_STYLE: Fixed =
    Fixed(include_str!("../templates/visitor/more.css").trim_ascii_end());
pub(crate) static ENTER: Fixed =
    Fixed(include_str!("../templates/visitor/enter.js").trim_ascii_end());
pub(crate) static POSITION: Fixed =
    Fixed(include_str!("../templates/visitor/position.js").trim_ascii_end());
pub(crate) static REGISTER: Fixed =
    Fixed(include_str!("../templates/visitor/register.js").trim_ascii_end());

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FastWritable for Fixed {
    fn write_into(&self, page: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        Ok(page.write_str(self.0)?)
    }
}

impl HtmlSafe for Fixed {}

/// No name, no time, an unknown system (RFC 1952, 2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// A last block that is stored and empty.
const LAST: [u8; 5] = [1, 0, 0, 0xff, 0xff];
/// Bytes of a stored block's head.
const STORED_HEAD: usize = 5;
/// Most bytes of a stored block (RFC 1951, 3.2.4).
const STORED_MAX: usize = 0xffff;
/// A fixed text has at least so many bytes; a shorter one is not worth a place of its own.
const FIXED_BYTES_MIN: usize = 512;
/// Room for a page to begin with: most need no more.
const PAGE_BYTES: usize = 4 * 1024;
/// Room for the headers of a page, with those that every answer gets.
const HEADERS: usize = 12;

/// A fixed text, its deflate blocks and its checksum.
struct Part {
    text: &'static str,
    deflated: Vec<u8>,
    crc: u32,
    /// What becomes of each bit of a checksum when as many bytes as these follow.
    moved: [u32; 32],
}

/// The fixed texts, compressed; one that cannot be is left out and goes in as it is.
fn parts() -> &'static [Part] {
    static PARTS: OnceLock<Vec<Part>> = OnceLock::new();
    PARTS.get_or_init(|| {
        [&STYLE, &MORE_STYLE, &ENTER, &POSITION, &REGISTER].into_iter().filter_map(part).collect()
    })
}

fn part(fixed: &Fixed) -> Option<Part> {
    let text = fixed.0;
    debug_assert!(text.len() >= FIXED_BYTES_MIN);
    let mut deflated = Vec::with_capacity(text.len() + 64);
    let mut compress = Compress::new(Compression::best(), false);
    compress.compress_vec(text.as_bytes(), &mut deflated, FlushCompress::Full).ok()?;
    let whole = compress.total_in() == text.len() as u64;
    let zeros = Hasher::new_with_initial_len(0, text.len() as u64);
    let moved = std::array::from_fn(|bit| {
        let mut one = Hasher::new_with_initial(1 << bit);
        one.combine(&zeros);
        one.finalize()
    });
    let crc = crc32fast::hash(text.as_bytes());
    whole.then_some(Part { text, deflated, crc, moved })
}

impl Part {
    /// The checksum of what had the checksum `before` with this text after it.
    fn crc_after(&self, before: u32) -> u32 {
        // All or nothing of each without asking which: half of such guesses of a processor are wrong.
        let moved = self.moved.iter().enumerate();
        let moved = moved.map(|(bit, moved)| moved & 0_u32.wrapping_sub((before >> bit) & 1));
        moved.fold(self.crc, |crc, moved| crc ^ moved)
    }
}

/// Takes a page in as it is written, and is gzip at the end.
struct Packer {
    packed: Vec<u8>,
    /// Where the stored block under way begins.
    stored: Option<usize>,
    /// Checksum and length of everything before that block.
    crc: u32,
    /// Modulo 2^32, as the format has it.
    bytes: u32,
}

impl Packer {
    fn new() -> Self {
        let mut packed = Vec::with_capacity(PAGE_BYTES);
        packed.extend_from_slice(&HEAD);
        Self { packed, stored: None, crc: 0, bytes: 0 }
    }

    fn store(&mut self, text: &[u8]) {
        if self.stored.is_none() {
            self.stored = Some(self.packed.len());
            self.packed.extend_from_slice(&[0; STORED_HEAD]);
        }
        self.packed.extend_from_slice(text);
    }

    fn end_stored(&mut self) {
        let Some(begun) = self.stored.take() else { return };
        let first = begun + STORED_HEAD;
        let mut crc = Hasher::new_with_initial(self.crc);
        crc.update(&self.packed[first..]);
        self.crc = crc.finalize();
        // Modulo 2^32, as the format has it.
        self.bytes = self.bytes.wrapping_add((self.packed.len() - first) as u32);
        let rest = self.packed.split_off(self.packed.len().min(first + STORED_MAX));
        self.head_at(begun);
        for block in rest.chunks(STORED_MAX) {
            let begun = self.packed.len();
            self.packed.extend_from_slice(&[0; STORED_HEAD]);
            self.packed.extend_from_slice(block);
            self.head_at(begun);
        }
    }

    /// Writes the head of the stored block that goes from here to the end.
    fn head_at(&mut self, begun: usize) {
        let (head, text) = self.packed[begun..].split_at_mut(STORED_HEAD);
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        head[1..3].copy_from_slice(&length.to_le_bytes());
        head[3..].copy_from_slice(&(!length).to_le_bytes());
    }

    fn put(&mut self, part: &Part) {
        self.end_stored();
        self.packed.extend_from_slice(&part.deflated);
        let bytes = u32::try_from(part.text.len()).unwrap_or(0);
        (self.crc, self.bytes) = (part.crc_after(self.crc), self.bytes.wrapping_add(bytes));
    }

    fn finish(mut self) -> Vec<u8> {
        self.end_stored();
        self.packed.extend_from_slice(&LAST);
        self.packed.extend_from_slice(&self.crc.to_le_bytes());
        self.packed.extend_from_slice(&self.bytes.to_le_bytes());
        self.packed
    }
}

impl Packer {
    /// Takes in what begins a block or may be a fixed text.
    #[inline(never)]
    fn begin(&mut self, text: &str) {
        // The same place and the same length: a text that is never freed, so it is that one.
        match parts().iter().find(|part| ptr::eq(part.text, text)) {
            Some(part) => self.put(part),
            None => self.store(text.as_bytes()),
        }
    }
}

impl fmt::Write for Packer {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Most of a page's many pieces are short and go on with the block under way.
        if self.stored.is_some() && text.len() < FIXED_BYTES_MIN {
            self.packed.extend_from_slice(text.as_bytes());
        } else {
            self.begin(text);
        }
        Ok(())
    }
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
///
/// # Errors
/// When the page cannot be drawn.
pub(crate) fn answer(page: &impl Template) -> askama::Result<Response> {
    let mut packer = Packer::new();
    page.render_into(&mut packer)?;
    let mut response = Response::new(packer.finish().into());
    let mut headers = HeaderMap::with_capacity(HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    *response.headers_mut() = headers;
    Ok(response)
}

/// Least and most bytes of an answer that is compressed here: less gains nothing, and more would keep
/// a thread that others wait for.
const WORTH_BYTES: std::ops::RangeInclusive<u64> = 1_024..=1024 * 1024;

/// Whether an answer is text, in one piece and not short.
pub(crate) fn is_worth_it(response: &Response) -> bool {
    let whole = response.body().size_hint().exact();
    whole.is_some_and(|bytes| WORTH_BYTES.contains(&bytes)) && is_text(response.headers())
}

/// Compresses an answer, for a browser that takes gzip.
pub(crate) async fn compressed(response: Response) -> Response {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use axum::body::Body;
    use flate2::read::GzDecoder;
    use std::{fmt::Write as _, io::Read};

    fn unpacked(packed: &[u8]) -> String {
        let mut text = String::new();
        GzDecoder::new(packed).read_to_string(&mut text).unwrap();
        text
    }

    fn pack(pieces: &[&str]) -> Vec<u8> {
        let mut packer = Packer::new();
        pieces.iter().for_each(|piece| packer.write_str(piece).unwrap());
        packer.finish()
    }

    #[test]
    fn what_was_packed_comes_back_as_it_was() {
        let [css, enter, register] = [STYLE.0, ENTER.0, REGISTER.0];
        let long = "场所码".repeat(30_000);
        let (block, copy) = ("a".repeat(STORED_MAX), css.to_owned());
        let (long, block, copy) = (long.as_str(), block.as_str(), copy.as_str());
        for pieces in [
            &[][..],
            &[""],
            &["<p>plain</p>"],
            &["<style>", css, "</style><p>", "x", "</p><script>", enter, "</script>"],
            &["<script>", register, "</script><style>", css, "</style>"],
            &[css, css],
            &[css],
            &[copy],
            &[block],
            &[block, "a", css],
            &[long, css, long],
        ] {
            let page = pieces.concat();
            assert!(unpacked(&pack(pieces)) == page, "{} bytes", page.len());
        }
    }

    #[derive(Template)]
    #[template(
        source = "{{ crate::packed::STYLE }}{{ crate::packed::MORE_STYLE }}{{ crate::packed::REGISTER }}",
        ext = "html"
    )]
    struct AllFixed;

    #[derive(Template)]
    #[template(source = "{{ text }}", ext = "html")]
    struct Text<'a> {
        text: &'a str,
    }

    async fn body(response: Response) -> Vec<u8> {
        to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn style_and_scripts_are_compressed_beforehand_and_found_in_a_page() {
        assert_eq!(parts().len(), 5);
        assert!(parts().iter().all(|part| part.text.len() >= FIXED_BYTES_MIN));
        let page = AllFixed.render().unwrap();
        assert_eq!(page, [STYLE.0, MORE_STYLE.0, REGISTER.0].concat(), "no text is escaped");
        let packed = body(answer(&AllFixed).unwrap()).await;
        assert!(packed.len() < page.len() / 2, "{} of {}", packed.len(), page.len());
        assert_eq!(unpacked(&packed), page);
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

    async fn when_worth_it(response: Response) -> Response {
        if is_worth_it(&response) { compressed(response).await } else { response }
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
        let packed = when_worth_it(answer(&Text { text: &long }).unwrap()).await;
        assert_eq!(unpacked(&body(packed).await), long);
    }
}
