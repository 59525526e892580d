//! The tracing desk of one case.

use super::cases::CaseRow;
use crate::{Answer, House, accounts::principals::Investigator};
use domain::{
    checkins::Method, checkpoints::CheckpointNumber, health_status::Colour, people::PersonNumber,
    time::UnixMs,
};

/// Most contacts shown on the desk; the export has them all.
pub const CONTACTS_SHOWN_MAX: usize = 500;

/// One entry of the case.
#[derive(Clone, Debug)]
pub struct CaseVisit {
    /// Where.
    pub checkpoint: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Category's name.
    pub category_name: String,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// Colour shown then.
    pub colour: Colour,
    /// How many other people entered there within the window.
    pub people: usize,
}

/// Somebody who was near.
#[derive(Clone, Debug)]
pub struct ContactRow {
    /// Who.
    pub person: PersonNumber,
    /// Masked name.
    pub masked_name: String,
    /// Number of the case's entries they were near to.
    pub meetings: u32,
    /// Smallest time between the entries, in whole minutes.
    pub nearest_minutes: i64,
    /// Where that was: name and door.
    pub nearest_place: String,
    /// When they entered there.
    pub nearest_entered: UnixMs,
}

/// The desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The case.
    pub case: CaseRow,
    /// The case's person number, for opening the identity.
    pub person: PersonNumber,
    /// First moment looked at.
    pub from: UnixMs,
    /// Last moment looked at.
    pub to: UnixMs,
    /// Minutes before and after an entry.
    pub window_minutes: i64,
    /// The entries, in order of time.
    pub visits: Vec<CaseVisit>,
    /// The people, most meetings first, at most 500; with `checkpoint`/`entered` chosen, of that
    /// one entry only.
    pub contacts: Vec<ContactRow>,
    /// How many people there are in all.
    pub contacts_total: usize,
}

/// Which entry of the case to look at; `None` for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Where.
    pub checkpoint: CheckpointNumber,
    /// When.
    pub entered: UnixMs,
}

/// Puts the desk together; the look is in the audit first.
///
/// # Errors
/// `NotFound` for a case opened by somebody else.
pub async fn desk(
    house: &House,
    caller: &Investigator,
    case: i64,
    window_minutes: Option<i64>,
    chosen: Option<Chosen>,
) -> Answer<Desk> {
    let _ = (house, caller, case, window_minutes, chosen);
    todo!()
}
