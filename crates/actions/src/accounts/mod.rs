//! Accounts: who is who, and how they prove it.

pub mod make;
pub mod one_time_links;
pub(crate) mod passwords;
pub mod principals;
pub mod register;
pub mod session;
pub mod sign_in;
pub mod sms_codes;
