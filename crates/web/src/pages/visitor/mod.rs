//! What a visitor sees on a phone. A GET registers nothing; every page works without scripts.

mod check_in;
mod choices;
mod consent;
mod details;
mod entry;
mod family;
mod lost_phone;
mod mine;
mod my_code;
mod offline_codes;
mod own_data;
mod phone;
mod register;
mod requests;
mod result;
mod told;

pub(crate) use check_in::method;
pub(crate) use choices::come_back;
pub(crate) use lost_phone::Fields as ClaimFields;
pub(crate) use result::look;

use crate::{
    answer::{PageFailure, Shown},
    packed,
    page::Page,
    routes::{Route, Who},
};
use actions::{Failure, House};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse},
    routing::{get, post},
};
use domain::{
    entry_policy::Decision,
    health_status::{Colour, Itinerary},
    time::UnixMs,
};

/// The routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (anyone, visitor) = (Who::Anyone, Who::Visitor);
    vec![
        Route::get("/", anyone, get(choices::home)),
        Route::get("/privacy", anyone, get(consent::privacy)),
        Route::get("/privacy/{version}", anyone, get(consent::privacy_version)),
        Route::get("/large", anyone, get(choices::large)),
        Route::get("/lang", anyone, get(choices::lang)),
        Route::get("/c/{code}", anyone, get(check_in::page)),
        Route::post("/c/{code}", anyone, post(check_in::enter)),
        Route::get("/c/{code}/{token}", anyone, get(check_in::signed_page)),
        Route::post("/c/{code}/register", anyone, post(register::submit)),
        Route::post("/c/{code}/sms-code", anyone, post(register::send_code)),
        Route::post("/c/{code}/look", anyone, post(register::look)),
        Route::get("/c/{code}/r/{receipt}", visitor, get(result::page)),
        Route::get("/apps/{app}/go", anyone, get(entry::go)),
        Route::get("/apps/{app}/back", anyone, get(entry::back)),
        Route::post("/apps/{app}/back", anyone, post(entry::back_inside)),
        Route::get("/demo/open-as", anyone, get(entry::open_as)),
        Route::get("/c/{code}/family", visitor, get(family::at_door)),
        Route::post("/c/{code}/family/{id}", visitor, post(family::enter)),
        Route::get("/c/{code}/family/{id}/r/{receipt}", visitor, get(family::entered)),
        Route::get("/me/details", visitor, get(details::page)),
        Route::get("/me/correct", visitor, get(details::correction)),
        Route::post("/me/correct", visitor, post(details::correct)),
        Route::get("/me/family", visitor, get(family::page)),
        Route::post("/me/family", visitor, post(family::add)),
        Route::post("/me/family/{id}/remove", visitor, post(family::remove)),
        Route::post("/me/family/{id}/agree", visitor, post(family::agree)),
        Route::post("/me/family/{id}/decline", visitor, post(family::decline)),
        Route::get("/me/phone", visitor, get(phone::page)),
        Route::post("/me/phone", visitor, post(phone::change)),
        Route::post("/me/phone/code", visitor, post(phone::send_code)),
        Route::post("/me/phone/old-code", visitor, post(phone::send_old_code)),
        Route::post("/me/phone/stop", visitor, post(phone::stop)),
        Route::get("/lost-phone", anyone, get(lost_phone::page)),
        Route::post("/lost-phone", anyone, post(lost_phone::claim)),
        Route::post("/lost-phone/code", anyone, post(lost_phone::send_code)),
        Route::get("/lost-phone/stop", anyone, get(lost_phone::stop_page)),
        Route::post("/lost-phone/stop", anyone, post(lost_phone::stop)),
        Route::post("/lost-phone/stop/code", anyone, post(lost_phone::send_stop_code)),
        Route::get("/me", visitor, get(mine::page)),
        Route::get("/me/code", visitor, get(my_code::page)),
        Route::get("/me/data", visitor, get(own_data::page)),
        Route::post("/me/data", visitor, post(own_data::file)),
        Route::post("/me/data/code", visitor, post(own_data::code)),
        Route::get("/me/looks", visitor, get(own_data::looks_page)),
        Route::get("/me/requests", visitor, get(requests::page)),
        Route::post("/me/requests", visitor, post(requests::submit)),
        Route::get("/me/consent", visitor, get(consent::page)),
        Route::post("/me/consent", visitor, post(consent::agree)),
        Route::post("/me/consent/withdraw", visitor, post(consent::withdraw)),
        Route::get("/me/offline-codes", visitor, get(offline_codes::page)),
        Route::post("/me/offline-codes", visitor, post(offline_codes::create)),
        Route::get("/me/offline-codes/{number}", visitor, get(offline_codes::card)),
        Route::get("/me/offline-codes/{number}/card.pdf", visitor, get(offline_codes::pdf)),
        Route::post("/me/offline-codes/{number}/revoke", visitor, post(offline_codes::end)),
        Route::post("/me/apps/{app}/forget", visitor, post(mine::forget_app)),
        Route::post("/me/sign-out", visitor, post(mine::sign_out)),
    ]
}

/// `11-22 14:32`
#[must_use]
pub fn short_time(at: UnixMs) -> String {
    at.date_time_text().get(5..16).unwrap_or_default().to_owned()
}

/// `12-20`
pub(crate) fn short_date(day: UnixMs) -> String {
    day.date_text().get(5..).unwrap_or_default().to_owned()
}

/// What a decision asks of the visitor; the door has words of its own for it.
pub(crate) fn told_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Pass => "请进入",
        Decision::Recheck => "请等候复核",
        Decision::Stop => "请勿进入",
    }
}

/// The class and shape that go with a colour.
pub(crate) fn tag(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "pass",
        Colour::Yellow => "recheck",
        Colour::Red => "stop",
        Colour::Gray | Colour::None | Colour::Unknown => "unknown",
    }
}

/// What is said of an itinerary.
pub(crate) fn itinerary(itinerary: Itinerary) -> &'static str {
    match itinerary {
        Itinerary::Clear => "未见风险",
        Itinerary::Risk => "到过风险地区",
        Itinerary::Unknown => "没有查到",
    }
}

fn show(p: &Page, status: StatusCode, page: &impl Template) -> Shown {
    let drawn = if p.gzip {
        packed::answer(page)
    } else {
        page.render().map(|html| Html(html).into_response())
    };
    let mut response = drawn.map_err(|e| PageFailure(p.clone(), Failure::broken(e)))?;
    *response.status_mut() = status;
    Ok(response)
}

/// What the privacy notice says in days: how long an entry is kept, and a registration that is not used.
fn days(house: &House) -> (u32, u32) {
    (house.settings.visit_days, house.settings.kept.inactive)
}
