//! All posters of a county or township, made by a job.

use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Room, Typed, WantedJobs, counties, failed, number, send_part},
    seat::As,
};
use actions::{House, accounts::principals::Reviewer, posters::jobs};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
};
use std::sync::Arc;

async fn room<'a>(house: &House, p: &Page, caller: &'a Reviewer) -> Result<Room<'a>, PageFailure> {
    let regions = jobs::regions_of(house, caller).await.map_err(failed(p))?;
    let whole = jobs::has_whole_counties(caller);
    Ok(Room { base: "/posters", caller: caller.into(), places: counties(&regions), whole })
}

/// `GET /posters`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    query: Asked<WantedJobs>,
) -> Shown {
    room(&house, &p, &caller).await?.page(&house, p, query).await
}

/// `POST /posters`
pub async fn order(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Checked(typed): Checked<Typed>,
) -> Shown {
    let typed = typed.ordering();
    let outcome = jobs::order_of_region(&house, &caller, &typed).await;
    room(&house, &p, &caller).await?.ordered(&house, p, typed, outcome).await
}

/// `POST /posters/{id}/cancel`
pub async fn cancel(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    room(&house, &p, &caller).await?.cancel(&house, p, id).await
}

/// `GET /posters/{id}/file`
pub async fn file(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    send_part(&house, p, (&caller).into(), id, &headers).await
}
