//! What the vault promises, tried from outside.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod key_file;
mod macs;
mod passwords;
mod sealing;

use std::sync::atomic::{AtomicU64, Ordering};

use domain::outside::Dice;
use vault::Vault;

/// Dice that give other bytes at every roll and the same ones in every run (SplitMix64).
struct SeededDice(AtomicU64);

impl SeededDice {
    fn from_seed(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Dice for SeededDice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let step = 0x9E37_79B9_7F4A_7C15;
            let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

fn vault() -> Vault {
    Vault::from_master_key(*b"a master key of the tests, 32 B!")
}

fn other_vault() -> Vault {
    Vault::from_master_key(*b"another master key for the tests")
}

#[test]
fn the_vault_is_shared_between_threads_and_shows_no_key() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&vault());
    assert_eq!(format!("{:?}", vault()), "Vault { key_id: 1, .. }");
}
