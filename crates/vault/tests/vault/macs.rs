//! Blind indexes and MACs: stable, apart from each other, and checked in full.

use vault::{Field, Index, MAC_BYTES, MAC_BYTES_MIN, Purpose, Vault};

use crate::{other_vault, vault};

const PURPOSES: [Purpose; 7] = [
    Purpose::VisitorSession,
    Purpose::StaffSession,
    Purpose::DutyDevice,
    Purpose::OneTimeLink,
    Purpose::Csrf,
    Purpose::ProofWord,
    Purpose::SmsCode,
];

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn counting_key() -> [u8; 32] {
    std::array::from_fn(|at| u8::try_from(at).unwrap())
}

/// The expected values were calculated with OpenSSL from the written derivation, so that a change
/// of it, which would make every stored value unreadable, cannot pass unnoticed.
#[test]
fn the_derivation_is_the_one_that_is_written_down() {
    let vault = Vault::from_master_key(counting_key());
    assert_eq!(
        hex(&vault.blind(Index::IdNumber, "11010519491231002X")),
        "a226ba705eebeaaa9475afde543ecf7eb4b21cf1dddba8af33568d87d862b58a"
    );
    assert_eq!(
        hex(&vault.mac(Purpose::Csrf, b"form")),
        "7259d2236fbc504d2d8bdb05ceb97f954b71b9a9cd31bf7be83e7eb7c01b0019"
    );
    let sealed = "0101000000000000000000000000\
        ac1f23311411af8bca107c85c2718600b0748505f8ec8e75f25a1e";
    let sealed = data_encoding::HEXLOWER.decode(sealed.as_bytes()).unwrap();
    assert_eq!(vault.open(Field::Phone, &sealed).unwrap(), "13800138000");
}

#[test]
fn a_blind_index_is_stable() {
    let first = vault().blind(Index::Phone, "13800138000");
    assert_eq!(first, vault().blind(Index::Phone, "13800138000"));
    assert_ne!(first, vault().blind(Index::Phone, "13800138001"));
}

#[test]
fn blind_indexes_differ_between_indexes_and_between_keys() {
    let by_phone = vault().blind(Index::Phone, "13800138000");
    assert_ne!(by_phone, vault().blind(Index::IdNumber, "13800138000"));
    assert_ne!(by_phone, other_vault().blind(Index::Phone, "13800138000"));
}

#[test]
fn a_mac_for_one_purpose_is_worth_nothing_for_another() {
    for made_for in PURPOSES {
        let mac = vault().mac(made_for, b"message");
        for used_for in PURPOSES {
            let good = vault().verify_mac(used_for, b"message", &mac);
            assert_eq!(good, made_for == used_for, "{made_for:?} used for {used_for:?}");
        }
        assert!(!vault().verify_mac(made_for, b"massage", &mac));
        assert!(!other_vault().verify_mac(made_for, b"message", &mac));
    }
}

#[test]
fn a_mac_may_be_given_by_its_first_sixteen_bytes_or_more_but_not_by_fewer() {
    let mac = vault().mac(Purpose::DutyDevice, b"message");
    for bytes in 0..=MAC_BYTES {
        let good = vault().verify_mac(Purpose::DutyDevice, b"message", &mac[..bytes]);
        assert_eq!(good, bytes >= MAC_BYTES_MIN, "{bytes} bytes");
    }
    let longer = [&mac[..], &[0]].concat();
    assert!(!vault().verify_mac(Purpose::DutyDevice, b"message", &longer));
}

#[test]
fn any_flipped_bit_of_a_mac_is_refused() {
    let mac = vault().mac(Purpose::StaffSession, b"message");
    for bit in 0..MAC_BYTES * 8 {
        let mut forged = mac;
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(!vault().verify_mac(Purpose::StaffSession, b"message", &forged), "bit {bit}");
    }
}

/// The key and the marks were calculated with OpenSSL, whose SipHash gives the vectors of its authors.
#[test]
fn a_mark_is_siphash_under_a_key_of_its_own() {
    let vault = Vault::from_master_key(counting_key());
    assert_eq!(vault.mark(b"message").get(), 0xa733_9af9_d26c_a644);
    assert_eq!(vault.mark(b"").get(), 0x176b_448b_f8cc_2b9f);
    assert_ne!(vault.mark(b"message"), other_vault().mark(b"message"));
}

#[test]
fn messages_that_differ_in_one_bit_have_other_marks() {
    let message = [0x5a; 72];
    let mark = vault().mark(&message);
    for bit in 0..message.len() * 8 {
        let mut other = message;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(vault().mark(&other), mark, "bit {bit}");
    }
    assert_ne!(vault().mark(&message[1..]), mark);
}
