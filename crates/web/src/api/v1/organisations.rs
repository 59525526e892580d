//! The caller's organisation.

use super::{
    problems::{Elsewhere, Guarded, Named, Typed},
    told::{Told, made, read},
};
use crate::{
    api::json::JsonBody,
    routes::{Route, Who},
    seat::As,
};
use actions::{Failure, House, accounts::principals::Manager, organisations};
use axum::{
    extract::State,
    http::Method,
    routing::{get, put},
};
use domain::organisations::OrganisationForm;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const MINE: &str = "/api/v1/organisation";

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::api(Method::GET, MINE, Who::Manager, get(mine)),
        Route::api(Method::PUT, MINE, Who::Manager, put(create)),
    ]
}

/// An organisation to be.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewOrganisation {
    /// Registered name.
    name: String,
    /// Unified social credit code (GB 32100-2015); may be empty.
    credit_code: String,
    /// County code.
    #[schema(example = "341202")]
    county: String,
    /// Township code.
    #[schema(example = "341202004")]
    township: String,
}

/// An organisation.
#[derive(Serialize, ToSchema)]
pub struct Organisation {
    /// Number.
    id: i64,
    /// Registered name.
    name: String,
    /// Unified social credit code.
    credit_code: Option<String>,
    /// County code.
    county: String,
    /// Township code.
    township: String,
}

impl From<organisations::Organisation> for Organisation {
    fn from(o: organisations::Organisation) -> Self {
        let organisations::Organisation { id, name, credit_code, county, township } = o;
        Self { id, name, credit_code, county, township }
    }
}

/// The caller's organisation.
#[utoipa::path(
    get, path = "/api/v1/organisation", tag = "organisations", security(("staff" = [])),
    responses(
        (status = 200, description = "the organisation", body = Organisation),
        Guarded, Named,
    )
)]
pub async fn mine(State(house): State<Arc<House>>, As(caller): As<Manager>) -> Told {
    let found = organisations::mine(&house, &caller).await?.ok_or(Failure::NotFound)?;
    read(Organisation::from(found))
}

/// Registers the caller's organisation, once.
#[utoipa::path(
    put, path = "/api/v1/organisation", tag = "organisations", request_body = NewOrganisation,
    security(("staff" = [])),
    responses(
        (status = 201, description = "registered", body = Organisation),
        Guarded, Typed, Elsewhere,
    )
)]
pub async fn create(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    JsonBody(new): JsonBody<NewOrganisation>,
) -> Told {
    let NewOrganisation { name, credit_code, county, township } = new;
    let form = OrganisationForm { name, credit_code, county, township };
    organisations::create(&house, &caller, &form).await?;
    let found = organisations::mine(&house, &caller).await?.ok_or(Failure::NotFound)?;
    made(MINE.to_owned(), Organisation::from(found))
}
