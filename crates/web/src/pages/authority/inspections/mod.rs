//! The inspector's pages: the list, a door to inspect, one inspection, the list as a file.

pub mod door;
#[cfg(test)]
mod looks;
pub mod narrowing;
pub mod one;
pub mod table;

use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{
        Asked, County, asked, counties_of, failed, list_address, part_of_city, query_text, show,
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::Inspector,
    inspections::{self, EXPORT_ROWS_MAX, Filter, List, Show},
    regions,
};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use narrowing::{Narrowing, words};
use std::sync::Arc;

/// The list.
#[derive(Template)]
#[template(path = "authority/inspections.html")]
pub(in crate::pages::authority) struct InspectionsPage {
    pub(in crate::pages::authority) p: Page,
    pub(in crate::pages::authority) list: List,
    pub(in crate::pages::authority) filter: Filter,
    pub(in crate::pages::authority) counties: Vec<County>,
    pub(in crate::pages::authority) narrowed_to: Option<(String, String)>,
}

impl InspectionsPage {
    fn show_link(&self, show: &Show) -> String {
        let filter = Filter { show: *show, ..self.filter.clone() };
        list_address("/inspections", &words(&filter), None)
    }

    fn page_link(&self, page: i64) -> String {
        let (mut parts, page) = (words(&self.filter), page.to_string());
        parts.push(("page", page));
        list_address("/inspections", &parts, None)
    }

    fn file_link(&self) -> String {
        list_address("/inspections/table.csv", &words(&self.filter), None)
    }

    fn too_many(&self) -> bool {
        self.list.total > EXPORT_ROWS_MAX
    }

    /// The part of the city that is shown.
    fn part_name(&self) -> String {
        let own = self.narrowed_to.as_ref().map(|(_, name)| name.as_str());
        let chosen = part_of_city(&self.counties, self.filter.region.as_deref());
        chosen.or(own).unwrap_or_else(|| self.p.t("全市")).to_owned()
    }
}

/// The address of one inspection, with what has just been done.
pub(super) fn address(id: i64, done: &str) -> String {
    query_text(&format!("/inspections/{id}"), &[("done", done)])
}

/// `GET /inspections`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Inspector>,
    query: Asked<Narrowing>,
) -> Shown {
    let fail = failed(&p);
    let filter = asked(query).filter();
    let list = inspections::list(&house, &caller, &filter).await.map_err(&fail)?;
    let narrowed_to = inspections::narrowed_to(&house, &caller).await.map_err(&fail)?;
    let regions = regions::all(&house).await.map_err(&fail)?;
    let own = narrowed_to.as_ref().map(|(own, _)| own.as_str());
    let counties = counties_of(&regions, own);
    let page = InspectionsPage { p: p.clone(), list, filter, counties, narrowed_to };
    show(&p, StatusCode::OK, &page)
}
