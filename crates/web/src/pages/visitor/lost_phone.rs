//! 手机丢失或换号: asking for a new phone in place of a lost one, and saying that it was not oneself.

use super::{show, told::Told};
use crate::{address::Client, answer::Shown, forms::Checked, page::Page};
use actions::{
    House,
    accounts::sms_codes::{self, CodeUse},
    people::phones::{self, ClaimForm, OBJECT_HOURS},
};
use askama::Template;
use axum::extract::State;
use domain::{fields::Complaints, people::IdKind, time::UnixMs};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/lost_phone.html")]
struct LostPage<'a> {
    p: &'a Page,
    form: &'a ClaimForm,
    sent: bool,
    /// When the new phone comes into force.
    due: Option<UnixMs>,
    hours: i64,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "visitor/stop_phone.html")]
struct StopPage<'a> {
    p: &'a Page,
    form: &'a StopFields,
    sent: bool,
    /// How many changes were stopped.
    stopped: Option<usize>,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
}

/// The form, here and at a door.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fields {
    name: String,
    id_kind: String,
    id_number: String,
    phone: String,
    sms_code: String,
}

impl From<Fields> for ClaimForm {
    fn from(fields: Fields) -> Self {
        let Fields { name, id_kind, id_number, phone, sms_code } = fields;
        Self { name, id_kind, id_number, phone, sms_code }
    }
}

/// The form of whoever objects.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct StopFields {
    phone: String,
    sms_code: String,
}

fn draw(p: &Page, form: &ClaimForm, told: Told, sent: bool, due: Option<UnixMs>) -> Shown {
    let Told { status, complaints, notice } = told;
    let (complaints, hours) = (&complaints, OBJECT_HOURS);
    show(p, status, &LostPage { p, form, sent, due, hours, complaints, notice })
}

/// `GET /lost-phone`
pub(super) async fn page(p: Page) -> Shown {
    let id_kind = IdKind::ResidentId.code().to_owned();
    draw(&p, &ClaimForm { id_kind, ..ClaimForm::default() }, Told::default(), false, None)
}

/// `POST /lost-phone/code`
pub(super) async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let mut form = ClaimForm::from(fields);
    match sms_codes::send(&house, CodeUse::NewPhone, &form.phone, from).await {
        // What was typed belongs to an earlier code, which does not work any more.
        Ok(()) => {
            form.sms_code.clear();
            draw(&p, &form, Told::default(), true, None)
        }
        Err(failure) => draw(&p, &form, Told::of(&p, failure)?, false, None),
    }
}

/// `POST /lost-phone`
pub(super) async fn claim(
    State(house): State<Arc<House>>,
    p: Page,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let form = ClaimForm::from(fields);
    match phones::claim(&house, &form).await {
        Ok(due) => draw(&p, &form, Told::default(), false, Some(due)),
        Err(failure) => draw(&p, &form, Told::of(&p, failure)?, false, None),
    }
}

fn draw_stop(p: &Page, form: &StopFields, told: Told, sent: bool, stopped: Option<usize>) -> Shown {
    let Told { status, complaints, notice } = told;
    show(p, status, &StopPage { p, form, sent, stopped, complaints: &complaints, notice })
}

/// `GET /lost-phone/stop`
pub(super) async fn stop_page(p: Page) -> Shown {
    draw_stop(&p, &StopFields::default(), Told::default(), false, None)
}

/// `POST /lost-phone/stop/code`
pub(super) async fn send_stop_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    Checked(mut form): Checked<StopFields>,
) -> Shown {
    match sms_codes::send(&house, CodeUse::Objection, &form.phone, from).await {
        Ok(()) => {
            form.sms_code.clear();
            draw_stop(&p, &form, Told::default(), true, None)
        }
        Err(failure) => draw_stop(&p, &form, Told::of(&p, failure)?, false, None),
    }
}

/// `POST /lost-phone/stop`
pub(super) async fn stop(
    State(house): State<Arc<House>>,
    p: Page,
    Checked(form): Checked<StopFields>,
) -> Shown {
    match phones::object(&house, &form.phone, &form.sms_code).await {
        Ok(stopped) => draw_stop(&p, &form, Told::default(), false, Some(stopped)),
        Err(failure) => draw_stop(&p, &form, Told::of(&p, failure)?, false, None),
    }
}
