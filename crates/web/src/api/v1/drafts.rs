//! Drafts: doors begun half way, or uploaded as a table; corrected and submitted.

use super::{
    checkpoints::{Checkpoint, CheckpointFields, place},
    problems::{Asked, Elsewhere, File, Filed, Full, Guarded, Named, Typed},
    told::{Told, done, made, read},
};
use crate::{
    api::{
        json::{self, JsonBody, QueryOf, invalid},
        openapi::FieldError,
    },
    pages::{
        desk::{attachment, number},
        venue::{drafts::XLSX, narrowing::DraftNarrowing},
    },
    routes::{API_TABLE, Route, Who},
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::Manager,
    applications::{
        drafts::{self, Judged, Uploaded},
        mine,
    },
};
use axum::{
    extract::{Path, Request, State},
    http::Method,
    routing::{delete, get, post, put},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The routes of this room.
pub(super) fn routes() -> Vec<Route> {
    let (all, one) = ("/api/v1/drafts", "/api/v1/drafts/{id}");
    let manager = Who::Manager;
    vec![
        Route::api(Method::GET, all, manager, get(list)),
        Route::api(Method::POST, all, manager, post(keep)),
        Route::api(Method::DELETE, all, manager, delete(delete_all)),
        Route::api(Method::POST, "/api/v1/drafts/submit", manager, post(submit_all)),
        Route::api(Method::GET, "/api/v1/drafts/table.xlsx", manager, get(table)),
        Route::api_upload(API_TABLE, manager, post(upload)),
        Route::api(Method::GET, one, manager, get(one_draft)),
        Route::api(Method::PUT, one, manager, put(change)),
        Route::api(Method::DELETE, one, manager, delete(delete_one)),
        Route::api(Method::POST, "/api/v1/drafts/{id}/submit", manager, post(submit)),
    ]
}

/// Content types of a table.
const TABLES: [&str; 5] = [
    XLSX,
    "application/vnd.ms-excel",
    "text/csv",
    "text/tab-separated-values",
    "application/octet-stream",
];

/// A draft.
#[derive(Serialize, ToSchema)]
pub struct Draft {
    /// Its number.
    id: i64,
    /// Row of the table it came from; none when it was written.
    line: Option<i64>,
    /// How many times it was written; goes along with the next writing.
    round: i64,
    /// What it says; a county, township or category that was not recognised stands as it was typed.
    form: CheckpointFields,
    /// What is wrong, by field of the form; without any it may be submitted.
    errors: Vec<FieldError>,
}

impl From<Judged> for Draft {
    fn from(draft: Judged) -> Self {
        Self {
            id: draft.id,
            line: Some(draft.line).filter(|line| *line > 0),
            round: draft.round,
            form: draft.form.into(),
            errors: FieldError::each(&draft.complaints),
        }
    }
}

/// A page of drafts.
#[derive(Serialize, ToSchema)]
pub struct Drafts {
    /// Those of this page, in the order in which they came.
    drafts: Vec<Draft>,
    /// How many there are in all.
    total: usize,
    /// How many of them have something wrong.
    faulty: usize,
    /// This page, from 0; one beyond the last is the last.
    page: usize,
    /// How many pages the query has, at least one.
    pages: usize,
    /// Most rows of a page.
    page_size_max: usize,
}

/// A draft written anew.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRound {
    /// The round that was read: when somebody has written it meanwhile, nothing is changed.
    round: i64,
    /// All of its fields.
    form: CheckpointFields,
}

/// How many were deleted.
#[derive(Serialize, ToSchema)]
pub struct DraftsDeleted {
    /// So many.
    deleted: u64,
}

/// What became of all drafts.
#[derive(Serialize, ToSchema)]
pub struct DraftsSubmitted {
    /// So many are applications now.
    submitted: usize,
    /// So many are drafts still.
    left: usize,
}

/// What was read from a table.
#[derive(Serialize, ToSchema)]
pub struct TableTaken {
    /// So many rows are drafts now, right or wrong.
    rows: usize,
}

/// The unit's drafts.
#[utoipa::path(
    get, path = "/api/v1/drafts", tag = "drafts", security(("staff" = [])),
    params(DraftNarrowing),
    responses(
        (status = 200, description = "a page of them", body = Drafts),
        Guarded, Asked, Elsewhere,
    )
)]
pub async fn list(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    QueryOf(wanted): QueryOf<DraftNarrowing>,
) -> Told {
    let (faulty, page) = wanted.strict()?;
    let list = drafts::list(&house, &caller, faulty, page).await?;
    read(Drafts {
        drafts: list.rows.into_iter().map(Draft::from).collect(),
        total: list.total,
        faulty: list.faulty,
        page: list.page,
        pages: list.pages,
        page_size_max: drafts::PAGE_ROWS,
    })
}

/// Keeps a form as it is, right or wrong.
#[utoipa::path(
    post, path = "/api/v1/drafts", tag = "drafts", request_body = CheckpointFields,
    security(("staff" = [])),
    responses((status = 201, description = "kept", body = Draft), Guarded, Typed, Elsewhere)
)]
pub async fn keep(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    JsonBody(new): JsonBody<CheckpointFields>,
) -> Told {
    let id = drafts::keep(&house, &caller, &new.into()).await?;
    let draft = Draft::from(drafts::one(&house, &caller, id).await?);
    made(format!("/api/v1/drafts/{id}"), draft)
}

/// Throws all drafts of the unit away.
#[utoipa::path(
    delete, path = "/api/v1/drafts", tag = "drafts", security(("staff" = [])),
    responses((status = 200, description = "how many", body = DraftsDeleted), Guarded, Elsewhere)
)]
pub async fn delete_all(State(house): State<Arc<House>>, As(caller): As<Manager>) -> Told {
    read(DraftsDeleted { deleted: drafts::delete(&house, &caller, None).await? })
}

/// Submits every draft that nothing is wrong with.
#[utoipa::path(
    post, path = "/api/v1/drafts/submit", tag = "drafts", security(("staff" = [])),
    responses(
        (status = 200, description = "how many", body = DraftsSubmitted),
        Guarded, Elsewhere,
    )
)]
pub async fn submit_all(State(house): State<Arc<House>>, As(caller): As<Manager>) -> Told {
    let came = drafts::submit_all(&house, &caller).await?;
    read(DraftsSubmitted { submitted: came.submitted, left: came.left })
}

/// The workbook to fill in.
#[utoipa::path(
    get, path = "/api/v1/drafts/table.xlsx", tag = "drafts", security(("staff" = [])),
    responses(
        (
            status = 200, description = "the workbook", body = File,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        Guarded,
    )
)]
pub async fn table(State(house): State<Arc<House>>, As(_): As<Manager>) -> Told {
    let file = drafts::fill_in(&house).await?;
    Ok(attachment(&file.name, XLSX, file.bytes))
}

/// Takes a table, XLSX or separated text, of at most 4 MiB: each row becomes a draft.
#[utoipa::path(
    post, path = "/api/v1/drafts/table", tag = "drafts", security(("staff" = [])),
    request_body(content = File, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "how many rows", body = TableTaken),
        Guarded, Filed, Elsewhere, Full,
    )
)]
pub async fn upload(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    request: Request,
) -> Told {
    let table = json::file(request, &TABLES).await?;
    match drafts::upload(&house, &caller, table).await? {
        Uploaded::Taken(rows) => made("/api/v1/drafts".to_owned(), TableTaken { rows }),
        Uploaded::Unreadable(why) => Err(invalid(vec![FieldError::new("file", why)]).into()),
    }
}

/// One draft.
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}", tag = "drafts", security(("staff" = [])),
    params(("id" = i64, Path, description = "The draft's number")),
    responses(
        (status = 200, description = "the draft", body = Draft),
        Guarded, Named, Elsewhere,
    )
)]
pub async fn one_draft(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    read(Draft::from(drafts::one(&house, &caller, number(&id)?).await?))
}

/// Writes a draft anew, right or wrong.
#[utoipa::path(
    put, path = "/api/v1/drafts/{id}", tag = "drafts", request_body = NewRound,
    security(("staff" = [])),
    params(("id" = i64, Path, description = "The draft's number")),
    responses(
        (status = 200, description = "the draft as it is now", body = Draft),
        Guarded, Named, Typed, Elsewhere,
    )
)]
pub async fn change(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewRound>,
) -> Told {
    let id = number(&id)?;
    drafts::change(&house, &caller, (id, new.round), &new.form.into()).await?;
    read(Draft::from(drafts::one(&house, &caller, id).await?))
}

/// Throws a draft away.
#[utoipa::path(
    delete, path = "/api/v1/drafts/{id}", tag = "drafts", security(("staff" = [])),
    params(("id" = i64, Path, description = "The draft's number")),
    responses((status = 204, description = "gone"), Guarded, Named, Elsewhere)
)]
pub async fn delete_one(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    match drafts::delete(&house, &caller, Some(number(&id)?)).await? {
        0 => Err(Failure::NotFound.into()),
        _ => done(),
    }
}

/// Writes a draft anew and submits it. With something wrong, it is kept as it is sent.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/submit", tag = "drafts", request_body = NewRound,
    security(("staff" = [])),
    params(("id" = i64, Path, description = "The draft's number")),
    responses(
        (status = 201, description = "an application now", body = Checkpoint),
        Guarded, Named, Typed, Elsewhere,
    )
)]
pub async fn submit(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewRound>,
) -> Told {
    let seen = (number(&id)?, new.round);
    let checkpoint = drafts::submit_one(&house, &caller, seen, &new.form.into()).await?;
    made(place(checkpoint), Checkpoint::from(mine::one(&house, &caller, checkpoint).await?))
}
