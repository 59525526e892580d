//! What there is to say about a list, row by row.

use super::{Area, Column, FINDINGS_MAX, Header, MERGED_MAX, Table, TableRow};
use crate::{Answer, Failure};
use std::collections::HashMap;

/// What a finding means for its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The row cannot be taken.
    Bad,
    /// The row is taken; somebody should look.
    Note,
    /// The door is in the registry already; the row is passed over.
    There,
}

/// Something to say about a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Row in the spreadsheet, from 1.
    pub row: u32,
    /// Column, from 0.
    pub column: u32,
    /// The column's title in the list.
    pub title: String,
    /// What the cell holds.
    pub value: String,
    /// What is wrong and what to do, in Chinese.
    pub says: String,
    /// What it means for the row.
    pub weight: Weight,
}

/// A row that may be saved, whatever it is about.
pub trait FromRow {
    /// Row in the spreadsheet, from 1.
    fn row(&self) -> u32;
    /// What it is called.
    fn name(&self) -> &str;
}

/// What a list is worth.
#[derive(Debug)]
pub struct Checked<Row> {
    /// Rows with something in them.
    pub rows: usize,
    /// Rows that may be saved, in order.
    pub good: Vec<Row>,
    /// Rows that may not.
    pub bad: usize,
    /// Rows that the registry has already, as they are.
    pub there: usize,
    /// What there is to say, in the order of the rows.
    pub findings: Vec<Finding>,
    /// Findings beyond [`FINDINGS_MAX`].
    pub findings_left_out: usize,
}

impl<Row> Default for Checked<Row> {
    fn default() -> Self {
        Self {
            rows: 0,
            good: Vec::new(),
            bad: 0,
            there: 0,
            findings: Vec::new(),
            findings_left_out: 0,
        }
    }
}

impl<Row> Checked<Row> {
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
    pub fn about_row(header: &Header, row: &impl FromRow, says: String, weight: Weight) -> Self {
        let names = [Column::Checkpoint, Column::Organisation, Column::IdNumber];
        let column = names.into_iter().find_map(|column| header.place(column)).unwrap_or(0);
        Self {
            row: row.row(),
            column,
            title: header.title_at(column),
            value: row.name().to_owned(),
            says,
            weight,
        }
    }
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
                return Err(Failure::Conflict("合并单元格太多，请全部取消合并后再导入"));
            }
            by_row.entry(row.number).or_default().push(*area);
        }
    }
    Ok(by_row)
}

/// What a row is.
#[derive(Debug)]
pub(crate) enum Judged<Row> {
    /// Nothing in any column that is asked for.
    Blank,
    /// May be saved.
    Good(Box<Row>),
    /// May not.
    Bad,
}

/// Rows between two calls of `go_on`.
const STRIDE: usize = 500;

/// Judges every row beneath the header, with the merged areas that touch it. `go_on` is told how many
/// rows are done and may stop the check by answering `false`; then the answer is `None`.
///
/// # Errors
/// `Conflict` with too many merged cells.
pub(crate) fn check_rows<Row>(
    table: &Table,
    header: &Header,
    go_on: &mut (dyn FnMut(usize) -> bool + '_),
    mut judge: impl FnMut(&TableRow, &[Area]) -> (Judged<Row>, Vec<Finding>),
) -> Answer<Option<Checked<Row>>> {
    let merged = merged_by_row(table, header)?;
    let mut checked = Checked::default();
    let rows = table.rows.iter().filter(|row| row.number > header.row);
    for (done, row) in rows.enumerate() {
        if done % STRIDE == 0 && !go_on(done) {
            return Ok(None);
        }
        let areas = merged.get(&row.number).map_or(&[][..], Vec::as_slice);
        let (judged, findings) = judge(row, areas);
        checked.rows += usize::from(!matches!(judged, Judged::Blank));
        checked.bad += usize::from(matches!(judged, Judged::Bad));
        findings.into_iter().for_each(|finding| checked.say(finding));
        if let Judged::Good(good) = judged {
            checked.good.push(*good);
        }
    }
    Ok(Some(checked))
}
