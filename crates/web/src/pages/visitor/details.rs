//! One's own registration: what is known of it, and putting a slip right.

use super::{short_time, show, told::Told};
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    seat::As,
};
use actions::{
    House,
    accounts::principals::Visitor,
    people::{
        correct::{self, CorrectionForm, MyRegistration},
        phones::{self, MyPhone},
    },
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use domain::fields::Complaints;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/details.html")]
struct DetailsPage<'a> {
    p: &'a Page,
    me: MyRegistration,
    /// Until when it may be put right.
    until: Option<String>,
    phone: MyPhone,
}

#[derive(Template)]
#[template(path = "visitor/correct.html")]
struct CorrectPage<'a> {
    p: &'a Page,
    me: MyRegistration,
    form: &'a CorrectionForm,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    name: String,
    id_kind: String,
    id_number: String,
}

/// `GET /me/details`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    let fail = |failure| PageFailure(p.clone(), failure);
    let me = correct::mine(&house, &visitor).await.map_err(fail)?;
    let phone = phones::mine(&house, &visitor).await.map_err(fail)?;
    show(&p, StatusCode::OK, &DetailsPage { p: &p, until: me.until.map(short_time), me, phone })
}

async fn draw(
    house: &House,
    p: &Page,
    visitor: &Visitor,
    form: &CorrectionForm,
    told: Told,
) -> Shown {
    let me = correct::mine(house, visitor).await;
    let me = me.map_err(|failure| PageFailure(p.clone(), failure))?;
    let Told { status, complaints, notice } = told;
    show(p, status, &CorrectPage { p, me, form, complaints: &complaints, notice })
}

/// `GET /me/correct`
pub(super) async fn correction(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    let me = correct::mine(&house, &visitor).await;
    let me = me.map_err(|failure| PageFailure(p.clone(), failure))?;
    let id_kind = me.id_kind.code().to_owned();
    let form = CorrectionForm { id_kind, ..CorrectionForm::default() };
    draw(&house, &p, &visitor, &form, Told::default()).await
}

/// `POST /me/correct`
pub(super) async fn correct(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(Fields { name, id_kind, id_number }): Checked<Fields>,
) -> Shown {
    let form = CorrectionForm { name, id_kind, id_number };
    match correct::correct(&house, &visitor, &form).await {
        Ok(()) => Ok(Redirect::to("/me/details").into_response()),
        Err(failure) => {
            let told = Told::of(&p, failure)?;
            draw(&house, &p, &visitor, &form, told).await
        }
    }
}
