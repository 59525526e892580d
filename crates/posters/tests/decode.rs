//! The bare code, read back by a reader that knows nothing of how it was made.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use posters::{Code, URL_BYTES_MAX, code_svg};

const URL: &str = "https://scan.example.gov.cn/c/0123456789abcdef";
/// Pixels per module of the painted picture.
const SCALE: usize = 6;

fn read(side: usize, is_black: impl Fn(usize, usize) -> bool) -> String {
    let pixel = |x: usize, y: usize| if is_black(x / SCALE, y / SCALE) { 0 } else { 255 };
    let size = side * SCALE;
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(size, size, pixel);
    let codes = picture.detect_grids();
    assert_eq!(codes.len(), 1, "one code in the picture");
    let (meta, content) = codes[0].decode().expect("readable");
    // The level's two bits in the format information: L 01, M 00, Q 11, H 10.
    assert_eq!(meta.ecc_level, 0b11, "level Q");
    content
}

/// Paints the rectangles of the SVG's second path: `M x y h width v height h -width z`.
fn modules_of(svg: &str) -> (usize, Vec<bool>) {
    let after = |text: &str, mark: &str| text.split_once(mark).expect("present").1.to_owned();
    let number = |text: &str| text.parse::<usize>().expect("a whole number");
    let view = after(svg, "viewBox=\"0 0 ");
    let side = number(view.split([' ', '"']).next().unwrap());
    let path = after(svg, "fill=\"#000\" d=\"M");
    let mut black = vec![false; side * side];
    for block in path.split('"').next().unwrap().trim_end_matches('z').split("zM") {
        let parts: Vec<usize> =
            block.split([' ', 'h', 'v', '-']).filter(|p| !p.is_empty()).map(number).collect();
        let [x, y, width, height, _] = parts[..] else { panic!("not a rectangle: {block}") };
        for row in y..y + height {
            black[row * side + x..row * side + x + width].fill(true);
        }
    }
    (side, black)
}

#[test]
fn the_modules_read_as_the_address() {
    for url in [URL, "https://a.cn/c/0", &format!("https://{}", "x".repeat(URL_BYTES_MAX - 8))] {
        let code = Code::of(url).unwrap();
        assert_eq!(read(code.side_modules(), |x, y| code.is_black(x, y)), url);
    }
}

#[test]
fn the_svg_reads_as_the_address() {
    let svg = code_svg(URL).unwrap();
    let (side, black) = modules_of(&svg);
    assert_eq!(side, 41, "33 modules of version 4 and 4 of quiet zone on each side");
    assert_eq!(read(side, |x, y| black[y * side + x]), URL);
    assert!(svg.len() < 12_000, "{} bytes", svg.len());
}
