//! One-time codes by text message: six digits, five minutes, five tries.

use crate::{Answer, Failure, House, sms::TextMessage};
use domain::{
    fields::Complaints,
    outside::roll,
    phones::Phone,
    time::{MINUTE_MS, UnixMs},
};
use registry::{PutCode, SmsCode, SmsCount, SmsDay};
use std::net::IpAddr;
use vault::{Index, Purpose};

/// How long a code works, in milliseconds.
const LASTS_MS: i64 = 5 * MINUTE_MS;
/// How long until another one is sent to the same number, in milliseconds.
const AGAIN_MS: i64 = MINUTE_MS;
/// The same in seconds, as the refusal says it.
const AGAIN_S: u32 = 60;
/// Tries of one code.
const TRIES_MAX: i64 = 5;

/// What a code is for; a code for one thing does not work for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeUse {
    /// A visitor registers.
    Visitor,
    /// A manager registers an account, or an invited person sets one up.
    Account,
    /// The second factor of signing in.
    SignIn,
    /// A manager who has forgotten the password.
    Recovery,
    /// The phone that a visitor changes to.
    NewPhone,
    /// The phone that a visitor changes from.
    OldPhone,
    /// A phone whose holder says that somebody else wants to take its place.
    Objection,
    /// A visitor takes their own data.
    OwnData,
}

impl CodeUse {
    fn code(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Account => "account",
            Self::SignIn => "sign_in",
            Self::Recovery => "recovery",
            Self::NewPhone => "new_phone",
            Self::OldPhone => "old_phone",
            Self::Objection => "objection",
            Self::OwnData => "own_data",
        }
    }

    /// Codes for this use that are sent to one phone in a day: with five tries each, nobody guesses
    /// one of a million. Each use counts apart, so that nobody can use up those that somebody else
    /// signs in with: these are sent after the right password alone.
    fn daily_max(self) -> i64 {
        match self {
            Self::SignIn => 20,
            _ => 10,
        }
    }
}

/// Whether a code was refused because one was sent a moment ago, which still works.
pub(super) fn was_just_sent(failure: &Failure) -> bool {
    matches!(failure, Failure::TooMany { retry_after_s: AGAIN_S, .. })
}

fn code_mac(house: &House, code_use: CodeUse, phone: &Phone, code: &str) -> [u8; 32] {
    let message = format!("{}:{}:{code}", code_use.code(), phone.as_str());
    house.vault.mac(Purpose::SmsCode, message.as_bytes())
}

/// How many codes are sent in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsLimits {
    /// Asked for by one address; 0 for no limit. Thousands of phones may share the address of their
    /// carrier.
    pub address_per_day: u32,
    /// In all; 0 for no limit.
    pub house_per_day: u32,
}

impl Default for SmsLimits {
    fn default() -> Self {
        Self { address_per_day: 1_000, house_per_day: 0 }
    }
}

/// Sends a code. The answer is the same whether the number is known or not. `from` is the address that
/// asks, where it is one person's or one carrier's.
///
/// # Errors
/// `Invalid` at `phone`, or at `sms_code` when it cannot be sent; `TooMany` when one was sent less
/// than a minute ago, or too many on this day.
pub async fn send(
    house: &House,
    code_use: CodeUse,
    phone: &str,
    from: Option<IpAddr>,
) -> Answer<()> {
    let phone = Phone::parse(phone).map_err(|says| Failure::field("phone", says))?;
    send_to(house, code_use, &phone, from).await
}

/// As [`send`], to a number that was read already.
pub(crate) async fn send_to(
    house: &House,
    code_use: CodeUse,
    phone: &Phone,
    from: Option<IpAddr>,
) -> Answer<()> {
    let message = store(house, code_use, phone, from).await?;
    if let Err(error) = house.sms.send(phone.as_str(), &message).await {
        tracing::error!(%error, "a code could not be sent");
        // Nothing arrived, so nothing stands in the way of asking again.
        let index = house.vault.blind(Index::Phone, phone.as_str());
        house.registry.use_sms_code(&index, code_use.code()).await?;
        return Err(Failure::field("sms_code", "短信暂时发不出去，请稍后再试"));
    }
    Ok(())
}

/// Makes and stores a code; the message to send.
///
/// # Errors
/// `TooMany` when one was sent less than a minute ago, or too many on this day.
pub(super) async fn store(
    house: &House,
    code_use: CodeUse,
    phone: &Phone,
    from: Option<IpAddr>,
) -> Answer<TextMessage> {
    let code = format!("{:06}", u32::from_be_bytes(roll::<4>(&*house.dice)) % 1_000_000);
    let now = house.now();
    let stored = SmsCode {
        code_mac: code_mac(house, code_use, phone, &code).to_vec(),
        sent: now,
        expires: now.plus(LASTS_MS),
        tries: 0,
    };
    let index = house.vault.blind(Index::Phone, phone.as_str());
    let before = now.plus(1 - AGAIN_MS);
    let SmsLimits { address_per_day, house_per_day } = house.settings.sms_limits;
    let address = from.map(|from| house.vault.blind(Index::Phone, &format!("address:{from}")));
    let mut days = vec![SmsDay { by: SmsCount::Phone, subject: &index, max: code_use.daily_max() }];
    if let Some(address) = address.as_ref().filter(|_| address_per_day > 0) {
        let max = i64::from(address_per_day);
        days.push(SmsDay { by: SmsCount::Address, subject: address, max });
    }
    if house_per_day > 0 {
        let max = i64::from(house_per_day);
        days.push(SmsDay { by: SmsCount::House, subject: b"", max });
    }
    let put = house.registry.put_sms_code(&index, code_use.code(), &stored, before, &days).await?;
    let (says, retry_after_s) = match put {
        PutCode::Stored => return Ok(TextMessage::Code { code }),
        PutCode::TooSoon => ("验证码刚刚发过，请一分钟后再试", AGAIN_S),
        PutCode::DayIsFull(SmsCount::Phone) => ("这个手机号今天的验证码太多，请明天再试", 3600),
        PutCode::DayIsFull(SmsCount::Address) => {
            ("这个网络今天要的验证码太多，请换手机流量再试，或找门口值守人员登记", 3600)
        }
        PutCode::DayIsFull(SmsCount::House) => {
            ("今天的短信已经发完，请找门口值守人员登记，或明天再试", 3600)
        }
    };
    Err(Failure::TooMany { says, retry_after_s })
}

/// A code that was right, not used up yet.
pub(crate) struct RightCode {
    index: [u8; 32],
    code_use: CodeUse,
}

/// Complains about an empty code together with everything else, before any try is counted.
pub(crate) fn beside<T>(checked: Result<T, Complaints>, sms_code: &str) -> Result<T, Complaints> {
    if !sms_code.trim().is_empty() {
        return checked;
    }
    let mut complaints = checked.err().unwrap_or_default();
    complaints.add("sms_code", "请填写短信验证码");
    Err(complaints)
}

/// Checks a code; each check counts as a try.
///
/// # Errors
/// `Invalid` at `sms_code` when it is wrong, too old or tried too often.
pub(crate) async fn verify(
    house: &House,
    code_use: CodeUse,
    phone: &Phone,
    typed: &str,
) -> Answer<RightCode> {
    let wrong =
        || Failure::field("sms_code", "验证码不对或已失效（5 分钟内可试 5 次），请核对或重新获取");
    let index = house.vault.blind(Index::Phone, phone.as_str());
    let now: UnixMs = house.now();
    let sent = house.registry.try_sms_code(&index, code_use.code(), now, TRIES_MAX).await?;
    let sent = sent.ok_or_else(wrong)?;
    let typed = domain::text::number_form(typed);
    let message = format!("{}:{}:{typed}", code_use.code(), phone.as_str());
    if house.vault.verify_mac(Purpose::SmsCode, message.as_bytes(), &sent.code_mac) {
        Ok(RightCode { index, code_use })
    } else {
        Err(wrong())
    }
}

impl RightCode {
    /// Uses the code up, so that it works once.
    pub(crate) async fn use_up(self, house: &House) -> Answer<()> {
        if house.registry.use_sms_code(&self.index, self.code_use.code()).await? {
            Ok(())
        } else {
            Err(Failure::field("sms_code", "验证码已经用过，请重新获取"))
        }
    }
}
