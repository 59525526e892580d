//! Sealed fields: there and back, and never otherwise.

use proptest::prelude::*;
use vault::{Field, PLAIN_BYTES_MAX, SEALED_OVERHEAD_BYTES, VaultError};

use crate::{SeededDice, other_vault, vault};

const FIELDS: [Field; 5] =
    [Field::PersonName, Field::MaskedName, Field::IdNumber, Field::Phone, Field::Note];

proptest! {
    #[test]
    fn what_is_sealed_opens_as_it_was(plain in ".{0,200}", field in 0..5_usize, seed: u64) {
        let sealed = vault().seal(FIELDS[field], &plain, &SeededDice::from_seed(seed)).unwrap();
        prop_assert_eq!(sealed.len(), plain.len() + SEALED_OVERHEAD_BYTES);
        prop_assert_eq!(vault().open(FIELDS[field], &sealed).unwrap(), plain);
    }

    #[test]
    fn any_flipped_bit_is_refused(plain in ".{0,40}", seed: u64, at: prop::sample::Index) {
        let mut sealed =
            vault().seal(Field::IdNumber, &plain, &SeededDice::from_seed(seed)).unwrap();
        let bit = at.index(sealed.len() * 8);
        sealed[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(vault().open(Field::IdNumber, &sealed).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(vault().open(Field::Note, &bytes).is_err());
    }

    #[test]
    fn a_sealed_value_cut_short_is_refused(plain in ".{0,40}", seed: u64, at: prop::sample::Index) {
        let sealed = vault().seal(Field::Note, &plain, &SeededDice::from_seed(seed)).unwrap();
        prop_assert!(vault().open(Field::Note, &sealed[..at.index(sealed.len())]).is_err());
    }
}

#[test]
fn a_field_sealed_as_one_kind_cannot_be_opened_as_another() {
    let dice = SeededDice::from_seed(1);
    for sealed_as in FIELDS {
        let sealed = vault().seal(sealed_as, "13800138000", &dice).unwrap();
        for opened_as in FIELDS {
            let opened = vault().open(opened_as, &sealed);
            if opened_as == sealed_as {
                assert_eq!(opened.unwrap(), "13800138000");
            } else {
                assert!(matches!(opened, Err(VaultError::Refused)));
            }
        }
    }
}

#[test]
fn a_field_sealed_with_one_key_cannot_be_opened_with_another() {
    let sealed = vault().seal(Field::PersonName, "李建国", &SeededDice::from_seed(2)).unwrap();
    let opened = other_vault().open(Field::PersonName, &sealed);
    assert!(matches!(opened, Err(VaultError::Refused)));
}

#[test]
fn another_version_and_another_key_id_are_named_as_such() {
    let sealed = vault().seal(Field::Phone, "13800138000", &SeededDice::from_seed(3)).unwrap();
    let mut later = sealed.clone();
    later[0] = 2;
    assert!(matches!(vault().open(Field::Phone, &later), Err(VaultError::NotSealed)));
    let mut elsewhere = sealed;
    elsewhere[1] = 7;
    let refused = vault().open(Field::Phone, &elsewhere);
    assert!(matches!(refused, Err(VaultError::OtherKey { sealed_with: 7, have: 1 })));
}

#[test]
fn the_same_text_sealed_twice_looks_different_and_holds_no_plain_text() {
    let dice = SeededDice::from_seed(4);
    let first = vault().seal(Field::IdNumber, "11010519491231002X", &dice).unwrap();
    let second = vault().seal(Field::IdNumber, "11010519491231002X", &dice).unwrap();
    assert_ne!(first, second);
    assert!(!first.windows(4).any(|four| b"11010519491231002X".windows(4).any(|it| it == four)));
}

#[test]
fn a_text_at_the_limit_is_sealed_and_one_byte_more_is_not() {
    let dice = SeededDice::from_seed(5);
    let longest = "n".repeat(PLAIN_BYTES_MAX);
    let sealed = vault().seal(Field::Note, &longest, &dice).unwrap();
    assert_eq!(vault().open(Field::Note, &sealed).unwrap(), longest);
    let refused = vault().seal(Field::Note, &(longest + "n"), &dice).unwrap_err();
    assert_eq!(refused.to_string(), "4097 bytes are too many, at most 4096 are taken");
}
