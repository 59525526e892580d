//! What a person sees of their own record.

use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    checkins::{gate::Recorded, receipt::deleted_on},
    entry_apps,
};
use domain::{
    checkins::Method,
    entry_apps::App,
    health_status::Colour,
    time::{DAY_MS, UnixMs},
};
use std::collections::{HashMap, hash_map::Entry};

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
    /// Apps that know them, and since when.
    pub apps: Vec<(App, UnixMs)>,
    /// Entries still kept, newest first.
    pub entries: Vec<MyEntry>,
    /// Days an entry is kept.
    pub kept_days: u32,
}

/// One's own page.
///
/// # Errors
/// `Broken` when a store cannot be read.
pub async fn me(house: &House, caller: &Visitor) -> Answer<Me> {
    let now = house.now();
    let from = now.plus(-i64::from(house.settings.visit_days) * DAY_MS);
    let visits = house.visits.visits_of(caller.person.0, from.0, now.0 + 1).await;
    let visits = visits.map_err(Failure::broken)?;
    let mut doors = HashMap::new();
    let mut entries = Vec::new();
    for visit in visits.iter().rev().take(ENTRIES_MAX) {
        let recorded = Recorded::from(visit);
        if let Entry::Vacant(vacant) = doors.entry(recorded.checkpoint) {
            let checkpoint = house.registry.checkpoint(recorded.checkpoint).await?;
            vacant.insert(checkpoint.map(|c| (c.record.name, c.record.door)));
        }
        let (name, door) = doors.get(&recorded.checkpoint).cloned().flatten().unwrap_or_default();
        entries.push(MyEntry {
            name,
            door,
            entered: recorded.entered,
            method: recorded.method,
            colour: recorded.colour,
            deleted_on: deleted_on(house, recorded.entered),
        });
    }
    Ok(Me {
        masked_name: super::masked_name(house, caller.person)?,
        apps: entry_apps::mine(house, caller).await?,
        entries,
        kept_days: house.settings.visit_days,
    })
}

/// One's own masked name.
///
/// # Errors
/// `NotFound` when the person is gone meanwhile.
pub fn masked_name(house: &House, caller: &Visitor) -> Answer<String> {
    super::masked_name(house, caller.person)
}
