//! A visitor's session: signed, one year, revocable.

use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    mirror::{Mirror, Session},
};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use domain::{outside::roll, people::PersonNumber, time::UnixMs};
use std::num::NonZeroU64;
use vault::{Purpose, Vault};

/// How long a session lasts, in seconds.
pub const LASTS_S: i64 = 365 * 24 * 3600;

/// Bytes of a token before its MAC: person, generation of the key, epoch, second of issue.
const BODY: usize = 24;
/// Bytes of the MAC kept in a token.
const MAC: usize = 16;
/// Characters of a token.
const CHARS: usize = (BODY + MAC) * 8 / 5;
/// Bytes that make a generation's key what it is.
const SALT: usize = 32;

/// The keys of all tokens: the current one signs, the one before it is still accepted. Forging takes
/// the key file and what the registry holds of the generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    current: Key,
    previous: Option<Key>,
}

/// One generation. The first, number 0, has no salt: it is that of a house before its first change
/// of keys.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Key {
    generation: u32,
    salt: [u8; SALT],
    made: i64,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "generation {}", self.generation)
    }
}

/// What a token's text says. Nothing of it is true before its MAC was looked at.
struct Token {
    body: [u8; BODY],
    mac: [u8; MAC],
    person: PersonNumber,
    generation: u32,
    epoch: i64,
    issued_s: i64,
}

impl Token {
    fn read(text: &str) -> Option<Self> {
        let mut text: [u8; CHARS] = text.as_bytes().try_into().ok()?;
        text.make_ascii_uppercase();
        let mut bytes = [0; BODY + MAC];
        BASE32_NOPAD.decode_mut(&text, &mut bytes).ok()?;
        let (body, mac) = bytes.split_first_chunk::<BODY>()?;
        let (person, rest) = body.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (epoch, issued) = rest.split_first_chunk()?;
        Some(Self {
            body: *body,
            mac: mac.try_into().ok()?,
            person: PersonNumber(u64::from_be_bytes(*person)),
            generation: u32::from_be_bytes(*generation),
            epoch: i64::from(u32::from_be_bytes(*epoch)),
            issued_s: i64::from_be_bytes(issued.try_into().ok()?),
        })
    }
}

impl Key {
    /// The mark of a token as one that this key signed.
    fn mark(&self, vault: &Vault, token: &Token) -> NonZeroU64 {
        let mut message = [0; SALT + BODY + MAC];
        message[..SALT].copy_from_slice(&self.salt);
        message[SALT..SALT + BODY].copy_from_slice(&token.body);
        message[SALT + BODY..].copy_from_slice(&token.mac);
        vault.mark(&message)
    }

    /// What is signed, put together in `room`.
    fn message<'a>(&self, body: &[u8; BODY], room: &'a mut [u8; SALT + BODY]) -> &'a [u8] {
        room[..SALT].copy_from_slice(&self.salt);
        room[SALT..].copy_from_slice(body);
        if self.generation == 0 { &room[SALT..] } else { room }
    }

    fn mac(&self, vault: &Vault, body: &[u8; BODY]) -> [u8; 32] {
        let mut room = [0; SALT + BODY];
        vault.mac(Purpose::VisitorSession, self.message(body, &mut room))
    }

    fn signed(&self, vault: &Vault, token: &Token) -> bool {
        let mut room = [0; SALT + BODY];
        let message = self.message(&token.body, &mut room);
        vault.verify_mac(Purpose::VisitorSession, message, &token.mac)
    }

    fn text(&self) -> String {
        format!("{} {} {}", self.generation, self.made, HEXLOWER.encode(&self.salt))
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let generation = parts.next()?.parse().ok()?;
        let made = parts.next()?.parse().ok()?;
        let salt = HEXLOWER.decode(parts.next()?.as_bytes()).ok()?.try_into().ok()?;
        parts.next().is_none().then_some(Self { generation, salt, made })
    }
}

impl Keys {
    /// As the registry keeps them: the current one, then the one before, a line each.
    fn text(&self) -> String {
        let previous = self.previous.map(|key| format!("\n{}", key.text())).unwrap_or_default();
        self.current.text() + &previous
    }

    /// The keys that [`Self::text`] wrote; those of a house that never changed them for `None`.
    pub(crate) fn read(text: Option<&str>) -> Option<Self> {
        let Some(text) = text else { return Some(Self::default()) };
        let mut lines = text.lines();
        let current = Key::read(lines.next()?)?;
        let previous = match lines.next() {
            Some(line) => Some(Key::read(line)?),
            None => None,
        };
        lines.next().is_none().then_some(Self { current, previous })
    }

    fn of(&self, generation: u32) -> Option<&Key> {
        [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|key| key.generation == generation)
    }

    fn next(self, salt: [u8; SALT], now: UnixMs) -> Self {
        let generation = self.current.generation.wrapping_add(1).max(1);
        Self { current: Key { generation, salt, made: now.0 }, previous: Some(self.current) }
    }
}

/// A signed token for a person.
#[must_use]
pub fn issue(vault: &Vault, keys: &Keys, person: PersonNumber, epoch: i64, now: UnixMs) -> String {
    let mut bytes = [0; BODY + MAC];
    // An epoch beyond 32 bits is none that the mirror takes: such a token is never accepted.
    let epoch = u32::try_from(epoch).unwrap_or(u32::MAX);
    bytes[..8].copy_from_slice(&person.0.to_be_bytes());
    bytes[8..12].copy_from_slice(&keys.current.generation.to_be_bytes());
    bytes[12..16].copy_from_slice(&epoch.to_be_bytes());
    bytes[16..BODY].copy_from_slice(&(now.0 / 1000).to_be_bytes());
    if let Some(body) = bytes.first_chunk() {
        let mac = keys.current.mac(vault, body);
        bytes[BODY..].copy_from_slice(&mac[..MAC]);
    }
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// A token that one of the keys signed, and what is known of its person.
///
/// A phone comes with the same token for a year, several times for each entry: its MAC is looked at once,
/// and the mark of the last one that was right is kept with the person.
fn proven(
    vault: &Vault,
    keys: &Keys,
    mirror: &Mirror,
    token: &str,
) -> Option<(Token, Option<Session>)> {
    let token = Token::read(token)?;
    let key = keys.of(token.generation)?;
    let mark = key.mark(vault, &token);
    let known = mirror.session(token.person);
    if known.is_none_or(|known| known.proven != Some(mark)) {
        if !key.signed(vault, &token) {
            return None;
        }
        mirror.proven(token.person, mark);
    }
    Some((token, known))
}

/// Whose token this is. Asks no database, unless the token is of somebody registered elsewhere
/// within the last moments.
///
/// # Errors
/// `NotSignedIn` when it is forged, too old or revoked.
pub async fn visitor(house: &House, token: &str) -> Answer<Visitor> {
    let proven = proven(&house.vault, &house.mirror.keys(), &house.mirror, token);
    let (Token { person, epoch, issued_s, .. }, mut known) = proven.ok_or(Failure::NotSignedIn)?;
    if house.now().0 / 1000 - issued_s > LASTS_S {
        return Err(Failure::NotSignedIn);
    }
    if known.is_none() {
        // Boxed: it happens to few, and every request would keep the room for it.
        Box::pin(house.catch_up()).await?;
        known = house.mirror.session(person);
    }
    match known {
        Some(known) if known.epoch == epoch => Ok(Visitor { person }),
        _ => Err(Failure::NotSignedIn),
    }
}

/// Revokes every session of this person, on all phones, at once, and forgets the accounts of apps that
/// would open the next one by themselves.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn revoke_all(house: &House, caller: &Visitor) -> Answer<()> {
    house.registry.next_session_epoch(caller.person).await?;
    house.catch_up().await
}

/// Takes a new key once the current one has signed for as long as a token lasts; whether it did.
/// The one before stays accepted, so that no token ends early.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn change_key_when_due(house: &House) -> Answer<bool> {
    let made = house.mirror.keys().current.made;
    let due = house.now().0 / 1000 - made / 1000 >= LASTS_S;
    if due { change_key(house).await } else { Ok(false) }
}

/// Takes a new key, and accepts the one before it; whether it did, or somebody else at the same
/// moment. Done twice, it ends every session.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn change_key(house: &House) -> Answer<bool> {
    let before = house.registry.session_keys().await?;
    let keys = Keys::read(before.as_deref());
    let keys = keys.ok_or_else(|| Failure::broken("the session keys cannot be read"))?;
    let next = keys.next(roll(&*house.dice), house.now());
    let changed = house.registry.set_session_keys(before.as_deref(), &next.text()).await?;
    house.catch_up().await?;
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    /// Person, epoch and second of issue of a token with a right MAC.
    fn read(vault: &Vault, keys: &Keys, token: &str) -> Option<(PersonNumber, i64, i64)> {
        let (token, known) = proven(vault, keys, &Mirror::default(), token)?;
        assert_eq!(known, None, "nobody is there");
        Some((token.person, token.epoch, token.issued_s))
    }

    #[test]
    fn a_token_says_who_and_cannot_be_changed() {
        let vault = Vault::from_master_key([7; 32]);
        for keys in [Keys::default(), Keys::default().next([9; SALT], NOW)] {
            let token = issue(&vault, &keys, PersonNumber(42), 3, NOW);
            assert_eq!(token.len(), 64);
            assert_eq!(read(&vault, &keys, &token), Some((PersonNumber(42), 3, 1_795_329_127)));
            for at in 0..token.len() {
                let mut forged: Vec<u8> = token.clone().into_bytes();
                forged[at] = if forged[at] == b'a' { b'b' } else { b'a' };
                let forged = std::str::from_utf8(&forged).unwrap();
                assert_eq!(read(&vault, &keys, forged), None, "at {at}");
            }
            assert_eq!(read(&Vault::from_master_key([8; 32]), &keys, &token), None);
            for garbage in ["", "场所码", &"a".repeat(64), &"1".repeat(64)] {
                assert_eq!(read(&vault, &keys, garbage), None, "{garbage}");
            }
        }
    }

    #[test]
    fn the_current_key_and_the_one_before_are_accepted_and_no_other() {
        let vault = Vault::from_master_key([7; 32]);
        let first = Keys::default();
        let second = first.next([1; SALT], NOW);
        let third = second.next([2; SALT], NOW);
        let token = |keys| issue(&vault, keys, PersonNumber(42), 0, NOW);
        let accepts = |keys, token: &str| read(&vault, keys, token).is_some();
        assert!(accepts(&second, &token(&first)) && accepts(&second, &token(&second)));
        assert!(accepts(&third, &token(&second)) && accepts(&third, &token(&third)));
        assert!(!accepts(&third, &token(&first)), "two changes end it");
        assert!(!accepts(&first, &token(&second)), "a key of the future");
        let elsewhere = first.next([3; SALT], NOW);
        assert!(!accepts(&second, &token(&elsewhere)), "the same number, another salt");
    }

    #[test]
    fn keys_come_back_from_their_text_and_no_other_text_is_read() {
        let keys = Keys::default().next([1; SALT], NOW);
        for keys in [Keys::default(), keys, keys.next([2; SALT], NOW)] {
            assert_eq!(Keys::read(Some(&keys.text())), Some(keys));
        }
        assert_eq!(Keys::read(None), Some(Keys::default()));
        for wrong in ["", "1", "1 2 3", "x 0 00", "1 0 00 4"] {
            assert_eq!(Keys::read(Some(wrong)), None, "{wrong}");
        }
    }
}
