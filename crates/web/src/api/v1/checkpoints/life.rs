//! The life of an approved checkpoint: closed and opened by its manager, its poster reported;
//! suspended and resumed by the authority.

use super::checkpoint;
use crate::{
    api::{
        json::JsonBody,
        v1::{
            problems::{Elsewhere, Guarded, Named, Typed},
            told::{Told, done, read},
        },
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::{Manager, Reviewer},
    venue_codes,
};
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Closes one's own door: whoever scans its code is told so.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/close", tag = "checkpoints", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 204, description = "closed"), Guarded, Named, Elsewhere)
)]
pub async fn close(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    venue_codes::close(&house, &caller, checkpoint(&id)?).await?;
    done()
}

/// Opens one's own closed door again, with the code that it had.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/reopen", tag = "checkpoints", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 204, description = "open again"), Guarded, Named, Elsewhere)
)]
pub async fn reopen(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    venue_codes::reopen(&house, &caller, checkpoint(&id)?).await?;
    done()
}

/// What is wrong with a poster.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPosterReport {
    /// `damaged`: the code stays; `lost`, `copied`: it is replaced at once, and the old one answers
    /// that it is.
    fault: String,
    /// Number of the code on that poster, so that it is not replaced twice.
    #[schema(example = "FY-1202-7K3QD")]
    code_number: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct PosterReported {
    /// Whether there is a new code; its poster is to be downloaded.
    replaced: bool,
}

/// Reports a poster as damaged, lost or copied.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/poster-reports", tag = "checkpoints",
    request_body = NewPosterReport, security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 200, description = "reported", body = PosterReported),
        Guarded, Named, Typed, Elsewhere,
    )
)]
pub async fn report_poster(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewPosterReport>,
) -> Told {
    let (id, code) = (checkpoint(&id)?, new.code_number.trim());
    let replaced = venue_codes::report_poster(&house, &caller, id, code, &new.fault).await?;
    read(PosterReported { replaced })
}

/// Why a door is stopped.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSuspension {
    /// Its manager reads it; 200 characters.
    reason: String,
}

/// Stops a door for now. Of a reviewer, for a door in the reviewer's county.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/suspend", tag = "review", request_body = NewSuspension,
    security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 204, description = "suspended"),
        Guarded, Named, Typed, Elsewhere,
    )
)]
pub async fn suspend(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewSuspension>,
) -> Told {
    venue_codes::suspend(&house, &caller, checkpoint(&id)?, &new.reason).await?;
    done()
}

/// Lets a stopped door go on. Of a reviewer, for a door in the reviewer's county.
#[utoipa::path(
    post, path = "/api/v1/checkpoints/{id}/resume", tag = "review", security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 204, description = "in use again"), Guarded, Named, Elsewhere)
)]
pub async fn resume(
    State(house): State<Arc<House>>,
    As(caller): As<Reviewer>,
    Path(id): Path<String>,
) -> Told {
    venue_codes::resume(&house, &caller, checkpoint(&id)?).await?;
    done()
}
