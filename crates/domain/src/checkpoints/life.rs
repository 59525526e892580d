//! What can happen to a checkpoint after it was approved.

use super::Standing;
use crate::venue_codes;

/// Something that happened to an approved checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Its poster is damaged; the code stays.
    PosterDamaged,
    /// Its code was replaced by another one.
    CodeReplaced,
    /// Its manager closed it.
    Closed,
    /// Its manager opened it again.
    Reopened,
    /// The authority stopped it for now.
    Suspended,
    /// The authority lets it go on.
    Resumed,
}

impl Happening {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PosterDamaged,
        Self::CodeReplaced,
        Self::Closed,
        Self::Reopened,
        Self::Suspended,
        Self::Resumed,
    ];

    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::PosterDamaged => "poster_damaged",
            Self::CodeReplaced => "code_replaced",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
        }
    }

    /// The happening stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|happening| happening.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::PosterDamaged => "登记海报破损",
            Self::CodeReplaced => "更换场所码",
            Self::Closed => "关闭检查点",
            Self::Reopened => "重新开放",
            Self::Suspended => "暂停使用",
            Self::Resumed => "恢复使用",
        }
    }

    /// From which standing to which it leads; only an open door's poster or code is changed.
    #[must_use]
    pub fn step(self) -> (Standing, Standing) {
        match self {
            Self::PosterDamaged | Self::CodeReplaced => (Standing::Open, Standing::Open),
            Self::Closed => (Standing::Open, Standing::Closed),
            Self::Reopened => (Standing::Closed, Standing::Open),
            Self::Suspended => (Standing::Open, Standing::Suspended),
            Self::Resumed => (Standing::Suspended, Standing::Open),
        }
    }
}

impl Standing {
    /// What a door's code is while the door stands so; none before it is approved.
    #[must_use]
    pub fn of_its_code(self) -> Option<venue_codes::Standing> {
        match self {
            Self::Applying => None,
            Self::Open => Some(venue_codes::Standing::Current),
            Self::Suspended => Some(venue_codes::Standing::Suspended),
            Self::Closed => Some(venue_codes::Standing::Closed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_happening_comes_back_from_its_name() {
        for happening in Happening::ALL {
            assert_eq!(Happening::from_code(happening.code()), Some(happening));
        }
        assert_eq!(Happening::from_code(""), None);
    }

    #[test]
    fn what_is_closed_or_suspended_can_only_be_undone_by_its_own_counterpart() {
        let from = |standing| {
            Happening::ALL.into_iter().filter(move |happening| happening.step().0 == standing)
        };
        assert!(from(Standing::Closed).eq([Happening::Reopened]));
        assert!(from(Standing::Suspended).eq([Happening::Resumed]));
        assert_eq!(from(Standing::Applying).count(), 0);
    }
}
