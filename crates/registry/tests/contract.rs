//! What every method of the registry promises, held on SQLite and on PostgreSQL by the same cases.
//!
//! `cargo xtask postgres -- cargo test -p registry` brings the PostgreSQL half its server.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod contract {
    mod accounts;
    mod alerts;
    mod applications;
    mod audit;
    mod bulk;
    mod cases;
    mod categories;
    mod changes;
    mod checkpoint_events;
    mod checkpoints;
    mod code_uses;
    mod connect;
    mod consents;
    mod door_settings;
    mod doors;
    mod drafts;
    mod duty;
    mod entry_apps;
    mod entry_policies;
    mod health_register;
    mod health_status;
    mod inspections;
    mod installation;
    mod invitations;
    mod layouts;
    mod listed;
    mod made;
    mod messages;
    mod offline_codes;
    mod one_time_links;
    mod organisations;
    mod people;
    mod places;
    mod poster_jobs;
    mod proposals;
    mod queue;
    mod regions;
    mod registrations;
    mod requests;
    mod retention;
    mod sms_codes;
    mod support;
    mod venue_codes;
}
