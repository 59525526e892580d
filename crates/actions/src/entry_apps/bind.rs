//! Whose an account of an app is: bound when its holder registers, told and forgotten when they ask.

use super::{come_back::proves_another, ticket, ticket::Ticket};
use crate::{Answer, Failure, House, accounts::principals::Visitor};
use domain::{entry_apps::App, time::UnixMs};

/// Binds the account of a ticket to whoever has just registered, with a code by text message, in the
/// browser that holds it; whether it is theirs now. It is not when the app has checked somebody
/// else's document, or the account became somebody's meanwhile.
///
/// # Errors
/// `Broken` or `Busy` of the registry; then the next registration may bind it.
pub async fn bind(house: &House, caller: &Visitor, ticket: &Ticket) -> Answer<bool> {
    let person = house.registry.person(caller.person).await?.ok_or(Failure::NotFound)?;
    if proves_another(house, &ticket.identity, &person) {
        return Ok(false);
    }
    let index = ticket::index(house, ticket.app, ticket.identity.external());
    let app = ticket.app.code();
    Ok(house.registry.bind_entry_identity(app, &index, caller.person, house.now()).await?)
}

/// The apps that know the caller, and since when.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn mine(house: &House, caller: &Visitor) -> Answer<Vec<(App, UnixMs)>> {
    let bound = house.registry.entry_apps_of(caller.person).await?;
    Ok(bound.into_iter().filter_map(|(app, at)| Some((App::from_code(&app)?, at))).collect())
}

/// Forgets the caller's accounts of one app, all of them.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn unbind(house: &House, caller: &Visitor, app: App) -> Answer<()> {
    match house.registry.unbind_entry_app(app.code(), caller.person).await? {
        0 => Err(Failure::NotFound),
        _ => Ok(()),
    }
}
