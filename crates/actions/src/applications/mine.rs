//! What a manager sees of the unit's checkpoints.

use super::{Event, submit::own_checkpoint};
use crate::{Answer, Failure, House, accounts::principals::Manager, regions};
use domain::{
    applications::State,
    categories,
    checkpoints::{CheckpointForm, CheckpointNumber, Standing},
    time::UnixMs,
};
pub use registry::CheckpointEvent;
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
    /// What it was called when enrolled.
    pub label: String,
    /// When it was enrolled.
    pub enrolled: UnixMs,
    /// When it was revoked, if it was.
    pub revoked: Option<UnixMs>,
}

/// The manager's checkpoints, newest change first.
///
/// # Errors
/// `Broken` when a store cannot be read.
pub async fn list(house: &House, caller: &Manager) -> Answer<Vec<Row>> {
    let Some(organisation) = house.registry.organisation_of(caller.account).await? else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    for checkpoint in house.registry.checkpoints_of(organisation.id).await? {
        rows.push(row(house, &checkpoint).await?.0);
    }
    Ok(rows)
}

/// One of them.
///
/// # Errors
/// `NotFound` for somebody else's.
pub async fn one(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<Mine> {
    let checkpoint = own_checkpoint(house, caller, number).await?;
    let (row, events) = row(house, &checkpoint).await?;
    let regions = regions::all(house).await?;
    let code = house.registry.code_of(number).await?;
    let devices = house.registry.devices_at(number).await?;
    let life = house.registry.checkpoint_events(number).await?;
    let record = checkpoint.record;
    Ok(Mine {
        row,
        county_name: regions::name_of(&regions, &record.county),
        township_name: regions::name_of(&regions, &record.township),
        category_name: category_name(&record.category),
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
                label: device.label,
                enrolled: device.enrolled,
                revoked: device.revoked,
            })
            .collect(),
    })
}

/// A category's Chinese name, or its code when the tree has lost it.
pub(crate) fn category_name(code: &str) -> String {
    categories::by_code(code).map_or_else(|| code.to_owned(), |found| found.name.to_owned())
}

fn form(house: &House, record: registry::CheckpointRecord) -> Answer<CheckpointForm> {
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

async fn row(house: &House, checkpoint: &registry::Checkpoint) -> Answer<(Row, Vec<Event>)> {
    let number = checkpoint.number;
    let application = house.registry.application_of(number).await?;
    let (application, state) = application.ok_or(Failure::NotFound)?;
    let events = super::events(house, application).await?;
    let reason = events.last().filter(|_| state == State::Returned).map(|e| e.reason.clone());
    let today =
        if checkpoint.standing == Standing::Applying { 0 } else { today(house, number).await? };
    let record = &checkpoint.record;
    let row = Row {
        number,
        name: record.name.clone(),
        door: record.door.clone(),
        address: record.address.clone(),
        standing: checkpoint.standing,
        state,
        reason: reason.unwrap_or_default(),
        changed: events.last().map_or(checkpoint.changed, |event| event.at),
        today,
    };
    Ok((row, events))
}

/// Entries at a door since midnight.
async fn today(house: &House, checkpoint: CheckpointNumber) -> Answer<u64> {
    let now = house.now();
    let window =
        Window { checkpoint: checkpoint.0, from_ms: now.day_start().0, to_ms: now.plus(1).0 };
    let visits = house.visits.visits_at(window).await.map_err(Failure::broken)?;
    Ok(visits.len() as u64)
}
