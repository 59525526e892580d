//! The fixed corpus: every input that the fuzz targets began with, and every one that they found.
//!
//! `fuzz/README.md` says how to look for more.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod hostile;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Tries every file of that folder and says which of them failed.
fn try_all(target: &str, attempt: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 5, "{} has a corpus", folder.display());
    let fails = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        catch_unwind(AssertUnwindSafe(|| attempt(&bytes))).is_err()
    };
    let failed: Vec<_> = paths.iter().filter(|path| fails(path)).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn no_part_of_a_log_does_harm() {
    try_all("log", hostile::log::attempt);
}

#[test]
fn no_file_of_a_segment_does_harm() {
    try_all("segment", hostile::segment::attempt);
}

#[test]
fn no_manifest_does_harm() {
    try_all("manifest", hostile::manifest::attempt);
}

#[test]
fn no_course_of_events_breaks_a_promise() {
    try_all("life", hostile::life::attempt);
}
