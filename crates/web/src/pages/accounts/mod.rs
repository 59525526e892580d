//! Accounts: signing in and out, registering as a venue manager, setting up an invited account,
//! passwords.

#[cfg(test)]
mod looks;
pub mod own;
pub mod recover;
pub mod register;
pub mod second_factor;
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
        Route::get("/login/code", Who::Anyone, get(second_factor::page)),
        Route::post("/login/code", Who::Anyone, post(second_factor::finish)),
        Route::post("/login/code/again", Who::Anyone, post(second_factor::send_again)),
        Route::get("/forgotten", Who::Anyone, get(recover::page)),
        Route::post("/forgotten", Who::Anyone, post(recover::recover)),
        Route::post("/forgotten/code", Who::Anyone, post(recover::send_code)),
        Route::get("/password/{link}", Who::Anyone, get(own::by_link)),
        Route::post("/password/{link}", Who::Anyone, post(own::set_by_link)),
        Route::get("/account", Who::Staff, get(own::page)),
        Route::post("/account/password", Who::Staff, post(own::change_password)),
        Route::post("/account/sign-out-elsewhere", Who::Staff, post(own::sign_out_elsewhere)),
        Route::post("/logout", Who::Anyone, post(sign_in::sign_out)),
        Route::get("/register", Who::Anyone, get(register::page)),
        Route::post("/register", Who::Anyone, post(register::register)),
        Route::post("/register/code", Who::Anyone, post(register::send_code)),
        Route::get("/sign-in/{link}", Who::Anyone, get(sign_in_link::page)),
        Route::post("/sign-in/{link}", Who::Anyone, post(sign_in_link::sign_in)),
        Route::get("/set-up/{link}", Who::Anyone, get(set_up::page)),
        Route::post("/set-up/{link}", Who::Anyone, post(set_up::set_up)),
        Route::post("/set-up/{link}/code", Who::Anyone, post(set_up::send_code)),
    ]
}
