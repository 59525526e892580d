//! A checkpoint is applied for, corrected, changed.

use super::{
    checkpoint, place,
    wire::{Checkpoint, CheckpointFields, CheckpointWritten},
};
use crate::{
    api::{
        json::JsonBody,
        v1::{
            problems::{Elsewhere, Guarded, Named, Typed},
            told::{Told, done, made},
        },
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    applications::{mine, submit},
};
use axum::extract::{Path, State};
use std::sync::Arc;

/// Applies for a new checkpoint.
#[utoipa::path(
    post, path = "/api/v1/checkpoints", tag = "checkpoints", request_body = CheckpointFields,
    security(("staff" = [])),
    responses(
        (status = 201, description = "applied for", body = Checkpoint),
        Guarded, Typed, Elsewhere,
    )
)]
pub async fn submit(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    JsonBody(new): JsonBody<CheckpointFields>,
) -> Told {
    let number = submit::submit(&house, &caller, &new.into()).await?;
    made(place(number), Checkpoint::from(mine::one(&house, &caller, number).await?))
}

/// Corrects an application that came back, and submits it again.
#[utoipa::path(
    put, path = "/api/v1/checkpoints/{id}/application", tag = "checkpoints",
    request_body = CheckpointWritten, security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 204, description = "submitted again"),
        Guarded, Named, Typed, Elsewhere,
    )
)]
pub async fn resubmit(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<CheckpointWritten>,
) -> Told {
    let seen = (checkpoint(&id)?, new.round);
    submit::resubmit(&house, &caller, seen, &new.form.into()).await?;
    done()
}

/// Applies for a change of a door in use; it stays what it is until that is approved.
#[utoipa::path(
    put, path = "/api/v1/checkpoints/{id}/change", tag = "checkpoints",
    request_body = CheckpointWritten, security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses(
        (status = 204, description = "applied for"),
        Guarded, Named, Typed, Elsewhere,
    )
)]
pub async fn change(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<CheckpointWritten>,
) -> Told {
    let seen = (checkpoint(&id)?, new.round);
    submit::change(&house, &caller, seen, &new.form.into()).await?;
    done()
}

/// Takes a change back.
#[utoipa::path(
    delete, path = "/api/v1/checkpoints/{id}/change", tag = "checkpoints",
    security(("staff" = [])),
    params(("id" = u32, Path, description = "The checkpoint's number")),
    responses((status = 204, description = "taken back"), Guarded, Named, Elsewhere)
)]
pub async fn withdraw(
    State(house): State<Arc<House>>,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Told {
    submit::withdraw(&house, &caller, checkpoint(&id)?).await?;
    done()
}
