//! What can be done: one verb a file. No HTTP, no SQL.
//!
//! A verb takes the [`House`], the principal that may do it, and plain input. Principals are made
//! in one place, [`accounts::principals`], so a verb cannot be called by somebody who may not.

pub mod accounts;
mod aging;
pub mod alerts;
pub mod applications;
pub mod audit;
pub mod categories;
pub mod checkins;
pub mod checkpoints;
pub mod contact_tracing;
pub mod duty;
pub mod entry_apps;
pub mod entry_policy;
pub mod failure;
pub mod health_status;
pub mod house;
pub mod inspections;
pub mod invitations;
pub mod limits;
pub mod messages;
pub mod metrics;
pub mod mirror;
pub mod offline_codes;
pub mod organisations;
pub mod people;
pub mod places;
pub mod posters;
pub mod regions;
pub mod requests;
pub mod retention;
pub mod reverse_scans;
pub mod sms;
pub mod tables;
pub mod venue_codes;

pub use failure::{Answer, Failure};
pub use house::House;
