//! What a scanned code leads to. Looking registers nothing.

use crate::{Answer, House};
use domain::{checkpoints::CheckpointNumber, time::UnixMs};

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
}

/// What a code turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// A door in use.
    Door(Door),
    /// Not sixteen base32 characters.
    Malformed,
    /// Nobody has this code.
    Unknown,
    /// Stopped by the authority for now.
    Suspended(Door),
    /// Another code hangs there since this time.
    Replaced(Door, UnixMs),
    /// The door was closed for good.
    Closed(Door),
}

/// Looks a code up.
pub async fn look(house: &House, code: &str) -> Answer<Looked> {
    let _ = (house, code);
    todo!()
}
