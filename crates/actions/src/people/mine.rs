//! What a person sees of their own record.

use crate::{Answer, House, accounts::principals::Visitor};
use domain::{checkins::Method, health_status::Colour, time::UnixMs};

/// Most entries shown.
pub const ENTRIES_MAX: usize = 200;

/// One's own entry.
#[derive(Clone, Debug)]
pub struct MyEntry {
    /// Registered name of the place.
    pub name: String,
    /// Door.
    pub door: String,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// Colour shown then.
    pub colour: Colour,
    /// The day it is deleted.
    pub deleted_on: UnixMs,
}

/// One's own page.
#[derive(Clone, Debug)]
pub struct Me {
    /// Masked name.
    pub masked_name: String,
    /// Entries still kept, newest first.
    pub entries: Vec<MyEntry>,
    /// Days an entry is kept.
    pub kept_days: u32,
}

/// One's own page.
pub async fn me(house: &House, caller: &Visitor) -> Answer<Me> {
    let _ = (house, caller);
    todo!()
}
