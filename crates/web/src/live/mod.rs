//! Live screens: server-sent events.

mod duty_screen;

use crate::routes::{Route, Who};
use axum::routing::get;

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::live("/duty/events", Who::Duty, get(duty_screen::events))]
}
