//! Accounts come into being: a venue manager registers, or somebody follows a set-up link.

use super::{
    passwords,
    session::{self, Token},
    sms_codes::{self, CodeUse},
};
use crate::{Answer, Failure, House};
use domain::{
    accounts::{Role, check_password},
    audit::{Actor, Deed},
    fields::Complaints,
    people::{check_name, mask_name},
    phones::Phone,
};
use registry::{AuditLine, NewAccount};
use vault::{Field, Index};

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub struct RegisterForm {
    /// Name.
    pub name: String,
    /// Mobile number.
    pub phone: String,
    /// Code from the text message.
    pub sms_code: String,
    /// Password.
    pub password: String,
}

/// Makes a manager's account and signs it in.
///
/// # Errors
/// `Invalid` with every complaint: `name`, `phone`, `sms_code`, `password`.
pub async fn register_manager(house: &House, form: &RegisterForm) -> Answer<Token> {
    let checked = check(&form.name, &form.phone, &form.password);
    let (name, phone) = sms_codes::beside(checked, &form.sms_code)?;
    let turn = passwords::turn()?;
    let code = sms_codes::verify(house, CodeUse::Account, &phone, &form.sms_code).await?;
    let wanted = Wanted { role: Role::Manager, county: None, link: None };
    let password_hash = passwords::hash(turn, house, &form.password).await?;
    code.use_up(house).await?;
    insert(house, &name, &phone, password_hash, &wanted).await
}

/// Name, phone and password as they may be taken.
pub(crate) fn check(
    name: &str,
    phone: &str,
    password: &str,
) -> Result<(String, Phone), Complaints> {
    let mut complaints = Complaints::default();
    let name = complaints.take("name", check_name(name));
    let phone = complaints.take("phone", Phone::parse(phone));
    if let Some(phone) = &phone {
        complaints.take("password", check_password(password, phone));
    }
    match (name, phone) {
        (Some(name), Some(phone)) if complaints.is_empty() => Ok((name, phone)),
        _ => Err(complaints),
    }
}

/// What account is wanted, and the link it is owed to.
pub(crate) struct Wanted<'a> {
    pub(crate) role: Role,
    pub(crate) county: Option<String>,
    pub(crate) link: Option<&'a [u8]>,
}

/// Makes the account and signs it in.
///
/// # Errors
/// `Invalid` at `phone` when it has an account; `NotFound` when the link was used meanwhile.
pub(crate) async fn insert(
    house: &House,
    name: &str,
    phone: &Phone,
    password_hash: String,
    wanted: &Wanted<'_>,
) -> Answer<Token> {
    let index = house.vault.blind(Index::Phone, phone.as_str());
    let taken = || Failure::field("phone", "这个手机号已有账号，请直接登录");
    if house.registry.account_by_phone(&index).await?.is_some() {
        return Err(taken());
    }
    let new = NewAccount {
        role: wanted.role,
        county: wanted.county.clone(),
        name_sealed: house.vault.seal(Field::PersonName, name, &*house.dice)?,
        masked_sealed: house.vault.seal(Field::MaskedName, &mask_name(name), &*house.dice)?,
        phone_sealed: house.vault.seal(Field::Phone, phone.as_str(), &*house.dice)?,
        phone_index: index.to_vec(),
        password_hash,
        made: house.now(),
    };
    let line = AuditLine {
        at: house.now(),
        actor: Actor::Nobody,
        deed: Deed::AccountRegistered,
        subject: wanted.role.label().to_owned(),
        detail: String::new(),
    };
    let Some(id) = house.registry.insert_account(&new, wanted.link, &line).await? else {
        // Somebody was faster: with this phone, or else with this link.
        let phone_taken = house.registry.account_by_phone(&index).await?.is_some();
        return Err(if phone_taken { taken() } else { Failure::NotFound });
    };
    let account = house.registry.account(id).await?.ok_or(Failure::NotFound)?;
    Ok(session::start(house, &account, None, "注册后登录").await?.0)
}
