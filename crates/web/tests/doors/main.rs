//! Every door over HTTP: who may pass, what is said, what is refused, and that nothing breaks.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod api;
mod api_drafts;
mod api_health_status;
mod api_inspections;
mod api_layouts;
mod api_people;
mod api_places;
mod api_policies;
mod api_poster_jobs;
mod api_refusals;
mod api_review;
mod api_way;
mod api_whole;
#[path = "../desk/browser.rs"]
mod browser;
mod callers;
mod catalogue;
mod entry_apps;
mod escaping;
mod families;
mod forged;
mod hang_up;
mod headers;
mod health;
mod limits;
mod literals;
mod live;
mod metrics;
mod program;
mod scopes;
mod support;
mod visitor;
mod visitor_pages;
