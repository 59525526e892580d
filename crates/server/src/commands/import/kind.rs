//! What a list can be about.

use super::{ImportArgs, progress::Progress, source};
use actions::{
    Answer, House,
    tables::{Checked, FromRow, Header, Table, TableRow, Weight},
};
use domain::time::UnixMs;
use lists::Stop;

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

/// What is read, for which house, and since when.
pub(crate) struct Work<'a> {
    pub(super) house: &'a House,
    pub(super) args: &'a ImportArgs,
    pub(super) stop: &'a Stop,
    pub(super) begun: UnixMs,
}

/// What reading and checking came to.
pub(crate) enum Examined<Row> {
    /// It cannot be taken, and why.
    Refused(String),
    /// Every row was looked at.
    Checked(Box<Header>, Checked<Row>),
}

/// A list that is read whole before it is checked.
pub(crate) trait Whole: Kind {
    /// Finds the header.
    fn header(rows: &[TableRow]) -> Result<Header, String>;

    /// Checks every row; `None` when `go_on` stopped it.
    async fn check(
        house: &House,
        table: &Table,
        header: &Header,
        go_on: &mut (dyn FnMut(usize) -> bool + '_),
    ) -> Answer<Option<Checked<Self::Row>>>;
}

/// Reads a list whole and checks it.
pub(super) async fn examine_whole<K: Whole>(
    work: &Work<'_>,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Examined<K::Row>> {
    let Work { house, args, stop, .. } = *work;
    let list = match source::read(&args.file, args.sheet.as_deref(), stop).await {
        Ok(list) => list,
        Err(why) => return Ok(Examined::Refused(why)),
    };
    if let Some(note) = &list.note {
        progress.say(note)?;
    }
    let header = match K::header(&list.table.rows) {
        Ok(header) => header,
        Err(why) => return Ok(Examined::Refused(why)),
    };
    let total = list.table.rows.iter().filter(|row| row.number > header.row).count();
    let mut step = |done| {
        // A terminal that is gone does not stop an import.
        let _gone = progress.step("检查 checking", done, total);
        !stop.is_set()
    };
    let checked = K::check(house, &list.table, &header, &mut step).await;
    progress.end()?;
    match checked {
        Ok(Some(checked)) => Ok(Examined::Checked(Box::new(header), checked)),
        Ok(None) => Ok(Examined::Refused(String::new())),
        Err(actions::Failure::Conflict(why)) => Ok(Examined::Refused(why.to_owned())),
        Err(error) => Err(error.into()),
    }
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

    /// Reads the list and checks every row.
    async fn examine(
        work: &Work<'_>,
        progress: &mut Progress<'_>,
    ) -> anyhow::Result<Examined<Self::Row>>;

    /// Is told what will be saved, and may put it into another order.
    async fn begins(&self, _house: &House, _rows: &mut [Self::Row]) -> Answer<()> {
        Ok(())
    }

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
