//! 家人: children and others without a phone, added and checked in by somebody signed in.

use super::{
    check_in::{Sent, open_door, scanned},
    result, show,
    told::Told,
};
use crate::{
    answer::{PageFailure, Shown},
    forms::Checked,
    frame::Frame,
    page::Page,
    pages::desk::number,
    seat::As,
    whole::to_the_end,
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    checkins::look::Door,
    people::family::{self, Family, Member},
};
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect},
};
use domain::{
    fields::Complaints,
    people::{IdKind, MemberForm, Relation},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/family.html")]
struct FamilyPage<'a> {
    p: &'a Page,
    family: &'a Family,
    /// The month in which each member is erased.
    erased: &'a [Option<String>],
    form: &'a MemberForm,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
    days: u32,
}

#[derive(Template)]
#[template(path = "visitor/family_door.html")]
struct DoorPage<'a> {
    p: &'a Page,
    code: &'a str,
    door: &'a Door,
    members: &'a [Member],
    notice: Option<&'static str>,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    relation: String,
    name: String,
    id_kind: String,
    id_number: String,
    of_age: Option<String>,
    consent: Option<String>,
}

impl From<Fields> for MemberForm {
    fn from(fields: Fields) -> Self {
        Self {
            relation: fields.relation,
            name: fields.name,
            id_kind: fields.id_kind,
            id_number: fields.id_number,
            of_age: fields.of_age.is_some(),
            consent: fields.consent.is_some(),
        }
    }
}

async fn draw(house: &House, p: &Page, visitor: &Visitor, form: &MemberForm, told: Told) -> Shown {
    let found = async {
        let family = family::family(house, visitor).await?;
        let erased = family::erased_in(house, &family.members).await?;
        Ok((family, erased))
    };
    let (family, erased) = found.await.map_err(|failure| PageFailure(p.clone(), failure))?;
    let Told { status, complaints, notice } = told;
    let days = house.settings.visit_days;
    let page = FamilyPage {
        p,
        family: &family,
        erased: &erased,
        form,
        complaints: &complaints,
        notice,
        days,
    };
    show(p, status, &page)
}

/// `GET /me/family`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    let form = MemberForm {
        relation: Relation::Child.code().to_owned(),
        id_kind: IdKind::ResidentId.code().to_owned(),
        ..MemberForm::default()
    };
    draw(&house, &p, &visitor, &form, Told::default()).await
}

/// `POST /me/family`
pub(super) async fn add(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let form = MemberForm::from(fields);
    match family::add(&house, &visitor, &form).await {
        Ok(_) => Ok(Redirect::to("/me/family").into_response()),
        Err(failure) => {
            let told = Told::of(&p, failure)?;
            draw(&house, &p, &visitor, &form, told).await
        }
    }
}

/// `POST /me/family/{id}/remove`
pub(super) async fn remove(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let removed = async { family::remove(&house, &visitor, number(&id)?).await };
    removed.await.map_err(|failure| PageFailure(p, failure))?;
    Ok(Redirect::to("/me/family").into_response())
}

/// `POST /me/family/{id}/agree`
pub(super) async fn agree(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    answer(&house, p, &visitor, &id, true).await
}

/// `POST /me/family/{id}/decline`
pub(super) async fn decline(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    answer(&house, p, &visitor, &id, false).await
}

async fn answer(house: &House, p: Page, visitor: &Visitor, id: &str, agree: bool) -> Shown {
    let answered = async { family::answer(house, visitor, number(id)?, agree).await };
    answered.await.map_err(|failure| PageFailure(p, failure))?;
    Ok(Redirect::to("/me/family").into_response())
}

async fn draw_door(
    house: &House,
    p: &Page,
    visitor: &Visitor,
    (code, door): (&str, &Door),
    told: Told,
) -> Shown {
    let family = family::family(house, visitor).await;
    let mut members = family.map_err(|failure| PageFailure(p.clone(), failure))?.members;
    members.retain(|member| !member.waits);
    let page = DoorPage { p, code, door, members: &members, notice: told.notice };
    show(p, told.status, &page)
}

/// `GET /c/{code}/family`
pub(super) async fn at_door(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path(code): Path<String>,
) -> Shown {
    let door = match open_door(&house, &p, &code) {
        Ok(door) => door,
        Err(dead) => return dead,
    };
    draw_door(&house, &p, &visitor, (&code, &door), Told::default()).await
}

/// `POST /c/{code}/family/{id}`: one press, one person; what the door asks of a scan comes with it.
pub(super) async fn enter(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Extension(frame): Extension<Frame>,
    Path((code, id)): Path<(String, String)>,
    headers: HeaderMap,
    Checked(sent): Checked<Sent>,
) -> Shown {
    let door = match open_door(&house, &p, &code) {
        Ok(door) => door,
        Err(dead) => return dead,
    };
    let way = scanned(&house, (&code, &door), &frame, &headers, &sent.position);
    let (whole, at, member) = (Arc::clone(&house), code.clone(), id.clone());
    let entry = async move { family::check_in(&whole, &visitor, number(&member)?, &at, way).await };
    match to_the_end(entry).await {
        Ok(receipt) => {
            let aim = format!("/c/{code}/family/{id}/r/{}", receipt.id);
            Ok(Redirect::to(&aim).into_response())
        }
        Err(failure @ (Failure::Busy | Failure::TooMany { .. })) => {
            let told = Told::of(&p, failure)?;
            draw_door(&house, &p, &visitor, (&code, &door), told).await
        }
        Err(failure) => Err(PageFailure(p, failure)),
    }
}

/// `GET /c/{code}/family/{id}/r/{receipt}`
pub(super) async fn entered(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Path((code, id, receipt)): Path<(String, String, String)>,
) -> Shown {
    let found = async { family::receipt_of(&house, &visitor, number(&id)?, &receipt).await }.await;
    let (member, receipt) = found.map_err(|failure| PageFailure(p.clone(), failure))?;
    let masked_name = member.masked_name;
    let whose = result::Whose { masked_name, of_member: true, asks: false };
    result::draw(&p, &receipt, whose, &code)
}
