//! Duty devices of a door: listed, enrolled by a one-time link, revoked.

use super::{
    checkpoints::{DutyDeviceRow, checkpoint},
    problems::{Elsewhere, FromElsewhere, Guarded, Named, Typed},
    told::{Told, done, read},
};
use crate::{
    api::json::JsonBody,
    pages::desk::number,
    routes::{Route, Who},
    seat::As,
};
use actions::{House, accounts::principals::Manager, applications::mine, duty::devices};
use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode},
    response::IntoResponse,
    routing::{delete, get, post},
};
use domain::duty::DeviceKind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (devices, links) =
        ("/api/v1/checkpoints/{id}/devices", "/api/v1/checkpoints/{id}/duty-links");
    vec![
        Route::api(Method::GET, devices, Who::Manager, get(list)),
        Route::api(Method::POST, links, Who::Manager, post(make_link)),
        Route::api(
            Method::DELETE,
            "/api/v1/checkpoints/{id}/devices/{device}",
            Who::Manager,
            delete(revoke),
        ),
        Route::api(Method::POST, "/api/v1/duty-links/{link}/device", Who::Anyone, post(enrol)),
    ]
}

/// The devices of a door.
#[derive(Serialize, ToSchema)]
pub struct DutyDevices {
    /// Revoked ones among them.
    devices: Vec<DutyDeviceRow>,
}

/// A link that was just made.
#[derive(Serialize, ToSchema)]
pub struct DutyLink {
    /// The whole link; works once. Said this once.
    url: String,
    /// The same as a QR code, SVG.
    qr_svg: String,
    /// Minutes until it stops working.
    minutes: i64,
}

/// What a device is to be called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDutyDevice {
    /// A name for it; 20 characters.
    #[schema(example = "东门平板")]
    label: String,
    /// `duty`, a duty screen, or `sign`, an electronic sign.
    #[serde(default)]
    #[schema(example = "duty")]
    kind: Option<String>,
}

/// A device that was just enrolled.
#[derive(Serialize, ToSchema)]
pub struct EnrolledDevice {
    /// To be sent with every request as `Authorization: Bearer …`. Said this once.
    token: String,
}

/// The devices of a door.
#[utoipa::path(
    get, path = "/api/v1/checkpoints/{id}/devices", tag = "duty", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 200, description = "the devices", body = DutyDevices), Guarded, Named)
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    let mine = mine::one(&house, &caller, checkpoint(&id)?).await?;
    read(DutyDevices { devices: mine.devices.into_iter().map(DutyDeviceRow::from).collect() })
}

/// Makes a one-time link by which a device is enrolled.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/duty-links", tag = "duty", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 201, description = "the link", body = DutyLink),
        Guarded, Named, Elsewhere,
    )
)]
pub async fn make_link(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    let link = devices::make_link(&house, &caller, checkpoint(&id)?).await?;
    // No Location: the link is a secret, and heads of answers are written into logs.
    let link = DutyLink { url: link.url, qr_svg: link.svg, minutes: link.minutes };
    Ok((StatusCode::CREATED, Json(link)).into_response())
}

/// Revokes a device at once.
#[utoipa::path(
    delete, path = "/api/v1/checkpoints/{id}/devices/{device}", tag = "duty",
    security(("staff" = [])),
    params(
        ("id" = u32, Path, description = "The checkpoint's number"),
        ("device" = i64, Path, description = "The device's number"),
    ),
    responses((status = 204, description = "revoked"), Guarded, Named)
)]
pub async fn revoke(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path((id, device)): Path<(String, String)>,
) -> Told {
    devices::revoke(&house, &caller, checkpoint(&id)?, number(&device)?).await?;
    done()
}

/// Enrols the caller as a duty device. `link` is the last part of its address, and is used up.
#[utoipa::path(
    post, path = "/api/v1/duty-links/{link}/device", tag = "duty", request_body = NewDutyDevice,
    params(("link" = String, Path, description = "The last part of the link")),
    responses(
        (status = 201, description = "enrolled", body = EnrolledDevice),
        FromElsewhere, Named, Typed,
    )
)]
pub async fn enrol(
    State(house): State<Arc<House>>,
    Path(link): Path<String>,
    JsonBody(new): JsonBody<NewDutyDevice>,
) -> Told {
    let kind = devices::kind(new.kind.as_deref().unwrap_or(DeviceKind::Duty.code()))?;
    let token = devices::enrol(&house, &link, &new.label, kind).await?;
    // No Location: a device has no address of its own.
    Ok((StatusCode::CREATED, Json(EnrolledDevice { token })).into_response())
}
