//! One inspection: what was found, what was done, accepted or sent back.

use super::{
    address,
    door::{DAYS, DAYS_USUAL},
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
    accounts::principals::Inspector,
    inspections::{self, Detail},
};
use askama::Template;
use axum::extract::{Path, State};
use domain::{inspections::deadline_after, time::UnixMs};
use serde::Deserialize;
use std::sync::Arc;

/// What the page shows.
#[derive(Template)]
#[template(path = "authority/inspection.html")]
pub(in crate::pages::authority) struct InspectionPage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) one: Detail,
    pub(in crate::pages::authority) typed: Fields,
    pub(in crate::pages::authority) now: UnixMs,
    pub(in crate::pages::authority) done: Option<&'static str>,
    pub(in crate::pages::authority) marks: Marks,
    pub(in crate::pages::authority) notice: Option<&'static str>,
}

impl InspectionPage {
    /// Days with the date that they lead to.
    fn days(&self) -> Vec<(String, String)> {
        let until = |days: &i64| deadline_after(self.now, *days).date_text();
        DAYS.iter().map(|days| (days.to_string(), until(days))).collect()
    }

    fn open(&self) -> bool {
        self.one.row.state.deadline().is_some()
    }
}

/// What has just been done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    done: String,
}

/// What a step carries along.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    round: String,
    pub(in crate::pages::authority) reason: String,
    pub(in crate::pages::authority) days: String,
}

impl Fields {
    /// Without the round that was seen it counts as changed meanwhile.
    fn round(&self) -> i64 {
        self.round.parse().unwrap_or(-1)
    }
}

/// `GET /inspections/{id}`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
    query: Asked<From>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let done = match asked(query).done.as_str() {
        "recorded" => Some("已登记这次检查。"),
        "accepted" => Some("已办结，并告诉了场所管理员。"),
        "sent-back" => Some("已退回整改，并告诉了场所管理员。"),
        _ => None,
    };
    let typed = Fields { days: DAYS_USUAL.to_owned(), ..Fields::default() };
    shown(&house, p, &caller, id, (typed, done), Said::default()).await
}

/// `POST /inspections/{id}/accept`
pub async fn accept(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let outcome = inspections::accept(&house, &caller, (id, typed.round())).await;
    after(&house, p, &caller, id, typed, outcome.map(|()| "accepted")).await
}

/// `POST /inspections/{id}/send-back`
pub async fn send_back(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let why = (typed.reason.as_str(), typed.days.as_str());
    let outcome = inspections::send_back(&house, &caller, (id, typed.round()), why).await;
    after(&house, p, &caller, id, typed, outcome.map(|()| "sent-back")).await
}

async fn after(
    house: &House,
    p: Page,
    caller: &Inspector,
    id: i64,
    typed: Fields,
    outcome: Answer<&'static str>,
) -> Shown {
    match outcome {
        Ok(done) => Ok(to(&address(id, done))),
        Err(failure) => {
            let said = said(&p, failure)?;
            shown(house, p, caller, id, (typed, None), said).await
        }
    }
}

async fn shown(
    house: &House,
    p: Page,
    caller: &Inspector,
    id: i64,
    (typed, done): (Fields, Option<&'static str>),
    said: Said,
) -> Shown {
    let one = inspections::one(house, caller, id).await.map_err(failed(&p))?;
    let page = InspectionPage {
        p: p.clone(),
        one,
        typed,
        now: house.now(),
        done,
        marks: said.marks,
        notice: said.notice,
    };
    show(&p, said.status, &page)
}
