//! What a door does beside recording entries: it is a way out, it asks for a position, it has a sign.

use crate::{
    fields::Complaints,
    presence::{Point, Spot},
    text::narrow,
};

/// Metres around a door that may be chosen.
const RADIUS_M: std::ops::RangeInclusive<u16> = 50..=2_000;

/// How a door is set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DoorSettings {
    /// People leave here: a scan records that somebody has left.
    pub is_exit: bool,
    /// Where it is, when a scan asks whether its visitor is there.
    pub spot: Option<Spot>,
    /// Its electronic sign shows a code that changes, which has to be scanned.
    pub has_sign: bool,
}

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsForm {
    /// `exit`, or anything else for a way in.
    pub way: String,
    /// Not empty: a position is asked for.
    pub asks_position: String,
    /// Degrees north.
    pub latitude: String,
    /// Degrees east.
    pub longitude: String,
    /// Metres.
    pub radius_m: String,
    /// Not empty: it has a sign.
    pub has_sign: String,
}

impl SettingsForm {
    /// Checks it.
    ///
    /// # Errors
    /// Complaints at `latitude`, `longitude`, `radius_m`, and at `way` for a way out that asks who
    /// comes in.
    pub fn check(&self) -> Result<DoorSettings, Complaints> {
        let mut complaints = Complaints::default();
        let is_exit = self.way.trim() == "exit";
        let asks = !self.asks_position.trim().is_empty();
        let has_sign = !self.has_sign.trim().is_empty();
        if is_exit && (asks || has_sign) {
            complaints.add("way", "出口只登记离开，不核对位置，也不用电子码");
        }
        let spot = if asks { self.spot(&mut complaints).map(Some) } else { Some(None) };
        match spot {
            Some(spot) if complaints.is_empty() => Ok(DoorSettings { is_exit, spot, has_sign }),
            _ => Err(complaints),
        }
    }

    fn spot(&self, complaints: &mut Complaints) -> Option<Spot> {
        let degrees = |typed: &str, most: f64, says| {
            let degrees = narrow(typed).trim().parse::<f64>().ok();
            degrees.filter(|degrees| degrees.abs() <= most).ok_or(says)
        };
        let latitude = "请填纬度，例如 32.89，或点“用这台设备的位置”";
        let longitude = "请填经度，例如 115.81，或点“用这台设备的位置”";
        let latitude = complaints.take("latitude", degrees(&self.latitude, 90.0, latitude));
        let longitude = complaints.take("longitude", degrees(&self.longitude, 180.0, longitude));
        let radius = narrow(&self.radius_m).trim().parse().ok();
        let radius = radius.filter(|radius| RADIUS_M.contains(radius));
        let radius_m = complaints.take("radius_m", radius.ok_or("请填 50 到 2000 的整数"));
        Some(Spot { point: Point::of_degrees(latitude?, longitude?)?, radius_m: radius_m? })
    }

    /// A form that says these settings.
    #[must_use]
    pub fn of(settings: &DoorSettings) -> Self {
        let tick = |on: bool| if on { "1" } else { "" }.to_owned();
        let (latitude, longitude) = match settings.spot.map(|spot| spot.point.degrees()) {
            Some((north, east)) => (format!("{north}"), format!("{east}")),
            None => Default::default(),
        };
        Self {
            way: if settings.is_exit { "exit" } else { "entry" }.to_owned(),
            asks_position: tick(settings.spot.is_some()),
            latitude,
            longitude,
            radius_m: settings.spot.map_or(200, |spot| spot.radius_m).to_string(),
            has_sign: tick(settings.has_sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed() -> SettingsForm {
        SettingsForm {
            way: "entry".to_owned(),
            asks_position: "1".to_owned(),
            latitude: "３２.89".to_owned(),
            longitude: " 115.814 ".to_owned(),
            radius_m: "150".to_owned(),
            has_sign: "1".to_owned(),
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field_and_what_is_not_asked_for_is_not_looked_at() {
        let good = typed().check().unwrap();
        assert_eq!(good.spot.map(|spot| spot.radius_m), Some(150));
        let wrong = SettingsForm {
            latitude: "91".to_owned(),
            longitude: "阜阳".to_owned(),
            radius_m: "49".to_owned(),
            ..typed()
        };
        let complaints = wrong.check().unwrap_err();
        for field in ["latitude", "longitude", "radius_m"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
        let off = SettingsForm { asks_position: String::new(), ..wrong };
        assert_eq!(off.check().unwrap().spot, None);
        let out = SettingsForm { way: "exit".to_owned(), ..typed() };
        assert!(out.check().unwrap_err().about("way").is_some());
    }

    proptest! {
        #[test]
        fn settings_come_back_from_their_form(
            exit: bool, place in proptest::option::of((-90_000_000..=90_000_000, -180_000_000..=180_000_000, 50_u16..=2_000)),
            sign: bool,
        ) {
            let spot = place.map(|(latitude_e6, longitude_e6, radius_m)| Spot {
                point: Point { latitude_e6, longitude_e6 }, radius_m,
            });
            let settings = if exit {
                DoorSettings { is_exit: true, ..DoorSettings::default() }
            } else {
                DoorSettings { is_exit: false, spot, has_sign: sign }
            };
            prop_assert_eq!(SettingsForm::of(&settings).check(), Ok(settings));
        }
    }
}
