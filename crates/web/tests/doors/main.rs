//! Every door over HTTP: who may pass, what is said, what is refused, and that nothing breaks.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod catalogue;
mod literals;
