//! Headers, footers and indexes are read as they were written, and nothing else is.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use proptest::prelude::*;

use super::*;

/// A footer that fits its index, and the index's bytes.
fn sample(pages: &[(u64, u32, usize)], split: usize) -> (Footer, [Index; 2], Vec<u8>) {
    let mut by_person = Index::at(HEADER_BYTES as u64);
    pages[..split].iter().for_each(|page| by_person.push((page.0, page.1), page.2));
    let mut by_checkpoint = Index::at(by_person.end());
    pages[split..].iter().for_each(|page| by_checkpoint.push((page.0, page.1), page.2));
    let mut bytes = Vec::new();
    by_person.encode(&mut bytes);
    by_checkpoint.encode(&mut bytes);
    let footer = Footer {
        sequence: 7,
        day: 20_780,
        visits: 5,
        first_ms: 1_795_363_200_000,
        last_ms: 1_795_363_300_000,
        digest: 99,
        pages: [split as u32, (pages.len() - split) as u32],
        pages_at: [HEADER_BYTES as u64, by_person.end()],
        index_at: by_checkpoint.end(),
        index_crc: crc32c::crc32c(&bytes),
    };
    (footer, [by_person, by_checkpoint], bytes)
}

fn file_bytes(footer: &Footer) -> u64 {
    footer.index_at + footer.index_bytes() + FOOTER_BYTES as u64
}

/// Pages in rising order, as an index has them, enough for both orders.
fn any_pages() -> impl Strategy<Value = Vec<(u64, u32, usize)>> {
    let page = (any::<u64>(), 0..86_400_000_u32, page::HEADER_BYTES..=page::BYTES_MAX);
    prop::collection::vec(page, 2..20).prop_map(|mut pages| {
        pages.sort_unstable();
        pages
    })
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(
        sequence in 1..1_000_000_u64,
        day in 12_000..80_000_i64,
        pages in any_pages(),
        split in any::<prop::sample::Index>(),
    ) {
        prop_assert_eq!(decode_header(&encode_header(sequence, day)), Ok((sequence, day)));
        let (footer, index, bytes) = sample(&pages, 1 + split.index(pages.len() - 1));
        let read = decode_footer(&encode_footer(&footer), file_bytes(&footer));
        prop_assert_eq!(read, Ok(footer));
        prop_assert_eq!(decode_index(&bytes, &footer), Ok(index));
    }

    #[test]
    fn a_footer_that_does_not_fill_its_file_is_refused(
        pages in any_pages(),
        off in prop_oneof![-9..0_i64, 1..9_i64],
    ) {
        let (footer, _, _) = sample(&pages, pages.len() / 2);
        let length = file_bytes(&footer).saturating_add_signed(off);
        prop_assert_eq!(decode_footer(&encode_footer(&footer), length), Err(BadSegment::Footer));
    }

    #[test]
    fn arbitrary_bytes_never_panic_even_under_a_good_checksum(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        file_bytes in any::<u64>(),
    ) {
        prop_assert!(decode_header(&bytes).is_err());
        prop_assert!(decode_footer(&bytes, file_bytes).is_err());
        let mut framed = bytes;
        framed.resize(FOOTER_BYTES, 0);
        framed[0..8].copy_from_slice(&FOOTER_MAGIC);
        framed[8..12].copy_from_slice(&VERSION.to_le_bytes());
        let crc = crc32c::crc32c(&framed[..100]);
        framed[100..].copy_from_slice(&crc.to_le_bytes());
        let _ = decode_footer(&framed, file_bytes);
    }

    #[test]
    fn an_arbitrary_index_under_a_good_checksum_never_panics(
        entries in prop::collection::vec(any::<[u8; INDEX_ENTRY_BYTES]>(), 0..9),
        split in 0..9_u32,
    ) {
        let bytes = entries.concat();
        let by_person = split.min(entries.len() as u32);
        let (mut footer, _, _) = sample(&[], 0);
        footer.pages = [by_person, entries.len() as u32 - by_person];
        footer.index_crc = crc32c::crc32c(&bytes);
        let _ = decode_index(&bytes, &footer);
    }
}

#[test]
fn any_flipped_bit_or_missing_byte_is_found() {
    let header = encode_header(7, 20_780);
    let (footer, _, index) = sample(&[(1, 2, 60), (1, 3, 70), (0, 0, 80)], 2);
    let length = file_bytes(&footer);
    let footer_bytes = encode_footer(&footer);
    let flipped = |bytes: &[u8], bit: usize| {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    for bit in 0..header.len() * 8 {
        assert_eq!(decode_header(&flipped(&header, bit)), Err(BadSegment::Header), "{bit}");
    }
    for bit in 0..footer_bytes.len() * 8 {
        let bytes = flipped(&footer_bytes, bit);
        assert_eq!(decode_footer(&bytes, length), Err(BadSegment::Footer), "{bit}");
    }
    for bit in 0..index.len() * 8 {
        let bytes = flipped(&index, bit);
        assert_eq!(decode_index(&bytes, &footer), Err(BadSegment::Index), "{bit}");
    }
    for cut in 0..header.len() {
        assert_eq!(decode_header(&header[..cut]), Err(BadSegment::Header));
    }
    for cut in 0..footer_bytes.len() {
        assert_eq!(decode_footer(&footer_bytes[..cut], length), Err(BadSegment::Footer));
    }
    for cut in 0..index.len() {
        assert_eq!(decode_index(&index[..cut], &footer), Err(BadSegment::Index));
    }
}

#[test]
fn a_newer_version_is_named() {
    let mut header = encode_header(1, 2);
    header[8] = 9;
    let crc = crc32c::crc32c(&header[..36]);
    header[36..].copy_from_slice(&crc.to_le_bytes());
    assert_eq!(decode_header(&header), Err(BadSegment::Newer(9)));
}

#[test]
fn a_span_has_every_page_that_may_have_the_visits_and_no_page_before_them() {
    let pages = [(3, 10, 60), (3, 20, 60), (5, 0, 60), (9, 7, 60)];
    let (_, [index, _], _) = sample(&pages, 4);
    assert_eq!(index.span(3, 10, 20), 0..1);
    assert_eq!(index.span(3, 15, 25), 0..2);
    assert_eq!(index.span(3, 20, 21), 0..2, "the page before may end with the same moment");
    assert_eq!(index.span(4, 0, 99), 1..2, "at the end of the page that begins with 3");
    assert_eq!(index.span(5, 0, 1), 1..3);
    assert_eq!(index.span(9, 8, 9), 3..4);
    assert_eq!(index.span(2, 0, 99), 0..0);
    assert_eq!(index.span(9, 8, 8), 0..0);
}

#[test]
fn only_a_segments_own_name_is_read_as_one() {
    assert_eq!(path(12), "segments/000000000012.seg");
    assert_eq!(sequence_of("000000000012.seg"), Some(12));
    assert_eq!(sequence_of("12.seg"), None);
    assert_eq!(sequence_of("000000000012.seg.tmp"), None);
}
