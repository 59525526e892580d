//! A reverse scan by what a scanner reads off a phone's screen or a printed card.

use super::{door, entered, line};
use crate::{
    Answer, Failure, House,
    accounts::principals::DutyDevice,
    checkins::look::Door,
    duty::announce::Shown,
    offline_codes::{format::PREFIX, verify::verify},
    people::my_code,
};
use domain::{checkins::Method, offline_codes::number_text, text::narrow};
use std::sync::Arc;

/// Most characters of what a scanner reads; a printed code has 230.
pub const CODE_CHARS_MAX: usize = 1_000;

/// What kind of code somebody holds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// 我的码
    Personal,
    /// 离线码
    Offline,
}

/// Registers an entry by a code; the same card as for a scan.
///
/// # Errors
/// `Invalid` at `code`, saying what is wrong with it; `Conflict` when the door has no code in use;
/// `TooMany` beyond 60 within a minute; `Busy`.
pub async fn by_code(house: &House, caller: &DutyDevice, text: &str) -> Answer<Arc<Shown>> {
    let kind = kind(text).map_err(|says| Failure::field("code", says))?;
    house.gate.device_turn(caller.device, house.now())?;
    let door = door(house, caller)?;
    match kind {
        Kind::Personal => by_personal_code(house, caller, &door, text).await,
        Kind::Offline => by_offline_code(house, caller, &door, text).await,
    }
}

/// Whether something typed where a number is expected is a code: scanners type wherever they are.
#[must_use]
pub fn is_code(text: &str) -> bool {
    kind(text).is_ok()
}

async fn by_personal_code(
    house: &House,
    caller: &DutyDevice,
    door: &Door,
    text: &str,
) -> Answer<Arc<Shown>> {
    let code = my_code::read(house, text).await?;
    house.registry.audit(&[line(house, caller, "我的码".to_owned())]).await?;
    if !house.registry.use_code(&code.mac, code.ends).await? {
        return Err(Failure::field("code", my_code::USED));
    }
    let entered = entered(house, caller, door, code.person, Method::StaffPersonalCode).await;
    if entered.is_err() {
        // Nobody entered: the next try is not the code's second use.
        house.registry.give_code_back(&code.mac).await?;
    }
    entered
}

async fn by_offline_code(
    house: &House,
    caller: &DutyDevice,
    door: &Door,
    text: &str,
) -> Answer<Arc<Shown>> {
    let (person, card) = verify(house, text).await?;
    let detail = format!("离线码 {}", number_text(card.number));
    house.registry.audit(&[line(house, caller, detail)]).await?;
    entered(house, caller, door, person, Method::StaffOfflineCode).await
}

/// The kind, or what else this is.
fn kind(text: &str) -> Result<Kind, &'static str> {
    if text.chars().count() > CODE_CHARS_MAX {
        return Err(FOREIGN);
    }
    let text = narrow(text).trim().to_uppercase();
    if text.is_empty() {
        return Err("请扫描或输入本人手机上的“我的码”，或印出的离线码");
    }
    if text.starts_with(my_code::PREFIX) {
        return Ok(Kind::Personal);
    }
    if text.starts_with(PREFIX) {
        return Ok(Kind::Offline);
    }
    let is_address = text.starts_with("HTTP");
    if is_address && text.contains("/C/") {
        return Err("这是门口的场所码，请扫本人手机上的“我的码”");
    }
    if is_address && text.contains("AKM:QRCODE:") {
        return Err("这是安康码，不是本系统的码，请扫“我的码”或按证件号登记");
    }
    Err(FOREIGN)
}

const FOREIGN: &str = "这不是本系统的码，请扫“我的码”、离线码，或按证件号登记";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_held_out_is_told_apart() {
        assert_eq!(kind(" fy1:6BF"), Ok(Kind::Offline));
        assert_eq!(kind("ｆｙｍ１：ABC"), Ok(Kind::Personal), "an input method was on");
        for (other, word) in [
            ("https://scan.example/c/abcdefghijklmnop", "场所码"),
            ("https://akm.ahzwfw.gov.cn/akm-sj-mgr/index.html#/myAkm?id=akm:qrcode:0F", "安康码"),
            ("341202199001011234", "不是本系统的码"),
            ("", "请扫描"),
            (&"F".repeat(CODE_CHARS_MAX + 1), "不是本系统的码"),
        ] {
            assert!(kind(other).unwrap_err().contains(word), "{other}");
        }
    }

    proptest! {
        #[test]
        fn anything_that_a_scanner_may_type_is_answered(text: String) {
            let _ = kind(&text);
        }
    }
}
