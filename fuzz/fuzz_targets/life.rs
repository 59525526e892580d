//! Any bytes as the life of a store.
#![no_main]

#[path = "../../crates/visitlog/tests/hostile/mod.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::life::attempt(bytes));
