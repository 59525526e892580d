//! What lists look like in real life, and what becomes of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod rows;

use super::judge::Judge;
use crate::tables::{Cell, Column, Finding, Table, TableRow, Weight, find_header, names::Names};
use testkit::TestHouse;

/// A good row's texts in the order of [`Column::ALL`].
fn good(door: &str) -> Vec<String> {
    let texts = [
        "阜阳市人民医院",
        "阜阳市人民医院（南区）",
        door,
        "三清路 501 号",
        "颍州区",
        "鼓楼街道",
        "医院",
        "李四",
        "13800138000",
        "",
        "115.81",
        "32.89",
    ];
    texts.map(str::to_owned).to_vec()
}

/// A good row with one text changed.
fn with(column: Column, text: &str) -> Vec<String> {
    let mut row = good("东门");
    row[column as usize] = text.to_owned();
    row
}

fn cells(texts: &[String]) -> Vec<Cell> {
    texts.iter().map(|text| Cell::Text(text.clone())).collect()
}

/// A table with our own titles in row 1 and these rows beneath.
fn table(rows: &[Vec<String>]) -> Table {
    let titles: Vec<String> = Column::ALL.iter().map(|c| c.title().to_owned()).collect();
    let all = std::iter::once(&titles).chain(rows);
    let rows =
        (1u32..).zip(all).map(|(number, texts)| TableRow { number, cells: cells(texts) }).collect();
    Table { rows, merged: Vec::new() }
}

/// What is said about the only row of a list.
async fn said_of(row: Vec<String>) -> Vec<Finding> {
    let table = table(&[row]);
    let header = find_header(&table.rows, &Column::OF_AUTHORITY).unwrap();
    let regions = TestHouse::new().await.registry.regions().await.unwrap();
    Judge::new(&header, Names::new(&regions, domain::categories::Tree::start()))
        .row(&table.rows[1], &[])
        .1
}

/// The text of the only bad finding, which is at this column.
fn bad_at(findings: &[Finding], column: Column) -> &str {
    let bad: Vec<_> = findings.iter().filter(|f| f.weight == Weight::Bad).collect();
    let [one] = bad[..] else { panic!("one bad finding expected: {findings:?}") };
    assert_eq!(one.column, column as u32, "{one:?}");
    &one.says
}
