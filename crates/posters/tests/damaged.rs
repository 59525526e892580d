//! Posters after what happens to prints: copied small, out of focus, partly covered. Read by two
//! readers that know nothing of one another.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tools;

use posters::{
    PosterText, Print, Size, UploadedLayout, example_layout_svg, poster_pdf, poster_pdf_in,
};
use std::path::Path;
use tools::{URL, run, sample};

/// A grey picture.
#[derive(Clone)]
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// A poster's PDF in pixels, fewer of them for larger sheets.
    fn of(pdf: &[u8], size: Size, folder: &Path) -> Self {
        let dots_per_inch = if size == Size::A4 { "160" } else { "80" };
        std::fs::write(folder.join("poster.pdf"), pdf).unwrap();
        let arguments = ["-r", dots_per_inch, "-gray", "-singlefile", "poster.pdf", "poster"];
        run("poppler-utils", "pdftoppm", &arguments, folder);
        let (width, height, pixels) = tools::grey(&folder.join("poster.pgm"));
        Self { width, height, pixels }
    }

    fn at(&self, x: usize, y: usize) -> u32 {
        u32::from(self.pixels[y * self.width + x])
    }

    /// Every `by` × `by` pixels as one: a copy that much smaller.
    fn smaller(&self, by: usize) -> Self {
        let (width, height) = (self.width / by, self.height / by);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let block = (0..by * by).map(|n| self.at(x * by + n % by, y * by + n / by));
                pixels.push((block.sum::<u32>() / (by * by) as u32) as u8);
            }
        }
        Self { width, height, pixels }
    }

    /// Each pixel as the mean of those `radius` around it.
    fn blurred(&self, radius: usize) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..self.height {
            for x in 0..self.width {
                let xs = x.saturating_sub(radius)..(x + radius + 1).min(self.width);
                let ys = y.saturating_sub(radius)..(y + radius + 1).min(self.height);
                let count = (xs.len() * ys.len()) as u32;
                let sum: u32 = ys
                    .flat_map(|y| xs.clone().map(move |x| (x, y)))
                    .map(|(x, y)| self.at(x, y))
                    .sum();
                pixels.push((sum / count) as u8);
            }
        }
        Self { pixels, ..*self }
    }

    /// A twentieth of the code's area under a grey sticker, right of its middle.
    fn covered(&self) -> Self {
        let codes = self.codes();
        let [(corners, _)] = &codes[..] else { panic!("one code, not {}", codes.len()) };
        let xs = corners.map(|(x, _)| x);
        let ys = corners.map(|(_, y)| y);
        let (left, right) = (*xs.iter().min().unwrap(), *xs.iter().max().unwrap());
        let (top, bottom) = (*ys.iter().min().unwrap(), *ys.iter().max().unwrap());
        let side = ((right - left) as f64 * 0.05_f64.sqrt()).ceil() as usize;
        let (x0, y0) = ((left + right) as usize / 2, (top + bottom) as usize / 2 - side / 2);
        let mut covered = self.clone();
        for y in y0..y0 + side {
            covered.pixels[y * self.width + x0..y * self.width + x0 + side].fill(150);
        }
        covered
    }

    /// Corners and content of every code that is found.
    fn codes(&self) -> Vec<([(i32, i32); 4], String)> {
        let grey = |x: usize, y: usize| self.pixels[y * self.width + x];
        let mut picture =
            rqrr::PreparedImage::prepare_from_greyscale(self.width, self.height, grey);
        // It also proposes squares among the letters, which are no codes.
        let grids = picture.detect_grids();
        let read = |grid: &rqrr::Grid<_>| {
            let content = grid.decode().ok()?.1;
            Some((grid.bounds.map(|corner| (corner.x, corner.y)), content))
        };
        grids.iter().filter_map(read).collect()
    }

    fn assert_readable(&self, folder: &Path, what: &str) {
        let mut pgm = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        pgm.extend_from_slice(&self.pixels);
        std::fs::write(folder.join("damaged.pgm"), pgm).unwrap();
        let read = run("zbar-tools", "zbarimg", &["-q", "--raw", "damaged.pgm"], folder);
        assert_eq!(read.trim_end(), URL, "{what}, by zbarimg");
        let read: Vec<String> = self.codes().into_iter().map(|(_, content)| content).collect();
        assert_eq!(read, [URL], "{what}, by rqrr");
    }
}

/// Short, as long as allowed, and in characters that few fonts have.
fn texts() -> [PosterText; 3] {
    let long = "阜阳市颍州区三清路街道社区卫生服务中心".repeat(4).chars().take(60).collect();
    [
        PosterText { place: "店".into(), door: "东".into(), ..sample() },
        PosterText { place: long, ..sample() },
        PosterText { place: "㛃䶮骉堃饭店".into(), door: "〇号门".into(), ..sample() },
    ]
}

fn hold(pdf: &[u8], size: Size, what: &str) {
    let folder = tempfile::tempdir().unwrap();
    let whole = Picture::of(pdf, size, folder.path());
    let small = whole.smaller(4);
    small.assert_readable(folder.path(), &format!("{what}, a quarter of its size"));
    small.blurred(1).assert_readable(folder.path(), &format!("{what}, small and blurred"));
    small.covered().assert_readable(folder.path(), &format!("{what}, small and covered"));
}

#[test]
fn the_built_in_layout_is_read_small_blurred_and_covered() {
    for size in Size::ALL {
        for text in texts() {
            let what = format!("{size:?} of {}", text.place);
            hold(&poster_pdf(size, &text).unwrap(), size, &what);
        }
    }
}

#[test]
fn an_uploaded_layout_is_read_small_blurred_and_covered() {
    for size in Size::ALL {
        let layout =
            UploadedLayout::read(size, example_layout_svg(size).unwrap().as_bytes()).unwrap();
        for text in texts() {
            let what = format!("{size:?} of {}", text.place);
            hold(&poster_pdf_in(&layout, &text, Print::Trimmed).unwrap(), size, &what);
        }
    }
}

/// A reader that finds a code in anything would make the tests above worthless.
#[test]
fn a_code_that_is_covered_by_half_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let pdf = poster_pdf(Size::A4, &sample()).unwrap();
    let mut small = Picture::of(&pdf, Size::A4, folder.path()).smaller(4);
    let corners = small.codes().remove(0).0;
    let right = corners.map(|(x, _)| x).into_iter().max().unwrap() as usize;
    let left = corners.map(|(x, _)| x).into_iter().min().unwrap() as usize;
    let width = small.width;
    for row in small.pixels.chunks_mut(width) {
        row[(left + right) / 2..].fill(150);
    }
    assert!(small.codes().is_empty());
}
