//! Other people's systems: each behind a port of the actions.

pub mod entry_apps;
pub mod health_status;
mod https;
pub mod sms;
