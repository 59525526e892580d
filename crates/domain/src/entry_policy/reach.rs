//! Where a policy holds, and which of many holds at a door.

use super::{EntryPolicy, FIRST_POLICY, Rules};
use crate::{checkpoints::CheckpointNumber, regions::RegionCode, time::UnixMs};

/// Where a policy holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// At one door.
    Checkpoint(CheckpointNumber),
    /// At all doors of a region and a kind of place.
    Places {
        /// County or township; `None` for the whole city.
        region: Option<RegionCode>,
        /// Code of a category, or of a group of them; `None` for every kind.
        category: Option<String>,
    },
}

/// What of a door decides which policy holds there.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The door.
    pub checkpoint: CheckpointNumber,
    /// Code of its county.
    pub county: &'a str,
    /// Code of its township.
    pub township: &'a str,
    /// Code of its category; begins with its group's.
    pub category: &'a str,
}

impl Reach {
    /// The whole city, every kind of place.
    pub const CITY: Self = Self::Places { region: None, category: None };

    /// Whether a door lies within.
    #[must_use]
    pub fn covers(&self, site: &Site<'_>) -> bool {
        match self {
            Self::Checkpoint(number) => *number == site.checkpoint,
            Self::Places { region, category } => {
                let here = region.as_ref().is_none_or(|region| {
                    region.as_str() == site.county || region.as_str() == site.township
                });
                here && category.as_ref().is_none_or(|code| site.category.starts_with(code))
            }
        }
    }

    /// How narrow it is: the door itself before its kind of place, the kind before the region, and of
    /// each the narrower. Two that cover one door and are equally narrow are the same.
    fn rank(&self) -> (bool, usize, usize) {
        match self {
            Self::Checkpoint(_) => (true, 0, 0),
            Self::Places { region, category } => (
                false,
                category.as_ref().map_or(0, String::len),
                region.as_ref().map_or(0, |region| region.as_str().len()),
            ),
        }
    }
}

/// A policy that two people agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedPolicy {
    /// Its number; grows, and a verdict keeps it.
    pub version: u32,
    /// Where it holds.
    pub reach: Reach,
    /// From when.
    pub begins: UnixMs,
    /// What it asks; `None` takes back what was asked there, so that the next wider one holds.
    pub rules: Option<Rules>,
}

/// All policies that may hold now or later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies(Vec<AgreedPolicy>);

impl Policies {
    /// Puts them in the order in which they are asked: the narrowest first, and of one reach the one
    /// that began last.
    #[must_use]
    pub fn new(mut all: Vec<AgreedPolicy>) -> Self {
        all.sort_by_key(|policy| {
            std::cmp::Reverse((policy.reach.rank(), policy.begins, policy.version))
        });
        Self(all)
    }

    /// The policy that holds at a door at this moment. With none agreed on, the first.
    #[must_use]
    pub fn at(&self, site: &Site<'_>, now: UnixMs) -> EntryPolicy {
        let mut passed_over = None;
        for policy in &self.0 {
            let rank = policy.reach.rank();
            if policy.begins > now || passed_over == Some(rank) || !policy.reach.covers(site) {
                continue;
            }
            match policy.rules {
                Some(rules) => {
                    return EntryPolicy { version: policy.version, rules, ..FIRST_POLICY };
                }
                None => passed_over = Some(rank),
            }
        }
        FIRST_POLICY
    }

    /// The one that holds, or will, for exactly this reach at a moment, taken back or not.
    #[must_use]
    pub fn of_reach(&self, reach: &Reach, now: UnixMs) -> Option<&AgreedPolicy> {
        self.0.iter().find(|policy| policy.reach == *reach && policy.begins <= now)
    }

    /// The highest version that was agreed on; that of the first policy before any.
    #[must_use]
    pub fn highest(&self) -> u32 {
        self.0.iter().map(|policy| policy.version).max().unwrap_or(FIRST_POLICY.version)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &AgreedPolicy> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_policy::FIRST_RULES;
    use proptest::prelude::*;

    const NOW: UnixMs = UnixMs(1_795_329_127_000);
    const HOSPITAL: Site<'_> = Site {
        checkpoint: CheckpointNumber(7),
        county: "341202",
        township: "341202001",
        category: "105",
    };

    fn places(region: Option<&str>, category: Option<&str>) -> Reach {
        Reach::Places {
            region: region.map(|code| RegionCode::parse(code).unwrap()),
            category: category.map(str::to_owned),
        }
    }

    fn policy(version: u32, reach: Reach, begins: i64) -> AgreedPolicy {
        let rules = Rules { nucleic_acid_hours_max: Some(i64::from(version)), ..FIRST_RULES };
        AgreedPolicy { version, reach, begins: NOW.plus(begins), rules: Some(rules) }
    }

    fn at(all: &[AgreedPolicy], site: &Site<'_>) -> u32 {
        Policies::new(all.to_vec()).at(site, NOW).version
    }

    #[test]
    fn the_door_comes_before_its_kind_of_place_and_that_before_its_region() {
        let mut all = vec![
            policy(2, Reach::CITY, -9),
            policy(3, places(Some("341202"), None), -9),
            policy(4, places(Some("341202001"), None), -9),
            policy(5, places(None, Some("1")), -9),
            policy(6, places(None, Some("105")), -9),
            policy(7, places(Some("341202"), Some("105")), -9),
            policy(8, Reach::Checkpoint(CheckpointNumber(7)), -9),
        ];
        while let Some(narrowest) = all.last().map(|policy| policy.version) {
            assert_eq!(at(&all, &HOSPITAL), narrowest);
            all.pop();
        }
        assert_eq!(at(&all, &HOSPITAL), FIRST_POLICY.version);
    }

    #[test]
    fn nothing_holds_beyond_its_reach_or_before_its_time() {
        let elsewhere = [
            policy(2, places(Some("341203"), None), -9),
            policy(3, places(None, Some("104")), -9),
            policy(4, Reach::Checkpoint(CheckpointNumber(8)), -9),
            policy(5, Reach::CITY, 1),
        ];
        assert_eq!(at(&elsewhere, &HOSPITAL), FIRST_POLICY.version);
        assert_eq!(Policies::new(elsewhere.to_vec()).at(&HOSPITAL, NOW.plus(1)).version, 5);
    }

    #[test]
    fn the_newest_of_one_reach_holds_and_what_is_taken_back_gives_way_to_the_next_wider() {
        let county = || places(Some("341202"), None);
        let all = [policy(2, Reach::CITY, -9), policy(3, county(), -8), policy(4, county(), -5)];
        assert_eq!(at(&all, &HOSPITAL), 4);
        let back = AgreedPolicy { rules: None, ..policy(5, county(), -4) };
        let all = [all.as_slice(), std::slice::from_ref(&back)].concat();
        assert_eq!(at(&all, &HOSPITAL), 2);
        let later = AgreedPolicy { begins: NOW.plus(1), ..back };
        assert_eq!(at(&[policy(4, county(), -5), later], &HOSPITAL), 4, "not yet taken back");
    }

    proptest! {
        #[test]
        fn what_holds_is_the_narrowest_that_covers_whatever_the_order(
            picks in proptest::collection::vec((0_usize..6, -5_i64..5, any::<bool>()), 0..12),
        ) {
            let reaches = [
                Reach::CITY, places(Some("341202"), None), places(Some("341203"), None),
                places(None, Some("105")), places(None, Some("2")),
                Reach::Checkpoint(CheckpointNumber(7)),
            ];
            let all: Vec<AgreedPolicy> = picks.iter().zip(2_u32..).map(|((reach, begins, taken), version)| {
                let policy = policy(version, reaches[*reach].clone(), *begins);
                AgreedPolicy { rules: policy.rules.filter(|_| !taken), ..policy }
            }).collect();
            // The plain way: of each reach what began last, then the narrowest with rules.
            let mut holding: Vec<&AgreedPolicy> = reaches.iter().filter(|reach| reach.covers(&HOSPITAL))
                .filter_map(|reach| {
                    all.iter().filter(|policy| policy.reach == *reach && policy.begins <= NOW)
                        .max_by_key(|policy| (policy.begins, policy.version))
                })
                .filter(|policy| policy.rules.is_some()).collect();
            holding.sort_by_key(|policy| policy.reach.rank());
            let expected = holding.last().map_or(FIRST_POLICY.version, |policy| policy.version);
            let mut turned = all.clone();
            turned.reverse();
            prop_assert_eq!(at(&all, &HOSPITAL), expected);
            prop_assert_eq!(at(&turned, &HOSPITAL), expected);
        }
    }
}
