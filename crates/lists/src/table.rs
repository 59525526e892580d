//! A list as it was read: rows of plain cells, numbered as the spreadsheet numbers them.

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A date or a time, as it reads.
    Date(String),
    /// Yes or no.
    Flag(bool),
    /// A formula; what it last came to is not trusted.
    Formula,
    /// An error value such as `#N/A`.
    Fault(String),
}

/// A row that has something in it.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// Number in the spreadsheet, from 1.
    pub number: u32,
    /// Cells from column A on; shorter when the rest is empty.
    pub cells: Vec<Cell>,
}

/// A merged area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// First and last row, from 1.
    pub rows: (u32, u32),
    /// First and last column, from 0.
    pub columns: (u32, u32),
}

/// A list as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Rows with something in them, in order.
    pub rows: Vec<TableRow>,
    /// Merged areas.
    pub merged: Vec<Area>,
}

impl TableRow {
    /// The cell in this column (from 0).
    #[must_use]
    pub fn cell(&self, column: u32) -> &Cell {
        let at = usize::try_from(column).unwrap_or(usize::MAX);
        self.cells.get(at).unwrap_or(&Cell::Empty)
    }
}

impl Area {
    /// `A5:B9`
    #[must_use]
    pub fn name(&self) -> String {
        let (first, last) = self.columns;
        let (top, bottom) = self.rows;
        format!("{}{top}:{}{bottom}", column_letters(first), column_letters(last))
    }
}

/// The letters of a column counted from 0: `A`, `Z`, `AA`.
#[must_use]
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

impl Cell {
    /// What a person sees in the cell.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Date(text) | Self::Fault(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
            Self::Formula => "=…".to_owned(),
        }
    }

    /// Whether there is nothing to see in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => domain::text::tidy(text).is_empty(),
            _ => false,
        }
    }
}
