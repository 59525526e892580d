//! Regions: what forms offer and lists say.

use crate::{Answer, Failure, House};
use domain::regions::{Region, RegionCode, Scope};

/// All regions of the city: the city, its counties, their townships, in order of their codes.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn all(house: &House) -> Answer<Vec<Region>> {
    Ok(house.registry.regions().await?)
}

/// The township, when it exists.
///
/// # Errors
/// `Invalid` at `township`.
pub(crate) async fn known(house: &House, township: &RegionCode) -> Answer<()> {
    if all(house).await?.iter().any(|region| region.code == *township) {
        Ok(())
    } else {
        Err(Failure::field("township", "没有这个乡镇或街道，请重新选择"))
    }
}

/// The county and the township that a list is narrowed to: the scope's own, or what is wanted within it.
pub(crate) fn within(scope: &Scope, wanted: Option<&str>) -> (Option<String>, Option<String>) {
    let of = |digits: usize| {
        let own = scope.region().map(RegionCode::as_str).filter(|code| code.len() == digits);
        own.or_else(|| wanted.filter(|code| code.len() == digits)).map(str::to_owned)
    };
    (of(6), of(9))
}

/// The name of a region, or its code when it has none.
pub(crate) fn name_of(regions: &[Region], code: &str) -> String {
    let found = regions.iter().find(|region| region.code.as_str() == code);
    found.map_or_else(|| code.to_owned(), |region| region.name.clone())
}
