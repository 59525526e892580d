//! Sessions of accounts: kept on the server, ended by idling or signing out.

use super::principals::Staff;
use crate::{Answer, Failure, House};
use domain::{
    accounts,
    audit::{Actor, Deed},
    time::MINUTE_MS,
};
use registry::{Account, AuditLine};
use vault::{Field, Purpose};

/// A session ends after this much idling, in milliseconds (GB/T 22239-2019, 8.1.4.1).
pub const IDLE_MS_MAX: i64 = 30 * MINUTE_MS;
/// A session's last use is written down at most this often, in milliseconds.
const TOUCH_EVERY_MS: i64 = MINUTE_MS;

/// A fresh session's token; goes into a cookie and nowhere else.
pub struct Token(pub String);

pub(super) fn mac(house: &House, token: &str) -> [u8; 32] {
    house.vault.mac(Purpose::StaffSession, token.as_bytes())
}

/// Starts a session. With `link`, uses that one-time link up in the same step.
///
/// # Errors
/// `NotFound` when the link was used meanwhile.
pub(crate) async fn start(
    house: &House,
    account: &Account,
    link: Option<&[u8]>,
    detail: &str,
) -> Answer<(Token, Staff)> {
    let token = house.fresh_token();
    let line = AuditLine {
        at: house.now(),
        actor: Actor::Account(account.id),
        deed: Deed::SignIn,
        subject: format!("账号 {}", account.id),
        detail: detail.to_owned(),
    };
    let mac = mac(house, &token);
    if !house.registry.start_session(&mac, account.id, house.now(), link, &line).await? {
        return Err(Failure::NotFound);
    }
    Ok((Token(token), who(house, account)?))
}

fn who(house: &House, account: &Account) -> Answer<Staff> {
    Ok(Staff {
        account: account.id,
        role: account.new.role,
        scope: accounts::scope(account.new.county.as_deref()),
        masked_name: house.vault.open(Field::MaskedName, &account.new.masked_sealed)?,
    })
}

/// Who a token belongs to.
///
/// # Errors
/// `NotSignedIn` when it is unknown, ended or idle too long.
pub async fn staff(house: &House, token: &str) -> Answer<Staff> {
    let mac = mac(house, token);
    let now = house.now();
    let session = house.registry.session(&mac, now.plus(-IDLE_MS_MAX)).await?;
    let (account, seen) = session.ok_or(Failure::NotSignedIn)?;
    if now.since(seen) > TOUCH_EVERY_MS {
        house.registry.touch_session(&mac, now).await?;
    }
    let account = house.registry.account(account).await?.ok_or(Failure::NotSignedIn)?;
    who(house, &account)
}

/// Ends a session; an unknown one is already ended.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn sign_out(house: &House, token: &str) -> Answer<()> {
    Ok(house.registry.end_session(&mac(house, token)).await?)
}
