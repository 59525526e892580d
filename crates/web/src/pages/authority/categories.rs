//! The administrator's tree of categories: the list, and one form for a category or a group.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{Asked, Marks, Said, asked, failed, said, show, to},
    seat::As,
};
use actions::{
    Answer, Failure, House,
    accounts::principals::Administrator,
    categories::{
        self,
        edit::{self, CategoryChange},
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::categories::{CategoryForm, Tree};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "authority/categories.html")]
pub(super) struct CategoriesPage {
    pub(super) p: Page,
    pub(super) tree: Tree,
    pub(super) done: Option<&'static str>,
}

/// What a form is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Another category of the group with this code and name.
    New { group: String, group_name: String },
    /// The category with this code.
    Category { code: String },
    /// Another group.
    NewGroup,
    /// The group with this code.
    Group { code: String },
}

#[derive(Template)]
#[template(path = "authority/category_form.html")]
pub(super) struct FormPage {
    pub(super) p: Page,
    pub(super) about: About,
    pub(super) typed: Fields,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

impl FormPage {
    fn title(&self) -> &'static str {
        match self.about {
            About::New { .. } => "新增类别",
            About::Category { .. } => "修改类别",
            About::NewGroup => "新增类别组",
            About::Group { .. } => "修改类别组",
        }
    }

    /// Whether it is about a category, not a group.
    fn of_category(&self) -> bool {
        matches!(self.about, About::New { .. } | About::Category { .. })
    }
}

/// The form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    pub(super) group: String,
    pub(super) name: String,
    pub(super) usual_stay_minutes: String,
    pub(super) in_use: String,
    pub(super) seen: String,
}

impl Fields {
    fn form(&self) -> CategoryForm {
        CategoryForm {
            name: self.name.clone(),
            usual_stay_minutes: self.usual_stay_minutes.clone(),
        }
    }

    fn seen(&self) -> i64 {
        self.seen.parse().unwrap_or(-1)
    }
}

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    done: String,
    group: String,
}

const LIST: &str = "/categories?done=saved";

/// `GET /categories`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(_): As<Administrator>,
    query: Asked<Wanted>,
) -> Shown {
    let tree = categories::tree(&house).await.map_err(failed(&p))?;
    let done = (asked(query).done == "saved").then_some("已保存，立即生效。");
    show(&p.clone(), StatusCode::OK, &CategoriesPage { p, tree, done })
}

/// `GET /categories/new`
pub async fn new_page(
    State(house): State<Arc<House>>,
    p: Page,
    As(_): As<Administrator>,
    query: Asked<Wanted>,
) -> Shown {
    let about = new_in(&house, &asked(query).group).await.map_err(failed(&p))?;
    form(p, about, Fields::default(), Said::default())
}

async fn new_in(house: &House, code: &str) -> Answer<About> {
    let tree = categories::tree(house).await?;
    let group = tree.groups.into_iter().find(|group| group.code == code);
    let group = group.ok_or(Failure::NotFound)?;
    Ok(About::New { group: group.code, group_name: group.name })
}

/// `POST /categories/new`
pub async fn add(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let about = new_in(&house, &typed.group).await.map_err(failed(&p))?;
    let outcome = edit::add(&house, &caller, &typed.group, &typed.form()).await;
    after(p, about, typed, outcome)
}

/// `GET /categories/{code}`
pub async fn one_page(
    State(house): State<Arc<House>>,
    p: Page,
    As(_): As<Administrator>,
    Path(code): Path<String>,
) -> Shown {
    let tree = categories::tree(&house).await.map_err(failed(&p))?;
    let found = tree.category(&code).ok_or(Failure::NotFound).map_err(failed(&p))?;
    let typed = Fields {
        name: found.name.clone(),
        usual_stay_minutes: found.usual_stay_minutes.to_string(),
        in_use: if found.in_use { "1".to_owned() } else { String::new() },
        seen: found.changed.0.to_string(),
        ..Fields::default()
    };
    form(p, About::Category { code }, typed, Said::default())
}

/// `POST /categories/{code}`
pub async fn change(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Path(code): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let (in_use, seen) = (!typed.in_use.is_empty(), typed.seen());
    let change = CategoryChange { form: typed.form(), in_use, seen };
    let outcome = edit::change(&house, &caller, &code, &change).await;
    after(p, About::Category { code }, typed, outcome)
}

/// `GET /category-groups/new`
pub async fn new_group_page(p: Page, As(_): As<Administrator>) -> Shown {
    form(p, About::NewGroup, Fields::default(), Said::default())
}

/// `POST /category-groups/new`
pub async fn add_group(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let outcome = edit::add_group(&house, &caller, &typed.name).await;
    after(p, About::NewGroup, typed, outcome)
}

/// `GET /category-groups/{code}`
pub async fn group_page(
    State(house): State<Arc<House>>,
    p: Page,
    As(_): As<Administrator>,
    Path(code): Path<String>,
) -> Shown {
    let tree = categories::tree(&house).await.map_err(failed(&p))?;
    let found = tree.groups.into_iter().find(|group| group.code == code);
    let found = found.ok_or(Failure::NotFound).map_err(failed(&p))?;
    let seen = found.changed.0.to_string();
    let typed = Fields { name: found.name, seen, ..Fields::default() };
    form(p, About::Group { code }, typed, Said::default())
}

/// `POST /category-groups/{code}`
pub async fn rename_group(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Administrator>,
    Path(code): Path<String>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let outcome = edit::rename_group(&house, &caller, (&code, typed.seen()), &typed.name).await;
    after(p, About::Group { code }, typed, outcome)
}

fn after(p: Page, about: About, typed: Fields, outcome: Answer<()>) -> Shown {
    match outcome {
        Ok(()) => Ok(to(LIST)),
        Err(failure) => {
            let said = said(&p, failure)?;
            form(p, about, typed, said)
        }
    }
}

fn form(p: Page, about: About, typed: Fields, said: Said) -> Shown {
    let (marks, notice) = (said.marks, said.notice);
    show(&p.clone(), said.status, &FormPage { p, about, typed, marks, notice })
}
