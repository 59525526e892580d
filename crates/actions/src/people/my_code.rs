//! 我的码: a code on the person's own screen, for a minute, for whoever scans them at a door.
//!
//! It is a sealed value: nobody but this house reads who it is of, and two codes of one person have
//! nothing in common.

use crate::{Answer, Failure, House, accounts::principals::Visitor};
use data_encoding::BASE32_NOPAD;
use domain::{people::PersonNumber, text::number_form, time::UnixMs};
use vault::{Field, Purpose};

/// How long a code works, in milliseconds.
pub const LASTS_MS: i64 = 60_000;
/// How every code begins.
pub(crate) const PREFIX: &str = "FYM1:";

/// A code as its person sees it.
#[derive(Clone, Debug)]
pub struct MyCode {
    /// What a scanner reads.
    pub text: String,
    /// The same as a picture, SVG.
    pub svg: String,
    /// When it ends.
    pub ends: UnixMs,
    /// Milliseconds until then.
    pub left_ms: i64,
}

/// A fresh code.
///
/// # Errors
/// `NotSignedIn` when the person is gone meanwhile.
pub fn my_code(house: &House, caller: &Visitor) -> Answer<MyCode> {
    let epoch = house.mirror.epoch(caller.person).ok_or(Failure::NotSignedIn)?;
    let issued = house.now();
    let plain = format!("{} {epoch} {}", caller.person.0, issued.0);
    let sealed = house.vault.seal(Field::PersonalCode, &plain, &*house.dice)?;
    let text = format!("{PREFIX}{}", BASE32_NOPAD.encode(&sealed));
    let svg = posters::text_svg(&text, "我的码").map_err(Failure::broken)?;
    Ok(MyCode { text, svg, ends: issued.plus(LASTS_MS), left_ms: LASTS_MS })
}

/// A code that was shown at a door, and is one of this house, fresh and not revoked.
pub(crate) struct Shown {
    pub(crate) person: PersonNumber,
    /// Under which its use is remembered.
    pub(crate) mac: [u8; 32],
    /// Until when its use must be remembered.
    pub(crate) ends: UnixMs,
}

/// Reads a code.
///
/// # Errors
/// `Invalid` at `code`: made elsewhere, too old, or of somebody who has signed out since.
pub(crate) async fn read(house: &House, text: &str) -> Answer<Shown> {
    let refuse = |says| Failure::field("code", says);
    let body = number_form(text);
    let body = body.strip_prefix(PREFIX).unwrap_or_default();
    let sealed = BASE32_NOPAD.decode(body.as_bytes()).map_err(|_| refuse(DAMAGED))?;
    let plain = house.vault.open(Field::PersonalCode, &sealed).map_err(|_| refuse(FORGED))?;
    let [person, epoch, issued] = numbers(&plain).ok_or_else(|| refuse(FORGED))?;
    let (person, issued) = (PersonNumber(person.unsigned_abs()), UnixMs(issued));
    if !(0..LASTS_MS).contains(&house.now().since(issued)) {
        return Err(refuse(OVER));
    }
    let mut known = house.mirror.epoch(person);
    if known.is_none() {
        house.catch_up().await?;
        known = house.mirror.epoch(person);
    }
    if known != Some(epoch) {
        return Err(refuse(SIGNED_OUT));
    }
    let mac = house.vault.mac(Purpose::CodeUse, &sealed);
    Ok(Shown { person, mac, ends: issued.plus(LASTS_MS) })
}

fn numbers(plain: &str) -> Option<[i64; 3]> {
    let all: Option<Vec<i64>> = plain.split(' ').map(|number| number.parse().ok()).collect();
    all?.try_into().ok()
}

/// What a guard reads.
const DAMAGED: &str = "这个码没有读全，请重新扫一次";
const FORGED: &str = "这个码不是本系统发出的，可能是伪造的";
const OVER: &str = "这个码已过期，请本人刷新“我的码”后再扫";
const SIGNED_OUT: &str = "本人已退出登录，这个码已失效";
pub(crate) const USED: &str = "这个码已经用过，请本人刷新“我的码”后再扫";
