//! Health statuses: read row by row, since such a list has a million of them.

use super::{
    kind::{Batch, Examined, Kind, Work},
    progress::Progress,
    source::{self, HEAD_ROWS},
};
use actions::{
    Answer, House,
    health_status::{
        TakenStatus,
        import::{self, GoodRow, Judge, MERGED_AREAS_MAX},
    },
    tables::{Area, TableRow, find_header_of_statuses},
};
use domain::time::UnixMs;
use lists::Piece;

/// A list of health statuses.
pub(crate) struct Statuses;

impl Kind for Statuses {
    type Row = GoodRow;
    const BATCH_ROWS: usize = import::BATCH_ROWS;
    const NOTHING_NEW: &'static str = "登记库没有变化 (nothing new)";
    const CHANGES: bool = true;

    async fn examine(
        work: &Work<'_>,
        progress: &mut Progress<'_>,
    ) -> anyhow::Result<Examined<GoodRow>> {
        let mut reading = source::read_on(&work.args.file, work.args.sheet.as_deref(), work.stop);
        let mut list = Rows::default();
        while !list.has_header() {
            let Some(pieces) = reading.next().await else { break };
            list.take(pieces);
        }
        if let Some(note) = list.note.take() {
            progress.say(&note)?;
        }
        let too_many = list.merged.len() > MERGED_AREAS_MAX;
        let header = find_header_of_statuses(&list.rows);
        let (false, Ok(header)) = (too_many, &header) else {
            // What is wrong with the file itself comes first.
            drop(std::mem::take(&mut list.rows));
            let says = "合并单元格太多，请全部取消合并后再导入".to_owned();
            let why = if too_many { says } else { header.err().unwrap_or_default() };
            return Ok(Examined::Refused(reading.stopped().await.err().unwrap_or(why)));
        };
        let mut judge = Judge::new(work.house, header, work.begun);
        let mut done = 0;
        loop {
            for row in list.rows.drain(..).filter(|row| row.number > header.row) {
                judge.row(&row, &touching(&list.merged, row.number));
                done += 1;
            }
            // A terminal that is gone does not stop an import.
            let _gone = progress.count("检查 checking", done);
            let Some(pieces) = reading.next().await else { break };
            list.take(pieces);
        }
        match reading.end().await {
            Ok(()) => Ok(Examined::Checked(Box::new(header.clone()), judge.end())),
            Err(why) => Ok(Examined::Refused(why)),
        }
    }

    async fn begins(&self, house: &House, rows: &mut [GoodRow]) -> Answer<()> {
        import::sort(house, rows).await
    }

    async fn save(house: &House, rows: &[GoodRow], _begun: UnixMs) -> Answer<Batch> {
        let mut batch = Batch::default();
        for (at, taken) in import::save(house, rows).await?.into_iter().enumerate() {
            match taken {
                TakenStatus::Set => batch.changed += 1,
                TakenStatus::Same => batch.there += 1,
                TakenStatus::Waits => batch.imported += 1,
                TakenStatus::OtherName => {}
            }
            if let Some((says, weight)) = import::said(taken) {
                batch.said.push((at, says, weight));
            }
        }
        Ok(batch)
    }

    async fn afterwards(&self, house: &House, _: UnixMs, _: bool) -> Answer<Option<String>> {
        let waiting = house.registry.count_waiting_statuses().await?;
        Ok(Some(format!(
            "已登记的人立即生效 (changed)；还没有登记的人，登记时生效 (imported)。等待登记 waiting: {waiting}"
        )))
    }
}

/// Rows that have come and wait to be judged.
#[derive(Default)]
struct Rows {
    note: Option<String>,
    merged: Vec<Area>,
    rows: Vec<TableRow>,
}

impl Rows {
    fn take(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Begin { note, merged } => (self.note, self.merged) = (Some(note), merged),
                Piece::Row(row) => self.rows.push(row),
            }
        }
    }

    /// Whether all rows that the header may be in have come.
    fn has_header(&self) -> bool {
        self.rows.last().is_some_and(|row| row.number > HEAD_ROWS)
    }
}

fn touching(merged: &[Area], row: u32) -> Vec<Area> {
    merged.iter().filter(|area| area.rows.0 <= row && row <= area.rows.1).copied().collect()
}
