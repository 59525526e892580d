//! Version 1 of the API.

pub mod accounts;
pub mod applications;
pub mod categories;
pub mod checkins;
pub mod checkpoints;
pub mod door_settings;
pub mod drafts;
pub mod duty_devices;
pub mod entry_policies;
pub mod family;
pub mod health_status;
pub mod inspections;
pub mod layouts;
pub mod me;
pub mod messages;
pub mod offers;
pub mod organisations;
pub mod passwords;
pub mod places;
pub mod poster_jobs;
pub mod posters;
pub mod problems;
pub mod regions;
pub mod requests;
pub mod reverse_scans;
pub mod sessions;
mod told;

use crate::routes::{Route, Who};
use axum::{
    http::Method,
    routing::{get, post},
};

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let checkins = "/api/v1/checkins";
    let mut all = vec![
        Route::api(Method::POST, checkins, Who::Visitor, post(checkins::create)),
        Route::api(Method::GET, "/api/v1/checkins/{id}", Who::Visitor, get(checkins::read)),
        Route::api(Method::POST, "/api/v1/reverse-scans", Who::Duty, post(reverse_scans::create)),
    ];
    all.extend(me::routes());
    all.extend(requests::routes());
    all.extend(sessions::routes());
    all.extend(accounts::routes());
    all.extend(passwords::routes());
    all.extend(regions::routes());
    all.extend(categories::routes());
    all.extend(organisations::routes());
    all.extend(checkpoints::routes());
    all.extend(door_settings::routes());
    all.extend(duty_devices::routes());
    all.extend(drafts::routes());
    all.extend(posters::routes());
    all.extend(poster_jobs::routes());
    all.extend(applications::routes());
    all.extend(places::routes());
    all.extend(health_status::routes());
    all.extend(layouts::routes());
    all.extend(entry_policies::routes());
    all.extend(inspections::routes());
    all.extend(messages::routes());
    all.extend(offers::routes());
    all.extend(family::routes());
    all
}
