//! What the door sees: enrolling a device, the screen, and what staff do on it.

mod enrol;
mod parts;
mod phone;
mod reverse;
mod screen;
mod sign;
mod unbound;

pub(crate) use parts::{card, itinerary_text, look, row};

use crate::routes::{Route, Who};
use axum::routing::{get, post};

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let duty = Who::Duty;
    vec![
        Route::get("/duty/enrol/{link}", Who::Anyone, get(enrol::page)),
        Route::post("/duty/enrol/{link}", Who::Anyone, post(enrol::enrol)),
        Route::get("/sign", Who::Sign, get(sign::page)),
        Route::get("/duty", duty, get(screen::page)),
        Route::get("/duty/state", duty, get(screen::state)),
        Route::post("/duty/heads", duty, post(screen::count_head)),
        Route::post("/duty/alerts/{id}/disposition", duty, post(screen::dispose)),
        Route::get("/duty/phone", duty, get(phone::page)),
        Route::post("/duty/phone", duty, post(phone::change)),
        Route::post("/duty/phone/code", duty, post(phone::send_code)),
        Route::get("/duty/reverse-scan", duty, get(reverse::page)),
        Route::post("/duty/reverse-scans", duty, post(reverse::submit)),
    ]
}
