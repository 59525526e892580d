//! The administrator changes the kinds of places; whoever is signed in reads them
//! ([`super::regions`]).

use super::{
    problems::{Elsewhere, Guarded, Named, Typed},
    told::{Told, done},
};
use crate::{
    api::json::JsonBody,
    routes::{Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Administrator,
    categories::edit::{self, CategoryChange},
};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{post, put},
};
use domain::categories::CategoryForm;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let who = Who::Administrator;
    let members = "/api/v1/category-groups/{code}/categories";
    vec![
        Route::api(Method::POST, members, who, post(add)),
        Route::api(Method::PUT, "/api/v1/categories/{code}", who, put(change)),
        Route::api(Method::POST, "/api/v1/category-groups", who, post(add_group)),
        Route::api(Method::PUT, "/api/v1/category-groups/{code}", who, put(rename_group)),
    ]
}

/// A kind of place to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCategory {
    /// Chinese name; 20 characters.
    name: String,
    /// How long a visitor usually stays, 1 to 1,440.
    usual_stay_minutes: i64,
}

/// What a kind of place is to become.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryChanged {
    /// Chinese name; 20 characters.
    name: String,
    /// How long a visitor usually stays, 1 to 1,440.
    usual_stay_minutes: i64,
    /// Whether it can be chosen.
    in_use: bool,
    /// The last change that was read: when there is a later one, nothing is changed.
    changed_ms: i64,
}

/// A group to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Chinese name; 20 characters.
    name: String,
}

/// Another name of a group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRenamed {
    /// Chinese name; 20 characters.
    name: String,
    /// The last change that was read: when there is a later one, nothing is changed.
    changed_ms: i64,
}

fn form(name: String, usual_stay_minutes: i64) -> CategoryForm {
    CategoryForm { name, usual_stay_minutes: usual_stay_minutes.to_string() }
}

/// Adds a kind of place to a group, with the group's next code.
#[utoipa::path(
    post, path = "/api/v1/category-groups/{code}/categories", tag = "regions",
    request_body = NewCategory, security(("staff" = [])),
    params(("code" = String, Path, description = "The group's code")),
    responses((status = 204, description = "added"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn add(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    Path(group): Path<String>,
    JsonBody(new): JsonBody<NewCategory>,
) -> Told {
    edit::add(&house, &caller, &group, &form(new.name, new.usual_stay_minutes)).await?;
    done()
}

/// Changes a kind of place; doors that have it follow.
#[utoipa::path(
    put, path = "/api/v1/categories/{code}", tag = "regions", request_body = CategoryChanged,
    security(("staff" = [])), params(("code" = String, Path, description = "Its code")),
    responses((status = 204, description = "changed"), Guarded, Typed, Elsewhere)
)]
pub async fn change(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    Path(code): Path<String>,
    JsonBody(new): JsonBody<CategoryChanged>,
) -> Told {
    let form = form(new.name, new.usual_stay_minutes);
    let change = CategoryChange { form, in_use: new.in_use, seen: new.changed_ms };
    edit::change(&house, &caller, &code, &change).await?;
    done()
}

/// Adds a group, with the next code.
#[utoipa::path(
    post, path = "/api/v1/category-groups", tag = "regions", request_body = NewGroup,
    security(("staff" = [])),
    responses((status = 204, description = "added"), Guarded, Typed, Elsewhere)
)]
pub async fn add_group(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    JsonBody(new): JsonBody<NewGroup>,
) -> Told {
    edit::add_group(&house, &caller, &new.name).await?;
    done()
}

/// Gives a group another name.
#[utoipa::path(
    put, path = "/api/v1/category-groups/{code}", tag = "regions", request_body = GroupRenamed,
    security(("staff" = [])), params(("code" = String, Path, description = "The group's code")),
    responses((status = 204, description = "renamed"), Guarded, Typed, Elsewhere)
)]
pub async fn rename_group(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    Path(code): Path<String>,
    JsonBody(new): JsonBody<GroupRenamed>,
) -> Told {
    edit::rename_group(&house, &caller, (&code, new.changed_ms), &new.name).await?;
    done()
}
