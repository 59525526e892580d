//! Lists as workbooks.

use super::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Writes our titles into row 1 and good rows beneath.
fn fill(sheet: &mut Worksheet, doors: &[&str]) {
    for (column, title) in (0u16..).zip(TITLES) {
        sheet.write(0, column, title).unwrap();
    }
    for (row, door) in (1u32..).zip(doors) {
        for (column, text) in (0u16..).zip(good(door)) {
            sheet.write(row, column, text).unwrap();
        }
    }
}

/// A workbook with good rows, after `change` had its sheet.
fn book(doors: &[&str], change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(sheet, doors);
    change(sheet);
    book.save_to_buffer().unwrap()
}

async fn imported(bytes: &[u8]) -> (ImportOutcome, String, Vec<String>) {
    let desk = Desk::new().await;
    let args = desk.put("doors.xlsx", bytes);
    let (outcome, out) = desk.run(&args).await;
    let errors = desk.errors(&args);
    (outcome, out, errors)
}

#[tokio::test]
async fn numbers_are_read_however_they_are_stored() {
    let bytes = book(&["东门", "西门", "北门"], |sheet| {
        sheet.write(1, 8, 13_800_138_000.0).unwrap();
        sheet.write(2, 4, 341_202).unwrap();
        sheet.write(2, 5, 341_202_001).unwrap();
        sheet.write(2, 6, 105).unwrap();
        sheet.write(3, 8, "13800138000.0").unwrap();
        sheet.write(3, 2, 3).unwrap();
    });
    let (outcome, out, errors) = imported(&bytes).await;
    assert_eq!((outcome, errors), (ImportOutcome::Done, vec![]), "{out}");
    assert!(out.contains("imported: 3"), "{out}");
}

#[tokio::test]
async fn a_formula_is_refused_although_its_value_looks_good() {
    let bytes = book(&["东门"], |sheet| {
        let formula = Formula::new("=\"1380013\"&\"8000\"").set_result("13800138000");
        sheet.write_formula(1, 8, formula).unwrap();
    });
    let (outcome, _, errors) = imported(&bytes).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert_eq!(errors, ["2,I,联系电话,'=…,是公式，请粘贴为值"]);
}

#[tokio::test]
async fn merged_cells_are_named_and_a_merged_title_is_fine() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    fill(sheet, &["东门", "西门", "北门"]);
    sheet.merge_range(1, 0, 2, 0, "阜阳市人民医院", &Format::new()).unwrap();
    let (outcome, out, errors) = imported(&book.save_to_buffer().unwrap()).await;
    assert_eq!(outcome, ImportOutcome::Refused, "{out}");
    assert_eq!(errors.len(), 2);
    assert!(errors[0].starts_with("2,A,单位名称,") && errors[0].contains("A2:A3"), "{errors:?}");
    assert!(errors[1].starts_with("3,A,单位名称,") && out.contains("good: 1"), "{errors:?} {out}");

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 9, "阜阳市重点场所清单", &Format::new()).unwrap();
    for (column, title) in (0u16..).zip(TITLES) {
        sheet.write(1, column, title).unwrap();
        sheet.write(2, column, &good("东门")[usize::from(column)]).unwrap();
    }
    let (outcome, out, _) = imported(&book.save_to_buffer().unwrap()).await;
    assert_eq!(outcome, ImportOutcome::Done, "{out}");
}

#[tokio::test]
async fn a_door_that_became_a_date_and_a_broken_reference_are_refused() {
    let bytes = book(&["东门", "西门"], |sheet| {
        let date = ExcelDateTime::from_ymd(2026, 1, 2).unwrap();
        let format = Format::new().set_num_format("m\"月\"d\"日\"");
        sheet.write_with_format(1, 2, &date, &format).unwrap();
        sheet.write(2, 7, true).unwrap();
    });
    let (_, _, errors) = imported(&bytes).await;
    assert!(errors[0].starts_with("2,C,出入口,2026-01-02,是日期"), "{errors:?}");
    assert!(errors[1].starts_with("3,H,负责人,TRUE,是逻辑值"), "{errors:?}");
}

#[tokio::test]
async fn the_first_visible_sheet_is_read_unless_another_is_named() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "填表说明").unwrap();
    fill(book.add_worksheet().set_name("清单").unwrap(), &["东门"]);
    let hidden = book.add_worksheet().set_name("字典").unwrap();
    hidden.set_hidden(true);
    let bytes = book.save_to_buffer().unwrap();
    let desk = Desk::new().await;
    let mut args = desk.put("doors.xlsx", &bytes);
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert!(out.contains("工作表“说明”（共有：说明、清单；"), "{out}");
    args.sheet = Some("清单".to_owned());
    assert_eq!(desk.run(&args).await.0, ImportOutcome::Done);
    args.sheet = Some("没有".to_owned());
    assert!(desk.run(&args).await.1.contains("没有工作表“没有”。有：说明、清单"));
}

#[tokio::test]
async fn a_cell_far_away_costs_no_memory() {
    let bytes = book(&["东门"], |sheet| {
        sheet.write(1_048_575, 16_383, "x").unwrap();
    });
    let (outcome, out, _) = imported(&bytes).await;
    assert_eq!(outcome, ImportOutcome::Done, "{out}");
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_damaged_workbook_is_called_damaged() {
    let bytes = packed(&[("xl/workbook.xml", b"<nonsense")]);
    let desk = Desk::new().await;
    let (outcome, out) = desk.run(&desk.put("doors.xlsx", &bytes)).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert!(out.contains("损坏") || out.contains("没有可见的工作表"), "{out}");
}
