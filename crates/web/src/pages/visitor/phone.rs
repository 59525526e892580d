//! Changing one's own phone, and stopping somebody else's change of it.

use super::{show, told::Told};
use crate::{
    address::Client,
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    seat::{self, As},
};
use actions::{
    Answer, House,
    accounts::{
        principals::Visitor,
        sms_codes::{self, CodeUse},
    },
    people::phones::{self, ChangeForm, MyPhone},
};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use domain::fields::Complaints;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/phone.html")]
struct PhonePage<'a> {
    p: &'a Page,
    me: MyPhone,
    form: &'a ChangeForm,
    /// Where a code has just been sent.
    sent: Option<&'static str>,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    phone: String,
    sms_code: String,
    old_code: String,
    id_number: String,
}

impl From<Fields> for ChangeForm {
    fn from(fields: Fields) -> Self {
        let Fields { phone, sms_code, old_code, id_number } = fields;
        Self { phone, sms_code, old_code, id_number }
    }
}

async fn draw(
    house: &House,
    p: &Page,
    visitor: &Visitor,
    form: &ChangeForm,
    (told, sent): (Told, Option<&'static str>),
) -> Shown {
    let me = phones::mine(house, visitor).await;
    let me = me.map_err(|failure| PageFailure(p.clone(), failure))?;
    let Told { status, complaints, notice } = told;
    show(p, status, &PhonePage { p, me, form, sent, complaints: &complaints, notice })
}

/// `GET /me/phone`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    draw(&house, &p, &visitor, &ChangeForm::default(), (Told::default(), None)).await
}

async fn sent(
    house: &House,
    p: &Page,
    visitor: &Visitor,
    form: &ChangeForm,
    (sent, says): (Answer<()>, &'static str),
) -> Shown {
    let (told, says) = match sent {
        Ok(()) => (Told::default(), Some(says)),
        Err(failure) => (Told::of(p, failure)?, None),
    };
    draw(house, p, visitor, form, (told, says)).await
}

/// `POST /me/phone/code`
pub(super) async fn send_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let mut form = ChangeForm::from(fields);
    let answer = sms_codes::send(&house, CodeUse::NewPhone, &form.phone, from).await;
    if answer.is_ok() {
        // What was typed belongs to an earlier code, which does not work any more.
        form.sms_code.clear();
    }
    sent(&house, &p, &visitor, &form, (answer, "验证码已发到新手机，5 分钟内有效。")).await
}

/// `POST /me/phone/old-code`
pub(super) async fn send_old_code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let mut form = ChangeForm::from(fields);
    let answer = phones::send_to_old(&house, &visitor, from).await;
    if answer.is_ok() {
        form.old_code.clear();
    }
    sent(&house, &p, &visitor, &form, (answer, "验证码已发到原手机，5 分钟内有效。")).await
}

/// `POST /me/phone`
pub(super) async fn change(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let form = ChangeForm::from(fields);
    match phones::change(&house, &visitor, &form).await {
        Ok((_, token)) => {
            let aim = Redirect::to("/me/details");
            Ok((seat::visitor_cookie(&house, &token), aim).into_response())
        }
        Err(failure) => {
            let told = Told::of(&p, failure)?;
            draw(&house, &p, &visitor, &form, (told, None)).await
        }
    }
}

/// `POST /me/phone/stop`
pub(super) async fn stop(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(()): Checked<()>,
) -> Shown {
    let stopped = phones::stop_mine(&house, &visitor).await;
    stopped.map_err(|failure| PageFailure(p, failure))?;
    Ok(Redirect::to("/me/phone").into_response())
}
