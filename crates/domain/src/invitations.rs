//! Invitations: a door, or a whole unit, offered to whoever has a phone.

use crate::time::{DAY_MS, UnixMs};

/// Days an invitation stays open.
pub const OPEN_DAYS: i64 = 7;

/// How an invitation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Taken up.
    Accepted,
    /// Turned down by the one invited.
    Declined,
    /// Taken back by the one who offered, or replaced by another offer.
    Withdrawn,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Declined, Self::Withdrawn];

    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Until when an invitation made at `now` may be answered.
#[must_use]
pub fn open_until(now: UnixMs) -> UnixMs {
    now.plus(OPEN_DAYS * DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn outcomes_have_names_of_their_own() {
        let codes: HashSet<_> = Outcome::ALL.into_iter().map(Outcome::code).collect();
        assert_eq!(codes.len(), Outcome::ALL.len());
    }

    #[test]
    fn an_invitation_is_open_for_a_week() {
        assert_eq!(open_until(UnixMs(0)).0, 7 * 24 * 3_600_000);
    }
}
