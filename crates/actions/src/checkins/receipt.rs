//! What was recorded, for the person it is about.

use super::look::Door;
use crate::{Answer, House, accounts::principals::Visitor};
use domain::{
    checkins::Method,
    entry_policy::Decision,
    health_status::{Colour, Itinerary},
    time::UnixMs,
};

/// An entry as its person sees it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Its name in URLs; means nothing without the person's session.
    pub id: String,
    /// Where.
    pub door: Door,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// What the door does.
    pub decision: Decision,
    /// Colour.
    pub colour: Colour,
    /// What to do, Chinese, key into the catalogues.
    pub advice: &'static str,
    /// Masked name.
    pub masked_name: String,
    /// Whole hours since the last negative sample.
    pub negative_hours: Option<i64>,
    /// Itinerary.
    pub itinerary: Itinerary,
    /// The door's proof word in the hour of the entry.
    pub proof_word: String,
    /// Whether this entry was already there (a scan again within a minute).
    pub again: bool,
    /// The day it is deleted.
    pub deleted_on: UnixMs,
    /// The time now, to say how old it is.
    pub now: UnixMs,
}

/// One of the person's own entries.
///
/// # Errors
/// `NotFound` for anything that is not theirs.
pub async fn receipt(house: &House, caller: &Visitor, id: &str) -> Answer<Receipt> {
    let _ = (house, caller, id);
    todo!()
}
