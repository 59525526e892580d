//! Lists as text: the encoding and the separator are found out, quotes are undone.

use super::source::{List, Stop};
use actions::checkpoints::import::{
    CELLS_MAX, COLUMNS_MAX, Cell, HEADER_ROWS_MAX, ROWS_MAX, Table, TableRow, known_columns,
};
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Separators in the order in which they are tried.
const SEPARATORS: [(u8, &str); 4] =
    [(b',', "逗号"), (b'\t', "制表符"), (b';', "分号"), (b'|', "竖线")];

/// Reads a list from text in UTF-8, UTF-16 with a byte order mark, or GB18030.
pub(super) fn read(bytes: &[u8], stop: &Stop) -> Result<List, String> {
    let (text, encoding) = decode(bytes)?;
    if text.contains('\0') {
        return Err("这不是文字文件。只能读取 .xlsx 和 .csv".to_owned());
    }
    let fit = |separator| {
        let first = Rows::new(&text, separator).take(HEADER_ROWS_MAX as usize);
        known_columns(&first.map_while(Result::ok).collect::<Vec<_>>())
    };
    // The first of the best, so that a list without any known title counts as comma separated.
    let best = SEPARATORS.into_iter().rev().max_by_key(|(separator, _)| fit(*separator));
    let (separator, name) = best.unwrap_or(SEPARATORS[0]);
    let mut table = Table::default();
    let mut cells = 0;
    for row in Rows::new(&text, separator) {
        if stop.is_set() {
            return Err("已中断".to_owned());
        }
        let row = row?;
        if row.cells.is_empty() {
            continue;
        }
        cells += row.cells.len();
        table.rows.push(row);
        within(table.rows.len(), cells)?;
    }
    Ok(List { table, note: Some(format!("CSV：{encoding}，{name}分隔")) })
}

/// Refuses a list with too many rows or cells.
pub(super) fn within(rows: usize, cells: usize) -> Result<(), String> {
    if rows > ROWS_MAX + HEADER_ROWS_MAX as usize {
        return Err(format!("超过 {ROWS_MAX} 行，请拆成几个清单分别导入"));
    }
    if cells > CELLS_MAX {
        return Err(format!("超过 {CELLS_MAX} 个单元格，请删去用不到的列，或拆成几个清单"));
    }
    Ok(())
}

fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, &'static str), String> {
    const UNKNOWN: &str = "文字编码既不是 UTF-8 也不是 GB18030，请另存为“CSV UTF-8”或 .xlsx";
    if let Some((encoding, length)) = Encoding::for_bom(bytes)
        && (encoding == UTF_16LE || encoding == UTF_16BE)
    {
        let rest = bytes.get(length..).unwrap_or_default();
        let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
        return Ok((text.ok_or(UNKNOWN)?, "UTF-16"));
    }
    let bare = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bare) {
        return Ok((Cow::Borrowed(text), "UTF-8"));
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    Ok((text.ok_or(UNKNOWN)?, "GB18030"))
}

/// The rows of a separated text, numbered as a spreadsheet numbers them: a line break within
/// quotes starts no row, an empty line is one (without cells here).
pub(super) struct Rows<'a> {
    rest: &'a [u8],
    separator: u8,
    number: u32,
    over: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str, separator: u8) -> Self {
        Self { rest: text.as_bytes(), separator, number: 0, over: false }
    }

    /// One field and how it ended. A quote opens a quoted part only at the field's start.
    fn field(&mut self) -> Result<(String, End), String> {
        let mut field = Vec::new();
        if let Some(inside) = self.rest.strip_prefix(b"\"") {
            self.rest = inside;
            self.quoted(&mut field)?;
        }
        let at = self.rest.iter().position(|b| *b == self.separator || matches!(b, b'\n' | b'\r'));
        let (plain, after) = self.rest.split_at(at.unwrap_or(self.rest.len()));
        field.extend_from_slice(plain);
        let end = match after {
            [] => End::Text,
            [b, ..] if *b == self.separator => End::Field,
            _ => End::Row,
        };
        let length = if after.starts_with(b"\r\n") { 2 } else { 1 };
        self.rest = after.get(length..).unwrap_or_default();
        // The text is UTF-8 and was cut at ASCII only.
        Ok((String::from_utf8_lossy(&field).into_owned(), end))
    }

    /// Up to and over the closing quote; two quotes are one.
    fn quoted(&mut self, field: &mut Vec<u8>) -> Result<(), String> {
        loop {
            let at = self.rest.iter().position(|b| *b == b'"');
            let Some(at) = at else {
                return Err(format!("第 {} 行有一个引号没有结束，请补上或删去", self.number));
            };
            let (plain, after) = self.rest.split_at(at);
            field.extend_from_slice(plain);
            let after = after.get(1..).unwrap_or_default();
            match after.strip_prefix(b"\"") {
                Some(rest) => {
                    field.push(b'"');
                    self.rest = rest;
                }
                None => {
                    self.rest = after;
                    return Ok(());
                }
            }
        }
    }
}

enum End {
    Field,
    Row,
    Text,
}

impl Iterator for Rows<'_> {
    type Item = Result<TableRow, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over || self.rest.is_empty() {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let mut cells = Vec::new();
        loop {
            let (field, end) = match self.field() {
                Ok(field) => field,
                Err(why) => {
                    self.over = true;
                    return Some(Err(why));
                }
            };
            if cells.len() < COLUMNS_MAX as usize {
                cells.push(if field.is_empty() { Cell::Empty } else { Cell::Text(field) });
            }
            if !matches!(end, End::Field) {
                break;
            }
        }
        trim(&mut cells);
        Some(Ok(TableRow { number: self.number, cells }))
    }
}

/// Drops blank cells from the end.
pub(super) fn trim(cells: &mut Vec<Cell>) {
    while cells.last().is_some_and(Cell::is_blank) {
        cells.pop();
    }
}
