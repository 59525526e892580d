//! The authority's register: what it says of a person, part by part, and how a new word goes over what
//! was said before.

use super::{Colour, HealthStatus, Itinerary, NucleicAcid, Source};
use crate::time::UnixMs;

/// Days that the register keeps what lets in, of somebody who is not registered here.
pub const WAITING_DAYS: i64 = 28;
/// Days that it keeps what stops, of somebody who is not registered here.
pub const WAITING_STOP_DAYS: i64 = 180;

/// What the authority says of a person. What it does not speak of stays as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The colour, and when it was confirmed.
    pub colour: Option<(Colour, UnixMs)>,
    /// A test.
    pub nucleic_acid: Option<NucleicAcid>,
    /// The itinerary.
    pub itinerary: Option<Itinerary>,
    /// Doses of vaccine.
    pub doses: Option<u8>,
}

impl Statement {
    /// What the register says after this, when it said `before` until now. Of two colours the one
    /// confirmed later counts, of two tests the one sampled later; of two at one time the new one.
    #[must_use]
    pub fn over(&self, before: Option<&HealthStatus>) -> HealthStatus {
        let mut status = before.copied().unwrap_or(SILENT);
        status.source = Source::Register;
        if let Some((colour, confirmed)) = self.colour
            && (status.colour == Colour::Unknown || confirmed >= status.confirmed)
        {
            (status.colour, status.confirmed) = (colour, confirmed);
        }
        if let Some(test) = self.nucleic_acid
            && status.nucleic_acid.is_none_or(|before| test.sampled >= before.sampled)
        {
            status.nucleic_acid = Some(test);
        }
        status.itinerary = self.itinerary.unwrap_or(status.itinerary);
        status.doses = self.doses.or(status.doses);
        status
    }

    /// Only what holds somebody up. It counts even where a name does not agree; what lets somebody
    /// in does not.
    #[must_use]
    pub fn only_what_stops(&self) -> Self {
        Self {
            colour: self.colour.filter(|(colour, _)| *colour != Colour::Green),
            nucleic_acid: self.nucleic_acid.filter(|test| !test.negative),
            itinerary: self.itinerary.filter(|itinerary| *itinerary == Itinerary::Risk),
            doses: None,
        }
    }

    /// Whether it says nothing at all.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// What a status in the register says, as a statement.
    #[must_use]
    pub fn of(status: &HealthStatus) -> Self {
        let said = status.colour != Colour::Unknown;
        let known = status.itinerary != Itinerary::Unknown;
        Self {
            colour: said.then_some((status.colour, status.confirmed)),
            nucleic_acid: status.nucleic_acid,
            itinerary: known.then_some(status.itinerary),
            doses: status.doses,
        }
    }
}

/// Whether a colour that the register has said still counts: green for `green_ms_max`, anything else
/// until it is changed.
fn counts(register: &HealthStatus, now: UnixMs, green_ms_max: i64) -> bool {
    match register.colour {
        Colour::Unknown => false,
        Colour::Green => now.since(register.confirmed) <= green_ms_max,
        _ => true,
    }
}

/// What is known when the register says one thing and an outside source another. The register's colour
/// comes first, as long as it counts; of two tests the one sampled later; a risk that either knows of.
#[must_use]
pub fn joined(
    register: Option<&HealthStatus>,
    told: Option<&HealthStatus>,
    now: UnixMs,
    green_ms_max: i64,
) -> HealthStatus {
    let mut status = told.copied().unwrap_or(HealthStatus::unknown(now));
    let Some(register) = register else { return status };
    if counts(register, now, green_ms_max) {
        (status.colour, status.confirmed) = (register.colour, now);
        status.source = Source::Register;
    }
    let later =
        |test: &NucleicAcid| status.nucleic_acid.is_none_or(|other| test.sampled >= other.sampled);
    status.nucleic_acid = register.nucleic_acid.filter(later).or(status.nucleic_acid);
    let risk = [register.itinerary, status.itinerary].contains(&Itinerary::Risk);
    if risk {
        status.itinerary = Itinerary::Risk;
    } else if status.itinerary == Itinerary::Unknown {
        status.itinerary = register.itinerary;
    }
    status.doses = status.doses.max(register.doses);
    status
}

/// A register that says nothing yet.
const SILENT: HealthStatus = HealthStatus::unknown(UnixMs(0));

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_statement() -> impl Strategy<Value = Statement> {
        let colour = prop::option::of((0u8..5, 0i64..100));
        let test = prop::option::of((0i64..100, any::<bool>()));
        (colour, test, prop::option::of(any::<bool>()), prop::option::of(0u8..9)).prop_map(
            |(colour, test, risk, doses)| Statement {
                colour: colour.map(|(n, at)| (Colour::from_number(n), UnixMs(at))),
                nucleic_acid: test.map(|(at, negative)| NucleicAcid::of(UnixMs(at), negative)),
                itinerary: risk.map(|risk| if risk { Itinerary::Risk } else { Itinerary::Clear }),
                doses,
            },
        )
    }

    #[test]
    fn a_list_of_tests_leaves_the_colour_and_does_not_make_it_fresh() {
        let red = Statement { colour: Some((Colour::Red, UnixMs(7))), ..Statement::default() };
        let test = NucleicAcid::of(UnixMs(9), true);
        let tested = Statement { nucleic_acid: Some(test), ..Statement::default() };
        let status = tested.over(Some(&red.over(None)));
        assert_eq!((status.colour, status.confirmed), (Colour::Red, UnixMs(7)));
        assert_eq!(status.nucleic_acid, Some(test));
    }

    #[test]
    fn an_older_list_takes_nothing_back() {
        let said = |colour, at| Statement {
            colour: Some((colour, UnixMs(at))),
            nucleic_acid: Some(NucleicAcid::of(UnixMs(at), colour == Colour::Green)),
            ..Statement::default()
        };
        let newer = said(Colour::Red, 10).over(None);
        assert_eq!(said(Colour::Green, 9).over(Some(&newer)), newer);
        assert_eq!(said(Colour::Green, 10).over(Some(&newer)).colour, Colour::Green, "corrected");
    }

    #[test]
    fn the_register_says_the_colour_as_long_as_it_counts() {
        let now = UnixMs(1_000_000);
        let said = |colour, at| {
            Statement { colour: Some((colour, UnixMs(at))), ..Statement::default() }.over(None)
        };
        let outside = HealthStatus {
            colour: Colour::Yellow,
            source: Source::Province,
            ..HealthStatus::unknown(UnixMs(999_999))
        };
        let seen = |register| {
            let status = joined(Some(&register), Some(&outside), now, 1_000);
            (status.colour, status.source, status.confirmed)
        };
        let register = (Source::Register, now);
        assert_eq!(seen(said(Colour::Green, 999_000)), (Colour::Green, register.0, register.1));
        assert_eq!(seen(said(Colour::Red, 0)), (Colour::Red, register.0, register.1));
        let yellow = (Colour::Yellow, Source::Province, UnixMs(999_999));
        assert_eq!(seen(said(Colour::Green, 998_999)), yellow);
        assert_eq!(seen(SILENT), yellow);
        let nobody = joined(Some(&said(Colour::Green, 998_999)), None, now, 1_000);
        assert_eq!((nobody.colour, nobody.source), (Colour::Unknown, Source::Nobody));
    }

    #[test]
    fn a_test_in_the_register_stands_beside_a_colour_from_outside() {
        let test = NucleicAcid::of(UnixMs(50), false);
        let register = Statement { nucleic_acid: Some(test), ..Statement::default() }.over(None);
        let outside = HealthStatus {
            colour: Colour::Green,
            nucleic_acid: Some(NucleicAcid::of(UnixMs(40), true)),
            ..HealthStatus::unknown(UnixMs(100))
        };
        let both = joined(Some(&register), Some(&outside), UnixMs(100), 1_000);
        assert_eq!((both.colour, both.nucleic_acid), (Colour::Green, Some(test)));
    }

    proptest! {
        #[test]
        fn green_comes_from_a_source_that_says_it_and_nothing_that_stops_is_lost(
            register in any_statement(), outside in any_statement(), now in 0i64..200,
        ) {
            let (register, outside) = (register.over(None), outside.over(None));
            let both = joined(Some(&register), Some(&outside), UnixMs(now), 50);
            if both.colour == Colour::Green {
                let fresh = register.colour == Colour::Green && now - register.confirmed.0 <= 50;
                prop_assert!(fresh || outside.colour == Colour::Green);
            }
            let tests = [register.nucleic_acid, outside.nucleic_acid].into_iter().flatten();
            let newest = tests.map(|test| test.sampled).max();
            prop_assert_eq!(both.nucleic_acid.map(|test| test.sampled), newest);
            let risk = [register.itinerary, outside.itinerary].contains(&Itinerary::Risk);
            prop_assert_eq!(both.itinerary == Itinerary::Risk, risk);
        }

        #[test]
        fn saying_it_again_changes_nothing(before in any_statement(), new in any_statement()) {
            let once = new.over(Some(&before.over(None)));
            prop_assert_eq!(new.over(Some(&once)), once);
            prop_assert_eq!(Statement::of(&once).over(None), once);
        }

        #[test]
        fn what_stops_never_lets_anybody_in(new in any_statement()) {
            let status = new.only_what_stops().over(None);
            prop_assert!(status.colour != Colour::Green);
            prop_assert!(status.nucleic_acid.is_none_or(|test| !test.negative));
            prop_assert_eq!(new.only_what_stops().only_what_stops(), new.only_what_stops());
        }
    }
}
