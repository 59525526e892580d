//! A table of doors as the manager filled it in: every row becomes a draft, right or wrong.

use super::{judge, keep::keep_many, organisation};
use crate::{
    Answer, Failure, House,
    accounts::principals::Manager,
    categories, regions,
    tables::{
        CellTrouble, Column, Header, cells, find_header, known_columns, merged_by_row, names::Names,
    },
};
use domain::checkpoints::CheckpointForm;
use lists::{Area, Cell, DAMAGED, Limits, Stop, Table, TableRow, Wanted};
use registry::NewDraft;
use std::{collections::HashMap, sync::Arc};
use tokio::sync::Semaphore;

/// Most bytes of a table; 10,000 doors take less than one million.
pub const UPLOAD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Tables that are read at a time.
const READING_MAX: usize = 2;

/// 10,000 doors unpack to some 10 MB.
const LIMITS: Limits = Limits {
    rows_max: 10_000,
    cells_max: 400_000,
    text_bytes_max: 32 * 1024 * 1024,
    unpacked_bytes_max: 32 * 1024 * 1024,
};

/// Places at which tables are read: a workbook takes many times its size in memory while it is.
#[derive(Clone, Debug)]
pub struct Reading(Arc<Semaphore>);

impl Default for Reading {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(READING_MAX)))
    }
}

/// What became of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// So many rows are drafts now.
    Taken(usize),
    /// It cannot be read; why and what to do, in Chinese, with what stands in it.
    Unreadable(String),
}

/// Reads a table and keeps each of its rows as a draft.
///
/// # Errors
/// `Conflict` without an organisation or with too many drafts; `Busy` while others are read.
pub async fn upload(house: &House, caller: &Manager, bytes: Vec<u8>) -> Answer<Uploaded> {
    let organisation = organisation(house, caller).await?;
    let place = Arc::clone(&house.reading.0).try_acquire_owned().map_err(|_| Failure::Busy)?;
    let tree = categories::tree(house).await?;
    let names = Names::new(&regions::all(house).await?, tree);
    let stop = StopWhenGone(Stop::default());
    let told = stop.0.clone();
    let read = tokio::task::spawn_blocking(move || {
        let _place = place;
        rows(bytes, &names, &told)
    });
    // A reader that gives up on a damaged file by panicking has still only met a damaged file.
    let rows = match read.await.unwrap_or_else(|_| Err(DAMAGED.to_owned())) {
        Ok(rows) if rows.is_empty() => Err("表头下面没有内容，请每个门填写一行".to_owned()),
        other => other,
    };
    let rows = match rows {
        Ok(rows) => rows,
        Err(why) => return Ok(Uploaded::Unreadable(why)),
    };
    let drafts: Answer<Vec<NewDraft>> =
        rows.iter().map(|row| judge::draft(house, row.line, &row.form, &row.troubles)).collect();
    let drafts = drafts?;
    keep_many(house, organisation, &drafts).await?;
    Ok(Uploaded::Taken(drafts.len()))
}

/// Ends the reading when nobody waits for it any more.
struct StopWhenGone(Stop);

impl Drop for StopWhenGone {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A row of the table as a form, with what was wrong with its cells.
struct Row {
    line: i64,
    form: CheckpointForm,
    troubles: Vec<(&'static str, CellTrouble)>,
}

fn rows(bytes: Vec<u8>, names: &Names, stop: &Stop) -> Result<Vec<Row>, String> {
    let wanted = Wanted { sheet: None, limits: LIMITS, fit: &known_columns };
    let table = lists::read(bytes, &wanted, stop)?.table;
    let header = find_header(&table.rows, Column::OF_UNIT)?;
    let merged = merged_by_row(&table, &header).map_err(|_| "合并单元格太多，请全部取消合并")?;
    let sheet = Sheet { table: &table, header: &header, names, merged };
    Ok(sheet.rows())
}

/// A table with what its cells are read by.
struct Sheet<'a> {
    table: &'a Table,
    header: &'a Header,
    names: &'a Names,
    /// The merged areas that touch each row.
    merged: HashMap<u32, Vec<Area>>,
}

/// The columns of a unit's table with the fields of the form.
const FIELDS: [(Column, &str); 8] = [
    (Column::Checkpoint, "name"),
    (Column::Door, "door"),
    (Column::Address, "address"),
    (Column::County, "county"),
    (Column::Township, "township"),
    (Column::Category, "category"),
    (Column::Manager, "responsible_name"),
    (Column::Phone, "responsible_phone"),
];

impl Sheet<'_> {
    fn rows(&self) -> Vec<Row> {
        let rows = self.table.rows.iter().filter(|row| row.number > self.header.row);
        let rows = rows.filter(|row| FIELDS.iter().any(|(c, _)| !self.cell(row, *c).is_blank()));
        rows.map(|row| self.row(row)).collect()
    }

    fn cell<'r>(&self, row: &'r TableRow, column: Column) -> &'r Cell {
        self.header.place(column).map_or(&Cell::Empty, |at| row.cell(at))
    }

    fn row(&self, row: &TableRow) -> Row {
        let mut troubles = Vec::new();
        let mut texts = FIELDS.map(|(column, field)| {
            let read = if self.is_merged(row, column) {
                Err(CellTrouble::Merged)
            } else {
                cells::text(self.cell(row, column), column)
            };
            read.unwrap_or_else(|trouble| {
                troubles.push((field, trouble));
                String::new()
            })
        });
        self.recognise(&mut texts);
        let [name, door, address, county, township, category, responsible_name, phone] = texts;
        let form = CheckpointForm {
            name,
            door,
            address,
            county,
            township,
            category,
            responsible_name,
            responsible_phone: cells::phone(&phone).to_owned(),
        };
        Row { line: i64::from(row.number), form, troubles }
    }

    /// Puts codes where names of a county, a township and a category are recognised.
    fn recognise(&self, texts: &mut [String; 8]) {
        if let Ok(code) = self.names.category(&texts[5]) {
            texts[5] = code;
        }
        let Ok(county) = self.names.county(&texts[3]) else { return };
        if let Ok(township) = self.names.township(county, &texts[4]) {
            texts[4] = township.as_str().to_owned();
        }
        texts[3] = county.as_str().to_owned();
    }

    fn is_merged(&self, row: &TableRow, column: Column) -> bool {
        let Some(at) = self.header.place(column) else { return false };
        let areas = self.merged.get(&row.number).map_or(&[][..], Vec::as_slice);
        areas.iter().any(|area| (area.columns.0..=area.columns.1).contains(&at))
    }
}
