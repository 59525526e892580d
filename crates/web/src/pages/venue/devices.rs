//! Duty devices of a door: a one-time link to enrol one, and revoking one.

use super::checkpoint::{Kept, one};
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{failed, number, said, show, to},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    duty::devices::{self, EnrolLink},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::checkpoints::CheckpointNumber;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "venue/duty_link.html")]
pub(super) struct DutyLink {
    pub(super) p: Page,
    pub(super) number: u32,
    pub(super) link: EnrolLink,
}

/// `POST /venue/checkpoints/{id}/duty-links`: the link is shown this once.
pub async fn make_link(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    match devices::make_link(&house, &caller, id).await {
        Ok(link) => show(&p.clone(), StatusCode::OK, &DutyLink { p, number: id.0, link }),
        Err(failure) => {
            let said = said(&p, failure)?;
            one(&house, p, &caller, id, Kept::default(), said).await
        }
    }
}

/// `POST /venue/checkpoints/{id}/devices/{device}/revoke`
pub async fn revoke(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path((id, device)): Path<(String, String)>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let device = number(&device).map_err(failed(&p))?;
    devices::revoke(&house, &caller, id, device).await.map_err(failed(&p))?;
    Ok(to(&format!("/venue/checkpoints/{}", id.0)))
}
