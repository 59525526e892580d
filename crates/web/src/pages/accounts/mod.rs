//! Accounts: signing in and out, registering as a venue manager, setting up an invited account.

#[cfg(test)]
mod looks;
pub mod register;
pub mod set_up;
pub mod sign_in;
pub mod sign_in_link;

use crate::routes::{Route, Who};
use axum::{routing::get, routing::post};

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/login", Who::Anyone, get(sign_in::page)),
        Route::post("/login", Who::Anyone, post(sign_in::sign_in)),
        Route::post("/logout", Who::Anyone, post(sign_in::sign_out)),
        Route::get("/register", Who::Anyone, get(register::page)),
        Route::post("/register", Who::Anyone, post(register::register)),
        Route::post("/register/code", Who::Anyone, post(register::send_code)),
        Route::get("/sign-in/{link}", Who::Anyone, get(sign_in_link::page)),
        Route::post("/sign-in/{link}", Who::Anyone, post(sign_in_link::sign_in)),
        Route::get("/set-up/{link}", Who::Anyone, get(set_up::page)),
        Route::post("/set-up/{link}", Who::Anyone, post(set_up::set_up)),
    ]
}
