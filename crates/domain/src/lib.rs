//! What is true: nouns, states and rules. No I/O, no async, no clock, no dice, no serde.
//!
//! One module per room, named as everywhere else in the house. A rule returns either a value that
//! only judging can make, or says what is wrong and at which field.

pub mod accounts;
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
pub mod fields;
pub mod health_status;
pub mod inspections;
pub mod invitations;
pub mod messages;
pub mod networks;
pub mod offline_codes;
pub mod organisations;
pub mod outside;
pub mod people;
pub mod phones;
pub mod places;
pub mod posters;
pub mod presence;
pub mod privacy;
pub mod regions;
pub mod requests;
pub mod retention;
pub mod similar;
pub mod sorting;
pub mod text;
pub mod time;
pub mod venue_codes;
