//! What a scanned code leads to. Looking registers nothing.

use crate::{Answer, Failure, House};
use domain::{
    checkpoints::{CheckpointNumber, DoorSettings},
    entry_policy::Site,
    time::UnixMs,
    venue_codes::{Standing, VenueCode},
};
use std::sync::Arc;

/// A door that can be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Number.
    pub checkpoint: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// County's name.
    pub county_name: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// Code of its kind of place.
    pub category: String,
    /// How it is set up.
    pub settings: DoorSettings,
}

impl Door {
    /// What decides which entry policy holds here.
    #[must_use]
    pub fn site(&self) -> Site<'_> {
        Site {
            checkpoint: self.checkpoint,
            county: &self.county,
            township: &self.township,
            category: &self.category,
        }
    }
}

/// What a code turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// A door in use.
    Door(Arc<Door>),
    /// Not sixteen base32 characters.
    Malformed,
    /// Nobody has this code.
    Unknown,
    /// Stopped by the authority for now.
    Suspended(Arc<Door>),
    /// Another code hangs there since this time.
    Replaced(Arc<Door>, UnixMs),
    /// The door was closed for good.
    Closed(Arc<Door>),
}

impl From<registry::VenueCodeRow> for Door {
    fn from(row: registry::VenueCodeRow) -> Self {
        Self {
            checkpoint: row.checkpoint,
            name: row.name,
            door: row.door,
            address: row.address,
            county_name: row.county_name,
            county: row.county,
            township: row.township,
            category: row.category,
            settings: row.settings,
        }
    }
}

/// Looks a code up.
#[must_use]
pub fn look(house: &House, code: &str) -> Looked {
    let Some(code) = VenueCode::parse(code) else { return Looked::Malformed };
    let Some(found) = house.mirror.code(code.as_str()) else { return Looked::Unknown };
    match found.standing {
        Standing::Current => Looked::Door(found.door),
        Standing::Suspended => Looked::Suspended(found.door),
        Standing::Replaced(since) => Looked::Replaced(found.door, since),
        Standing::Closed => Looked::Closed(found.door),
    }
}

/// The door behind a code in use.
///
/// # Errors
/// `Invalid` at `code` when it is malformed; `NotFound` when nobody has it; `Conflict` when it is
/// suspended, replaced or closed.
pub(crate) fn door(house: &House, code: &str) -> Answer<Arc<Door>> {
    match look(house, code) {
        Looked::Door(door) => Ok(door),
        Looked::Malformed => Err(Failure::field("code", "这不是场所码，应为 16 位字母和数字")),
        Looked::Unknown => Err(Failure::NotFound),
        Looked::Suspended(_) => Err(Failure::Conflict("这个场所码已暂停使用，请找值守人员登记")),
        Looked::Replaced(..) => Err(Failure::Conflict("这个场所码已更换，请扫门口新的场所码")),
        Looked::Closed(_) => Err(Failure::Conflict("这个检查点已关闭")),
    }
}
