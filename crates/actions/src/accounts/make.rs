//! The administrator makes accounts: a one-time link for whoever is to have it.

use super::{principals::Administrator, session::Token};
use crate::{Answer, House};
use domain::{accounts::Role, regions::Region, time::UnixMs};

/// What kind of account the link makes.
#[derive(Clone, Debug, Default)]
pub struct NewAccountForm {
    /// Role code.
    pub role: String,
    /// County code; empty for the whole city.
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
}

/// The form behind a set-up link.
#[derive(Clone, Debug, Default)]
pub struct SetUpForm {
    /// Name.
    pub name: String,
    /// Mobile number.
    pub phone: String,
    /// Password.
    pub password: String,
}

/// All accounts but the managers'.
pub async fn list(house: &House, caller: &Administrator) -> Answer<Vec<AccountRow>> {
    let _ = (house, caller);
    todo!()
}

/// Makes the link, valid for 24 hours, used once; the whole URL.
///
/// # Errors
/// `Invalid` at `role` or `county`.
pub async fn invite(house: &House, caller: &Administrator, form: &NewAccountForm) -> Answer<String> {
    let _ = (house, caller, form);
    todo!()
}

/// What a set-up link is for.
///
/// # Errors
/// `NotFound` when the link is unknown, used or too old.
pub async fn look(house: &House, link: &str) -> Answer<SetUp> {
    let _ = (house, link);
    todo!()
}

/// Makes the account a set-up link stands for, and signs it in. The link stays usable until this
/// succeeds.
///
/// # Errors
/// `NotFound`; `Invalid` at `name`, `phone`, `password`.
pub async fn set_up(house: &House, link: &str, form: &SetUpForm) -> Answer<(Token, Role)> {
    let _ = (house, link, form);
    todo!()
}
