//! Any bytes as a segment's file.
#![no_main]

#[path = "../../crates/visitlog/tests/hostile/mod.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::segment::attempt(bytes));
