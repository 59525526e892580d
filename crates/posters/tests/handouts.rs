//! The posting guide and the empty layouts as a venue gets them, read back by independent tools.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tools;

use posters::{CardText, Size, card_pdf, empty_layout_pdf, posting_guide_pdf};
use tools::run;

/// What the boxes and the words of a PDF are.
fn read(pdf: &[u8]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file.pdf"), pdf).unwrap();
    let boxes = run("poppler-utils", "pdfinfo", &["-box", "file.pdf"], folder.path());
    let words = run("poppler-utils", "pdftotext", &["-layout", "file.pdf", "-"], folder.path());
    (boxes, words)
}

fn assert_size(boxes: &str, (width, height): (f32, f32)) {
    let line = boxes.lines().find(|line| line.starts_with("MediaBox")).unwrap();
    let corners = line.split_whitespace().skip(1).map(|word| word.parse::<f32>().unwrap());
    for (found, wanted) in corners.zip([0.0, 0.0, width, height]) {
        assert!((found * 25.4 / 72.0 - wanted).abs() < 0.1, "{line}");
    }
}

#[test]
fn the_guide_is_two_pages_of_a4_that_say_what_the_notice_asks() {
    let pdf = posting_guide_pdf(Some("0558-12345")).unwrap();
    let (boxes, words) = read(&pdf);
    assert_size(&boxes, (210.0, 297.0));
    assert!(boxes.contains("Pages:           2\n"), "{boxes}");
    assert!(!boxes.contains("CreationDate"), "no clock: {boxes}");
    for wanted in [
        "场所码张贴指南",
        "放在门厅或入口右侧",
        "贴在右侧门的中线上",
        "下沿离地面 1.5 米",
        "贴在玻璃橱窗等显眼处",
        "1.5 m",
        "一门一码",
        "不弯腰",
        "不聚集",
        "丢失、被人调换",
        "查验每一次扫码",
        "没有智能手机或持离线码的，由值守人员反向扫码登记",
        "咨询电话 0558-12345",
    ] {
        assert!(words.contains(wanted), "{wanted} not in\n{words}");
    }
    assert_eq!(pdf, posting_guide_pdf(Some("0558-12345")).unwrap());
    assert!(pdf.len() < 80_000, "{} bytes", pdf.len());
}

#[test]
fn a_guide_without_a_hotline_does_not_speak_of_one() {
    let (_, words) = read(&posting_guide_pdf(None).unwrap());
    assert!(!words.contains("咨询电话"), "{words}");
}

#[test]
fn the_empty_layout_has_the_size_and_names_every_place_with_its_measures() {
    for (size, code) in Size::ALL.into_iter().zip(["130 × 130", "360 × 360", "480 × 480"]) {
        let pdf = empty_layout_pdf(size).unwrap();
        let (boxes, words) = read(&pdf);
        assert_size(&boxes, size.millimetres());
        for wanted in [
            "请扫场所码 逐人登记",
            "登记名称",
            "门",
            "县区和地址",
            "编号",
            "签发日期",
            "咨询电话",
            "演示说明",
            "保存期限",
            &format!("{code} mm，含四周白边"),
        ] {
            assert!(words.contains(wanted), "{size:?}: {wanted} not in\n{words}");
        }
        assert_eq!(pdf, empty_layout_pdf(size).unwrap());
    }
}

#[test]
fn nobody_can_scan_the_picture_in_the_guide() {
    let folder = tempfile::tempdir().unwrap();
    let pdf = posting_guide_pdf(None).unwrap();
    std::fs::write(folder.path().join("guide.pdf"), pdf).unwrap();
    let arguments =
        ["-r", "200", "-f", "1", "-l", "1", "-gray", "-singlefile", "guide.pdf", "guide"];
    run("poppler-utils", "pdftoppm", &arguments, folder.path());
    let (width, height, pixels) = tools::grey(&folder.path().join("guide.pgm"));
    let grey = |x: usize, y: usize| pixels[y * width + x];
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    assert!(picture.detect_grids().iter().all(|code| code.decode().is_err()));
}

#[test]
fn a_card_is_one_page_of_a4_with_what_it_says_and_a_rare_character_becomes_a_star() {
    let text = CardText {
        code: format!("FY1:{}", "A".repeat(226)),
        masked_name: "𠮷*明".to_owned(),
        document: "身份证 尾号 123X".to_owned(),
        expires: "有效至 2027-05-21".to_owned(),
        number: "编号 0123-4567-89AB-CDEF".to_owned(),
    };
    let pdf = card_pdf(&text).unwrap();
    let (boxes, words) = read(&pdf);
    assert_size(&boxes, (210.0, 297.0));
    assert!(boxes.contains("Pages:           1\n"), "{boxes}");
    for wanted in ["离线码", "**明", "身份证 尾号 123X", "有效至 2027-05-21", "CDEF"] {
        assert!(words.contains(wanted), "{wanted} not in\n{words}");
    }
    assert_eq!(pdf, card_pdf(&text).unwrap());
    assert!(card_pdf(&CardText { code: "x".repeat(500), ..text }).is_err());
}
