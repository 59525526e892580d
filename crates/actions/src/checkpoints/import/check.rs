//! Checks a whole list against the rules, itself and the registry. Saves nothing.

use super::{
    Area, FINDINGS_MAX, Finding, GoodRow, Header, MERGED_MAX, Table, Weight,
    judge::{Judge, Judged},
    places::Places,
};
use crate::{Answer, House, categories, regions};
use std::collections::HashMap;

/// What a list is worth.
#[derive(Debug, Default)]
pub struct Checked {
    /// Rows with something in them.
    pub rows: usize,
    /// Rows that may be saved, in order.
    pub good: Vec<GoodRow>,
    /// Rows that may not.
    pub bad: usize,
    /// Rows whose door is in the registry already.
    pub there: usize,
    /// What there is to say, in the order of the rows.
    pub findings: Vec<Finding>,
    /// Findings beyond [`FINDINGS_MAX`].
    pub findings_left_out: usize,
}

/// Rows between two calls of `go_on`.
const STRIDE: usize = 500;
/// Doors read from the registry at a time.
const PAGE_ROWS: i64 = 10_000;

/// Checks every row beneath the header. `go_on` is told how many rows are done and may stop the
/// check by answering `false`; then the answer is `None`.
///
/// # Errors
/// `Broken` when the registry cannot be read; `Conflict` with too many merged cells.
pub async fn check(
    house: &House,
    table: &Table,
    header: &Header,
    go_on: &mut (dyn FnMut(usize) -> bool + '_),
) -> Answer<Option<Checked>> {
    let regions = regions::all(house).await?;
    let tree = categories::tree(house).await?;
    let mut judge = Judge::new(header, Places::new(&regions, tree));
    let merged = merged_by_row(table, header)?;
    let mut checked = Checked::default();
    let rows = table.rows.iter().filter(|row| row.number > header.row);
    for (done, row) in rows.enumerate() {
        if done % STRIDE == 0 && !go_on(done) {
            return Ok(None);
        }
        let areas = merged.get(&row.number).map_or(&[][..], Vec::as_slice);
        let (judged, findings) = judge.row(row, areas);
        checked.rows += usize::from(!matches!(judged, Judged::Blank));
        checked.bad += usize::from(matches!(judged, Judged::Bad));
        findings.into_iter().for_each(|finding| checked.say(finding));
        if let Judged::Good(good) = judged {
            checked.good.push(*good);
        }
    }
    set_aside(house, header, &mut checked).await?;
    Ok(Some(checked))
}

/// The merged areas that touch each row beneath the header.
pub(crate) fn merged_by_row(table: &Table, header: &Header) -> Answer<HashMap<u32, Vec<Area>>> {
    let mut by_row: HashMap<u32, Vec<Area>> = HashMap::new();
    let mut touched = 0usize;
    for area in &table.merged {
        let first = table.rows.partition_point(|row| row.number < area.rows.0.max(header.row + 1));
        let after = table.rows.partition_point(|row| row.number <= area.rows.1);
        for row in table.rows.get(first..after).unwrap_or_default() {
            touched += 1;
            if touched > MERGED_MAX {
                return Err(crate::Failure::Conflict("合并单元格太多，请全部取消合并后再导入"));
            }
            by_row.entry(row.number).or_default().push(*area);
        }
    }
    Ok(by_row)
}

/// Takes out the good rows whose door is in the registry already.
async fn set_aside(house: &House, header: &Header, checked: &mut Checked) -> Answer<()> {
    let mut wanted: HashMap<&str, Option<i64>> =
        checked.good.iter().map(|row| (row.same_key.as_str(), None)).collect();
    let mut after = String::new();
    loop {
        let page = house.registry.doors_after(&after, PAGE_ROWS).await?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        for (key, number) in &page {
            if let Some(found) = wanted.get_mut(key.as_str()) {
                *found = Some(i64::from(number.0));
            }
        }
    }
    let there: Vec<Option<i64>> = checked
        .good
        .iter()
        .map(|row| wanted.get(row.same_key.as_str()).copied().flatten())
        .collect();
    for (row, number) in std::mem::take(&mut checked.good).into_iter().zip(there) {
        match number {
            None => checked.good.push(row),
            Some(number) => {
                checked.there += 1;
                checked.say(Finding::about_row(
                    header,
                    &row,
                    format!("已存在（检查点 {number}），不再导入"),
                    Weight::There,
                ));
            }
        }
    }
    checked.findings.sort_by_key(|finding| (finding.row, finding.column));
    Ok(())
}

impl Checked {
    /// Keeps a finding, or counts it when there are too many.
    pub fn say(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.findings_left_out += 1;
        }
    }
}

impl Finding {
    /// Something to say about a good row as a whole, at its name.
    #[must_use]
    pub fn about_row(header: &Header, row: &GoodRow, says: String, weight: Weight) -> Self {
        let column = header.place(super::Column::Checkpoint).unwrap_or(0);
        Self {
            row: row.row,
            column,
            title: header.title_at(column),
            value: row.checkpoint.name.clone(),
            says,
            weight,
        }
    }
}
