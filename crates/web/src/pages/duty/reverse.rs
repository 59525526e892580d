//! Reverse scan by a code that a scanner reads, or by ID number.

use super::{
    parts::card,
    screen::{done, wants_part},
    unbound,
};
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    page::Page,
    seat::As,
    whole::to_the_end,
};
use actions::{
    Failure, House,
    accounts::principals::DutyDevice,
    duty::announce::Shown as Entered,
    reverse_scans::{
        IdForm,
        by_code::{by_code, is_code},
        by_id_number,
    },
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse},
};
use domain::{fields::Complaints, people::IdKind};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "duty/reverse_form.html")]
struct ReverseForm<'a> {
    p: &'a Page,
    form: &'a IdForm,
    /// A name is asked for only when nobody with this document is known.
    ask_name: bool,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "duty/reverse.html")]
struct ReversePage<'a> {
    p: &'a Page,
    form_html: String,
}

#[derive(Template)]
#[template(path = "duty/again.html")]
struct AgainPage<'a> {
    p: &'a Page,
    card: String,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    code: String,
    id_kind: String,
    id_number: String,
    name: String,
    consent: Option<String>,
}

/// `GET /duty/reverse-scan`
pub(super) async fn page(p: Page, device: Option<As<DutyDevice>>, headers: HeaderMap) -> Shown {
    if device.is_none() {
        return unbound::stranger(&p);
    }
    let form = IdForm { id_kind: IdKind::ResidentId.code().to_owned(), ..Default::default() };
    draw(&p, &headers, StatusCode::OK, &form, &Complaints::default(), None)
}

/// `POST /duty/reverse-scans`
pub(super) async fn submit(
    State(house): State<Arc<House>>,
    p: Page,
    As(device): As<DutyDevice>,
    headers: HeaderMap,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let form = IdForm {
        id_kind: fields.id_kind,
        id_number: fields.id_number,
        name: fields.name,
        consent: fields.consent.is_some(),
    };
    let none = Complaints::default();
    let (whole, typed) = (Arc::clone(&house), form.clone());
    // A scanner types where it stands: a code is one in the field of numbers, too.
    let code = if is_code(&form.id_number) { form.id_number.clone() } else { fields.code };
    let entry = async move {
        if code.trim().is_empty() {
            by_id_number(&whole, &device, &typed).await
        } else {
            by_code(&whole, &device, &code).await
        }
    };
    match to_the_end(entry).await {
        Ok(shown) if shown.again => draw_again(&p, &headers, &shown),
        Ok(_) => Ok(done(&headers)),
        Err(Failure::Invalid(complaints)) => {
            draw(&p, &headers, StatusCode::UNPROCESSABLE_ENTITY, &form, &complaints, None)
        }
        Err(Failure::Conflict(says)) => {
            draw(&p, &headers, StatusCode::CONFLICT, &form, &none, Some(says))
        }
        Err(Failure::TooMany { says, .. }) => {
            draw(&p, &headers, StatusCode::TOO_MANY_REQUESTS, &form, &none, Some(says))
        }
        Err(Failure::Busy) => {
            let says = "现在人多，请稍等几秒再点一次。";
            draw(&p, &headers, StatusCode::SERVICE_UNAVAILABLE, &form, &none, Some(says))
        }
        Err(failure) => Err(PageFailure(p, failure)),
    }
}

/// The card of somebody who was registered a moment ago: the screen's is of whoever came last, and
/// a guard would take that one's colour for theirs.
fn draw_again(p: &Page, headers: &HeaderMap, shown: &Entered) -> Shown {
    let broken = |e: askama::Error| PageFailure(p.clone(), Failure::broken(e));
    let card = card(p, Some(shown)).map_err(broken)?;
    let html =
        if wants_part(headers) { card } else { AgainPage { p, card }.render().map_err(broken)? };
    Ok(Html(html).into_response())
}

fn draw(
    p: &Page,
    headers: &HeaderMap,
    status: StatusCode,
    form: &IdForm,
    complaints: &Complaints,
    notice: Option<&'static str>,
) -> Shown {
    let broken = |e: askama::Error| PageFailure(p.clone(), Failure::broken(e));
    let ask_name = complaints.about("name").is_some() || !form.name.is_empty();
    let part = ReverseForm { p, form, ask_name, complaints, notice }.render().map_err(broken)?;
    let html = if wants_part(headers) {
        part
    } else {
        ReversePage { p, form_html: part }.render().map_err(broken)?
    };
    Ok((status, Html(html)).into_response())
}
