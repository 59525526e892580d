//! Judges one row: either a door that may be opened, or everything that is wrong with the row.

use crate::tables::{
    Area, Column, Finding, FromRow, Header, Judged, TableRow, Weight, cells,
    desk::{Desk, is_blank},
    names::Names,
};
use domain::{
    checkpoints::{CheckpointForm, NewCheckpoint, same_key},
    organisations::{CreditCheck, NewOrganisation, OrganisationForm},
    text::same_form,
};
use std::{collections::HashMap, ops::RangeInclusive};

/// Degrees east within which a door of Fuyang lies, with a margin.
pub(super) const LONGITUDES: RangeInclusive<f64> = 114.5..=116.9;
/// Degrees north within which a door of Fuyang lies, with a margin.
pub(super) const LATITUDES: RangeInclusive<f64> = 32.0..=34.3;

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

/// Judges rows one after another; remembers what came before.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    header: &'a Header,
    names: Names,
    /// First row of each door.
    doors: HashMap<String, u32>,
    /// First row of each organisation with a credit code, and that code.
    credit_codes: HashMap<(String, String), (u32, String)>,
}

impl FromRow for GoodRow {
    fn row(&self) -> u32 {
        self.row
    }

    fn name(&self) -> &str {
        &self.checkpoint.name
    }
}

impl<'a> Judge<'a> {
    pub(super) fn new(header: &'a Header, names: Names) -> Self {
        Self { header, names, doors: HashMap::new(), credit_codes: HashMap::new() }
    }

    /// Judges a row; `merged` are the areas that touch it.
    pub(super) fn row(
        &mut self,
        row: &TableRow,
        merged: &[Area],
    ) -> (Judged<GoodRow>, Vec<Finding>) {
        if is_blank(self.header, row, &Column::ALL) {
            return (Judged::Blank, Vec::new());
        }
        let mut desk = Desk::new(self.header, row, merged, &Column::ALL);
        let position = position(&mut desk);
        let county = desk.resolve_region(&self.names, true);
        let category = desk.resolved(Column::Category, |text| self.names.category(text));
        desk.put(Column::Category, category);
        let form = checkpoint_form(&desk);
        let checkpoint = desk.heard(form.check(), checkpoint_column);
        let organisation = organisation_form(&desk).check();
        let organisation = desk.heard(organisation, organisation_column);
        self.same_door_twice(&mut desk, &form);
        if let (Some(county), Some(organisation)) = (county, &organisation) {
            self.credit_code(&mut desk, county, organisation);
        }
        let judged = match (organisation, checkpoint) {
            (Some(organisation), Some(checkpoint)) if !desk.is_bad() => {
                Judged::Good(Box::new(GoodRow {
                    row: row.number,
                    same_key: checkpoint.same_key(),
                    organisation,
                    checkpoint,
                    position,
                }))
            }
            _ => Judged::Bad,
        };
        (judged, desk.findings)
    }

    fn same_door_twice(&mut self, desk: &mut Desk<'_>, form: &CheckpointForm) {
        if [&form.name, &form.door, &form.address].iter().any(|text| text.is_empty()) {
            return;
        }
        let key = same_key(&form.name, &form.door, &form.address);
        let first = *self.doors.entry(key).or_insert(desk.number());
        if first != desk.number() {
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
        let own = (desk.number(), code.as_str().to_owned());
        let first = self.credit_codes.entry((same_form(&new.name), county)).or_insert(own);
        if first.1 != code.as_str() {
            let says = format!("与第 {} 行同一单位的代码不同，以先出现的为准", first.0);
            desk.say(Column::CreditCode, says, Weight::Note);
        }
    }
}

fn checkpoint_form(desk: &Desk<'_>) -> CheckpointForm {
    CheckpointForm {
        name: desk.text(Column::Checkpoint),
        door: desk.text(Column::Door),
        address: desk.text(Column::Address),
        county: desk.text(Column::County),
        township: desk.text(Column::Township),
        category: desk.text(Column::Category),
        responsible_name: desk.text(Column::Manager),
        responsible_phone: cells::phone(&desk.text(Column::Phone)).to_owned(),
    }
}

fn organisation_form(desk: &Desk<'_>) -> OrganisationForm {
    OrganisationForm {
        name: desk.text(Column::Organisation),
        credit_code: desk.text(Column::CreditCode),
        county: desk.text(Column::County),
        township: desk.text(Column::Township),
    }
}

fn position(desk: &mut Desk<'_>) -> Option<(f64, f64)> {
    let (east, north) = (Column::Longitude, Column::Latitude);
    if desk.is_settled(east) || desk.is_settled(north) {
        return None;
    }
    let empty = |desk: &Desk<'_>, column: Column| desk.text(column).is_empty();
    match (empty(desk, east), empty(desk, north)) {
        (true, true) => return None,
        (true, false) | (false, true) => {
            let at = if empty(desk, east) { north } else { east };
            desk.say(at, "经度和纬度要么都填，要么都不填".to_owned(), Weight::Bad);
            return None;
        }
        (false, false) => {}
    }
    let longitude = desk.resolved(east, cells::degrees)?;
    let latitude = desk.resolved(north, cells::degrees)?;
    if LONGITUDES.contains(&latitude) && LATITUDES.contains(&longitude) {
        desk.say(east, "经度和纬度填反了".to_owned(), Weight::Bad);
        return None;
    }
    within(desk, east, longitude, &LONGITUDES);
    within(desk, north, latitude, &LATITUDES);
    Some((longitude, latitude))
}

fn within(desk: &mut Desk<'_>, column: Column, degrees: f64, range: &RangeInclusive<f64>) {
    if !range.contains(&degrees) {
        let name = column.title();
        let says = format!("{name}不在阜阳范围（{}–{}）内", range.start(), range.end());
        desk.say(column, says, Weight::Bad);
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
