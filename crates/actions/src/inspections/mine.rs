//! What a manager sees of the inspections of the own doors.

use super::list::{Detail, Filter, List, PAGE_ROWS, detail, page_of};
use crate::{Answer, Failure, House, accounts::principals::Manager};
use domain::checkpoints::CheckpointNumber;
use registry::{Inspection, InspectionFilter, InspectionTally, Which};

fn of(caller: &Manager) -> InspectionFilter {
    InspectionFilter {
        which: Which::All,
        county: None,
        township: None,
        manager: Some(caller.account),
        checkpoint: None,
        text: String::new(),
        limit: PAGE_ROWS,
        offset: 0,
    }
}

/// A page of the inspections of all doors that the caller manages, or of one of them.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn my_list(
    house: &House,
    caller: &Manager,
    door: Option<CheckpointNumber>,
    filter: &Filter,
) -> Answer<List> {
    let text = filter.text.trim().to_owned();
    page_of(house, InspectionFilter { checkpoint: door, text, ..of(caller) }, filter).await
}

/// One of them.
///
/// # Errors
/// `NotFound` for somebody else's door.
pub async fn my_one(house: &House, caller: &Manager, id: i64) -> Answer<Detail> {
    let inspection = managed(house, caller, id).await?;
    detail(house, inspection, false).await
}

/// How many inspections stand where, of all doors that the caller manages or of one of them.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn waiting(
    house: &House,
    caller: &Manager,
    door: Option<CheckpointNumber>,
) -> Answer<InspectionTally> {
    let filter = InspectionFilter { checkpoint: door, ..of(caller) };
    Ok(house.registry.tally_inspections(&filter, house.now()).await?)
}

/// An inspection of a door that the caller manages.
pub(super) async fn managed(house: &House, caller: &Manager, id: i64) -> Answer<Inspection> {
    let found = house.registry.inspection(id).await?.ok_or(Failure::NotFound)?;
    // By whoever manages the door now, as everything else of it.
    crate::applications::submit::managed_checkpoint(house, caller, found.checkpoint).await?;
    Ok(found)
}
