//! Taking statements of health status over from a list: a row at a time, so that a million of them need
//! no more memory than what is kept of the good ones.

use super::set::{line, listed};
use crate::{
    Answer, House,
    tables::{
        Area, Checked, Column, Finding, FromRow, Header, TableRow, Weight,
        desk::{Desk, is_blank},
    },
};
use domain::{audit::Actor, health_status::StatusForm, time::UnixMs};
use registry::ListedStatus;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

pub use registry::TakenStatus;

/// Rows of one transaction: a few tens of milliseconds, so that nobody else waits for long.
pub const BATCH_ROWS: usize = 2_000;
/// Rows whose people are sought at once.
const SOUGHT_ROWS: usize = 10_000;
/// Merged areas that are looked at; nobody merges cells of a list of people.
pub const MERGED_AREAS_MAX: usize = 100;
/// Different names of organisations that are kept once.
const ORGANISATIONS_MAX: usize = 10_000;

/// A row that may be saved. No name and no number of a document is in it.
#[derive(Clone, Debug)]
pub struct GoodRow {
    row: u32,
    listed: ListedStatus,
}

impl FromRow for GoodRow {
    fn row(&self) -> u32 {
        self.row
    }

    fn name(&self) -> &str {
        ""
    }
}

/// Judges rows one after the other.
pub struct Judge<'a> {
    house: &'a House,
    header: &'a Header,
    begun: UnixMs,
    organisations: HashSet<Arc<str>>,
    checked: Checked<GoodRow>,
}

impl<'a> Judge<'a> {
    /// For a list with this header whose import began at `begun`: a colour without a time counts from
    /// then.
    #[must_use]
    pub fn new(house: &'a House, header: &'a Header, begun: UnixMs) -> Self {
        let (organisations, checked) = (HashSet::new(), Checked::default());
        Self { house, header, begun, organisations, checked }
    }

    /// Judges a row beneath the header; `merged` are the areas that touch it.
    pub fn row(&mut self, row: &TableRow, merged: &[Area]) {
        if is_blank(self.header, row, &Column::OF_STATUSES) {
            return;
        }
        self.checked.rows += 1;
        let mut desk = Desk::new(self.header, row, merged, &Column::OF_STATUSES);
        let form = form(&desk);
        let new = desk.heard(form.check(self.begun), column_of);
        match new {
            Some(mut new) if !desk.is_bad() => {
                let organisation = new.organisation.take().map(|name| self.once(&name));
                let listed = ListedStatus { organisation, ..listed(self.house, &new) };
                self.checked.good.push(GoodRow { row: row.number, listed });
            }
            _ => self.checked.bad += 1,
        }
        desk.findings.into_iter().for_each(|finding| self.checked.say(finding));
    }

    /// A name that is kept once however often it comes.
    fn once(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.organisations.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        if self.organisations.len() < ORGANISATIONS_MAX {
            self.organisations.insert(Arc::clone(&name));
        }
        name
    }

    /// What the list is worth. Rows come back in the order of their documents' indexes; of one
    /// document, as in the list.
    #[must_use]
    pub fn end(mut self) -> Checked<GoodRow> {
        self.checked.good.sort_by_key(|good| good.listed.id_index);
        let said: Vec<Finding> = self
            .checked
            .good
            .chunk_by(|one, other| one.listed.id_index == other.listed.id_index)
            .filter(|rows| rows.len() > 1)
            .flat_map(|rows| contradictions(self.header, rows))
            .collect();
        said.into_iter().for_each(|finding| self.checked.say(finding));
        self.checked.findings.sort_by_key(|finding| finding.row);
        self.checked
    }
}

/// Where rows of one document, in the order of the list, say two things of one moment: the later row
/// counts, and somebody should look.
fn contradictions(header: &Header, rows: &[GoodRow]) -> Vec<Finding> {
    let (mut colours, mut tests) = (HashMap::new(), HashMap::new());
    let mut found = Vec::new();
    let mut note = |row: u32, column: Column, value: &str, earlier: u32, what: &str| {
        let at = header.place(column).unwrap_or(0);
        found.push(Finding {
            row,
            column: at,
            title: header.title_at(at),
            value: value.to_owned(),
            says: format!(
                "与第 {earlier} 行是同一个证件、同一时间，{what}不同：以这一行为准，请核对"
            ),
            weight: Weight::Note,
        });
    };
    for GoodRow { row, listed } in rows {
        if let Some((colour, at)) = listed.said.colour
            && let Some((before, earlier)) = colours.insert(at, (colour, *row))
            && before != colour
        {
            note(*row, Column::Colour, colour.label(), earlier, "健康码");
        }
        if let Some(test) = listed.said.nucleic_acid
            && let Some((before, earlier)) = tests.insert(test.sampled, (test.negative, *row))
            && before != test.negative
        {
            let value = if test.negative { "阴性" } else { "阳性" };
            note(*row, Column::TestResult, value, earlier, "检测结果");
        }
    }
    found
}

fn form(desk: &Desk<'_>) -> StatusForm {
    StatusForm {
        id_kind: desk.text(Column::IdKind),
        id_number: desk.text(Column::IdNumber),
        name: desk.text(Column::PersonName),
        colour: desk.text(Column::Colour),
        confirmed: desk.text(Column::Confirmed),
        sampled: desk.text(Column::Sampled),
        result: desk.text(Column::TestResult),
        organisation: desk.text(Column::TestedBy),
        itinerary: desk.text(Column::Itinerary),
        doses: desk.text(Column::Doses),
    }
}

fn column_of(field: &str) -> Option<Column> {
    Some(match field {
        "id_kind" => Column::IdKind,
        "id_number" => Column::IdNumber,
        "name" => Column::PersonName,
        "colour" => Column::Colour,
        "confirmed" => Column::Confirmed,
        "sampled" => Column::Sampled,
        "result" => Column::TestResult,
        "organisation" => Column::TestedBy,
        "itinerary" => Column::Itinerary,
        "doses" => Column::Doses,
        _ => return None,
    })
}

/// Puts rows that [`Judge::end`] gave into the order in which a register takes them fastest: first those
/// about people who are registered, as these lie on the disk, then the others as before.
///
/// # Errors
/// `Broken`; then the order is as it was.
pub async fn sort(house: &House, rows: &mut [GoodRow]) -> Answer<()> {
    let mut places = HashMap::new();
    for chunk in rows.chunks(SOUGHT_ROWS) {
        let ids: Vec<[u8; 32]> = chunk.iter().map(|row| row.listed.id_index).collect();
        places.extend(house.registry.places_of_holders(&ids).await?);
    }
    rows.sort_by_key(|row| places.get(&row.listed.id_index).copied().unwrap_or(i64::MAX));
    Ok(())
}

/// Takes up to [`BATCH_ROWS`] rows in one transaction; what became of each, in order.
///
/// # Errors
/// `Broken`; then none is taken.
pub async fn save(house: &House, rows: &[GoodRow]) -> Answer<Vec<TakenStatus>> {
    let listed: Vec<ListedStatus> = rows.iter().map(|row| row.listed.clone()).collect();
    let line = line(house, Actor::System, "清单".to_owned());
    Ok(house.registry.take_statuses(&listed, &line, super::set::outcome).await?)
}

/// What there is to say about a row that was taken, if anything.
#[must_use]
pub fn said(taken: TakenStatus) -> Option<(&'static str, Weight)> {
    match taken {
        TakenStatus::Set | TakenStatus::Same | TakenStatus::Waits => None,
        TakenStatus::OtherName => Some((
            "这个证件在本系统是用另一个姓名登记的：红码、黄码、阳性等照常生效，绿码和阴性没有采用，请核对姓名",
            Weight::Bad,
        )),
    }
}
