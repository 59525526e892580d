//! What hangs at a door, to download: posters, the bare code, the guide, the empty layout.

use super::{
    checkpoints::checkpoint,
    problems::{Elsewhere, File, Full, Guarded, Named},
    told::{PDF, PNG, SVG, Told, file},
};
use crate::{
    pages::{desk::stem, venue::files::sent},
    routes::{Route, Who},
    seat::As,
};
use actions::{House, accounts::principals::Manager, posters};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::get,
};
use std::sync::Arc;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let manager = Who::Manager;
    let get_route = |path, handler| Route::api(Method::GET, path, manager, handler);
    vec![
        get_route("/api/v1/checkpoints/{id}/posters/{file}", get(poster)),
        get_route("/api/v1/checkpoints/{id}/code.svg", get(code_svg)),
        get_route("/api/v1/checkpoints/{id}/code.png", get(code_png)),
        get_route("/api/v1/posters/{file}", get(all)),
        get_route("/api/v1/posting-guide.pdf", get(guide)),
        get_route("/api/v1/empty-layouts/{file}", get(empty_layout)),
    ]
}

/// The poster of a door, in the layout that is in force.
#[utoipa::path(
    get, path = "/api/v1/checkpoints/{id}/posters/{file}", tag = "posters",
    security(("staff" = [])),
    params(
        ("id" = u32, Path, description = "The checkpoint's number"),
        (
            "file" = String, Path,
            description = "`A4.pdf`, `600x900.pdf`, `800x1800.pdf`; with bleed and crop marks \
                `A4-bleed.pdf`, `600x900-bleed.pdf`, `800x1800-bleed.pdf`",
        ),
    ),
    responses(
        (status = 200, description = "the poster", body = File, content_type = "application/pdf"),
        Guarded, Named, Elsewhere,
    )
)]
pub async fn poster(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path((id, name)): Path<(String, String)>,
) -> Told {
    let order = stem(&name, ".pdf")?;
    file(posters::one(&house, &caller, checkpoint(&id)?, order).await?, PDF)
}

/// The bare code of a door.
#[utoipa::path(
    get, path = "/api/v1/checkpoints/{id}/code.svg", tag = "posters", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 200, description = "the code", body = File, content_type = "image/svg+xml"),
        Guarded, Named, Elsewhere,
    )
)]
pub async fn code_svg(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    file(posters::code_svg(&house, &caller, checkpoint(&id)?).await?, SVG)
}

/// The bare code of a door, for programs that take no SVG.
#[utoipa::path(
    get, path = "/api/v1/checkpoints/{id}/code.png", tag = "posters", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 200, description = "the code", body = File, content_type = "image/png"),
        Guarded, Named, Elsewhere,
    )
)]
pub async fn code_png(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    file(posters::code_png(&house, &caller, checkpoint(&id)?).await?, PNG)
}

/// The posters of all open doors of the unit, with the posting guide; drawn while they are sent.
#[utoipa::path(
    get, path = "/api/v1/posters/{file}", tag = "posters", security(("staff" = [])),
    params((
        "file" = String, Path,
        description = "`A4.zip`, `600x900.zip`, `800x1800.zip`; with bleed and crop marks \
            `A4-bleed.zip`, `600x900-bleed.zip`, `800x1800-bleed.zip`",
    )),
    responses(
        (status = 200, description = "the archive", body = File, content_type = "application/zip"),
        Guarded, Named, Elsewhere, Full,
    )
)]
pub async fn all(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(name): Path<String>,
) -> Told {
    Ok(sent(posters::all(&house, &caller, stem(&name, ".zip")?).await?))
}

/// Where and how posters hang.
#[utoipa::path(
    get, path = "/api/v1/posting-guide.pdf", tag = "posters", security(("staff" = [])),
    responses(
        (status = 200, description = "the guide", body = File, content_type = "application/pdf"),
        Guarded,
    )
)]
pub async fn guide(As(_): As<Manager>) -> Told {
    file(posters::guide().await?, PDF)
}

/// The built-in layout without any door's data.
#[utoipa::path(
    get, path = "/api/v1/empty-layouts/{file}", tag = "posters", security(("staff" = [])),
    params((
        "file" = String, Path, description = "`A4.pdf`, `600x900.pdf`, `800x1800.pdf`",
    )),
    responses(
        (status = 200, description = "the layout", body = File, content_type = "application/pdf"),
        Guarded, Named,
    )
)]
pub async fn empty_layout(As(_): As<Manager>, Path(name): Path<String>) -> Told {
    file(posters::empty_layout(stem(&name, ".pdf")?).await?, PDF)
}
