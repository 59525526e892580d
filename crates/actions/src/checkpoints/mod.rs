//! Checkpoints: what the authority itself does with them.

pub mod counts;
pub mod import;
pub mod settings;
