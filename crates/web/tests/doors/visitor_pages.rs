//! Every visitor page is looked at by axe-core, and every page is opened by a browser test: the lists of
//! the browser tests are those of the table.

use std::{collections::BTreeSet, fs, path::Path};
use web::{
    pages::visitor,
    routes::{Kind, Route, table},
};

#[test]
fn every_visitor_page_is_checked_for_accessibility_and_none_that_is_not_there() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/lib/visitor_pages.mjs");
    let source = fs::read_to_string(list).unwrap();
    let (_, pages) = source.split_once("export const PAGES = {\n").unwrap();
    let (pages, _) = pages.split_once("\n};").unwrap();
    let keys = pages.lines().filter_map(|line| line.strip_prefix("  '")?.split_once("':"));
    let listed: BTreeSet<&str> = keys.map(|(key, _)| key).collect();
    let routes = visitor::routes();
    let there = opened_by_get(&routes);
    assert_eq!(listed, there, "a visitor page is a line in e2e/lib/visitor_pages.mjs");
}

#[test]
fn every_page_is_on_the_list_of_those_that_a_browser_test_opens() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/pages.txt");
    let source = fs::read_to_string(list).unwrap();
    let listed: BTreeSet<&str> = source.lines().collect();
    assert_eq!(listed.len(), source.lines().count(), "each once");
    let routes = table();
    assert_eq!(listed, opened_by_get(&routes), "a page is a line in e2e/pages.txt");
}

/// What is opened by a GET.
fn opened_by_get(routes: &[Route]) -> BTreeSet<&str> {
    routes
        .iter()
        .filter(|route| route.kind == Kind::Page && route.method == axum::http::Method::GET)
        .map(|route| route.path)
        .collect()
}
