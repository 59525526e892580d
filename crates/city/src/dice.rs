//! Chance that can be asked for in any order: a number from a seed and what it is about.

/// One well-mixed number for a seed and two things that it is about.
pub(crate) fn roll(seed: u64, about: u64, of: u64) -> u64 {
    mix(mix(seed ^ about.wrapping_mul(0x9e37_79b9_7f4a_7c15)) ^ of)
}

/// The finishing step of SplitMix64: every bit of the input changes half of the output.
pub(crate) fn mix(value: u64) -> u64 {
    let mut x = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A number below `count` from 32 random bits; even enough for a simulation.
pub(crate) fn below(bits: u32, count: u32) -> u32 {
    ((u64::from(bits) * u64::from(count)) >> 32) as u32
}

/// Whether something that happens once in `one_in` times does, from 32 random bits.
pub(crate) fn once_in(bits: u32, one_in: u32) -> bool {
    below(bits, one_in) == 0
}
