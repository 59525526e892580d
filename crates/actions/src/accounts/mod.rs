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
use vault::Field;

/// The phone of an account.
fn phone(house: &House, account: &Account) -> Answer<Phone> {
    let phone = house.vault.open(Field::Phone, &account.new.phone_sealed)?;
    Phone::parse(&phone).map_err(Failure::broken)
}
