//! The door that an inspector stands at: found, and what is found there recorded.

use super::address;
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, number, said, show, to},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Inspector,
    inspections::{self, DOORS_MAX, Door, Found, Row},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::{
    checkpoints::CheckpointNumber,
    inspections::{Finding, InspectionForm, deadline_after},
    time::UnixMs,
};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

/// Most characters that are looked for: a URL with a long host has fewer.
const SOUGHT_CHARS_MAX: usize = 200;
/// Days that forms offer to put something right.
pub(super) const DAYS: [i64; 8] = [1, 2, 3, 5, 7, 10, 15, 30];
/// Days that are chosen when nothing was.
pub(super) const DAYS_USUAL: &str = "3";
/// What the name of a finding's box begins with.
const BOX: &str = "finding_";

/// The door that is looked for.
#[derive(Template)]
#[template(path = "authority/inspection_find.html")]
pub(in crate::pages::authority) struct FindPage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) q: String,
    pub(in crate::pages::authority) doors: Vec<Door>,
}

impl FindPage {
    fn maybe_more(&self) -> bool {
        i64::try_from(self.doors.len()).is_ok_and(|found| found >= DOORS_MAX)
    }
}

/// What stands on the poster, or a name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    q: String,
}

/// What the form of a door shows.
#[derive(Template)]
#[template(path = "authority/inspection_form.html")]
pub(in crate::pages::authority) struct DoorPage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) door: Door,
    pub(in crate::pages::authority) earlier: Vec<Row>,
    pub(in crate::pages::authority) form: InspectionForm,
    /// Whether the inspector scanned a code that was replaced.
    pub(in crate::pages::authority) old_code: bool,
    pub(in crate::pages::authority) now: UnixMs,
    pub(in crate::pages::authority) marks: Marks,
    pub(in crate::pages::authority) notice: Option<&'static str>,
}

impl DoorPage {
    fn ticked(&self, finding: &Finding) -> bool {
        self.form.findings.iter().any(|code| code == finding.code())
    }

    /// Days with the date that they lead to.
    fn days(&self) -> Vec<(String, String)> {
        let until = |days: &i64| deadline_after(self.now, *days).date_text();
        DAYS.iter().map(|days| (days.to_string(), until(days))).collect()
    }
}

/// How the inspector came to the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Came {
    code: String,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    outcome: String,
    note: String,
    days: String,
    seen: String,
    code: String,
    /// The boxes that are ticked, by name.
    #[serde(flatten)]
    boxes: HashMap<String, String>,
}

impl Fields {
    fn form(&self) -> InspectionForm {
        let mut findings: Vec<String> = self
            .boxes
            .keys()
            .filter_map(|name| name.strip_prefix(BOX))
            .map(str::to_owned)
            .collect();
        findings.sort_unstable();
        // Whoever ticks something has found something.
        let outcome = match self.outcome.as_str() {
            "" if !findings.is_empty() => "findings",
            outcome => outcome,
        };
        InspectionForm {
            outcome: outcome.to_owned(),
            findings,
            note: self.note.clone(),
            days: self.days.clone(),
        }
    }
}

/// `GET /inspections/new`
pub async fn find(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Inspector>,
    query: Asked<Sought>,
) -> Shown {
    let q: String = asked(query).q.trim().chars().take(SOUGHT_CHARS_MAX).collect();
    match inspections::find_door(&house, &caller, &q).await.map_err(failed(&p))? {
        Found::Door(door, replaced) => {
            let came = if replaced { "?code=old" } else { "" };
            Ok(to(&format!("/inspections/doors/{}{came}", door.number.0)))
        }
        Found::Doors(doors) => show(&p.clone(), StatusCode::OK, &FindPage { p, q, doors }),
    }
}

/// `GET /inspections/doors/{id}`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
    query: Asked<Came>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let form = InspectionForm { days: DAYS_USUAL.to_owned(), ..InspectionForm::default() };
    let old_code = asked(query).code == "old";
    shown(&house, p, &caller, id, (form, old_code), Said::default()).await
}

/// `POST /inspections/doors/{id}`
pub async fn record(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Inspector>,
    Path(id): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let form = typed.form();
    // Without what was seen it counts as inspected meanwhile.
    let seen = typed.seen.parse().unwrap_or(-1);
    match inspections::record(&house, &caller, (id, seen), &form).await {
        Ok(recorded) => Ok(to(&address(recorded, "recorded"))),
        Err(failure) => {
            let said = said(&p, failure)?;
            shown(&house, p, &caller, id, (form, typed.code == "old"), said).await
        }
    }
}

async fn shown(
    house: &House,
    p: Page,
    caller: &Inspector,
    id: CheckpointNumber,
    (form, old_code): (InspectionForm, bool),
    said: Said,
) -> Shown {
    let door = inspections::door(house, caller, id).await.map_err(failed(&p))?;
    let earlier = inspections::earlier(house, caller, id).await.map_err(failed(&p))?;
    let page = DoorPage {
        p: p.clone(),
        door,
        earlier,
        form,
        old_code,
        now: house.now(),
        marks: said.marks,
        notice: said.notice,
    };
    show(&p, said.status, &page)
}
