//! Lists of doors.

use super::{
    kind::{Batch, Examined, Kind, Whole, Work, examine_whole},
    progress::Progress,
};
use actions::{
    Answer, House,
    checkpoints::import::{self, GoodRow, Saved},
    tables::{Checked, Column, Header, Table, TableRow, Weight, find_header},
};
use domain::time::UnixMs;

/// A list of doors.
pub(crate) struct Checkpoints;

impl Kind for Checkpoints {
    type Row = GoodRow;
    const BATCH_ROWS: usize = import::BATCH_ROWS;
    const NOTHING_NEW: &'static str = "没有新的检查点可以导入 (nothing new)";
    const CHANGES: bool = false;

    async fn examine(
        work: &Work<'_>,
        progress: &mut Progress<'_>,
    ) -> anyhow::Result<Examined<GoodRow>> {
        examine_whole::<Self>(work, progress).await
    }

    async fn save(house: &House, rows: &[GoodRow], _begun: UnixMs) -> Answer<Batch> {
        let mut batch = Batch::default();
        for (at, saved) in import::save(house, rows).await?.into_iter().enumerate() {
            match saved {
                Saved::Imported => batch.imported += 1,
                Saved::AlreadyThere => {
                    let says = "已存在：刚才有人申请了同一个门，不再导入";
                    batch.said.push((at, says, Weight::There));
                }
                Saved::NotSaved => {
                    let says = "数据库没有保存这一行，请稍后重新运行";
                    batch.said.push((at, says, Weight::Bad));
                }
            }
        }
        Ok(batch)
    }
}

impl Whole for Checkpoints {
    fn header(rows: &[TableRow]) -> Result<Header, String> {
        find_header(rows, &Column::OF_AUTHORITY)
    }

    async fn check(
        house: &House,
        table: &Table,
        header: &Header,
        go_on: &mut (dyn FnMut(usize) -> bool + '_),
    ) -> Answer<Option<Checked<GoodRow>>> {
        import::check(house, table, header, go_on).await
    }
}
