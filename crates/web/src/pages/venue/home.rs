//! The manager's home: what to do next, or the unit's checkpoints.

use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{failed, show},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    applications::mine::{self, Row},
    organisations::{self, Organisation},
};
use askama::Template;
use axum::{extract::State, http::StatusCode};
use domain::checkpoints::Standing;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "venue/home.html")]
pub(super) struct Home {
    pub(super) p: Page,
    pub(super) organisation: Option<Organisation>,
    pub(super) rows: Vec<Row>,
}

impl Home {
    fn any_open(&self) -> bool {
        self.rows.iter().any(|row| row.standing == Standing::Open)
    }
}

/// `GET /venue`
pub async fn page(State(house): State<Arc<House>>, p: Page, As(caller): As<Manager>) -> Shown {
    let organisation = organisations::mine(&house, &caller).await.map_err(failed(&p))?;
    let rows = match &organisation {
        Some(_) => mine::list(&house, &caller).await.map_err(failed(&p))?,
        None => Vec::new(),
    };
    show(&p.clone(), StatusCode::OK, &Home { p, organisation, rows })
}
