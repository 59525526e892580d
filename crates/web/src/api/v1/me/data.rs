//! Everything that is kept of the caller, through the API and as the file of the page.

use super::{offline_codes::OfflineCode, requests::Request, visits::Visit};
use crate::{
    address::Client,
    answer,
    api::{
        json::JsonBody,
        v1::problems::{Elsewhere, FromElsewhere, Full, Often, SignedIn, Typed},
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::Visitor,
    people::{looks, my_data},
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::people::BirthMonth;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A look at the caller's data.
#[derive(Serialize, ToSchema)]
pub struct Look {
    /// When, milliseconds since 1970 UTC.
    at_ms: i64,
    /// What was done: `identity_opened`, `case_opened`, `case_viewed`, `health_status_sought`,
    /// `health_status_set`, `request_opened`, `person_corrected`.
    deed: &'static str,
    /// The same in Chinese.
    what: &'static str,
    /// What the office is for: a role, such as `investigator`.
    role: &'static str,
    /// Name of the county or township of the office; nothing for the city.
    region: Option<String>,
}

impl From<looks::Look> for Look {
    fn from(look: looks::Look) -> Self {
        Self {
            at_ms: look.at.0,
            deed: look.deed.code(),
            what: look.what,
            role: look.role.code(),
            region: look.region,
        }
    }
}

/// Who looked at the caller's data.
#[derive(Serialize, ToSchema)]
pub struct Looks {
    /// The newest first, at most 200. What a case keeps secret is missing until it does not any more.
    looks: Vec<Look>,
}

/// Who looked at the caller's data: when, and from which office.
#[utoipa::path(
    get, path = "/api/v1/me/looks", tag = "visitors", security(("visitor" = [])),
    responses((status = 200, description = "the looks", body = Looks), SignedIn)
)]
pub async fn all_looks(State(house): State<Arc<House>>, As(visitor): As<Visitor>) -> Response {
    match looks::looks(&house, &visitor).await {
        Ok(looks) => {
            Json(Looks { looks: looks.into_iter().map(Look::from).collect() }).into_response()
        }
        Err(failure) => answer::problem(failure),
    }
}

/// A health status with who said it.
#[derive(Serialize, ToSchema)]
pub struct Status {
    /// `green`, `yellow`, `red`, `gray`, `none`, `unknown`.
    health_status: &'static str,
    /// Who said it: `register`, `province`, `demo`, `nobody`.
    source: &'static str,
    /// When it was said, milliseconds since 1970 UTC.
    said_ms: i64,
    /// When the last test was taken.
    sampled_ms: Option<i64>,
    /// Whether it was negative.
    negative: Option<bool>,
    /// Who tested.
    tested_by: Option<String>,
    /// Where they have been: `clear`, `risk`, `unknown`.
    itinerary: &'static str,
    /// Doses of vaccine.
    doses: Option<u8>,
}

/// A step of the consent.
#[derive(Serialize, ToSchema)]
pub struct Agreed {
    /// Version of the notice; -1 when the consent was taken back.
    version: i64,
    /// When, milliseconds since 1970 UTC.
    at_ms: i64,
    /// `form`, `tap`, `door` or `withdrawn`.
    how: &'static str,
}

/// What was said of whether name and document belong together.
#[derive(Serialize, ToSchema)]
pub struct IdentityCheck {
    /// `not_checked`, `agrees`, `differs`, `not_found`, `failed`.
    outcome: &'static str,
    /// When, milliseconds since 1970 UTC.
    at_ms: i64,
    /// Who said it, by its name in the settings.
    source: String,
}

/// Another phone that is to take the place of the caller's.
#[derive(Serialize, ToSchema)]
pub struct WaitingPhone {
    /// When, milliseconds since 1970 UTC, unless it is stopped.
    due_ms: i64,
    /// Which, masked.
    phone: String,
}

/// Somebody whom the caller checks in.
#[derive(Serialize, ToSchema)]
pub struct Relative {
    /// Masked name.
    name: String,
    /// Who they are to the caller: `child`, `grandchild`, …
    relation: &'static str,
    /// Since when, milliseconds since 1970 UTC.
    since_ms: i64,
    /// The month in which they are erased if they do not enter any more, `2027-05`.
    erased_month: Option<String>,
}

/// An app that knows the caller.
#[derive(Serialize, ToSchema)]
pub struct BoundApp {
    /// `wechat`, `alipay`, …
    app: &'static str,
    /// Since when, milliseconds since 1970 UTC.
    since_ms: i64,
}

/// Everything that is kept of the caller.
#[derive(Serialize, ToSchema)]
pub struct MyData {
    /// When this was put together, milliseconds since 1970 UTC.
    made_ms: i64,
    /// Number in this system.
    number: u64,
    /// Name.
    name: String,
    /// Kind of document.
    id_kind: &'static str,
    /// Number of the document.
    id_number: String,
    /// Month of birth, where the document says it.
    #[schema(example = "1949-12")]
    born: Option<String>,
    /// Phone.
    phone: String,
    /// When the caller registered.
    registered_ms: i64,
    /// When the registration is erased if the caller does nothing from now on, milliseconds since 1970 UTC.
    erased_ms: i64,
    /// What was said of whether name and document belong together.
    identity_check: Option<IdentityCheck>,
    /// Another phone that is to take the place of this one.
    waiting_phone: Option<WaitingPhone>,
    /// Whom the caller checks in.
    family: Vec<Relative>,
    /// What is known of the health status now.
    health_status: Status,
    /// Entries that are still kept.
    visits: Vec<Visit>,
    /// Consents.
    consents: Vec<Agreed>,
    /// Apps.
    apps: Vec<BoundApp>,
    /// Offline codes.
    offline_codes: Vec<OfflineCode>,
    /// Requests.
    requests: Vec<Request>,
    /// Who looked.
    looks: Vec<Look>,
}

impl From<my_data::MyData> for MyData {
    fn from(data: my_data::MyData) -> Self {
        let test = data.status.nucleic_acid;
        Self {
            made_ms: data.made.0,
            number: data.number,
            name: data.name,
            id_kind: data.id_kind.code(),
            id_number: data.id_number,
            born: data.born.map(BirthMonth::text),
            phone: data.phone,
            registered_ms: data.registered.0,
            erased_ms: data.erased_on.0,
            identity_check: data.checked.map(|(outcome, at, source)| IdentityCheck {
                outcome: outcome.code(),
                at_ms: at.0,
                source,
            }),
            waiting_phone: data
                .phone_waiting
                .map(|(due, phone)| WaitingPhone { due_ms: due.0, phone }),
            family: data
                .family
                .into_iter()
                .map(|(member, erased_month)| Relative {
                    erased_month,
                    name: member.masked_name,
                    relation: member.relation.code(),
                    since_ms: member.since.0,
                })
                .collect(),
            health_status: Status {
                health_status: data.status.colour.code(),
                source: data.status.source.code(),
                said_ms: data.status.confirmed.0,
                sampled_ms: test.map(|test| test.sampled.0),
                negative: test.map(|test| test.negative),
                tested_by: data.tested_by.map(|by| by.to_string()),
                itinerary: data.status.itinerary.code(),
                doses: data.status.doses,
            },
            visits: data.visits.into_iter().map(Visit::from).collect(),
            consents: data
                .consents
                .iter()
                .map(|s| Agreed { version: s.version, at_ms: s.at.0, how: s.how })
                .collect(),
            apps: data
                .apps
                .iter()
                .map(|(app, since)| BoundApp { app: app.code(), since_ms: since.0 })
                .collect(),
            offline_codes: data.offline_codes.into_iter().map(OfflineCode::from).collect(),
            requests: data.requests.into_iter().map(Request::from).collect(),
            looks: data.looks.into_iter().map(Look::from).collect(),
        }
    }
}

/// Sends the code with which the caller's data are read, to the phone on record.
#[utoipa::path(
    post, path = "/api/v1/me/data/sms-codes", tag = "visitors", security(("visitor" = [])),
    responses((status = 204, description = "sent"), SignedIn, FromElsewhere, Often)
)]
pub async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    As(visitor): As<Visitor>,
) -> Response {
    match my_data::send_code(&house, &visitor, from).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => answer::problem(failure),
    }
}

/// The code that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Six digits.
    sms_code: String,
}

/// Everything that is kept of the caller, after the code that was sent.
#[utoipa::path(
    post, path = "/api/v1/me/data", tag = "visitors", request_body = Proof,
    security(("visitor" = [])),
    responses(
        (status = 200, description = "everything", body = MyData),
        SignedIn, FromElsewhere, Typed, Elsewhere, Full,
    )
)]
pub async fn read(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    JsonBody(proof): JsonBody<Proof>,
) -> Response {
    match my_data::collect(&house, &visitor, &proof.sms_code).await {
        Ok(data) => Json(MyData::from(data)).into_response(),
        Err(failure) => answer::problem(failure),
    }
}
