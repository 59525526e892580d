//! The pieces of the screen, drawn by the server both at first and live.

use crate::{page::Page, pages::visitor};
use actions::duty::{
    announce::Shown,
    screen::{OpenAlert, Screen},
};
use askama::Template;
use domain::{checkins::Method, fields::Complaints};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "duty/card.html")]
struct Card<'a> {
    p: &'a Page,
    shown: Option<&'a Shown>,
}

#[derive(Template)]
#[template(path = "duty/row.html")]
struct Row<'a> {
    p: &'a Page,
    s: &'a Shown,
}

#[derive(Template)]
#[template(path = "duty/list.html")]
struct List<'a> {
    p: &'a Page,
    recent: &'a [Arc<Shown>],
}

#[derive(Template)]
#[template(path = "duty/alerts.html")]
struct Alerts<'a> {
    p: &'a Page,
    alerts: &'a [OpenAlert],
    note: &'a str,
    complaints: &'a Complaints,
}

#[derive(Template)]
#[template(path = "duty/counts.html")]
struct Counts<'a> {
    p: &'a Page,
    entries: u64,
    exits: Option<u64>,
    heads: u64,
    abnormal: u64,
    open: usize,
}

/// The class and shape of an entry: the decision first, then the colour.
pub(crate) fn look(s: &Shown) -> &'static str {
    if s.method == Method::Exit { "leave" } else { visitor::look(s.decision, s.colour) }
}

/// What is said of the itinerary.
pub(crate) fn itinerary_text(s: &Shown) -> &'static str {
    visitor::itinerary(s.itinerary)
}

/// The huge card.
pub(crate) fn card(p: &Page, shown: Option<&Shown>) -> askama::Result<String> {
    Card { p, shown }.render()
}

/// A line of the list.
pub(crate) fn row(p: &Page, s: &Shown) -> askama::Result<String> {
    Row { p, s }.render()
}

/// The last 20.
pub(super) fn list(p: &Page, recent: &[Arc<Shown>]) -> askama::Result<String> {
    List { p, recent }.render()
}

/// The oldest alert without a disposition, with what was typed and what is wrong with it.
pub(super) fn alerts(
    p: &Page,
    alerts: &[OpenAlert],
    note: &str,
    complaints: &Complaints,
) -> askama::Result<String> {
    Alerts { p, alerts, note, complaints }.render()
}

/// The counts of the day.
pub(super) fn counts(p: &Page, screen: &Screen) -> askama::Result<String> {
    let open = screen.open_alerts.len();
    let Screen { entries, exits, heads, abnormal, .. } = *screen;
    Counts { p, entries, exits, heads, abnormal, open }.render()
}
