//! Rows, good and bad.

use super::*;
use crate::tables::{Area, Judged};
use proptest::prelude::*;

#[tokio::test]
async fn each_fault_is_said_once_at_its_cell() {
    for (column, typed, says) in [
        (Column::Organisation, "", "请填写单位名称"),
        (Column::Checkpoint, "", "请填写场所名称"),
        (Column::Door, "", "请填写这是哪一个门"),
        (Column::Address, "", "请填写详细地址"),
        (Column::County, "合肥", "没有这个县区"),
        (Column::County, "", "请填写县区"),
        (Column::Township, "没有镇", "没有这个乡镇或街道"),
        (Column::Township, "", "请填写乡镇或街道"),
        (Column::Category, "", "缺少场所类别"),
        (Column::Category, "茶馆", "没有这个场所类别"),
        (Column::Manager, "张3", "姓名里不能有数字"),
        (Column::Phone, "0558-2222222", "11 位手机号码"),
        (Column::Phone, "1.38E+10", "后几位已丢失"),
        (Column::CreditCode, "9135", "18 位"),
        (Column::Longitude, "", "要么都填"),
        (Column::Latitude, "3289", "不在阜阳范围"),
        (Column::Latitude, "北边", "十进制度数"),
        (Column::Door, "1月2日", "是日期"),
        (Column::Checkpoint, "=B1", "是公式，请粘贴为值"),
    ] {
        let findings = said_of(with(column, typed)).await;
        // Half a position is said where the half is.
        let at =
            if typed.is_empty() && column == Column::Longitude { Column::Latitude } else { column };
        assert!(bad_at(&findings, at).contains(says), "{column:?} {typed} {findings:?}");
    }
}

#[tokio::test]
async fn every_fault_of_a_row_is_said_at_once() {
    let mut row = good("东门");
    row[Column::County as usize] = "合肥".to_owned();
    row[Column::Phone as usize] = "1".to_owned();
    row[Column::Category as usize] = String::new();
    let findings = said_of(row).await;
    assert_eq!(findings.iter().map(|f| f.column).collect::<Vec<_>>(), [4, 6, 8]);
    assert_eq!((findings[0].title.as_str(), findings[0].value.as_str()), ("县区", "合肥"));
}

#[tokio::test]
async fn longitude_and_latitude_in_each_others_place_are_noticed() {
    let mut row = good("东门");
    row.swap(Column::Longitude as usize, Column::Latitude as usize);
    assert_eq!(bad_at(&said_of(row).await, Column::Longitude), "经度和纬度填反了");
}

fn any_cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Empty),
        "\\PC{0,20}".prop_map(Cell::Text),
        any::<f64>().prop_map(Cell::Number),
        "\\PC{0,5}".prop_map(Cell::Date),
        any::<bool>().prop_map(Cell::Flag),
        Just(Cell::Formula),
        Just(Cell::Fault("#N/A".to_owned())),
        prop::sample::select(good("东门")).prop_map(Cell::Text),
    ]
}

fn any_row() -> impl Strategy<Value = Vec<Cell>> {
    let near_good = (0usize..12, any_cell()).prop_map(|(at, cell)| {
        let mut row = cells(&good("东门"));
        row[at] = cell;
        row
    });
    prop_oneof![prop::collection::vec(any_cell(), 0..14), near_good]
}

#[test]
fn any_row_is_blank_good_or_bad_with_a_reason() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let regions =
        runtime.block_on(async { TestHouse::new().await.registry.regions().await.unwrap() });
    let header = find_header(&table(&[]).rows, &Column::OF_AUTHORITY).unwrap();
    let merged = prop::option::of((0u32..14, 0u32..14));
    proptest!(ProptestConfig::with_cases(2_000), |(row in any_row(), merged in merged)| {
        let mut judge = Judge::new(&header, Names::new(&regions, domain::categories::Tree::start()));
        let area = merged.map(|(a, b)| Area { rows: (2, 2), columns: (a.min(b), a.max(b)) });
        let row = TableRow { number: 2, cells: row };
        let (judged, findings) = judge.row(&row, area.as_slice());
        let bad = findings.iter().any(|finding| finding.weight == Weight::Bad);
        match judged {
            Judged::Blank => prop_assert!(findings.is_empty()),
            Judged::Good(_) => prop_assert!(!bad),
            Judged::Bad => prop_assert!(bad),
        }
        // One bad finding is enough for a cell.
        let bad = findings.iter().filter(|finding| finding.weight == Weight::Bad);
        let mut columns: Vec<_> = bad.map(|finding| finding.column).collect();
        let all = columns.len();
        columns.sort_unstable();
        columns.dedup();
        prop_assert_eq!(columns.len(), all, "{:?}", findings);
    });
}

#[tokio::test]
async fn an_error_value_is_named_beside_what_to_do() {
    let findings = said_of(with(Column::Checkpoint, "#N/A")).await;
    assert_eq!(bad_at(&findings, Column::Checkpoint), "是错误值，请填写正确的内容");
    assert_eq!(findings[0].value, "#N/A");
}
