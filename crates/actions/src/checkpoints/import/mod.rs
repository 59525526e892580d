//! Taking over the authority's own list of doors: every row is checked before any is saved.
//!
//! A reader hands in a [`Table`] of plain cells; [`find_header`] says which column is what;
//! [`check`] judges every row; [`save`] writes good rows, whole ones only.

pub(crate) mod cells;
pub(crate) mod check;
mod columns;
mod judge;
pub(crate) mod places;
mod save;
#[cfg(test)]
mod tests;

pub use cells::CellTrouble;
pub use check::{Checked, check};
pub use columns::{Column, Header, find_header, known_columns};
pub use judge::{Finding, GoodRow, Weight};
pub use lists::{Area, Cell, HEADER_ROWS_MAX, MERGED_MAX, Table, TableRow, column_letters};
pub use save::{BATCH_ROWS, Saved, save};

/// Most rows of a list beneath its header.
pub const ROWS_MAX: usize = 200_000;
/// Most cells of a list; more would not fit a small machine's memory.
pub const CELLS_MAX: usize = 6_000_000;
/// Most findings that are kept; the rest are counted.
pub const FINDINGS_MAX: usize = 500_000;
