//! Places of the register that a program sends: all of them are taken, or none.

use super::import::{TakenPlaces, listed};
use crate::{
    Answer, House, accounts::principals::Administrator, categories, places::import::line, regions,
};
use domain::{
    categories::Tree,
    fields::Complaints,
    places::{NewPlace, PlaceForm},
};
use registry::ListedPlace;
use std::collections::HashSet;

/// Most places of one request.
pub const TAKEN_MAX: usize = 100;

/// What is wrong with one of the places: which, from 0, and what of it.
pub type PlaceFault = (usize, Complaints);

/// Takes up to [`TAKEN_MAX`] places into the register. Region and category are codes. When anything is
/// wrong, everything that is wrong comes back and nothing is taken.
///
/// # Errors
/// `Broken` when the registry cannot be read or written.
pub async fn take(
    house: &House,
    caller: &Administrator,
    forms: &[PlaceForm],
) -> Answer<Result<TakenPlaces, Vec<PlaceFault>>> {
    let tree = categories::tree(house).await?;
    let regions = regions::all(house).await?;
    let codes: HashSet<&str> = regions.iter().map(|region| region.code.as_str()).collect();
    let (mut rows, mut faults): (Vec<ListedPlace>, Vec<PlaceFault>) = (Vec::new(), Vec::new());
    for (at, form) in forms.iter().enumerate() {
        match checked(form, &codes, &tree) {
            Ok(place) => rows.push(listed(&place)),
            Err(complaints) => faults.push((at, complaints)),
        }
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let line = line(house, caller.actor());
    let detail = |taken: TakenPlaces| format!("接口：新增 {}，更新 {}", taken.new, taken.changed);
    Ok(Ok(house.registry.import_places(&rows, line.at, &line, detail).await?))
}

fn checked(form: &PlaceForm, codes: &HashSet<&str>, tree: &Tree) -> Result<NewPlace, Complaints> {
    let (checked, mut complaints) = match form.check() {
        Ok(place) => (Some(place), Complaints::default()),
        Err(complaints) => (None, complaints),
    };
    let mut say = |field, says| {
        if complaints.about(field).is_none() {
            complaints.add(field, says);
        }
    };
    let unknown = |code: &str| !code.is_empty() && !codes.contains(code);
    if unknown(form.county.trim()) {
        say("county", "没有这个县区，请重新选择");
    } else if unknown(form.township.trim()) {
        say("township", "没有这个乡镇或街道，请重新选择");
    }
    let category = form.category.trim();
    if !category.is_empty() && !tree.may_be(category, None) {
        say("category", categories::GONE);
    }
    checked.filter(|_| complaints.is_empty()).ok_or(complaints)
}
