//! Regions: city, county, township; and what part of them an authority's account may see.

/// A region's number in GB/T 2260 (six digits: city, county) or the statistical nine-digit code
/// (township).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(String);

impl RegionCode {
    /// Takes six or nine digits.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let right = matches!(code.len(), 6 | 9) && code.bytes().all(|b| b.is_ascii_digit());
        right.then(|| Self(code.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of the county a township lies in; a county's or city's own code otherwise.
    #[must_use]
    pub fn county(&self) -> &str {
        &self.0[..6]
    }
}

/// A region with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its number.
    pub code: RegionCode,
    /// Its official name.
    pub name: String,
    /// The region it lies in; `None` for the city.
    pub parent: Option<RegionCode>,
}

/// What part of the city an authority's account may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    City,
    /// One county and its townships.
    County(RegionCode),
    /// One township or street.
    Township(RegionCode),
}

impl Scope {
    /// Whether something in this region may be seen: a township (nine digits), or a county as a
    /// whole (six digits).
    #[must_use]
    pub fn covers(&self, region: &str) -> bool {
        match self {
            Self::City => true,
            Self::County(code) => region.get(..6) == Some(code.as_str()),
            Self::Township(code) => code.as_str() == region,
        }
    }

    /// The county or township this scope is narrowed to, if it is.
    #[must_use]
    pub fn region(&self) -> Option<&RegionCode> {
        match self {
            Self::City => None,
            Self::County(code) | Self::Township(code) => Some(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_sees_its_own_and_nothing_else() {
        let yingzhou = Scope::County(RegionCode::parse("341202").unwrap());
        assert!(yingzhou.covers("341202") && !yingzhou.covers("341203"));
        assert!(yingzhou.covers("341202001") && !yingzhou.covers("341203001"));
        assert!(Scope::City.covers("341203"));
        assert!(!yingzhou.covers("") && !yingzhou.covers("34120"));
    }

    #[test]
    fn a_township_sees_itself_and_not_its_county() {
        let gulou = Scope::Township(RegionCode::parse("341202001").unwrap());
        assert!(gulou.covers("341202001") && !gulou.covers("341202004"));
        assert!(!gulou.covers("341202"));
        assert_eq!(gulou.region().map(RegionCode::as_str), Some("341202001"));
        assert_eq!(Scope::City.region(), None);
    }

    #[test]
    fn a_township_knows_its_county() {
        assert_eq!(RegionCode::parse("341202001").unwrap().county(), "341202");
        for wrong in ["", "3412", "34120x", "3412020010"] {
            assert!(RegionCode::parse(wrong).is_none(), "{wrong}");
        }
    }
}
