//! The posters as a printing shop gets them: boxes, text and code read back by independent tools.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tools;

use posters::{
    BLEED_MM, PosterError, PosterText, Print, Size, Way, code_png, poster_pdf, poster_pdf_for,
};
use tools::{URL, run, sample};

/// The resolution of the pixels in which the code is read, lower than any printer's.
const DOTS_PER_INCH: &str = "40";

/// A folder with the poster in it as `poster.pdf`.
fn printed(size: Size, text: &PosterText) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("poster.pdf"), poster_pdf(size, text).unwrap()).unwrap();
    folder
}

#[test]
fn the_code_on_every_size_reads_as_the_address() {
    for (size, way) in Size::ALL.into_iter().flat_map(|s| [(s, Way::Entry), (s, Way::Exit)]) {
        let folder = printed(size, &PosterText { way, ..sample() });
        let arguments = ["-r", DOTS_PER_INCH, "-png", "-singlefile", "poster.pdf", "poster"];
        run("poppler-utils", "pdftoppm", &arguments, folder.path());
        let read = run("zbar-tools", "zbarimg", &["-q", "--raw", "poster.png"], folder.path());
        assert_eq!(read.trim_end(), URL, "{size:?} {way:?}");
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
fn a_poster_at_a_way_out_says_what_it_is_for_and_nothing_of_coming_in() {
    for size in Size::ALL {
        let folder = printed(size, &PosterText { way: Way::Exit, ..sample() });
        let said = run("poppler-utils", "pdftotext", &["poster.pdf", "-"], folder.path());
        let said: String = said.lines().collect();
        for words in [
            "离开请扫码 逐人登记",
            "微信·支付宝·皖事通·云闪付 打开“扫一扫”",
            "记准停留时间，少误判接触；看到“离开登记”后离开",
            "只登记离开·进门请扫入口的码",
            "门诊部 东门",
            "扫码记录保存 28 天后自动删除，场所看不到您的身份信息",
        ] {
            assert!(said.contains(words), "{size:?}: {words} not in\n{said}");
        }
        for words in ["请扫场所码", "登记成功", "绿码", "一人一扫"] {
            assert!(!said.contains(words), "{size:?}: {words} in\n{said}");
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

/// The corners of a box of the first page in mm, read from the bytes of the file.
fn box_of(pdf: &[u8], name: &str) -> Option<[f32; 4]> {
    let text = String::from_utf8_lossy(pdf);
    let (_, after) = text.split_once(&format!("/{name}["))?;
    let numbers = after.split_once(']')?.0;
    let corners: Vec<f32> =
        numbers.split(' ').map(|points| points.parse::<f32>().unwrap() * 25.4 / 72.0).collect();
    corners.try_into().ok()
}

#[test]
fn a_poster_for_a_printing_shop_says_where_it_is_cut_and_how_far_its_ground_reaches() {
    for size in Size::ALL {
        let pdf = poster_pdf_for(size, &sample(), Print::WithBleed).unwrap();
        let (width, height) = size.millimetres();
        let bleed = BLEED_MM;
        for (name, around) in [("MediaBox", 10.0), ("BleedBox", bleed), ("TrimBox", 0.0)] {
            let start = 10.0 - around;
            let (right, top) = (width + 10.0 + around, height + 10.0 + around);
            let found = box_of(&pdf, name).expect(name);
            for (found, wanted) in found.into_iter().zip([start, start, right, top]) {
                assert!((found - wanted).abs() < 0.01, "{size:?} {name}: {found} {wanted}");
            }
        }
        assert_eq!(pdf, poster_pdf_for(size, &sample(), Print::WithBleed).unwrap());
    }
}

#[test]
fn a_poster_that_is_not_cut_has_one_box_and_is_what_it_always_was() {
    for size in Size::ALL {
        let pdf = poster_pdf_for(size, &sample(), Print::Trimmed).unwrap();
        assert!(box_of(&pdf, "TrimBox").is_none() && box_of(&pdf, "BleedBox").is_none());
        let [_, _, width, height] = box_of(&pdf, "MediaBox").unwrap();
        assert!((width - size.millimetres().0).abs() < 0.01);
        assert!((height - size.millimetres().1).abs() < 0.01);
        assert_eq!(pdf, poster_pdf(size, &sample()).unwrap());
    }
}

/// One pixel of a PPM picture at so many mm from its upper left corner.
fn pixel(ppm: &[u8], per_mm: f32, (x, y): (f32, f32)) -> [u8; 3] {
    let head: Vec<&[u8]> = ppm.splitn(4, |byte| byte.is_ascii_whitespace()).collect();
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap().parse::<usize>().unwrap();
    let (width, pixels) =
        (number(head[1]), &head[3][head[3].iter().position(|&b| b == b'\n').unwrap() + 1..]);
    // Small positive numbers: whole pixels are meant.
    let at = 3 * ((y * per_mm) as usize * width + (x * per_mm) as usize);
    pixels[at..at + 3].try_into().unwrap()
}

#[test]
fn the_ground_fills_the_bleed_and_leaves_the_paper_outside_of_it_white() {
    let folder = tempfile::tempdir().unwrap();
    let pdf = poster_pdf_for(Size::A4, &sample(), Print::WithBleed).unwrap();
    std::fs::write(folder.path().join("poster.pdf"), pdf).unwrap();
    run(
        "poppler-utils",
        "pdftoppm",
        &["-r", "127", "-singlefile", "poster.pdf", "p"],
        folder.path(),
    );
    let ppm = std::fs::read(folder.path().join("p.ppm")).unwrap();
    // 127 dots per inch are 5 to the millimetre.
    let at = |x: f32, y: f32| pixel(&ppm, 5.0, (x, y));
    for (x, y) in [(7.5, 100.0), (222.5, 100.0), (100.0, 7.5), (100.0, 309.5)] {
        assert_eq!(at(x, y), [0x0b, 0x5c, 0xab], "bleed at {x} {y}");
    }
    for (x, y) in [(6.0, 100.0), (224.0, 100.0), (100.0, 6.0), (100.0, 311.0)] {
        assert_eq!(at(x, y), [0xff; 3], "paper at {x} {y}");
    }
    assert_ne!(at(3.5, 10.0), [0xff; 3], "the crop mark at the upper left");
}
