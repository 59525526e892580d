//! Signing in by a one-time link. Looking at the link uses nothing up, because chat programs
//! fetch links to show a preview; only the button does.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{failed, show, to},
    seat,
};
use actions::{Failure, House, accounts};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "accounts/sign_in_link.html")]
pub(super) struct LinkPage {
    pub(super) p: Page,
}

/// A link that is unknown, used or too old.
#[derive(Template)]
#[template(path = "accounts/dead_link.html")]
pub(super) struct DeadLink {
    pub(super) p: Page,
}

/// `GET /sign-in/{link}`
pub async fn page(p: Page) -> Shown {
    show(&p.clone(), StatusCode::OK, &LinkPage { p })
}

/// `POST /sign-in/{link}`
pub async fn sign_in(
    State(house): State<Arc<House>>,
    p: Page,
    Path(link): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    match accounts::sign_in::by_link(&house, &link).await {
        Ok((token, staff)) => {
            Ok((seat::staff_cookie(&house, &token), to(staff.role().home())).into_response())
        }
        Err(Failure::NotFound) => dead_link(p),
        Err(failure) => Err(failed(&p)(failure)),
    }
}

/// The page for a link that does not work any more.
pub(super) fn dead_link(p: Page) -> Shown {
    show(&p.clone(), StatusCode::NOT_FOUND, &DeadLink { p })
}
