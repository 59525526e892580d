//! Regions: what forms offer and lists say.

use crate::{Answer, House};
use domain::regions::Region;

/// All regions of the city: the city, its counties, their townships, in order of their codes.
pub async fn all(house: &House) -> Answer<Vec<Region>> {
    Ok(house.registry.regions().await?)
}
