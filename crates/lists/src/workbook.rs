//! Lists as workbooks: measured before they are unpacked, then read cell by cell.

use crate::{
    Area, COLUMNS_MAX, Cell, DAMAGED, MERGED_MAX, Piece, STOPPED, Stop, TableRow, Take, Wanted,
    text::trim,
};
use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError,
};
use std::io::{Cursor, Read, copy, sink};
use zip::{ZipArchive, result::ZipError};

/// Most parts of a workbook.
const PARTS_MAX: usize = 10_000;
/// Cells between two looks at whether to stop.
const STRIDE: usize = 10_000;

type Workbook = Xlsx<Cursor<Vec<u8>>>;

/// Reads one worksheet of a workbook.
pub(crate) fn each(
    bytes: Vec<u8>,
    wanted: &Wanted<'_>,
    stop: &Stop,
    take: &mut Take<'_>,
) -> Result<(), String> {
    measure(&bytes, wanted.limits.unpacked_bytes_max)?;
    let mut workbook: Workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| said(&error))?;
    let (sheet, note) = choose(&workbook, wanted.sheet)?;
    let merged = workbook.merge_cells_by_sheet_name(&sheet).map_err(|error| said(&error))?;
    if merged.len() > MERGED_MAX {
        return Err("合并单元格太多，请全部取消合并后再导入".to_owned());
    }
    let merged = merged.iter().filter_map(area).collect();
    if !take(Piece::Begin { note, merged }) {
        return Err(STOPPED.to_owned());
    }
    rows(&mut workbook, &sheet, wanted, stop, take)
}

fn said(error: &XlsxError) -> String {
    match error {
        XlsxError::Password => "文件加了密码，请去掉密码后再导入".to_owned(),
        XlsxError::NotAWorksheet(_) => {
            "选中的不是工作表，请用 --sheet 选择有清单的工作表".to_owned()
        }
        _ => DAMAGED.to_owned(),
    }
}

/// Unpacks everything once without keeping it: what a file says of its size may be untrue. Says
/// what the file is when it is no workbook.
pub(crate) fn measure(bytes: &[u8], bytes_max: u64) -> Result<(), String> {
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|_| DAMAGED.to_owned())?;
    if parts.len() > PARTS_MAX {
        return Err(format!("压缩包里有 {} 个文件，不像是清单", parts.len()));
    }
    let names: Vec<String> = parts.file_names().flatten().map(Into::into).collect();
    let has = |wanted: &str| names.iter().any(|name| name.starts_with(wanted));
    if !has("xl/workbook.xml") {
        let what = [
            ("xl/workbook.bin", "二进制 Excel（.xlsb）"),
            ("word/", " Word 文档"),
            ("ppt/", "幻灯片"),
            ("content.xml", " OpenDocument 文件（.ods）"),
        ];
        let what =
            what.into_iter().find(|(mark, _)| has(mark)).map_or("压缩包", |(_, what)| what);
        return Err(format!("这是{what}，不是清单。请用表格软件另存为 .xlsx 或 .csv"));
    }
    let mut left = bytes_max;
    for at in 0..parts.len() {
        let part = parts.by_index(at).map_err(|error| match error {
            ZipError::UnsupportedArchive(_) => "文件加了密码，或压缩方式不常用".to_owned(),
            _ => DAMAGED.to_owned(),
        })?;
        let size = copy(&mut part.take(left + 1), &mut sink()).map_err(|_| DAMAGED.to_owned())?;
        left = left.checked_sub(size).ok_or_else(|| {
            format!("文件解压后超过 {} MiB，不像是清单", bytes_max / (1024 * 1024))
        })?;
    }
    Ok(())
}

/// The sheet that is asked for, or the first visible one.
fn choose(workbook: &Workbook, wanted: Option<&str>) -> Result<(String, String), String> {
    let sheets = workbook.sheets_metadata();
    let visible: Vec<&str> = sheets
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
        .map(|s| s.name.as_str())
        .collect();
    let chosen = match wanted {
        Some(name) => sheets.iter().map(|s| s.name.as_str()).find(|known| *known == name),
        None => visible.first().copied(),
    };
    let names = visible.join("、");
    let chosen = chosen.ok_or_else(|| match wanted {
        Some(name) => format!("没有工作表“{name}”。有：{names}"),
        None => "文件里没有可见的工作表".to_owned(),
    })?;
    let note = if visible.len() > 1 && wanted.is_none() {
        format!("XLSX：工作表“{chosen}”（共有：{names}；用 --sheet 选择别的）")
    } else {
        format!("XLSX：工作表“{chosen}”")
    };
    Ok((chosen.to_owned(), note))
}

/// Rows are built from the cells that are there: a range of all cells between the corners could be
/// made to need any amount of memory.
fn rows(
    workbook: &mut Workbook,
    sheet: &str,
    wanted: &Wanted<'_>,
    stop: &Stop,
    take: &mut Take<'_>,
) -> Result<(), String> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(|error| said(&error))?;
    let mut open: Option<TableRow> = None;
    let (mut read, mut rows) = (0usize, 0usize);
    let mut kept = 0usize;
    let mut text = 0usize;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|error| said(&error))? {
        read += 1;
        if read.is_multiple_of(STRIDE) && stop.is_set() {
            return Err(STOPPED.to_owned());
        }
        let (row, column) = cell.pos;
        if column >= COLUMNS_MAX {
            continue;
        }
        // Before it is copied: many cells may share one text.
        text += length(&cell.value);
        wanted.limits.hold_text(length(&cell.value), text)?;
        let value = if cell.formula.is_some() { Cell::Formula } else { plain(cell.value) };
        if value == Cell::Empty {
            continue;
        }
        let number = row.saturating_add(1);
        let ended = match &open {
            Some(last) if last.number == number => None,
            Some(last) if last.number > number => return Err(DAMAGED.to_owned()),
            _ => {
                rows += 1;
                open.replace(TableRow { number, cells: Vec::new() })
            }
        };
        hand_over(ended, take)?;
        let Some(last) = &mut open else { continue };
        let at = column as usize;
        if at >= last.cells.len() {
            kept += at + 1 - last.cells.len();
            last.cells.resize(at + 1, Cell::Empty);
        }
        last.cells[at] = value;
        wanted.limits.hold(rows, kept)?;
    }
    hand_over(open, take)
}

/// Hands over a row that has ended, unless nothing is to be seen in it.
fn hand_over(row: Option<TableRow>, take: &mut Take<'_>) -> Result<(), String> {
    let Some(mut row) = row else { return Ok(()) };
    trim(&mut row.cells);
    if row.cells.is_empty() || take(Piece::Row(row)) { Ok(()) } else { Err(STOPPED.to_owned()) }
}

/// Bytes of a cell's text.
fn length(value: &DataRef<'_>) -> usize {
    match value {
        DataRef::String(text) => text.len(),
        DataRef::SharedString(text) => text.len(),
        _ => 0,
    }
}

fn plain(value: DataRef<'_>) -> Cell {
    match Data::from(value) {
        Data::Empty => Cell::Empty,
        // Beyond 2^53 a cell never was exact.
        Data::Int(number) => Cell::Number(number as f64),
        Data::Float(number) => Cell::Number(number),
        Data::String(text) => Cell::Text(text),
        Data::Bool(flag) => Cell::Flag(flag),
        Data::DateTime(when) => Cell::Date(date(when)),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Date(text),
        Data::Error(error) => Cell::Fault(error.to_string()),
    }
}

fn date(when: ExcelDateTime) -> String {
    if when.is_duration() {
        return when.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = when.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

/// A merged area of more than one cell.
fn area(merged: &Dimensions) -> Option<Area> {
    let (top, left) = merged.start;
    let (bottom, right) = merged.end;
    (merged.start != merged.end).then(|| Area {
        rows: (top.saturating_add(1), bottom.saturating_add(1)),
        columns: (left, right),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Limits;
    use proptest::prelude::*;
    use std::io::Write;
    use zip::{ZipWriter, write::SimpleFileOptions};

    fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_before_it_is_read() {
        let zeros = vec![0u8; 3 * 1024 * 1024];
        let bytes = packed(&[("xl/workbook.xml", &zeros)]);
        assert!(bytes.len() < 100_000);
        let why = measure(&bytes, 2 * 1024 * 1024).unwrap_err();
        assert!(why.contains("解压后超过 2 MiB"), "{why}");
        assert!(measure(&bytes, 3 * 1024 * 1024).is_ok());
    }

    #[test]
    fn other_packed_files_are_named() {
        for (part, says) in [
            ("xl/workbook.bin", ".xlsb"),
            ("word/document.xml", "Word"),
            ("content.xml", ".ods"),
            ("photo.jpg", "压缩包"),
        ] {
            let why = measure(&packed(&[(part, b"x")]), 1_000).unwrap_err();
            assert!(why.contains(says), "{why}");
        }
    }

    const LIMITS: Limits = Limits {
        rows_max: 100,
        cells_max: 1_000,
        text_bytes_max: 100_000,
        unpacked_bytes_max: 1 << 20,
    };
    const WANTED: Wanted<'static> = Wanted { sheet: None, limits: LIMITS, fit: &|_| 0 };

    fn read(bytes: Vec<u8>) -> Result<crate::List, String> {
        crate::whole(|take| each(bytes, &WANTED, &Stop::default(), take))
    }

    #[test]
    fn one_text_in_many_cells_takes_no_more_memory_than_allowed() {
        let read = |text: &str, cells: u16, first: u16| {
            let mut book = rust_xlsxwriter::Workbook::new();
            let sheet = book.add_worksheet();
            for column in 0..cells {
                sheet.write(0, first + column, text).unwrap();
            }
            read(book.save_to_buffer().unwrap())
        };
        let long = "长".repeat(5_000);
        assert!(read(&long, 6, 0).is_ok());
        assert!(read(&long, 7, 0).unwrap_err().contains("文字太多"));
        assert!(read(&long, 200, 300).is_ok(), "columns that nobody looks at cost nothing");
        assert!(read(&"长".repeat(10_923), 1, 0).unwrap_err().contains("文字太多"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_workbook_with_any_byte_changed_gets_an_answer(
            at in any::<prop::sample::Index>(), to: u8
        ) {
            let mut book = rust_xlsxwriter::Workbook::new();
            book.add_worksheet().write(0, 0, "门").unwrap().write(1, 0, 13_800_138_000.0).unwrap();
            let mut bytes = book.save_to_buffer().unwrap();
            let at = at.index(bytes.len());
            bytes[at] = to;
            let _ = read(bytes);
        }
    }
}
