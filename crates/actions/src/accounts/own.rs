//! One's own account: seeing it, and changing the password.

use super::{
    one_time_links,
    passwords::{self, NewPassword},
    phone,
    principals::Staff,
    session::{self, Token},
    sign_in,
};
use crate::{Answer, Failure, House};
use domain::{
    accounts::{Role, check_password},
    fields::Complaints,
    phones::Phone,
    time::UnixMs,
};
use registry::{Account, LinkUse};

/// One's own account.
#[derive(Clone, Debug)]
pub struct Own {
    /// Masked name.
    pub name: String,
    /// Masked phone.
    pub phone: String,
    /// Role.
    pub role: Role,
    /// When it was made.
    pub made: UnixMs,
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub struct PasswordForm {
    /// The one in force.
    pub current: String,
    /// The new one.
    pub password: String,
}

async fn account(house: &House, caller: &Staff) -> Answer<(Account, Phone)> {
    let account = house.registry.account(caller.account).await?.ok_or(Failure::NotSignedIn)?;
    let phone = phone(house, &account)?;
    Ok((account, phone))
}

/// What an account sees of itself.
///
/// # Errors
/// `NotSignedIn` when it is gone meanwhile.
pub async fn own(house: &House, caller: &Staff) -> Answer<Own> {
    let (account, phone) = account(house, caller).await?;
    Ok(Own {
        name: caller.masked_name.clone(),
        phone: phone.masked(),
        role: account.new.role,
        made: account.new.made,
    })
}

/// Changes the password. The session of `token` goes on, all others of the account end.
///
/// # Errors
/// `Invalid` at `current` and `password`; `TooMany` when wrong passwords have locked the account.
pub async fn change_password(
    house: &House,
    caller: &Staff,
    token: &str,
    form: &PasswordForm,
) -> Answer<()> {
    let (account, phone) = account(house, caller).await?;
    check_password(&form.password, &phone).map_err(|says| Failure::field("password", says))?;
    sign_in::is_right(house, &account, &form.current).await.map_err(|failure| match failure {
        Failure::Invalid(_) => Failure::field("current", "现在的密码不对"),
        other => other,
    })?;
    let hash = passwords::hash(passwords::turn()?, house, &form.password).await?;
    let keep = session::mac(house, token);
    let by = "本人修改";
    let new = NewPassword { account: &account, hash: &hash, link: None, keep: Some(&keep), by };
    new.set(house).await
}

/// The account that a link for a new password is for, and the MAC of the link.
async fn by_link(house: &House, link: &str) -> Answer<([u8; 32], Account)> {
    let (mac, found) = one_time_links::find(house, link).await?;
    let LinkUse::Password { account } = found.link_use else { return Err(Failure::NotFound) };
    let account = house.registry.account(account).await?.ok_or(Failure::NotFound)?;
    Ok((mac, account))
}

/// The masked phone of the account that a link for a new password is for.
///
/// # Errors
/// `NotFound` when the link is unknown, used or too old.
pub async fn look(house: &House, link: &str) -> Answer<String> {
    let (_, account) = by_link(house, link).await?;
    Ok(phone(house, &account)?.masked())
}

/// Sets the password a link allows, once; every session of the account ends, and it signs in as
/// usual.
///
/// # Errors
/// `NotFound` as [`look`]; `Invalid` at `password`.
pub async fn set_by_link(house: &House, link: &str, password: &str) -> Answer<()> {
    let (mac, account) = by_link(house, link).await?;
    let phone = phone(house, &account)?;
    let complaint = |says| Failure::from(Complaints::one("password", says));
    check_password(password, &phone).map_err(complaint)?;
    let hash = passwords::hash(passwords::turn()?, house, password).await?;
    let by = "管理员发出的链接";
    let new = NewPassword { account: &account, hash: &hash, link: Some(&mac), keep: None, by };
    new.set(house).await
}

/// Ends every session of the caller's account but that of `token`; how many.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn sign_out_elsewhere(house: &House, caller: &Staff, token: &Token) -> Answer<u64> {
    let keep = session::mac(house, &token.0);
    Ok(house.registry.end_other_sessions(caller.account, &keep).await?)
}
