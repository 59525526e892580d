//! The manager applies for a checkpoint, or corrects what came back.

use super::checkpoint::{Kept, one};
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{County, Marks, Said, counties, failed, number, said, show, to},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    applications::{mine, submit},
    categories, regions,
};
use askama::Template;
use axum::extract::{Path, State};
use domain::{
    applications,
    categories::Tree,
    checkpoints::{CheckpointForm, CheckpointNumber},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "venue/checkpoint_form.html")]
pub(super) struct FormPage {
    pub(super) p: Page,
    pub(super) form: CheckpointForm,
    pub(super) kind: Kind,
    pub(super) counties: Vec<County>,
    pub(super) tree: Tree,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// What a form is for.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A first application.
    New,
    /// An application that came back, why, and its round.
    CameBack { reason: String, round: i64 },
    /// A change of a door in use, and the round of its application.
    Change { round: i64 },
    /// A draft: its number, its row in the table it came from or 0, and its version.
    Draft { id: i64, line: i64, round: i64 },
}

impl FormPage {
    fn title(&self) -> &'static str {
        match self.kind {
            Kind::New => "申请注册检查点",
            Kind::CameBack { .. } => "改正申请",
            Kind::Change { .. } => "变更检查点",
            Kind::Draft { .. } => "修改草稿",
        }
    }

    fn button(&self) -> &'static str {
        if matches!(self.kind, Kind::CameBack { .. }) { "重新提交" } else { "提交申请" }
    }

    /// The round that is shown, of what has rounds.
    fn round(&self) -> Option<i64> {
        match self.kind {
            Kind::New => None,
            Kind::CameBack { round, .. } | Kind::Change { round } | Kind::Draft { round, .. } => {
                Some(round)
            }
        }
    }

    /// Where the form goes.
    fn action(&self) -> String {
        match self.kind {
            Kind::Draft { id, .. } => format!("/venue/drafts/{id}/submit"),
            Kind::New => "/venue/checkpoints/new".to_owned(),
            _ => self.p.path.clone(),
        }
    }

    /// Where it goes to be kept as it is.
    fn keep(&self) -> Option<String> {
        match self.kind {
            Kind::New => Some("/venue/drafts".to_owned()),
            Kind::CameBack { .. } | Kind::Change { .. } => None,
            Kind::Draft { id, .. } => Some(format!("/venue/drafts/{id}/save")),
        }
    }

    fn back(&self) -> &'static str {
        if matches!(self.kind, Kind::Draft { .. }) { "/venue/drafts" } else { "/venue" }
    }

    /// What a table says where the form has a choice, when it is none of them: label and text.
    fn unknown(&self) -> Vec<(&'static str, &str)> {
        let is_code = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let texts = [
            ("县区", self.form.county.as_str()),
            ("乡镇或街道", &self.form.township),
            ("场所类别", &self.form.category),
        ];
        texts.into_iter().filter(|(_, text)| !text.is_empty() && !is_code(text)).collect()
    }
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    name: String,
    door: String,
    address: String,
    county: String,
    township: String,
    category: String,
    responsible_name: String,
    responsible_phone: String,
}

/// The form of something that others may have written meanwhile.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Written {
    round: String,
    #[serde(flatten)]
    form: Fields,
}

impl Written {
    /// The round that was shown, and what was typed.
    pub(super) fn parts(self) -> (i64, CheckpointForm) {
        // One that cannot be read is none that there ever was.
        (self.round.parse().unwrap_or(-1), self.form.into())
    }
}

impl From<Fields> for CheckpointForm {
    fn from(f: Fields) -> Self {
        Self {
            name: f.name,
            door: f.door,
            address: f.address,
            county: f.county,
            township: f.township,
            category: f.category,
            responsible_name: f.responsible_name,
            responsible_phone: f.responsible_phone,
        }
    }
}

/// `GET /venue/checkpoints/new`, with what is known already.
pub async fn page(State(house): State<Arc<House>>, p: Page, As(caller): As<Manager>) -> Shown {
    let Some(known) = submit::blank(&house, &caller).await.map_err(failed(&p))? else {
        return Ok(to("/venue/organisation/new"));
    };
    form(&house, p, known, Kind::New, Said::default()).await
}

/// `POST /venue/checkpoints/new`
pub async fn submit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = CheckpointForm::from(typed);
    match submit::submit(&house, &caller, &typed).await {
        Ok(made) => Ok(to(&format!("/venue/checkpoints/{}?done=sent", made.0))),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, typed, Kind::New, said).await
        }
    }
}

/// `GET /venue/checkpoints/{id}/edit`, while it waits for its manager.
pub async fn edit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let mine = mine::owned(&house, &caller, id).await.map_err(failed(&p))?;
    if mine.row.state != applications::State::Returned {
        return Ok(to(&format!("/venue/checkpoints/{}", id.0)));
    }
    let typed = mine.proposed.unwrap_or(mine.form);
    let kind = Kind::CameBack { reason: mine.row.reason, round: mine.row.round };
    form(&house, p, typed, kind, Said::default()).await
}

/// `POST /venue/checkpoints/{id}/edit`
pub async fn resubmit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(typed): Checked<Written>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let (round, typed) = typed.parts();
    match submit::resubmit(&house, &caller, (id, round), &typed).await {
        Ok(()) => Ok(to(&format!("/venue/checkpoints/{}?done=sent", id.0))),
        Err(failure) => {
            let said = said(&p, failure)?;
            let reason = mine::owned(&house, &caller, id).await.map_err(failed(&p))?.row.reason;
            form(&house, p, typed, Kind::CameBack { reason, round }, said).await
        }
    }
}

/// `GET /venue/checkpoints/{id}/change`, of a door in use.
pub async fn change_page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let mine = mine::owned(&house, &caller, id).await.map_err(failed(&p))?;
    if mine.row.state != applications::State::Approved {
        return Ok(to(&format!("/venue/checkpoints/{}", id.0)));
    }
    form(&house, p, mine.form, Kind::Change { round: mine.row.round }, Said::default()).await
}

/// `POST /venue/checkpoints/{id}/change`
pub async fn change(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(typed): Checked<Written>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let (round, typed) = typed.parts();
    match submit::change(&house, &caller, (id, round), &typed).await {
        Ok(()) => Ok(to(&format!("/venue/checkpoints/{}?done=changing", id.0))),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, typed, Kind::Change { round }, said).await
        }
    }
}

/// `POST /venue/checkpoints/{id}/withdraw`
pub async fn withdraw(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    match submit::withdraw(&house, &caller, id).await {
        Ok(()) => Ok(to(&format!("/venue/checkpoints/{}?done=withdrawn", id.0))),
        Err(failure) => {
            let said = said(&p, failure)?;
            one(&house, p, &caller, id, Kept::default(), said).await
        }
    }
}

pub(super) async fn form(
    house: &House,
    p: Page,
    form: CheckpointForm,
    kind: Kind,
    said: Said,
) -> Shown {
    let counties = counties(&regions::all(house).await.map_err(failed(&p))?);
    let (marks, notice) = (said.marks, said.notice);
    let tree = categories::tree(house).await.map_err(failed(&p))?;
    show(&p.clone(), said.status, &FormPage { p, form, kind, counties, tree, marks, notice })
}
