//! Passwords: the right one, the wrong ones, and stored strings that are none.

use vault::{PASSWORD_BYTES_MAX, VaultError};

use crate::{SeededDice, vault};

#[test]
fn the_right_password_is_accepted_and_a_wrong_one_is_not() {
    let phc = vault().hash_password("阜阳2022 correct", &SeededDice::from_seed(1)).unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert!(vault().verify_password("阜阳2022 correct", &phc));
    assert!(!vault().verify_password("阜阳2022 Correct", &phc));
    assert!(!vault().verify_password("", &phc));
}

#[test]
fn the_same_password_hashed_twice_gives_different_strings() {
    let dice = SeededDice::from_seed(2);
    let first = vault().hash_password("a password", &dice).unwrap();
    assert_ne!(first, vault().hash_password("a password", &dice).unwrap());
}

#[test]
fn a_string_that_is_no_argon2id_hash_is_never_the_right_password() {
    let good = vault().hash_password("password", &SeededDice::from_seed(3)).unwrap();
    let cut = &good[..good.len() - 1];
    let argon2i = good.replacen("argon2id", "argon2i", 1);
    let no_output = good.rsplit_once('$').unwrap().0;
    let long = good.clone() + &"A".repeat(300);
    for phc in ["", "$", "password", "$argon2id$", "$1$a$b", cut, &argon2i, no_output, &long] {
        assert!(!vault().verify_password("password", phc), "{phc}");
    }
}

#[test]
fn a_stored_hash_of_absurd_cost_is_refused_at_once() {
    let good = vault().hash_password("password", &SeededDice::from_seed(4)).unwrap();
    for costly in ["m=4194304,t=2,p=1", "m=19456,t=4000000,p=1", "m=19456,t=2,p=1000"] {
        assert!(!vault().verify_password("password", &good.replace("m=19456,t=2,p=1", costly)));
    }
}

#[test]
fn a_password_over_the_limit_is_refused() {
    let long = "p".repeat(PASSWORD_BYTES_MAX + 1);
    let refused = vault().hash_password(&long, &SeededDice::from_seed(5));
    assert!(matches!(refused, Err(VaultError::TooLong { bytes: 1025, bytes_max: 1024 })));
}
