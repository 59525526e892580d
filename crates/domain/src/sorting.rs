//! How long lists are sorted.

/// The order of a list of doors, applications or places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The list's own: what a unit changed last, what waits longest, what the register names first.
    #[default]
    Usual,
    /// By name.
    Name,
    /// By address.
    Address,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Usual, Self::Name, Self::Address];

    /// The word in addresses; empty for the usual one.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Usual => "",
            Self::Name => "name",
            Self::Address => "address",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Usual => "默认顺序",
            Self::Name => "按名称排序",
            Self::Address => "按地址排序",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_found_by_its_word_and_no_other_word_is_one() {
        for sort in Sort::ALL {
            assert_eq!(Sort::from_code(sort.code()), Some(sort));
        }
        assert_eq!(Sort::from_code("random"), None);
    }
}
