//! Any text as the list of what belongs to the store.
#![no_main]

#[path = "../../crates/visitlog/tests/hostile/mod.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::manifest::attempt(bytes));
