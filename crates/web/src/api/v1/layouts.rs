//! The city's own layouts of posters, for the administrator: uploaded, looked at, put in force.

use super::{
    problems::{Asked, Elsewhere, File, Filed, Guarded, Named},
    told::{PDF, SVG, Told, done, file, made, read},
};
use crate::{
    api::{
        json::{self, QueryOf, invalid},
        openapi::FieldError,
    },
    pages::desk::{number, stem},
    routes::{API_LAYOUTS, Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Administrator,
    posters::layouts::{self, Checked, LayoutForm, Listed},
};
use axum::{
    extract::{Path, Request, State},
    http::Method,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let who = Who::Administrator;
    vec![
        Route::api(Method::GET, API_LAYOUTS, who, get(list)),
        Route::api_upload(API_LAYOUTS, who, post(upload)),
        Route::api(Method::GET, "/api/v1/layouts/{version}/file.svg", who, get(svg)),
        Route::api(Method::GET, "/api/v1/layouts/{version}/preview.pdf", who, get(preview)),
        Route::api(Method::POST, "/api/v1/layouts/{version}/begin", who, post(begin)),
        Route::api(Method::POST, "/api/v1/layouts/{version}/end", who, post(end)),
        Route::api(Method::GET, "/api/v1/layout-examples/{file}", who, get(example)),
    ]
}

/// The layouts.
#[derive(Serialize, ToSchema)]
pub struct Layouts {
    /// Newest first; the newest 200.
    layouts: Vec<Layout>,
}

/// A layout.
#[derive(Serialize, ToSchema)]
pub struct Layout {
    /// Its number, printed on posters.
    version: i64,
    /// `A4`, `600x900`, `800x1800`.
    size: &'static str,
    /// Name of the city or county that it is for.
    region_name: String,
    /// What it is called.
    note: String,
    /// When it came, milliseconds since 1970 UTC.
    uploaded_ms: i64,
    /// Whether posters follow it now.
    in_force: bool,
}

impl From<Listed> for Layout {
    fn from(listed: Listed) -> Self {
        Self {
            version: listed.version,
            size: listed.size.code(),
            region_name: listed.region_name,
            note: listed.note,
            uploaded_ms: listed.uploaded.0,
            in_force: listed.in_force,
        }
    }
}

/// What comes with a layout.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct NewLayout {
    /// `A4`, `600x900`, `800x1800`.
    #[param(required = true)]
    size: String,
    /// County code; empty for the whole city.
    #[param(required = false)]
    county: String,
    /// What it is called; 40 characters.
    #[param(required = true)]
    note: String,
}

/// A layout that was kept; it is not in force yet.
#[derive(Serialize, ToSchema)]
pub struct LayoutKept {
    /// Its number.
    version: i64,
}

/// The layouts.
#[utoipa::path(
    get, path = "/api/v1/layouts", tag = "layouts", security(("staff" = [])),
    responses((status = 200, description = "the layouts", body = Layouts), Guarded)
)]
pub async fn list(State(house): State<Arc<House>>, As(caller): As<Administrator>) -> Told {
    let rows = layouts::list(&house, &caller).await?;
    read(Layouts { layouts: rows.into_iter().map(Layout::from).collect() })
}

/// Checks a layout, an SVG of at most 2 MB, and keeps it.
#[utoipa::path(
    post, path = "/api/v1/layouts", tag = "layouts", security(("staff" = [])), params(NewLayout),
    request_body(content = File, content_type = "image/svg+xml"),
    responses(
        (status = 201, description = "kept", body = LayoutKept),
        Guarded, Asked, Filed,
    )
)]
pub async fn upload(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    QueryOf(new): QueryOf<NewLayout>,
    request: Request,
) -> Told {
    let svg = json::file(request, &[SVG]).await?;
    let form = LayoutForm { size: new.size, county: new.county, note: new.note };
    match layouts::upload(&house, &caller, &form, svg).await? {
        Checked::Kept(version) => {
            made(format!("{API_LAYOUTS}/{version}/file.svg"), LayoutKept { version })
        }
        Checked::Refused(faults) => {
            let errors = faults.iter().map(|fault| FieldError::new("file", fault.to_string()));
            Err(invalid(errors.collect()).into())
        }
    }
}

/// The file of a layout as it came.
#[utoipa::path(
    get, path = "/api/v1/layouts/{version}/file.svg", tag = "layouts", security(("staff" = [])),
    params(("version" = i64, Path, description = "The layout's number")),
    responses(
        (status = 200, description = "the file", body = File, content_type = "image/svg+xml"),
        Guarded, Named,
    )
)]
pub async fn svg(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    Path(version): Path<String>,
) -> Told {
    file(layouts::file(&house, &caller, number(&version)?).await?, SVG)
}

/// A poster of invented words in this layout.
#[utoipa::path(
    get, path = "/api/v1/layouts/{version}/preview.pdf", tag = "layouts",
    security(("staff" = [])),
    params(("version" = i64, Path, description = "The layout's number")),
    responses(
        (status = 200, description = "the poster", body = File, content_type = "application/pdf"),
        Guarded, Named,
    )
)]
pub async fn preview(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    Path(version): Path<String>,
) -> Told {
    file(layouts::preview(&house, &caller, number(&version)?).await?, PDF)
}

/// Puts a layout in force: posters that are downloaded from now on follow it.
#[utoipa::path(
    post, path = "/api/v1/layouts/{version}/begin", tag = "layouts", security(("staff" = [])),
    params(("version" = i64, Path, description = "The layout's number")),
    responses((status = 204, description = "in force"), Guarded, Named, Elsewhere)
)]
pub async fn begin(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    Path(version): Path<String>,
) -> Told {
    layouts::begin(&house, &caller, number(&version)?).await?;
    done()
}

/// Takes a layout back: posters follow the city's or the built-in one again.
#[utoipa::path(
    post, path = "/api/v1/layouts/{version}/end", tag = "layouts", security(("staff" = [])),
    params(("version" = i64, Path, description = "The layout's number")),
    responses((status = 204, description = "taken back"), Guarded, Named, Elsewhere)
)]
pub async fn end(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    Path(version): Path<String>,
) -> Told {
    layouts::end(&house, &caller, number(&version)?).await?;
    done()
}

/// The built-in layout as a file to start from.
#[utoipa::path(
    get, path = "/api/v1/layout-examples/{file}", tag = "layouts", security(("staff" = [])),
    params((
        "file" = String, Path, description = "`A4.svg`, `600x900.svg`, `800x1800.svg`",
    )),
    responses(
        (status = 200, description = "the file", body = File, content_type = "image/svg+xml"),
        Guarded, Named,
    )
)]
pub async fn example(As(caller): As<Administrator>, Path(name): Path<String>) -> Told {
    file(layouts::example(&caller, stem(&name, ".svg")?).await?, SVG)
}
