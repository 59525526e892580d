//! What an app said of somebody who is nobody's account yet. Their own browser keeps it, sealed,
//! until they have registered: nothing of it is stored here.

use crate::{Answer, House};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::{
    entry_apps::{App, Identity},
    time::UnixMs,
};
use vault::{Field, Index};

/// How long a ticket lasts, in seconds: as long as typing and a text message take.
pub const LASTS_S: i64 = 30 * 60;

/// Most characters of a ticket that is read.
const CHARS_MAX: usize = 1_500;

/// An account of an app that is nobody's yet.
#[derive(Clone)]
pub struct Ticket {
    /// Which app.
    pub app: App,
    /// What the app says of its holder.
    pub identity: Identity,
}

/// Says nothing of whom it names.
impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ticket of {}", self.app.code())
    }
}

/// The blind index under which an account is found.
pub(super) fn index(house: &House, app: App, external: &str) -> [u8; 32] {
    house.vault.blind(Index::EntryIdentity, &format!("{}:{external}", app.code()))
}

/// Seals a ticket for this browser.
///
/// # Errors
/// `Broken` when it is too long to be sealed, which checked identities never are.
pub(super) fn seal(house: &House, seat: &str, app: App, identity: &Identity) -> Answer<String> {
    let name = identity.name.as_deref().unwrap_or_default();
    let id = identity.id.as_ref().map_or("", |id| id.number());
    let phone = identity.phone.as_ref().map_or("", |phone| phone.as_str());
    let seat = HEXLOWER.encode(seat.as_bytes());
    // Checked identities have no control characters: nobody can add a line.
    let plain = format!(
        "{}\n{}\n{seat}\n{}\n{name}\n{id}\n{phone}",
        house.now().0,
        app.code(),
        identity.external()
    );
    let sealed = house.vault.seal(Field::EntryTicket, &plain, &*house.dice)?;
    Ok(BASE64URL_NOPAD.encode(&sealed))
}

/// The ticket that this browser holds; `None` when it is another's, too old, or none at all.
#[must_use]
pub fn read(house: &House, seat: &str, text: &str) -> Option<Ticket> {
    if text.len() > CHARS_MAX {
        return None;
    }
    let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let plain = house.vault.open(Field::EntryTicket, &sealed).ok()?;
    let [made, app, of, external, name, id, phone] =
        <[&str; 7]>::try_from(plain.split('\n').collect::<Vec<_>>()).ok()?;
    let age = house.now().since(UnixMs(made.parse().ok()?));
    let own = of == HEXLOWER.encode(seat.as_bytes());
    if !own || !(-LASTS_S * 1000..=LASTS_S * 1000).contains(&age) {
        return None;
    }
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let identity = Identity::of(external)?.with(some(name), some(id), some(phone), house.now());
    Some(Ticket { app: App::from_code(app)?, identity })
}
