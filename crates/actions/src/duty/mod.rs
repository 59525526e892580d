//! Duty: devices at the door, what they show, and how they learn of it.

pub mod announce;
pub mod day;
pub mod devices;
pub mod proof_words;
pub mod screen;
pub mod signs;
