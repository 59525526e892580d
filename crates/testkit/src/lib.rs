//! For tests only: a clock that stands still, dice with a seed, a whole house in a temporary
//! folder, and builders that go the way people go.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "test code: a failure here is a failed test"
)]

mod apps;
mod house;
mod ids;
mod people;

pub use apps::{FakeApp, Says};
pub use house::{FakeClock, Health, Outbox, Police, SeededDice, TestHouse};
pub use ids::{credit_code, id_number, phone_number};
pub use people::{Door, PASSWORD, patiently};
