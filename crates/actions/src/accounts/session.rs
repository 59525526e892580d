//! Sessions of accounts: kept on the server, ended by idling or signing out.

use super::principals::Staff;
use crate::{Answer, House};
use domain::time::MINUTE_MS;

/// A session ends after this much idling, in milliseconds (GB/T 22239-2019, 8.1.4.1).
pub const IDLE_MS_MAX: i64 = 30 * MINUTE_MS;

/// A fresh session's token; goes into a cookie and nowhere else.
pub struct Token(pub String);

/// Who a token belongs to.
///
/// # Errors
/// `NotSignedIn` when it is unknown, ended or idle too long.
pub async fn staff(house: &House, token: &str) -> Answer<Staff> {
    let _ = (house, token);
    todo!()
}

/// Ends a session; an unknown one is already ended.
pub async fn sign_out(house: &House, token: &str) -> Answer<()> {
    let _ = (house, token);
    todo!()
}
