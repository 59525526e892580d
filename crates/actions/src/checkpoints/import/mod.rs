//! Taking over the authority's own list of doors: every row is checked before any is saved.
//!
//! A reader hands in a [`Table`] of plain cells; [`find_header`] says which column is what;
//! [`check`] judges every row; [`save`] writes good rows, whole ones only.

mod cells;
mod check;
mod columns;
mod judge;
mod places;
mod save;
mod table;
#[cfg(test)]
mod tests;

pub use check::{Checked, check};
pub use columns::{Column, Header, find_header, known_columns};
pub use judge::{Finding, GoodRow, Weight};
pub use save::{BATCH_ROWS, Saved, save};
pub use table::{Area, Cell, Table, TableRow, column_letters};

/// Most rows of a list beneath its header.
pub const ROWS_MAX: usize = 200_000;
/// Most cells of a list; more would not fit a small machine's memory.
pub const CELLS_MAX: usize = 6_000_000;
/// Columns beyond this one are not looked at.
pub const COLUMNS_MAX: u32 = 256;
/// The header stands in one of this many first rows.
pub const HEADER_ROWS_MAX: u32 = 10;
/// Most merged areas of a list, and most rows that they touch together.
pub const MERGED_MAX: usize = 1_000_000;
/// Most findings that are kept; the rest are counted.
pub const FINDINGS_MAX: usize = 500_000;
