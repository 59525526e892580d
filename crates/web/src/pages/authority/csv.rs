//! CSV as spreadsheet programs in China open it: UTF-8 with a byte order mark, CRLF, and no cell
//! that would run as a formula (RFC 4180 for the quoting).

use domain::text::harmless_cell;

/// Tells a spreadsheet program that the file is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A table under construction.
#[derive(Debug)]
pub struct Csv(String);

impl Csv {
    /// An empty table with its first line.
    #[must_use]
    pub fn new(head: &[&str]) -> Self {
        let mut csv = Self(BYTE_ORDER_MARK.to_owned());
        csv.row(head);
        csv
    }

    /// Adds a line.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.cell(cell.as_ref());
        }
        self.0.push_str("\r\n");
    }

    /// The whole file.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    fn cell(&mut self, text: &str) {
        // Names and addresses are typed by strangers, and this file is opened by an investigator.
        let text = harmless_cell(text);
        if text.contains(['"', ',', '\r', '\n']) {
            self.0.push('"');
            self.0.push_str(&text.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn written(cells: &[&str]) -> String {
        let mut csv = Csv::new(&["a"]);
        csv.row(cells);
        let text = String::from_utf8(csv.into_bytes()).unwrap();
        text.strip_prefix("\u{feff}a\r\n").unwrap().to_owned()
    }

    /// A reader of its own, straight from RFC 4180.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
        let mut chars = text.chars().peekable();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    cell.push('"');
                    chars.next();
                }
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut cell)),
                '\r' if !quoted && chars.peek() == Some(&'\n') => {
                    chars.next();
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                other => cell.push(other),
            }
        }
        rows
    }

    #[test]
    fn plain_cells_stay_plain() {
        assert_eq!(written(&["1", "刘*英", "老味道牛肉馍 正门"]), "1,刘*英,老味道牛肉馍 正门\r\n");
        assert_eq!(written(&["", ""]), ",\r\n");
    }

    #[test]
    fn quotes_commas_and_line_ends_are_wrapped() {
        assert_eq!(
            written(&["a,b", "say \"x\"", "a\nb"]),
            "\"a,b\",\"say \"\"x\"\"\",\"a\nb\"\r\n"
        );
    }

    #[test]
    fn nothing_runs_as_a_formula() {
        for bad in ["=1+1", "+86", "-1", "@SUM(A1)", "\tx", "\rx", "=\"a\",b"] {
            let cell = read(&written(&[bad])).remove(0).remove(0);
            assert_eq!(cell, format!("'{bad}"));
        }
        assert_eq!(written(&["1-2", "a=b"]), "1-2,a=b\r\n");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_cell_by_cell(
            rows in proptest::collection::vec(proptest::collection::vec("[a-z张\"', =+@\r\n\t-]{0,8}", 3), 0..8)
        ) {
            let mut csv = Csv::new(&["x", "y", "z"]);
            for row in &rows {
                csv.row(row);
            }
            let text = String::from_utf8(csv.into_bytes()).unwrap();
            let back = read(text.strip_prefix('\u{feff}').unwrap());
            prop_assert_eq!(back.len(), rows.len() + 1);
            for (cells, row) in back[1..].iter().zip(&rows) {
                for (cell, typed) in cells.iter().zip(row) {
                    prop_assert_eq!(&*harmless_cell(cell), cell.as_str());
                    prop_assert_eq!(cell.as_str(), &*harmless_cell(typed));
                }
            }
        }
    }
}
