//! The derived keys, ready for use. The derivation is written down in the crate's documentation.

use aes_gcm::{AesGcm, Key, KeyInit as _, aead::consts::U12};
use hmac::{Hmac, Mac as _};
use siphasher::sip::SipHasher24;
use sm3::Sm3;
use sm4::Sm4;
use std::{hash::Hasher as _, num::NonZeroU64};
use zeroize::Zeroizing;

use crate::{
    MAC_BYTES,
    kinds::{Field, Index, Purpose},
    signing::OfflineKey,
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
/// Names the key of marks. Nothing that it makes is kept, so it could be changed.
const MARK: &str = "mark";
/// Bytes of a SipHash key.
const SIP_KEY_BYTES: usize = 16;

/// Every key, in the order of its kind's declaration. The types wipe themselves when dropped.
pub(crate) struct Keys {
    fields: [Sm4Gcm; Field::ALL.len()],
    indexes: [HmacSm3; Index::ALL.len()],
    purposes: [HmacSm3; Purpose::ALL.len()],
    offline: Option<OfflineKey>,
    mark: Zeroizing<[u8; SIP_KEY_BYTES]>,
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
            offline: OfflineKey::derive(&expand),
            mark: short(&derived(&expand, MARK)),
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

    /// The key that signs offline codes; there is one for every master key that anybody will meet.
    pub(crate) fn offline(&self) -> Option<&OfflineKey> {
        self.offline.as_ref()
    }

    /// SipHash-2-4 of a message, 1 in place of 0.
    pub(crate) fn mark(&self, message: &[u8]) -> NonZeroU64 {
        let mut sip = SipHasher24::new_with_key(&self.mark);
        sip.write(message);
        NonZeroU64::new(sip.finish()).unwrap_or(NonZeroU64::MIN)
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
    derived_at(expand, label, FIRST_BLOCK)
}

/// The bytes of one counter after a label.
pub(crate) fn derived_at(expand: &HmacSm3, label: &str, block: u8) -> Zeroizing<[u8; MAC_BYTES]> {
    let mut mac = expand.clone();
    mac.update(label.as_bytes());
    mac.update(&[block]);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// SM4-GCM with the first 16 bytes of a derived key.
fn sm4_gcm_keyed(key: &[u8; MAC_BYTES]) -> Sm4Gcm {
    let key = short::<SM4_KEY_BYTES>(key);
    Sm4Gcm::new(<&Key<Sm4Gcm>>::from(&*key))
}

/// The beginning of a derived key.
fn short<const BYTES: usize>(key: &[u8; MAC_BYTES]) -> Zeroizing<[u8; BYTES]> {
    let mut short = Zeroizing::new([0; BYTES]);
    short.copy_from_slice(&key[..BYTES]);
    short
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::collections::HashSet;

    use aes_gcm::AeadInOut as _;
    use data_encoding::HEXLOWER_PERMISSIVE as HEX;
    use sm3::Digest as _;
    use zeroize::ZeroizeOnDrop;

    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        HEX.decode(hex.as_bytes()).unwrap().try_into().unwrap()
    }

    #[test]
    fn sm4_gcm_gives_the_vector_of_rfc_8998_appendix_a_1() {
        let key = bytes::<16>("0123456789abcdeffedcba9876543210");
        let nonce = bytes::<12>("00001234567800000000abcd");
        let associated = bytes::<20>("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let mut text: Vec<u8> =
            b"\xaa\xbb\xcc\xdd\xee\xff\xee\xaa".iter().flat_map(|byte| [*byte; 8]).collect();
        // As the vault makes it: from the first half of a derived key.
        let mut derived = [0x5a; MAC_BYTES];
        derived[..SM4_KEY_BYTES].copy_from_slice(&key);
        let tag = sm4_gcm_keyed(&derived)
            .encrypt_inout_detached(&nonce.into(), &associated, text.as_mut_slice().into())
            .unwrap();
        let expected = bytes::<64>(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
             d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
        );
        assert_eq!(text, expected);
        assert_eq!(tag[..], bytes::<16>("83de3541e4c2b58177e065a9bf7b62ec"));
    }

    #[test]
    fn sm3_gives_the_first_example_of_gb_t_32905_2016_appendix_a() {
        let expected =
            bytes::<32>("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(Sm3::digest("abc")[..], expected);
    }

    #[test]
    fn hmac_sm3_gives_the_vectors_of_gm_t_0042_2015_appendix_d_3() {
        let key = bytes::<32>("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
        let message = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".repeat(2);
        assert_eq!(
            hmac(&hmac_keyed(&key), message.as_bytes()),
            bytes("ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a")
        );
        let key: [u8; 37] = std::array::from_fn(|at| u8::try_from(at + 1).unwrap());
        assert_eq!(
            hmac(&hmac_keyed(&key), &[0xcd; 50]),
            bytes("220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae")
        );
    }

    #[test]
    fn every_kind_finds_its_own_key_and_no_two_labels_are_the_same() {
        assert!(Field::ALL.iter().enumerate().all(|(at, kind)| *kind as usize == at));
        assert!(Index::ALL.iter().enumerate().all(|(at, kind)| *kind as usize == at));
        assert!(Purpose::ALL.iter().enumerate().all(|(at, kind)| *kind as usize == at));
        let labels: HashSet<_> = Field::ALL
            .map(Field::label)
            .into_iter()
            .chain(Index::ALL.map(Index::label))
            .chain(Purpose::ALL.map(Purpose::label))
            .collect();
        assert_eq!(labels.len(), Field::ALL.len() + Index::ALL.len() + Purpose::ALL.len());
    }

    #[test]
    fn the_keys_wipe_themselves_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<Sm4Gcm>();
        // An HMAC is two hash states and a block; it has no mark of its own, its parts have.
        wiped::<Sm3>();
    }
}
