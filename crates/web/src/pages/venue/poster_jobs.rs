//! All posters of the manager's unit, made by a job.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Room, Typed, WantedJobs, failed, number, send_part},
    seat::As,
};
use actions::{House, accounts::principals::Manager, posters::jobs};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
};
use std::sync::Arc;

fn room(caller: &Manager) -> Room<'_> {
    Room { base: "/venue/poster-jobs", caller: caller.into(), places: Vec::new(), whole: false }
}

/// `GET /venue/poster-jobs`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    query: Asked<WantedJobs>,
) -> Shown {
    room(&caller).page(&house, p, query).await
}

/// `POST /venue/poster-jobs`
pub async fn order(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Checked(typed): Checked<Typed>,
) -> Shown {
    let typed = typed.ordering();
    let outcome = jobs::order_of_unit(&house, &caller, &typed).await;
    room(&caller).ordered(&house, p, typed, outcome).await
}

/// `POST /venue/poster-jobs/{id}/cancel`
pub async fn cancel(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    room(&caller).cancel(&house, p, id).await
}

/// `GET /venue/poster-jobs/{id}/file`
pub async fn file(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    send_part(&house, p, (&caller).into(), id, &headers).await
}
