//! Hashing passwords away from the threads that answer requests, a few at a time.

use crate::{Answer, Failure, House};
use domain::audit::{Actor, Deed};
use registry::{Account, AuditLine};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Hashes at the same time; each takes 19 MiB for some 30 ms.
const AT_ONCE_MAX: usize = 8;
static TURNS: Semaphore = Semaphore::const_new(AT_ONCE_MAX);

/// The right to hash now.
///
/// # Errors
/// `Busy` when too many are at it.
pub(crate) fn turn() -> Answer<SemaphorePermit<'static>> {
    TURNS.try_acquire().map_err(|_| Failure::Busy)
}

/// Hashes a new password. The turn is taken by the caller, before a code's try is counted.
///
/// # Errors
/// `Broken` when hashing does not work.
pub(crate) async fn hash(
    _turn: SemaphorePermit<'static>,
    house: &House,
    password: &str,
) -> Answer<String> {
    let (vault, dice) = (Arc::clone(&house.vault), Arc::clone(&house.dice));
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || vault.hash_password(&password, &*dice)).await;
    Ok(hashed.map_err(Failure::broken)??)
}

/// A password that takes the place of another.
pub(super) struct NewPassword<'a> {
    pub(super) account: &'a Account,
    pub(super) hash: &'a str,
    /// The one-time link it is owed to.
    pub(super) link: Option<&'a [u8]>,
    /// MAC of the session that goes on; all others end.
    pub(super) keep: Option<&'a [u8]>,
    /// How whoever sets it has proven to be the account's owner, for the record.
    pub(super) by: &'static str,
}

impl NewPassword<'_> {
    /// Stores it.
    ///
    /// # Errors
    /// `NotFound` when the link was used meanwhile.
    pub(super) async fn set(&self, house: &House) -> Answer<()> {
        let (account, hash) = (self.account.id, self.hash);
        let line = AuditLine {
            at: house.now(),
            actor: Actor::Account(account),
            deed: Deed::PasswordReset,
            subject: format!("账号 {account}"),
            detail: self.by.to_owned(),
        };
        let set = house.registry.set_password(account, hash, self.link, self.keep, &line).await?;
        if set { Ok(()) } else { Err(Failure::NotFound) }
    }
}

/// Whether a password is right. Without a stored hash it takes as long and is wrong. The turn is
/// taken by the caller, so that what counts a try is not counted when it is too busy to compare.
///
/// # Errors
/// `Broken` when hashing does not work.
pub(crate) async fn verify(
    _turn: SemaphorePermit<'static>,
    house: &House,
    password: &str,
    stored: Option<String>,
) -> Answer<bool> {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    let (vault, dice) = (Arc::clone(&house.vault), Arc::clone(&house.dice));
    let password = password.to_owned();
    let right = tokio::task::spawn_blocking(move || match stored {
        Some(stored) => vault.verify_password(&password, &stored),
        None => {
            let nobodys =
                NOBODYS.get_or_init(|| vault.hash_password("", &*dice).unwrap_or_default());
            let _same_time = vault.verify_password(&password, nobodys);
            false
        }
    });
    right.await.map_err(Failure::broken)
}
