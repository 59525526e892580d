//! Electronic signs: the code that changes, beside the printed one that does not.
//!
//! The sign shows `/c/<code>/<token>`. The token is the time in steps of fifteen seconds and a MAC over
//! it and the code; it is good for a minute. A browser that opened it in time is given a note of that,
//! bound to its own random cookie, so that whoever has to sign in or to register first is not late.

use crate::{Answer, Failure, House, accounts::principals::SignScreen};
use data_encoding::BASE32_NOPAD;
use domain::{
    presence::SignSeen,
    time::{MINUTE_MS, UnixMs},
    venue_codes::Standing,
};
use vault::Purpose;

/// How long one token is shown.
pub const STEP_MS: i64 = 15_000;
/// How old a token may be when it is opened.
pub const FRESH_MS: i64 = MINUTE_MS;
/// How long after that one may enter: to sign in or to register takes a while.
const SEEN_MS: i64 = 15 * MINUTE_MS;
/// How far the clocks of several processes may be apart.
const AHEAD_MS: i64 = STEP_MS;
/// Bytes of a MAC kept.
const MAC: usize = 16;
/// Bytes of the time.
const TIME: usize = 8;

/// What a sign shows at this moment.
#[derive(Clone, Debug)]
pub struct Sign {
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// What its code says.
    pub url: String,
    /// The same as a drawing.
    pub svg: String,
    /// The door's word of the hour, for whoever shows a result.
    pub proof_word: String,
    /// The time of the house.
    pub now: UnixMs,
}

/// What to show at this moment.
///
/// # Errors
/// `Conflict` when the door has no code in use.
pub fn sign(house: &House, caller: &SignScreen) -> Answer<Sign> {
    let code = house.mirror.code_of(caller.checkpoint);
    let code = code.filter(|code| code.standing == Standing::Current);
    let found = code.ok_or(Failure::Conflict("这个检查点的场所码现在不能使用"))?;
    let now = house.now();
    let (code, words) = (found.code.as_str(), found.door.words());
    let url = format!("{}/{}", house.printed_url(code), token(house, code, now));
    Ok(Sign {
        name: words.name.to_owned(),
        door: words.door.to_owned(),
        svg: posters::code_svg(&url).map_err(Failure::broken)?,
        url,
        proof_word: super::proof_words::proof_word(house, caller.checkpoint, now),
        now,
    })
}

/// The token of a door's sign at this moment.
fn token(house: &House, code: &str, now: UnixMs) -> String {
    signed(house, &format!("sign {code}"), now.0.div_euclid(STEP_MS) * STEP_MS)
}

/// Whether the token of a sign is of this moment.
#[must_use]
pub fn opened(house: &House, code: &str, token: &str) -> SignSeen {
    match age_ms(house, &format!("sign {code}"), token) {
        Some(age_ms) if (-AHEAD_MS..=FRESH_MS + STEP_MS).contains(&age_ms) => SignSeen::Fresh,
        Some(_) => SignSeen::Old,
        None => SignSeen::Missing,
    }
}

/// A note that this browser opened the sign's code in time.
#[must_use]
pub fn note(house: &House, seat: &str, code: &str) -> String {
    signed(house, &format!("seen {seat} {code}"), house.now().0)
}

/// What this browser's note says of a door's sign.
#[must_use]
pub fn noted(house: &House, seat: &str, code: &str, note: Option<&str>) -> SignSeen {
    let age_ms = note.and_then(|note| age_ms(house, &format!("seen {seat} {code}"), note));
    match age_ms {
        Some(age_ms) if (-AHEAD_MS..=SEEN_MS).contains(&age_ms) => SignSeen::Fresh,
        Some(_) => SignSeen::Old,
        None => SignSeen::Missing,
    }
}

fn message(of: &str, at_ms: i64) -> Vec<u8> {
    [of.as_bytes(), b" ", &at_ms.to_be_bytes()].concat()
}

fn signed(house: &House, of: &str, at_ms: i64) -> String {
    let mac = house.vault.mac(Purpose::DoorSign, &message(of, at_ms));
    let bytes = [&at_ms.to_be_bytes()[..], &mac[..MAC]].concat();
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// How old it is; `None` for what is not ours.
fn age_ms(house: &House, of: &str, token: &str) -> Option<i64> {
    if token.len() > 64 {
        return None;
    }
    let bytes = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).ok()?;
    let (time, mac) = bytes.split_first_chunk::<TIME>()?;
    let at_ms = i64::from_be_bytes(*time);
    let ours =
        mac.len() == MAC && house.vault.verify_mac(Purpose::DoorSign, &message(of, at_ms), mac);
    ours.then(|| house.now().0.saturating_sub(at_ms))
}
