//! Taking over the register of places from a list: every row is checked before any is saved.

use crate::{
    Answer, House, categories, regions,
    tables::{
        Area, Checked, Column, Finding, FromRow, Header, Judged, Table, TableRow, Weight,
        check_rows,
        desk::{Desk, is_blank},
        names::Names,
    },
};
use domain::{
    audit::{Actor, Deed},
    fields::Complaints,
    organisations::{CreditCheck, CreditCode},
    places::{NewPlace, PlaceForm},
    regions::RegionCode,
    time::UnixMs,
};
use registry::{AuditLine, ListedPlace};
use std::collections::{BTreeSet, HashMap};

pub use registry::TakenPlaces;

/// Rows of one transaction.
pub const BATCH_ROWS: usize = 500;

/// What is read of a list.
const COLUMNS: [Column; 6] = [
    Column::Checkpoint,
    Column::Address,
    Column::County,
    Column::Township,
    Column::Category,
    Column::CreditCode,
];

/// A row that may be saved.
#[derive(Clone, Debug)]
pub struct GoodRow {
    row: u32,
    place: NewPlace,
}

impl FromRow for GoodRow {
    fn row(&self) -> u32 {
        self.row
    }

    fn name(&self) -> &str {
        &self.place.name
    }
}

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
) -> Answer<Option<Checked<GoodRow>>> {
    let regions = regions::all(house).await?;
    let tree = categories::tree(house).await?;
    let mut judge = Judge { header, names: Names::new(&regions, tree), seen: HashMap::new() };
    check_rows(table, header, go_on, |row, merged| judge.row(row, merged))
}

/// Saves up to [`BATCH_ROWS`] rows in one transaction; `began` is when the import of the list began.
///
/// # Errors
/// `Broken`; then nothing is saved.
pub async fn save(house: &House, rows: &[GoodRow], began: UnixMs) -> Answer<TakenPlaces> {
    let listed: Vec<ListedPlace> = rows.iter().map(|row| listed(&row.place)).collect();
    let (first, last) = (rows.first().map_or(0, |row| row.row), rows.last().map_or(0, |r| r.row));
    let detail = |taken: TakenPlaces| {
        format!("清单第 {first}–{last} 行：新增 {}，更新 {}", taken.new, taken.changed)
    };
    Ok(house.registry.import_places(&listed, began, &line(house, Actor::System), detail).await?)
}

/// Marks as gone what lies in the counties of these rows and was not in the list; how many. For a list
/// that is whole for each of its counties.
///
/// # Errors
/// `Broken`; then none is marked.
pub async fn mark_gone(house: &House, counties: &BTreeSet<String>, began: UnixMs) -> Answer<u64> {
    let counties: Vec<String> = counties.iter().cloned().collect();
    let detail = |gone| format!("清单里没有的 {gone} 个场所移出名录");
    Ok(house
        .registry
        .mark_places_gone(&counties, began, &line(house, Actor::System), detail)
        .await?)
}

/// The counties that rows lie in.
#[must_use]
pub fn counties_of(rows: &[GoodRow]) -> BTreeSet<String> {
    rows.iter().map(|row| row.place.county.as_str().to_owned()).collect()
}

/// The audit line of taking places over.
pub(super) fn line(house: &House, actor: Actor) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor,
        deed: Deed::PlacesImported,
        subject: "场所名录".to_owned(),
        detail: String::new(),
    }
}

/// A place as it is stored.
pub(super) fn listed(place: &NewPlace) -> ListedPlace {
    let text = |code: &RegionCode| code.as_str().to_owned();
    ListedPlace {
        same_key: place.same_key(),
        name: place.name.clone(),
        credit_code: place.credit_code.as_ref().map(|code| code.as_str().to_owned()),
        address: place.address.clone(),
        county: text(&place.county),
        township: place.township.as_ref().map(text),
        category: place.category.clone(),
    }
}

/// Judges rows one after another; remembers what came before.
struct Judge<'a> {
    header: &'a Header,
    names: Names,
    /// First row of each place.
    seen: HashMap<String, u32>,
}

impl Judge<'_> {
    fn row(&mut self, row: &TableRow, merged: &[Area]) -> (Judged<GoodRow>, Vec<Finding>) {
        if is_blank(self.header, row, &COLUMNS) {
            return (Judged::Blank, Vec::new());
        }
        let mut desk = Desk::new(self.header, row, merged, &COLUMNS);
        desk.resolve_region(&self.names, false);
        self.category(&mut desk);
        credit_code(&mut desk);
        let form = PlaceForm {
            name: desk.text(Column::Checkpoint),
            credit_code: desk.text(Column::CreditCode),
            address: desk.text(Column::Address),
            county: desk.text(Column::County),
            township: desk.text(Column::Township),
            category: desk.text(Column::Category),
        };
        let place = desk.heard(form.check().map_err(without_county), column_of);
        let judged = match place {
            Some(place) if !desk.is_bad() => {
                let same_key = place.same_key();
                let first = *self.seen.entry(same_key).or_insert(row.number);
                if first == row.number {
                    Judged::Good(Box::new(GoodRow { row: row.number, place }))
                } else {
                    let says = format!("与第 {first} 行重复：名称、地址和县区都相同，请只留一行");
                    desk.say(Column::Checkpoint, says, Weight::Bad);
                    Judged::Bad
                }
            }
            _ => Judged::Bad,
        };
        (judged, desk.findings)
    }

    /// A register has kinds of places that the notice does not name: they are taken without one.
    fn category(&self, desk: &mut Desk<'_>) {
        let typed = desk.text(Column::Category);
        let code = self.names.category(&typed).ok();
        if code.is_none() && !typed.is_empty() {
            let says = "没有这个场所类别，这一行先不归类".to_owned();
            desk.say(Column::Category, says, Weight::Note);
        }
        desk.put(Column::Category, code);
    }
}

/// Lists have old registration numbers in this column: what is none of eighteen characters is left out.
fn credit_code(desk: &mut Desk<'_>) {
    let typed = desk.text(Column::CreditCode);
    if typed.is_empty() {
        return;
    }
    let says = match CreditCode::parse(&typed).map(|code| code.check()) {
        Ok(CreditCheck::Agrees) => return,
        Ok(CreditCheck::Differs) => "校验位不符，请核对；这一行仍可导入",
        Err(_) => {
            desk.put(Column::CreditCode, None);
            "不是 18 位统一社会信用代码，没有采用；这一行仍可导入"
        }
    };
    desk.say(Column::CreditCode, says.to_owned(), Weight::Note);
}

/// What is wrong with the county has been said where it was read.
fn without_county(mut complaints: Complaints) -> Complaints {
    complaints.0.retain(|complaint| complaint.field != "county");
    complaints
}

fn column_of(field: &str) -> Option<Column> {
    match field {
        "name" => Some(Column::Checkpoint),
        "address" => Some(Column::Address),
        "township" => Some(Column::Township),
        _ => None,
    }
}
