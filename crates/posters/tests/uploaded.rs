//! Posters in layouts of the authority, read back by independent tools.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tools;

use posters::{
    PosterError, PosterText, Print, Size, UploadedLayout, example_layout_svg, poster_pdf_in,
};
use std::path::Path;
use tools::{URL, run, sample};

/// The resolution of the pixels in which the code is read, lower than any printer's.
const DOTS_PER_INCH: &str = "40";

fn example(size: Size) -> UploadedLayout {
    UploadedLayout::read(size, example_layout_svg(size).unwrap().as_bytes()).unwrap()
}

/// A layout of its own: the code on the left, curves and translucent shapes, county apart.
fn other() -> UploadedLayout {
    let svg = include_bytes!("layouts/a4-other.svg");
    UploadedLayout::read(Size::A4, svg).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// A folder with the poster in it as `poster.pdf`.
fn printed(layout: &UploadedLayout, text: &PosterText) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let pdf = poster_pdf_in(layout, text, Print::Trimmed).unwrap();
    std::fs::write(folder.path().join("poster.pdf"), pdf).unwrap();
    folder
}

/// Reads the code of `poster.pdf` by two readers that know nothing of one another.
fn assert_readable(folder: &Path) {
    let arguments = ["-r", DOTS_PER_INCH, "-gray", "-singlefile", "poster.pdf", "poster"];
    run("poppler-utils", "pdftoppm", &arguments, folder);
    let read = run("zbar-tools", "zbarimg", &["-q", "--raw", "poster.pgm"], folder);
    assert_eq!(read.trim_end(), URL);
    let (width, height, pixels) = tools::grey(&folder.join("poster.pgm"));
    let grey = |x: usize, y: usize| pixels[y * width + x];
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    // It also proposes squares among the letters, which are no codes.
    let codes = picture.detect_grids();
    let read: Vec<String> = codes.iter().filter_map(|code| Some(code.decode().ok()?.1)).collect();
    assert_eq!(read, [URL]);
}

fn said(folder: &Path) -> String {
    let said = run("poppler-utils", "pdftotext", &["-raw", "poster.pdf", "-"], folder);
    said.lines().collect()
}

/// Short, as long as allowed, and in characters that few fonts have.
fn names() -> [PosterText; 3] {
    let long = "阜阳市颍州区三清路街道社区卫生服务中心".repeat(4).chars().take(60).collect();
    let address = "三清路与清河路交叉口向东二百米路北".repeat(5).chars().take(80).collect();
    [
        PosterText { place: "店".into(), door: "东".into(), ..sample() },
        PosterText {
            place: long, door: "预防接种门诊与发热诊室北".repeat(5), address, ..sample()
        },
        PosterText { place: "㛃䶮骉堃饭店".into(), door: "〇号门".into(), ..sample() },
    ]
}

#[test]
fn every_name_is_printed_and_every_code_can_be_read() {
    let mut layouts: Vec<UploadedLayout> = Size::ALL.into_iter().map(example).collect();
    layouts.push(other());
    for layout in &layouts {
        for text in names() {
            let folder = printed(layout, &text);
            assert_readable(folder.path());
            let said = said(folder.path());
            for words in [&text.place, &text.door, &text.address, &text.number, &text.county] {
                assert!(said.contains(words.as_str()), "{words} not in\n{said}");
            }
            assert!(said.contains("签发 2026-11-22·版式 1"), "{said}");
            assert!(said.contains("演示用码 · 非真实场所"), "{said}");
        }
    }
}

#[test]
fn the_page_is_exact_to_a_tenth_of_a_millimetre() {
    for size in Size::ALL {
        let folder = printed(&example(size), &sample());
        let said = run("poppler-utils", "pdfinfo", &["-box", "poster.pdf"], folder.path());
        let (width, height) = size.millimetres();
        let line = said.lines().find(|line| line.starts_with("MediaBox")).unwrap();
        let corners = line.split_whitespace().skip(1).map(|word| word.parse::<f32>().unwrap());
        for (found, wanted) in corners.zip([0.0, 0.0, width, height]) {
            assert!((found * 25.4 / 72.0 - wanted).abs() < 0.1, "{size:?} {line}");
        }
        assert!(said.contains("Pages:           1\n"), "{said}");
    }
}

#[test]
fn the_example_says_what_the_built_in_layout_says() {
    for size in Size::ALL {
        let folder = printed(&example(size), &sample());
        let said = said(folder.path());
        for words in [
            "请扫场所码 逐人登记",
            "微信·支付宝·皖事通·云闪付 打开“扫一扫”",
            "一门一码·一人一扫·请勿拍照代扫",
            "咨询电话 0558-12345",
            "扫码记录保存 28 天后自动删除，场所看不到您的身份信息",
        ] {
            assert!(said.contains(words), "{size:?}: {words} not in\n{said}");
        }
    }
}

#[test]
fn two_printings_are_the_same_to_the_byte() {
    let layout = example(Size::TwoSheets);
    let draw = || poster_pdf_in(&layout, &sample(), Print::WithBleed).unwrap();
    assert_eq!(draw(), draw());
}

#[test]
fn the_ground_is_carried_on_into_the_bleed() {
    let pdf = poster_pdf_in(&example(Size::A4), &sample(), Print::WithBleed).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("poster.pdf"), pdf).unwrap();
    let arguments = ["-r", "127", "-gray", "-singlefile", "poster.pdf", "poster"];
    run("poppler-utils", "pdftoppm", &arguments, folder.path());
    let (width, _, pixels) = tools::grey(&folder.path().join("poster.pgm"));
    // 127 dots per inch are 5 to the millimetre.
    let at = |x_mm: usize, y_mm: usize| pixels[y_mm * 5 * width + x_mm * 5];
    for (x, y) in [(8, 100), (222, 100), (100, 8), (100, 309)] {
        assert!(at(x, y) < 120, "ground at {x} {y}");
    }
    for (x, y) in [(6, 100), (224, 100), (100, 6), (100, 311)] {
        assert_eq!(at(x, y), 255, "paper at {x} {y}");
    }
}

#[test]
fn a_note_is_printed_even_where_the_layout_has_no_place_for_it() {
    let svg = example_layout_svg(Size::A4).unwrap().replace("id=\"note\"", "fill-opacity=\"0\"");
    let layout = UploadedLayout::read(Size::A4, svg.as_bytes()).unwrap();
    let folder = printed(&layout, &sample());
    assert!(said(folder.path()).contains("演示用码 · 非真实场所"));
    assert_readable(folder.path());
}

#[test]
fn a_missing_glyph_is_refused_by_field() {
    let text = PosterText { door: "𠮷门".into(), ..sample() };
    let refused = poster_pdf_in(&example(Size::A4), &text, Print::Trimmed).unwrap_err();
    assert!(matches!(refused, PosterError::MissingGlyph { character: '𠮷', .. }), "{refused:?}");
}
