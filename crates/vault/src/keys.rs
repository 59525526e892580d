//! The derived keys, ready for use. The derivation is written down in the crate's documentation.

use aes_gcm::{AesGcm, Key, KeyInit as _, aead::consts::U12};
use hmac::{Hmac, Mac as _};
use sm3::Sm3;
use sm4::Sm4;
use zeroize::Zeroizing;

use crate::{
    MAC_BYTES,
    kinds::{Field, Index, Purpose},
};

/// SM4-GCM with nonces of 12 and tags of 16 bytes: AEAD_SM4_GCM of RFC 8998, section 3.1.
pub(crate) type Sm4Gcm = AesGcm<Sm4, U12>;
/// HMAC (RFC 2104) over SM3 (GB/T 32905-2016).
pub(crate) type HmacSm3 = Hmac<Sm3>;

/// The salt of the extraction. Never changes.
const SALT: &str = "venuecode vault 1";
/// The counter after the label: only the first block of the expansion is needed.
const FIRST_BLOCK: u8 = 1;
/// Bytes of a block of SM3, which is the longest key that HMAC takes unhashed.
const HMAC_BLOCK_BYTES: usize = 64;
/// Bytes of an SM4 key.
const SM4_KEY_BYTES: usize = 16;

/// Every key, in the order of its kind's declaration. The types wipe themselves when dropped.
pub(crate) struct Keys {
    fields: [Sm4Gcm; Field::ALL.len()],
    indexes: [HmacSm3; Index::ALL.len()],
    purposes: [HmacSm3; Purpose::ALL.len()],
}

impl Keys {
    /// Derives them all from the master key.
    pub(crate) fn derive(master: &[u8; 32]) -> Self {
        let root = Zeroizing::new(hmac(&hmac_keyed(SALT.as_bytes()), master));
        let expand = hmac_keyed(&root[..]);
        Self {
            fields: Field::ALL.map(|kind| sm4_gcm_keyed(&derived(&expand, kind.label()))),
            indexes: Index::ALL.map(|kind| hmac_keyed(&derived(&expand, kind.label())[..])),
            purposes: Purpose::ALL.map(|kind| hmac_keyed(&derived(&expand, kind.label())[..])),
        }
    }

    /// The cipher of one field.
    pub(crate) fn field(&self, field: Field) -> &Sm4Gcm {
        &self.fields[field as usize]
    }

    /// The key of one blind index.
    pub(crate) fn index(&self, index: Index) -> &HmacSm3 {
        &self.indexes[index as usize]
    }

    /// The key of one purpose.
    pub(crate) fn purpose(&self, purpose: Purpose) -> &HmacSm3 {
        &self.purposes[purpose as usize]
    }
}

/// HMAC-SM3 of a message.
pub(crate) fn hmac(keyed: &HmacSm3, message: &[u8]) -> [u8; MAC_BYTES] {
    let mut mac = keyed.clone();
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// HMAC-SM3 with a key of at most 64 bytes. RFC 2104 pads those with zeros, so that filling the
/// block here gives the same and cannot fail.
pub(crate) fn hmac_keyed(key: &[u8]) -> HmacSm3 {
    let mut block = Zeroizing::new([0_u8; HMAC_BLOCK_BYTES]);
    debug_assert!(key.len() <= block.len());
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    HmacSm3::new((&*block).into())
}

/// The key with this label.
fn derived(expand: &HmacSm3, label: &str) -> Zeroizing<[u8; MAC_BYTES]> {
    let mut mac = expand.clone();
    mac.update(label.as_bytes());
    mac.update(&[FIRST_BLOCK]);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// SM4-GCM with the first 16 bytes of a derived key.
fn sm4_gcm_keyed(key: &[u8; MAC_BYTES]) -> Sm4Gcm {
    let mut short = Zeroizing::new([0; SM4_KEY_BYTES]);
    short.copy_from_slice(&key[..SM4_KEY_BYTES]);
    Sm4Gcm::new(<&Key<Sm4Gcm>>::from(&*short))
}
