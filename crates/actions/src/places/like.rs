//! What the register of places says about a door: for whoever reviews its application.

use super::list::{SHOWN_MAX, likeness, likeness_of_door, row};
use crate::{Answer, House};
use domain::{
    categories::Tree,
    checkpoints::CheckpointNumber,
    places::{Score, WORTH_MIN},
    regions::{Region, Scope},
};

/// Most places shown beside an application.
const BESIDE_MAX: usize = 3;

/// What the register says about a door.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Whether the register has places in the door's county: only then it says anything.
    pub known: bool,
    /// Places that the door may be, what speaks most for first.
    pub places: Vec<ListedPlace>,
}

/// A place that a door may be.
#[derive(Clone, Debug)]
pub struct ListedPlace {
    /// The place.
    pub row: super::Row,
    /// What speaks for it.
    pub score: Score,
    /// Whether the unit's own name speaks more for it than the door's.
    pub by_unit_name: bool,
    /// Whether it is settled that it is the door's unit.
    pub is_ours: bool,
}

/// What the register says about a door of this unit, within the caller's scope.
pub(crate) async fn of_door(
    house: &House,
    scope: &Scope,
    (checkpoint, county, organisation): (CheckpointNumber, &str, i64),
    (regions, tree): (&[Region], &Tree),
) -> Answer<Listed> {
    let mut places: Vec<ListedPlace> = Vec::new();
    for like in house.registry.places_like(checkpoint, SHOWN_MAX).await? {
        let score = likeness(&like.place, &like.unit);
        let row = row(&like.place, regions, tree);
        let ours = row.is_unit(organisation);
        let seen = like.place.township.as_deref().unwrap_or(&like.place.county);
        let twice = places.iter().any(|known| known.row.id == like.place.id);
        if !twice && scope.covers(seen) && (ours || score.points >= WORTH_MIN) {
            let by_unit_name = score != likeness_of_door(&like.place, &like.unit);
            places.push(ListedPlace { row, score, by_unit_name, is_ours: ours });
        }
    }
    places.sort_by_key(|place| std::cmp::Reverse((place.is_ours, place.score.points)));
    places.truncate(BESIDE_MAX);
    let known = !places.is_empty() || house.registry.places_known_in(county).await?;
    Ok(Listed { known, places })
}
