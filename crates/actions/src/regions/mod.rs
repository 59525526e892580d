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

/// A county that there is not: a list that is narrowed to it is empty.
const NOWHERE: &str = "000000";

/// The county and the township that a list is narrowed to: what is wanted, as far as it lies in the
/// scope, or all of the scope where what is wanted lies around it. What lies elsewhere narrows to
/// nothing, so that a decision about many is never about more than was meant.
pub(crate) fn within(scope: &Scope, wanted: Option<&str>) -> (Option<String>, Option<String>) {
    let own = scope.region().map(RegionCode::as_str);
    let narrowed = match wanted.filter(|code| !code.is_empty()) {
        None => own,
        Some(code) if is_around(code, own) => own,
        Some(code) if scope.covers(code) => Some(code),
        Some(_) => Some(NOWHERE),
    };
    let of = |digits: usize| narrowed.filter(|code| code.len() == digits).map(str::to_owned);
    match narrowed {
        Some(code) if RegionCode::parse(code).is_none() => (Some(NOWHERE.to_owned()), None),
        _ => (of(6), of(9)),
    }
}

/// Whether a region is the city, or the county of the scope's own township.
fn is_around(code: &str, own: Option<&str>) -> bool {
    let is_city = code.len() == 6 && code.ends_with("00");
    match own {
        None => is_city,
        Some(own) => (is_city && own.get(..4) == code.get(..4)) || own.get(..6) == Some(code),
    }
}

/// The name of a region, or its code when it has none.
pub(crate) fn name_of(regions: &[Region], code: &str) -> String {
    let found = regions.iter().find(|region| region.code.as_str() == code);
    found.map_or_else(|| code.to_owned(), |region| region.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::accounts::scope;

    /// What a scope makes of a wanted region, the narrower of both.
    fn narrowed(own: &str, wanted: &str) -> String {
        let scope = scope(Some(own).filter(|own| !own.is_empty()));
        let (county, township) = within(&scope, Some(wanted));
        township.or(county).unwrap_or_default()
    }

    #[test]
    fn a_list_is_never_longer_than_was_meant() {
        for (own, wanted, list) in [
            ("", "", ""),
            ("", "341200", ""),
            ("", "341202", "341202"),
            ("", "341202001", "341202001"),
            ("341202", "", "341202"),
            ("341202", "341200", "341202"),
            ("341202", "341202", "341202"),
            ("341202", "341202001", "341202001"),
            ("341202001", "341202", "341202001"),
            ("341202001", "341200", "341202001"),
            ("341202001", "341202001", "341202001"),
        ] {
            assert_eq!(narrowed(own, wanted), list, "{own} {wanted}");
        }
    }

    #[test]
    fn what_lies_elsewhere_is_nothing_and_not_everything() {
        for (own, wanted) in [
            ("341202", "341203"),
            ("341202", "341203001"),
            ("341202", "341300"),
            ("341202001", "341202004"),
            ("341202001", "341203"),
            ("341202", "34"),
            ("", "颍州区"),
            ("341202", "34120x"),
        ] {
            assert_eq!(narrowed(own, wanted), NOWHERE, "{own} {wanted}");
        }
    }
}
