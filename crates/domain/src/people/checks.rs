//! Whether a name and a document belong together: what somebody who knows has said, and when they are
//! asked again.

use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS, UnixMs};

/// What became of asking who holds a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckOutcome {
    /// Nobody was asked yet, or this kind of document is not known there.
    NotChecked,
    /// The name is that of the document's holder.
    Agrees,
    /// The document has another holder.
    Differs,
    /// There is no such document.
    NotFound,
    /// Whoever knows could not be asked.
    Failed,
}

impl CheckOutcome {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::NotChecked, Self::Agrees, Self::Differs, Self::NotFound, Self::Failed];

    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotChecked => "not_checked",
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::NotFound => "not_found",
            Self::Failed => "failed",
        }
    }

    /// The outcome stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NotChecked => "未核验",
            Self::Agrees => "一致",
            Self::Differs => "不一致",
            Self::NotFound => "没有查到",
            Self::Failed => "暂时查不了，会自动补核",
        }
    }

    /// When to ask again after so many tries; `None` when the matter is settled or has been tried often
    /// enough.
    #[must_use]
    pub fn next_try(self, tries: i64, now: UnixMs) -> Option<UnixMs> {
        match self {
            Self::Agrees | Self::Differs | Self::NotChecked => None,
            // A document that was issued today is known tomorrow.
            Self::NotFound => (tries < NOT_FOUND_TRIES_MAX).then(|| now.plus(DAY_MS)),
            Self::Failed => (tries < FAILED_TRIES_MAX).then(|| {
                let doublings = u32::try_from(tries.clamp(1, 10) - 1).unwrap_or(0);
                now.plus(((5 * MINUTE_MS) << doublings).min(6 * HOUR_MS))
            }),
        }
    }
}

/// How often a document that is not known is asked about.
pub const NOT_FOUND_TRIES_MAX: i64 = 7;
/// How often somebody is asked about when asking fails: for more than two weeks.
pub const FAILED_TRIES_MAX: i64 = 70;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_stored_comes_back() {
        for outcome in CheckOutcome::ALL {
            assert_eq!(CheckOutcome::from_code(outcome.code()), Some(outcome));
        }
    }

    proptest! {
        #[test]
        fn asking_again_is_never_sooner_and_comes_to_an_end(tries in 1i64..100) {
            let now = UnixMs(1_795_329_127_000);
            let (one, next) =
                (CheckOutcome::Failed.next_try(tries, now), CheckOutcome::Failed.next_try(tries + 1, now));
            prop_assert_eq!(one.is_some(), tries < FAILED_TRIES_MAX);
            if let (Some(one), Some(next)) = (one, next) {
                prop_assert!(now < one && one <= next && next <= now.plus(6 * HOUR_MS));
            }
            prop_assert_eq!(CheckOutcome::NotFound.next_try(tries, now).is_some(), tries < NOT_FOUND_TRIES_MAX);
            prop_assert_eq!(CheckOutcome::Agrees.next_try(tries, now), None);
            prop_assert_eq!(CheckOutcome::Differs.next_try(tries, now), None);
        }
    }
}
