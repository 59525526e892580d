//! Handing a door or the whole unit to somebody else, and answering such an offer.

use super::{
    checkpoint::{Kept, one},
    home,
};
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, number, said, show, to},
    seat::As,
};
use actions::{
    Answer, House,
    accounts::principals::Manager,
    invitations::{self, Offered, UnitOffer},
    organisations,
};
use askama::Template;
use axum::extract::{Path, State};
use domain::checkpoints::CheckpointNumber;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "venue/transfer.html")]
pub(super) struct Transfer {
    pub(super) p: Page,
    pub(super) unit: String,
    pub(super) open: Option<UnitOffer>,
    pub(super) phone: String,
    pub(super) done: Option<&'static str>,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// To whom.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    phone: String,
}

/// What has just been done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    done: String,
}

fn done(offered: Offered) -> &'static str {
    match offered {
        Offered::BySms => "invited",
        Offered::BesideOthers => "invited-again",
        Offered::WithoutSms => "invited-quietly",
    }
}

/// What has just been done, in words.
pub(super) fn done_text(done: &str) -> Option<&'static str> {
    Some(match done {
        "invited" => "邀请短信已发出，7 天内有效。对方用这个手机号登录或注册后选择是否接受。",
        "invited-again" => {
            "邀请已发出。一小时内已给这个手机号发过短信，不再重发，对方登录后一并看到。"
        }
        "invited-quietly" => "邀请已发出。系统没有开通短信，请您告诉对方用这个手机号登录或注册。",
        "taken-back" => "已收回。",
        _ => return None,
    })
}

/// `POST /venue/checkpoints/{id}/invite`
pub async fn offer_door(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let outcome = invitations::offer_door(&house, &caller, id).await.map(done);
    after_door(&house, p, &caller, id, outcome).await
}

/// `POST /venue/checkpoints/{id}/take-back`
pub async fn take_back_door(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let outcome = invitations::take_back_door(&house, &caller, id).await;
    after_door(&house, p, &caller, id, outcome.map(|()| "taken-back")).await
}

async fn after_door(
    house: &House,
    p: Page,
    caller: &Manager,
    id: CheckpointNumber,
    outcome: Answer<&'static str>,
) -> Shown {
    match outcome {
        Ok(done) => Ok(to(&format!("/venue/checkpoints/{}?done={done}", id.0))),
        Err(failure) => {
            let said = said(&p, failure)?;
            one(house, p, caller, id, Kept::default(), said).await
        }
    }
}

/// `POST /venue/checkpoints/{id}/lay-down`
pub async fn lay_down(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    invitations::lay_down(&house, &caller, id).await.map_err(failed(&p))?;
    Ok(to("/venue?done=laid-down"))
}

/// `GET /venue/transfer`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    query: Asked<From>,
) -> Shown {
    let done = done_text(&asked(query).done);
    transfer(&house, p, &caller, String::new(), done, Said::default()).await
}

/// `POST /venue/transfer`
pub async fn offer_unit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    match invitations::offer_unit(&house, &caller, &typed.phone).await {
        Ok(offered) => Ok(to(&format!("/venue/transfer?done={}", done(offered)))),
        Err(failure) => {
            let said = said(&p, failure)?;
            transfer(&house, p, &caller, typed.phone, None, said).await
        }
    }
}

/// `POST /venue/transfer/take-back`
pub async fn take_back_unit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Checked(()): Checked<()>,
) -> Shown {
    match invitations::take_back_unit(&house, &caller).await {
        Ok(()) => Ok(to("/venue/transfer?done=taken-back")),
        Err(failure) => {
            let said = said(&p, failure)?;
            transfer(&house, p, &caller, String::new(), None, said).await
        }
    }
}

async fn transfer(
    house: &House,
    p: Page,
    caller: &Manager,
    phone: String,
    done: Option<&'static str>,
    said: Said,
) -> Shown {
    let unit = organisations::mine(house, caller).await.map_err(failed(&p))?;
    // Without a unit there is nothing to hand over; its manager may have just done so.
    let Some(unit) = unit else { return Ok(to("/venue")) };
    let open = invitations::open_offer(house, caller).await.map_err(failed(&p))?;
    let (marks, notice) = (said.marks, said.notice);
    let page = Transfer { p: p.clone(), unit: unit.name, open, phone, done, marks, notice };
    show(&p, said.status, &page)
}

/// `POST /venue/invitations/{id}/accept`
pub async fn accept(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let outcome = invitations::accept(&house, &caller, id).await;
    answered(&house, p, &caller, outcome, "accepted").await
}

/// `POST /venue/invitations/{id}/decline`
pub async fn decline(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let outcome = invitations::decline(&house, &caller, id).await;
    answered(&house, p, &caller, outcome, "declined").await
}

async fn answered(
    house: &House,
    p: Page,
    caller: &Manager,
    outcome: Answer<()>,
    done: &str,
) -> Shown {
    match outcome {
        Ok(()) => Ok(to(&format!("/venue?done={done}"))),
        Err(failure) => {
            let said = said(&p, failure)?;
            home::shown(house, p, caller, home::Wanted::default(), said).await
        }
    }
}
