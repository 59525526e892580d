//! Whom a visitor may act for. One place, so that whatever is done for oneself can be done for those
//! whom one looks after.

use crate::{Answer, Failure, House, accounts::principals::Visitor};
use domain::people::PersonNumber;

/// Everybody a visitor may act for: themselves, first, and then their family in the order in which it
/// was added.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn may_act_for(house: &House, caller: &Visitor) -> Answer<Vec<PersonNumber>> {
    let family = house.registry.family_of(caller.person).await?;
    let confirmed = family.iter().filter(|member| member.confirmed.is_some());
    Ok(std::iter::once(caller.person).chain(confirmed.map(|member| member.person)).collect())
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
