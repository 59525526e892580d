//! Health status (健康码状态): what a source said of a person, and when.

mod form;
mod register;
mod words;

pub use form::{NewStatus, StatusForm, time_of};
pub use register::{Statement, WAITING_DAYS, WAITING_STOP_DAYS, joined};

use crate::time::{DAY_MS, HOUR_MS, UnixMs};

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

/// Who said it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// Nobody.
    #[default]
    Nobody,
    /// The authority's own register.
    Register,
    /// The province's gateway.
    Province,
    /// A demonstration, where everybody is invented.
    Demo,
}

impl Source {
    /// All sources.
    pub const ALL: [Self; 4] = [Self::Nobody, Self::Register, Self::Province, Self::Demo];

    /// The name on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Register => "register",
            Self::Province => "province",
            Self::Demo => "demo",
        }
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Nobody => "没有查到",
            Self::Register => "市级健康码登记库",
            Self::Province => "省健康码",
            Self::Demo => "演示数据",
        }
    }
}

/// The number of an organisation that tests; its name is in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestOrganisation(pub u16);

/// A nucleic-acid test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NucleicAcid {
    /// When the sample was taken.
    pub sampled: UnixMs,
    /// Whether nothing was found.
    pub negative: bool,
    /// Who tested, if it was said.
    pub organisation: Option<TestOrganisation>,
}

impl NucleicAcid {
    /// A test of which nobody said who made it.
    #[must_use]
    pub const fn of(sampled: UnixMs, negative: bool) -> Self {
        Self { sampled, negative, organisation: None }
    }
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
    /// Doses of vaccine, if known.
    pub doses: Option<u8>,
    /// Who said the colour.
    pub source: Source,
}

/// How long what a source said is shown without asking it again, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The colour, in milliseconds.
    pub colour_ms: i64,
    /// A nucleic-acid test, in milliseconds.
    pub nucleic_acid_ms: i64,
    /// Itinerary and vaccination, in milliseconds.
    pub rest_ms: i64,
}

/// What a city starts with, as a real city's venue codes have it. Not to be confused with what the
/// entry policy believes: a colour of 40 seconds is asked for anew, and still counts when no answer
/// comes.
pub const FIRST_FRESHNESS: Freshness =
    Freshness { colour_ms: 10_000, nucleic_acid_ms: 60_000, rest_ms: DAY_MS };

impl HealthStatus {
    /// No source could say anything.
    #[must_use]
    pub const fn unknown(now: UnixMs) -> Self {
        Self {
            colour: Colour::Unknown,
            confirmed: now,
            nucleic_acid: None,
            itinerary: Itinerary::Unknown,
            doses: None,
            source: Source::Nobody,
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
