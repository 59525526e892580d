//! Signing in by phone and password, or by a one-time link.

use super::{principals::Staff, session::Token};
use crate::{Answer, House};

/// Signs in by phone and password. Wrong phone and wrong password are answered alike; five wrong
/// tries lock the account for fifteen minutes.
///
/// # Errors
/// `Invalid` at `password`; `TooMany` when locked.
pub async fn by_password(house: &House, phone: &str, password: &str) -> Answer<(Token, Staff)> {
    let _ = (house, phone, password);
    todo!()
}

/// Signs in by a one-time link.
///
/// # Errors
/// `NotFound` when the link is unknown, used or too old.
pub async fn by_link(house: &House, link: &str) -> Answer<(Token, Staff)> {
    let _ = (house, link);
    todo!()
}
