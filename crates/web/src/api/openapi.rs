//! The API's description, OpenAPI 3.1, made from the handlers themselves.

use super::v1::{
    accounts, applications, categories, checkins, checkpoints, door_settings, drafts, duty_devices,
    entry_policies, family, health_status, inspections, layouts, me, messages, offers,
    organisations, passwords, places, poster_jobs, posters, regions, requests, reverse_scans,
    sessions,
};
use axum::http::header;
use domain::fields::Complaints;
use serde::Serialize;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// Why a request was refused (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// A stable name, such as `urn:venuecode:invalid-input`.
    r#type: String,
    /// The HTTP status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What to tell the person, in Chinese.
    detail: Option<String>,
    /// Each wrong field.
    errors: Option<Vec<FieldError>>,
}

/// A wrong field.
#[derive(Serialize, ToSchema)]
pub struct FieldError {
    /// Its name.
    field: String,
    /// What is wrong with it.
    detail: String,
}

impl FieldError {
    /// About a field.
    pub(crate) fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }

    /// Each of these complaints.
    pub(crate) fn each(complaints: &Complaints) -> Vec<Self> {
        complaints.0.iter().map(|c| Self::new(c.field, c.says)).collect()
    }
}

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = |description: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
            SecurityScheme::Http(scheme.description(Some(description)).build())
        };
        components.add_security_scheme("visitor", bearer("A visitor's token, or its cookie."));
        components.add_security_scheme("staff", bearer("The token of a session, or its cookie."));
        components.add_security_scheme("duty", bearer("A duty device's token, or its cookie."));
    }
}

/// Gives each operation a name of its own, after method and path: `get_checkpoints_id_counts`.
struct Names;

impl Modify for Names {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut openapi.paths.paths {
            let path = path.trim_start_matches("/api/v1/").replace(['{', '}'], "");
            let path = path.replace(['/', '-', '.'], "_");
            for (method, operation) in [
                ("get", &mut item.get),
                ("post", &mut item.post),
                ("put", &mut item.put),
                ("delete", &mut item.delete),
            ] {
                if let Some(operation) = operation {
                    operation.operation_id = Some(format!("{method}_{path}"));
                }
            }
        }
    }
}

const ABOUT: &str = "The venue-code system of a city (场所码). Any address may also answer 429 (too much from \
    one address), 500 and 503 (broken or full at this moment), as problem+json. Lists are paged by \
    `page`, from 0; `page_size_max` names the most rows of one.";

/// The description of everything under `/api/v1`.
#[derive(OpenApi)]
#[openapi(
    info(title = "venuecode", description = ABOUT),
    paths(
        checkins::create, checkins::read, reverse_scans::create, me::code,
        me::data::all_looks, me::data::send_code, me::data::read, me::requests::all, me::requests::create,
        requests::list, requests::one, requests::answer,
        me::visits::list, me::consent::read, me::consent::agree, me::consent::withdraw,
        me::offline_codes::all, me::offline_codes::create, me::offline_codes::one, me::offline_codes::end,
        family::list, family::add, family::remove, family::check_in, family::entry, family::answer_request,
        sessions::create, sessions::finish, sessions::send_again, sessions::create_by_link, sessions::current, sessions::end,
        accounts::send_code, accounts::register, accounts::list, accounts::password_link,
        accounts::invite, accounts::look, accounts::set_up,
        passwords::change, passwords::end_others, passwords::send_code, passwords::recover,
        passwords::look, passwords::set_by_link,
        regions::all, regions::categories,
        categories::add, categories::change, categories::add_group, categories::rename_group,
        organisations::mine, organisations::create,
        checkpoints::list::list, checkpoints::list::entrusted, checkpoints::list::one, checkpoints::list::counts,
        checkpoints::apply::submit, checkpoints::apply::resubmit, checkpoints::apply::change,
        door_settings::look, door_settings::set, door_settings::words,
        checkpoints::apply::withdraw, checkpoints::life::close, checkpoints::life::reopen,
        checkpoints::life::report_poster, checkpoints::life::suspend, checkpoints::life::resume,
        duty_devices::list, duty_devices::make_link, duty_devices::revoke, duty_devices::enrol,
        drafts::list, drafts::keep, drafts::delete_all, drafts::submit_all, drafts::table,
        drafts::upload, drafts::one_draft, drafts::change, drafts::delete_one, drafts::submit,
        posters::poster, posters::code_svg, posters::code_png, posters::all, posters::guide,
        posters::empty_layout,
        poster_jobs::list_of_unit, poster_jobs::order_of_unit, poster_jobs::one_of_unit,
        poster_jobs::end_of_unit, poster_jobs::file_of_unit, poster_jobs::list_of_region,
        poster_jobs::order_of_region, poster_jobs::one_of_region, poster_jobs::end_of_region,
        poster_jobs::file_of_region,
        entry_policies::list, entry_policies::one, entry_policies::compare, entry_policies::create,
        entry_policies::approve, entry_policies::refuse, entry_policies::withdraw,
        applications::queue, applications::one, applications::approve, applications::send_back,
        applications::approve_many, applications::confirm_place,
        places::list, places::take, places::one, places::decide, places::confirm_sure,
        inspections::list, inspections::find, inspections::one_door, inspections::record,
        inspections::one, inspections::accepted, inspections::sent_back, inspections::my_list,
        inspections::my_one, inspections::answer,
        health_status::set, health_status::look,
        layouts::list, layouts::upload, layouts::svg, layouts::preview, layouts::begin,
        layouts::end, layouts::example, messages::list,
        offers::offer_door, offers::take_back_door, offers::lay_down, offers::open_offer,
        offers::offer_unit, offers::take_back_unit, offers::for_me, offers::accept, offers::decline,
    ),
    components(schemas(Problem, FieldError)),
    modifiers(&Tokens, &Names)
)]
pub struct Description;

/// Made once: it is always the same.
static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| Description::openapi().to_json().unwrap_or_default());

/// `GET /openapi.json`
pub(super) async fn document() -> impl axum::response::IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}
