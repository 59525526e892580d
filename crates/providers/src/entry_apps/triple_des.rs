//! Values that 云闪付 seals for us: 3DES in ECB with the padding of PKCS #7, in Base64. Its cipher, not
//! ours: nothing of this house is sealed with it.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use des::{
    TdesEde3,
    cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};

/// Bytes of a block.
const BLOCK: usize = 8;
/// Bytes of one key of DES.
const KEY: usize = 8;
/// Most characters that are opened; a phone takes 24.
const SEALED_CHARS_MAX: usize = 512;

/// 对称密钥, as the platform gives it to an application.
pub(super) struct SymmetricKey(TdesEde3);

impl SymmetricKey {
    /// Reads 48 hexadecimal digits, or 32: then the third key is the first (SP 800-67, 3.1). `None`
    /// for anything else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut key = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?;
        if key.len() == 2 * KEY {
            key.extend_from_within(..KEY);
        }
        TdesEde3::new_from_slice(&key).ok().map(Self)
    }

    /// What was sealed; `None` when it was not sealed with this key, or is broken.
    pub(super) fn open(&self, sealed: &str) -> Option<String> {
        if sealed.len() > SEALED_CHARS_MAX {
            return None;
        }
        let mut bytes = BASE64.decode(sealed.trim().as_bytes()).ok()?;
        let (blocks, []) = bytes.as_chunks_mut::<BLOCK>() else { return None };
        for block in blocks {
            let mut one = Block::<TdesEde3>::from(*block);
            self.0.decrypt_block(&mut one);
            *block = one.into();
        }
        let padding = usize::from(*bytes.last()?);
        let text = bytes.len().checked_sub(padding)?;
        let (text, rest) = bytes.split_at(text);
        let whole =
            (1..=BLOCK).contains(&padding) && rest.iter().all(|byte| usize::from(*byte) == padding);
        whole.then(|| String::from_utf8(text.to_vec()).ok())?
    }

    /// Seals as the platform does; for its stand-in.
    pub(super) fn seal(&self, text: &str) -> String {
        let padding = BLOCK - text.len() % BLOCK;
        let mut bytes = text.as_bytes().to_vec();
        bytes.extend(std::iter::repeat_n(u8::try_from(padding).unwrap_or_default(), padding));
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            let mut one = Block::<TdesEde3>::from(*block);
            self.0.encrypt_block(&mut one);
            *block = one.into();
        }
        BASE64.encode(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXUPPER;
    use proptest::prelude::*;

    const THREE: &str = "0123456789abcdeffedcba98765432100011223344556677";
    const TWO: &str = "0123456789ABCDEFFEDCBA9876543210";

    fn key(text: &str) -> SymmetricKey {
        SymmetricKey::read(text).unwrap()
    }

    #[test]
    fn the_cipher_is_that_of_sp_800_67() {
        // Appendix B.1: the words are misspelt there as well.
        let key = key("0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123");
        let sealed = BASE64.decode(key.seal("The qufck brown fox jump").as_bytes()).unwrap();
        let expected = "A826FD8CE53B855FCCE21C8112256FE668D5C05DD9B6B900";
        assert_eq!(HEXUPPER.encode(&sealed[..24]), expected);
        assert_eq!(sealed.len(), 32, "a whole block of padding");
    }

    #[test]
    fn what_another_program_seals_is_opened() {
        // printf 13800138000 | openssl enc -des-ede3 -K $KEY -base64
        for (hex, text, sealed) in [
            (THREE, "13800138000", "wOQnCGy2iIjEZPxORKYALw=="),
            (THREE, "", "U4qG/K/7mmo="),
            (THREE, "12345678", "qJCy258jGl5Tiob8r/uaag=="),
            (TWO, "13800138000", "6Y8RUbtwafXBknWqBNeTOw=="),
        ] {
            let key = key(hex);
            assert_eq!(key.open(sealed).as_deref(), Some(text));
            assert_eq!(key.seal(text), sealed);
        }
    }

    #[test]
    fn a_broken_value_is_not_opened() {
        let key = key(THREE);
        for (sealed, what) in [
            ("wOQnCGy2iIh0KZAY6eMJ2g==", "padding of two kinds"),
            ("wOQnCGy2iIjL5qdvnjUcbw==", "padding of 0"),
            ("wOQnCGy2iIi2sWvxiP5ZFw==", "padding of 9"),
            ("wOQnCGy2iIjEZPxORKYA", "half a block"),
            ("6Y8RUbtwafXBknWqBNeTOw==", "another key"),
            ("wOQnCGy2iIjEZPxORKYALw", "Base64 without its end"),
            ("13800138000", "not sealed"),
            ("", "nothing"),
            ("场所码", "no Base64"),
            (&"A".repeat(SEALED_CHARS_MAX + 4), "too long"),
        ] {
            assert_eq!(key.open(sealed), None, "{what}");
        }
    }

    #[test]
    fn a_key_is_of_24_or_16_bytes() {
        assert!(SymmetricKey::read(&format!(" {THREE}\n")).is_some());
        for odd in ["", "0123456789abcdef", &THREE[2..], &format!("{THREE}00"), "密钥", "x"] {
            assert!(SymmetricKey::read(odd).is_none(), "{odd}");
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_opened_again_and_anything_else_breaks_nothing(
            text in ".{0,40}", odd in "[A-Za-z0-9+/]{0,60}={0,2}",
        ) {
            let key = key(THREE);
            prop_assert_eq!(key.open(&key.seal(&text)), Some(text));
            let _ = key.open(&odd);
        }
    }
}
