//! How many entered by a door, by day and by hour.

use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{Asked, asked, failed, number, show},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    applications::mine::{self, Row},
    checkpoints::counts::{self, Day},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::checkpoints::CheckpointNumber;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "venue/counts.html")]
pub(super) struct CountsPage {
    pub(super) p: Page,
    pub(super) row: Row,
    /// Today first.
    pub(super) days: Vec<Day>,
    /// Which of them is shown by the hour.
    pub(super) back: usize,
}

impl CountsPage {
    fn day(&self) -> Option<&Day> {
        self.days.get(self.back)
    }

    /// The most of one day, and of one hour; at least 1, for the bars.
    fn most(&self) -> (u64, u64) {
        let of_days = self.days.iter().map(Day::total).max().unwrap_or(0);
        let of_hours = self.day().and_then(|day| day.hours.into_iter().max()).unwrap_or(0);
        (of_days.max(1), of_hours.max(1))
    }

    fn total(&self) -> u64 {
        self.days.iter().map(Day::total).sum()
    }
}

/// Which day is asked for: so many days back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    back: String,
}

/// `GET /venue/checkpoints/{id}/counts`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    query: Asked<Wanted>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let row = mine::one(&house, &caller, id).await.map_err(failed(&p))?.row;
    let days = counts::counts(&house, &caller, id).await.map_err(failed(&p))?;
    let back = asked(query).back.parse().unwrap_or(0).min(counts::DAYS - 1);
    show(&p.clone(), StatusCode::OK, &CountsPage { p, row, days, back })
}
