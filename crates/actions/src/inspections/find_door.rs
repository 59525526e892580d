//! The door that an inspector stands at.

use crate::{Answer, Failure, House, accounts::principals::Inspector, regions};
use domain::{
    checkpoints::{CheckpointNumber, Standing},
    regions::Region,
    venue_codes::Printed,
};
use registry::InspectedDoor;

/// Most doors that a name finds.
pub const DOORS_MAX: i64 = 20;

/// A door with a code.
#[derive(Clone, Debug)]
pub struct Door {
    /// Number.
    pub number: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// Address.
    pub address: String,
    /// Names of county and township.
    pub region_name: String,
    /// Name of its unit.
    pub organisation_name: String,
    /// Where it stands.
    pub standing: Standing,
    /// The number at the foot of its poster.
    pub short_number: String,
    /// Whether there is an account that is told what was found.
    pub has_manager: bool,
    /// Number of its newest inspection, 0 for none; goes along with what is recorded.
    pub newest: i64,
}

/// What was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// The door of what stands on the poster; and whether that is a code that was replaced.
    Door(Door, bool),
    /// Doors that have the text in name, door, address or unit.
    Doors(Vec<Door>),
}

/// Finds a door within the inspector's scope by the URL or number on its poster, or by a text.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn find_door(house: &House, caller: &Inspector, typed: &str) -> Answer<Found> {
    let regions = regions::all(house).await?;
    let printed = match Printed::read(typed) {
        Some(Printed::Code(code)) => house.registry.door_of_code(code.as_str()).await?,
        Some(Printed::ShortNumber(number)) => house.registry.door_of_short_number(&number).await?,
        None => return by_text(house, caller, typed.trim(), &regions).await,
    };
    let Some((number, replaced)) = printed else { return Ok(Found::Doors(Vec::new())) };
    match door(house, caller, number).await {
        Ok(door) => Ok(Found::Door(door, replaced)),
        Err(Failure::NotFound) => Ok(Found::Doors(Vec::new())),
        Err(other) => Err(other),
    }
}

async fn by_text(
    house: &House,
    caller: &Inspector,
    text: &str,
    regions: &[Region],
) -> Answer<Found> {
    if text.is_empty() {
        return Ok(Found::Doors(Vec::new()));
    }
    let (county, township) = regions::within(&caller.scope, None);
    let within = (county.as_deref(), township.as_deref());
    let doors = house.registry.doors_to_inspect(within, text, DOORS_MAX).await?;
    Ok(Found::Doors(doors.into_iter().map(|door| shown(door, regions)).collect()))
}

/// A door within the inspector's scope.
///
/// # Errors
/// `NotFound` outside of it, and for a door that has no code yet.
pub async fn door(house: &House, caller: &Inspector, number: CheckpointNumber) -> Answer<Door> {
    let found = house.registry.inspected_door(number).await?;
    let found = found.filter(|door| caller.scope.covers(&door.township));
    Ok(shown(found.ok_or(Failure::NotFound)?, &regions::all(house).await?))
}

fn shown(door: InspectedDoor, regions: &[Region]) -> Door {
    let name = |code| regions::name_of(regions, code);
    Door {
        number: door.number,
        region_name: format!("{} {}", name(&door.county), name(&door.township)),
        name: door.name,
        door: door.door,
        address: door.address,
        organisation_name: door.organisation_name,
        standing: door.standing,
        short_number: door.short_number,
        has_manager: door.has_manager,
        newest: door.newest,
    }
}
