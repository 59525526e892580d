//! What an entry policy asks of a status, and what the door does when it is not met.

use super::Decision;
use crate::{people::BirthMonth, time::UnixMs};

/// The rules of one policy. A green, fresh code alone can pass; what is set here is how good the rest
/// has to be, and how anything else is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What a red code does.
    pub red: Otherwise,
    /// What a yellow code does.
    pub yellow: Otherwise,
    /// What a gray code does.
    pub gray: Otherwise,
    /// What happens to somebody who has not applied for a code.
    pub none: Otherwise,
    /// What happens when no source can say, or what it said is too old.
    pub unknown: Otherwise,
    /// The newest negative sample may be this old, in hours, 1 to 720; `None` asks for no test.
    pub nucleic_acid_hours_max: Option<i64>,
    /// What happens without one that is new enough.
    pub untested: Otherwise,
    /// Children younger than this many years need no test, 1 to 18.
    pub test_free_under_years: Option<u8>,
    /// People of this many years and older need none, 50 to 120.
    pub test_free_from_years: Option<u8>,
    /// What happens to somebody who was in a region of risk; `None` does not look at it.
    pub risk: Option<Otherwise>,
    /// What happens when the itinerary is not known; `None` does not ask for one.
    pub no_itinerary: Option<Otherwise>,
}

impl Rules {
    /// Whether somebody born then needs no test for their age. Whose age is not known needs one.
    #[must_use]
    pub fn is_test_free(&self, born: Option<BirthMonth>, now: UnixMs) -> bool {
        let Some(born) = born else { return false };
        self.test_free_under_years.is_some_and(|years| born.is_under(years, now))
            || self.test_free_from_years.is_some_and(|years| born.has_reached(years, now))
    }
}

/// What the door does when a rule is not met. There is no pass among them, so that no policy can let
/// anybody in as green who is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Otherwise {
    /// 复核
    Recheck,
    /// 劝返
    Stop,
}

impl Otherwise {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Recheck, Self::Stop];

    /// As a decision.
    #[must_use]
    pub fn decision(self) -> Decision {
        match self {
            Self::Recheck => Decision::Recheck,
            Self::Stop => Decision::Stop,
        }
    }

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.decision().code()
    }

    /// The one stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The word shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.decision().label()
    }
}

/// What a city starts with: red is stopped, a negative test within 72 hours, a region of risk is
/// looked into.
pub const FIRST_RULES: Rules = Rules {
    red: Otherwise::Stop,
    yellow: Otherwise::Recheck,
    gray: Otherwise::Recheck,
    none: Otherwise::Recheck,
    unknown: Otherwise::Recheck,
    nucleic_acid_hours_max: Some(72),
    untested: Otherwise::Recheck,
    test_free_under_years: None,
    test_free_from_years: None,
    risk: Some(Otherwise::Recheck),
    no_itinerary: None,
};
