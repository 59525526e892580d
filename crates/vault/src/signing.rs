//! The key that signs offline codes: SM2 with SM3 (GM/T 0003-2012), made from the master key like
//! every other, so that a key file of any age has it.

use sm2::{
    SecretKey,
    dsa::{
        Signature, SigningKey,
        signature::{Signer as _, Verifier as _},
    },
};
use sm3::{Digest as _, Sm3};

use crate::keys::{HmacSm3, derived_at};

/// Bytes of a signature: r and s.
pub const SIGNATURE_BYTES: usize = 64;
/// Bytes of a key's name.
pub const KEY_NAME_BYTES: usize = 8;

/// Names the key. Never changes.
const LABEL: &str = "sign/offline_code";
/// The signer's name that goes into every signature: the one of GM/T 0009-2012 for whoever has no
/// other.
const SIGNER: &str = "1234567812345678";

/// A key pair with its name; wiped when dropped.
pub(crate) struct OfflineKey {
    key: SigningKey,
    name: [u8; KEY_NAME_BYTES],
}

impl OfflineKey {
    /// The first block of the expansion that is a key of the curve. All but one in four billion are.
    pub(crate) fn derive(expand: &HmacSm3) -> Option<Self> {
        (1..=u8::MAX).find_map(|block| {
            let secret = SecretKey::from_slice(&derived_at(expand, LABEL, block)[..]).ok()?;
            let key = SigningKey::new(SIGNER, &secret).ok()?;
            let public = Sm3::digest(key.verifying_key().to_sec1_bytes());
            let name = public.first_chunk().copied()?;
            Some(Self { key, name })
        })
    }

    pub(crate) fn name(&self) -> [u8; KEY_NAME_BYTES] {
        self.name
    }

    pub(crate) fn public(&self) -> Vec<u8> {
        self.key.verifying_key().to_sec1_bytes().into()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Option<[u8; SIGNATURE_BYTES]> {
        let signature: Signature = self.key.try_sign(message).ok()?;
        signature.to_bytes().as_slice().try_into().ok()
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verifying_key().verify(message, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::Vault;
    use proptest::prelude::*;

    #[test]
    fn what_one_house_signs_no_other_has_signed() {
        let (ours, other) = (Vault::from_master_key([7; 32]), Vault::from_master_key([8; 32]));
        let signature = ours.sign_offline_code(b"a code").unwrap();
        assert!(ours.verify_offline_code(b"a code", &signature));
        assert!(!ours.verify_offline_code(b"another", &signature));
        assert!(!other.verify_offline_code(b"a code", &signature));
        assert_ne!(ours.offline_key_name(), other.offline_key_name());
        assert_eq!(ours.sign_offline_code(b"a code").unwrap(), signature, "the same every time");
        assert_eq!(ours.offline_public_key().len(), 65);
    }

    #[test]
    fn the_key_of_a_master_key_never_changes() {
        let vault = Vault::from_master_key([7; 32]);
        let name = data_encoding::HEXLOWER.encode(&vault.offline_key_name());
        assert_eq!(name, "c439cf762eae297b");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn a_signature_with_any_byte_changed_is_refused(at in 0..64_usize, by in 1..=255_u8) {
            let vault = Vault::from_master_key([7; 32]);
            let mut signature = vault.sign_offline_code(b"a code").unwrap();
            signature[at] ^= by;
            prop_assert!(!vault.verify_offline_code(b"a code", &signature));
        }

        #[test]
        fn what_is_no_signature_is_refused(bytes: Vec<u8>) {
            let vault = Vault::from_master_key([7; 32]);
            prop_assert!(!vault.verify_offline_code(b"a code", &bytes));
        }
    }
}
