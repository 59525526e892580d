//! A visitor's family: listed, added, removed, shared, and checked in one at a time.

use super::{
    checkins::{By, Checkin, Position, scanned},
    problems::{Elsewhere, FromElsewhere, Full, Named, Often, SignedIn, Typed},
    told::{Told, done, made, read},
};
use crate::{
    api::json::JsonBody,
    pages::desk::number,
    routes::{Route, Who},
    seat::As,
    whole::to_the_end,
};
use actions::{
    House,
    accounts::principals::Visitor,
    people::family::{self, Member, Request},
};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{delete, get, post},
};
use domain::people::MemberForm;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (all, visitor) = ("/api/v1/family", Who::Visitor);
    let answer = "/api/v1/family-requests/{id}/answer";
    vec![
        Route::api(Method::GET, all, visitor, get(list)),
        Route::api(Method::POST, all, visitor, post(add)),
        Route::api(Method::DELETE, "/api/v1/family/{id}", visitor, delete(remove)),
        Route::api(Method::POST, "/api/v1/family/{id}/checkins", visitor, post(check_in)),
        Route::api(Method::GET, "/api/v1/family/{id}/checkins/{entry}", visitor, get(entry)),
        Route::api(Method::POST, answer, visitor, post(answer_request)),
    ]
}

/// A member of the family.
#[derive(Serialize, ToSchema)]
pub struct FamilyMember {
    /// Number.
    id: i64,
    /// Masked name.
    masked_name: String,
    /// Who they are to the caller: `child`, `grandchild`, `parent`, `grandparent`, `spouse`, `ward`.
    relation: &'static str,
    /// Since when, milliseconds since 1970 UTC.
    since_ms: i64,
    /// Whether another guardian is still to agree; until then they cannot be checked in.
    waits: bool,
    /// The month in which they are erased if they do not enter any more; nothing for one who waits.
    #[schema(example = "2027-05")]
    erased_month: Option<String>,
}

impl FamilyMember {
    fn of((member, erased_month): (&Member, Option<String>)) -> Self {
        Self {
            erased_month,
            id: member.id,
            masked_name: member.masked_name.clone(),
            relation: member.relation.code(),
            since_ms: member.since.0,
            waits: member.waits,
        }
    }
}

/// Somebody who wants to check in for a member, too.
#[derive(Serialize, ToSchema)]
pub struct FamilyRequest {
    /// Number.
    id: i64,
    /// Who, masked.
    who: String,
    /// For whom, masked.
    whom: String,
    /// When, milliseconds since 1970 UTC.
    asked_ms: i64,
}

impl From<&Request> for FamilyRequest {
    fn from(request: &Request) -> Self {
        Self {
            id: request.id,
            who: request.who.clone(),
            whom: request.whom.clone(),
            asked_ms: request.asked.0,
        }
    }
}

/// The caller's family.
#[derive(Serialize, ToSchema)]
pub struct Family {
    members: Vec<FamilyMember>,
    requests: Vec<FamilyRequest>,
}

/// A member to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFamilyMember {
    /// `child`, `grandchild`, `parent`, `grandparent`, `spouse`, `ward`.
    relation: String,
    /// Full name.
    name: String,
    /// `resident_id`, `hk_macau_permit`, `taiwan_permit`, `foreign_resident`, `passport`.
    id_kind: String,
    /// Number of the document.
    id_number: String,
    /// Whether they are fourteen or older; counts where the document does not say it.
    #[serde(default)]
    of_age: bool,
    /// Whether the guardian agrees for a child, or the member has agreed.
    consent: bool,
}

/// Which door a member enters.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFamilyCheckin {
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

/// Whether to share a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FamilyAnswer {
    /// Whether the caller agrees.
    agree: bool,
}

/// The caller's family, and who wants to share a member of it.
#[utoipa::path(
    get, path = "/api/v1/family", tag = "family", security(("visitor" = [])),
    responses((status = 200, description = "the family", body = Family), SignedIn)
)]
pub async fn list(State(house): State<Arc<House>>, As(visitor): As<Visitor>) -> Told {
    let family = family::family(&house, &visitor).await?;
    let erased = family::erased_in(&house, &family.members).await?;
    read(Family {
        members: family.members.iter().zip(erased).map(FamilyMember::of).collect(),
        requests: family.requests.iter().map(FamilyRequest::from).collect(),
    })
}

/// Adds a child, or somebody without a phone.
#[utoipa::path(
    post, path = "/api/v1/family", tag = "family", request_body = NewFamilyMember,
    security(("visitor" = [])),
    responses(
        (status = 201, description = "added", body = FamilyMember),
        SignedIn, FromElsewhere, Typed, Elsewhere, Often,
    )
)]
pub async fn add(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    JsonBody(new): JsonBody<NewFamilyMember>,
) -> Told {
    let NewFamilyMember { relation, name, id_kind, id_number, of_age, consent } = new;
    let form = MemberForm { relation, name, id_kind, id_number, of_age, consent };
    let member = family::add(&house, &visitor, &form).await?;
    let erased = family::erased_in(&house, std::slice::from_ref(&member)).await?.pop().flatten();
    made(format!("/api/v1/family/{}", member.id), FamilyMember::of((&member, erased)))
}

/// Takes a member out of the family.
#[utoipa::path(
    delete, path = "/api/v1/family/{id}", tag = "family", security(("visitor" = [])),
    params(("id" = i64, Path, description = "The member's number")),
    responses((status = 204, description = "removed"), SignedIn, FromElsewhere, Named)
)]
pub async fn remove(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    Path(id): Path<String>,
) -> Told {
    family::remove(&house, &visitor, number(&id)?).await?;
    done()
}

/// Agrees to share a member with somebody else, or not.
#[utoipa::path(
    post, path = "/api/v1/family-requests/{id}/answer", tag = "family",
    request_body = FamilyAnswer, security(("visitor" = [])),
    params(("id" = i64, Path, description = "The request's number")),
    responses((status = 204, description = "answered"), SignedIn, FromElsewhere, Typed, Named)
)]
pub async fn answer_request(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    Path(id): Path<String>,
    JsonBody(answer): JsonBody<FamilyAnswer>,
) -> Told {
    family::answer(&house, &visitor, number(&id)?, answer.agree).await?;
    done()
}

/// Checks a member in: one person, one entry.
#[utoipa::path(
    post, path = "/api/v1/family/{id}/checkins", tag = "family",
    request_body = NewFamilyCheckin, security(("visitor" = [])),
    params(("id" = i64, Path, description = "The member's number")),
    responses(
        (status = 201, description = "recorded, durably", body = Checkin),
        SignedIn, FromElsewhere, Typed, Named, Elsewhere, Often, Full,
    )
)]
pub async fn check_in(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    Path(id): Path<String>,
    By(method): By,
    JsonBody(new): JsonBody<NewFamilyCheckin>,
) -> Told {
    let id: i64 = number(&id)?;
    let told = (new.position, new.sign.as_deref());
    let way = scanned(&house, method, &new.code, told);
    let entry = async move { family::check_in(&house, &visitor, id, &new.code, way).await };
    let receipt = to_the_end(entry).await?;
    made(format!("/api/v1/family/{id}/checkins/{}", receipt.id), Checkin::from(&receipt))
}

/// An entry of a member that the caller made for them.
#[utoipa::path(
    get, path = "/api/v1/family/{id}/checkins/{entry}", tag = "family",
    security(("visitor" = [])),
    params(
        ("id" = i64, Path, description = "The member's number"),
        ("entry" = String, Path, description = "The entry's id"),
    ),
    responses((status = 200, description = "the entry", body = Checkin), SignedIn, Named)
)]
pub async fn entry(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    Path((id, entry)): Path<(String, String)>,
) -> Told {
    let (_, receipt) = family::receipt_of(&house, &visitor, number(&id)?, &entry).await?;
    read(Checkin::from(&receipt))
}
