//! 离线码: the list, a card to print, making and revoking one.

use super::show;
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    pages::desk::attachment,
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    offline_codes::{
        list::{self, Bearer, MyOfflineCode, ToPrint},
        make::make,
        revoke::revoke,
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use domain::{
    offline_codes::{Standing, number_from_text, number_text},
    people::PersonNumber,
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/offline_codes.html")]
struct ListPage<'a> {
    p: &'a Page,
    codes: Vec<MyOfflineCode>,
    bearers: Vec<Bearer>,
    notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "visitor/offline_code.html")]
struct CardPage<'a> {
    p: &'a Page,
    code: ToPrint,
    number: String,
}

/// How a code stands, in a word.
pub(super) fn standing_word(standing: &Standing) -> &'static str {
    match standing {
        Standing::InForce => "有效",
        Standing::Over => "已过期",
        Standing::Revoked(_) => "已作废",
    }
}

async fn draw(
    house: &House,
    p: &Page,
    visitor: &Visitor,
    status: StatusCode,
    notice: Option<&'static str>,
) -> Shown {
    let listed = list::list(house, visitor).await;
    let (codes, bearers) = listed.map_err(|failure| PageFailure(p.clone(), failure))?;
    show(p, status, &ListPage { p, codes, bearers, notice })
}

/// `GET /me/offline-codes`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    draw(&house, &p, &visitor, StatusCode::OK, None).await
}

/// For whom.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    person: String,
}

/// `POST /me/offline-codes`
pub(super) async fn create(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let person = fields.person.parse().map(PersonNumber);
    let person = person.map_err(|_| PageFailure(p.clone(), Failure::NotFound))?;
    match make(&house, &visitor, person).await {
        Ok(number) => {
            let place = format!("/me/offline-codes/{}", number_text(number));
            Ok(Redirect::to(&place).into_response())
        }
        Err(Failure::Conflict(says)) => {
            draw(&house, &p, &visitor, StatusCode::CONFLICT, Some(says)).await
        }
        Err(failure) => Err(PageFailure(p, failure)),
    }
}

/// `GET /me/offline-codes/{number}`
pub(super) async fn card(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path(number): Path<String>,
) -> Shown {
    let fail = |failure| PageFailure(p.clone(), failure);
    let number = number_from_text(&number).ok_or_else(|| fail(Failure::NotFound))?;
    let code = list::one(&house, &visitor, number).await.map_err(fail)?;
    show(&p, StatusCode::OK, &CardPage { p: &p, code, number: number_text(number) })
}

/// `GET /me/offline-codes/{number}/card.pdf`
pub(super) async fn pdf(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path(number): Path<String>,
) -> Shown {
    let fail = |failure| PageFailure(p.clone(), failure);
    let number = number_from_text(&number).ok_or_else(|| fail(Failure::NotFound))?;
    let file = list::pdf(&house, &visitor, number).await.map_err(fail)?;
    Ok(attachment("离线码.pdf", "application/pdf", file))
}

/// `POST /me/offline-codes/{number}/revoke`
pub(super) async fn end(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path(number): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let fail = |failure| PageFailure(p.clone(), failure);
    let number = number_from_text(&number).ok_or_else(|| fail(Failure::NotFound))?;
    match revoke(&house, &visitor, number).await {
        // Pressed twice: it is revoked.
        Ok(()) | Err(Failure::Conflict(_)) => Ok(Redirect::to("/me/offline-codes").into_response()),
        Err(failure) => Err(fail(failure)),
    }
}
