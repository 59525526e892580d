//! What forms choose from: the city's regions, the kinds of places.

use super::{
    problems::SignedIn,
    told::{Told, read},
};
use crate::{
    routes::{Route, Who},
    seat::As,
};
use actions::{House, accounts::principals::Staff, categories, regions};
use axum::{extract::State, http::Method, routing::get};
use domain::categories::{TreeCategory, TreeGroup};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::api(Method::GET, "/api/v1/regions", Who::Staff, get(all)),
        Route::api(Method::GET, "/api/v1/categories", Who::Staff, get(categories)),
    ]
}

/// The regions.
#[derive(Serialize, ToSchema)]
pub struct Regions {
    /// The city, its counties, their townships, in order of their codes.
    regions: Vec<Region>,
}

/// A region.
#[derive(Serialize, ToSchema)]
pub struct Region {
    /// Six digits for the city and its counties, nine for townships (GB/T 2260, GB/T 10114).
    #[schema(example = "341202")]
    code: String,
    /// Official name.
    name: String,
    /// Code of the region around it; none for the city.
    parent: Option<String>,
}

/// The kinds of places in force.
#[derive(Serialize, ToSchema)]
pub struct Categories {
    /// The groups in the order of their codes.
    groups: Vec<Group>,
}

/// A group of kinds of places.
#[derive(Serialize, ToSchema)]
pub struct Group {
    /// One digit, the first of its members' codes.
    code: String,
    /// Chinese name.
    name: String,
    /// Last change, milliseconds since 1970 UTC; goes along with the next one.
    changed_ms: i64,
    /// Its members.
    members: Vec<Category>,
}

/// A kind of place.
#[derive(Serialize, ToSchema)]
pub struct Category {
    /// Three digits.
    #[schema(example = "105")]
    code: String,
    /// Chinese name.
    name: String,
    /// How long a visitor usually stays.
    usual_stay_minutes: i64,
    /// Whether it can be chosen; doors that have it keep it either way.
    in_use: bool,
    /// Last change, milliseconds since 1970 UTC; goes along with the next one.
    changed_ms: i64,
}

/// Every region of the city.
#[utoipa::path(
    get, path = "/api/v1/regions", tag = "regions", security(("staff" = [])),
    responses((status = 200, description = "the regions", body = Regions), SignedIn)
)]
pub async fn all(State(house): State<Arc<House>>, As(_): As<Staff>) -> Told {
    let region = |region: domain::regions::Region| Region {
        code: region.code.as_str().to_owned(),
        name: region.name,
        parent: region.parent.map(|parent| parent.as_str().to_owned()),
    };
    read(Regions { regions: regions::all(&house).await?.into_iter().map(region).collect() })
}

/// Every kind of place, those out of use among them.
#[utoipa::path(
    get, path = "/api/v1/categories", tag = "regions", security(("staff" = [])),
    responses((status = 200, description = "the kinds of places", body = Categories), SignedIn)
)]
pub async fn categories(State(house): State<Arc<House>>, As(_): As<Staff>) -> Told {
    let category = |category: TreeCategory| Category {
        code: category.code,
        name: category.name,
        usual_stay_minutes: category.usual_stay_minutes,
        in_use: category.in_use,
        changed_ms: category.changed.0,
    };
    let group = |group: TreeGroup| Group {
        code: group.code,
        name: group.name,
        changed_ms: group.changed.0,
        members: group.members.into_iter().map(category).collect(),
    };
    let tree = categories::tree(&house).await?;
    read(Categories { groups: tree.groups.into_iter().map(group).collect() })
}
