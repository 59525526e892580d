//! The caller's checkpoints are listed, read, counted.

use super::{
    checkpoint,
    wire::{Checkpoint, CheckpointRow, StateCounts},
};
use crate::{
    api::{
        json::QueryOf,
        v1::{
            problems::{Asked, Guarded, Named},
            told::{Told, read},
        },
    },
    pages::venue::narrowing::Narrowing,
    seat::As,
};
use actions::{House, accounts::principals::Manager, applications::mine, checkpoints::counts};
use axum::extract::{Path, State};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A page of checkpoints.
#[derive(Serialize, ToSchema)]
pub struct Checkpoints {
    /// Those of this page, newest change first.
    checkpoints: Vec<CheckpointRow>,
    /// How many the query has.
    total: i64,
    /// How many there are where, without the query.
    counts: StateCounts,
    /// This page, from 0; one beyond the last is the last.
    page: i64,
    /// How many pages there are, at least one.
    pages: i64,
    /// Most rows of a page.
    page_size_max: i64,
}

/// The caller's checkpoints.
#[utoipa::path(
    get, path = "/api/v1/checkpoints", tag = "checkpoints", security(("staff" = [])),
    params(Narrowing),
    responses((status = 200, description = "a page of them", body = Checkpoints), Guarded, Asked)
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    QueryOf(wanted): QueryOf<Narrowing>,
) -> Told {
    let list = mine::list(&house, &caller, &wanted.strict()?).await?;
    read(Checkpoints {
        checkpoints: list.rows.into_iter().map(CheckpointRow::from).collect(),
        total: list.total,
        counts: StateCounts::of(&list.counts),
        page: list.page,
        pages: list.pages,
        page_size_max: mine::PAGE_ROWS,
    })
}

/// Checkpoints of other units.
#[derive(Serialize, ToSchema)]
pub struct EntrustedCheckpoints {
    /// Newest change first; the newest 500.
    checkpoints: Vec<CheckpointRow>,
}

/// The checkpoints of other units that the caller took over.
#[utoipa::path(
    get, path = "/api/v1/entrusted-checkpoints", tag = "checkpoints", security(("staff" = [])),
    responses((status = 200, description = "all of them", body = EntrustedCheckpoints), Guarded)
)]
pub async fn entrusted(State(house): State<Arc<House>>, As(caller): As<Manager>) -> Told {
    let rows = mine::entrusted(&house, &caller).await?;
    read(EntrustedCheckpoints { checkpoints: rows.into_iter().map(CheckpointRow::from).collect() })
}

/// One of the caller's checkpoints, with its history, its code and its devices.
#[utoipa::path(
    get, path = "/api/v1/checkpoints/{id}", tag = "checkpoints", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 200, description = "the checkpoint", body = Checkpoint), Guarded, Named)
)]
pub async fn one(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    read(Checkpoint::from(mine::one(&house, &caller, checkpoint(&id)?).await?))
}

/// Entries at a door.
#[derive(Serialize, ToSchema)]
pub struct EntryCounts {
    /// The last 14 days, today first.
    days: Vec<DayOfEntries>,
}

/// Entries of one day.
#[derive(Serialize, ToSchema)]
pub struct DayOfEntries {
    /// When it began (UTC+8), milliseconds since 1970 UTC.
    start_ms: i64,
    /// Of the whole day.
    total: u64,
    /// By the hour of the day, 24 of them.
    hours: Vec<u64>,
}

/// How many entered by this door, by day and hour. Numbers only.
#[utoipa::path(
    get, path = "/api/v1/checkpoints/{id}/counts", tag = "checkpoints", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 200, description = "the counts", body = EntryCounts), Guarded, Named)
)]
pub async fn counts(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    let days = counts::counts(&house, &caller, checkpoint(&id)?).await?;
    let day = |day: counts::Day| DayOfEntries {
        start_ms: day.start.0,
        total: day.total(),
        hours: day.hours.to_vec(),
    };
    read(EntryCounts { days: days.into_iter().map(day).collect() })
}
