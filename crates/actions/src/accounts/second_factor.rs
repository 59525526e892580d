//! The second factor of signing in: a code by text message after the password (GB/T 22239-2019,
//! 8.1.4.1 d).

use super::{
    one_time_links, phone,
    principals::Staff,
    session::{self, Token},
    sign_in,
    sms_codes::{self, CodeUse},
};
use crate::{Answer, Failure, House};
use data_encoding::HEXLOWER;
use domain::{
    accounts::Role,
    time::{DAY_MS, MINUTE_MS, UnixMs},
};
use registry::{Account, LinkUse};
use vault::Purpose;

/// How long after the password the code may be given, in milliseconds.
pub const LASTS_MS: i64 = 10 * MINUTE_MS;
/// Days for which a manager's own browser is not asked again.
pub const TRUSTED_DAYS: i64 = 30;

/// A sign-in that waits for its code.
pub struct Begun {
    /// Names it; goes into a cookie and nowhere else.
    pub token: Token,
    /// Where the code went, masked.
    pub phone: String,
}

/// Who is being waited for.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Where the code went, masked.
    pub phone: String,
    /// Whether the browser may be trusted from now on: the authority's accounts always give both.
    pub may_trust: bool,
}

/// Signed in with both factors.
pub struct Both {
    /// The session.
    pub token: Token,
    /// Who.
    pub staff: Staff,
    /// Goes into a cookie of this browser, so that it is not asked again.
    pub trusted: Option<String>,
}

/// Whether a password is to be followed by a code.
pub(super) fn is_wanted(house: &House) -> bool {
    house.settings.second_factor && house.sms.is_there()
}

/// Sends the code and waits for it.
///
/// # Errors
/// `Conflict` when it cannot be sent; `TooMany` on this day.
pub(super) async fn begin(house: &House, account: &Account) -> Answer<Begun> {
    // The password was right; what is tried from now on is the code.
    house.registry.forgive_tries(account.id).await?;
    let phone = phone(house, account)?;
    match sms_codes::send(house, CodeUse::SignIn, phone.as_str(), None).await {
        Ok(()) => {}
        // It works for this sign-in as well.
        Err(failure) if sms_codes::was_just_sent(&failure) => {}
        Err(Failure::Invalid(_)) => {
            return Err(Failure::Conflict("短信验证码暂时发不出去，请稍后再登录"));
        }
        Err(other) => return Err(other),
    }
    let link_use = LinkUse::SecondFactor { account: account.id };
    let token = one_time_links::make(house, link_use, LASTS_MS, None).await?;
    Ok(Begun { token: Token(token), phone: phone.masked() })
}

/// The account that waits under this token, and the MAC it is stored under.
async fn waiting(house: &House, token: &str) -> Answer<([u8; 32], Account)> {
    let (mac, found) = one_time_links::find(house, token).await?;
    let LinkUse::SecondFactor { account } = found.link_use else { return Err(Failure::NotFound) };
    let account = house.registry.account(account).await?.ok_or(Failure::NotFound)?;
    Ok((mac, account))
}

/// Who is being waited for.
///
/// # Errors
/// `NotFound` when the sign-in is unknown, finished or too old.
pub async fn look(house: &House, token: &str) -> Answer<Waiting> {
    let (_, account) = waiting(house, token).await?;
    let may_trust = account.new.role == Role::Manager;
    Ok(Waiting { phone: phone(house, &account)?.masked(), may_trust })
}

/// Sends another code.
///
/// # Errors
/// `NotFound` as [`look`]; `Invalid` at `sms_code` when it cannot be sent; `TooMany` within a minute.
pub async fn send_again(house: &House, token: &str) -> Answer<()> {
    let (_, account) = waiting(house, token).await?;
    sms_codes::send(house, CodeUse::SignIn, phone(house, &account)?.as_str(), None).await
}

/// Finishes the sign-in. With `trust`, a manager's browser is not asked again for a while.
///
/// # Errors
/// `NotFound` as [`look`]; `Invalid` at `sms_code` when the code is wrong or too old.
pub async fn finish(house: &House, token: &str, typed: &str, trust: bool) -> Answer<Both> {
    let (mac, account) = waiting(house, token).await?;
    sms_codes::beside(Ok(()), typed)?;
    let phone = phone(house, &account)?;
    let code = match sms_codes::verify(house, CodeUse::SignIn, &phone, typed).await {
        Ok(code) => code,
        Err(wrong @ Failure::Invalid(_)) => {
            let line = sign_in::line(house, &account, "短信验证码不对");
            house.registry.audit(&[line]).await?;
            return Err(wrong);
        }
        Err(other) => return Err(other),
    };
    code.use_up(house).await?;
    let (token, staff) = session::start(house, &account, Some(&mac), "密码和验证码登录").await?;
    let trusted = (trust && account.new.role == Role::Manager)
        .then(|| trusted_token(house, &account, house.now().plus(TRUSTED_DAYS * DAY_MS)));
    Ok(Both { token, staff, trusted })
}

/// What a trusted browser shows: who, until when, and a MAC over both and the password, so that
/// another password ends it.
fn trusted_token(house: &House, account: &Account, until: UnixMs) -> String {
    let message = trusted_message(account, until);
    let mac = house.vault.mac(Purpose::TrustedBrowser, message.as_bytes());
    format!("{}.{}.{}", account.id, until.0, HEXLOWER.encode(&mac))
}

fn trusted_message(account: &Account, until: UnixMs) -> String {
    format!("{}:{}:{}", account.id, until.0, account.new.password_hash)
}

/// Whether a browser's token is one of this account's that still holds.
pub(super) fn is_trusted(house: &House, account: &Account, token: Option<&str>) -> bool {
    let read = || {
        let mut parts = token?.splitn(3, '.');
        let id: i64 = parts.next()?.parse().ok()?;
        let until = UnixMs(parts.next()?.parse().ok()?);
        let mac = HEXLOWER.decode(parts.next()?.as_bytes()).ok()?;
        Some((id, until, mac))
    };
    let Some((id, until, mac)) = read() else { return false };
    let message = trusted_message(account, until);
    id == account.id
        && account.new.role == Role::Manager
        && house.now() < until
        && house.vault.verify_mac(Purpose::TrustedBrowser, message.as_bytes(), &mac)
}
