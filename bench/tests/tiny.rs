//! The whole benchmark on a village, so that it runs when somebody needs it.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{fs, path::Path, process::Command};

use serde_json::Value;

fn run(dir: &Path, words: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["visits", "--dir"])
        .arg(dir)
        .args(words)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn every_figure_is_measured_and_nothing_is_left_behind() {
    let dir = tempfile::tempdir().unwrap();
    let json = dir.path().join("figures.json");
    let rooms = dir.path().join("rooms");
    // No process has this number: what a run left behind that was killed.
    fs::create_dir_all(rooms.join("run-4294967295/dense")).unwrap();
    let words = ["--visits", "20000", "--json", json.to_str().unwrap()];
    let (fine, said) = run(&rooms, &words);
    assert!(fine, "{said}");
    let figures: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    let figures = figures["figures"].as_array().unwrap();
    let value = |what: &str| {
        let figure = figures.iter().find(|figure| figure["what"] == what);
        figure.unwrap_or_else(|| panic!("{what} is missing: {said}"))["value"].as_f64().unwrap()
    };
    for what in [
        "lone visit against bare fdatasync",
        "reopen after a crash, for 10 M unsealed",
        "CPU, append + seal + merge, both orders",
        "head memory at its worst",
        "disk, both orders",
        "dense question, warm p50",
        "dense question, warm p99",
        "dense question, cold p50",
        "sparse question, warm p50",
        "dropping a day",
    ] {
        assert!(value(what) > 0.0, "{what}: {said}");
        let figure = figures.iter().find(|figure| figure["what"] == what).unwrap();
        assert!(figure["met"].is_boolean(), "{what} has a target");
    }
    // 20,000 / 70 persons, without the last few that make no two households.
    assert_eq!(value("visits loaded"), 282.0 * 70.0);
    assert_eq!(value("visits of the day that is dropped"), 282.0 * 5.0);
    let columns: f64 = figures
        .iter()
        .filter(|figure| figure["what"].as_str().unwrap().starts_with('…'))
        .map(|figure| figure["value"].as_f64().unwrap())
        .sum();
    assert!((columns - value("disk, both orders")).abs() < 0.01, "the columns are the whole");
    assert_eq!(fs::read_dir(rooms).unwrap().count(), 0);
}

#[test]
fn a_city_of_a_handful_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (fine, said) = run(dir.path(), &["--visits", "100"]);
    assert!(!fine && said.contains("at least 4200 visits"), "{said}");
}
