//! What a person sees of their own record.

use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    checkins::{gate::Recorded, receipt::deleted_on},
    entry_apps,
};
use domain::{
    checkins::Method, checkpoints::CheckpointNumber, entry_apps::App, health_status::Colour,
    time::UnixMs,
};
use std::collections::{HashMap, hash_map::Entry};

/// Entries of one page.
pub const PAGE_ENTRIES: usize = 20;

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
    /// Entries still kept, newest first: those of this page.
    pub entries: Vec<MyEntry>,
    /// This page, from 0.
    pub page: usize,
    /// How many pages there are; at least one.
    pub pages: usize,
    /// How many entries there are in all.
    pub entries_total: usize,
    /// Days an entry is kept.
    pub kept_days: u32,
    /// The day on which the registration is erased if its holder does nothing from now on.
    pub erased_on: UnixMs,
}

/// One's own page; a page beyond the last is the last. Whoever looks at it is there: from this day on
/// their registration is kept.
///
/// # Errors
/// `Broken` when a store cannot be read.
pub async fn me(house: &House, caller: &Visitor, page: usize) -> Answer<Me> {
    super::note_active(house, caller.person).await?;
    let visits = visits(house, caller).await?;
    let pages = visits.len().div_ceil(PAGE_ENTRIES).max(1);
    let page = page.min(pages - 1);
    let shown = visits.iter().rev().skip(page * PAGE_ENTRIES).take(PAGE_ENTRIES);
    let mut doors = Doors::default();
    let mut entries = Vec::new();
    for recorded in shown {
        entries.push(doors.entry(house, recorded).await?);
    }
    Ok(Me {
        masked_name: super::masked_name(house, caller.person)?,
        apps: entry_apps::mine(house, caller).await?,
        entries,
        page,
        pages,
        entries_total: visits.len(),
        kept_days: house.settings.visit_days,
        erased_on: super::erased_on(house, caller.person).await?,
    })
}

/// Everything that is kept of one's entries, the oldest first.
pub(crate) async fn visits(house: &House, caller: &Visitor) -> Answer<Vec<Recorded>> {
    let from = domain::retention::kept_from(house.now(), house.settings.visit_days);
    let to = house.now().plus(1);
    let visits = house.visits.visits_of(caller.person.0, from.0, to.0).await;
    Ok(visits.map_err(Failure::broken)?.iter().map(Recorded::from).collect())
}

/// What doors are called, each asked for once.
#[derive(Default)]
pub(crate) struct Doors(HashMap<CheckpointNumber, (String, String)>);

impl Doors {
    pub(crate) async fn entry(&mut self, house: &House, recorded: &Recorded) -> Answer<MyEntry> {
        if let Entry::Vacant(vacant) = self.0.entry(recorded.checkpoint) {
            let checkpoint = house.registry.checkpoint(recorded.checkpoint).await?;
            vacant.insert(checkpoint.map(|c| (c.record.name, c.record.door)).unwrap_or_default());
        }
        let (name, door) = self.0.get(&recorded.checkpoint).cloned().unwrap_or_default();
        Ok(MyEntry {
            name,
            door,
            entered: recorded.entered,
            method: recorded.method,
            colour: recorded.colour,
            deleted_on: deleted_on(house, recorded.entered),
        })
    }
}

/// One's own masked name.
///
/// # Errors
/// `NotFound` when the person is gone meanwhile.
pub fn masked_name(house: &House, caller: &Visitor) -> Answer<String> {
    super::masked_name(house, caller.person)
}
