//! A person's own requests.

use super::{RequestRow, row};
use crate::{Answer, House, accounts::principals::Visitor};

/// Most requests shown.
const ROWS_MAX: i64 = 50;

/// One's own requests, the newest first, at most 50.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn mine(house: &House, caller: &Visitor) -> Answer<Vec<RequestRow>> {
    let all = house.registry.requests_of(caller.person, ROWS_MAX).await?;
    all.iter().map(|request| row(house, request)).collect()
}
