//! Sending a browser to an app.

use super::{Asked, state};
use crate::House;
use domain::{
    entry_apps::{App, Trouble},
    venue_codes::VenueCode,
};

/// Where this browser signs in with the app, to come back to the door with this code. `seat` is the
/// browser's random cookie.
///
/// # Errors
/// `Refused` for an app that is not switched on; otherwise why the app cannot be asked now.
pub async fn begin(
    house: &House,
    seat: &str,
    app: App,
    code: &VenueCode,
) -> Result<String, Trouble> {
    let port = house.entry_apps.get(app).ok_or(Trouble::Refused)?;
    let state = state::make(house, seat, app, code);
    let (nonce, verifier) = state::secrets(house, seat, &state);
    let back = back(house, app);
    let asked = Asked { back: &back, state: &state, nonce: &nonce, verifier: &verifier };
    house.entry_apps.ask(app, port.address(asked)).await
}

/// The state of a sign-in inside of an app, which hands its token over by itself: no browser is sent
/// anywhere. `None` for an app that is not switched on.
#[must_use]
pub fn begin_inside(house: &House, seat: &str, app: App, code: &VenueCode) -> Option<String> {
    house.entry_apps.get(app).map(|_| state::make(house, seat, app, code))
}

/// Our address that an app sends browsers back to; it is registered with the app.
pub(super) fn back(house: &House, app: App) -> String {
    format!("{}/apps/{}/back", house.settings.public_url, app.code())
}
