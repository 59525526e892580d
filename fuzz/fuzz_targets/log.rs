//! Any bytes as a part of the log.
#![no_main]

#[path = "../../crates/visitlog/tests/hostile/mod.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::log::attempt(bytes));
