//! What a manager sees of the unit's checkpoints.

use super::{Event, submit::managed_checkpoint};
use crate::{
    Answer, Failure, House,
    accounts::principals::Manager,
    categories,
    invitations::{DoorManager, door_manager},
    posters, regions,
};
use domain::duty::DeviceKind;
use domain::{
    applications::{ReviewSteps, State},
    checkpoints::{CheckpointForm, CheckpointNumber, Standing},
    sorting::Sort,
    time::UnixMs,
};
pub use registry::CheckpointEvent;
use registry::{DoorFilter, DoorRow};
use vault::Field;
use visits::Window;

/// A checkpoint in the manager's list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Number.
    pub number: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// Where it stands.
    pub standing: Standing,
    /// Where its application stands.
    pub state: State,
    /// Why it came back, when it did.
    pub reason: String,
    /// Last change.
    pub changed: UnixMs,
    /// How often its application was written or decided: whoever corrects it says which they read.
    pub round: i64,
    /// Entries today.
    pub today: u64,
}

/// One checkpoint of the manager's.
#[derive(Clone, Debug)]
pub struct Mine {
    /// Its row.
    pub row: Row,
    /// What was applied for, to be corrected.
    pub form: CheckpointForm,
    /// What it is to become, when a change was applied for.
    pub proposed: Option<CheckpointForm>,
    /// Characters of what was applied for, or of the change, that no poster can show.
    pub undrawable: Vec<char>,
    /// Names of county, township and category.
    pub county_name: String,
    /// Township's name.
    pub township_name: String,
    /// Category's name (Chinese, key into the catalogues).
    pub category_name: String,
    /// Everything that happened to its application, oldest first.
    pub events: Vec<Event>,
    /// What has happened since it was approved, oldest first.
    pub life: Vec<CheckpointEvent>,
    /// Printed URL and short number, once approved.
    pub code: Option<Code>,
    /// Enrolled duty devices.
    pub devices: Vec<Device>,
    /// Who manages it in place of the unit's manager.
    pub manager: DoorManager,
    /// Whether the caller manages the unit, and not this door alone.
    pub is_owner: bool,
    /// Whether the caller is the responsible person, so that there is nobody to invite.
    pub is_responsible: bool,
}

/// A venue code as its manager sees it.
#[derive(Clone, Debug)]
pub struct Code {
    /// Printed URL.
    pub url: String,
    /// Short number, `FY-1202-7K3QD`.
    pub short_number: String,
}

/// A duty device as its manager sees it.
#[derive(Clone, Debug)]
pub struct Device {
    /// Number.
    pub id: i64,
    /// What it is.
    pub kind: DeviceKind,
    /// What it was called when enrolled.
    pub label: String,
    /// When it was enrolled.
    pub enrolled: UnixMs,
    /// When it was revoked, if it was.
    pub revoked: Option<UnixMs>,
}

/// What the manager's list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// State of the application; `None` for all.
    pub state: Option<State>,
    /// Part of a name, door or address; empty for all.
    pub text: String,
    /// The order.
    pub sort: Sort,
    /// Page, from 0; one beyond the last is the last.
    pub page: i64,
}

/// A page of the manager's checkpoints.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The rows, newest change first.
    pub rows: Vec<Row>,
    /// How many the filter has.
    pub total: i64,
    /// How many there are in all.
    pub all: i64,
    /// How many wait, came back, were approved.
    pub counts: Vec<(State, i64)>,
    /// The page, from 0.
    pub page: i64,
    /// How many pages there are, at least one.
    pub pages: i64,
    /// Whether a door is in use, so that there are posters.
    pub any_approved: bool,
}

/// Checkpoints of one page.
pub const PAGE_ROWS: i64 = 50;

/// A page of the manager's checkpoints.
///
/// # Errors
/// `Broken` when a store cannot be read.
pub async fn list(house: &House, caller: &Manager, filter: &Filter) -> Answer<List> {
    let Some(organisation) = house.registry.organisation_of(caller.account).await? else {
        return Ok(List { pages: 1, ..List::default() });
    };
    let all = DoorFilter {
        organisation: organisation.id,
        state: None,
        text: String::new(),
        sort: filter.sort,
        limit: PAGE_ROWS,
        offset: 0,
    };
    let mut counts = Vec::new();
    for state in State::ALL {
        let of = DoorFilter { state: Some(state), ..all.clone() };
        let count = house.registry.doors_total(&of).await?;
        let two = house.settings.review_steps == ReviewSteps::Two;
        if state != State::Endorsed || two || count > 0 {
            counts.push((state, count));
        }
    }
    let text = filter.text.trim().to_owned();
    let mut wanted = DoorFilter { state: filter.state, text, ..all };
    let total = house.registry.doors_total(&wanted).await?;
    let pages = ((total + PAGE_ROWS - 1) / PAGE_ROWS).max(1);
    let page = filter.page.clamp(0, pages - 1);
    wanted.offset = page * PAGE_ROWS;
    let mut rows = Vec::new();
    for door in house.registry.doors_of(&wanted).await? {
        rows.push(row(house, door).await?);
    }
    let sum = counts.iter().map(|(_, count)| count).sum();
    let approved = counts.iter().any(|(state, count)| *state == State::Approved && *count > 0);
    Ok(List { rows, total, all: sum, counts, page, pages, any_approved: approved })
}

/// Doors shown that were taken over one by one.
const ENTRUSTED_MAX: i64 = 500;

/// The doors of other units that the caller manages, newest change first.
///
/// # Errors
/// `Broken` when a store cannot be read.
pub async fn entrusted(house: &House, caller: &Manager) -> Answer<Vec<Row>> {
    let mut rows = Vec::new();
    for door in house.registry.doors_managed_by(caller.account, ENTRUSTED_MAX).await? {
        rows.push(row(house, door).await?);
    }
    Ok(rows)
}

/// One of them.
///
/// # Errors
/// `NotFound` for somebody else's.
pub async fn one(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<Mine> {
    let checkpoint = managed_checkpoint(house, caller, number).await?;
    let manager = door_manager(house, &checkpoint).await?;
    let is_owner = checkpoint.manager != Some(caller.account);
    let application = house.registry.application_of(number).await?;
    let (application, state) = application.ok_or(Failure::NotFound)?;
    let events = super::events(house, application).await?;
    let came_back = events.iter().rev().find(|event| event.state == State::Returned);
    let door = DoorRow {
        number,
        name: checkpoint.record.name.clone(),
        door: checkpoint.record.door.clone(),
        address: checkpoint.record.address.clone(),
        standing: checkpoint.standing,
        state,
        reason: came_back.map(|event| event.reason.clone()).unwrap_or_default(),
        changed: checkpoint.changed,
        round: house.registry.round_of(number).await?.unwrap_or_default(),
    };
    let row = row(house, door).await?;
    let regions = regions::all(house).await?;
    let code = house.registry.code_of(number).await?;
    let devices = house.registry.devices_at(number).await?;
    let life = house.registry.checkpoint_events(number).await?;
    let record = checkpoint.record;
    let own = house.registry.account(caller.account).await?.ok_or(Failure::NotSignedIn)?;
    let responsible = house.vault.open(Field::Phone, &record.responsible_phone_sealed)?;
    let is_responsible = house.vault.open(Field::Phone, &own.new.phone_sealed)? == responsible;
    let proposed = house.registry.proposal(number).await?;
    let undrawable = posters::undrawable(proposed.as_ref().unwrap_or(&record))?;
    Ok(Mine {
        manager,
        is_owner,
        is_responsible,
        undrawable,
        proposed: proposed.map(|record| form(house, record)).transpose()?,
        row,
        county_name: regions::name_of(&regions, &record.county),
        township_name: regions::name_of(&regions, &record.township),
        category_name: categories::tree(house).await?.name_of(&record.category),
        form: form(house, record)?,
        events,
        life,
        code: code.map(|code| Code {
            url: house.printed_url(&code.code),
            short_number: code.short_number,
        }),
        devices: devices
            .into_iter()
            .map(|device| Device {
                id: device.id,
                kind: device.kind,
                label: device.label,
                enrolled: device.enrolled,
                revoked: device.revoked,
            })
            .collect(),
    })
}

/// One of the caller's own unit, whose contents are the caller's to change.
///
/// # Errors
/// `NotFound` for somebody else's, also when the caller manages the door for another unit.
pub async fn owned(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<Mine> {
    let mine = one(house, caller, number).await?;
    if mine.is_owner { Ok(mine) } else { Err(Failure::NotFound) }
}

/// What was applied for, as it was typed.
pub(super) fn form(house: &House, record: registry::CheckpointRecord) -> Answer<CheckpointForm> {
    let open = |field, sealed: &[u8]| house.vault.open(field, sealed);
    Ok(CheckpointForm {
        responsible_name: open(Field::PersonName, &record.responsible_name_sealed)?,
        responsible_phone: open(Field::Phone, &record.responsible_phone_sealed)?,
        name: record.name,
        door: record.door,
        address: record.address,
        county: record.county,
        township: record.township,
        category: record.category,
    })
}

async fn row(house: &House, door: DoorRow) -> Answer<Row> {
    let today = match door.standing {
        Standing::Applying => 0,
        _ => today(house, door.number).await?,
    };
    let DoorRow { number, name, door, address, standing, state, reason, changed, round } = door;
    let reason = if state == State::Returned { reason } else { String::new() };
    Ok(Row { number, name, door, address, standing, state, reason, changed, round, today })
}

/// Entries at a door since midnight.
async fn today(house: &House, checkpoint: CheckpointNumber) -> Answer<u64> {
    let now = house.now();
    let window =
        Window { checkpoint: checkpoint.0, from_ms: now.day_start().0, to_ms: now.plus(1).0 };
    let visits = house.visits.visits_at(window).await.map_err(Failure::broken)?;
    Ok(visits.len() as u64)
}
