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
