//! The first time: registering and entering in one submission. Nothing typed is lost.

use super::{
    check_in::{open_door, scanned},
    choices,
    entry::{self, Left},
    show,
};
use crate::{
    address::Client,
    answer::{PageFailure, Shown},
    forms::Checked,
    frame::Frame,
    page::Page,
    seat,
    whole::to_the_end,
};
use actions::{
    Failure, House,
    accounts::sms_codes::{self, CodeUse},
    checkins::{look::Door, record::record},
    people::register::register,
};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect},
};
use domain::{
    fields::Complaints,
    people::{IdKind, PersonForm},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/register.html")]
struct Register<'a> {
    p: &'a Page,
    code: &'a str,
    door: &'a Door,
    form: &'a PersonForm,
    sms_code: &'a str,
    sent: bool,
    /// Whether the age is asked for: where the document chosen does not say it.
    asks_age: bool,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
    days: (u32, u32),
    entry: entry::Said,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    name: String,
    id_kind: String,
    id_number: String,
    phone: String,
    sms_code: String,
    of_age: Option<String>,
    consent: Option<String>,
    /// The switch that was pressed beside the form.
    look: String,
}

impl Fields {
    fn split(self) -> (PersonForm, String) {
        let form = PersonForm {
            name: self.name,
            id_kind: self.id_kind,
            id_number: self.id_number,
            phone: self.phone,
            of_age: self.of_age.is_some(),
            consent: self.consent.is_some(),
        };
        (form, self.sms_code)
    }
}

/// What the form says besides its fields.
#[derive(Default)]
struct Said {
    status: StatusCode,
    sent: bool,
    complaints: Complaints,
    notice: Option<&'static str>,
    entry: entry::Said,
}

/// An empty form.
pub(super) fn blank(house: &House, p: &Page, code: &str, door: &Door) -> Shown {
    let form = PersonForm { id_kind: IdKind::ResidentId.code().to_owned(), ..Default::default() };
    draw(house, p, code, door, &form, "", Said::default())
}

/// The form as somebody sees it first: with what a sign-in by an app left to be filled in.
pub(super) fn first(
    house: &House,
    p: &Page,
    code: &str,
    door: &Door,
    left: &Left,
    entry: entry::Said,
) -> Shown {
    let mut form =
        PersonForm { id_kind: IdKind::ResidentId.code().to_owned(), ..Default::default() };
    if let Left::Ticket(ticket) = left {
        let said = &ticket.identity;
        form.name = said.name.clone().unwrap_or_default();
        form.id_number = said.id.as_ref().map_or_else(String::new, |id| id.number().to_owned());
        form.phone = said.phone.as_ref().map_or_else(String::new, |p| p.as_str().to_owned());
    }
    draw(house, p, code, door, &form, "", Said { entry, ..Said::default() })
}

fn draw(
    house: &House,
    p: &Page,
    code: &str,
    door: &Door,
    form: &PersonForm,
    sms_code: &str,
    said: Said,
) -> Shown {
    let page = Register {
        p,
        code,
        door,
        form,
        sms_code,
        sent: said.sent,
        asks_age: said.complaints.about("of_age").is_some()
            || form.of_age
            || form.id_kind != IdKind::ResidentId.code(),
        complaints: &said.complaints,
        notice: said.notice,
        days: super::days(house),
        entry: said.entry,
    };
    show(p, said.status, &page)
}

/// A failure that the form itself can say; any other has a page of its own.
fn said(p: &Page, failure: Failure) -> Result<Said, PageFailure> {
    match failure {
        Failure::Invalid(complaints) => {
            Ok(Said { status: StatusCode::UNPROCESSABLE_ENTITY, complaints, ..Said::default() })
        }
        Failure::TooMany { says, .. } => Ok(Said {
            status: StatusCode::TOO_MANY_REQUESTS,
            notice: Some(says),
            ..Said::default()
        }),
        Failure::Busy => Ok(Said {
            status: StatusCode::SERVICE_UNAVAILABLE,
            notice: Some("现在人多，请稍等几秒再提交，不用重新填写。"),
            ..Said::default()
        }),
        other => Err(PageFailure(p.clone(), other)),
    }
}

/// `POST /c/{code}/sms-code`
pub(super) async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    Extension(frame): Extension<Frame>,
    Path(code): Path<String>,
    headers: HeaderMap,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let door = match open_door(&house, &p, &code) {
        Ok(door) => door,
        Err(dead) => return dead,
    };
    let (form, sms_code) = fields.split();
    let (mut said, sms_code) =
        match sms_codes::send(&house, CodeUse::Visitor, &form.phone, from).await {
            // What was typed belongs to an earlier code, which does not work any more.
            Ok(()) => (Said { sent: true, ..Said::default() }, ""),
            Err(failure) => (said(&p, failure)?, sms_code.as_str()),
        };
    said.entry = entry::Said::of(&house, &p, &code, &Left::of(&house, &frame, &headers));
    draw(&house, &p, &code, &door, &form, sms_code, said)
}

/// `POST /c/{code}/look`: the form as far as it was filled in, in large mode or the other language.
pub(super) async fn look(
    State(house): State<Arc<House>>,
    mut p: Page,
    Extension(frame): Extension<Frame>,
    Path(code): Path<String>,
    headers: HeaderMap,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let door = match open_door(&house, &p, &code) {
        Ok(door) => door,
        Err(dead) => return dead,
    };
    let (name, value) = choices::choose(&mut p, &fields.look);
    let (form, sms_code) = fields.split();
    let entry = entry::Said::of(&house, &p, &code, &Left::of(&house, &frame, &headers));
    let shown = draw(&house, &p, &code, &door, &form, &sms_code, Said { entry, ..Said::default() });
    Ok((seat::choice_cookie(&house, name, value), shown?).into_response())
}

/// `POST /c/{code}/register`
pub(super) async fn submit(
    State(house): State<Arc<House>>,
    p: Page,
    Extension(frame): Extension<Frame>,
    Path(code): Path<String>,
    headers: HeaderMap,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let door = match open_door(&house, &p, &code) {
        Ok(door) => door,
        Err(dead) => return dead,
    };
    let (form, sms_code) = fields.split();
    let (visitor, token) = match register(&house, &form, &sms_code).await {
        Ok(registered) => registered,
        Err(failure) => {
            let left = Left::of(&house, &frame, &headers);
            let entry = entry::Said::of(&house, &p, &code, &left);
            let said = Said { entry, ..said(&p, failure)? };
            return draw(&house, &p, &code, &door, &form, &sms_code, said);
        }
    };
    let cookie = seat::visitor_cookie(&house, &token);
    let settled = entry::settle(&house, &frame, &headers, &visitor).await;
    // Registered is registered: when the gate is full, the check-in page takes over and retries.
    // A door that asks for a position asks on its own page.
    if door.settings.spot.is_some() {
        return Ok((cookie, settled, Redirect::to(&format!("/c/{code}"))).into_response());
    }
    let way = scanned(&house, (&code, &door), &frame, &headers, "");
    let (whole, scanned) = (Arc::clone(&house), code.clone());
    let entry = async move { record(&whole, &visitor, &scanned, way).await };
    let aim = match to_the_end(entry).await {
        Ok(receipt) => format!("/c/{code}/r/{}", receipt.id),
        Err(Failure::Busy | Failure::TooMany { .. }) => format!("/c/{code}"),
        Err(failure) => return Err(PageFailure(p, failure)),
    };
    Ok((cookie, settled, Redirect::to(&aim)).into_response())
}
