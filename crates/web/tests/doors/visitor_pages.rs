//! Every visitor page is looked at by axe-core: the browser test lists each page of the table.

use std::{collections::BTreeSet, fs, path::Path};
use web::{pages::visitor, routes::Kind};

#[test]
fn every_visitor_page_is_checked_for_accessibility_and_none_that_is_not_there() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/tests/63-accessible.mjs");
    let source = fs::read_to_string(list).unwrap();
    let (_, pages) = source.split_once("const PAGES = {\n").unwrap();
    let (pages, _) = pages.split_once("\n};").unwrap();
    let keys = pages.lines().filter_map(|line| line.strip_prefix("  '")?.split_once("':"));
    let listed: BTreeSet<&str> = keys.map(|(key, _)| key).collect();
    let routes = visitor::routes();
    let there: BTreeSet<&str> = routes
        .iter()
        .filter(|route| route.kind == Kind::Page && route.method == axum::http::Method::GET)
        .map(|route| route.path)
        .collect();
    assert_eq!(listed, there, "a visitor page is a line in e2e/tests/63-accessible.mjs");
}
