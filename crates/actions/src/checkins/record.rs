//! A visitor enters: find the door, judge, record durably, announce.

use super::receipt::Receipt;
use crate::{Answer, House, accounts::principals::Visitor};
use domain::checkins::Method;

/// Records an entry. Scanning the same door again within a minute shows the same entry.
///
/// # Errors
/// `Invalid` at `code` when it is malformed; `NotFound` when nobody has it; `Conflict` when it is
/// suspended, replaced or closed; `Busy` when the gate is full.
pub async fn record(house: &House, caller: &Visitor, code: &str, method: Method) -> Answer<Receipt> {
    let _ = (house, caller, code, method);
    todo!()
}
