//! A manager who has forgotten the password proves the phone, and sets another. The accounts of the
//! authority get a link from the administrator instead: a text message alone must not open them.

use super::{
    passwords::{self, NewPassword},
    session::{self, Token},
    sms_codes::{self, CodeUse},
};
use crate::{Answer, Failure, House};
use domain::{
    accounts::{Role, check_password},
    fields::Complaints,
    phones::Phone,
};
use registry::Account;
use std::{net::IpAddr, sync::Arc};
use vault::Index;

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub struct RecoverForm {
    /// Mobile number.
    pub phone: String,
    /// Code from the text message.
    pub sms_code: String,
    /// The new password.
    pub password: String,
}

/// Sends a code when the phone has a manager's account. The answer is the same for every number,
/// and comes as fast: nobody waits for the provider.
///
/// # Errors
/// `Invalid` at `phone` for what is no number; `TooMany` within a minute, known or not.
pub async fn send_code(house: &House, phone: &str, from: Option<IpAddr>) -> Answer<()> {
    let phone = Phone::parse(phone).map_err(|says| Failure::field("phone", says))?;
    // A code is made for everybody, so that asking twice tells nothing; some are sent to nobody.
    let message = sms_codes::store(house, CodeUse::Recovery, &phone, from).await?;
    if managers(house, &phone).await?.is_some() {
        let sms = Arc::clone(&house.sms);
        tokio::spawn(async move {
            if let Err(error) = sms.send(phone.as_str(), &message).await {
                tracing::error!(%error, "a code for a new password could not be sent");
            }
        });
    }
    Ok(())
}

async fn managers(house: &House, phone: &Phone) -> Answer<Option<Account>> {
    let index = house.vault.blind(Index::Phone, phone.as_str());
    let account = house.registry.account_by_phone(&index).await?;
    Ok(account.filter(|account| account.new.role == Role::Manager))
}

/// Sets the password and signs in; every other session of the account ends.
///
/// # Errors
/// `Invalid` at `phone`, `sms_code`, `password`.
pub async fn recover(house: &House, form: &RecoverForm) -> Answer<Token> {
    let phone = sms_codes::beside(check(form), &form.sms_code)?;
    let turn = passwords::turn()?;
    let code = sms_codes::verify(house, CodeUse::Recovery, &phone, &form.sms_code).await?;
    code.use_up(house).await?;
    // The code went to its phone; there was an account then.
    let account = managers(house, &phone).await?.ok_or(Failure::NotFound)?;
    let hash = passwords::hash(turn, house, &form.password).await?;
    let by = "短信验证码";
    let new = NewPassword { account: &account, hash: &hash, link: None, keep: None, by };
    new.set(house).await?;
    Ok(session::start(house, &account, None, "重设密码后登录").await?.0)
}

fn check(form: &RecoverForm) -> Result<Phone, Complaints> {
    let mut complaints = Complaints::default();
    let phone = complaints.take("phone", Phone::parse(&form.phone));
    if let Some(phone) = &phone {
        complaints.take("password", check_password(&form.password, phone));
    }
    phone.filter(|_| complaints.is_empty()).ok_or(complaints)
}
