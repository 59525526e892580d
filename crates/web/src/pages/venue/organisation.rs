//! The manager registers the organisation, once.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{County, Marks, Said, counties, failed, said, show, to},
    seat::As,
};
use actions::{House, accounts::principals::Manager, organisations, regions};
use askama::Template;
use axum::extract::State;
use domain::organisations::OrganisationForm;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "venue/organisation_new.html")]
pub(super) struct OrganisationPage {
    pub(super) p: Page,
    pub(super) form: OrganisationForm,
    pub(super) counties: Vec<County>,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    name: String,
    credit_code: String,
    county: String,
    township: String,
}

impl From<Fields> for OrganisationForm {
    fn from(f: Fields) -> Self {
        Self { name: f.name, credit_code: f.credit_code, county: f.county, township: f.township }
    }
}

/// `GET /venue/organisation/new`
pub async fn page(State(house): State<Arc<House>>, p: Page, As(caller): As<Manager>) -> Shown {
    if organisations::mine(&house, &caller).await.map_err(failed(&p))?.is_some() {
        return Ok(to("/venue"));
    }
    form(&house, p, OrganisationForm::default(), Said::default()).await
}

/// `POST /venue/organisation/new`
pub async fn create(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = OrganisationForm::from(typed);
    match organisations::create(&house, &caller, &typed).await {
        Ok(_) => Ok(to("/venue/checkpoints/new")),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, typed, said).await
        }
    }
}

async fn form(house: &House, p: Page, form: OrganisationForm, said: Said) -> Shown {
    let counties = counties(&regions::all(house).await.map_err(failed(&p))?);
    let (marks, notice) = (said.marks, said.notice);
    show(&p.clone(), said.status, &OrganisationPage { p, form, counties, marks, notice })
}
