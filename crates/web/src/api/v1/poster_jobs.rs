//! Posters by the thousand, made by a job: of the manager's unit, of a reviewer's county or township.

use super::{
    problems::{Elsewhere, File, Guarded, Named, Parts, Typed},
    told::{Told, done, made, ms, read},
};
use crate::{
    api::json::{JsonBody, refuse},
    pages::desk::{FilePart, number, part_of_file},
    routes::{Route, Who},
    seat::As,
};
use actions::{
    House,
    accounts::principals::{Manager, Reviewer},
    posters::jobs::{self, Caller, Job, Ordering},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Jobs of the manager's unit.
const OF_UNIT: &str = "/api/v1/organisation/poster-jobs";
/// Jobs of a reviewer.
const OF_REGION: &str = "/api/v1/poster-jobs";

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (manager, reviewer) = (Who::Manager, Who::Reviewer);
    vec![
        Route::api(Method::GET, OF_UNIT, manager, get(list_of_unit)),
        Route::api(Method::POST, OF_UNIT, manager, post(order_of_unit)),
        Route::api(Method::GET, "/api/v1/organisation/poster-jobs/{id}", manager, get(one_of_unit)),
        Route::api(
            Method::DELETE,
            "/api/v1/organisation/poster-jobs/{id}",
            manager,
            delete(end_of_unit),
        ),
        Route::api(
            Method::GET,
            "/api/v1/organisation/poster-jobs/{id}/file",
            manager,
            get(file_of_unit),
        ),
        Route::api(Method::GET, OF_REGION, reviewer, get(list_of_region)),
        Route::api(Method::POST, OF_REGION, reviewer, post(order_of_region)),
        Route::api(Method::GET, "/api/v1/poster-jobs/{id}", reviewer, get(one_of_region)),
        Route::api(Method::DELETE, "/api/v1/poster-jobs/{id}", reviewer, delete(end_of_region)),
        Route::api(Method::GET, "/api/v1/poster-jobs/{id}/file", reviewer, get(file_of_region)),
    ]
}

/// Posters of all open doors of the own unit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPosterJob {
    /// `A4`, `600x900`, `800x1800`.
    size: String,
    /// With bleed and crop marks, for a printing shop.
    #[serde(default)]
    bleed: bool,
    /// `zip`: a file for each poster; `pdf`: a page for each.
    form: String,
}

/// Posters of all codes in use in a county or township.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegionPosterJob {
    /// Code of the county or township.
    region: String,
    /// `A4`, `600x900`, `800x1800`.
    size: String,
    /// With bleed and crop marks, for a printing shop.
    #[serde(default)]
    bleed: bool,
    /// `zip`: a file for each poster; `pdf`: a page for each.
    form: String,
}

/// The caller's jobs.
#[derive(Serialize, ToSchema)]
pub struct PosterJobs {
    /// Newest first; the newest 50.
    jobs: Vec<PosterJob>,
}

/// A job.
#[derive(Serialize, ToSchema)]
pub struct PosterJob {
    /// Its number.
    id: i64,
    /// Name of the county or township; none for the own unit.
    region_name: Option<String>,
    /// Which poster: `A4`, `600x900`, `800x1800`, with `-bleed` for a printing shop.
    poster: Option<String>,
    /// `zip`, `pdf`.
    form: &'static str,
    /// `waiting`, `drawing`, `done`, `failed`, `cancelled`.
    state: &'static str,
    /// Why it failed: `disk_full`, `no_room`, `nothing`, `interrupted`, `lost`, `broken`.
    fault: Option<&'static str>,
    /// Posters that are done, those that could not be drawn among them.
    done: usize,
    /// Posters in all.
    total: usize,
    /// Jobs that come before it, while it waits.
    ahead: i64,
    /// Posters that could not be drawn.
    not_drawn: i64,
    /// The first of these, in Chinese: door, name and why.
    not_drawn_list: Vec<String>,
    /// What the file is called; none before it is there.
    file_name: Option<String>,
    /// Its length; none before it is there.
    bytes: Option<i64>,
    /// When it was ordered, milliseconds since 1970 UTC.
    made_ms: i64,
    /// Until when the file is there; none before the job has ended.
    kept_until_ms: Option<i64>,
}

impl From<Job> for PosterJob {
    fn from(job: Job) -> Self {
        let (state, fault) = job.state.codes();
        let there = job.state == domain::posters::JobState::Done;
        Self {
            id: job.id,
            region_name: job.region_name,
            poster: job.order.map(|order| order.name()),
            form: job.form.code(),
            state,
            fault: Some(fault).filter(|fault| !fault.is_empty()),
            done: job.done,
            total: job.total,
            ahead: job.ahead,
            not_drawn: job.not_drawn,
            not_drawn_list: job.named,
            file_name: there.then_some(job.file_name),
            bytes: there.then_some(job.bytes),
            made_ms: job.made.0,
            kept_until_ms: ms(job.kept_until),
        }
    }
}

async fn all(house: &House, caller: Caller<'_>) -> Told {
    let jobs = jobs::list(house, caller).await?;
    read(PosterJobs { jobs: jobs.into_iter().map(PosterJob::from).collect() })
}

async fn one(house: &House, caller: Caller<'_>, id: &str) -> Told {
    read(PosterJob::from(jobs::one(house, caller, number(id)?).await?))
}

async fn ordered(house: &House, caller: Caller<'_>, base: &str, id: i64) -> Told {
    let job = PosterJob::from(jobs::one(house, caller, id).await?);
    made(format!("{base}/{id}"), job)
}

async fn end(house: &House, caller: Caller<'_>, id: &str) -> Told {
    jobs::cancel(house, caller, number(id)?).await?;
    done()
}

async fn file(house: &House, caller: Caller<'_>, id: &str, headers: &HeaderMap) -> Told {
    Ok(match part_of_file(house, caller, number(id)?, headers).await? {
        FilePart::There(response) => response,
        FilePart::Outside(range) => outside(range),
    })
}

fn outside(range: HeaderMap) -> Response {
    let status = StatusCode::RANGE_NOT_SATISFIABLE;
    (range, refuse(status, "no-such-part", "文件没有这一段")).into_response()
}

/// The unit's jobs.
#[utoipa::path(
    get, path = "/api/v1/organisation/poster-jobs", tag = "posters", security(("staff" = [])),
    responses((status = 200, description = "the jobs", body = PosterJobs), Guarded)
)]
pub async fn list_of_unit(State(house): State<Arc<House>>, As(caller): As<Manager>) -> Told {
    all(&house, (&caller).into()).await
}

/// Orders the posters of all open doors of the unit.
#[utoipa::path(
    post, path = "/api/v1/organisation/poster-jobs", tag = "posters",
    request_body = NewPosterJob, security(("staff" = [])),
    responses(
        (status = 201, description = "ordered", body = PosterJob), Guarded, Typed, Elsewhere,
    )
)]
pub async fn order_of_unit(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    JsonBody(new): JsonBody<NewPosterJob>,
) -> Told {
    let NewPosterJob { size, bleed, form } = new;
    let typed = Ordering { size, bleed, form, region: String::new() };
    let id = jobs::order_of_unit(&house, &caller, &typed).await?;
    ordered(&house, (&caller).into(), OF_UNIT, id).await
}

/// How far a job of the unit is.
#[utoipa::path(
    get, path = "/api/v1/organisation/poster-jobs/{id}", tag = "posters",
    security(("staff" = [])), params(("id" = i64, Path, description = "The job's number")),
    responses((status = 200, description = "the job", body = PosterJob), Guarded, Named)
)]
pub async fn one_of_unit(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    one(&house, (&caller).into(), &id).await
}

/// Ends a job of the unit; deletes one that has ended, with its file.
#[utoipa::path(
    delete, path = "/api/v1/organisation/poster-jobs/{id}", tag = "posters",
    security(("staff" = [])), params(("id" = i64, Path, description = "The job's number")),
    responses((status = 204, description = "ended, or gone"), Guarded, Named, Elsewhere)
)]
pub async fn end_of_unit(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    end(&house, (&caller).into(), &id).await
}

/// What a job of the unit has made, or a part of it (`Range`).
#[utoipa::path(
    get, path = "/api/v1/organisation/poster-jobs/{id}/file", tag = "posters",
    security(("staff" = [])), params(("id" = i64, Path, description = "The job's number")),
    responses(
        (status = 200, description = "the file", body = File, content_type = "application/octet-stream"),
        (status = 206, description = "a part of it", body = File, content_type = "application/octet-stream"),
        Guarded, Named, Parts,
    )
)]
pub async fn file_of_unit(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Told {
    file(&house, (&caller).into(), &id, &headers).await
}

/// The reviewer's jobs.
#[utoipa::path(
    get, path = "/api/v1/poster-jobs", tag = "posters", security(("staff" = [])),
    responses((status = 200, description = "the jobs", body = PosterJobs), Guarded)
)]
pub async fn list_of_region(State(house): State<Arc<House>>, As(caller): As<Reviewer>) -> Told {
    all(&house, (&caller).into()).await
}

/// Orders the posters of all codes in use in a county or township.
#[utoipa::path(
    post, path = "/api/v1/poster-jobs", tag = "posters", request_body = NewRegionPosterJob,
    security(("staff" = [])),
    responses(
        (status = 201, description = "ordered", body = PosterJob), Guarded, Typed, Elsewhere,
    )
)]
pub async fn order_of_region(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    JsonBody(new): JsonBody<NewRegionPosterJob>,
) -> Told {
    let NewRegionPosterJob { region, size, bleed, form } = new;
    let typed = Ordering { size, bleed, form, region };
    let id = jobs::order_of_region(&house, &caller, &typed).await?;
    ordered(&house, (&caller).into(), OF_REGION, id).await
}

/// How far a job is.
#[utoipa::path(
    get, path = "/api/v1/poster-jobs/{id}", tag = "posters", security(("staff" = [])),
    params(("id" = i64, Path, description = "The job's number")),
    responses((status = 200, description = "the job", body = PosterJob), Guarded, Named)
)]
pub async fn one_of_region(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
) -> Told {
    one(&house, (&caller).into(), &id).await
}

/// Ends a job; deletes one that has ended, with its file.
#[utoipa::path(
    delete, path = "/api/v1/poster-jobs/{id}", tag = "posters", security(("staff" = [])),
    params(("id" = i64, Path, description = "The job's number")),
    responses((status = 204, description = "ended, or gone"), Guarded, Named, Elsewhere)
)]
pub async fn end_of_region(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
) -> Told {
    end(&house, (&caller).into(), &id).await
}

/// What a job has made, or a part of it (`Range`).
#[utoipa::path(
    get, path = "/api/v1/poster-jobs/{id}/file", tag = "posters", security(("staff" = [])),
    params(("id" = i64, Path, description = "The job's number")),
    responses(
        (status = 200, description = "the file", body = File, content_type = "application/octet-stream"),
        (status = 206, description = "a part of it", body = File, content_type = "application/octet-stream"),
        Guarded, Named, Parts,
    )
)]
pub async fn file_of_region(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Told {
    file(&house, (&caller).into(), &id, &headers).await
}
