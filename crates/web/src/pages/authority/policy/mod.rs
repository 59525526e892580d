//! Entry policies: what holds where, proposing another with a look at what it changes, deciding.

#[cfg(test)]
mod looks;
pub mod view;

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Said, asked, counties_of, failed, number, said, show, to},
    seat::As,
};
use actions::{
    Answer, House,
    accounts::principals::{PolicyOfficer, Staff},
    categories,
    entry_policy::{decide, list, preview, propose},
    regions,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::entry_policy::{PolicyForm, Reach};
use serde::Deserialize;
use std::sync::Arc;
use view::{DeskPage, FormPage, OnePage};

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    done: String,
    page: String,
    from: String,
}

/// The form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    reach: String,
    region: String,
    category: String,
    door: String,
    begins: String,
    take_back: String,
    red: String,
    yellow: String,
    gray: String,
    none: String,
    unknown: String,
    nucleic_acid_hours: String,
    untested: String,
    test_free_under: String,
    test_free_from: String,
    risk: String,
    no_itinerary: String,
    note: String,
    /// Which button was pressed: `preview`, or to propose it.
    press: String,
}

impl From<Fields> for PolicyForm {
    fn from(f: Fields) -> Self {
        Self {
            reach: f.reach,
            region: f.region,
            category: f.category,
            door: f.door,
            begins: f.begins,
            take_back: f.take_back,
            red: f.red,
            yellow: f.yellow,
            gray: f.gray,
            none: f.none,
            unknown: f.unknown,
            nucleic_acid_hours: f.nucleic_acid_hours,
            untested: f.untested,
            test_free_under: f.test_free_under,
            test_free_from: f.test_free_from,
            risk: f.risk,
            no_itinerary: f.no_itinerary,
            note: f.note,
        }
    }
}

/// Why a proposal is turned down.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Refusal {
    reason: String,
}

/// `GET /policy`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PolicyOfficer>,
    query: Asked<Wanted>,
) -> Shown {
    let wanted = asked(query);
    let number = wanted.page.parse().unwrap_or(0);
    let desk = list::desk(&house, &caller, number).await.map_err(failed(&p))?;
    let done = match wanted.done.as_str() {
        "proposed" => Some("已提出，请另一位防控专员复核。"),
        "approved" => Some("已同意。"),
        "refused" => Some("已退回提出的人。"),
        "withdrawn" => Some("已撤回。"),
        _ => None,
    };
    show(&p.clone(), StatusCode::OK, &DeskPage { p, desk, done })
}

/// `GET /policy/new`, from the rules of the version in `from` or of the city.
pub async fn new_page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PolicyOfficer>,
    As(staff): As<Staff>,
    query: Asked<Wanted>,
) -> Shown {
    let from = asked(query).from.parse().ok();
    let (reach, rules) = list::start_from(&house, from).await.map_err(failed(&p))?;
    let mut typed = PolicyForm::of_rules(&rules);
    match reach {
        Some(Reach::Places { region, category }) => {
            typed.region = region.map(|code| code.as_str().to_owned()).unwrap_or_default();
            typed.category = category.unwrap_or_default();
        }
        Some(Reach::Checkpoint(door)) => {
            typed.reach = "checkpoint".to_owned();
            typed.door = list::short_number(&house, door).await.map_err(failed(&p))?;
        }
        None => typed.region = staff.region().unwrap_or_default().to_owned(),
    }
    let _may = caller;
    form(&house, p, &staff, Typed::of(typed)).await
}

/// What was typed, and what came of it.
struct Typed {
    form: PolicyForm,
    preview: Option<preview::Preview>,
    said: Said,
}

impl Typed {
    fn of(form: PolicyForm) -> Self {
        Self { form, preview: None, said: Said::default() }
    }
}

/// `POST /policy/new`: looks at what it would change, or proposes it.
pub async fn submit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PolicyOfficer>,
    As(staff): As<Staff>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let only_look = fields.press == "preview";
    let typed = PolicyForm::from(fields);
    let answer = if only_look {
        preview::of_form(&house, &caller, &typed).await.map(Some)
    } else {
        propose::propose(&house, &caller, &typed).await.map(|_| None)
    };
    match answer {
        Ok(None) => Ok(to("/policy?done=proposed")),
        Ok(preview) => form(&house, p, &staff, Typed { preview, ..Typed::of(typed) }).await,
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, &staff, Typed { said, ..Typed::of(typed) }).await
        }
    }
}

async fn form(house: &House, p: Page, staff: &Staff, typed: Typed) -> Shown {
    let all = regions::all(house).await.map_err(failed(&p))?;
    let counties = counties_of(&all, staff.region());
    let own = staff.region().map(|code| {
        let name = all.iter().find(|region| region.code.as_str() == code);
        (code.to_owned(), name.map(|region| region.name.clone()).unwrap_or_default())
    });
    let tree = categories::tree(house).await.map_err(failed(&p))?;
    let Typed { form, preview, said } = typed;
    let (marks, notice) = (said.marks, said.notice);
    let page = FormPage { p: p.clone(), form, counties, own, tree, preview, marks, notice };
    show(&p, said.status, &page)
}

/// `GET /policy/{version}`
pub async fn one_page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PolicyOfficer>,
    Path(version): Path<String>,
) -> Shown {
    let version = number(&version).map_err(failed(&p))?;
    one(&house, p, &caller, version, (String::new(), Said::default())).await
}

async fn one(
    house: &Arc<House>,
    p: Page,
    caller: &PolicyOfficer,
    version: u32,
    (reason, said): (String, Said),
) -> Shown {
    let listed = list::one(house, caller, version).await.map_err(failed(&p))?;
    let preview = match listed.standing {
        list::Standing::Waits | list::Standing::Ahead => {
            Some(preview::of_version(house, caller, version).await.map_err(failed(&p))?)
        }
        _ => None,
    };
    let (marks, notice) = (said.marks, said.notice);
    let page = OnePage { p: p.clone(), one: listed, preview, reason, marks, notice };
    show(&p, said.status, &page)
}

/// `POST /policy/{version}/approve`
pub async fn approve(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PolicyOfficer>,
    Path(version): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let version = number(&version).map_err(failed(&p))?;
    let answer = decide::approve(&house, &caller, version).await;
    decided(&house, p, &caller, (version, String::new()), (answer, "approved")).await
}

/// `POST /policy/{version}/refuse`
pub async fn refuse(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PolicyOfficer>,
    Path(version): Path<String>,
    Checked(typed): Checked<Refusal>,
) -> Shown {
    let version = number(&version).map_err(failed(&p))?;
    let answer = decide::refuse(&house, &caller, version, &typed.reason).await;
    decided(&house, p, &caller, (version, typed.reason), (answer, "refused")).await
}

/// `POST /policy/{version}/withdraw`
pub async fn withdraw(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<PolicyOfficer>,
    Path(version): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let version = number(&version).map_err(failed(&p))?;
    let answer = decide::withdraw(&house, &caller, version).await;
    decided(&house, p, &caller, (version, String::new()), (answer, "withdrawn")).await
}

async fn decided(
    house: &Arc<House>,
    p: Page,
    caller: &PolicyOfficer,
    (version, reason): (u32, String),
    (answer, done): (Answer<()>, &str),
) -> Shown {
    match answer {
        Ok(()) => Ok(to(&format!("/policy?done={done}"))),
        Err(failure) => {
            let said = said(&p, failure)?;
            one(house, p, caller, version, (reason, said)).await
        }
    }
}
