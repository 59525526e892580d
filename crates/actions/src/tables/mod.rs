//! Tables as people write them, understood: which column is what, what a cell means, which county,
//! township or category is named, and what there is to say about a row.

pub(crate) mod cells;
mod columns;
pub(crate) mod desk;
mod findings;
pub(crate) mod names;
#[cfg(test)]
mod tests;

pub use cells::CellTrouble;
pub use columns::{
    Column, Header, find_header, find_header_of_places, find_header_of_statuses, known_columns,
};
pub use findings::{Checked, Finding, FromRow, Weight};
pub(crate) use findings::{Judged, check_rows, merged_by_row};
pub use lists::{Area, Cell, HEADER_ROWS_MAX, MERGED_MAX, Table, TableRow, column_letters};

/// Most rows of a list of the authority beneath its header.
pub const ROWS_MAX: usize = 200_000;
/// Most cells of such a list; more would not fit a small machine's memory.
pub const CELLS_MAX: usize = 6_000_000;
/// Most rows of a list of health statuses: a spreadsheet has no more.
pub const STATUS_ROWS_MAX: usize = 1_048_576;
/// Most cells of such a list. It is read row by row and never kept whole.
pub const STATUS_CELLS_MAX: usize = 64 * STATUS_ROWS_MAX;
/// Most findings that are kept; the rest are counted.
pub const FINDINGS_MAX: usize = 500_000;
