//! The posters as a printing shop gets them: boxes, text and code read back by independent tools.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{path::Path, process::Command};

use posters::{PosterError, PosterText, Size, code_png, poster_pdf};

const URL: &str = "https://scan.example.gov.cn/c/0123456789abcdef";
/// The resolution of the pixels in which the code is read, lower than any printer's.
const DOTS_PER_INCH: &str = "40";

fn sample() -> PosterText {
    PosterText {
        url: URL.into(),
        place: "阜阳市人民医院（南区）".into(),
        door: "门诊部 东门".into(),
        county: "颍州区".into(),
        address: "三清路 501 号".into(),
        number: "FY-0301-7K3Q".into(),
        issued_on: "2026-11-22".into(),
        layout_version: 1,
        retention_days: 28,
        hotline: Some("0558-12345".into()),
        note: Some("演示用码 · 非真实场所".into()),
    }
}

/// Runs a tool and returns what it says; without the tool this fails and names its package.
fn run(package: &str, tool: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(tool).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{tool} is needed here ({error}): install the Debian package {package}")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A folder with the poster in it as `poster.pdf`.
fn printed(size: Size, text: &PosterText) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("poster.pdf"), poster_pdf(size, text).unwrap()).unwrap();
    folder
}

#[test]
fn the_code_on_every_size_reads_as_the_address() {
    for size in Size::ALL {
        let folder = printed(size, &sample());
        let arguments = ["-r", DOTS_PER_INCH, "-png", "-singlefile", "poster.pdf", "poster"];
        run("poppler-utils", "pdftoppm", &arguments, folder.path());
        let read = run("zbar-tools", "zbarimg", &["-q", "--raw", "poster.png"], folder.path());
        assert_eq!(read.trim_end(), URL, "{size:?}");
    }
}

#[test]
fn the_png_of_the_bare_code_reads_as_the_address() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("code.png"), code_png(URL).unwrap()).unwrap();
    let read = run("zbar-tools", "zbarimg", &["-q", "--raw", "code.png"], folder.path());
    assert_eq!(read.trim_end(), URL);
}

#[test]
fn the_page_is_exact_to_a_tenth_of_a_millimetre_in_every_box() {
    for size in Size::ALL {
        let folder = printed(size, &sample());
        let said = run("poppler-utils", "pdfinfo", &["-box", "poster.pdf"], folder.path());
        let (width, height) = size.millimetres();
        for name in ["MediaBox", "CropBox", "BleedBox", "TrimBox", "ArtBox"] {
            let line = said.lines().find(|line| line.starts_with(name)).expect(name);
            let corners: Vec<f32> =
                line.split_whitespace().skip(1).map(|word| word.parse().unwrap()).collect();
            let millimetres: Vec<f32> = corners.iter().map(|points| points * 25.4 / 72.0).collect();
            for (found, wanted) in millimetres.iter().zip([0.0, 0.0, width, height]) {
                assert!((found - wanted).abs() < 0.1, "{size:?} {line}");
            }
        }
        assert!(said.contains("Pages:           1\n"), "{said}");
        assert!(said.contains("场所码海报 阜阳市人民医院（南区） 门诊部 东门"), "{said}");
        assert!(!said.contains("CreationDate"), "no clock: {said}");
    }
}

#[test]
fn every_word_can_be_found_in_the_text_of_the_pdf() {
    for size in Size::ALL {
        let folder = printed(size, &sample());
        let said = run("poppler-utils", "pdftotext", &["poster.pdf", "-"], folder.path());
        let said: String = said.lines().collect();
        for words in [
            "请扫场所码 逐人登记",
            "微信·支付宝·皖事通·云闪付 打开“扫一扫”",
            "看到“登记成功”和绿码后进入；没有手机请找值守人员",
            "演示用码 · 非真实场所",
            "阜阳市人民医院（南区）",
            "门诊部 东门",
            "颍州区·三清路 501 号",
            "编号 FY-0301-7K3Q",
            "咨询电话 0558-12345",
            "签发 2026-11-22·版式 1",
            "一门一码·一人一扫·请勿拍照代扫",
            "扫码记录保存 28 天后自动删除，场所看不到您的身份信息",
        ] {
            assert!(said.contains(words), "{size:?}: {words} not in\n{said}");
        }
    }
}

#[test]
fn all_fonts_are_embedded_subsets() {
    let folder = printed(Size::A4, &sample());
    let said = run("poppler-utils", "pdffonts", &["poster.pdf"], folder.path());
    let fonts: Vec<&str> = said.lines().skip(2).collect();
    assert_eq!(fonts.len(), 2, "{said}");
    assert!(fonts.iter().all(|font| font.contains("yes yes yes")), "{said}");
}

#[test]
fn a_name_on_two_lines_is_whole_in_the_text() {
    let name =
        "阜阳市颍州区三清路街道社区卫生服务中心预防接种门诊与发热诊室及核酸采样点".to_owned();
    let folder = printed(Size::A4, &PosterText { place: name.clone(), ..sample() });
    let said = run("poppler-utils", "pdftotext", &["poster.pdf", "-"], folder.path());
    let joined: String = said.lines().collect();
    assert!(joined.contains(&name), "{said}");
}

#[test]
fn two_printings_are_the_same_to_the_byte_and_small() {
    for size in Size::ALL {
        let (first, second) = (poster_pdf(size, &sample()), poster_pdf(size, &sample()));
        assert_eq!(first, second);
        assert!(first.unwrap().len() < 60_000);
    }
}

#[test]
fn a_poster_with_a_missing_glyph_is_refused_by_field_and_character() {
    let text = PosterText { place: "𠮷野家".into(), ..sample() };
    match poster_pdf(Size::A4, &text) {
        Err(PosterError::MissingGlyph { field, character }) => {
            assert_eq!((field.as_str(), character), ("place", '𠮷'));
        }
        other => panic!("{other:?}"),
    }
}
