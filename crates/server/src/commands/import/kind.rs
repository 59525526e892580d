//! What a list can be about.

use actions::{
    Answer, House,
    tables::{Checked, FromRow, Header, Table, TableRow, Weight},
};
use domain::time::UnixMs;

/// What became of rows that were saved together.
#[derive(Default)]
pub(crate) struct Batch {
    /// So many are there now.
    pub(super) imported: usize,
    /// So many were there and are otherwise now.
    pub(super) changed: usize,
    /// So many were there just so.
    pub(super) there: usize,
    /// Rows, from 0 within the batch, that became something else, and what.
    pub(super) said: Vec<(usize, &'static str, Weight)>,
}

/// What a list is about: its header, how its rows are judged and how they are saved.
pub(crate) trait Kind {
    /// A row that may be saved.
    type Row: FromRow;
    /// Rows of one transaction.
    const BATCH_ROWS: usize;
    /// What is said when there was nothing to do.
    const NOTHING_NEW: &'static str;
    /// Whether rows that are there can become otherwise.
    const CHANGES: bool;

    /// Finds the header.
    fn header(rows: &[TableRow]) -> Result<Header, String>;

    /// Checks every row; `None` when `go_on` stopped it.
    async fn check(
        house: &House,
        table: &Table,
        header: &Header,
        go_on: &mut (dyn FnMut(usize) -> bool + '_),
    ) -> Answer<Option<Checked<Self::Row>>>;

    /// Is told what will be saved.
    fn begins(&self, _rows: &[Self::Row]) {}

    /// Saves rows of a list whose import began at `begun`.
    async fn save(house: &House, rows: &[Self::Row], begun: UnixMs) -> Answer<Batch>;

    /// What is left to do when all good rows are saved; `complete` says whether no row was bad. What
    /// there is to say about it.
    async fn afterwards(
        &self,
        _house: &House,
        _begun: UnixMs,
        _complete: bool,
    ) -> Answer<Option<String>> {
        Ok(None)
    }
}
