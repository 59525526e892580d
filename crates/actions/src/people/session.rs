//! A visitor's session: signed, one year, revocable.

use crate::{Answer, House, accounts::principals::Visitor};

/// How long a session lasts, in seconds.
pub const LASTS_S: i64 = 365 * 24 * 3600;

/// Whose token this is.
///
/// # Errors
/// `NotSignedIn` when it is forged, too old or revoked.
pub async fn visitor(house: &House, token: &str) -> Answer<Visitor> {
    let _ = (house, token);
    todo!()
}

/// Revokes every session of this person, on all phones.
pub async fn revoke_all(house: &House, caller: &Visitor) -> Answer<()> {
    let _ = (house, caller);
    todo!()
}
