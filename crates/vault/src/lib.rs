//! Identities at rest: sealed fields, blind indexes and the key file. The only crate that sees a key.
//!
//! # How the keys are made
//! One master key of 32 bytes lies in the key file. Every [`Field`], [`Index`] and [`Purpose`] has
//! a key of its own, made from it as HKDF does (RFC 5869) with HMAC-SM3 as the hash:
//!
//! ```text
//! root = HMAC-SM3(key: "venuecode vault 1", message: master key)   extract
//! key  = HMAC-SM3(key: root, message: label ‖ 0x01)                expand, first block
//! ```
//!
//! The label is the kind and its name, as `field/id_number`, `index/phone`, `purpose/csrf`; they are
//! written in `kinds.rs`. An SM4 key is the first 16 bytes of `key`, a MAC key all 32. A label never
//! changes: whoever changes one can no longer read what is stored. The key of marks, which are never
//! stored, is the first 16 bytes of `mark`.
//!
//! Offline codes are signed with SM2 (GM/T 0003-2012). Its secret is the expansion of
//! `sign/offline_code` with the first counter, from `0x01`, that gives a number which the curve takes.
//! A key's name is the first 8 bytes of SM3 over the public key as an uncompressed point.
//!
//! # What a sealed value looks like
//! `version (1) ‖ key id (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`, SM4-GCM as in RFC 8998, with the
//! field's label as associated data. Nonces are random, so one key may seal 2³² values (NIST
//! SP 800-38D, 8.3); a province of 61 million people stays a factor of seventy below that.
//! The length of the plain text shows in the length of the sealed value.

mod error;
mod key_file;
mod keys;
mod kinds;
mod passwords;
mod sealing;
mod signing;

use std::{fmt, num::NonZeroU64, path::Path};

use domain::outside::Dice;
use subtle::ConstantTimeEq as _;

pub use crate::{
    error::VaultError,
    kinds::{Field, Index, Purpose},
    passwords::PASSWORD_BYTES_MAX,
    sealing::{PLAIN_BYTES_MAX, SEALED_OVERHEAD_BYTES},
    signing::{KEY_NAME_BYTES, SIGNATURE_BYTES},
};
use crate::{key_file::MasterKey, keys::Keys};

/// Bytes of a whole MAC and of a blind index.
pub const MAC_BYTES: usize = 32;
/// Fewest bytes of a MAC that [`Vault::verify_mac`] accepts.
pub const MAC_BYTES_MIN: usize = 16;

/// Holds the keys and does everything that needs one. Share it behind an `Arc`; the keys are wiped
/// from memory when it is dropped.
pub struct Vault {
    key_id: u8,
    keys: Keys,
}

impl Vault {
    /// Opens the key file at `path`, or makes one when there is none.
    ///
    /// A new file is written whole and synced under another name, with mode 0600, and only then
    /// gets its name; a file that another process made meanwhile is never replaced but read.
    /// The folder must exist.
    ///
    /// # Errors
    /// [`VaultError::KeyFileExposed`] when group or others may read it,
    /// [`VaultError::KeyFileDamaged`] naming the line that is wrong,
    /// [`VaultError::KeyFile`] when the operating system refuses.
    pub fn open_or_create(path: &Path, dice: &dyn Dice) -> Result<Self, VaultError> {
        key_file::open_or_create(path, dice).map(|master| Self::from_master(&master))
    }

    /// A vault without a file, for tests and the demonstration. Its key id is 1.
    #[must_use]
    pub fn from_master_key(key: [u8; 32]) -> Self {
        Self::from_master(&MasterKey::new(key_file::FIRST_KEY_ID, key))
    }

    fn from_master(master: &MasterKey) -> Self {
        Self { key_id: master.id, keys: Keys::derive(&master.key) }
    }

    /// Seals a text of one kind: encrypted and bound to that kind.
    ///
    /// # Errors
    /// [`VaultError::TooLong`] beyond [`PLAIN_BYTES_MAX`] bytes; nothing else.
    pub fn seal(&self, field: Field, plain: &str, dice: &dyn Dice) -> Result<Vec<u8>, VaultError> {
        sealing::seal(self.keys.field(field), self.key_id, field.label(), plain, dice)
    }

    /// Opens what [`Vault::seal`] sealed as the same kind. Who opens an identity writes the audit
    /// entry first.
    ///
    /// # Errors
    /// [`VaultError::NotSealed`] when it has not the shape, [`VaultError::OtherKey`] when another
    /// key sealed it, [`VaultError::Refused`] when it was altered or sealed as another kind.
    pub fn open(&self, field: Field, sealed: &[u8]) -> Result<String, VaultError> {
        sealing::open(self.keys.field(field), self.key_id, field.label(), sealed)
    }

    /// The blind index of a text: equal texts have equal indexes, and without the key nobody can
    /// tell or try which text it is. Normalise the text first.
    #[must_use]
    pub fn blind(&self, index: Index, plain: &str) -> [u8; MAC_BYTES] {
        keys::hmac(self.keys.index(index), plain.as_bytes())
    }

    /// HMAC-SM3 of a message for one purpose.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, message: &[u8]) -> [u8; MAC_BYTES] {
        keys::hmac(self.keys.purpose(purpose), message)
    }

    /// Whether `mac` is the MAC of `message` for this purpose, or its first 16 bytes or more. How
    /// long it takes depends on the lengths alone.
    #[must_use]
    pub fn verify_mac(&self, purpose: Purpose, message: &[u8], mac: &[u8]) -> bool {
        let whole = self.mac(purpose, message);
        match whole.get(..mac.len()) {
            Some(head) if mac.len() >= MAC_BYTES_MIN => head.ct_eq(mac).into(),
            _ => false,
        }
    }

    /// A mark of a message, by which a process knows again what it found out about it: SipHash-2-4,
    /// 64 bits, under a key of its own, a fraction of the work of a MAC. It is for memory alone, never
    /// handed out and never stored: whoever guesses has one chance in 2⁶⁴ each time, and whoever saw
    /// marks could try messages elsewhere.
    #[must_use]
    pub fn mark(&self, message: &[u8]) -> NonZeroU64 {
        self.keys.mark(message)
    }

    /// Signs what an offline code says.
    ///
    /// # Errors
    /// [`VaultError::NoSignature`] in a house without such a key; it would take billions to find one.
    pub fn sign_offline_code(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], VaultError> {
        self.keys.offline().and_then(|key| key.sign(message)).ok_or(VaultError::NoSignature)
    }

    /// Whether [`Vault::sign_offline_code`] of this house signed exactly this.
    #[must_use]
    pub fn verify_offline_code(&self, message: &[u8], signature: &[u8]) -> bool {
        self.keys.offline().is_some_and(|key| key.verify(message, signature))
    }

    /// The name of the key that signs offline codes.
    #[must_use]
    pub fn offline_key_name(&self) -> [u8; KEY_NAME_BYTES] {
        self.keys.offline().map_or([0; KEY_NAME_BYTES], signing::OfflineKey::name)
    }

    /// The public key of offline codes, as an uncompressed point (65 bytes): whoever has it can tell
    /// a code of this house and cannot make one.
    #[must_use]
    pub fn offline_public_key(&self) -> Vec<u8> {
        self.keys.offline().map_or_else(Vec::new, signing::OfflineKey::public)
    }

    /// Hashes a password with Argon2id (19 MiB, 2 passes, 1 lane: the first choice of the OWASP
    /// Password Storage Cheat Sheet) into a PHC string. Takes tens of milliseconds: never call it
    /// on a thread that serves others.
    ///
    /// # Errors
    /// [`VaultError::TooLong`] beyond [`PASSWORD_BYTES_MAX`] bytes,
    /// [`VaultError::Password`] when there is no memory for it.
    pub fn hash_password(&self, password: &str, dice: &dyn Dice) -> Result<String, VaultError> {
        passwords::hash(password, dice)
    }

    /// Whether this is the password of that PHC string. A string that is no Argon2id hash of
    /// reasonable cost is `false`. As slow as [`Vault::hash_password`].
    #[must_use]
    pub fn verify_password(&self, password: &str, phc: &str) -> bool {
        passwords::verify(password, phc)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}
