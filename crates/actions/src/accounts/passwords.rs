//! Hashing passwords away from the threads that answer requests, a few at a time.

use crate::{Answer, Failure, House};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Hashes at the same time; each takes 19 MiB for some 30 ms.
const AT_ONCE_MAX: usize = 8;
static TURNS: Semaphore = Semaphore::const_new(AT_ONCE_MAX);

/// Hashes a new password.
///
/// # Errors
/// `Busy` when too many are at it.
pub(crate) async fn hash(house: &House, password: &str) -> Answer<String> {
    let _turn = TURNS.try_acquire().map_err(|_| Failure::Busy)?;
    let (vault, dice) = (Arc::clone(&house.vault), Arc::clone(&house.dice));
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || vault.hash_password(&password, &*dice)).await;
    Ok(hashed.map_err(Failure::broken)??)
}

/// Whether a password is right. Without a stored hash it takes as long and is wrong.
///
/// # Errors
/// `Busy` when too many are at it.
pub(crate) async fn verify(house: &House, password: &str, stored: Option<String>) -> Answer<bool> {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    let _turn = TURNS.try_acquire().map_err(|_| Failure::Busy)?;
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
