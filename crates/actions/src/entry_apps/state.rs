//! The state of a sign-in on its way: signed, for one browser, one app and one door, for ten
//! minutes. Nothing is stored until it comes back.

use crate::House;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use domain::{
    entry_apps::App,
    outside::roll,
    time::{MINUTE_MS, UnixMs},
    venue_codes::VenueCode,
};
use vault::Purpose;

/// How long somebody may take in the app.
pub(super) const LASTS_MS: i64 = 10 * MINUTE_MS;

/// Bytes of a venue code.
const CODE: usize = 10;
/// Bytes before the MAC: app, code, second, chance.
const BODY: usize = 1 + CODE + 8 + 12;
const MAC: usize = 16;
/// Characters of a state: letters and digits, fewer than the 128 that 微信 takes.
const CHARS: usize = ((BODY + MAC) * 8).div_ceil(5);

/// What a state says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) app: App,
    pub(super) code: VenueCode,
    pub(super) began: UnixMs,
}

fn number(app: App) -> u8 {
    App::ALL.iter().position(|this| *this == app).and_then(|n| u8::try_from(n).ok()).unwrap_or(0)
}

/// A browser's random cookie has a fixed length, so that nothing can be moved between the two.
fn message(seat: &str, body: &[u8]) -> Vec<u8> {
    [seat.as_bytes(), body].concat()
}

/// A state for this browser.
pub(super) fn make(house: &House, seat: &str, app: App, code: &VenueCode) -> String {
    let mut bytes = Vec::with_capacity(BODY + MAC);
    bytes.push(number(app));
    let upper = code.as_str().to_ascii_uppercase();
    bytes.extend(BASE32_NOPAD.decode(upper.as_bytes()).unwrap_or_default());
    bytes.extend((house.now().0 / 1000).to_be_bytes());
    bytes.extend(roll::<12>(&*house.dice));
    let mac = house.vault.mac(Purpose::EntryState, &message(seat, &bytes));
    bytes.extend(&mac[..MAC]);
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// What a state says that was made here for this browser; `None` for any other.
pub(super) fn read(house: &House, seat: &str, text: &str) -> Option<State> {
    // One spelling alone: what is remembered as used is the text.
    let spelled = text.len() == CHARS && !text.bytes().any(|b| b.is_ascii_uppercase());
    if !spelled || seat.is_empty() {
        return None;
    }
    let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok()?;
    let (body, mac) = bytes.split_at_checked(BODY)?;
    if !house.vault.verify_mac(Purpose::EntryState, &message(seat, body), mac) {
        return None;
    }
    let (app, rest) = body.split_first()?;
    let (code, rest) = rest.split_at_checked(CODE)?;
    let seconds = i64::from_be_bytes(*rest.first_chunk()?);
    Some(State {
        app: App::ALL.get(usize::from(*app)).copied()?,
        code: VenueCode::parse(&BASE32_NOPAD.encode(code))?,
        began: UnixMs(seconds.saturating_mul(1000)),
    })
}

impl State {
    /// Whether it may still be used. The clock is the house's own: what a phone thinks of the time
    /// does not matter.
    pub(super) fn is_young(&self, now: UnixMs) -> bool {
        (-LASTS_MS..=LASTS_MS).contains(&now.since(self.began))
    }
}

/// What an identity token has to repeat, and what proves who began: made of the state and this
/// browser's cookie, so that neither is stored or guessed.
pub(super) fn secrets(house: &House, seat: &str, state: &str) -> (String, String) {
    let secret = |what: &str| {
        let message = message(seat, format!("{what}:{state}").as_bytes());
        BASE64URL_NOPAD.encode(&house.vault.mac(Purpose::EntryState, &message))
    };
    (secret("nonce"), secret("verifier"))
}

/// Under which a state, or the code it came back with, is remembered as used.
pub(super) fn used_mac(house: &House, what: &str, text: &str) -> [u8; 32] {
    house.vault.mac(Purpose::EntryState, format!("used:{what}:{text}").as_bytes())
}
