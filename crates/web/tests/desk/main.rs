//! The desk over HTTP: what managers, reviewers, investigators, auditors and administrators do,
//! through the same pages and forms that their browsers use.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod browser;
mod contact_tracing;
mod health_status;
mod inspections;
mod layouts;
mod places;
mod poster_jobs;
mod review;
mod venue;
