//! The venue platform (安康码核验管理平台): what a manager sees and does.

pub mod apply;
pub mod checkpoint;
pub mod counts;
pub mod devices;
pub mod files;
pub mod home;
pub mod life;
#[cfg(test)]
mod looks;
pub mod organisation;

use crate::routes::{Route, Who};
use axum::routing::{get, post};

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let manager = Who::Manager;
    vec![
        Route::get("/venue", manager, get(home::page)),
        Route::get("/venue/organisation/new", manager, get(organisation::page)),
        Route::post("/venue/organisation/new", manager, post(organisation::create)),
        Route::get("/venue/checkpoints/new", manager, get(apply::page)),
        Route::post("/venue/checkpoints/new", manager, post(apply::submit)),
        Route::get("/venue/checkpoints/{id}", manager, get(checkpoint::page)),
        Route::get("/venue/checkpoints/{id}/counts", manager, get(counts::page)),
        Route::get("/venue/checkpoints/{id}/edit", manager, get(apply::edit)),
        Route::post("/venue/checkpoints/{id}/edit", manager, post(apply::resubmit)),
        Route::get("/venue/checkpoints/{id}/posters/{size}", manager, get(files::poster)),
        Route::get("/venue/posters/{size}", manager, get(files::all_posters)),
        Route::get("/venue/checkpoints/{id}/code.svg", manager, get(files::code)),
        Route::post("/venue/checkpoints/{id}/poster-reports", manager, post(life::report_poster)),
        Route::post("/venue/checkpoints/{id}/close", manager, post(life::close)),
        Route::post("/venue/checkpoints/{id}/reopen", manager, post(life::reopen)),
        Route::post("/venue/checkpoints/{id}/duty-links", manager, post(devices::make_link)),
        Route::post(
            "/venue/checkpoints/{id}/devices/{device}/revoke",
            manager,
            post(devices::revoke),
        ),
    ]
}
