//! Counties and townships, as selects offer them.

use domain::regions::Region;

/// A county with its townships, for selects.
#[derive(Clone, Debug)]
pub struct County {
    /// Six digits.
    pub code: String,
    /// Official name.
    pub name: String,
    /// Its townships in order of their codes.
    pub townships: Vec<Township>,
}

/// A township, for selects.
#[derive(Clone, Debug)]
pub struct Township {
    /// Nine digits.
    pub code: String,
    /// Official name.
    pub name: String,
}

/// The counties with their townships out of all regions. Regions come in order of their codes,
/// so a county stands before its townships; the city itself is left out.
#[must_use]
pub fn counties(regions: &[Region]) -> Vec<County> {
    let mut counties: Vec<County> = Vec::new();
    for region in regions {
        let Some(parent) = &region.parent else { continue };
        let (code, name) = (region.code.as_str().to_owned(), region.name.clone());
        if code.len() == 6 {
            counties.push(County { code, name, townships: Vec::new() });
        } else if let Some(county) = counties.iter_mut().find(|c| c.code == parent.as_str()) {
            county.townships.push(Township { code, name });
        }
    }
    counties
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::regions::RegionCode;

    fn region(code: &str, name: &str, parent: Option<&str>) -> Region {
        Region {
            code: RegionCode::parse(code).unwrap(),
            name: name.into(),
            parent: parent.map(|p| RegionCode::parse(p).unwrap()),
        }
    }

    #[test]
    fn townships_stand_in_their_county_and_the_city_is_no_choice() {
        let all = counties(&[
            region("341200", "阜阳市", None),
            region("341202", "颍州区", Some("341200")),
            region("341203", "颍东区", Some("341200")),
            region("341202001", "鼓楼街道", Some("341202")),
            region("341203001", "河东街道", Some("341203")),
            region("341203002", "新华街道", Some("341203")),
        ]);
        let seen: Vec<_> = all.iter().map(|c| (c.name.as_str(), c.townships.len())).collect();
        assert_eq!(seen, [("颍州区", 1), ("颍东区", 2)]);
    }
}
