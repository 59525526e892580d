//! The caller's entries through the API, by page.

use crate::{
    api::{
        json::QueryOf,
        v1::{
            messages::Page,
            problems::{Asked, SignedIn},
            told::{Told, read},
        },
    },
    pages::desk::{Words, page},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Visitor,
    people::mine::{MyEntry, PAGE_ENTRIES, me},
};
use axum::extract::State;
use domain::fields::Complaints;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// An entry.
#[derive(Serialize, ToSchema)]
pub struct Visit {
    /// Registered name of the place.
    place: String,
    /// Door.
    door: String,
    /// Entry time, milliseconds since 1970 UTC.
    entered_ms: i64,
    /// How, as in `/checkins`.
    method: &'static str,
    /// The colour that was shown.
    health_status: &'static str,
    /// When it is deleted, milliseconds since 1970 UTC.
    deleted_ms: i64,
}

impl From<MyEntry> for Visit {
    fn from(entry: MyEntry) -> Self {
        Self {
            place: entry.name,
            door: entry.door,
            entered_ms: entry.entered.0,
            method: entry.method.code(),
            health_status: entry.colour.code(),
            deleted_ms: entry.deleted_on.0,
        }
    }
}

/// A page of entries.
#[derive(Serialize, ToSchema)]
pub struct Visits {
    /// How many there are in all.
    total: usize,
    /// This page, from 0.
    page: usize,
    /// How many pages there are.
    pages: usize,
    /// Most entries of a page.
    page_size_max: usize,
    /// The entries, newest first.
    visits: Vec<Visit>,
}

/// The caller's entries that are still kept.
#[utoipa::path(
    get, path = "/api/v1/me/visits", tag = "visitors", security(("visitor" = [])), params(Page),
    responses((status = 200, description = "a page of them", body = Visits), SignedIn, Asked)
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(visitor): As<Visitor>,
    QueryOf(wanted): QueryOf<Page>,
) -> Told {
    let mut complaints = Complaints::default();
    let wanted = page(&wanted.page, &mut complaints);
    let wanted = Words(wanted, complaints).whole()?;
    let me = me(&house, &visitor, usize::try_from(wanted).unwrap_or(0)).await?;
    read(Visits {
        total: me.entries_total,
        page: me.page,
        pages: me.pages,
        page_size_max: PAGE_ENTRIES,
        visits: me.entries.into_iter().map(Visit::from).collect(),
    })
}
