//! The audit list, newest first.

use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{Asked, asked, failed, query_text, show},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Auditor,
    audit::{self, AuditRow, Filter, PAGE_ROWS},
};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use domain::audit::Deed;
use serde::Deserialize;
use std::sync::Arc;

/// The last page that can be asked for; bounds what a database is told to skip.
const PAGE_MAX: i64 = 100_000;

#[derive(Template)]
#[template(path = "authority/audit.html")]
pub(super) struct AuditPage {
    pub(super) p: Page,
    pub(super) rows: Vec<AuditRow>,
    pub(super) filter: Filter,
    /// Whether the page is full, so that there may be an earlier one.
    pub(super) full: bool,
}

impl AuditPage {
    fn page_link(&self, page: i64) -> String {
        let deed = self.filter.deed.map(Deed::code).unwrap_or_default();
        query_text("/audit", &[("deed", deed), ("page", &page.to_string())])
    }
}

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    deed: String,
    page: String,
}

/// `GET /audit`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Auditor>,
    query: Asked<Wanted>,
) -> Shown {
    let wanted = asked(query);
    let page = wanted.page.parse().unwrap_or(0).clamp(0, PAGE_MAX);
    let filter = Filter { deed: Deed::from_code(&wanted.deed), page };
    let rows = audit::list(&house, &caller, filter).await.map_err(failed(&p))?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n >= PAGE_ROWS);
    show(&p.clone(), StatusCode::OK, &AuditPage { p, rows, filter, full })
}
