//! One sealed value: its bytes, and the way there and back.

use aes_gcm::AeadInOut as _;
use domain::outside::{Dice, roll};

use crate::{error::VaultError, keys::Sm4Gcm};

/// Longest text that can be sealed, in bytes of UTF-8.
pub const PLAIN_BYTES_MAX: usize = 4096;
/// How many bytes longer a sealed value is than its text.
pub const SEALED_OVERHEAD_BYTES: usize = HEAD_BYTES + TAG_BYTES;

/// The first byte of every sealed value. Another layout or cipher gets another one.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// Version, key id, nonce.
const HEAD_BYTES: usize = 2 + NONCE_BYTES;

/// Seals `plain`; the layout is in the crate's documentation.
pub(crate) fn seal(
    cipher: &Sm4Gcm,
    key_id: u8,
    label: &str,
    plain: &str,
    dice: &dyn Dice,
) -> Result<Vec<u8>, VaultError> {
    let bytes = plain.len();
    let too_long = VaultError::TooLong { bytes, bytes_max: PLAIN_BYTES_MAX };
    if bytes > PLAIN_BYTES_MAX {
        return Err(too_long);
    }
    let nonce = roll::<NONCE_BYTES>(dice);
    // The whole size at once: growing would leave copies of the plain text behind.
    let mut sealed = Vec::with_capacity(SEALED_OVERHEAD_BYTES + bytes);
    sealed.extend_from_slice(&[VERSION, key_id]);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain.as_bytes());
    let text = &mut sealed[HEAD_BYTES..];
    // The cipher fails on nothing but length, and that far beyond ours.
    let tag = cipher
        .encrypt_inout_detached(&nonce.into(), label.as_bytes(), text.into())
        .map_err(|_| too_long)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens what `seal` made with the same key and label.
pub(crate) fn open(
    cipher: &Sm4Gcm,
    key_id: u8,
    label: &str,
    sealed: &[u8],
) -> Result<String, VaultError> {
    let (&version, rest) = sealed.split_first().ok_or(VaultError::NotSealed)?;
    let (&sealed_with, rest) = rest.split_first().ok_or(VaultError::NotSealed)?;
    let (&nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::NotSealed)?;
    let (text, &tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(VaultError::NotSealed)?;
    if version != VERSION || text.len() > PLAIN_BYTES_MAX {
        return Err(VaultError::NotSealed);
    }
    if sealed_with != key_id {
        return Err(VaultError::OtherKey { sealed_with, have: key_id });
    }
    let mut plain = text.to_vec();
    cipher
        .decrypt_inout_detached(
            &nonce.into(),
            label.as_bytes(),
            plain.as_mut_slice().into(),
            &tag.into(),
        )
        .map_err(|_| VaultError::Refused)?;
    String::from_utf8(plain).map_err(|_| VaultError::Refused)
}
