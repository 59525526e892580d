//! Health status (健康码状态): what a source said of a person, and when.

use crate::time::{HOUR_MS, UnixMs};

/// The colour of a health code. Only the first can let a person pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// 绿码
    Green,
    /// 黄码
    Yellow,
    /// 红码
    Red,
    /// 灰码: to be checked again
    Gray,
    /// 未申领: the person has not applied for a code
    None,
    /// 查询失败: no source could say
    Unknown,
}

impl Colour {
    /// All colours; the position is the number in the visit store and never changes.
    pub const ALL: [Self; 6] =
        [Self::Green, Self::Yellow, Self::Red, Self::Gray, Self::None, Self::Unknown];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
            Self::Gray => "gray",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// The colour stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }

    /// The word shown beside the colour, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Green => "绿码",
            Self::Yellow => "黄码",
            Self::Red => "红码",
            Self::Gray => "灰码",
            Self::None => "未申领",
            Self::Unknown => "查询失败",
        }
    }

    /// The number in the visit store.
    #[must_use]
    pub fn number(self) -> u8 {
        Self::ALL.iter().position(|c| *c == self).and_then(|n| u8::try_from(n).ok()).unwrap_or(5)
    }

    /// The colour with this number; what is not known is `Unknown`.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Unknown)
    }
}

/// A nucleic-acid test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NucleicAcid {
    /// When the sample was taken.
    pub sampled: UnixMs,
    /// Whether nothing was found.
    pub negative: bool,
}

/// What is known of where a person has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Itinerary {
    /// 未见风险
    Clear,
    /// 到过风险地区
    Risk,
    /// Not known.
    Unknown,
}

impl Itinerary {
    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Risk => "risk",
            Self::Unknown => "unknown",
        }
    }

    /// The value stored as `code`; anything else is `Unknown`.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "clear" => Self::Clear,
            "risk" => Self::Risk,
            _ => Self::Unknown,
        }
    }
}

/// What a source said of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthStatus {
    /// The colour.
    pub colour: Colour,
    /// When the source confirmed it; freshness is measured from here.
    pub confirmed: UnixMs,
    /// The last nucleic-acid test, if one is known.
    pub nucleic_acid: Option<NucleicAcid>,
    /// The itinerary.
    pub itinerary: Itinerary,
}

impl HealthStatus {
    /// No source could say anything.
    #[must_use]
    pub fn unknown(now: UnixMs) -> Self {
        Self {
            colour: Colour::Unknown,
            confirmed: now,
            nucleic_acid: None,
            itinerary: Itinerary::Unknown,
        }
    }

    /// Whole hours since the last negative sample, if there is one; never below 0.
    #[must_use]
    pub fn negative_hours(&self, now: UnixMs) -> Option<i64> {
        let test = self.nucleic_acid.filter(|t| t.negative)?;
        Some((now.since(test.sampled) / HOUR_MS).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_come_back_as_they_went() {
        for colour in Colour::ALL {
            assert_eq!(Colour::from_number(colour.number()), colour);
            assert_eq!(Colour::from_code(colour.code()), Some(colour));
        }
    }

    #[test]
    fn a_number_from_elsewhere_is_never_green() {
        for number in 1..=255 {
            assert_ne!(Colour::from_number(number), Colour::Green);
        }
    }
}
