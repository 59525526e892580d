//! The register of places.

use super::{
    kind::{Batch, Examined, Kind, Whole, Work, examine_whole},
    progress::Progress,
};
use actions::{
    Answer, House,
    places::import::{self, GoodRow},
    tables::{Checked, Header, Table, TableRow, find_header_of_places},
};
use domain::time::UnixMs;
use std::{collections::BTreeSet, sync::Mutex};

/// The register of places, or a part of it.
#[derive(Default)]
pub(crate) struct Places {
    /// Whether the list is whole for each county in it: what it does not have is marked as gone.
    whole: bool,
    counties: Mutex<BTreeSet<String>>,
}

impl Places {
    /// A list that is `whole` for each county in it, or one that adds to what is there.
    pub(crate) fn new(whole: bool) -> Self {
        Self { whole, ..Self::default() }
    }
}

impl Kind for Places {
    type Row = GoodRow;
    const BATCH_ROWS: usize = import::BATCH_ROWS;
    const NOTHING_NEW: &'static str = "名录没有变化 (nothing new)";
    const CHANGES: bool = true;

    async fn examine(
        work: &Work<'_>,
        progress: &mut Progress<'_>,
    ) -> anyhow::Result<Examined<GoodRow>> {
        examine_whole::<Self>(work, progress).await
    }

    async fn begins(&self, _house: &House, rows: &mut [GoodRow]) -> Answer<()> {
        if let Ok(mut counties) = self.counties.lock() {
            *counties = import::counties_of(rows);
        }
        Ok(())
    }

    async fn save(house: &House, rows: &[GoodRow], begun: UnixMs) -> Answer<Batch> {
        let taken = import::save(house, rows, begun).await?;
        Ok(Batch {
            imported: taken.new,
            changed: taken.changed,
            there: taken.same,
            said: Vec::new(),
        })
    }

    async fn afterwards(
        &self,
        house: &House,
        begun: UnixMs,
        complete: bool,
    ) -> Answer<Option<String>> {
        if !self.whole {
            return Ok(None);
        }
        // A place in a bad row is in the list after all.
        if !complete {
            let says = "有不合格的行，没有把清单外的场所移出名录；请改正后用 --whole 重新运行";
            return Ok(Some(says.to_owned()));
        }
        let counties = self.counties.lock().map(|counties| counties.clone()).unwrap_or_default();
        let gone = import::mark_gone(house, &counties, begun).await?;
        Ok(Some(format!("移出名录 gone: {gone}")))
    }
}

impl Whole for Places {
    fn header(rows: &[TableRow]) -> Result<Header, String> {
        find_header_of_places(rows)
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
