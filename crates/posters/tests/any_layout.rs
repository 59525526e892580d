//! Whatever is uploaded as a layout is read or refused: nothing panics, and what is read is drawn.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tools;

use posters::{LAYOUT_FAULTS_MAX, Print, Size, UploadedLayout, example_layout_svg, poster_pdf_in};
use proptest::prelude::*;
use tools::sample;

fn good() -> String {
    example_layout_svg(Size::A4).unwrap()
}

/// One change to a good file: bytes taken out, put in or put elsewhere.
fn changed() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "<",
        ">",
        "/",
        "\"",
        "&",
        "'",
        "<g>",
        "</g>",
        "<text x='1' y='1'>字",
        "</text>",
        "=",
        "-",
        "e9",
        "1e38",
        "NaN",
        "transform='scale(0)'",
        "<path d='M1 1A1 2 3 0 1 4 5z'/>",
        "id=\"code\"",
        "%",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE a>",
        "&#0;",
        "&#x10ffff;",
        "\u{0}",
        "字",
        "\u{feff}",
    ]);
    let change = (any::<prop::sample::Index>(), 0..40_usize, prop::option::of(pieces));
    prop::collection::vec(change, 1..6).prop_map(|changes| {
        let mut bytes = good().into_bytes();
        for (at, out, piece) in changes {
            let at = at.index(bytes.len());
            let end = (at + out).min(bytes.len());
            bytes.splice(at..end, piece.unwrap_or_default().bytes());
            if bytes.is_empty() {
                bytes.push(b'<');
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(UploadedLayout::read(Size::A4, &bytes).is_err());
    }

    #[test]
    fn any_path_is_read_or_refused(data in "[MmLlHhVvCcSsQqTtAaZz0-9 ,.eE+-]{0,60}") {
        let svg = good().replace("</svg>", &format!("<path d='M1 1{data}'/></svg>"));
        if let Ok(layout) = UploadedLayout::read(Size::A4, svg.as_bytes()) {
            prop_assert!(poster_pdf_in(&layout, &sample(), Print::Trimmed).is_ok());
        }
    }

    #[test]
    fn a_changed_layout_is_drawn_or_refused(bytes in changed()) {
        match UploadedLayout::read(Size::A4, &bytes) {
            Ok(layout) => {
                let drawn = poster_pdf_in(&layout, &sample(), Print::WithBleed);
                prop_assert!(drawn.is_ok(), "{drawn:?}");
            }
            Err(faults) => prop_assert!(!faults.is_empty() && faults.len() <= LAYOUT_FAULTS_MAX),
        }
    }
}
