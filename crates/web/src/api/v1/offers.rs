//! Handing a door, or the whole unit, to somebody else by phone, and answering such an offer.

use super::{
    checkpoints::checkpoint,
    problems::{Elsewhere, Guarded, Named, Often, Typed},
    told::{Told, done, read},
};
use crate::{
    api::json::JsonBody,
    pages::desk::number,
    routes::{Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    invitations::{self, Offered},
};
use axum::{
    extract::{Path, State},
    http::Method,
    routing::{delete, get, post},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (of_door, of_unit) = ("/api/v1/checkpoints/{id}/manager", "/api/v1/organisation/transfer");
    let manager = |method, path, handler| Route::api(method, path, Who::Manager, handler);
    vec![
        manager(Method::POST, of_door, post(offer_door)),
        manager(Method::DELETE, of_door, delete(take_back_door)),
        manager(Method::POST, "/api/v1/checkpoints/{id}/lay-down", post(lay_down)),
        manager(Method::GET, of_unit, get(open_offer)),
        manager(Method::POST, of_unit, post(offer_unit)),
        manager(Method::DELETE, of_unit, delete(take_back_unit)),
        manager(Method::GET, "/api/v1/offers", get(for_me)),
        manager(Method::POST, "/api/v1/offers/{offer}/accept", post(accept)),
        manager(Method::POST, "/api/v1/offers/{offer}/decline", post(decline)),
    ]
}

/// What came of an offer.
#[derive(Serialize, ToSchema)]
pub struct OfferMade {
    /// `yes`; `not_again`, because the phone was sent one within the hour; `no_provider`, so that the
    /// caller has to say it.
    text_message: &'static str,
}

impl From<Offered> for OfferMade {
    fn from(offered: Offered) -> Self {
        let text_message = match offered {
            Offered::BySms => "yes",
            Offered::BesideOthers => "not_again",
            Offered::WithoutSms => "no_provider",
        };
        Self { text_message }
    }
}

/// To whom a unit is to be handed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTransfer {
    /// Mobile number.
    phone: String,
}

/// The open offer of a unit.
#[derive(Serialize, ToSchema)]
pub struct Transfer {
    /// Masked phone of who is asked; none when nobody is.
    masked_phone: Option<String>,
    /// Until when they may answer, milliseconds since 1970 UTC.
    until_ms: Option<i64>,
}

/// What waits for the caller's answer.
#[derive(Serialize, ToSchema)]
pub struct Offers {
    /// Oldest first.
    offers: Vec<Offer>,
}

/// An offer.
#[derive(Serialize, ToSchema)]
pub struct Offer {
    /// Its number.
    id: i64,
    /// The unit that asks.
    organisation: String,
    /// The door; none for the whole unit.
    door: Option<String>,
    /// Until when it may be answered, milliseconds since 1970 UTC.
    until_ms: i64,
}

/// Asks the door's responsible person, by the phone on record, to manage it.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/manager", tag = "offers",
    security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 200, description = "asked", body = OfferMade), Guarded, Named, Elsewhere)
)]
pub async fn offer_door(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    read(OfferMade::from(invitations::offer_door(&house, &caller, checkpoint(&id)?).await?))
}

/// Takes the offer, or the door, back.
#[utoipa::path(
    delete, path = "/api/v1/checkpoints/{id}/manager",
    tag = "offers", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 204, description = "taken back"), Guarded, Named, Elsewhere)
)]
pub async fn take_back_door(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    invitations::take_back_door(&house, &caller, checkpoint(&id)?).await?;
    done()
}

/// Lays a door down that was taken over.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/lay-down",
    tag = "offers", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 204, description = "laid down"), Guarded, Named)
)]
pub async fn lay_down(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    invitations::lay_down(&house, &caller, checkpoint(&id)?).await?;
    done()
}

/// The open offer of the caller's unit.
#[utoipa::path(
    get, path = "/api/v1/organisation/transfer", tag = "offers",
    security(("staff" = [])),
    responses((status = 200, description = "the offer, if there is one", body = Transfer), Guarded)
)]
pub async fn open_offer(State(house): State<Arc<House>>, As(caller): As<Manager>) -> Told {
    let open = invitations::open_offer(&house, &caller).await?;
    let until_ms = open.as_ref().map(|open| open.until.0);
    read(Transfer { masked_phone: open.map(|open| open.phone), until_ms })
}

/// Asks whoever has this phone to take over the unit with all its doors.
#[utoipa::path(
    post, path = "/api/v1/organisation/transfer", tag = "offers",
    request_body = NewTransfer, security(("staff" = [])),
    responses(
        (status = 200, description = "asked", body = OfferMade),
        Guarded, Typed, Elsewhere, Often,
    )
)]
pub async fn offer_unit(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    JsonBody(new): JsonBody<NewTransfer>,
) -> Told {
    read(OfferMade::from(invitations::offer_unit(&house, &caller, &new.phone).await?))
}

/// Takes the offer of the unit back.
#[utoipa::path(
    delete, path = "/api/v1/organisation/transfer",
    tag = "offers", security(("staff" = [])),
    responses((status = 204, description = "taken back"), Guarded, Elsewhere)
)]
pub async fn take_back_unit(State(house): State<Arc<House>>, As(caller): As<Manager>) -> Told {
    invitations::take_back_unit(&house, &caller).await?;
    done()
}

/// What waits for the caller's answer.
#[utoipa::path(
    get, path = "/api/v1/offers", tag = "offers",
    security(("staff" = [])),
    responses((status = 200, description = "the offers", body = Offers), Guarded)
)]
pub async fn for_me(State(house): State<Arc<House>>, As(caller): As<Manager>) -> Told {
    let offers = invitations::for_me(&house, &caller).await?;
    let offer = |offer: invitations::ForMe| Offer {
        id: offer.id,
        organisation: offer.unit,
        door: Some(offer.door).filter(|door| !door.is_empty()),
        until_ms: offer.until.0,
    };
    read(Offers { offers: offers.into_iter().map(offer).collect() })
}

/// Accepts: the door, or the unit, is the caller's to manage.
#[utoipa::path(
    post, path = "/api/v1/offers/{offer}/accept", tag = "offers",
    security(("staff" = [])),
    params(("offer" = i64, Path, description = "The offer's number")),
    responses((status = 204, description = "accepted"), Guarded, Named, Elsewhere)
)]
pub async fn accept(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    invitations::accept(&house, &caller, number(&id)?).await?;
    done()
}

/// Declines.
#[utoipa::path(
    post, path = "/api/v1/offers/{offer}/decline", tag = "offers",
    security(("staff" = [])),
    params(("offer" = i64, Path, description = "The offer's number")),
    responses((status = 204, description = "declined"), Guarded, Named)
)]
pub async fn decline(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    invitations::decline(&house, &caller, number(&id)?).await?;
    done()
}
