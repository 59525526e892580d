//! Lists as people make them: workbooks and separated text in, plain cells out; and workbooks to be
//! filled in.
//!
//! [`read`] finds out what a file is, whatever its name says, and never takes more memory than its
//! [`Limits`] allow for. What is wrong comes back as a Chinese sentence that says what to do.

mod fill_in;
mod kind;
mod table;
mod text;
mod workbook;

pub use fill_in::{FillIn, FillInColumn};
pub use table::{Area, Cell, Table, TableRow, column_letters};

use kind::{Kind, kind};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Columns beyond this one are not looked at.
pub const COLUMNS_MAX: u32 = 256;
/// The header stands in one of this many first rows.
pub const HEADER_ROWS_MAX: u32 = 10;
/// Most merged areas of a list, and most rows that they touch together.
pub const MERGED_MAX: usize = 1_000_000;

/// How much a list may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows beneath the header.
    pub rows_max: usize,
    /// Cells.
    pub cells_max: usize,
    /// Bytes of text in the cells of a workbook, where many may share one text.
    pub text_bytes_max: usize,
    /// Bytes of a workbook when unpacked.
    pub unpacked_bytes_max: u64,
}

/// What is to be read of a file.
pub struct Wanted<'a> {
    /// The worksheet; the first visible one when none is named.
    pub sheet: Option<&'a str>,
    /// How much it may be.
    pub limits: Limits,
    /// How well the first rows fit, for finding out the separator of a text.
    pub fit: &'a dyn Fn(&[TableRow]) -> usize,
}

/// Set when the reading is to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whoever reads stops soon.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A list as it was read, and what the reader chose on the way.
#[derive(Debug)]
pub struct List {
    /// The cells.
    pub table: Table,
    /// Encoding and separator, or the worksheet.
    pub note: Option<String>,
}

/// A piece of a list that is read piece by piece.
#[derive(Debug)]
pub enum Piece {
    /// Comes first: what the reader chose, and the merged areas.
    Begin {
        /// Encoding and separator, or the worksheet.
        note: String,
        /// Merged areas.
        merged: Vec<Area>,
    },
    /// A row with something in it; rows come in order.
    Row(TableRow),
}

/// Takes a piece; `false` stops the reading.
pub(crate) type Take<'a> = dyn FnMut(Piece) -> bool + 'a;

/// What is said when the reading was stopped.
pub(crate) const STOPPED: &str = "已中断";

/// Puts pieces together again.
fn whole(read: impl FnOnce(&mut Take<'_>) -> Result<(), String>) -> Result<List, String> {
    let mut list = List { table: Table::default(), note: None };
    read(&mut |piece| {
        match piece {
            Piece::Begin { note, merged } => {
                list.note = Some(note);
                list.table.merged = merged;
            }
            Piece::Row(row) => list.table.rows.push(row),
        }
        true
    })?;
    Ok(list)
}

/// What to say of a file that a reader gives up on.
pub const DAMAGED: &str = "文件已损坏，读不出来；请用表格软件打开后另存一份";

/// Reads a list. May panic inside a reader on a damaged file: run it where that is caught.
///
/// # Errors
/// A Chinese sentence: what the file is instead, or which limit it exceeds, and what to do.
pub fn read(bytes: Vec<u8>, wanted: &Wanted<'_>, stop: &Stop) -> Result<List, String> {
    whole(|take| each(bytes, wanted, stop, take))
}

/// As [`read`], handing over one row after the other: besides the bytes of the file, no more than a
/// row is held (of a workbook, its table of texts as well). `take` stops the reading by `false`.
///
/// # Errors
/// As [`read`]; what came before was handed over.
pub fn each(
    bytes: Vec<u8>,
    wanted: &Wanted<'_>,
    stop: &Stop,
    take: &mut (dyn FnMut(Piece) -> bool + '_),
) -> Result<(), String> {
    if bytes.is_empty() {
        return Err("文件是空的".to_owned());
    }
    match kind(&bytes) {
        Kind::Zip => workbook::each(bytes, wanted, stop, take),
        Kind::Text => text::each(&bytes, wanted, stop, take),
        Kind::Other(what) => {
            Err(format!("这是{what}，不是清单。只能读取 .xlsx 和 .csv，请用表格软件另存为其中一种"))
        }
    }
}

/// Most bytes of one cell's text. Spreadsheets allow 32,767 characters; nothing in a list needs a
/// tenth of that.
const CELL_BYTES_MAX: usize = 32_767;

impl Limits {
    /// Refuses a cell, or a list, with too much text.
    fn hold_text(&self, cell: usize, all: usize) -> Result<(), String> {
        if cell > CELL_BYTES_MAX || all > self.text_bytes_max {
            return Err("文字太多，不像是清单；请删去用不到的列，或拆成几个清单".to_owned());
        }
        Ok(())
    }

    /// Refuses a list with too many rows or cells.
    fn hold(&self, rows: usize, cells: usize) -> Result<(), String> {
        let (rows_max, cells_max) = (self.rows_max, self.cells_max);
        if rows > rows_max + HEADER_ROWS_MAX as usize {
            return Err(format!("超过 {rows_max} 行，请拆成几个清单分别导入"));
        }
        if cells > cells_max {
            return Err(format!("超过 {cells_max} 个单元格，请删去用不到的列，或拆成几个清单"));
        }
        Ok(())
    }
}
