//! The manager's home: what to do next, or the unit's checkpoints.

use super::narrowing::Narrowing;
use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{Asked, Said, asked, failed, query_text, show},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Manager,
    applications::mine::{self, Filter, List, Row},
    inspections::{self, Tally},
    invitations::{self, ForMe},
    organisations::{self, Organisation},
    posters::{Order, Print, QUICK_MAX},
};
use askama::Template;
use axum::extract::State as Whole;
use domain::{applications::State, sorting::Sort};
use serde::Deserialize;
use std::sync::Arc;

/// From so many doors on there is something to look for.
const SEARCH_FROM: i64 = 10;

/// What is asked for in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    #[serde(flatten)]
    narrowing: Narrowing,
    done: String,
}

#[derive(Template)]
#[template(path = "venue/home.html")]
pub(super) struct Home {
    pub(super) p: Page,
    pub(super) organisation: Option<Organisation>,
    pub(super) list: List,
    pub(super) filter: Filter,
    /// Doors of other units.
    pub(super) entrusted: Vec<Row>,
    /// What waits for an answer.
    pub(super) for_me: Vec<ForMe>,
    /// How the inspections of all doors stand.
    pub(super) inspections: Tally,
    pub(super) done: Option<&'static str>,
    pub(super) notice: Option<&'static str>,
}

impl Home {
    fn searches(&self) -> bool {
        self.list.all >= SEARCH_FROM
    }

    /// Whether all posters are few enough to be drawn while they are downloaded.
    fn quick(&self) -> bool {
        let approved = self.list.counts.iter().find(|(state, _)| *state == State::Approved);
        approved.is_some_and(|(_, count)| usize::try_from(*count).is_ok_and(|n| n <= QUICK_MAX))
    }

    fn is_state(&self, state: &State) -> bool {
        self.filter.state == Some(*state)
    }

    fn state_link(&self, state: Option<&State>) -> String {
        self.link(state.copied(), 0)
    }

    fn page_link(&self, page: i64) -> String {
        self.link(self.filter.state, page)
    }

    fn link(&self, state: Option<State>, page: i64) -> String {
        let page = page.to_string();
        let mut parts = Vec::new();
        parts.extend(state.map(|state| ("state", state.code())));
        if !self.filter.text.is_empty() {
            parts.push(("q", self.filter.text.as_str()));
        }
        if self.filter.sort != Sort::Usual {
            parts.push(("sort", self.filter.sort.code()));
        }
        if page != "0" {
            parts.push(("page", page.as_str()));
        }
        query_text("/venue", &parts)
    }
}

/// `GET /venue`
pub async fn page(
    Whole(house): Whole<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    query: Asked<Wanted>,
) -> Shown {
    shown(&house, p, &caller, asked(query), Said::default()).await
}

/// The page, with what there is to say about something that could not be done from here.
pub(super) async fn shown(
    house: &House,
    p: Page,
    caller: &Manager,
    wanted: Wanted,
    said: Said,
) -> Shown {
    let filter = wanted.narrowing.filter();
    let done = match wanted.done.as_str() {
        "accepted" => Some("已接受，现在由您管理。"),
        "declined" => Some("已谢绝。"),
        "laid-down" => Some("您不再管理这个检查点。"),
        _ => None,
    };
    let organisation = organisations::mine(house, caller).await.map_err(failed(&p))?;
    let list = mine::list(house, caller, &filter).await.map_err(failed(&p))?;
    let entrusted = mine::entrusted(house, caller).await.map_err(failed(&p))?;
    let for_me = invitations::for_me(house, caller).await.map_err(failed(&p))?;
    let inspections = inspections::waiting(house, caller, None).await.map_err(failed(&p))?;
    let (status, notice) = (said.status, said.notice);
    let page = Home {
        p: p.clone(),
        organisation,
        list,
        filter,
        entrusted,
        for_me,
        inspections,
        done,
        notice,
    };
    show(&p, status, &page)
}
