//! The tracing desk of one case: the way, the people near it, the places in order.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{
        Asked, Marks, Said, asked, failed, minute_text, number, query_text, said, show, to,
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::Investigator,
    contact_tracing::{
        embargo,
        view::{self, CaseVisit, Chosen, Desk},
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use domain::{checkpoints::CheckpointNumber, time::UnixMs};
use serde::Deserialize;
use std::sync::Arc;

/// Minutes before and after an entry that may be chosen.
pub const WINDOWS: [i64; 5] = [15, 30, 60, 120, 240];

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    window: String,
    checkpoint: String,
    entered: String,
}

impl Wanted {
    /// Minutes before and after an entry, and which entry.
    pub(super) fn read(&self) -> (Option<i64>, Option<Chosen>) {
        (self.window.parse().ok(), self.chosen())
    }

    fn chosen(&self) -> Option<Chosen> {
        let checkpoint = CheckpointNumber(self.checkpoint.parse().ok()?);
        Some(Chosen { checkpoint, entered: UnixMs(self.entered.parse().ok()?) })
    }
}

/// `GET /cases/{id}`
pub async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Investigator>,
    Path(id): Path<String>,
    query: Asked<Wanted>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let (window, chosen) = asked(query).read();
    let desk = view::desk(&house, &caller, id, window, chosen).await.map_err(failed(&p))?;
    show(&p.clone(), StatusCode::OK, &DeskPage::new(p, desk, chosen))
}

/// Why.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Embargo {
    /// `1` to keep it secret, anything else to end that.
    secret: String,
    embargo_reason: String,
}

/// `POST /cases/{id}/embargo`
pub async fn embargo(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Investigator>,
    Path(id): Path<String>,
    Checked(typed): Checked<Embargo>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let secret = typed.secret == "1";
    match embargo::embargo(&house, &caller, id, secret, &typed.embargo_reason).await {
        Ok(()) => Ok(to(&format!("/cases/{id}"))),
        Err(failure) => {
            let Said { status, marks, notice } = said(&p, failure)?;
            let desk = view::desk(&house, &caller, id, None, None).await.map_err(failed(&p))?;
            let mut page = DeskPage::new(p.clone(), desk, None);
            page.marks = marks;
            page.notice = notice;
            show(&p, status, &page)
        }
    }
}

/// A day of the way, newest entry first.
pub(super) struct Day {
    date: String,
    weekday: &'static str,
    visits: Vec<CaseVisit>,
}

/// A place in the order of how many people were near.
pub(super) struct Place {
    name: String,
    door: String,
    times: usize,
    people: usize,
}

#[derive(Template)]
#[template(path = "authority/case_desk.html")]
pub(super) struct DeskPage {
    pub(super) p: Page,
    pub(super) days: Vec<Day>,
    pub(super) places: Vec<Place>,
    pub(super) chosen: Option<Chosen>,
    pub(super) chosen_visit: Option<String>,
    pub(super) desk: Desk,
    pub(super) marks: Marks,
    pub(super) notice: Option<&'static str>,
}

impl DeskPage {
    pub(super) fn new(p: Page, desk: Desk, chosen: Option<Chosen>) -> Self {
        let chosen_visit = desk
            .visits
            .iter()
            .find(|v| same(v, chosen))
            .map(|v| format!("{} {} {}", v.name, v.door, minute_text(&v.entered)));
        Self {
            days: days(&desk.visits),
            places: places(&desk.visits),
            p,
            chosen,
            chosen_visit,
            desk,
            marks: Marks::default(),
            notice: None,
        }
    }

    fn chosen(&self, visit: &CaseVisit) -> bool {
        same(visit, self.chosen)
    }

    /// To the people of one entry; a narrow screen goes down to them.
    fn visit_link(&self, visit: &CaseVisit) -> String {
        let chosen = Chosen { checkpoint: visit.checkpoint, entered: visit.entered };
        format!("{}#met", self.link(self.desk.window_minutes, Some(chosen)))
    }

    fn window_link(&self, minutes: &i64) -> String {
        format!("{}#met", self.link(*minutes, self.chosen))
    }

    fn all_link(&self) -> String {
        self.link(self.desk.window_minutes, None)
    }

    fn here(&self) -> String {
        self.link(self.desk.window_minutes, self.chosen)
    }

    fn link(&self, window: i64, chosen: Option<Chosen>) -> String {
        let mut parts = vec![("window", window.to_string())];
        if let Some(chosen) = chosen {
            parts.push(("checkpoint", chosen.checkpoint.0.to_string()));
            parts.push(("entered", chosen.entered.0.to_string()));
        }
        let parts: Vec<_> = parts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        query_text(&format!("/cases/{}", self.desk.case.id), &parts)
    }
}

fn same(visit: &CaseVisit, chosen: Option<Chosen>) -> bool {
    chosen == Some(Chosen { checkpoint: visit.checkpoint, entered: visit.entered })
}

/// The way by day, the newest day first as a desk reads it.
fn days(visits: &[CaseVisit]) -> Vec<Day> {
    const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    let mut newest_first: Vec<&CaseVisit> = visits.iter().collect();
    newest_first.sort_by_key(|v| std::cmp::Reverse(v.entered));
    let mut days: Vec<Day> = Vec::new();
    for visit in newest_first {
        let date = visit.entered.date_text();
        if days.last().is_none_or(|day| day.date != date) {
            let at = visit.entered.civil().weekday().to_monday_zero_offset();
            let weekday = usize::try_from(at).ok().and_then(|at| WEEKDAYS.get(at)).unwrap_or(&"");
            days.push(Day { date, weekday, visits: Vec::new() });
        }
        if let Some(day) = days.last_mut() {
            day.visits.push(visit.clone());
        }
    }
    days
}

/// The places of the way, those with most people near first.
fn places(visits: &[CaseVisit]) -> Vec<Place> {
    let mut by_place: Vec<(CheckpointNumber, Place)> = Vec::new();
    for visit in visits {
        if let Some((_, place)) = by_place.iter_mut().find(|(id, _)| *id == visit.checkpoint) {
            place.times += 1;
            place.people += visit.people;
        } else {
            let (name, door) = (visit.name.clone(), visit.door.clone());
            by_place.push((visit.checkpoint, Place { name, door, times: 1, people: visit.people }));
        }
    }
    let mut places: Vec<Place> = by_place.into_iter().map(|(_, place)| place).collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.people));
    places
}
