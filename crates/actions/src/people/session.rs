//! A visitor's session: signed, one year, revocable.

use crate::{Answer, Failure, House, accounts::principals::Visitor};
use data_encoding::BASE32_NOPAD;
use domain::{people::PersonNumber, time::UnixMs};
use vault::{Purpose, Vault};

/// How long a session lasts, in seconds.
pub const LASTS_S: i64 = 365 * 24 * 3600;

/// Bytes of a token before its MAC: person, epoch, second of issue.
const BODY: usize = 24;
/// Bytes of the MAC kept in a token.
const MAC: usize = 16;

/// A signed token for a person.
#[must_use]
pub fn issue(vault: &Vault, person: PersonNumber, epoch: i64, now: UnixMs) -> String {
    let mut bytes = Vec::with_capacity(BODY + MAC);
    bytes.extend_from_slice(&person.0.to_be_bytes());
    bytes.extend_from_slice(&epoch.to_be_bytes());
    bytes.extend_from_slice(&(now.0 / 1000).to_be_bytes());
    let mac = vault.mac(Purpose::VisitorSession, &bytes);
    bytes.extend_from_slice(&mac[..MAC]);
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// Person, epoch and second of issue of a token with a right MAC.
fn read(vault: &Vault, token: &str) -> Option<(PersonNumber, i64, i64)> {
    if token.len() != (BODY + MAC) * 8 / 5 {
        return None;
    }
    let bytes = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).ok()?;
    let (body, mac) = bytes.split_at_checked(BODY)?;
    if !vault.verify_mac(Purpose::VisitorSession, body, mac) {
        return None;
    }
    let eight = |at: usize| body.get(at..at + 8)?.try_into().ok();
    Some((
        PersonNumber(u64::from_be_bytes(eight(0)?)),
        i64::from_be_bytes(eight(8)?),
        i64::from_be_bytes(eight(16)?),
    ))
}

/// Whose token this is.
///
/// # Errors
/// `NotSignedIn` when it is forged, too old or revoked.
pub async fn visitor(house: &House, token: &str) -> Answer<Visitor> {
    let (person, epoch, issued_s) = read(&house.vault, token).ok_or(Failure::NotSignedIn)?;
    if house.now().0 / 1000 - issued_s > LASTS_S {
        return Err(Failure::NotSignedIn);
    }
    let known = house.registry.person(person).await?.ok_or(Failure::NotSignedIn)?;
    if known.session_epoch == epoch { Ok(Visitor { person }) } else { Err(Failure::NotSignedIn) }
}

/// Revokes every session of this person, on all phones.
///
/// # Errors
/// `Broken` when the registry cannot be written.
pub async fn revoke_all(house: &House, caller: &Visitor) -> Answer<()> {
    Ok(house.registry.next_session_epoch(caller.person).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_who_and_cannot_be_changed() {
        let vault = Vault::from_master_key([7; 32]);
        let token = issue(&vault, PersonNumber(42), 3, UnixMs(1_795_329_127_000));
        assert_eq!(token.len(), 64);
        assert_eq!(read(&vault, &token), Some((PersonNumber(42), 3, 1_795_329_127)));
        for at in 0..token.len() {
            let mut forged: Vec<u8> = token.clone().into_bytes();
            forged[at] = if forged[at] == b'a' { b'b' } else { b'a' };
            assert_eq!(read(&vault, std::str::from_utf8(&forged).unwrap()), None, "at {at}");
        }
        assert_eq!(read(&Vault::from_master_key([8; 32]), &token), None);
        for garbage in ["", "场所码", &"a".repeat(64), &"1".repeat(64)] {
            assert_eq!(read(&vault, garbage), None, "{garbage}");
        }
    }
}
