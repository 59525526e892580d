//! An offline code at a door: format, key and signature, then expiry, then revocation.

use super::format::{self, Card};
use crate::{Answer, Failure, House};
use domain::people::PersonNumber;

/// Whose code this is, and what it says.
///
/// # Errors
/// `Invalid` at `code` with the word of the first check that fails.
pub(crate) async fn verify(house: &House, text: &str) -> Answer<(PersonNumber, Card)> {
    let refuse = |says| Failure::field("code", says);
    let card = format::read(&house.vault, text).map_err(|wrong| refuse(wrong.says()))?;
    if house.now() >= card.expires {
        return Err(refuse("离线码已过期，请按证件号登记，并请本人或家人重新打印"));
    }
    let code = house.registry.offline_code(card.number).await?;
    let code = code.ok_or_else(|| refuse("没有登记过这个离线码，请按证件号登记"))?;
    if code.revoked.is_some() {
        return Err(refuse("离线码已作废，请核对证件后按证件号登记"));
    }
    if house.mirror.epoch(code.person).is_none() {
        house.catch_up().await?;
    }
    Ok((code.person, card))
}
