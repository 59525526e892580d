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

/// Those that somebody narrowed to `own`, a county or township, can choose from.
#[must_use]
pub fn counties_of(regions: &[Region], own: Option<&str>) -> Vec<County> {
    let mut all = counties(regions);
    if let Some(own) = own {
        all.retain(|county| own.starts_with(county.code.as_str()));
        for county in &mut all {
            county.townships.retain(|town| own.len() == 6 || town.code == own);
        }
    }
    all
}

/// The name of the chosen county or township; none when all are shown.
#[must_use]
pub fn part_of_city<'a>(counties: &'a [County], chosen: Option<&str>) -> Option<&'a str> {
    let chosen = chosen?;
    counties.iter().find_map(|county| {
        let town = county.townships.iter().find(|town| town.code == chosen);
        let whole = (county.code == chosen).then_some(county.name.as_str());
        whole.or(town.map(|town| town.name.as_str()))
    })
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

    #[test]
    fn whoever_is_narrowed_chooses_within_that() {
        let regions = [
            region("341200", "阜阳市", None),
            region("341202", "颍州区", Some("341200")),
            region("341202001", "鼓楼街道", Some("341202")),
            region("341202002", "文峰街道", Some("341202")),
            region("341203", "颍东区", Some("341200")),
        ];
        let choices = |own| -> Vec<usize> {
            counties_of(&regions, own).iter().map(|county| county.townships.len()).collect()
        };
        assert_eq!(choices(None), [2, 0]);
        assert_eq!(choices(Some("341202")), [2]);
        assert_eq!(choices(Some("341202002")), [1]);
        let all = counties(&regions);
        for (chosen, name) in [
            (Some("341203"), Some("颍东区")),
            (Some("341202002"), Some("文峰街道")),
            (Some("341299"), None),
            (None, None),
        ] {
            assert_eq!(part_of_city(&all, chosen), name);
        }
    }
}
