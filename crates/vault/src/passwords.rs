//! Passwords as Argon2id hashes in PHC strings.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
};
use domain::outside::{Dice, roll};

use crate::error::VaultError;

/// Longest password, in bytes of UTF-8.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// Longest PHC string that is looked at; ours have 97 characters.
const PHC_BYTES_MAX: usize = 256;
/// A stored hash may cost at most this much, or a forged row could take all of the memory.
const MEMORY_KIB_MAX: u32 = 64 * 1024;
const PASSES_MAX: u32 = 8;
const LANES_MAX: u32 = 4;

/// Hashes a password with a fresh salt.
pub(crate) fn hash(password: &str, dice: &dyn Dice) -> Result<String, VaultError> {
    let bytes = password.len();
    if bytes > PASSWORD_BYTES_MAX {
        return Err(VaultError::TooLong { bytes, bytes_max: PASSWORD_BYTES_MAX });
    }
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| VaultError::Password)?;
    let phc = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), &roll::<SALT_BYTES>(dice))
        .map_err(|_| VaultError::Password)?;
    Ok(phc.to_string())
}

/// Whether the password belongs to the PHC string, at the cost written in it.
pub(crate) fn verify(password: &str, phc: &str) -> bool {
    if password.len() > PASSWORD_BYTES_MAX || phc.len() > PHC_BYTES_MAX {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(phc) else { return false };
    let Ok(params) = Params::try_from(&parsed) else { return false };
    let bearable = parsed.algorithm == Algorithm::Argon2id.ident()
        && params.m_cost() <= MEMORY_KIB_MAX
        && params.t_cost() <= PASSES_MAX
        && params.p_cost() <= LANES_MAX;
    bearable && Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}
