//! A browser comes back from an app: who is that?

use super::{Asked, CODE_BYTES_MAX, Came, begin::back, state, ticket};
use crate::{Answer, House, people};
use domain::{
    entry_apps::{App, Identity, Trouble},
    venue_codes::VenueCode,
};
use registry::Person;
use std::net::IpAddr;

/// What became of a sign-in.
#[derive(Debug)]
pub enum CameBack {
    /// It was not begun here, or not in this browser; nothing was done.
    Foreign,
    /// The account is this person's: the token of a session.
    Known {
        /// The door it began at.
        code: VenueCode,
        /// The session.
        token: String,
    },
    /// The account is nobody's yet: a ticket to register with.
    New {
        /// The door it began at.
        code: VenueCode,
        /// For [`super::read_ticket`].
        ticket: String,
    },
    /// There is no identity, and why.
    Failed {
        /// The door it began at.
        code: VenueCode,
        /// Why.
        trouble: Trouble,
    },
}

/// Asks the app whose account this is, once for each state and each code. `code` is absent when the
/// app sent the browser back without one: somebody said no. `from` is the address that asks, where it
/// is one person's or one carrier's.
///
/// # Errors
/// `Broken` or `Busy` of the registry; a state that could not be marked as used is not used.
pub async fn come_back(
    house: &House,
    seat: &str,
    app: App,
    state: &str,
    code: Option<&str>,
    from: Option<IpAddr>,
) -> Answer<CameBack> {
    let began = state::read(house, seat, state).filter(|began| began.app == app);
    let Some(began) = began else { return Ok(CameBack::Foreign) };
    let door = began.code;
    let failed = |trouble| CameBack::Failed { code: door, trouble };
    // What follows writes into the registry and asks the app, which may shut out who asks too often.
    if from.is_some_and(|from| house.limits.sign_ins.take(from, house.now()).is_err()) {
        return Ok(failed(Trouble::Busy));
    }
    if !began.is_young(house.now()) || !use_up(house, "state", state).await? {
        return Ok(failed(Trouble::Stale));
    }
    let Some(code) = code.filter(|code| !code.is_empty()) else {
        return Ok(failed(Trouble::Declined));
    };
    if code.len() > CODE_BYTES_MAX {
        return Ok(failed(Trouble::Unreadable));
    }
    if !use_up(house, app.code(), code).await? {
        return Ok(failed(Trouble::Stale));
    }
    let identity = match ask(house, seat, app, state, code).await {
        Ok(identity) => identity,
        Err(trouble) => return Ok(failed(trouble)),
    };
    settle(house, seat, app, began.code, &identity).await
}

/// Whether this is the first time. Remembered for as long as any state can be young.
async fn use_up(house: &House, what: &str, text: &str) -> Answer<bool> {
    let mac = state::used_mac(house, what, text);
    let until = house.now().plus(2 * state::LASTS_MS);
    Ok(house.registry.use_entry_state(&mac, until).await?)
}

async fn ask(
    house: &House,
    seat: &str,
    app: App,
    state: &str,
    code: &str,
) -> Result<Identity, Trouble> {
    let port = house.entry_apps.get(app).ok_or(Trouble::Refused)?;
    let (nonce, verifier) = state::secrets(house, seat, state);
    let back = back(house, app);
    let asked = Asked { back: &back, state, nonce: &nonce, verifier: &verifier };
    house.entry_apps.ask(app, port.identity(Came { asked, code })).await
}

async fn settle(
    house: &House,
    seat: &str,
    app: App,
    code: VenueCode,
    identity: &Identity,
) -> Answer<CameBack> {
    let index = ticket::index(house, app, identity.external());
    let Some(person) = house.registry.person_by_entry_identity(app.code(), &index).await? else {
        let ticket = ticket::seal(house, seat, app, identity)?;
        return Ok(CameBack::New { code, ticket });
    };
    if proves_another(house, identity, &person) {
        // What an app has checked must be who it was bound to.
        tracing::warn!(
            app = app.code(),
            "an app names another document than the one it is bound to"
        );
        return Ok(CameBack::Failed { code, trouble: Trouble::Mismatch });
    }
    people::note_active(house, person.number).await?;
    let token = people::session::issue(
        &house.vault,
        &house.mirror.keys(),
        person.number,
        person.new.session_epoch,
        house.now(),
    );
    Ok(CameBack::Known { code, token })
}

/// Whether the app has checked the document of somebody else than this person.
pub(super) fn proves_another(house: &House, identity: &Identity, person: &Person) -> bool {
    let proved = identity.id.as_ref().map(|id| people::id_index(house, id));
    proved.is_some_and(|index| index.as_slice() != person.new.id_index)
}
