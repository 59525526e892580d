//! The duty screen, its state for whoever missed something, head counts and dispositions.

use super::{parts, unbound};
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::DutyDevice,
    alerts,
    duty::screen::{self, Screen},
};
use askama::Template;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::fields::Complaints;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "duty/screen.html")]
struct ScreenPage<'a> {
    p: &'a Page,
    screen: &'a Screen,
    card: String,
    list: String,
    alerts: String,
    counts: String,
}

/// The pieces, drawn.
struct Drawn {
    card: String,
    list: String,
    alerts: String,
    counts: String,
}

fn draw(p: &Page, screen: &Screen, note: &str, complaints: &Complaints) -> askama::Result<Drawn> {
    Ok(Drawn {
        card: parts::card(p, screen.recent.first().map(|shown| &**shown))?,
        list: parts::list(p, &screen.recent)?,
        alerts: parts::alerts(p, &screen.open_alerts, note, complaints)?,
        counts: parts::counts(p, screen)?,
    })
}

/// Whether the screen's script asks for a piece instead of a page.
pub(super) fn wants_part(headers: &HeaderMap) -> bool {
    headers.contains_key("x-part")
}

/// After something was done: nothing for the script, the screen for everybody else.
pub(super) fn done(headers: &HeaderMap) -> Response {
    if wants_part(headers) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to("/duty").into_response()
    }
}

/// `GET /duty`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    device: Option<As<DutyDevice>>,
) -> Shown {
    let Some(As(device)) = device else { return unbound::stranger(&p) };
    whole(&house, p, &device, "", &Complaints::default()).await
}

async fn whole(
    house: &House,
    p: Page,
    device: &DutyDevice,
    note: &str,
    complaints: &Complaints,
) -> Shown {
    let failed = |failure| PageFailure(p.clone(), failure);
    let screen = screen::open(house, device).await.map_err(failed)?;
    let broken = |e: askama::Error| PageFailure(p.clone(), Failure::broken(e));
    let Drawn { card, list, alerts, counts } =
        draw(&p, &screen, note, complaints).map_err(broken)?;
    let page = ScreenPage { p: &p, screen: &screen, card, list, alerts, counts };
    let status =
        if complaints.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render().map_err(broken)?)).into_response())
}

/// `GET /duty/state`
pub(super) async fn state(
    State(house): State<Arc<House>>,
    p: Page,
    As(device): As<DutyDevice>,
) -> Shown {
    let screen = screen::open(&house, &device).await;
    let screen = screen.map_err(|failure| PageFailure(p.clone(), failure))?;
    let drawn = draw(&p, &screen, "", &Complaints::default())
        .map_err(|e| PageFailure(p.clone(), Failure::broken(e)))?;
    let state = serde_json::json!({
        "card": drawn.card, "list": drawn.list, "alerts": drawn.alerts, "counts": drawn.counts,
        "word": screen.proof_word, "before": screen.proof_word_before, "now": screen.now.0,
    });
    Ok(Json(state).into_response())
}

/// `POST /duty/heads`
pub(super) async fn count_head(
    State(house): State<Arc<House>>,
    p: Page,
    As(device): As<DutyDevice>,
    headers: HeaderMap,
    Checked(()): Checked<()>,
) -> Shown {
    screen::count_head(&house, &device).await.map_err(|failure| PageFailure(p, failure))?;
    Ok(done(&headers))
}

/// What staff did.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    disposition: String,
    note: String,
}

/// `POST /duty/alerts/{id}/disposition`
pub(super) async fn dispose(
    State(house): State<Arc<House>>,
    p: Page,
    As(device): As<DutyDevice>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let Ok(alert) = id.parse() else { return Err(PageFailure(p, Failure::NotFound)) };
    match alerts::dispose(&house, &device, alert, &fields.disposition, &fields.note).await {
        Ok(()) => Ok(done(&headers)),
        // Another device at this door was quicker: the screen shows what is left.
        Err(Failure::Conflict(_)) => Ok(done(&headers)),
        Err(Failure::Invalid(complaints)) if wants_part(&headers) => {
            let screen = screen::open(&house, &device).await;
            let screen = screen.map_err(|failure| PageFailure(p.clone(), failure))?;
            let drawn = parts::alerts(&p, &screen.open_alerts, &fields.note, &complaints);
            let html = drawn.map_err(|e| PageFailure(p.clone(), Failure::broken(e)))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(html)).into_response())
        }
        Err(Failure::Invalid(complaints)) => {
            whole(&house, p, &device, &fields.note, &complaints).await
        }
        Err(failure) => Err(PageFailure(p, failure)),
    }
}
