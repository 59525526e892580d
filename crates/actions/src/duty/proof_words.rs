//! The words that doors show by the hour. What a door's word is takes a MAC, and every entry says it, so
//! it is remembered.

use crate::House;
use domain::{checkpoints::CheckpointNumber, duty, time::UnixMs};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vault::Purpose;

/// Doors remembered, by their number: all of a city's, in one megabyte. Beyond it doors take turns.
const PLACES: usize = 1 << 17;
/// A place that was filled.
const FILLED: u64 = 1 << 16;

/// The word of the last hour that was asked about, for each door.
pub struct ProofWords {
    /// The door, 15 bits of the hour, [`FILLED`], the word's 16 bits. Visits are kept for weeks, and 15
    /// bits of hours are years.
    places: Vec<AtomicU64>,
}

impl Default for ProofWords {
    fn default() -> Self {
        Self { places: std::iter::repeat_with(AtomicU64::default).take(PLACES).collect() }
    }
}

impl ProofWords {
    /// The bits of a door's word in an hour; `make` makes them when they are not known.
    fn bits(&self, checkpoint: CheckpointNumber, hour: i64, make: impl Fn() -> [u8; 2]) -> [u8; 2] {
        let hour = hour.rem_euclid(1 << 15).unsigned_abs();
        let known = u64::from(checkpoint.0) << 32 | hour << 17 | FILLED;
        let at = usize::try_from(checkpoint.0).unwrap_or(0) % PLACES;
        let place = self.places[at].load(Relaxed);
        let [.., first, second] = place.to_be_bytes();
        if place & !0xffff == known {
            return [first, second];
        }
        let bits = make();
        self.places[at].store(known | u64::from(u16::from_be_bytes(bits)), Relaxed);
        bits
    }
}

/// The word a door shows in the hour of `at`.
pub(crate) fn proof_word(house: &House, checkpoint: CheckpointNumber, at: UnixMs) -> String {
    let hour = at.hour_number();
    duty::proof_word(house.proof_words.bits(checkpoint, hour, || {
        let mut message = [0; 12];
        message[..4].copy_from_slice(&checkpoint.0.to_be_bytes());
        message[4..].copy_from_slice(&hour.to_be_bytes());
        let mac = house.vault.mac(Purpose::ProofWord, &message);
        [mac[0], mac[1]]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_word_is_made_once_an_hour_and_never_taken_for_another_doors_or_hours() {
        let (words, made) = (ProofWords::default(), Cell::new(0_u32));
        let bits = |door: u32, hour: i64| {
            words.bits(CheckpointNumber(door), hour, || {
                made.set(made.get() + 1);
                let [.., first, second] = (door ^ (hour as u32).rotate_left(9)).to_be_bytes();
                [first, second]
            })
        };
        let places = u32::try_from(PLACES).unwrap();
        for _ in 0..3 {
            for door in 0..100 {
                bits(door, 499_000);
            }
        }
        assert_eq!(made.get(), 100, "also of door 0");
        for (door, hour) in
            [(7, 499_000), (7, 499_001), (7 + places, 499_001), (7, 499_001), (8, 0)]
        {
            let [.., first, second] = (door ^ (hour as u32).rotate_left(9)).to_be_bytes();
            assert_eq!(bits(door, hour), [first, second], "{door} {hour}");
        }
        assert_eq!(made.get(), 104, "two doors in one place take turns");
    }
}
