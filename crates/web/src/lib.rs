//! The doors: pages, the API and live screens.
//!
//! A handler parses, knows who is calling, calls one action and renders. [`routes::table`] lists
//! every address; [`seat`] is the only way from a cookie to a principal; [`front`] is what every
//! request goes through.

pub mod address;
pub mod answer;
pub mod api;
pub mod assets;
mod cookies;
pub mod forms;
pub mod frame;
pub mod front;
pub mod i18n;
pub mod live;
mod packed;
pub mod page;
pub mod pages;
pub mod routes;
pub mod seat;
mod whole;

pub use cookies::{SEAT as SEAT_COOKIE, VISITOR as VISITOR_COOKIE};
