//! What every verb promises, tried through a whole house in a temporary folder.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod alerts;
mod applications;
mod at_rest;
mod audit;
mod changes;
mod checkins;
mod contact_tracing;
mod counts;
mod drafts;
mod duty;
mod follow_up;
mod layouts;
mod mirror;
mod organisations;
mod people;
mod plain_model;
mod posters;
mod principals;
mod retention;
mod reverse_scans;
mod review;
mod sign_in;
mod support;
mod venue_codes;
