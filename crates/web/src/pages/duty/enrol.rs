//! A device becomes the screen of a door: by a link that works once, used by a press, not by a
//! preview.

use super::unbound;
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    seat,
};
use actions::{
    Failure, House,
    duty::devices::{self, Enrolment},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect},
};
use domain::{duty::DeviceKind, fields::Complaints};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "duty/enrol.html")]
struct EnrolPage<'a> {
    p: &'a Page,
    door: &'a Enrolment,
    label: &'a str,
    kind: &'a str,
    complaints: &'a Complaints,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    label: String,
    kind: String,
}

impl Fields {
    /// Whoever says nothing enrols a duty screen.
    fn wanted(&self) -> &str {
        if self.kind.is_empty() { DeviceKind::Duty.code() } else { &self.kind }
    }
}

/// `GET /duty/enrol/{link}`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    Path(link): Path<String>,
) -> Shown {
    let label = p.t("值守屏").to_owned();
    let fields = Fields { label, kind: DeviceKind::Duty.code().to_owned() };
    form(&house, p, &link, &fields, &Complaints::default()).await
}

/// `POST /duty/enrol/{link}`
pub(super) async fn enrol(
    State(house): State<Arc<House>>,
    p: Page,
    Path(link): Path<String>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let enrolled = match devices::kind(fields.wanted()) {
        Ok(kind) => {
            devices::enrol(&house, &link, &fields.label, kind).await.map(|token| (token, kind))
        }
        Err(failure) => Err(failure),
    };
    match enrolled {
        Ok((token, kind)) => {
            let aim = if kind == DeviceKind::Sign { "/sign" } else { "/duty" };
            Ok((seat::duty_cookie(&house, &token), Redirect::to(aim)).into_response())
        }
        Err(Failure::Invalid(complaints)) => form(&house, p, &link, &fields, &complaints).await,
        Err(Failure::NotFound) => unbound::dead_link(&p),
        Err(failure) => Err(PageFailure(p, failure)),
    }
}

async fn form(
    house: &House,
    p: Page,
    link: &str,
    fields: &Fields,
    complaints: &Complaints,
) -> Shown {
    let failed = |failure| PageFailure(p.clone(), failure);
    let door = match devices::look(house, link).await {
        Ok(door) => door,
        Err(Failure::NotFound) => return unbound::dead_link(&p),
        Err(failure) => return Err(failed(failure)),
    };
    let (label, kind) = (fields.label.as_str(), fields.wanted());
    let page = EnrolPage { p: &p, door: &door, label, kind, complaints };
    let html = page.render().map_err(|e| failed(Failure::broken(e)))?;
    let status =
        if complaints.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(html)).into_response())
}
