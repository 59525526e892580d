//! 更正与删除: filing a request about one's own data, and how it stands.

use super::show;
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    requests::{RequestRow, file::file, mine::mine},
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use domain::{fields::Complaints, people::IdKind, requests::RequestForm};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/requests.html")]
struct RequestsPage<'a> {
    p: &'a Page,
    requests: Vec<RequestRow>,
    form: &'a RequestForm,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
    answer_days: u32,
    visit_days: u32,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    kind: String,
    name: String,
    id_kind: String,
    id_number: String,
    words: String,
}

impl From<Fields> for RequestForm {
    fn from(f: Fields) -> Self {
        Self {
            kind: f.kind,
            name: f.name,
            id_kind: f.id_kind,
            id_number: f.id_number,
            words: f.words,
        }
    }
}

async fn draw(
    house: &House,
    p: &Page,
    visitor: &Visitor,
    status: StatusCode,
    form: &RequestForm,
    (complaints, notice): (&Complaints, Option<&'static str>),
) -> Shown {
    let requests = mine(house, visitor).await;
    let requests = requests.map_err(|failure| PageFailure(p.clone(), failure))?;
    let (answer_days, visit_days) = (house.settings.answer_days, house.settings.visit_days);
    let page = RequestsPage { p, requests, form, complaints, notice, answer_days, visit_days };
    show(p, status, &page)
}

/// `GET /me/requests`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    let form =
        RequestForm { id_kind: IdKind::ResidentId.code().to_owned(), ..RequestForm::default() };
    let nothing = Complaints::default();
    draw(&house, &p, &visitor, StatusCode::OK, &form, (&nothing, None)).await
}

/// `POST /me/requests`
pub(super) async fn submit(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let (form, nothing) = (RequestForm::from(fields), Complaints::default());
    match file(&house, &visitor, &form).await {
        Ok(_) => Ok(Redirect::to("/me/requests").into_response()),
        Err(Failure::Invalid(complaints)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            draw(&house, &p, &visitor, status, &form, (&complaints, None)).await
        }
        Err(Failure::Conflict(says)) => {
            let status = StatusCode::CONFLICT;
            draw(&house, &p, &visitor, status, &form, (&nothing, Some(says))).await
        }
        Err(failure) => Err(PageFailure(p, failure)),
    }
}
