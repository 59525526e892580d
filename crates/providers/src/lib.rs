//! Other people's systems: each behind a port of the actions.

mod breaker;
pub mod entry_apps;
pub mod health_status;
mod https;
pub mod identity_check;
mod settings_file;
pub mod sms;
