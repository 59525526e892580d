//! How long things are kept: visits, people who are not seen any more, and what has ended. Whole civil
//! days, so that a day is deleted at once.

use crate::time::{DAY_MS, UnixMs};

/// Days without a sign of life after which a person is erased, unless settled otherwise.
pub const INACTIVE_DAYS: u32 = 180;
/// Days that families, corrections and changes of phones are kept after their end, unless settled
/// otherwise.
pub const ENDED_DAYS: u32 = 28;
/// Days that proofs are kept: requests that were answered, consents of people who were erased; unless
/// settled otherwise.
pub const PROOF_DAYS: u32 = 3 * 365;

/// What the operator settles of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptDays {
    /// Days without a sign of life after which a person is erased.
    pub inactive: u32,
    /// Days after their end for families, corrections and changes of phones.
    pub ended: u32,
    /// Days for proofs.
    pub proof: u32,
}

impl Default for KeptDays {
    fn default() -> Self {
        Self { inactive: INACTIVE_DAYS, ended: ENDED_DAYS, proof: PROOF_DAYS }
    }
}

/// When something of a day is deleted: the first moment of the civil day that many days after its own,
/// so that it is never older than that many days.
#[must_use]
pub fn deleted_on(entered: UnixMs, kept_days: u32) -> UnixMs {
    entered.day_start().plus(i64::from(kept_days) * DAY_MS)
}

/// The first moment from which visits are kept at `now`.
#[must_use]
pub fn kept_from(now: UnixMs, kept_days: u32) -> UnixMs {
    now.day_start().plus((1 - i64::from(kept_days)) * DAY_MS)
}

/// Why somebody is not erased although they were not seen for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// A case concerns them.
    Case,
    /// An alert of theirs is not dealt with.
    Alert,
    /// The register of health status stops them.
    Status,
    /// A request of theirs is open.
    Request,
}

impl Hold {
    /// The name in logs and tables.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Alert => "alert",
            Self::Status => "status",
            Self::Request => "request",
        }
    }
}

/// What speaks for keeping a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// When they last gave a sign of life.
    pub last_active: UnixMs,
    /// When the last printed code of theirs that works ends.
    pub code_ends: Option<UnixMs>,
    /// What holds them back.
    pub hold: Option<Hold>,
}

/// Whether a person stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// Until this day, when nothing happens.
    Until(UnixMs),
    /// Their time is over, and this holds them back.
    Held(Hold),
    /// Not any more.
    Over,
}

impl Life {
    /// The day on which this person is erased if they do nothing; what holds them back does not count.
    #[must_use]
    pub fn erased_on(&self, inactive_days: u32) -> UnixMs {
        let unseen = deleted_on(self.last_active, inactive_days);
        // A code works until its last moment, and is gone with the day after.
        self.code_ends.map_or(unseen, |ends| unseen.max(deleted_on(ends, 1)))
    }

    /// Whether this person stays at `now`.
    #[must_use]
    pub fn stays(&self, now: UnixMs, inactive_days: u32) -> Stay {
        let until = self.erased_on(inactive_days);
        match self.hold {
            _ if now < until => Stay::Until(until),
            Some(hold) => Stay::Held(hold),
            None => Stay::Over,
        }
    }
}

/// What a run deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// People who were not seen for long.
    People,
    /// Families that ended.
    Families,
    /// What a registration said before its holder corrected it.
    Corrections,
    /// Changes of lost phones that ended.
    PhoneChanges,
    /// Requests that were answered.
    Requests,
    /// Consents of people who were erased.
    Consents,
}

impl Kept {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::People,
        Self::Families,
        Self::Corrections,
        Self::PhoneChanges,
        Self::Requests,
        Self::Consents,
    ];

    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Families => "families",
            Self::Corrections => "corrections",
            Self::PhoneChanges => "phone_changes",
            Self::Requests => "requests",
            Self::Consents => "consents",
        }
    }

    /// In words, Chinese.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::People => "长期未使用的登记",
            Self::Families => "已结束的家人关系",
            Self::Corrections => "更正前的登记",
            Self::PhoneChanges => "已办结的换号",
            Self::Requests => "已答复的要求",
            Self::Consents => "已删除人员的同意记录",
        }
    }

    /// The kind stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-22 10:00 in China.
    const MORNING: UnixMs = UnixMs(1_795_312_800_000);

    #[test]
    fn a_visit_of_the_22nd_kept_for_28_days_is_deleted_on_the_20th_at_midnight() {
        let deleted = deleted_on(MORNING, 28);
        assert_eq!(deleted.date_time_text(), "2026-12-20 00:00:00");
        assert_eq!(kept_from(deleted, 28).date_time_text(), "2026-11-23 00:00:00");
        assert_eq!(kept_from(deleted.plus(-1), 28).date_time_text(), "2026-11-22 00:00:00");
    }

    proptest! {
        #[test]
        fn what_is_kept_is_exactly_what_is_not_deleted_yet_and_never_older_than_promised(
            ago_ms in 0..60 * DAY_MS,
            now in 0..4_000_000_000_000_i64,
            kept_days in 1..60_u32,
        ) {
            let (now, entered) = (UnixMs(now), UnixMs(now - ago_ms));
            let kept = entered >= kept_from(now, kept_days);
            prop_assert_eq!(kept, now < deleted_on(entered, kept_days));
            prop_assert!(!kept || now.since(entered) < i64::from(kept_days) * DAY_MS);
        }

        #[test]
        fn a_person_goes_on_the_first_moment_without_any_reason_to_stay(
            ago_ms in 0..400 * DAY_MS,
            code_ms in proptest::option::of(-400 * DAY_MS..400 * DAY_MS),
            held in any::<bool>(),
            days in 28..400_u32,
            now in 100_000_000_000..4_000_000_000_000_i64,
        ) {
            let now = UnixMs(now);
            let life = Life {
                last_active: now.plus(-ago_ms),
                code_ends: code_ms.map(|ms| now.plus(ms)),
                hold: held.then_some(Hold::Status),
            };
            let unseen = (now.day_start().0 - life.last_active.day_start().0) / DAY_MS;
            let code_over = life.code_ends.is_none_or(|ends| ends.day_start() < now.day_start());
            let over = unseen >= i64::from(days) && code_over;
            let stays = life.stays(now, days);
            prop_assert_eq!(stays == Stay::Over, over && !held);
            prop_assert_eq!(stays == Stay::Held(Hold::Status), over && held);
            if let Stay::Until(until) = stays {
                prop_assert!(until > now && until == life.erased_on(days));
                prop_assert!(!matches!(life.stays(until, days), Stay::Until(_)));
                prop_assert!(matches!(life.stays(until.plus(-1), days), Stay::Until(_)));
            }
        }
    }

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        for kind in Kept::ALL {
            assert_eq!(Kept::from_code(kind.code()), Some(kind));
        }
        assert_eq!(Kept::from_code("visits"), None);
    }
}
