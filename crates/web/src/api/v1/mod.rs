//! Version 1 of the API.

pub mod checkins;
pub mod reverse_scans;

use crate::routes::{Route, Who};
use axum::{
    http::Method,
    routing::{get, post},
};

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let checkins = "/api/v1/checkins";
    vec![
        Route::api(Method::POST, checkins, Who::Visitor, post(checkins::create)),
        Route::api(Method::GET, "/api/v1/checkins/{id}", Who::Visitor, get(checkins::read)),
        Route::api(Method::POST, "/api/v1/reverse-scans", Who::Duty, post(reverse_scans::create)),
    ]
}
