//! Inspections: the inspector's list, doors to inspect, what is recorded and settled; the manager's
//! list and answers.

mod wire;

pub use wire::{
    DoorToInspect, FoundDoors, InspectedDoor, Inspection, InspectionCounts, InspectionDetail,
    InspectionStep, Inspections,
};

use super::{
    problems::{Asked, Elsewhere, Guarded, Named, Typed},
    told::{Told, done, made, read},
};
use crate::{
    api::json::{JsonBody, QueryOf},
    pages::{
        authority::inspections::narrowing::{Narrowing, shown},
        desk::{Words, number, optional, page, searched},
    },
    routes::{Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::{Inspector, Manager},
    inspections::{self, Filter},
};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{get, post},
};
use domain::{checkpoints::CheckpointNumber, fields::Complaints, inspections::InspectionForm};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (inspector, manager) = (Who::Inspector, Who::Manager);
    let doors = "/api/v1/inspections/doors";
    let door = "/api/v1/inspections/doors/{id}";
    let accept = "/api/v1/inspections/{id}/accept";
    let send_back = "/api/v1/inspections/{id}/send-back";
    let answers = "/api/v1/inspections/mine/{id}/answer";
    vec![
        Route::api(Method::GET, "/api/v1/inspections", inspector, get(list)),
        Route::api(Method::GET, doors, inspector, get(find)),
        Route::api(Method::GET, door, inspector, get(one_door)),
        Route::api(Method::POST, door, inspector, post(record)),
        Route::api(Method::GET, "/api/v1/inspections/{id}", inspector, get(one)),
        Route::api(Method::POST, accept, inspector, post(accepted)),
        Route::api(Method::POST, send_back, inspector, post(sent_back)),
        Route::api(Method::GET, "/api/v1/inspections/mine", manager, get(my_list)),
        Route::api(Method::GET, "/api/v1/inspections/mine/{id}", manager, get(my_one)),
        Route::api(Method::POST, answers, manager, post(answer)),
    ]
}

/// Most characters of what is looked for.
const SOUGHT_CHARS_MAX: usize = 80;

/// What is looked for.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Sought {
    /// The URL of a code as a camera reads it (of a long one, the code alone), the number at the foot of
    /// a poster, or part of a name, door, address or organisation; 80 characters.
    #[param(required = true)]
    q: String,
}

/// Which of the caller's inspections.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct OfMine {
    /// As in the inspector's list.
    #[param(required = false)]
    state: String,
    /// Number of a checkpoint; all of the caller's when it is left out.
    #[param(required = false, value_type = u32)]
    checkpoint: String,
    /// Part of a name, door or address; 60 characters.
    #[param(required = false)]
    q: String,
    /// Page, from 0.
    #[param(required = false, value_type = i64)]
    page: String,
}

/// What an inspector has seen at a door.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInspection {
    /// `newest` of the door that was read: when it was inspected meanwhile, nothing is recorded.
    newest: i64,
    /// What was found; empty when all is in order.
    findings: Vec<String>,
    /// More about it, 200 characters; needed with `other`. The manager reads it.
    #[serde(default)]
    note: String,
    /// Days to put it right, 1 to 30; with findings only.
    #[serde(default)]
    days: Option<i64>,
}

impl NewInspection {
    fn form(self) -> InspectionForm {
        let outcome = if self.findings.is_empty() { "in_order" } else { "findings" };
        InspectionForm {
            outcome: outcome.to_owned(),
            findings: self.findings,
            note: self.note,
            days: self.days.map(|days| days.to_string()).unwrap_or_default(),
        }
    }
}

/// Where an inspection is read.
#[derive(Serialize, ToSchema)]
pub struct MadeInspection {
    /// Its number.
    id: i64,
}

/// The state that was looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenInspection {
    /// The round that was read: when it was changed meanwhile, nothing is done.
    round: i64,
}

/// Why it is not enough.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotEnough {
    /// The round that was read: when it was changed meanwhile, nothing is done.
    round: i64,
    /// Why, 200 characters; the manager reads it.
    reason: String,
    /// Days to put it right, 1 to 30.
    days: i64,
}

/// What was done about it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// The round that was read: when it was changed meanwhile, nothing is done.
    round: i64,
    /// What was done, 200 characters; the inspector reads it.
    words: String,
}

/// The inspections of the inspector's part of the city.
#[utoipa::path(
    get, path = "/api/v1/inspections", tag = "inspections", security(("staff" = [])),
    params(Narrowing),
    responses((status = 200, description = "a page of them", body = Inspections), Guarded, Asked)
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(caller): As<Inspector>,
    QueryOf(wanted): QueryOf<Narrowing>,
) -> Told {
    let filter = wanted.strict()?;
    read(Inspections::from(inspections::list(&house, &caller, &filter).await?))
}

/// Doors of the inspector's part of the city, by what stands on a poster or by name.
#[utoipa::path(
    get, path = "/api/v1/inspections/doors", tag = "inspections", security(("staff" = [])),
    params(Sought),
    responses((status = 200, description = "what was found", body = FoundDoors), Guarded, Asked)
)]
pub async fn find(
    State(house): State<Arc<House>>,
    As(caller): As<Inspector>,
    QueryOf(wanted): QueryOf<Sought>,
) -> Told {
    let chars = wanted.q.trim().chars().count();
    if chars == 0 || chars > SOUGHT_CHARS_MAX {
        return Err(Complaints::one("q", "请给出要找的门，不超过 80 个字").into());
    }
    read(FoundDoors::from(inspections::find_door(&house, &caller, &wanted.q).await?))
}

/// A door with its newest inspections.
#[utoipa::path(
    get, path = "/api/v1/inspections/doors/{id}", tag = "inspections", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 200, description = "the door", body = InspectedDoor), Guarded, Named)
)]
pub async fn one_door(
    State(house): State<Arc<House>>,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
) -> Told {
    let id = CheckpointNumber(number(&id)?);
    let door = inspections::door(&house, &caller, id).await?;
    read(InspectedDoor::new(door, inspections::earlier(&house, &caller, id).await?))
}

/// Records an inspection of a door, and tells its managers what was found.
#[utoipa::path(
    post, path = "/api/v1/inspections/doors/{id}", tag = "inspections",
    request_body = NewInspection, security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 201, description = "recorded", body = MadeInspection),
        Guarded, Named, Typed, Elsewhere
    )
)]
pub async fn record(
    State(house): State<Arc<House>>,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewInspection>,
) -> Told {
    let door = (CheckpointNumber(number(&id)?), new.newest);
    let id = inspections::record(&house, &caller, door, &new.form()).await?;
    made(format!("/api/v1/inspections/{id}"), MadeInspection { id })
}

/// One inspection with all that happened to it.
#[utoipa::path(
    get, path = "/api/v1/inspections/{id}", tag = "inspections", security(("staff" = [])),
    params(("id" = i64, Path, description = "The inspection's number")),
    responses((status = 200, description = "the inspection", body = InspectionDetail), Guarded, Named)
)]
pub async fn one(
    State(house): State<Arc<House>>,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
) -> Told {
    read(InspectionDetail::from(inspections::one(&house, &caller, number(&id)?).await?))
}

/// Accepts what was done; also before it is answered.
#[utoipa::path(
    post, path = "/api/v1/inspections/{id}/accept", tag = "inspections",
    request_body = SeenInspection, security(("staff" = [])),
    params(("id" = i64, Path, description = "The inspection's number")),
    responses((status = 204, description = "accepted"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn accepted(
    State(house): State<Arc<House>>,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
    JsonBody(seen): JsonBody<SeenInspection>,
) -> Told {
    inspections::accept(&house, &caller, (number(&id)?, seen.round)).await?;
    done()
}

/// Sends an inspection back to its manager with a new deadline.
#[utoipa::path(
    post, path = "/api/v1/inspections/{id}/send-back", tag = "inspections",
    request_body = NotEnough, security(("staff" = [])),
    params(("id" = i64, Path, description = "The inspection's number")),
    responses((status = 204, description = "sent back"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn sent_back(
    State(house): State<Arc<House>>,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NotEnough>,
) -> Told {
    let days = new.days.to_string();
    let why = (new.reason.as_str(), days.as_str());
    inspections::send_back(&house, &caller, (number(&id)?, new.round), why).await?;
    done()
}

/// The inspections of the manager's doors, of the own unit and those taken over.
#[utoipa::path(
    get, path = "/api/v1/inspections/mine", tag = "inspections", security(("staff" = [])),
    params(OfMine),
    responses((status = 200, description = "a page of them", body = Inspections), Guarded, Asked)
)]
pub async fn my_list(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    QueryOf(wanted): QueryOf<OfMine>,
) -> Told {
    let mut complaints = Complaints::default();
    let filter = Filter {
        show: shown(&wanted.state, &mut complaints),
        region: None,
        text: searched(&wanted.q, &mut complaints),
        page: page(&wanted.page, &mut complaints),
    };
    let door = optional(&wanted.checkpoint, |door| door.parse().ok());
    let door = complaints.take("checkpoint", door.ok_or("没有这样的检查点编号")).flatten();
    let (filter, door) = Words((filter, door.map(CheckpointNumber)), complaints).whole()?;
    read(Inspections::from(inspections::my_list(&house, &caller, door, &filter).await?))
}

/// One inspection of the manager's doors.
#[utoipa::path(
    get, path = "/api/v1/inspections/mine/{id}", tag = "inspections", security(("staff" = [])),
    params(("id" = i64, Path, description = "The inspection's number")),
    responses((status = 200, description = "the inspection", body = InspectionDetail), Guarded, Named)
)]
pub async fn my_one(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    read(InspectionDetail::from(inspections::my_one(&house, &caller, number(&id)?).await?))
}

/// Says what was done about what was found.
#[utoipa::path(
    post, path = "/api/v1/inspections/mine/{id}/answer", tag = "inspections",
    request_body = NewAnswer, security(("staff" = [])),
    params(("id" = i64, Path, description = "The inspection's number")),
    responses((status = 204, description = "answered"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn answer(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewAnswer>,
) -> Told {
    inspections::answer(&house, &caller, (number(&id)?, new.round), &new.words).await?;
    done()
}
