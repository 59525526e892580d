//! Many doors at once, and doors begun half way: a table uploaded, corrected row by row, submitted.

use super::apply::{Fields, Kind, form};
use crate::{
    answer::Shown,
    forms::{Checked, CheckedFile},
    page::Page,
    pages::desk::{
        Asked, Marks, Said, asked, attachment, failed, number, query_text, said, show, to,
    },
    seat::As,
};
use actions::{
    Answer, Failure, House,
    accounts::principals::Manager,
    applications::drafts::{self, Drafts, Judged, Uploaded},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::checkpoints::CheckpointForm;
use serde::Deserialize;
use std::sync::Arc;

/// Content type of a workbook.
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    show: String,
    page: String,
    done: String,
    count: String,
}

/// A form with the version of the draft that was on the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DraftFields {
    #[serde(flatten)]
    form: Fields,
    round: String,
}

#[derive(Template)]
#[template(path = "venue/drafts.html")]
pub(super) struct DraftsPage {
    pub(super) p: Page,
    pub(super) drafts: Drafts,
    /// Whether only those with something wrong are shown.
    pub(super) faulty: bool,
    pub(super) done: Option<String>,
    pub(super) notice: Option<&'static str>,
    /// What is wrong with the file, which is not kept.
    pub(super) unreadable: Option<String>,
}

impl DraftsPage {
    fn good(&self) -> usize {
        self.drafts.total - self.drafts.faulty
    }

    fn link(&self, faulty: bool, page: usize) -> String {
        let page = page.to_string();
        let mut parts = Vec::new();
        if faulty {
            parts.push(("show", "faulty"));
        }
        if page != "0" {
            parts.push(("page", page.as_str()));
        }
        query_text("/venue/drafts", &parts)
    }

    /// What a draft is called in the list.
    fn title(&self, draft: &Judged) -> String {
        let named = [&draft.form.name, &draft.form.door].map(|text| text.trim());
        match named {
            ["", ""] => self.p.t("还没有名称").to_owned(),
            [name, ""] => name.to_owned(),
            ["", door] => door.to_owned(),
            [name, door] => format!("{name} · {door}"),
        }
    }
}

/// What a field is called in a table, key into the catalogues.
pub(super) fn field_text(field: &str) -> &'static str {
    match field {
        "name" => "场所名称",
        "door" => "门",
        "address" => "详细地址",
        "county" => "县区",
        "township" => "乡镇街道",
        "category" => "场所类别",
        "responsible_name" => "管理员",
        _ => "联系电话",
    }
}

/// `GET /venue/drafts`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    query: Asked<Wanted>,
) -> Shown {
    let wanted = asked(query);
    let (faulty, number) = (wanted.show == "faulty", wanted.page.parse().unwrap_or(0));
    let drafts = match drafts::list(&house, &caller, faulty, number).await {
        Err(Failure::Conflict(_)) => return Ok(to("/venue/organisation/new")),
        other => other.map_err(failed(&p))?,
    };
    let done = done_text(&p, &wanted);
    let page = DraftsPage { p: p.clone(), drafts, faulty, done, notice: None, unreadable: None };
    show(&p, StatusCode::OK, &page)
}

fn done_text(p: &Page, wanted: &Wanted) -> Option<String> {
    let count: u64 = wanted.count.parse().unwrap_or(0);
    Some(match wanted.done.as_str() {
        "uploaded" => p.f("已读入 {} 行，请看下面的检查结果。", count),
        "submitted" => p.f("已提交 {} 件申请。", count),
        "deleted" => p.f("已删除 {} 条草稿。", count),
        "kept" => p.t("已存为草稿。").to_owned(),
        _ => return None,
    })
}

/// `GET /venue/drafts/table.xlsx`
pub async fn table(State(house): State<Arc<House>>, p: Page, As(_): As<Manager>) -> Shown {
    let file = drafts::fill_in(&house).await.map_err(failed(&p))?;
    Ok(attachment(&file.name, XLSX, file.bytes))
}

/// `POST /venue/drafts/upload`
pub async fn upload(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    CheckedFile { file, .. }: CheckedFile,
) -> Shown {
    match drafts::upload(&house, &caller, file).await {
        Ok(Uploaded::Taken(rows)) => {
            Ok(to(&format!("/venue/drafts?done=uploaded&count={rows}&show=faulty")))
        }
        Ok(Uploaded::Unreadable(why)) => {
            let said = Said { status: StatusCode::UNPROCESSABLE_ENTITY, ..Said::default() };
            again(&house, p, &caller, said, Some(why)).await
        }
        Err(failure) => {
            let said = said(&p, failure)?;
            again(&house, p, &caller, said, None).await
        }
    }
}

/// The list once more, with what stood in the way.
async fn again(
    house: &House,
    p: Page,
    caller: &Manager,
    said: Said,
    unreadable: Option<String>,
) -> Shown {
    let drafts = drafts::list(house, caller, false, 0).await.map_err(failed(&p))?;
    let notice = said.notice;
    let page = DraftsPage { p: p.clone(), drafts, faulty: false, done: None, notice, unreadable };
    show(&p, said.status, &page)
}

/// `POST /venue/drafts`: a form is kept as it is.
pub async fn keep(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let typed = CheckpointForm::from(typed);
    match drafts::keep(&house, &caller, &typed).await {
        Ok(_) => Ok(to("/venue/drafts?done=kept")),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(&house, p, typed, Kind::New, said).await
        }
    }
}

/// `POST /venue/drafts/submit`: all with nothing wrong.
pub async fn submit_all(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Checked(()): Checked<()>,
) -> Shown {
    match drafts::submit_all(&house, &caller).await {
        Ok(done) if done.left == 0 => Ok(to("/venue")),
        Ok(done) => Ok(to(&format!("/venue/drafts?done=submitted&count={}", done.submitted))),
        Err(failure) => {
            let said = said(&p, failure)?;
            again(&house, p, &caller, said, None).await
        }
    }
}

/// `POST /venue/drafts/delete`: all of them.
pub async fn delete_all(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Checked(()): Checked<()>,
) -> Shown {
    deleted(&p, drafts::delete(&house, &caller, None).await)
}

/// `POST /venue/drafts/{id}/delete`
pub async fn delete(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    deleted(&p, drafts::delete(&house, &caller, Some(id)).await)
}

fn deleted(p: &Page, answer: Answer<u64>) -> Shown {
    let count = answer.map_err(failed(p))?;
    Ok(to(&format!("/venue/drafts?done=deleted&count={count}")))
}

/// `GET /venue/drafts/{id}`, with what is wrong at its fields.
pub async fn edit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let draft = drafts::one(&house, &caller, id).await.map_err(failed(&p))?;
    // Somebody who stopped half way is not told of every field that is still empty.
    let marks = if draft.line > 0 { Marks(draft.complaints) } else { Marks::default() };
    let kind = Kind::Draft { id, line: draft.line, round: draft.round };
    form(&house, p, draft.form, kind, Said { marks, ..Said::default() }).await
}

/// `POST /venue/drafts/{id}/save`
pub async fn save(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(typed): Checked<DraftFields>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let (seen, typed) = ((id, typed.round()), CheckpointForm::from(typed.form));
    let answer = drafts::change(&house, &caller, seen, &typed).await;
    changed(&house, p, &caller, seen, typed, answer.map(|()| "/venue/drafts?done=kept".into()))
        .await
}

/// `POST /venue/drafts/{id}/submit`
pub async fn submit(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(typed): Checked<DraftFields>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let (seen, typed) = ((id, typed.round()), CheckpointForm::from(typed.form));
    let answer = drafts::submit_one(&house, &caller, seen, &typed).await;
    let answer = answer.map(|_| "/venue/drafts?done=submitted&count=1".to_owned());
    changed(&house, p, &caller, seen, typed, answer).await
}

impl DraftFields {
    /// Which version was on the page; none counts as one that is gone.
    fn round(&self) -> i64 {
        self.round.parse().unwrap_or(0)
    }
}

/// On to the list, or the form again with what stood in the way.
async fn changed(
    house: &House,
    p: Page,
    caller: &Manager,
    (id, round): (i64, i64),
    typed: CheckpointForm,
    answer: Answer<String>,
) -> Shown {
    let failure = match answer {
        Ok(next) => return Ok(to(&next)),
        Err(failure) => failure,
    };
    let kind = match drafts::one(house, caller, id).await {
        // Submitting keeps the form first: then the page goes on with the version that was kept.
        Ok(draft) => {
            let round = if draft.form == typed { draft.round } else { round };
            Kind::Draft { id, line: draft.line, round }
        }
        // Submitted or thrown away meanwhile, in another window: what is typed goes on as a new form.
        Err(Failure::NotFound) => Kind::New,
        Err(other) => return Err(failed(&p)(other)),
    };
    let said = match failure {
        Failure::NotFound => said(&p, GONE)?,
        other => said(&p, other)?,
    };
    form(house, p, typed, kind, said).await
}

const GONE: Failure =
    Failure::Conflict("这条草稿已经提交或删除了；这里填的还没有保存，可以提交，也可以另存为草稿");
