//! Contact tracing: a case, its places, and the people who were there at the time.

pub mod cases;
pub mod embargo;
pub mod export;
pub mod identity;
pub mod view;
