//! How a door is scanned, and the words of its day, for its manager's programs.

use super::{
    checkpoints::checkpoint,
    problems::{Elsewhere, Guarded, Named, Typed},
    told::{Told, read},
};
use crate::{
    api::json::JsonBody,
    routes::{Route, Who},
    seat::As,
};
use actions::{House, accounts::principals::Manager, checkpoints::settings};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{get, post, put},
};
use domain::{
    checkpoints::{DoorSettings, SettingsForm},
    time::UnixMs,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (one, who) = ("/api/v1/checkpoints/{id}/settings", Who::Manager);
    vec![
        Route::api(Method::GET, one, who, get(look)),
        Route::api(Method::PUT, one, who, put(set)),
        Route::api(Method::POST, "/api/v1/checkpoints/{id}/proof-words", who, post(words)),
    ]
}

/// Where a door is, when a scan asks for the position.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoorSpot {
    /// Degrees north (WGS 84).
    latitude: f64,
    /// Degrees east.
    longitude: f64,
    /// Metres around it, 50 to 2,000.
    radius_m: u32,
}

/// How a door is scanned; what is left out is off.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CheckpointSettings {
    /// A scan records that somebody has left, and nothing is judged.
    is_exit: bool,
    /// A scan asks whether its visitor is here; none asks nothing.
    position: Option<DoorSpot>,
    /// An electronic sign shows a code that changes, which has to be scanned.
    has_sign: bool,
}

impl From<DoorSettings> for CheckpointSettings {
    fn from(settings: DoorSettings) -> Self {
        let spot = settings.spot.map(|spot| {
            let (latitude, longitude) = spot.point.degrees();
            DoorSpot { latitude, longitude, radius_m: spot.radius_m.into() }
        });
        Self { is_exit: settings.is_exit, position: spot, has_sign: settings.has_sign }
    }
}

impl From<CheckpointSettings> for SettingsForm {
    fn from(settings: CheckpointSettings) -> Self {
        let tick = |on: bool| if on { "1" } else { "" }.to_owned();
        let form = Self {
            way: if settings.is_exit { "exit" } else { "entry" }.to_owned(),
            has_sign: tick(settings.has_sign),
            asks_position: tick(settings.position.is_some()),
            ..Self::default()
        };
        match settings.position {
            None => form,
            Some(spot) => Self {
                latitude: spot.latitude.to_string(),
                longitude: spot.longitude.to_string(),
                radius_m: spot.radius_m.to_string(),
                ..form
            },
        }
    }
}

/// The word of one hour.
#[derive(Serialize, ToSchema)]
pub struct HourWord {
    /// Hour of the day, 0 to 23, in China.
    hour: u8,
    /// What the result of an entry in that hour shows.
    word: String,
}

/// The words of a day.
#[derive(Serialize, ToSchema)]
pub struct DayWords {
    /// When the day begins, milliseconds since 1970 UTC.
    day_ms: i64,
    /// One for each hour.
    words: Vec<HourWord>,
}

/// Which day.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichDay {
    /// Tomorrow's instead of today's.
    #[serde(default)]
    tomorrow: bool,
}

/// How a door is scanned.
#[utoipa::path(
    get, path = "/api/v1/checkpoints/{id}/settings", tag = "checkpoints",
    security(("staff" = [])), params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 200, description = "the settings", body = CheckpointSettings), Guarded, Named)
)]
pub async fn look(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    let set_up = settings::read(&house, &caller, checkpoint(&id)?).await?;
    read(CheckpointSettings::from(set_up.settings))
}

/// Sets a door up; the code stays.
#[utoipa::path(
    put, path = "/api/v1/checkpoints/{id}/settings", tag = "checkpoints",
    request_body = CheckpointSettings,
    security(("staff" = [])), params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 200, description = "set", body = CheckpointSettings),
        Guarded, Named, Typed, Elsewhere,
    )
)]
pub async fn set(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<CheckpointSettings>,
) -> Told {
    let set = settings::set(&house, &caller, checkpoint(&id)?, &new.into()).await?;
    read(CheckpointSettings::from(set))
}

/// The words of a day, for a door without a screen. That they were asked for is in the audit.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/proof-words", tag = "checkpoints",
    request_body = WhichDay,
    security(("staff" = [])), params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 200, description = "the words", body = DayWords),
        Guarded, Named, Typed, Elsewhere,
    )
)]
pub async fn words(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    JsonBody(which): JsonBody<WhichDay>,
) -> Told {
    let words = settings::words(&house, &caller, checkpoint(&id)?, which.tomorrow).await?;
    let UnixMs(day_ms) = words.day;
    let hours = words.hours.into_iter().map(|(hour, word)| HourWord { hour, word });
    read(DayWords { day_ms, words: hours.collect() })
}
