//! The register of health status: what the authority says of people, for programs that know it first.

use super::{
    problems::{Guarded, Typed},
    told::{Told, read},
};
use crate::{
    api::{
        json::{JsonBody, invalid},
        openapi::FieldError,
    },
    pages::authority::health_status::word,
    routes::{Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Investigator,
    health_status::{self, STATEMENTS_MAX, StatementFault},
};
use axum::{extract::State, http::Method, routing::post};
use domain::{
    fields::{Complaint, Complaints},
    health_status::{Colour, Itinerary, StatusForm},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let who = Who::Investigator;
    vec![
        Route::api(Method::POST, "/api/v1/health-status", who, post(set)),
        Route::api(Method::POST, "/api/v1/health-status/look", who, post(look)),
    ]
}

/// What the authority says of people.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStatuses {
    /// Why; goes into the audit. 200 characters.
    reason: String,
    /// Up to 500. Of two about one person the later one goes over the earlier.
    people: Vec<NewPersonStatus>,
}

/// What is said of a person. What is left out stays as it was.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersonStatus {
    /// `resident_id` when left out, `hk_macau_permit`, `taiwan_permit`, `foreign_resident`, `passport`.
    #[serde(default)]
    id_kind: String,
    /// Number of the document.
    id_number: String,
    /// Name, to be compared with the one that was registered.
    #[serde(default)]
    name: String,
    /// `green`, `yellow`, `red`, `gray`, `none` (not applied).
    #[serde(default)]
    health_status: String,
    /// When the colour was confirmed, `2026-11-22 08:30:00` in China; now when left out. Of two colours
    /// the one confirmed later counts.
    #[serde(default)]
    confirmed: String,
    /// When a sample was taken, in the same form. Of two tests the one sampled later counts.
    #[serde(default)]
    sampled: String,
    /// `negative` or `positive`; together with `sampled`.
    #[serde(default)]
    result: String,
    /// Who tested; 60 characters.
    #[serde(default)]
    tested_by: String,
    /// `clear` or `risk`.
    #[serde(default)]
    itinerary: String,
    /// Doses of vaccine, 0 to 9.
    #[serde(default)]
    doses: Option<u8>,
}

impl From<NewPersonStatus> for StatusForm {
    fn from(new: NewPersonStatus) -> Self {
        Self {
            id_kind: new.id_kind,
            id_number: new.id_number,
            name: new.name,
            colour: new.health_status,
            confirmed: new.confirmed,
            sampled: new.sampled,
            result: new.result,
            organisation: new.tested_by,
            itinerary: new.itinerary,
            doses: new.doses.map(|doses| doses.to_string()).unwrap_or_default(),
        }
    }
}

/// What became of each.
#[derive(Serialize, ToSchema)]
pub struct StatusesTaken {
    /// In the order of the request: `set`, `same` (nothing changed), `waits` (nobody has registered with
    /// the document yet), `other_name` (somebody has, under another name: what stops them holds, what
    /// would let them in does not).
    outcomes: Vec<&'static str>,
}

/// Whose status is looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusWanted {
    /// Why; goes into the audit. 200 characters.
    reason: String,
    /// Kind of the document, a code as in `POST /health-status`.
    id_kind: String,
    /// Number of the document.
    id_number: String,
}

/// What the register says of whoever has a document.
#[derive(Serialize, ToSchema)]
pub struct RegisteredStatus {
    /// Masked number of the document.
    masked_id: String,
    /// Masked name; null when nobody has registered with the document.
    masked_name: Option<String>,
    /// Colour; null when nothing is said of it.
    health_status: Option<&'static str>,
    /// When it was confirmed, milliseconds since 1970 UTC.
    confirmed_ms: Option<i64>,
    /// When a sample was taken, milliseconds since 1970 UTC.
    sampled_ms: Option<i64>,
    /// `negative` or `positive`.
    result: Option<&'static str>,
    /// Who tested.
    tested_by: Option<String>,
    /// `clear` or `risk`; null when nothing is said of it.
    itinerary: Option<&'static str>,
    /// Doses of vaccine.
    doses: Option<u8>,
}

/// Says what people's health status is: of all of them, or of none when anything is wrong with one. It is
/// in force at every door when this is answered.
#[utoipa::path(
    post, path = "/api/v1/health-status", tag = "health status", request_body = NewStatuses,
    security(("staff" = [])),
    responses((status = 200, description = "in force", body = StatusesTaken), Guarded, Typed)
)]
pub async fn set(
    State(house): State<Arc<House>>,
    As(caller): As<Investigator>,
    JsonBody(new): JsonBody<NewStatuses>,
) -> Told {
    if new.people.len() > STATEMENTS_MAX {
        return Err(Complaints::one("people", "一次最多 500 人").into());
    }
    let forms: Vec<StatusForm> = new.people.into_iter().map(StatusForm::from).collect();
    let taken = health_status::take(&house, &caller, &forms, &new.reason).await?;
    let taken = taken.map_err(|faults| invalid(each(&faults)))?;
    read(StatusesTaken { outcomes: taken.into_iter().map(word).collect() })
}

/// Each fault at its place: `people[3].id_number`, counted from 0 like the errors of reading JSON.
fn each(faults: &[StatementFault]) -> Vec<FieldError> {
    let name = |field: &'static str| match field {
        "colour" => "health_status",
        "organisation" => "tested_by",
        other => other,
    };
    let all = faults.iter().flat_map(|(at, complaints)| {
        let named = |c: &Complaint| format!("people[{at}].{}", name(c.field));
        complaints.0.iter().map(|c| FieldError::new(named(c), c.says)).collect::<Vec<_>>()
    });
    all.collect()
}

/// What the register says of a person. A POST, since it leaves a trace in the audit and the number of a
/// document belongs into no address.
#[utoipa::path(
    post, path = "/api/v1/health-status/look", tag = "health status", request_body = StatusWanted,
    security(("staff" = [])),
    responses((status = 200, description = "what it says", body = RegisteredStatus), Guarded, Typed)
)]
pub async fn look(
    State(house): State<Arc<House>>,
    As(caller): As<Investigator>,
    JsonBody(wanted): JsonBody<StatusWanted>,
) -> Told {
    let StatusWanted { reason, id_kind, id_number } = wanted;
    let found = health_status::look(&house, &caller, &id_kind, &id_number, &reason).await?;
    let colour = found.status.filter(|status| status.colour != Colour::Unknown);
    let test = found.status.and_then(|status| status.nucleic_acid);
    let itinerary = found.status.map(|status| status.itinerary);
    read(RegisteredStatus {
        masked_id: found.masked_id,
        masked_name: found.masked_name,
        health_status: colour.map(|status| status.colour.code()),
        confirmed_ms: colour.map(|status| status.confirmed.0),
        sampled_ms: test.map(|test| test.sampled.0),
        result: test.map(|test| if test.negative { "negative" } else { "positive" }),
        tested_by: found.organisation.map(|name| name.to_string()),
        itinerary: itinerary
            .filter(|itinerary| *itinerary != Itinerary::Unknown)
            .map(Itinerary::code),
        doses: found.status.and_then(|status| status.doses),
    })
}
