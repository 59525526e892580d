//! Health status from outside: systems that are asked in order, each within a time and left alone while
//! it fails.

mod invented;
pub mod province;
mod silent;
mod sources;

pub use invented::Invented;
pub use province::{Province, ProvinceSettings};
pub use silent::Silent;
pub use sources::{OneSource, Sources, Trouble};
