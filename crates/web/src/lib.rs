//! The doors: pages, the API and live screens.

pub mod i18n;
pub mod page;
