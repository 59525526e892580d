//! What a manager sees of the unit's checkpoints.

use super::Event;
use crate::{Answer, House, accounts::principals::Manager};
use domain::{
    applications::State,
    checkpoints::{CheckpointForm, CheckpointNumber, Standing},
    time::UnixMs,
};

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
    /// Everything that happened, oldest first.
    pub events: Vec<Event>,
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
pub async fn list(house: &House, caller: &Manager) -> Answer<Vec<Row>> {
    let _ = (house, caller);
    todo!()
}

/// One of them.
///
/// # Errors
/// `NotFound` for somebody else's.
pub async fn one(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<Mine> {
    let _ = (house, caller, number);
    todo!()
}
