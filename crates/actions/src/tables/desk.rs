//! One row of a list on the desk: its texts, and everything that is wrong with it at the cell where it is.

use super::{
    Area, Cell, Column, Finding, Header, TableRow, Weight, cells, columns::COLUMNS, names::Names,
};
use domain::fields::Complaints;

/// One row on the table.
pub(crate) struct Desk<'a> {
    header: &'a Header,
    row: &'a TableRow,
    merged: &'a [Area],
    texts: [String; COLUMNS],
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Desk<'a> {
    /// Reads the cells of these columns; what is wrong with a cell itself is said here.
    pub(crate) fn new(
        header: &'a Header,
        row: &'a TableRow,
        merged: &'a [Area],
        columns: &[Column],
    ) -> Self {
        let texts = std::array::from_fn(|_| String::new());
        let mut desk = Self { header, row, merged, texts, findings: Vec::new() };
        for area in merged {
            desk.findings.push(Finding {
                row: row.number,
                column: area.columns.0,
                title: header.title_at(area.columns.0),
                value: row.cell(area.columns.0).shown(),
                says: format!("在合并单元格 {} 内，请取消合并，每行都填写", area.name()),
                weight: Weight::Bad,
            });
        }
        for &column in columns {
            if desk.is_merged(column) {
                continue;
            }
            match cells::text(desk.cell(column), column) {
                Ok(text) => desk.texts[column as usize] = text,
                Err(trouble) => desk.say(column, trouble.says().to_owned(), Weight::Bad),
            }
        }
        desk
    }

    /// The row's number in the spreadsheet, from 1.
    pub(crate) fn number(&self) -> u32 {
        self.row.number
    }

    fn cell(&self, column: Column) -> &'a Cell {
        self.header.place(column).map_or(&Cell::Empty, |at| self.row.cell(at))
    }

    fn is_merged(&self, column: Column) -> bool {
        let within = |at: u32| self.merged.iter().any(|a| a.columns.0 <= at && at <= a.columns.1);
        self.header.place(column).is_some_and(within)
    }

    /// Whether something bad has been said about this column already.
    pub(crate) fn is_settled(&self, column: Column) -> bool {
        let at = self.header.place(column);
        let said = |f: &Finding| f.weight == Weight::Bad && Some(f.column) == at;
        self.is_merged(column) || self.findings.iter().any(said)
    }

    pub(crate) fn say(&mut self, column: Column, says: String, weight: Weight) {
        let at = self.header.place(column).unwrap_or(0);
        self.findings.push(Finding {
            row: self.row.number,
            column: at,
            title: self.header.title_at(at),
            value: self.row.cell(at).shown(),
            says,
            weight,
        });
    }

    /// Looks a text up, unless its cell is settled; what is wrong is said at the cell.
    pub(crate) fn resolved<T>(
        &mut self,
        column: Column,
        look: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self.is_settled(column) {
            return None;
        }
        look(&self.texts[column as usize]).map_err(|says| self.say(column, says, Weight::Bad)).ok()
    }

    pub(crate) fn put(&mut self, column: Column, text: Option<String>) {
        self.texts[column as usize] = text.unwrap_or_default();
    }

    pub(crate) fn text(&self, column: Column) -> String {
        self.texts[column as usize].clone()
    }

    /// Says a form's complaints at their cells, except where more has been said already, or where
    /// a township stays open because its county is.
    pub(crate) fn heard<T>(
        &mut self,
        checked: Result<T, Complaints>,
        column_of: fn(&str) -> Option<Column>,
    ) -> Option<T> {
        let complaints = match checked {
            Ok(value) => return Some(value),
            Err(complaints) => complaints,
        };
        for complaint in complaints.0 {
            let Some(column) = column_of(complaint.field) else { continue };
            let open = column == Column::Township && self.is_settled(Column::County);
            if !self.is_settled(column) && !open {
                self.say(column, complaint.says.to_owned(), Weight::Bad);
            }
        }
        None
    }

    /// Turns the names of county and township into their codes; whether an empty township is one too
    /// few is `township_needed`. The code of the county, when it is known.
    pub(crate) fn resolve_region(
        &mut self,
        names: &Names,
        township_needed: bool,
    ) -> Option<String> {
        let county = self.resolved(Column::County, |text| names.county(text).cloned());
        let code = county.as_ref().map(|code| code.as_str().to_owned());
        self.put(Column::County, code.clone());
        let left_out = !township_needed && self.texts[Column::Township as usize].is_empty();
        // Which township is meant cannot be said without its county.
        let township = county.filter(|_| !left_out).and_then(|county| {
            self.resolved(Column::Township, |text| {
                names.township(&county, text).map(|code| code.as_str().to_owned())
            })
        });
        self.put(Column::Township, township);
        code
    }

    /// Whether the row is to be refused.
    pub(crate) fn is_bad(&self) -> bool {
        self.findings.iter().any(|finding| finding.weight == Weight::Bad)
    }
}

/// Whether a row has something in one of these columns.
pub(crate) fn is_blank(header: &Header, row: &TableRow, columns: &[Column]) -> bool {
    let cell = |column| header.place(column).map_or(&Cell::Empty, |at| row.cell(at));
    columns.iter().all(|column| cell(*column).is_blank())
}
