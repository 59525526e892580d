//! Another phone for somebody who stands at the door with their document.

use super::unbound;
use crate::{
    address::Client,
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    pages::visitor::ClaimFields,
    seat::As,
};
use actions::{
    Failure, House,
    accounts::{
        principals::DutyDevice,
        sms_codes::{self, CodeUse},
    },
    people::phones::{ClaimForm, at_door},
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse},
};
use domain::{fields::Complaints, people::IdKind};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "duty/phone.html")]
struct PhonePage<'a> {
    p: &'a Page,
    form: &'a ClaimForm,
    sent: bool,
    /// Whose phone was changed, masked.
    changed: Option<String>,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
}

/// What the page says besides its fields.
#[derive(Default)]
struct Said {
    sent: bool,
    changed: Option<String>,
}

fn draw(p: &Page, form: &ClaimForm, said: Said, failure: Option<Failure>) -> Shown {
    let (mut complaints, mut notice) = (Complaints::default(), None);
    let status = match failure {
        None => StatusCode::OK,
        Some(Failure::Invalid(all)) => {
            complaints = all;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Some(Failure::TooMany { says, .. }) => {
            notice = Some(says);
            StatusCode::TOO_MANY_REQUESTS
        }
        Some(Failure::Conflict(says)) => {
            notice = Some(says);
            StatusCode::CONFLICT
        }
        Some(other) => return Err(PageFailure(p.clone(), other)),
    };
    let Said { sent, changed } = said;
    let page = PhonePage { p, form, sent, changed, complaints: &complaints, notice };
    let html = page.render().map_err(|e| PageFailure(p.clone(), Failure::broken(e)))?;
    Ok((status, Html(html)).into_response())
}

fn blank() -> ClaimForm {
    ClaimForm { id_kind: IdKind::ResidentId.code().to_owned(), ..ClaimForm::default() }
}

/// `GET /duty/phone`
pub(super) async fn page(p: Page, device: Option<As<DutyDevice>>) -> Shown {
    if device.is_none() {
        return unbound::stranger(&p);
    }
    draw(&p, &blank(), Said::default(), None)
}

/// `POST /duty/phone/code`
pub(super) async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    As(_): As<DutyDevice>,
    Checked(fields): Checked<ClaimFields>,
) -> Shown {
    let form = ClaimForm::from(fields);
    match sms_codes::send(&house, CodeUse::NewPhone, &form.phone, from).await {
        Ok(()) => draw(&p, &form, Said { sent: true, changed: None }, None),
        Err(failure) => draw(&p, &form, Said::default(), Some(failure)),
    }
}

/// `POST /duty/phone`
pub(super) async fn change(
    State(house): State<Arc<House>>,
    p: Page,
    As(device): As<DutyDevice>,
    Checked(fields): Checked<ClaimFields>,
) -> Shown {
    let form = ClaimForm::from(fields);
    match at_door(&house, &device, &form).await {
        Ok(name) => draw(&p, &blank(), Said { sent: false, changed: Some(name) }, None),
        Err(failure) => draw(&p, &form, Said::default(), Some(failure)),
    }
}
