//! Health status from outside. The province's gateway is not reachable yet; a city without it runs
//! on its own register.

mod invented;
mod silent;

pub use invented::Invented;
pub use silent::Silent;
