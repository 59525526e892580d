//! The register of places: the list, which organisation one of them is, many settled at once.

mod wire;

pub use wire::{PlaceCandidate, PlaceCounts, PlaceDetail, RegisterPlace, RegisterPlaces};

use super::{
    problems::{Asked, Elsewhere, Guarded, Named, Typed},
    told::{Told, done, read},
};
use crate::{
    api::{
        json::{JsonBody, QueryOf, invalid},
        openapi::FieldError,
    },
    pages::{authority::places::narrowing::Narrowing, desk::number},
    routes::{API_PLACES, Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::{Administrator, Reviewer},
    places::{self, Decision, PlaceFault, TAKEN_MAX},
};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{get, post},
};
use domain::{
    fields::{Complaint, Complaints},
    places::PlaceForm,
    time::UnixMs,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let reviewer = Who::Reviewer;
    vec![
        Route::api(Method::GET, "/api/v1/places", reviewer, get(list)),
        Route::api_upload(API_PLACES, Who::Administrator, post(take)),
        Route::api(Method::POST, "/api/v1/places/confirm", reviewer, post(confirm_sure)),
        Route::api(Method::GET, "/api/v1/places/{id}", reviewer, get(one)),
        Route::api(Method::POST, "/api/v1/places/{id}/match", reviewer, post(decide)),
    ]
}

/// Which organisations are looked for beside a place.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct UnitWanted {
    /// Part of the name or credit code of an organisation; 60 characters.
    #[param(required = false)]
    unit: String,
}

/// What a place is said to be.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchState {
    /// Nobody has said, after all.
    Open,
    /// It is the organisation that is named.
    Confirmed,
    /// Nobody has applied for it.
    NoUnit,
}

/// Which organisation a place is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMatch {
    /// The round that was read: when somebody decided about it meanwhile, nothing is decided.
    round: i64,
    /// What it is said to be.
    state: MatchState,
    /// Number of the organisation; with `confirmed` only.
    #[serde(default)]
    organisation: Option<i64>,
}

impl NewMatch {
    fn decision(&self) -> Result<Decision, Complaints> {
        match (self.state, self.organisation) {
            (MatchState::Confirmed, Some(unit)) => Ok(Decision::Is(unit)),
            (MatchState::NoUnit, None) => Ok(Decision::NoUnit),
            (MatchState::Open, None) => Ok(Decision::Open),
            (MatchState::Confirmed, None) => Err(Complaints::one("organisation", "请给出单位编号")),
            (_, Some(_)) => Err(Complaints::one("organisation", "只有 confirmed 才能给出单位编号")),
        }
    }
}

/// Places as the authority's register has them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlaces {
    /// Up to 100.
    places: Vec<NewPlace>,
}

/// A place as the authority's register has it. One with the same name, address and county as a place
/// that is there brings that up to date.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlace {
    /// Registered name; 60 characters.
    name: String,
    /// Address; 80 characters.
    address: String,
    /// Code of the county.
    county: String,
    /// Code of the township, if it is known.
    #[serde(default)]
    township: Option<String>,
    /// Code of the category, if it is known.
    #[serde(default)]
    category: Option<String>,
    /// Unified social credit code, if it has one.
    #[serde(default)]
    credit_code: Option<String>,
}

impl From<NewPlace> for PlaceForm {
    fn from(new: NewPlace) -> Self {
        Self {
            name: new.name,
            credit_code: new.credit_code.unwrap_or_default(),
            address: new.address,
            county: new.county,
            township: new.township.unwrap_or_default(),
            category: new.category.unwrap_or_default(),
        }
    }
}

/// What became of them.
#[derive(Serialize, ToSchema)]
pub struct PlacesTaken {
    /// So many were not there.
    new: usize,
    /// So many were there otherwise, or had been marked as gone.
    changed: usize,
    /// So many were there just so.
    same: usize,
}

/// Which places are confirmed with one decision: the open ones that match all that is given here and
/// that one organisation alone is sure for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConfirmations {
    /// `seen_ms` of the list that was read: what came into the register later is not decided.
    seen_ms: i64,
    /// Code of a county or township.
    #[serde(default)]
    region: Option<String>,
    /// Code of a category or group.
    #[serde(default)]
    category: Option<String>,
    /// Part of a name, an address or a credit code.
    #[serde(default)]
    q: Option<String>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct Confirmed {
    /// So many are settled; one decision takes at most 1,000.
    confirmed: i64,
    /// So many were looked at and left, because more than one organisation is sure.
    doubted: i64,
    /// So many that match are still open, for whatever reason.
    left: i64,
}

/// The register within the reviewer's county or township.
#[utoipa::path(
    get, path = "/api/v1/places", tag = "register of places", security(("staff" = [])),
    params(Narrowing),
    responses((status = 200, description = "a page of it", body = RegisterPlaces), Guarded, Asked)
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    QueryOf(wanted): QueryOf<Narrowing>,
) -> Told {
    let filter = wanted.strict()?;
    // Before the list is read: what comes in meanwhile has not been seen.
    let seen = house.now();
    read(RegisterPlaces::new(places::list(&house, &caller, &filter).await?, seen))
}

/// One place with the organisations that it may be.
#[utoipa::path(
    get, path = "/api/v1/places/{id}", tag = "register of places", security(("staff" = [])),
    params(("id" = i64, Path, description = "The place's number"), UnitWanted),
    responses((status = 200, description = "the place", body = PlaceDetail), Guarded, Named, Asked)
)]
pub async fn one(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    QueryOf(wanted): QueryOf<UnitWanted>,
) -> Told {
    let mut complaints = Complaints::default();
    if wanted.unit.chars().count() > 60 {
        complaints.add("unit", "查找的文字不能超过 60 个字");
        return Err(complaints.into());
    }
    read(PlaceDetail::from(places::one(&house, &caller, number(&id)?, &wanted.unit).await?))
}

/// Says which organisation a place is, that there is none, or takes back what was said.
#[utoipa::path(
    post, path = "/api/v1/places/{id}/match", tag = "register of places", request_body = NewMatch,
    security(("staff" = [])),
    params(("id" = i64, Path, description = "The place's number")),
    responses((status = 204, description = "decided"), Guarded, Named, Typed, Elsewhere)
)]
pub async fn decide(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewMatch>,
) -> Told {
    places::decide(&house, &caller, (number(&id)?, new.round), new.decision()?).await?;
    done()
}

/// Takes places into the register: all of them, or none when anything is wrong with one. Sending the same
/// again changes nothing. Marking what a whole list does not have any more is left to `import places`.
#[utoipa::path(
    post, path = "/api/v1/places", tag = "register of places", request_body = NewPlaces,
    security(("staff" = [])),
    responses((status = 200, description = "taken", body = PlacesTaken), Guarded, Typed)
)]
pub async fn take(
    State(house): State<Arc<House>>,
    As(caller): As<Administrator>,
    JsonBody(new): JsonBody<NewPlaces>,
) -> Told {
    if new.places.len() > TAKEN_MAX {
        return Err(Complaints::one("places", "一次最多 100 个场所").into());
    }
    let forms: Vec<PlaceForm> = new.places.into_iter().map(PlaceForm::from).collect();
    let taken = places::take(&house, &caller, &forms).await?;
    let taken = taken.map_err(|faults| invalid(each(&faults)))?;
    read(PlacesTaken { new: taken.new, changed: taken.changed, same: taken.same })
}

/// Each fault at its place: `places[3].county`, counted from 0 like the errors of reading JSON.
fn each(faults: &[PlaceFault]) -> Vec<FieldError> {
    let all = faults.iter().flat_map(|(at, complaints)| {
        let named = |c: &Complaint| format!("places[{at}].{}", c.field);
        complaints.0.iter().map(|c| FieldError::new(named(c), c.says)).collect::<Vec<_>>()
    });
    all.collect()
}

/// Confirms many with one decision.
#[utoipa::path(
    post, path = "/api/v1/places/confirm", tag = "register of places",
    request_body = NewConfirmations, security(("staff" = [])),
    responses((status = 200, description = "how many", body = Confirmed), Guarded, Typed)
)]
pub async fn confirm_sure(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    JsonBody(new): JsonBody<NewConfirmations>,
) -> Told {
    let filter = Narrowing::of_open(new.region, new.category, new.q).strict()?;
    let came = places::confirm_sure(&house, &caller, &filter, UnixMs(new.seen_ms)).await?;
    read(Confirmed { confirmed: came.confirmed, doubted: came.doubted, left: came.left })
}
