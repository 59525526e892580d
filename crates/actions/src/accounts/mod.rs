//! Accounts: who is who, and how they prove it.

pub mod make;
pub mod one_time_links;
pub mod own;
pub(crate) mod passwords;
pub mod principals;
pub mod recover;
pub mod register;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod sms_codes;

use crate::{Answer, Failure, House};
use domain::phones::Phone;
use registry::Account;
use std::collections::{BTreeMap, BTreeSet};
use vault::Field;

/// Masked names of accounts; those that are not there are left out.
pub(crate) async fn names(house: &House, accounts: BTreeSet<i64>) -> Answer<BTreeMap<i64, String>> {
    let mut names = BTreeMap::new();
    for account in accounts {
        if let Some(found) = house.registry.account(account).await? {
            names.insert(account, house.vault.open(Field::MaskedName, &found.new.masked_sealed)?);
        }
    }
    Ok(names)
}

/// The phone of an account.
fn phone(house: &House, account: &Account) -> Answer<Phone> {
    let phone = house.vault.open(Field::Phone, &account.new.phone_sealed)?;
    Phone::parse(&phone).map_err(Failure::broken)
}
