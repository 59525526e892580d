//! The venue platform (安康码核验管理平台): what a manager sees and does.

pub mod apply;
pub mod checkpoint;
pub mod counts;
pub mod devices;
pub mod drafts;
pub mod files;
pub mod home;
pub mod inspections;
pub mod invitations;
pub mod life;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod looks_of_doors;
pub mod messages;
pub mod narrowing;
pub mod organisation;
pub mod poster_jobs;
pub mod settings;

use crate::routes::{Route, TABLE_UPLOAD, Who};
use axum::routing::{get, post};

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let manager = Who::Manager;
    vec![
        Route::get("/venue", manager, get(home::page)),
        Route::get("/venue/messages", manager, get(messages::page)),
        Route::get("/venue/inspections", manager, get(inspections::page)),
        Route::get("/venue/inspections/{id}", manager, get(inspections::one_page)),
        Route::post("/venue/inspections/{id}/answer", manager, post(inspections::answer)),
        Route::get("/venue/transfer", manager, get(invitations::page)),
        Route::post("/venue/transfer", manager, post(invitations::offer_unit)),
        Route::post("/venue/transfer/take-back", manager, post(invitations::take_back_unit)),
        Route::post("/venue/invitations/{id}/accept", manager, post(invitations::accept)),
        Route::post("/venue/invitations/{id}/decline", manager, post(invitations::decline)),
        Route::get("/venue/organisation/new", manager, get(organisation::page)),
        Route::post("/venue/organisation/new", manager, post(organisation::create)),
        Route::get("/venue/checkpoints/new", manager, get(apply::page)),
        Route::post("/venue/checkpoints/new", manager, post(apply::submit)),
        Route::get("/venue/drafts", manager, get(drafts::page)),
        Route::post("/venue/drafts", manager, post(drafts::keep)),
        Route::get("/venue/drafts/table.xlsx", manager, get(drafts::table)),
        Route::upload(TABLE_UPLOAD, manager, post(drafts::upload)),
        Route::post("/venue/drafts/submit", manager, post(drafts::submit_all)),
        Route::post("/venue/drafts/delete", manager, post(drafts::delete_all)),
        Route::get("/venue/drafts/{id}", manager, get(drafts::edit)),
        Route::post("/venue/drafts/{id}/save", manager, post(drafts::save)),
        Route::post("/venue/drafts/{id}/submit", manager, post(drafts::submit)),
        Route::post("/venue/drafts/{id}/delete", manager, post(drafts::delete)),
        Route::get("/venue/checkpoints/{id}", manager, get(checkpoint::page)),
        Route::get("/venue/checkpoints/{id}/counts", manager, get(counts::page)),
        Route::get("/venue/checkpoints/{id}/settings", manager, get(settings::page)),
        Route::post("/venue/checkpoints/{id}/settings", manager, post(settings::submit)),
        Route::post("/venue/checkpoints/{id}/words", manager, post(settings::words)),
        Route::get("/venue/checkpoints/{id}/edit", manager, get(apply::edit)),
        Route::post("/venue/checkpoints/{id}/edit", manager, post(apply::resubmit)),
        Route::get("/venue/checkpoints/{id}/change", manager, get(apply::change_page)),
        Route::post("/venue/checkpoints/{id}/change", manager, post(apply::change)),
        Route::post("/venue/checkpoints/{id}/withdraw", manager, post(apply::withdraw)),
        Route::get("/venue/checkpoints/{id}/posters/{size}", manager, get(files::poster)),
        Route::get("/venue/posters/{size}", manager, get(files::all_posters)),
        Route::get("/venue/poster-jobs", manager, get(poster_jobs::page)),
        Route::post("/venue/poster-jobs", manager, post(poster_jobs::order)),
        Route::post("/venue/poster-jobs/{id}/cancel", manager, post(poster_jobs::cancel)),
        Route::get("/venue/poster-jobs/{id}/file", manager, get(poster_jobs::file)),
        Route::get("/venue/guide.pdf", manager, get(files::guide)),
        Route::get("/venue/empty/{size}", manager, get(files::empty_layout)),
        Route::get("/venue/checkpoints/{id}/code.svg", manager, get(files::code)),
        Route::get("/venue/checkpoints/{id}/code.png", manager, get(files::code_png)),
        Route::post("/venue/checkpoints/{id}/poster-reports", manager, post(life::report_poster)),
        Route::post("/venue/checkpoints/{id}/close", manager, post(life::close)),
        Route::post("/venue/checkpoints/{id}/reopen", manager, post(life::reopen)),
        Route::post("/venue/checkpoints/{id}/invite", manager, post(invitations::offer_door)),
        Route::post(
            "/venue/checkpoints/{id}/take-back",
            manager,
            post(invitations::take_back_door),
        ),
        Route::post("/venue/checkpoints/{id}/lay-down", manager, post(invitations::lay_down)),
        Route::post("/venue/checkpoints/{id}/duty-links", manager, post(devices::make_link)),
        Route::post(
            "/venue/checkpoints/{id}/devices/{device}/revoke",
            manager,
            post(devices::revoke),
        ),
    ]
}
