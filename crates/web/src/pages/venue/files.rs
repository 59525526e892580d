//! What hangs at the door, to download: the A4 poster and the bare code.

use super::checkpoint::one;
use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{attachment, failed, number, said},
    seat::As,
};
use actions::{Answer, House, accounts::principals::Manager, posters, posters::Download};
use axum::extract::{Path, State};
use domain::checkpoints::CheckpointNumber;
use std::sync::Arc;

/// `GET /venue/checkpoints/{id}/poster-a4.pdf`
pub async fn poster(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let made = posters::a4(&house, &caller, id).await;
    file(&house, p, &caller, id, made, "application/pdf").await
}

/// `GET /venue/checkpoints/{id}/code.svg`
pub async fn code(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let made = posters::code_svg(&house, &caller, id).await;
    file(&house, p, &caller, id, made, "image/svg+xml").await
}

async fn file(
    house: &House,
    p: Page,
    caller: &Manager,
    id: CheckpointNumber,
    made: Answer<Download>,
    kind: &'static str,
) -> Shown {
    match made {
        Ok(download) => Ok(attachment(&download.name, kind, download.bytes)),
        Err(failure) => {
            let said = said(&p, failure)?;
            one(house, p, caller, id, false, said).await
        }
    }
}
