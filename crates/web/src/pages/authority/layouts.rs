//! The city's own layouts of posters: uploaded, looked at, put in force.

use crate::{
    answer::Shown,
    forms::{Checked, CheckedFile},
    page::Page,
    pages::desk::{
        Asked, County, Marks, Said, asked, attachment, counties, failed, number, said, show, stem,
        to,
    },
    seat::As,
};
use actions::{
    Answer, House,
    accounts::principals::Administrator,
    posters::{
        Download, LayoutFault,
        layouts::{self, LayoutForm, Listed},
    },
    regions,
};
use askama::Template;
use axum::extract::{Path, State};
use serde::Deserialize;
use std::sync::Arc;

const SVG: &str = "image/svg+xml";
const PDF: &str = "application/pdf";

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    done: String,
}

#[derive(Template)]
#[template(path = "authority/layouts.html")]
pub(super) struct LayoutsPage {
    pub(super) p: Page,
    pub(super) rows: Vec<Listed>,
    pub(super) counties: Vec<County>,
    pub(super) form: LayoutForm,
    pub(super) faults: Vec<LayoutFault>,
    pub(super) done: Option<&'static str>,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

/// `GET /layouts`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    query: Asked<Wanted>,
) -> Shown {
    let done = match asked(query).done.as_str() {
        "kept" => Some("版式合格，已保存。看过预览后再启用。"),
        "begun" => Some("已启用，以后下载的海报都用这个版式。"),
        "ended" => Some("已停用。"),
        _ => None,
    };
    list(&house, p, &caller, View { done, ..View::default() }).await
}

/// What the page shows beside the list.
#[derive(Default)]
struct View {
    form: LayoutForm,
    faults: Vec<LayoutFault>,
    done: Option<&'static str>,
    said: Said,
}

async fn list(house: &House, p: Page, caller: &Administrator, view: View) -> Shown {
    let rows = layouts::list(house, caller).await.map_err(failed(&p))?;
    let counties = counties(&regions::all(house).await.map_err(failed(&p))?);
    let View { form, faults, done, said } = view;
    let status =
        if faults.is_empty() { said.status } else { axum::http::StatusCode::UNPROCESSABLE_ENTITY };
    let (marks, notice) = (said.marks, said.notice);
    let page = LayoutsPage { p: p.clone(), rows, counties, form, faults, done, marks, notice };
    show(&p, status, &page)
}

/// `POST /layouts/upload`
pub async fn upload(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    CheckedFile { file, fields }: CheckedFile,
) -> Shown {
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let form = LayoutForm { size: text("size"), county: text("county"), note: text("note") };
    let view = match layouts::upload(&house, &caller, &form, file).await {
        Ok(layouts::Checked::Kept(_)) => return Ok(to("/layouts?done=kept")),
        Ok(layouts::Checked::Refused(faults)) => View { form, faults, ..View::default() },
        Err(failure) => View { form, said: said(&p, failure)?, ..View::default() },
    };
    list(&house, p, &caller, view).await
}

/// `POST /layouts/{version}/begin`
pub async fn begin(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Path(version): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let version = number(&version).map_err(failed(&p))?;
    let answer = layouts::begin(&house, &caller, version).await;
    decided(&house, p, &caller, answer, "/layouts?done=begun").await
}

/// `POST /layouts/{version}/end`
pub async fn end(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Path(version): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let version = number(&version).map_err(failed(&p))?;
    let answer = layouts::end(&house, &caller, version).await;
    decided(&house, p, &caller, answer, "/layouts?done=ended").await
}

async fn decided(
    house: &House,
    p: Page,
    caller: &Administrator,
    answer: Answer<()>,
    next: &str,
) -> Shown {
    match answer {
        Ok(()) => Ok(to(next)),
        Err(failure) => {
            let said = said(&p, failure)?;
            list(house, p, caller, View { said, ..View::default() }).await
        }
    }
}

/// `GET /layouts/{version}/preview.pdf`
pub async fn preview(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Path(version): Path<String>,
) -> Shown {
    let version = number(&version).map_err(failed(&p))?;
    download(&p, layouts::preview(&house, &caller, version).await, PDF)
}

/// `GET /layouts/{version}/file.svg`
pub async fn file(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Path(version): Path<String>,
) -> Shown {
    let version = number(&version).map_err(failed(&p))?;
    download(&p, layouts::file(&house, &caller, version).await, SVG)
}

/// `GET /layouts/examples/{size}.svg`
pub async fn example(p: Page, As(caller): As<Administrator>, Path(size): Path<String>) -> Shown {
    let size = stem(&size, ".svg").map_err(failed(&p))?;
    download(&p, layouts::example(&caller, size).await, SVG)
}

/// Always as a file to save: a browser must not take an uploaded file for a page of this house.
fn download(p: &Page, made: Answer<Download>, kind: &'static str) -> Shown {
    let file = made.map_err(failed(p))?;
    Ok(attachment(&file.name, kind, file.bytes))
}
