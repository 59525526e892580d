//! What is asked of everybody, in 32 bytes for each.

use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source, TestOrganisation},
    time::UnixMs,
};
use std::ops::Range;

/// One person. Everything is as exact as in the registry.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) confirmed_ms: i64,
    pub(super) sampled_ms: i64,
    pub(super) epoch: u32,
    pub(super) name_at: u32,
    pub(super) name_bytes: u8,
    /// Who tested; 0 when nobody was named.
    pub(super) organisation: u16,
    /// The month of birth; 0 when it is not known.
    pub(super) born: u16,
    /// Doses of vaccine, or [`NO_DOSES`].
    pub(super) doses: u8,
    pub(super) flags: Flags,
    /// The consent, counted from 0 for one that was taken back: version -1.
    pub(super) consent: u8,
}

/// A consent as a slot has it; a version beyond what fits counts as the highest that does.
pub(super) fn consent_byte(version: i64) -> u8 {
    u8::try_from(version.saturating_add(1).max(0)).unwrap_or(u8::MAX)
}

/// Three small things in one byte: whether the person is there, in bit 0; the colour's number, or
/// [`NO_STATUS`], in bits 1 to 3; what the test found and beside it the itinerary,
/// `test + TESTS * itinerary`, in bits 4 to 7.
#[derive(Clone, Copy)]
pub(super) struct Flags(u8);

impl Flags {
    const NONE: Self = Self(NO_STATUS << 1);

    pub(super) fn there(self) -> bool {
        self.0 & 1 == 1
    }

    pub(super) fn with_there(self, there: bool) -> Self {
        Self(self.0 & !1 | u8::from(there))
    }

    fn of(colour: u8, test_and_itinerary: u8) -> Self {
        Self(test_and_itinerary << 4 | (colour & NO_STATUS) << 1)
    }

    fn colour(self) -> u8 {
        self.0 >> 1 & NO_STATUS
    }

    fn test_and_itinerary(self) -> u8 {
        self.0 >> 4
    }
}

const NO_STATUS: u8 = 7;
const NO_DOSES: u8 = u8::MAX;
const NO_TEST: u8 = 0;
const NEGATIVE: u8 = 1;
const POSITIVE: u8 = 2;
/// How many values a test has.
const TESTS: u8 = 3;

const UNKNOWN_ITINERARY: u8 = 2;

/// Nobody, of whom nothing is known.
pub(super) const NOBODY: Slot = Slot {
    confirmed_ms: 0,
    sampled_ms: 0,
    epoch: 0,
    name_at: 0,
    name_bytes: 0,
    organisation: 0,
    born: 0,
    doses: NO_DOSES,
    consent: 0,
    flags: Flags::NONE,
};

impl Slot {
    /// What the register says, of nobody in particular.
    pub(super) fn of(status: Option<HealthStatus>) -> Self {
        let Some(status) = status else { return NOBODY };
        let itineraries = [Itinerary::Clear, Itinerary::Risk];
        let itinerary = itineraries.iter().position(|known| *known == status.itinerary);
        let itinerary = itinerary.and_then(|at| u8::try_from(at).ok()).unwrap_or(UNKNOWN_ITINERARY);
        let test = match status.nucleic_acid {
            None => NO_TEST,
            Some(NucleicAcid { negative: true, .. }) => NEGATIVE,
            Some(NucleicAcid { negative: false, .. }) => POSITIVE,
        };
        let organisation = status.nucleic_acid.and_then(|test| test.organisation);
        Self {
            confirmed_ms: status.confirmed.0,
            sampled_ms: status.nucleic_acid.map_or(0, |test| test.sampled.0),
            organisation: organisation.map_or(0, |known| known.0),
            flags: Flags::of(status.colour.number(), test + TESTS * itinerary),
            doses: status.doses.unwrap_or(NO_DOSES),
            ..NOBODY
        }
    }

    /// Where the masked name is.
    pub(super) fn name(&self) -> Range<usize> {
        let start = self.name_at as usize;
        start..start + usize::from(self.name_bytes)
    }

    /// What the register says of this person.
    pub(super) fn status(&self) -> Option<HealthStatus> {
        let sampled = UnixMs(self.sampled_ms);
        let organisation = (self.organisation != 0).then_some(TestOrganisation(self.organisation));
        let test = |negative| NucleicAcid { sampled, negative, organisation };
        let (colour, both) = (self.flags.colour(), self.flags.test_and_itinerary());
        (colour != NO_STATUS).then(|| HealthStatus {
            colour: Colour::from_number(colour),
            confirmed: UnixMs(self.confirmed_ms),
            nucleic_acid: match both % TESTS {
                NEGATIVE => Some(test(true)),
                POSITIVE => Some(test(false)),
                _ => None,
            },
            itinerary: match both / TESTS {
                0 => Itinerary::Clear,
                1 => Itinerary::Risk,
                _ => Itinerary::Unknown,
            },
            doses: (self.doses != NO_DOSES).then_some(self.doses),
            source: Source::Register,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_takes_32_bytes_beside_the_name() {
        assert_eq!(size_of::<Slot>(), 32);
    }
}
