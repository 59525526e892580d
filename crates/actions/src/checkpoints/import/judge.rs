//! Judges one row: either a door that may be opened, or everything that is wrong with the row.

use super::{Area, Cell, Column, Header, TableRow, cells, columns::COLUMNS, places::Places};
use domain::{
    checkpoints::{CheckpointForm, NewCheckpoint, same_key},
    fields::Complaints,
    organisations::{CreditCheck, NewOrganisation, OrganisationForm},
    text::same_form,
};
use std::{collections::HashMap, ops::RangeInclusive};

/// Degrees east within which a door of Fuyang lies, with a margin.
pub(super) const LONGITUDES: RangeInclusive<f64> = 114.5..=116.9;
/// Degrees north within which a door of Fuyang lies, with a margin.
pub(super) const LATITUDES: RangeInclusive<f64> = 32.0..=34.3;

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

/// A row that may be saved.
#[derive(Clone, Debug)]
pub struct GoodRow {
    /// Row in the spreadsheet, from 1.
    pub row: u32,
    /// Its organisation.
    pub organisation: NewOrganisation,
    /// Its door.
    pub checkpoint: NewCheckpoint,
    /// Longitude and latitude in degrees, if given.
    pub position: Option<(f64, f64)>,
    /// Name, door and address evened out.
    pub same_key: String,
}

/// What a row is.
#[derive(Debug)]
pub(super) enum Judged {
    /// Nothing in any column that is asked for.
    Blank,
    /// May be saved.
    Good(Box<GoodRow>),
    /// May not.
    Bad,
}

/// Judges rows one after another; remembers what came before.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    header: &'a Header,
    places: Places,
    /// First row of each door.
    doors: HashMap<String, u32>,
    /// First row of each organisation with a credit code, and that code.
    credit_codes: HashMap<(String, String), (u32, String)>,
}

/// One row on the table.
struct Desk<'a> {
    header: &'a Header,
    row: &'a TableRow,
    merged: &'a [Area],
    texts: [String; COLUMNS],
    findings: Vec<Finding>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(header: &'a Header, places: Places) -> Self {
        Self { header, places, doors: HashMap::new(), credit_codes: HashMap::new() }
    }

    /// Judges a row; `merged` are the areas that touch it.
    pub(super) fn row(&mut self, row: &TableRow, merged: &[Area]) -> (Judged, Vec<Finding>) {
        let cell = |column| self.header.place(column).map_or(&Cell::Empty, |at| row.cell(at));
        if Column::ALL.into_iter().all(|column| cell(column).is_blank()) {
            return (Judged::Blank, Vec::new());
        }
        let mut desk = Desk::new(self.header, row, merged);
        let position = desk.position();
        let county = self.resolve(&mut desk);
        let form = desk.checkpoint_form();
        let checkpoint = desk.heard(form.check(), checkpoint_column);
        let organisation = desk.organisation_form().check();
        let organisation = desk.heard(organisation, organisation_column);
        self.same_door_twice(&mut desk, &form);
        if let (Some(county), Some(organisation)) = (county, &organisation) {
            self.credit_code(&mut desk, county, organisation);
        }
        let bad = desk.findings.iter().any(|finding| finding.weight == Weight::Bad);
        let judged = match (organisation, checkpoint) {
            (Some(organisation), Some(checkpoint)) if !bad => Judged::Good(Box::new(GoodRow {
                row: row.number,
                same_key: checkpoint.same_key(),
                organisation,
                checkpoint,
                position,
            })),
            _ => Judged::Bad,
        };
        (judged, desk.findings)
    }

    /// Turns names of county, township and category into their codes.
    fn resolve(&self, desk: &mut Desk<'_>) -> Option<String> {
        let county = desk.resolved(Column::County, |text| self.places.county(text).cloned());
        let code = county.as_ref().map(|code| code.as_str().to_owned());
        desk.put(Column::County, code.clone());
        if let Some(county) = county {
            let township = desk.resolved(Column::Township, |text| {
                self.places.township(&county, text).map(|code| code.as_str().to_owned())
            });
            desk.put(Column::Township, township);
        } else {
            // Which township is meant cannot be said without its county.
            desk.put(Column::Township, None);
        }
        let category = desk.resolved(Column::Category, |text| self.places.category(text));
        desk.put(Column::Category, category);
        code
    }

    fn same_door_twice(&mut self, desk: &mut Desk<'_>, form: &CheckpointForm) {
        if [&form.name, &form.door, &form.address].iter().any(|text| text.is_empty()) {
            return;
        }
        let key = same_key(&form.name, &form.door, &form.address);
        let first = *self.doors.entry(key).or_insert(desk.row.number);
        if first != desk.row.number {
            let says = format!("与第 {first} 行重复：名称、门和地址都相同，请只留一行");
            desk.say(Column::Checkpoint, says, Weight::Bad);
        }
    }

    fn credit_code(&mut self, desk: &mut Desk<'_>, county: String, new: &NewOrganisation) {
        let Some(code) = &new.credit_code else { return };
        if code.check() == CreditCheck::Differs {
            let says = "校验位不符，请核对；这一行仍可导入".to_owned();
            desk.say(Column::CreditCode, says, Weight::Note);
        }
        let own = (desk.row.number, code.as_str().to_owned());
        let first = self.credit_codes.entry((same_form(&new.name), county)).or_insert(own);
        if first.1 != code.as_str() {
            let says = format!("与第 {} 行同一单位的代码不同，以先出现的为准", first.0);
            desk.say(Column::CreditCode, says, Weight::Note);
        }
    }
}

impl<'a> Desk<'a> {
    /// Reads every cell; what is wrong with a cell itself is said here.
    fn new(header: &'a Header, row: &'a TableRow, merged: &'a [Area]) -> Self {
        let texts = std::array::from_fn(|_| String::new());
        let mut desk = Self { header, row, merged, texts, findings: Vec::new() };
        for area in merged {
            desk.findings.push(Finding {
                row: row.number,
                column: area.columns.0,
                title: header.title_at(area.columns.0),
                value: row.cell(area.columns.0).shown(),
                says: format!("在合并单元格 {} 内，请取消合并，每行都填写", area.name()),
                weight: Weight::Bad,
            });
        }
        for column in Column::ALL {
            if desk.is_merged(column) {
                continue;
            }
            match cells::text(desk.cell(column), column) {
                Ok(text) => desk.texts[column as usize] = text,
                Err(trouble) => desk.say(column, trouble.says().to_owned(), Weight::Bad),
            }
        }
        desk
    }

    fn cell(&self, column: Column) -> &'a Cell {
        self.header.place(column).map_or(&Cell::Empty, |at| self.row.cell(at))
    }

    fn is_merged(&self, column: Column) -> bool {
        let within = |at: u32| self.merged.iter().any(|a| a.columns.0 <= at && at <= a.columns.1);
        self.header.place(column).is_some_and(within)
    }

    /// Whether something bad has been said about this column already.
    fn is_settled(&self, column: Column) -> bool {
        let at = self.header.place(column);
        let said = |f: &Finding| f.weight == Weight::Bad && Some(f.column) == at;
        self.is_merged(column) || self.findings.iter().any(said)
    }

    fn say(&mut self, column: Column, says: String, weight: Weight) {
        let at = self.header.place(column).unwrap_or(0);
        self.findings.push(Finding {
            row: self.row.number,
            column: at,
            title: self.header.title_at(at),
            value: self.row.cell(at).shown(),
            says,
            weight,
        });
    }

    /// Looks a text up, unless its cell is settled; what is wrong is said at the cell.
    fn resolved<T>(
        &mut self,
        column: Column,
        look: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self.is_settled(column) {
            return None;
        }
        look(&self.texts[column as usize]).map_err(|says| self.say(column, says, Weight::Bad)).ok()
    }

    fn put(&mut self, column: Column, text: Option<String>) {
        self.texts[column as usize] = text.unwrap_or_default();
    }

    fn text(&self, column: Column) -> String {
        self.texts[column as usize].clone()
    }

    fn checkpoint_form(&self) -> CheckpointForm {
        CheckpointForm {
            name: self.text(Column::Checkpoint),
            door: self.text(Column::Door),
            address: self.text(Column::Address),
            county: self.text(Column::County),
            township: self.text(Column::Township),
            category: self.text(Column::Category),
            responsible_name: self.text(Column::Manager),
            responsible_phone: cells::phone(&self.texts[Column::Phone as usize]).to_owned(),
        }
    }

    fn organisation_form(&self) -> OrganisationForm {
        OrganisationForm {
            name: self.text(Column::Organisation),
            credit_code: self.text(Column::CreditCode),
            county: self.text(Column::County),
            township: self.text(Column::Township),
        }
    }

    /// Says a form's complaints at their cells, except where more has been said already, or where
    /// a township stays open because its county is.
    fn heard<T>(
        &mut self,
        checked: Result<T, Complaints>,
        column_of: fn(&str) -> Option<Column>,
    ) -> Option<T> {
        let complaints = match checked {
            Ok(value) => return Some(value),
            Err(complaints) => complaints,
        };
        for complaint in complaints.0 {
            let Some(column) = column_of(complaint.field) else { continue };
            let open = column == Column::Township && self.is_settled(Column::County);
            if !self.is_settled(column) && !open {
                self.say(column, complaint.says.to_owned(), Weight::Bad);
            }
        }
        None
    }

    fn position(&mut self) -> Option<(f64, f64)> {
        let (east, north) = (Column::Longitude, Column::Latitude);
        if self.is_settled(east) || self.is_settled(north) {
            return None;
        }
        let empty = |desk: &Self, column: Column| desk.texts[column as usize].is_empty();
        match (empty(self, east), empty(self, north)) {
            (true, true) => return None,
            (true, false) | (false, true) => {
                let at = if empty(self, east) { north } else { east };
                self.say(at, "经度和纬度要么都填，要么都不填".to_owned(), Weight::Bad);
                return None;
            }
            (false, false) => {}
        }
        let longitude = self.resolved(east, cells::degrees)?;
        let latitude = self.resolved(north, cells::degrees)?;
        if LONGITUDES.contains(&latitude) && LATITUDES.contains(&longitude) {
            self.say(east, "经度和纬度填反了".to_owned(), Weight::Bad);
            return None;
        }
        self.within(east, longitude, &LONGITUDES);
        self.within(north, latitude, &LATITUDES);
        Some((longitude, latitude))
    }

    fn within(&mut self, column: Column, degrees: f64, range: &RangeInclusive<f64>) {
        if !range.contains(&degrees) {
            let name = column.title();
            let says = format!("{name}不在阜阳范围（{}–{}）内", range.start(), range.end());
            self.say(column, says, Weight::Bad);
        }
    }
}

fn checkpoint_column(field: &str) -> Option<Column> {
    Some(match field {
        "name" => Column::Checkpoint,
        "door" => Column::Door,
        "address" => Column::Address,
        "township" => Column::Township,
        "category" => Column::Category,
        "responsible_name" => Column::Manager,
        "responsible_phone" => Column::Phone,
        _ => return None,
    })
}

/// The organisation's township is its door's: what is wrong with it is said there.
fn organisation_column(field: &str) -> Option<Column> {
    match field {
        "name" => Some(Column::Organisation),
        "credit_code" => Some(Column::CreditCode),
        _ => None,
    }
}
