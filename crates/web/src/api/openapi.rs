//! The API's description, OpenAPI 3.1, made from the handlers themselves.

use super::v1::{checkins, reverse_scans};
use axum::Json;
use serde::Serialize;
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

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = |description: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
            SecurityScheme::Http(scheme.description(Some(description)).build())
        };
        components.add_security_scheme("visitor", bearer("A visitor's token, or its cookie."));
        components.add_security_scheme("duty", bearer("A duty device's token, or its cookie."));
    }
}

/// The description of everything under `/api/v1`.
#[derive(OpenApi)]
#[openapi(
    info(title = "venuecode", description = "The venue-code system of a city (场所码)."),
    paths(checkins::create, checkins::read, reverse_scans::create),
    components(schemas(Problem, FieldError)),
    modifiers(&Tokens)
)]
pub struct Description;

/// `GET /openapi.json`
pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
