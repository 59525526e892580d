//! The administrator makes accounts: a one-time link for whoever is to have it.

use super::{
    one_time_links, passwords,
    principals::Administrator,
    register::{self, Wanted},
    second_factor,
    session::Token,
    sms_codes::{self, CodeUse},
};
use crate::{Answer, Failure, House};
use domain::{accounts::Role, audit::Deed, fields::Complaints, regions::Region, time::UnixMs};
use registry::{AuditLine, LinkUse};
use vault::Field;

/// What kind of account the link makes.
#[derive(Clone, Debug, Default)]
pub struct NewAccountForm {
    /// Role code.
    pub role: String,
    /// Code of a county, or of a township; empty for the whole city.
    pub county: String,
}

/// An account in the list.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// Number.
    pub id: i64,
    /// Role.
    pub role: Role,
    /// Masked name.
    pub name: String,
    /// Masked phone.
    pub phone: String,
    /// County it is narrowed to.
    pub county: Option<Region>,
    /// When it was made.
    pub made: UnixMs,
}

/// What a set-up link is for, to show before it is used.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// Role of the account to be.
    pub role: Role,
    /// County it will be narrowed to.
    pub county: Option<Region>,
    /// Whether the phone is to be proven by a code, which signing in will need.
    pub by_code: bool,
}

/// The form behind a set-up link.
#[derive(Clone, Debug, Default)]
pub struct SetUpForm {
    /// Name.
    pub name: String,
    /// Mobile number.
    pub phone: String,
    /// Code from the text message, where a second factor is wanted.
    pub sms_code: String,
    /// Password.
    pub password: String,
}

/// Makes a link with which somebody of the authority sets a new password, valid for 24 hours, used
/// once; the whole URL.
///
/// # Errors
/// `NotFound` for no such account, and for a manager's, who recovers it by phone.
pub async fn password_link(house: &House, caller: &Administrator, account: i64) -> Answer<String> {
    let found = house.registry.account(account).await?;
    found.filter(|found| found.new.role != Role::Manager).ok_or(Failure::NotFound)?;
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::PasswordLinkMade,
        subject: format!("账号 {account}"),
        detail: String::new(),
    };
    let link_use = LinkUse::Password { account };
    let token =
        one_time_links::make(house, link_use, one_time_links::LASTS_MS, Some(&line)).await?;
    Ok(format!("{}/password/{token}", house.settings.public_url))
}

/// All accounts but the managers'.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn list(house: &House, _caller: &Administrator) -> Answer<Vec<AccountRow>> {
    let regions = house.registry.regions().await?;
    let accounts = house.registry.staff_accounts().await?;
    let row = |account: &registry::Account| {
        Ok(AccountRow {
            id: account.id,
            role: account.new.role,
            name: house.vault.open(Field::MaskedName, &account.new.masked_sealed)?,
            phone: super::phone(house, account)?.masked(),
            county: county(&regions, account.new.county.as_deref()),
            made: account.new.made,
        })
    };
    accounts.iter().map(row).collect()
}

fn county(regions: &[Region], code: Option<&str>) -> Option<Region> {
    regions.iter().find(|region| Some(region.code.as_str()) == code).cloned()
}

/// Makes the link, valid for 24 hours, used once; the whole URL.
///
/// # Errors
/// `Invalid` at `role` or `county`.
pub async fn invite(
    house: &House,
    caller: &Administrator,
    form: &NewAccountForm,
) -> Answer<String> {
    let mut complaints = Complaints::default();
    // Managers register themselves.
    let role = Role::from_code(form.role.trim()).filter(|role| *role != Role::Manager);
    let role = complaints.take("role", role.ok_or("请选择角色"));
    let regions = house.registry.regions().await?;
    let wanted = form.county.trim();
    let found = county(&regions, Some(wanted));
    if !wanted.is_empty() && found.is_none() {
        complaints.add("county", "请选择县区或乡镇街道，全市留空");
    }
    if found.is_some() && role.is_some_and(|role| !role.has_region()) {
        complaints.add("county", "只有审核员、巡查员和防控专员分县区和乡镇，这个角色请选全市");
    }
    let role = role.filter(|_| complaints.is_empty()).ok_or(complaints)?;
    let county = found.filter(|r| r.parent.is_some()).map(|r| r.code.as_str().to_owned());
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::AccountMade,
        subject: role.label().to_owned(),
        detail: county.clone().unwrap_or_default(),
    };
    let link_use = LinkUse::SetUp { role, county };
    let token =
        one_time_links::make(house, link_use, one_time_links::LASTS_MS, Some(&line)).await?;
    Ok(format!("{}/set-up/{token}", house.settings.public_url))
}

/// What a set-up link is for.
///
/// # Errors
/// `NotFound` when the link is unknown, used or too old.
pub async fn look(house: &House, link: &str) -> Answer<SetUp> {
    let (_, found) = one_time_links::find(house, link).await?;
    let LinkUse::SetUp { role, county: code } = found.link_use else {
        return Err(Failure::NotFound);
    };
    let regions = house.registry.regions().await?;
    let by_code = second_factor::is_wanted(house);
    Ok(SetUp { role, county: county(&regions, code.as_deref()), by_code })
}

/// Makes the account a set-up link stands for, and signs it in. The link stays usable until this
/// succeeds.
///
/// # Errors
/// `NotFound`; `Invalid` at `name`, `phone`, `sms_code`, `password`.
pub async fn set_up(house: &House, link: &str, form: &SetUpForm) -> Answer<(Token, Role)> {
    let (mac, found) = one_time_links::find(house, link).await?;
    let LinkUse::SetUp { role, county } = found.link_use else { return Err(Failure::NotFound) };
    let checked = register::check(&form.name, &form.phone, &form.password);
    let by_code = second_factor::is_wanted(house);
    let (name, phone) =
        if by_code { sms_codes::beside(checked, &form.sms_code)? } else { checked? };
    let turn = passwords::turn()?;
    if by_code {
        let code = sms_codes::verify(house, CodeUse::Account, &phone, &form.sms_code).await?;
        code.use_up(house).await?;
    }
    let password_hash = passwords::hash(turn, house, &form.password).await?;
    let wanted = Wanted { role, county, link: Some(&mac) };
    let token = register::insert(house, &name, &phone, password_hash, &wanted).await?;
    Ok((token, role))
}
