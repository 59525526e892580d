//! The authority: the review queue, the tracing desk, the audit list, the accounts.

pub mod accounts;
pub mod audit;
pub mod case_desk;
pub mod cases;
pub mod categories;
pub mod csv;
pub mod export;
pub mod health_status;
pub mod identity;
pub mod inspections;
pub mod layouts;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod looks_of_people;
pub mod narrowing;
pub mod places;
pub mod policy;
pub mod posters;
pub mod requests;
pub mod review;
pub mod review_view;

use crate::routes::{LAYOUT_UPLOAD, Route, Who};
use axum::routing::{get, post};

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/review", Who::Reviewer, get(review::page)),
        Route::get("/review/many", Who::Reviewer, get(review::many)),
        Route::post("/review/many/approve", Who::Reviewer, post(review::approve_many)),
        Route::post("/review/{id}/approve", Who::Reviewer, post(review::approve)),
        Route::post("/review/{id}/return", Who::Reviewer, post(review::send_back)),
        Route::post("/review/{id}/suspend", Who::Reviewer, post(review::suspend)),
        Route::post("/review/{id}/resume", Who::Reviewer, post(review::resume)),
        Route::post("/review/{id}/place", Who::Reviewer, post(review::confirm_place)),
        Route::get("/places", Who::Reviewer, get(places::page)),
        Route::get("/places/sure", Who::Reviewer, get(places::sure)),
        Route::post("/places/sure/confirm", Who::Reviewer, post(places::confirm_sure)),
        Route::post("/places/{id}", Who::Reviewer, post(places::decide)),
        Route::get("/inspections", Who::Inspector, get(inspections::page)),
        Route::get("/inspections/table.csv", Who::Inspector, get(inspections::table::file)),
        Route::get("/inspections/new", Who::Inspector, get(inspections::door::find)),
        Route::get("/inspections/doors/{id}", Who::Inspector, get(inspections::door::page)),
        Route::post("/inspections/doors/{id}", Who::Inspector, post(inspections::door::record)),
        Route::get("/inspections/{id}", Who::Inspector, get(inspections::one::page)),
        Route::post("/inspections/{id}/accept", Who::Inspector, post(inspections::one::accept)),
        Route::post(
            "/inspections/{id}/send-back",
            Who::Inspector,
            post(inspections::one::send_back),
        ),
        Route::get("/posters", Who::Reviewer, get(posters::page)),
        Route::post("/posters", Who::Reviewer, post(posters::order)),
        Route::post("/posters/{id}/cancel", Who::Reviewer, post(posters::cancel)),
        Route::get("/posters/{id}/file", Who::Reviewer, get(posters::file)),
        Route::get("/cases", Who::Investigator, get(cases::page)),
        Route::post("/cases", Who::Investigator, post(cases::open)),
        Route::get("/cases/{id}", Who::Investigator, get(case_desk::page)),
        Route::post("/cases/{id}/embargo", Who::Investigator, post(case_desk::embargo)),
        Route::post("/cases/{id}/identities/{person}", Who::Investigator, post(identity::open)),
        Route::post("/cases/{id}/contacts.csv", Who::Investigator, post(export::contacts)),
        Route::get("/health-status", Who::Investigator, get(health_status::page)),
        Route::post("/health-status", Who::Investigator, post(health_status::set)),
        Route::post("/health-status/look", Who::Investigator, post(health_status::look)),
        Route::get("/audit", Who::Auditor, get(audit::page)),
        Route::get("/layouts", Who::Administrator, get(layouts::page)),
        Route::upload(LAYOUT_UPLOAD, Who::Administrator, post(layouts::upload)),
        Route::get("/layouts/examples/{size}", Who::Administrator, get(layouts::example)),
        Route::get("/layouts/{version}/preview.pdf", Who::Administrator, get(layouts::preview)),
        Route::get("/layouts/{version}/file.svg", Who::Administrator, get(layouts::file)),
        Route::post("/layouts/{version}/begin", Who::Administrator, post(layouts::begin)),
        Route::post("/layouts/{version}/end", Who::Administrator, post(layouts::end)),
        Route::get("/categories", Who::Administrator, get(categories::page)),
        Route::get("/categories/new", Who::Administrator, get(categories::new_page)),
        Route::post("/categories/new", Who::Administrator, post(categories::add)),
        Route::get("/categories/{code}", Who::Administrator, get(categories::one_page)),
        Route::post("/categories/{code}", Who::Administrator, post(categories::change)),
        Route::get("/category-groups/new", Who::Administrator, get(categories::new_group_page)),
        Route::post("/category-groups/new", Who::Administrator, post(categories::add_group)),
        Route::get("/category-groups/{code}", Who::Administrator, get(categories::group_page)),
        Route::post("/category-groups/{code}", Who::Administrator, post(categories::rename_group)),
        Route::get("/policy", Who::PolicyOfficer, get(policy::page)),
        Route::get("/policy/new", Who::PolicyOfficer, get(policy::new_page)),
        Route::post("/policy/new", Who::PolicyOfficer, post(policy::submit)),
        Route::get("/policy/{version}", Who::PolicyOfficer, get(policy::one_page)),
        Route::post("/policy/{version}/approve", Who::PolicyOfficer, post(policy::approve)),
        Route::post("/policy/{version}/refuse", Who::PolicyOfficer, post(policy::refuse)),
        Route::post("/policy/{version}/withdraw", Who::PolicyOfficer, post(policy::withdraw)),
        Route::get("/requests", Who::PrivacyOfficer, get(requests::page)),
        Route::get("/requests/{id}", Who::PrivacyOfficer, get(requests::one)),
        Route::post("/requests/{id}/decision", Who::PrivacyOfficer, post(requests::answer)),
        Route::get("/accounts", Who::Administrator, get(accounts::page)),
        Route::post("/accounts", Who::Administrator, post(accounts::invite)),
        Route::post(
            "/accounts/{id}/password-link",
            Who::Administrator,
            post(accounts::password_link),
        ),
    ]
}
