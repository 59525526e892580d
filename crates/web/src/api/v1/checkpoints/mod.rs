//! Checkpoints: the doors of the caller's organisation.

pub mod apply;
pub mod life;
pub mod list;
mod wire;

pub use wire::{
    ApplicationStep, Checkpoint, CheckpointFields, CheckpointManager, CheckpointRow,
    CheckpointStep, DutyDeviceRow, StateCounts, VenueCode,
};

use crate::{
    pages::desk::number,
    routes::{Route, Who},
};
use actions::Answer;
use axum::{
    http::Method,
    routing::{delete, get, post, put},
};
use domain::checkpoints::CheckpointNumber;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (all, one) = ("/api/v1/checkpoints", "/api/v1/checkpoints/{id}");
    let change = "/api/v1/checkpoints/{id}/change";
    let manager = Who::Manager;
    vec![
        Route::api(Method::GET, all, manager, get(list::list)),
        Route::api(Method::POST, all, manager, post(apply::submit)),
        Route::api(Method::GET, "/api/v1/entrusted-checkpoints", manager, get(list::entrusted)),
        Route::api(Method::GET, one, manager, get(list::one)),
        Route::api(Method::GET, "/api/v1/checkpoints/{id}/counts", manager, get(list::counts)),
        Route::api(
            Method::PUT,
            "/api/v1/checkpoints/{id}/application",
            manager,
            put(apply::resubmit),
        ),
        Route::api(Method::PUT, change, manager, put(apply::change)),
        Route::api(Method::DELETE, change, manager, delete(apply::withdraw)),
        Route::api(Method::POST, "/api/v1/checkpoints/{id}/close", manager, post(life::close)),
        Route::api(Method::POST, "/api/v1/checkpoints/{id}/reopen", manager, post(life::reopen)),
        Route::api(
            Method::POST,
            "/api/v1/checkpoints/{id}/poster-reports",
            manager,
            post(life::report_poster),
        ),
        Route::api(
            Method::POST,
            "/api/v1/checkpoints/{id}/suspend",
            Who::Reviewer,
            post(life::suspend),
        ),
        Route::api(
            Method::POST,
            "/api/v1/checkpoints/{id}/resume",
            Who::Reviewer,
            post(life::resume),
        ),
    ]
}

/// The checkpoint that an address names.
pub(super) fn checkpoint(id: &str) -> Answer<CheckpointNumber> {
    Ok(CheckpointNumber(number(id)?))
}

/// Where a checkpoint is read.
pub(super) fn place(number: CheckpointNumber) -> String {
    format!("/api/v1/checkpoints/{}", number.0)
}
