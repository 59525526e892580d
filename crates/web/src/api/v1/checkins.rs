//! Check-ins: entering through a door, and what was recorded.

use crate::{
    answer,
    api::json::{JsonBody, in_json},
    pages::visitor::method,
    seat::As,
    whole::to_the_end,
};
use actions::{
    House,
    accounts::principals::Visitor,
    checkins::{
        look::Words,
        receipt::{self, Receipt},
        record::{Scanned, has_room, record},
    },
    duty::signs,
};
use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    checkins::Method,
    presence::{SignSeen, Told},
};
use serde::{Deserialize, Serialize};
use std::{convert::Infallible, sync::Arc};
use utoipa::ToSchema;

/// Which door is entered.
#[derive(Deserialize, ToSchema)]
pub struct NewCheckin {
    /// The sixteen characters of the venue code.
    #[schema(example = "abcdefghijklmnop", min_length = 16, max_length = 16)]
    code: String,
    /// Where the phone is, at a door that asks. It is compared and not kept.
    #[serde(default)]
    position: Option<Position>,
    /// The last part of the address that the door's electronic sign shows, at a door that has one.
    #[serde(default)]
    sign: Option<String>,
}

/// What a program tells of where its phone is, as [`Scanned`] takes it.
pub(super) fn scanned(
    house: &House,
    method: Method,
    code: &str,
    (position, sign): (Option<Position>, Option<&str>),
) -> Scanned {
    Scanned {
        method,
        position: position.and_then(|p| Told::new(p.latitude, p.longitude, p.accuracy_m)),
        sign: sign.map_or(SignSeen::NotAsked, |sign| signs::opened(house, code, sign)),
    }
}

/// A position (WGS 84).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Degrees north.
    latitude: f64,
    /// Degrees east.
    longitude: f64,
    /// How exact it is, metres.
    accuracy_m: f64,
}

/// There may be room for one more entry. Asked before the token is checked and the body is read: whoever
/// is told to come again must cost next to nothing.
pub struct Room;

impl FromRequestParts<Arc<House>> for Room {
    type Rejection = Response;

    async fn from_request_parts(_: &mut Parts, house: &Arc<House>) -> Result<Self, Response> {
        match has_room(house) {
            Ok(()) => Ok(Self),
            Err(failure) => Err(answer::problem(failure)),
        }
    }
}

/// How the caller's program makes an entry: taken from the headers, which are not copied for it.
pub struct By(pub(super) Method);

impl<S: Sync> FromRequestParts<S> for By {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(method(&parts.headers)))
    }
}

/// What was recorded.
#[derive(Serialize, ToSchema)]
pub struct Checkin<'a> {
    /// Its name in URLs; means nothing without the person's session.
    id: &'a str,
    /// Registered name of the place.
    place: &'a str,
    /// Door.
    door: &'a str,
    /// Address.
    address: &'a str,
    /// Entry time, milliseconds since 1970 UTC.
    entered_ms: i64,
    /// How: `browser`, `wechat`, `alipay`, `unionpay`, `wanshitong`, `staff_id_number`,
    /// `staff_personal_code`, `staff_offline_code`, `family`; `exit` on the way out, where nothing is judged.
    method: &'static str,
    /// What the door does: `pass`, `recheck`, `stop`.
    verdict: &'static str,
    /// `green`, `yellow`, `red`, `gray`, `none` (not applied), `unknown` (query failed).
    health_status: &'static str,
    /// The version of the entry policy it was judged by, when it can be told.
    policy_version: Option<u32>,
    /// What came of asking for the position: `not_asked`, `near`, `far`, `untold`.
    position: &'static str,
    /// What came of asking for the sign's code: `not_asked`, `fresh`, `missing`, `old`.
    sign: &'static str,
    /// What is to be looked at besides, in Chinese.
    besides: Option<&'static str>,
    /// What to do, in Chinese.
    advice: &'static str,
    /// Whole hours since the last negative sample, if one is known.
    negative_hours: Option<i64>,
    /// Whether the policy asks no test of them, for their age.
    test_free: bool,
    /// Who said the colour that is known now: `register`, `province`, `demo`, or `nobody`.
    source: &'static str,
    /// Whole minutes since it was said, when it is known.
    age_minutes: Option<i64>,
    /// Whether it was said too long ago to count: the source fails, and this is its last answer.
    stale: bool,
    /// Who made the last nucleic-acid test, if it is known.
    tested_by: Option<&'a str>,
    /// Doses of vaccine, if known.
    doses: Option<u8>,
    /// The door's proof word in the hour of the entry.
    proof_word: &'a str,
    /// Whether the health status is being asked for: read the entry again after a second or two.
    pending: bool,
    /// Whether this entry was already there (a scan again within a minute).
    again: bool,
    /// When it is deleted, milliseconds since 1970 UTC.
    deleted_ms: i64,
}

impl<'a> From<&'a Receipt> for Checkin<'a> {
    fn from(r: &'a Receipt) -> Self {
        let Words { name, door, address, .. } = r.door.words();
        Self {
            id: &r.id,
            place: name,
            door,
            address,
            entered_ms: r.entered.0,
            method: r.method.code(),
            verdict: r.decision.code(),
            health_status: r.colour.code(),
            policy_version: r.policy_version,
            position: r.presence.nearness.code(),
            sign: r.presence.sign.code(),
            besides: r.besides,
            advice: r.advice,
            negative_hours: r.negative_hours,
            test_free: r.test_free,
            source: r.source.code(),
            age_minutes: r.age_minutes,
            stale: r.stale,
            tested_by: r.tested_by.as_deref(),
            doses: r.doses,
            proof_word: &r.proof_word,
            pending: r.pending,
            again: r.again,
            deleted_ms: r.deleted_on.0,
        }
    }
}

/// Room for what was recorded: most need less, and what needs more gets it.
const CHECKIN_BYTES: usize = 1024;

/// Records an entry; answered when it is durable.
#[utoipa::path(
    post, path = "/api/v1/checkins", tag = "checkins", request_body = NewCheckin,
    security(("visitor" = [])),
    responses(
        (status = 201, description = "recorded, durably", body = Checkin),
        (status = 400, description = "not JSON", body = crate::api::openapi::Problem),
        (status = 401, description = "not signed in", body = crate::api::openapi::Problem),
        (status = 403, description = "sent by another site's page", body = crate::api::openapi::Problem),
        (status = 404, description = "nobody has this code", body = crate::api::openapi::Problem),
        (status = 409, description = "the code is suspended, replaced or closed", body = crate::api::openapi::Problem),
        (status = 413, description = "larger than 64 KiB", body = crate::api::openapi::Problem),
        (status = 415, description = "not application/json", body = crate::api::openapi::Problem),
        (status = 422, description = "a field is missing or wrong", body = crate::api::openapi::Problem),
        (status = 429, description = "too many scans of this person or at this door; see Retry-After", body = crate::api::openapi::Problem),
        (status = 503, description = "full at this moment; see Retry-After", body = crate::api::openapi::Problem),
    )
)]
pub async fn create(
    State(house): State<Arc<House>>,
    _room: Room,
    As(visitor): As<Visitor>,
    By(method): By,
    JsonBody(new): JsonBody<NewCheckin>,
) -> Response {
    let told = (new.position, new.sign.as_deref());
    let scanned = scanned(&house, method, &new.code, told);
    let entry = async move { record(&house, &visitor, &new.code, scanned).await };
    match to_the_end(entry).await {
        Ok(receipt) => {
            let place = ["/api/v1/checkins/", &receipt.id].concat();
            let checkin = in_json(&Checkin::from(&receipt), CHECKIN_BYTES);
            (StatusCode::CREATED, [(header::LOCATION, place)], checkin).into_response()
        }
        Err(failure) => answer::problem(failure),
    }
}

/// One of the caller's own entries.
#[utoipa::path(
    get, path = "/api/v1/checkins/{id}", tag = "checkins",
    params(("id" = String, Path, description = "The entry's id")),
    security(("visitor" = [])),
    responses(
        (status = 200, description = "the entry", body = Checkin),
        (status = 401, description = "not signed in", body = crate::api::openapi::Problem),
        (status = 404, description = "no entry of the caller's", body = crate::api::openapi::Problem),
    )
)]
pub async fn read(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    Path(id): Path<String>,
) -> Response {
    match receipt::receipt(&house, &visitor, &id).await {
        Ok(receipt) => Json(Checkin::from(&receipt)).into_response(),
        Err(failure) => answer::problem(failure),
    }
}
