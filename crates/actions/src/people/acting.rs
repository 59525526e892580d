//! Whom a visitor may act for. One place, so that whatever is done for oneself can be done for those
//! whom one looks after.

use crate::{Answer, Failure, House, accounts::principals::Visitor};
use domain::people::PersonNumber;

/// Everybody a visitor may act for: themselves, first.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn may_act_for(_house: &House, caller: &Visitor) -> Answer<Vec<PersonNumber>> {
    Ok(vec![caller.person])
}

/// Somebody whom this visitor may act for.
///
/// # Errors
/// `NotFound` for anybody else.
pub(crate) async fn acting(
    house: &House,
    caller: &Visitor,
    person: PersonNumber,
) -> Answer<PersonNumber> {
    let may = may_act_for(house, caller).await?;
    may.contains(&person).then_some(person).ok_or(Failure::NotFound)
}
