//! The investigator's cases: the list, and opening one.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Marks, Said, failed, said, show, to},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Investigator,
    contact_tracing::cases::{self, CaseRow},
};
use askama::Template;
use axum::extract::State;
use domain::contact_tracing::CaseForm;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "authority/cases.html")]
pub(super) struct CasesPage {
    pub(super) p: Page,
    pub(super) rows: Vec<CaseRow>,
    pub(super) form: CaseForm,
    pub(super) marks: Marks,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    case_number: String,
    reason: String,
    id_kind: String,
    id_number: String,
}

impl From<Fields> for CaseForm {
    fn from(f: Fields) -> Self {
        Self {
            case_number: f.case_number,
            reason: f.reason,
            id_kind: f.id_kind,
            id_number: f.id_number,
        }
    }
}

/// `GET /cases`
pub async fn page(State(house): State<Arc<House>>, p: Page, As(caller): As<Investigator>) -> Shown {
    list(&house, p, &caller, CaseForm::default(), Said::default()).await
}

/// `POST /cases`
pub async fn open(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Investigator>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = CaseForm::from(typed);
    match cases::open(&house, &caller, &typed).await {
        Ok(case) => Ok(to(&format!("/cases/{case}"))),
        Err(failure) => {
            let said = said(&p, failure)?;
            list(&house, p, &caller, typed, said).await
        }
    }
}

async fn list(house: &House, p: Page, caller: &Investigator, form: CaseForm, said: Said) -> Shown {
    let rows = cases::list(house, caller).await.map_err(failed(&p))?;
    show(&p.clone(), said.status, &CasesPage { p, rows, form, marks: said.marks })
}
