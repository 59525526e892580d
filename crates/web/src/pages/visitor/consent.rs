//! Consent: how it stands, one tap for a new version, and taking it back.

use super::{days, show};
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    pages::local,
    seat::{self, As},
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    people::consent::{self, Consent},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use domain::privacy::{self, NOTICES, Notice};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/privacy.html")]
struct PrivacyPage<'a> {
    p: &'a Page,
    notice: &'static Notice,
    days: (u32, u32),
}

#[derive(Template)]
#[template(path = "visitor/consent.html")]
struct ConsentPage<'a> {
    p: &'a Page,
    consent: Consent,
    days: (u32, u32),
    /// Said when something was left out.
    wrong: bool,
}

/// `GET /privacy`
pub(super) async fn privacy(State(house): State<Arc<House>>, p: Page) -> Shown {
    notice_page(&house, &p, privacy::current())
}

/// `GET /privacy/{version}`
pub(super) async fn privacy_version(
    State(house): State<Arc<House>>,
    p: Page,
    Path(version): Path<String>,
) -> Shown {
    let notice = version.parse().ok().and_then(privacy::notice);
    let notice = notice.ok_or_else(|| PageFailure(p.clone(), Failure::NotFound))?;
    notice_page(&house, &p, notice)
}

fn notice_page(house: &House, p: &Page, notice: &'static Notice) -> Shown {
    show(p, StatusCode::OK, &PrivacyPage { p, notice, days: days(house) })
}

async fn draw(
    house: &House,
    p: &Page,
    visitor: &Visitor,
    status: StatusCode,
    wrong: bool,
) -> Shown {
    let consent = consent::consent(house, visitor).await;
    let consent = consent.map_err(|failure| PageFailure(p.clone(), failure))?;
    show(p, status, &ConsentPage { p, consent, days: days(house), wrong })
}

/// `GET /me/consent`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    draw(&house, &p, &visitor, StatusCode::OK, false).await
}

/// What is agreed to, and where to go on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    version: String,
    next: String,
    sure: Option<String>,
}

/// `POST /me/consent`
pub(super) async fn agree(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let version = fields.version.parse().unwrap_or(0);
    let agreed = consent::agree(&house, &visitor, version).await;
    agreed.map_err(|failure| PageFailure(p.clone(), failure))?;
    Ok(Redirect::to(local(&fields.next).unwrap_or("/me/consent")).into_response())
}

/// `POST /me/consent/withdraw`
pub(super) async fn withdraw(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    if fields.sure.is_none() {
        return draw(&house, &p, &visitor, StatusCode::UNPROCESSABLE_ENTITY, true).await;
    }
    consent::withdraw(&house, &visitor).await.map_err(|failure| PageFailure(p, failure))?;
    Ok((seat::no_visitor_cookie(&house), Redirect::to("/privacy")).into_response())
}
