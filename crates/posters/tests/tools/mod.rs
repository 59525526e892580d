//! What the tests of printed things share: a poster's text, and tools that read files back.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(dead_code, unreachable_pub)]

use posters::PosterText;
use std::{path::Path, process::Command};

/// The address in the code of [`sample`].
pub const URL: &str = "https://scan.example.gov.cn/c/0123456789abcdef";

/// A poster on which everything is said that can be.
pub fn sample() -> PosterText {
    PosterText {
        way: posters::Way::Entry,
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
pub fn run(package: &str, tool: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(tool).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{tool} is needed here ({error}): install the Debian package {package}")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Width, height and pixels of a PGM picture: `P5 width height 255` and one byte per pixel.
pub fn grey(file: &Path) -> (usize, usize, Vec<u8>) {
    let pgm = std::fs::read(file).unwrap();
    let head: Vec<&[u8]> = pgm.splitn(5, |byte| byte.is_ascii_whitespace()).collect();
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap().parse::<usize>().unwrap();
    (number(head[1]), number(head[2]), head[4].to_vec())
}
