//! Lists as text: the encoding and the separator are found out, quotes are undone.

use crate::{COLUMNS_MAX, Cell, HEADER_ROWS_MAX, Piece, STOPPED, Stop, TableRow, Take, Wanted};
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Separators in the order in which they are tried.
const SEPARATORS: [(u8, &str); 4] =
    [(b',', "逗号"), (b'\t', "制表符"), (b';', "分号"), (b'|', "竖线")];

/// Reads a list from text in UTF-8, UTF-16 with a byte order mark, or GB18030.
pub(crate) fn each(
    bytes: &[u8],
    wanted: &Wanted<'_>,
    stop: &Stop,
    take: &mut Take<'_>,
) -> Result<(), String> {
    let (text, encoding) = decode(bytes)?;
    if text.contains('\0') {
        return Err("这不是文字文件。只能读取 .xlsx 和 .csv".to_owned());
    }
    let fit = |separator| {
        let first = Rows::new(&text, separator).take(HEADER_ROWS_MAX as usize);
        (wanted.fit)(&first.map_while(Result::ok).collect::<Vec<_>>())
    };
    // The first of the best, so that a list without any known title counts as comma separated.
    let best = SEPARATORS.into_iter().rev().max_by_key(|(separator, _)| fit(*separator));
    let (separator, name) = best.unwrap_or(SEPARATORS[0]);
    let note = format!("CSV：{encoding}，{name}分隔");
    if !take(Piece::Begin { note, merged: Vec::new() }) {
        return Err(STOPPED.to_owned());
    }
    let (mut rows, mut cells) = (0, 0);
    for row in Rows::new(&text, separator) {
        if stop.is_set() {
            return Err(STOPPED.to_owned());
        }
        let row = row?;
        if row.cells.is_empty() {
            continue;
        }
        cells += row.cells.len();
        rows += 1;
        wanted.limits.hold(rows, cells)?;
        if !take(Piece::Row(row)) {
            return Err(STOPPED.to_owned());
        }
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
pub(crate) struct Rows<'a> {
    rest: &'a [u8],
    separator: u8,
    number: u32,
    over: bool,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(text: &'a str, separator: u8) -> Self {
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
pub(crate) fn trim(cells: &mut Vec<Cell>) {
    while cells.last().is_some_and(Cell::is_blank) {
        cells.pop();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Limits;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits {
        rows_max: 100,
        cells_max: 1_000,
        text_bytes_max: 100_000,
        unpacked_bytes_max: 1_000,
    };
    const WANTED: Wanted<'static> = Wanted { sheet: None, limits: LIMITS, fit: &|_| 0 };

    fn read(bytes: &[u8]) -> Result<crate::List, String> {
        crate::whole(|take| each(bytes, &WANTED, &Stop::default(), take))
    }

    fn texts(rows: &str, separator: u8) -> Vec<Vec<String>> {
        let rows = Rows::new(rows, separator).map(Result::unwrap);
        rows.map(|row| row.cells.iter().map(Cell::shown).collect()).collect()
    }

    #[test]
    fn too_many_rows_or_cells_are_refused() {
        let read = |text: &str| read(text.as_bytes());
        assert!(read(&"a\n".repeat(110)).is_ok(), "the header's rows do not count");
        assert!(read(&"a\n".repeat(111)).unwrap_err().contains("超过 100 行"));
        let wide = format!("{}a\n", "a,".repeat(100)).repeat(10);
        assert!(read(&wide).unwrap_err().contains("超过 1000 个单元格"));
    }

    proptest! {
        #[test]
        fn what_a_writer_quotes_is_read_back(
            rows in prop::collection::vec(
                prop::collection::vec("[a-z阜,\"\n\r =]{0,4}x", 1..5), 1..6)
        ) {
            let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            prop_assert_eq!(texts(&text, b','), rows);
        }

        #[test]
        fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn any_text_gets_an_answer(text in "[a-z,\"\r\n\t;|阜单位电话]{0,80}") {
            let _ = read(text.as_bytes());
        }
    }
}
