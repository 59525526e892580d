//! Whether somebody who scans stands at the door: where a door asks for it, by their position and by
//! the code on its electronic sign.

/// What came of asking for a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nearness {
    /// The door does not ask.
    #[default]
    NotAsked,
    /// Near the door.
    Near,
    /// Somewhere else.
    Far,
    /// No position was told.
    Untold,
}

/// What came of asking for the sign's code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignSeen {
    /// The door does not ask.
    #[default]
    NotAsked,
    /// The code of the moment was scanned.
    Fresh,
    /// The printed code alone was.
    Missing,
    /// A code of the sign that is too old.
    Old,
}

/// Both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// By position.
    pub nearness: Nearness,
    /// By the sign.
    pub sign: SignSeen,
}

impl Nearness {
    const ALL: [Self; 4] = [Self::NotAsked, Self::Near, Self::Far, Self::Untold];

    /// Name on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Near => "near",
            Self::Far => "far",
            Self::Untold => "untold",
        }
    }
}

impl SignSeen {
    const ALL: [Self; 4] = [Self::NotAsked, Self::Fresh, Self::Missing, Self::Old];

    /// Name on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Fresh => "fresh",
            Self::Missing => "missing",
            Self::Old => "old",
        }
    }
}

impl Presence {
    /// As four bits for the visit store; what they mean never changes.
    #[must_use]
    pub fn number(self) -> u8 {
        let at =
            |position: Option<usize>| position.and_then(|at| u8::try_from(at).ok()).unwrap_or(0);
        at(Nearness::ALL.iter().position(|one| *one == self.nearness))
            | at(SignSeen::ALL.iter().position(|one| *one == self.sign)) << 2
    }

    /// The one with these four bits; more are passed over.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        Self {
            nearness: Nearness::ALL[usize::from(number & 3)],
            sign: SignSeen::ALL[usize::from(number >> 2 & 3)],
        }
    }

    /// Whether the door asked and was not shown that they stand there.
    #[must_use]
    pub fn is_doubtful(self) -> bool {
        self.says().is_some()
    }

    /// What is to be looked at, for the visitor and the guard; key into the catalogues.
    #[must_use]
    pub fn says(self) -> Option<&'static str> {
        match (self.nearness, self.sign) {
            (Nearness::Far, _) => Some("扫码的位置离这个门较远，请值守人员复核"),
            (_, SignSeen::Old) => Some("扫的是过期的电子码，请扫屏幕上现在的码，或请值守人员复核"),
            (_, SignSeen::Missing) => Some("请再扫一下旁边屏幕上的电子码，或请值守人员复核"),
            (Nearness::Untold, _) => Some("没有得到位置，请值守人员复核"),
            _ => None,
        }
    }
}

/// A place on the earth, in millionths of a degree (WGS 84, as browsers tell it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// North of the equator.
    pub latitude_e6: i32,
    /// East of Greenwich.
    pub longitude_e6: i32,
}

/// What is taken off a distance for a position that is not exact, at most, in metres.
const ACCURACY_M_MAX: f64 = 300.0;
/// Radius of the earth in metres.
const EARTH_M: f64 = 6_371_000.0;

impl Point {
    /// From degrees; `None` for what is no place.
    #[must_use]
    pub fn of_degrees(latitude: f64, longitude: f64) -> Option<Self> {
        let e6 = |degrees: f64, most: f64| {
            // Within range, so it fits.
            (degrees.abs() <= most).then_some((degrees * 1e6).round() as i32)
        };
        Some(Self { latitude_e6: e6(latitude, 90.0)?, longitude_e6: e6(longitude, 180.0)? })
    }

    /// Degrees north and east.
    #[must_use]
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.latitude_e6) / 1e6, f64::from(self.longitude_e6) / 1e6)
    }

    /// Metres to another place, along the earth.
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        let ((from, west), (to, east)) = (self.degrees(), other.degrees());
        let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
        let part =
            half(from, to) + from.to_radians().cos() * to.to_radians().cos() * half(west, east);
        2.0 * EARTH_M * part.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// A position as a browser tells it: `latitude,longitude,accuracy`, the accuracy in metres. It is
/// compared and not kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    point: Point,
    accuracy_m: f64,
}

impl Told {
    /// From numbers; `None` for what is no position.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64, accuracy_m: f64) -> Option<Self> {
        let point = Point::of_degrees(latitude, longitude)?;
        (accuracy_m >= 0.0).then_some(Self { point, accuracy_m })
    }

    /// From a form's field.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split(',').map(str::trim);
        let mut next = || numbers.next()?.parse::<f64>().ok();
        let told = Self::new(next()?, next()?, next()?)?;
        numbers.next().is_none().then_some(told)
    }
}

/// Where a door is, and from how far it is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The door.
    pub point: Point,
    /// Metres around it, 50 to 2,000.
    pub radius_m: u16,
}

impl Spot {
    /// What a told position says, or that none was told.
    #[must_use]
    pub fn nearness(&self, told: Option<Told>) -> Nearness {
        let Some(told) = told else { return Nearness::Untold };
        let may_be_off = told.accuracy_m.min(ACCURACY_M_MAX);
        if self.point.metres_to(told.point) - may_be_off <= f64::from(self.radius_m) {
            Nearness::Near
        } else {
            Nearness::Far
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DOOR: Spot =
        Spot { point: Point { latitude_e6: 32_890_000, longitude_e6: 115_814_000 }, radius_m: 200 };

    #[test]
    fn near_is_within_the_radius_and_what_the_position_may_be_off() {
        let at = |metres_north: f64, accuracy: f64| {
            let latitude = 32.89 + metres_north / 111_195.0;
            DOOR.nearness(Told::new(latitude, 115.814, accuracy))
        };
        assert_eq!(at(0.0, 10.0), Nearness::Near);
        assert_eq!(at(205.0, 10.0), Nearness::Near);
        assert_eq!(at(215.0, 10.0), Nearness::Far);
        assert_eq!(at(450.0, 90_000.0), Nearness::Near);
        assert_eq!(at(550.0, 90_000.0), Nearness::Far, "an accuracy of anything is not believed");
        assert_eq!(DOOR.nearness(None), Nearness::Untold);
    }

    #[test]
    fn a_position_is_three_numbers_on_earth_and_nothing_else() {
        assert!(Told::read("32.89,115.814,12").is_some());
        assert!(Told::read(" 32.89 , 115.814 , 0 ").is_some());
        for not in [
            "",
            "32.89,115.814",
            "32.89,115.814,1,2",
            "91,0,1",
            "0,181,1",
            "NaN,0,1",
            "0,inf,1",
            "0,0,-1",
            "0,0,NaN",
            "这里,0,1",
        ] {
            assert!(Told::read(not).is_none(), "{not}");
        }
    }

    proptest! {
        #[test]
        fn four_bits_are_what_they_were_and_only_what_was_asked_for_is_doubted(number: u8) {
            let presence = Presence::from_number(number);
            prop_assert_eq!(presence.number(), number & 15);
            let fine = matches!(presence.nearness, Nearness::NotAsked | Nearness::Near)
                && matches!(presence.sign, SignSeen::NotAsked | SignSeen::Fresh);
            prop_assert_eq!(presence.is_doubtful(), !fine);
        }

        #[test]
        fn distances_are_the_same_both_ways_and_zero_at_home(
            a in -90_000_000..90_000_000, b in -180_000_000..180_000_000,
            c in -90_000_000..90_000_000, d in -180_000_000..180_000_000,
        ) {
            let one = Point { latitude_e6: a, longitude_e6: b };
            let other = Point { latitude_e6: c, longitude_e6: d };
            prop_assert!((one.metres_to(other) - other.metres_to(one)).abs() < 0.01);
            prop_assert!(one.metres_to(one) < 0.01 && one.metres_to(other) < 20_040_000.0);
        }
    }
}
