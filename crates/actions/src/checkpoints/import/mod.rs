//! Taking over the authority's own list of doors: every row is checked before any is saved.
//!
//! A reader hands in a [`Table`](crate::tables::Table) of plain cells;
//! [`find_header`](crate::tables::find_header) says which column is what; [`check`] judges every row;
//! [`save`] writes good rows, whole ones only.

mod check;
mod judge;
mod save;
#[cfg(test)]
mod tests;

pub use check::check;
pub use judge::GoodRow;
pub use save::{BATCH_ROWS, Saved, save};
